"""What analytics follow of the logbook."""

from plugins.logbook.records import ENTRY
from sims.contracts import Measure
from sims.review_measures import review_measures

BY = ("department", "category", "procedure", "role", "status", "supervisor", "person", "year")

MEASURES = (
    Measure(
        name="logbook.entry.logged",
        label="Entries logged",
        record=ENTRY,
        about="Logbook entries by the day they were written down, drafts included.",
        by=BY,
        draws=("trend", "bars", "shares", "heat"),
        better="up",
        order=10,
    ),
    Measure(
        name="logbook.entry.approved",
        label="Entries approved",
        record=ENTRY,
        about="Of the entries written down in the period, those a reviewer has approved by now.",
        given={"counted": "1"},
        by=BY,
        draws=("trend", "bars", "heat"),
        better="up",
        order=11,
    ),
    *review_measures(
        ENTRY,
        by=("supervisor", "department", "category", "person", "year"),
        sent_back="returned",
        order=20,
    ),
)
