"""What every template may use: menu, slots, icons, dates, numbers, the signed-in person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import lucide.jinja
from flask import Flask, g, render_template, request, url_for
from markupsafe import Markup, escape

from sims import actor, clock
from sims.contracts import Figure, MenuItem, Metric, Panel
from sims.permissions import allowed
from sims.plugin import provided

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Preferences:
    """What the browser remembers: theme, and whether single-key shortcuts are on."""

    theme: str
    shortcuts: bool


@dataclass(frozen=True)
class MenuEntry:
    """A menu item as the layout draws it."""

    label: str
    url: str
    icon: str
    active: bool
    badge: int
    phone: bool


def init_app(app: Flask) -> None:
    """Give templates their functions and filters."""
    app.jinja_env.globals |= {
        "icon": icon,
        "menu": menu,
        "slot": slot,
        "figures": figures,
        "greeting": greeting,
        "allowed": lambda permission: allowed(actor.current(), permission),
        "today": clock.today,
    }
    app.jinja_env.filters |= {
        "date": show_date,
        "plain_date": plain_date,
        "datetime": show_moment,
        "ago": ago,
        "number": number,
    }
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: {"current_actor": actor.current(), "preferences": preferences()})


def preferences() -> Preferences:
    """The visitor's preferences, from cookies; anything odd in them counts as unset."""
    theme = request.cookies.get("theme", "auto")
    return Preferences(
        theme=theme if theme in THEMES else "auto",
        shortcuts=request.cookies.get("shortcuts", "on") != "off",
    )


@lru_cache(maxsize=512)
def icon(name: str, size: int = 16) -> Markup:
    """The Lucide icon called `name`, drawn inline and hidden from screen readers."""
    drawn = str(lucide.jinja.lucide(name, size=size, aria_hidden="true", focusable="false"))
    return Markup(drawn.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def menu() -> list[MenuEntry]:
    """The menu as the signed-in person has it; computed once a request."""
    person = actor.current()
    if person is None:
        return []
    if "menu" not in g:
        items = [item for item in provided(MenuItem) if allowed(person, item.permission)]
        urls = {item.endpoint: url_for(item.endpoint) for item in items}
        here = max(
            (
                url
                for url in urls.values()
                if request.path == url or (url != "/" and request.path.startswith(f"{url}/"))
            ),
            key=len,
            default="",
        )
        here = next(
            (urls[i.endpoint] for i in items if i.within and f"{i.within}/" in f"{request.path}/"),
            here,
        )
        g.menu = [
            MenuEntry(
                label=item.label,
                url=urls[item.endpoint],
                icon=item.icon,
                active=urls[item.endpoint] == here,
                badge=item.badge(person) if item.badge else 0,
                phone=item.phone,
            )
            for item in sorted(items, key=lambda item: (item.order, item.label))
        ]
    return g.menu


def slot(name: str, **context: Any) -> Markup:
    """Everything the plugins put into the slot called `name`, in order."""
    return Markup("").join(_panels(name, context))


def _panels(name: str, context: dict[str, Any]) -> Iterator[Markup]:
    person = actor.current()
    if person is None:
        return
    for panel in sorted(provided(Panel), key=lambda panel: panel.order):
        if panel.slot == name and allowed(person, panel.permission):
            data = panel.data(person, context)
            if data is not None:
                yield Markup(render_template(panel.template, **context, **data))


def figures() -> list[tuple[Metric, Figure]]:
    """The numbers of the signed-in person's dashboard, in order."""
    person = actor.current()
    if person is None:
        return []
    return [
        (metric, figure)
        for metric in sorted(provided(Metric), key=lambda metric: metric.order)
        if (not metric.roles or person.role in metric.roles)
        and (figure := metric.value(person)) is not None
    ]


def greeting() -> str:
    """Good morning, afternoon or evening, by the hospital's clock."""
    hour = clock.local(clock.now()).hour
    part = "morning" if 4 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"
    return f"Good {part}"


def show_date(value: date | datetime | None) -> Markup:
    """A date as people read it, machine-readable inside; an em dash for none."""
    if value is None:
        return Markup("—")
    day = clock.local(value).date() if isinstance(value, datetime) else value
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), plain_date(day))


def plain_date(day: date) -> str:
    """22 Nov 2026."""
    return f"{day.day} {day:%b %Y}"


def show_moment(value: datetime | None) -> Markup:
    """A moment in the hospital's time: 22 Nov 2026, 14:05."""
    if value is None:
        return Markup("—")
    local = clock.local(value)
    return Markup('<time datetime="{}">{}, {}</time>').format(
        local.isoformat(timespec="minutes"), plain_date(local.date()), f"{local:%H:%M}"
    )


def ago(value: datetime | date | None) -> Markup:
    """How long ago, in the largest unit that says enough; the date stands behind it."""
    if value is None:
        return Markup("—")
    if isinstance(value, datetime):
        seconds = (clock.now() - value).total_seconds()
        stamp = clock.local(value).isoformat(timespec="minutes")
    else:
        seconds, stamp = (clock.today() - value).days * 86400.0, value.isoformat()
    return Markup('<time datetime="{}" title="{}">{}</time>').format(stamp, stamp, span(seconds))


def span(seconds: float) -> str:
    """A duration in words: just now, 5 minutes ago, 3 days ago."""
    for size, word in (
        (86400 * 365, "year"),
        (86400 * 30, "month"),
        (86400, "day"),
        (3600, "hour"),
        (60, "minute"),
    ):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {word}{'s' if count != 1 else ''} ago"
    return "just now"


def number(value: float | int | None) -> str:
    """1,200; decimals only where there are any; an em dash for none."""
    if value is None:
        return "—"
    return (
        f"{value:,.1f}"
        if isinstance(value, float) and not value.is_integer()
        else f"{int(value):,}"
    )


def text_of(value: Any) -> str:
    """A value as plain text, for exports and history."""
    match value:
        case None | "":
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return clock.local(value).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case list() | tuple():
            return "; ".join(text_of(item) for item in value)
        case _:
            return str(value)


def html_of(value: Any) -> Markup:
    """A value as a page shows it."""
    match value:
        case None | "":
            return Markup("—")
        case datetime():
            return show_moment(value)
        case date():
            return show_date(value)
        case bool():
            return Markup("Yes") if value else Markup("No")
        case int() | float():
            return Markup(number(value))
        case _:
            return escape(text_of(value)) if not isinstance(value, Markup) else value
