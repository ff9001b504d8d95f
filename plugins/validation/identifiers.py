"""Words of a free text that identify a patient: names after titles, phone numbers, ids, dates of birth.

A pure function of the text; nothing is looked up and nothing is kept. How well it does is measured in
docs/identifier-guard.md. Every pattern has bounded repetition, so that a long text takes no longer than its length.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plugins.validation.names import names


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Words that identify somebody: where they start and end in the text, what they are, and themselves."""

    start: int
    end: int
    kind: str
    text: str


KINDS = ("email", "national id", "hospital number", "date of birth", "phone", "name")
"""Every kind of mark; where two overlap, the earlier in this list wins."""

_DIGIT = re.compile(r"\d")
_EMAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")

# Pakistan: 5-7-1 digits (NADRA); with dashes or blanks or without. NHS number: 3-3-4 with a check digit.
_CNIC = re.compile(r"(?<![\w-])[1-8]\d{4}([- ]?)\d{7}\1\d(?![\w-])")
_NHS = re.compile(r"(?<![\w.-])\d{3}([- ]?)\d{3}\1\d{4}(?![\w-])")
_NHS_LABEL = re.compile(r"\bNHS\b[\s:.#-]{0,3}(?:no|number)?[\s:.#-]{0,3}$", re.I)

_NUMBER_WORD = r"(?:no\b|number\b|num\b|#|id\b)"
_MRN_LABEL = (
    r"(?:\bM\.?R\.?N\b|\bM\.?R\.?\s?" + _NUMBER_WORD + r"|\bUHID\b|ایم آر نمبر"
    r"|\b(?:hosp(?:ital)?|reg(?:istration|n)?|adm(?:ission)?|file|chart|opd|ipd|medical record|ip|op|patient|pt)\.?\s{0,2}"
    + _NUMBER_WORD
    + r")"
)
_MRN = re.compile(
    _MRN_LABEL + r"[\s.:#-]{0,4}(?P<value>(?:[A-Z]{1,4}[-/]?)?\d[\d/-]{2,16}\d)(?![\w@])", re.I
)
_OFFICIAL = re.compile(r"\b(?:P\.?M\.?D?\.?C|GMC|CPSP|PNC|NMC|course|certificate)\.?\s{0,2}$", re.I)
_MRN_BARE = re.compile(r"(?P<value>(?<![\w/-])(?:mrn|mr#)(?:\d[\d/-]{2,16}\d))(?![\w@])", re.I)

_MRN_BEFORE = re.compile(_MRN_LABEL + r"[\s.:#-]{0,4}$", re.I)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}\s?[-/. ]\s?\d{1,2}\s?[-/. ]\s?(?:\d{4}|\d{2})"
    r"|\d{1,2}(?:st|nd|rd|th)?[-/. ]{0,2}(?:of )?" + _MONTH + r"\.?,?[-/. ]{0,2}(?:\d{4}|\d{2})"
    r"|" + _MONTH + r"\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)
_BORN = re.compile(
    r"(?:\bd\.?\s?o\.?\s?b\b\.?|\bdate[ -]of[ -]birth\b|\bbirth[ -]?date\b|\bborn\b(?: on)?|\bb\.|تاریخ پیدائش)"
    r"[\s:=-]{0,4}(?P<value>" + _DATE + r")(?!\d)",
    re.I,
)

# Phones: Pakistan's mobiles and landlines, Britain's, anything with + and a country's number; with a word before
# it that says so, any number of 7 to 13 digits.
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?:\+92|0092|92|0)[ .-]?\(?3(?:[ .-]?\d){9}"  # mobile, Pakistan
    r"|\(?0[2-9]\d{1,2}\)?[ .-]\d{3,4}[ .-]?\d{3,4}"  # landline, Pakistan
    r"|(?:\+44|0044)[ .-]?\(?0?\)?(?:[ .-]?\d){9,10}"  # Britain from abroad
    r"|0(?:7\d{3}[ .-]?\d{3}[ .-]?\d{3}|20[ .-]?\d{4}[ .-]?\d{4}|1\d{2,3}[ .-]\d{3}[ .-]?\d{3,4})"
    r"|(?:\+|00)[1-9](?:[ .()-]{0,2}\d){7,13}"  # any country
    r")(?![\w/-])"
)
_PHONE_LABELLED = re.compile(
    r"(?:\b(?:ph(?:one)?|cell|mob(?:ile)?|contact|tel(?:ephone)?|whatsapp|landline)\b|فون|موبائل|رابطہ)"
    r"[\s.]{0,2}(?:no\b|number\b|#)?[\s.:#-]{0,4}(?P<value>\(?\+?\d(?:[ .()-]{0,3}\d){6,12})(?![\w/-])",
    re.I,
)
_OF_A_THING = re.compile(
    r"\b(?:lab(?:oratory)?|sample|specimen|accession|lot|serial|batch|ref|device|catalog(?:ue)?|model|implant|mesh"
    r"|barcode|gtin|udi|sn|isbn|path|histology|x-?ray|doi|pmid|study|irb|invoice)\b"
    r"(?:[\s.:#-]{0,3}(?:serial|no|number|id|code|was|is|ref)\b){0,3}[\s.:#-]{0,3}$",
    re.I,
)


