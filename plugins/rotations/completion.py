"""The certificate that a rotation was completed: a PDF with a code that anybody can check."""

from pathlib import Path
from typing import Any

from flask import current_app

from plugins.rotations.models import Rotation
from plugins.rotations.records import ROTATION
from sims import files, pdf, proofs
from sims.actor import Actor
from sims.clock import today
from sims.errors import Denied, Invalid, Problem
from sims.events import Changed
from sims.permissions import allowed
from sims.web.templating import plain_date

CERTIFY = "rotations.rotation.certify"
KIND = "rotations.completion"
TITLE = "Certificate of Completion"
TEMPLATE = Path(__file__).with_name("completion.typ")
SAYS = {"pg_id", "department_id", "hospital_id", "supervisor_id", "start_date", "end_date"}
"""What the paper says of the rotation: when one of these is changed, the paper no longer holds."""


def issue(rotation: Rotation, *, actor: Actor) -> proofs.Proof:
    """Print the certificate, keep it with the rotation, and make its code known to `/verify`.

    An earlier one is withdrawn. `rotation` comes with its PG, place and supervisor loaded. Raises `Denied`
    (neither the programme office nor the rotation's supervisor), `Invalid` (not completed yet).
    """
    if refusal(rotation, actor):
        raise Denied("The programme office or the rotation's supervisor issues its certificate.")
    if rotation.status != "completed":
        words = "The rotation is not completed yet. Its certificate can be issued from then on."
        raise Invalid([Problem(code=f"{KIND}.completed", message=words, fields=("status",))])
    said = _said(rotation)
    facts = [
        ("Name", said["name"]),
        ("Department", said["department"]),
        ("Hospital", said["hospital"]),
        ("From", said["start"]),
        ("To", said["end"]),
    ]
    withdraw_paper(rotation)
    proof = proofs.issue(ROTATION, rotation, kind=KIND, title=TITLE, facts=facts, actor=actor)
    paper = {"issued": plain_date(today()), "code": proof.shown_code, "address": proof.address}
    content = pdf.render(TEMPLATE, said | paper)
    files.keep(ROTATION, rotation, _name(proof), content, "application/pdf", actor)
    return proof


def refusal(rotation: Rotation, actor: Actor) -> bool:
    """Whether `actor` may not issue this rotation's certificate."""
    if not allowed(actor, CERTIFY):
        return True
    return actor.role != "admin" and actor.id != rotation.supervisor_id


def shown(rotation: Rotation, actor: Actor) -> dict[str, Any]:
    """What the rotation's page says of the certificate: the paper in force, its file, who may issue one."""
    proof = next(iter(proofs.of(ROTATION, rotation, kind=KIND)), None)
    kept = files.of(ROTATION, rotation) if proof else []
    return {
        "proof": proof,
        "paper": next((file for file in kept if proof and file.name == _name(proof)), None),
        "may_certify": rotation.status == "completed" and not refusal(rotation, actor),
    }


def withdraw_paper(rotation: Rotation) -> None:
    """Take the earlier PDF away: its code stays known, as withdrawn."""
    for proof in proofs.of(ROTATION, rotation, kind=KIND):
        for file in files.of(ROTATION, rotation):
            if file.name == _name(proof):
                files.remove(file)


def withdraw(event: Changed) -> None:
    """Subscriber: a rotation was changed after its certificate was issued, so the paper no longer holds."""
    if event.record != ROTATION.name or not SAYS & set(event.fields):
        return
    for proof in proofs.about(event.table, event.row_id, kind=KIND):
        proofs.revoke(proof, "The rotation was changed after it was issued.", actor=None)


def _name(proof: proofs.Proof) -> str:
    return f"completion-{proof.shown_code}.pdf"


def _said(rotation: Rotation) -> dict[str, str]:
    return {
        "title": TITLE,
        "site": current_app.config["SITE_NAME"],
        "name": rotation.pg.name,
        "department": rotation.department.name,
        "hospital": rotation.hospital.name,
        "start": plain_date(rotation.start_date),
        "end": plain_date(rotation.end_date),
        "supervisor": rotation.supervisor.name if rotation.supervisor else "",
    }
