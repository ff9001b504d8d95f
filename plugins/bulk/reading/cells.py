"""What a cell says, as a value of its column's kind. Nothing is guessed: what can be read in two ways is refused."""

import re
from datetime import date, datetime, time
from decimal import Decimal

from sims.contracts import ImportColumn
from sims.lists import FORMULA
from sims.records import clean

YES = frozenset({"true", "yes", "y", "1", "active"})
NO = frozenset({"false", "no", "n", "0", "inactive"})
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
NUMBERS = re.compile(r"(\d{1,4})([/.-]|\s)(\d{1,4})\2(\d{1,4})")
NAMED = re.compile(
    r"(?:(\d{1,2})[ .-]+([a-z]{3,9})|([a-z]{3,9})[ .-]+(\d{1,2}))[ .,-]+(\d{1,4})", re.I
)
ORDERS = {"dmy": "day/month/year", "mdy": "month/day/year", "ymd": "year/month/day"}
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
IS_FORMULA = re.compile(r"=|@\w+\(|[+-][a-z_]\w*\(|[+@-][^|]*\|[^!]*!", re.IGNORECASE)
"""How a text begins that a spreadsheet would work out: =…, @SUM(…), +cmd|' /C calc'!A0; not +92 300, not - left."""

IS_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
MOST_DIGITS = 15
"""A spreadsheet keeps no more of a number."""


class CellFault(ValueError):
    """A cell can't be read; the message says what should stand there."""


def value_of(column: ImportColumn, raw: object, *, dates: str) -> object:
    """What the cell `raw` says for `column`; None where it is empty.

    `dates` is the order of day, month and year in texts such as 3/4/2026: dmy, mdy or ymd. Raises `CellFault`.
    """
    if raw is None or raw == "":
        return None
    if column.kind == "text":
        return text_of(raw) or None
    if column.kind == "date":
        return _date(raw, dates)
    if column.kind == "yes_no" and isinstance(raw, bool):
        return raw
    text = text_of(raw)
    if not text:
        return None
    if column.kind == "yes_no":
        return _yes_no(text)
    if column.kind == "choice":
        return _choice(column, text)
    return _number(text, whole=column.kind == "integer")


def text_of(raw: object) -> str:
    """A cell as text: whole numbers without a point, and no formula. Raises `CellFault`."""
    match raw:
        case bool():
            return "true" if raw else "false"
        case int() | float():
            if abs(raw) >= 10**MOST_DIGITS:
                raise CellFault(
                    "Spreadsheets drop the end of such a long number. Format the cell as text and type it again."
                )
            return format(Decimal(format(raw, f".{MOST_DIGITS}g")), "f")
        case datetime() if raw.time() == time():
            return raw.date().isoformat()
        case datetime() | date() | time():
            return raw.isoformat()
        case str():
            text = str(clean(raw))
            if text.startswith("'") and text[1:2] in FORMULA:
                return text[1:]
            if IS_FORMULA.match(text):
                raise CellFault("The cell holds a formula. Enter its value.")
            return text
        case _:
            return str(raw)


def _date(raw: object, dates: str) -> date | None:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, (int, float, time)):
        raise CellFault(
            "This is a number, not a date. Format the cell as a date, or write 2026-12-31."
        )
    text = text_of(raw)
    if not text:
        return None
    if found := ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := NAMED.fullmatch(text):
        day, month, year = found[1] or found[4], _month(found[2] or found[3]), found[5]
    elif found := NUMBERS.fullmatch(text):
        year, month, day = _ordered(found.group(1, 3, 4), dates)
    else:
        raise CellFault(f"This is no date. Write 2026-12-31, or {ORDERS[dates]}.")
    if len(year) != 4:
        raise CellFault("Write the year with four digits.")
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise CellFault(
            f"There is no such day where dates are {ORDERS[dates]}, as was said of this file."
        ) from error


def _month(name: str) -> str:
    """The number of a month called by its name, or the beginning of it."""
    for number, known in enumerate(MONTHS, 1):
        if known.startswith(name.casefold()):
            return str(number)
    raise CellFault(f"There is no month {name}.")


def _ordered(parts: tuple[str, ...], dates: str) -> tuple[str, str, str]:
    """Year, month and day of the parts of a text in the declared order."""
    named = dict(zip(dates, parts, strict=True))
    if any(len(named[part]) > 2 for part in "md"):
        raise CellFault(f"This is not {ORDERS[dates]}, as was said of this file.")
    return named["y"], named["m"], named["d"]


def _yes_no(text: str) -> bool:
    plain = text.casefold()
    if plain in YES:
        return True
    if plain in NO:
        return False
    raise CellFault("Say yes or no.")


def _choice(column: ImportColumn, text: str) -> str:
    plain = text.casefold()
    for value, label in column.choices.items():
        if plain in (value.casefold(), label.casefold()):
            return value
    raise CellFault(f"Say one of: {', '.join(dict.fromkeys(column.choices.values()))}.")


def _number(text: str, *, whole: bool) -> int | Decimal:
    plain = text.replace(" ", "")
    if not IS_NUMBER.fullmatch(plain):
        raise CellFault(
            f"Enter a {'whole ' if whole else ''}number, such as {'3' if whole else '3.5'}."
        )
    number = Decimal(plain)
    if abs(number) >= 10**MOST_DIGITS:
        raise CellFault("This number is too large.")
    if not whole:
        return number
    if number != number.to_integral_value():
        raise CellFault("Enter a whole number, such as 3.")
    return int(number)