def found(text: str, *, mrn: Sequence[re.Pattern[str]] = ()) -> tuple[Mark, ...]:
    """Every mark in `text`, in order, none overlapping another; `mrn` are the site's own hospital numbers."""
    plain = _plain(text)
    taken = bytearray(len(plain))
    marks = []
    for kind, start, end in _candidates(plain, mrn):
        if 1 not in taken[start:end]:
            taken[start:end] = b"\1" * (end - start)
            marks.append(Mark(start=start, end=end, kind=kind, text=text[start:end]))
    return tuple(sorted(marks, key=lambda mark: mark.start))


def patterns(sources: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """The site's patterns of hospital numbers, compiled. Raises `ValueError` naming what is no regular expression."""
    made = []
    for source in sources:
        try:
            made.append(re.compile(source, re.I))
        except re.error as error:
            raise ValueError(
                f"VALIDATION_MRN_PATTERNS: '{source}' is no regular expression ({error}). Mend it or take it out."
            ) from None
        if made[-1].match(""):
            raise ValueError(
                f"VALIDATION_MRN_PATTERNS: '{source}' also matches nothing at all. Say which signs it needs."
            )
    return tuple(made)


def _candidates(plain: str, mrn: Sequence[re.Pattern[str]]) -> Iterator[tuple[str, int, int]]:
    for hit in _EMAIL.finditer(plain):
        yield "email", hit.start(), hit.end()
    if digits := _DIGIT.search(plain):
        yield from _ids(plain)
    for pattern in mrn:
        for hit in pattern.finditer(plain):
            if hit[0]:
                yield "hospital number", hit.start(), hit.end()
    if digits:
        yield from _numbers(plain)
    for start, end in names(plain):
        yield "name", start, end


def _ids(plain: str) -> Iterator[tuple[str, int, int]]:
    for hit in _CNIC.finditer(plain):
        if not _of_a_thing(plain, hit.start()):
            yield "national id", hit.start(), hit.end()
    for hit in _NHS.finditer(plain):
        if _is_nhs(plain, hit):
            yield "national id", hit.start(), hit.end()


def _numbers(plain: str) -> Iterator[tuple[str, int, int]]:
    for pattern in (_MRN, _MRN_BARE):
        for hit in pattern.finditer(plain):
            if not _OFFICIAL.search(plain, max(0, hit.start() - 20), hit.start()):
                yield "hospital number", *hit.span("value")
    for hit in _BORN.finditer(plain):
        yield "date of birth", *hit.span("value")
    for hit in _PHONE_LABELLED.finditer(plain):
        yield "phone", *hit.span("value")
    for hit in _PHONE.finditer(plain):
        if not _of_a_thing(plain, hit.start()):
            yield "phone", hit.start(), hit.end()


def _is_nhs(plain: str, hit: re.Match[str]) -> bool:
    """Whether ten digits are said to be an NHS number, or pass its check and are said to be nothing else."""
    before = plain[max(0, hit.start() - 20) : hit.start()]
    if _NHS_LABEL.search(before):
        return True
    other = _MRN_BEFORE.search(before) or _of_a_thing(plain, hit.start())
    return _checked(hit[0]) and not other


def _of_a_thing(plain: str, start: int) -> bool:
    """Whether the number that starts here is said to be a specimen's, an implant's, a book's."""
    return bool(_OF_A_THING.search(plain[max(0, start - 40) : start]))


def _checked(number: str) -> bool:
    """Whether ten digits are an NHS number: the tenth is 11 less the weighted sum of the others modulo 11
    (NHS Data Dictionary, NHS NUMBER)."""
    digits = [int(sign) for sign in number if sign.isdigit()]
    weighted = zip(range(10, 1, -1), digits[:9], strict=True)
    check = 11 - sum(weight * digit for weight, digit in weighted) % 11
    return len(set(digits)) > 1 and check % 11 == digits[9] and check != 10


def _plain(text: str) -> str:
    """The text with digits of any script, dashes, quotes and blanks as ASCII has them, sign for sign."""
    if text.isascii():
        return text
    return "".join(sign if sign.isascii() else _one(sign) for sign in text)


def _one(sign: str) -> str:
    if (digit := unicodedata.decimal(sign, None)) is not None:
        return str(digit)
    if unicodedata.category(sign) == "Pd" or sign == "−":
        return "-"
    if sign in "‘’ʼ`":
        return "'"
    return " " if unicodedata.category(sign) == "Zs" else sign
