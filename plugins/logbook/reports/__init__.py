"""The reports of the logbook: a summary, procedure numbers against targets, numbers in the codes of other systems."""

from plugins.logbook.reports.consolidation import CONSOLIDATION
from plugins.logbook.reports.summary import SUMMARY
from plugins.logbook.reports.targets import TARGETS

REPORTS = (SUMMARY, TARGETS, CONSOLIDATION)
