"""The catalogue's manifest: what it does to the rest of SIMS."""

from collections.abc import Sequence

import sqlalchemy as sa

from plugins.catalogue import queries, shipped
from plugins.catalogue.adoption import ADOPTED
from plugins.catalogue.commands import catalogue
from plugins.catalogue.events import (
    ProcedureRequested,
    RequestAccepted,
    RequestDecided,
    RequestMerged,
)
from plugins.catalogue.imports import IMPORTS
from plugins.catalogue.permissions import PERMISSIONS
from plugins.catalogue.records import DIAGNOSIS, GROUP, PROCEDURE, SKILL, TARGET
from plugins.catalogue.requests import REQUEST
from plugins.catalogue.views import blueprint
from plugins.users.models import User
from sims.bulk_acts import ARCHIVE, BRING_BACK, flag_acts
from sims.contracts import Command, MenuItem, Notice, Seed, Synonyms
from sims.database import db
from sims.plugin import Plugin


def administrators(event: ProcedureRequested) -> Sequence[int]:
    """The people who answer requests."""
    query = sa.select(User.id).where(User.role == "admin", User.is_active, ~User.is_archived)
    return db.session.scalars(query).all()


def answer(event: RequestDecided) -> str:
    """What became of a request, in one line."""
    if isinstance(event, RequestAccepted):
        return f"{event.title} is in the catalogue now"
    if isinstance(event, RequestMerged):
        return f"{event.title} leads to a procedure that was there already"
    return f"{event.title} was not added to the catalogue"


plugin = Plugin(
    name="catalogue",
    label="Catalogue",
    requires=("users",),
    blueprints=(blueprint,),
    provides=(
        *ADOPTED,
        *PERMISSIONS,
        PROCEDURE,
        DIAGNOSIS,
        SKILL,
        GROUP,
        TARGET,
        REQUEST,
        Synonyms(lookup=queries.names_of_procedures),
        *IMPORTS,
        *(
            act
            for record in (PROCEDURE, DIAGNOSIS, SKILL, TARGET)
            for act in flag_acts(record, "is_archived", on=ARCHIVE, off=BRING_BACK)
        ),
        MenuItem(
            label="Catalogue", endpoint="catalogue.index", icon="book-open",
            permission="catalogue.procedure.view", order=60, badge=queries.pending_requests,
        ),
        Notice(
            kind="catalogue.request", label="Somebody asks for a missing procedure",
            event=ProcedureRequested, recipients=administrators,
            subject=lambda event: f"Asked for: {event.title}", body=lambda event: event.reason,
            roles=("admin",),
        ),
        Notice(
            kind="catalogue.answer", label="Your request for a procedure is answered",
            event=RequestDecided, recipients=lambda event: [event.owner_id],
            subject=answer, body=lambda event: event.feedback,
        ),
        Seed(label="catalogue", load=shipped.load),
        Command(command=catalogue),
    ),
)  # fmt: skip
