"""The pages of certificates: their records' own, one's own compliance, the board."""

from typing import Any

from flask import Blueprint, Response, render_template, stream_with_context, url_for
from sqlalchemy.orm import selectinload

from plugins.certificates import board as boards
from plugins.certificates import compliance, services
from plugins.certificates.models import Certificate, CertificateReview
from plugins.certificates.permissions import BOARD, TYPE
from plugins.certificates.records import CERTIFICATE, OUTCOMES
from plugins.certificates.records import TYPE as TYPES
from plugins.users.queries import NAMES
from sims import actor, afterwards
from sims.pages import RecordPages
from sims.permissions import allowed, require

blueprint = Blueprint(
    "certificates", __name__, template_folder="templates", url_prefix="/certificates"
)


def tabs(here: str) -> list[tuple[str, str, bool]]:
    """The views of certificates the signed-in person has; `here` is the endpoint of the present one."""
    me = actor.me()
    views = [
        ("All certificates", "certificate_list", CERTIFICATE.permission("view")),
        ("What you need", "mine", CERTIFICATE.permission("create")),
        ("Compliance", "board", BOARD),
        ("Types", "type_list", f"{TYPE}.view"),
    ]
    return [
        (label, url_for(f"certificates.{endpoint}"), endpoint == here)
        for label, endpoint, permission in views
        if allowed(me, permission)
    ]


class TabbedPages(RecordPages):
    """A record's pages whose list stands beside the other views of certificates."""

    def index(self) -> str:
        """The list."""
        return self.render("list", page=self.page(tabs=tabs(f"{self.thing}_list")))


def _shown(certificate: Certificate) -> dict[str, Any]:
    """What a certificate's page needs besides the certificate."""
    ends = certificate.status == "approved" and certificate.expiry_date is not None
    held = compliance.Held(compliance.VALID, certificate.id, certificate.expiry_date)
    return {"outcomes": OUTCOMES, "days_left": held.days_left if ends else None}


certificates = TabbedPages(
    blueprint,
    CERTIFICATE,
    path="",
    create=services.create_certificate,
    change=services.change_certificate,
    detail=_shown,
    detail_load=(
        selectinload(Certificate.reviews).joinedload(CertificateReview.reviewer).options(NAMES),
    ),
)
certificates.add()
TabbedPages(blueprint, TYPES, path="/types").add()


@blueprint.get("/mine")
@require("certificates.certificate.create")
def mine() -> str:
    """What the signed-in PG needs, and how they stand with it."""
    standing = compliance.of(actor.me())
    return render_template(
        "certificates/mine.html",
        standing=standing,
        met=sum(found.meets for _, found in standing),
        tabs=tabs("mine"),
    )


@blueprint.get("/board")
@require(BOARD)
def board() -> str:
    """PG × required type: who holds what."""
    page = boards.page(actor.me())
    page.tabs = tabs("board")
    return render_template(
        "certificates/board.html", page=page, record=page.record, standings=compliance.STANDINGS
    )


@blueprint.get("/board.csv")
@require(BOARD)
def board_export() -> Response:
    """The whole board as CSV."""
    found = boards.page(actor.me())
    afterwards.exported("Compliance", "csv")
    response = Response(stream_with_context(boards.export(found)), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="compliance.csv")
    return response
