"""The page on which people get the address of their calendar feed, and the feed itself."""

from urllib.parse import urlsplit

from flask import (
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as Redirect

from plugins.rotations import feed, ical
from sims import actor, throttle
from sims.addresses import site
from sims.database import commit
from sims.errors import Missing
from sims.permissions import public, require

LIMIT = "ROTATIONS_FEED_LIMIT"
"""The setting that says how often an address may ask for feeds that are not there."""

FRESH = 900
"""Seconds a program may show what it read without asking again."""


@require(feed.PERMISSION)
def page() -> str:
    """Whether there is a feed, since when, when it was last read."""
    return _page()


@require(feed.PERMISSION)
def make() -> str:
    """A new address, shown this once; one that was there works no longer."""
    secret = feed.make(actor=actor.me())
    commit()
    return _page(f"{site()}{url_for('rotations.feed', secret=secret)}")


@require(feed.PERMISSION)
def revoke() -> Redirect:
    """End the address."""
    if feed.revoke(actor=actor.me()):
        commit()
        flash("The calendar link is revoked; nobody reads your rotations by it any more.", "good")
    return redirect(url_for("rotations.feed_page"))


@public
def read(secret: str) -> Response:
    """The feed, for calendar programs: nobody is signed in, the address alone opens it. Only tries that fail count."""
    try:
        person = feed.reader(secret)
    except Missing:
        throttle.count(LIMIT, actor.remote_addr() or "")
        raise
    whose = "my rotations" if person.role == "pg" else f"rotations, {person.name}"
    base = site()
    body = ical.feed(
        person,
        feed.rotations_of(person),
        title=f"{current_app.config['SITE_NAME']}: {whose}",
        site=urlsplit(base).hostname or "sims",
        base=base,
    )
    feed.note_reading(secret)
    response = make_response(body)
    response.content_type = "text/calendar; charset=utf-8"
    response.headers.set("Content-Disposition", "inline", filename="rotations.ics")
    response.headers["Cache-Control"] = f"private, max-age={FRESH}"
    response.headers["X-Robots-Tag"] = "noindex"
    response.add_etag()
    return response.make_conditional(request)


def _page(address: str = "") -> str:
    return render_template(
        "rotations/feed.html",
        feed=feed.of(actor.me().id),
        address=address,
        webcal=f"webcal{address[address.index('://') :]}" if address else "",
    )
