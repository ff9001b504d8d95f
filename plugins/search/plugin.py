"""The manifest of search: what it does to the rest of SIMS."""

from plugins.search import documents, history, models, plain, views  # noqa: F401 - tables and pages
from plugins.search.adoption import ADOPTED
from plugins.search.blueprint import blueprint
from plugins.search.commands import search
from plugins.search.permissions import FIND, PERMISSIONS
from sims.contracts import Command, Demo, Panel, Schedule, Seed, Setting, Written
from sims.plugin import Plugin

plugin = Plugin(
    name="search",
    label="Search",
    requires=("users",),
    blueprints=(blueprint,),
    settings={
        "SEARCH_REBUILD_ROWS": Setting(
            5000, "Rows of one transaction when documents are made anew.", least=1
        ),
        "SEARCH_HISTORY_DAYS": Setting(
            365, "Days after which people's searches are forgotten.", least=1
        ),
    },
    init_app=plain.init_app,
    provides=(
        *ADOPTED,
        *PERMISSIONS,
        Written(handler=documents.follow),
        Seed(label="search documents", load=documents.complete),
        Demo(label="search documents", fill=lambda scale: documents.fill()),
        Command(command=search),
        Schedule(name="search-forget", cron="20 3 * * *", job=history.forget_old),
        Panel(slot="topbar", template="search/_box.html", data=views.box, permission=FIND),
    ),
)
