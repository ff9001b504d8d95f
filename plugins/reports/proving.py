"""What the public page says of a report besides its facts: whether what it shows has been changed since."""

import sqlalchemy as sa

from plugins.reports.drawn import ids_of
from plugins.reports.models import Drawn, ReportRun
from plugins.reports.running import PROOF
from sims import access
from sims.contracts import ProofCheck
from sims.database import db
from sims.errors import Missing
from sims.proofs import Proof
from sims.web.templating import plain_date

AT_ONCE = 5_000


def state(proof: Proof) -> list[tuple[str, str]]:
    """`("The record since", "Unchanged since 22 Nov 2026")`: counts only, of the rows that stand on the paper."""
    run = db.session.get(ReportRun, proof.row_id)
    if run is None or run.as_of is None:
        return []
    total = changed = 0
    for drawn in db.session.scalars(sa.select(Drawn).where(Drawn.run_id == run.id)):
        total += drawn.count
        changed += _changed(drawn, run)
    day = plain_date(run.as_of.date())
    if not changed:
        return [("The record since", f"Unchanged since {day}")]
    return [("The record since", f"{changed:,} of {total:,} rows were changed after {day}")]


def _changed(drawn: Drawn, run: ReportRun) -> int:
    """How many of the rows were changed after the paper was made, or are gone."""
    try:
        model = access.record_named(drawn.record).model
    except Missing:
        return 0
    ids = ids_of(drawn)
    same = 0
    for start in range(0, len(ids), AT_ONCE):
        query = (
            sa.select(sa.func.count())
            .select_from(model)
            .where(model.id.in_(list(ids[start : start + AT_ONCE])), model.updated_at <= run.as_of)
        )
        same += db.session.scalar(query) or 0
    return len(ids) - same


CHECK = ProofCheck(kind=PROOF, state=state)
