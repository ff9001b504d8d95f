"""Who is told what about cases, beside their review."""

from plugins.cases.events import CaseFeatured, CaseUnfeatured
from sims.contracts import Notice

LABEL = "Your cases in the teaching library"

NOTICES = (
    Notice(
        kind="cases.featured",
        label=LABEL,
        event=CaseFeatured,
        recipients=lambda event: (event.owner_id,),
        subject=lambda event: f"In the teaching library now: {event.title}",
        body=lambda event: "Without your name. You can take your consent back on the case's page.",
    ),
    Notice(
        kind="cases.featured",
        label=LABEL,
        event=CaseUnfeatured,
        recipients=lambda event: (event.owner_id,),
        subject=lambda event: f"No longer in the teaching library: {event.title}",
    ),
)
