"""What analytics follow of any reviewed record: how many wait, how decisions fall, how long they take."""

from dataclasses import replace
from typing import Any

from sims.contracts import Dated, Measure, Record

DECIDED = Dated(attribute="reviewed_at", label="decided", start="reviewed_from", end="reviewed_to")


def review_measures(
    record: Record,
    *,
    by: tuple[str, ...],
    rejected: str = "rejected",
    sent_back: str = "",
    order: int,
) -> tuple[Measure, ...]:
    """The measures of a record whose list has the filters status, counted (approved), decided, submitted, reviewed_from
    and reviewed_to. `by` are its dimensions, the telling one first; `sent_back` is the status of what went back to
    its owner, where it has one of its own."""
    name, plural = record.name, record.plural
    waiting = record.flow.waiting
    common: dict[str, Any] = {"record": record, "by": by}
    found = [
        Measure(
            name=f"{name}.waiting",
            label=f"{plural.capitalize()} waiting for review",
            about=f"{plural.capitalize()} of the period that nobody has decided on yet.",
            given={"status": waiting},
            draws=("bars", "trend", "heat"),
            better="down",
            order=order + 1,
            **common,
        ),
        Measure(
            name=f"{name}.approval",
            label="Approval rate",
            about=f"Of the {plural} decided in the period, those approved.",
            given={"counted": "1"},
            of={"decided": "1"},
            dated=DECIDED,
            draws=("trend", "bars"),
            better="up",
            order=order + 2,
            **common,
        ),
        Measure(
            name=f"{name}.rejection",
            label="Rejection rate",
            about=f"Of the {plural} decided in the period, those rejected.",
            given={"status": rejected},
            of={"decided": "1"},
            dated=DECIDED,
            draws=("trend", "bars"),
            better="down",
            order=order + 3,
            **common,
        ),
        Measure(
            name=f"{name}.pending",
            label="Still waiting",
            about=f"Of the {plural} of the period that were submitted, those that still wait.",
            given={"status": waiting},
            of={"submitted": "1"},
            draws=("trend", "bars"),
            better="down",
            order=order + 4,
            **common,
        ),
        Measure(
            name=f"{name}.review_time",
            label="Time to review",
            unit="days",
            about="Days from submission to the decision, of what was decided in the period.",
            given={"decided": "1", "submitted": "1"},
            time=("submitted_at", "reviewed_at"),
            dated=DECIDED,
            draws=("boxes", "trend", "bars"),
            better="down",
            order=order + 5,
            **common,
        ),
    ]
    if sent_back:
        found.append(
            replace(
                found[2],
                name=f"{name}.returned",
                label="Return rate",
                about=f"Of the {plural} decided in the period, those that went back and wait to be mended.",
                given={"status": sent_back},
                order=order + 6,
            )
        )
    return tuple(
        replace(each, label=f"{each.label}: {plural}") if plural not in each.label.lower() else each
        for each in found
    )
