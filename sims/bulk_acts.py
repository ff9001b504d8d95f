"""Bulk acts that every plain record can have: a yes or no of many rows set at once, and set back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sims import records
from sims.actor import Actor
from sims.contracts import BulkAct, Record


@dataclass(frozen=True, kw_only=True)
class Flag:
    """One of the two ways a yes or no can be set: its name in addresses, and how people read it."""

    name: str
    label: str
    done: str
    icon: str


USE = Flag(name="use", label="Put into use", done="put into use", icon="circle-check")
NO_USE = Flag(name="no_use", label="Put out of use", done="put out of use", icon="circle-off")
ARCHIVE = Flag(name="archive", label="Archive", done="archived", icon="archive")
BRING_BACK = Flag(
    name="bring_back", label="Bring back", done="brought back", icon="archive-restore"
)


def flag_acts(record: Record, attribute: str, *, on: Flag, off: Flag) -> tuple[BulkAct, BulkAct]:
    """The bulk acts that set `attribute` (a yes or no) of a record's rows to yes (`on`) and to no (`off`).

    They take `<record>.edit` and do what the form does: rules, versions, history, events.

    >>> flag_acts(HOSPITAL, "is_active", on=USE, off=NO_USE)
    """

    def undo(row: Any, before: Mapping[str, Any], actor: Actor) -> None:
        records.change(record, row, before, actor=actor)

    def made(flag: Flag, value: bool) -> BulkAct:
        def act(row: Any, values: Mapping[str, Any], actor: Actor) -> Mapping[str, Any] | None:
            before = getattr(row, attribute)
            if before is value:
                return None
            records.change(record, row, {attribute: value}, actor=actor)
            return {attribute: before}

        return BulkAct(
            name=flag.name,
            record=record.name,
            label=flag.label,
            done=flag.done,
            icon=flag.icon,
            permission=record.permission("edit"),
            operation="archive",
            act=act,
            undo=undo,
        )

    return made(off, False), made(on, True)
