"""The shared vocabulary: what a plugin may list in `provides=(…)`, each with one example.

Everything here is a frozen, keyword-only description. The core and the cross-cutting plugins read
these shapes and never ask which module they came from; `docs/plugins.md` explains each at length.
"""

from sims.contracts.adopting import Adopted, Apart
from sims.contracts.guarding import Guard
from sims.contracts.happenings import Notice, Schedule, Subscriber, Written
from sims.contracts.installing import Command, Demo, Folder, Seed, Setting
from sims.contracts.numbers import (
    Attention,
    Chapter,
    Forecast,
    LearningCurve,
    Measure,
    ProofCheck,
    Report,
)
from sims.contracts.pages import Figure, MenuItem, Metric, Panel, Permission
from sims.contracts.people import Access, OlderVersions, Reasons
from sims.contracts.records import (
    Column,
    Dated,
    Dimension,
    Filter,
    Part,
    Record,
    Rule,
    Searched,
    Synonyms,
)
from sims.contracts.work import Bulk, BulkAct, Import, ImportColumn, LongWork

__all__ = [
    "Access",
    "Adopted",
    "Apart",
    "Attention",
    "Bulk",
    "BulkAct",
    "Chapter",
    "Column",
    "Command",
    "Dated",
    "Demo",
    "Dimension",
    "Figure",
    "Filter",
    "Folder",
    "Forecast",
    "Guard",
    "Import",
    "ImportColumn",
    "LearningCurve",
    "LongWork",
    "Measure",
    "MenuItem",
    "Metric",
    "Notice",
    "OlderVersions",
    "Panel",
    "Part",
    "Permission",
    "ProofCheck",
    "Reasons",
    "Record",
    "Report",
    "Rule",
    "Schedule",
    "Searched",
    "Seed",
    "Setting",
    "Subscriber",
    "Synonyms",
    "Written",
]
