"""Names of patients: what follows a title, a label or "son of", and what stands before an age.

Colleagues are no patients: Dr and Prof never are one, and surgeons in Britain are Mr and Miss, so a title's name counts as
a colleague's where the words around it say so ("assisted Mr Khan", "Mr Khan's list", "Mr Khan, consultant").
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORD = r"[^\W\d_]{1,40}(?:['-][^\W\d_]{1,40}){0,3}"
_WORDS = re.compile(_WORD)
_RUN = re.compile(rf"\b{_WORD}(?: {_WORD}){{0,3}}")
_LINKS = _set("ul ud ur bin bint al e de van von ullah")
_LADY = "bibi|begum|khatoon|khatun"

_TITLE = re.compile(
    r"\b(?:(?P<person>mrs?|ms|miss|mister)|(?P<patient>mst|mstt|smt|musammat|haji|hajan|bibi)"
    r"|(?P<child>b/o|baby (?:boy |girl )?of|(?:son|daughter|wife|husband|mother|father|child) of|[sdwh]/o)"
    r"|(?P<named>(?:pt|patient)(?:'s)? name(?: is)?|(?:pt|patient|man|woman|lady|boy|girl) (?:named|called))"
    r"|(?P<weak>master|patient|pt|baby|name))(?P<gap>\.?(?:\s?[:-]\s|:|\s{1,2}))(?P<doctor>(?:Dr|Prof)\.? )?(?=[^\W\d_])",
    re.I,
)
_RELATED = re.compile(r"\b(?:[sdw]/o|(?:son|daughter|wife) of)\b", re.I)
_AGE = re.compile(
    r"[ ,]{1,3}\(?(?:aged? )?\d{1,3}\s?(?:/ ?[MF]\b|[MF]\b|y(?:rs?|ears?)?\b|m(?:onths?|ths?)\b|d(?:ays?)\b|-?year)"
    r"|[ ,(]{1,3}(?:CNIC|NIC|MRN?|MR#|DOB|NHS|mob|cell|ph(?:one)?)\b",
    re.I,
)
_DIGIT = re.compile(r"\d")
_LADIES = re.compile(_LADY, re.I)
_AFTER_LADY = re.compile(
    rf"\b(?P<name>{_WORD} (?:{_LADY}))\b(?! (?:ward|hospital|road|memorial|block|trust))", re.I
)
_URDU = re.compile(
    rf"\b(?:مریضہ? کا نام|مسماۃ|مسمات|محترمہ|جناب|ولد|زوجہ|دختر)\s?:?\s?(?P<name>{_WORD}(?: {_WORD})?)"
)
_URDU_BEFORE = re.compile(rf"\b(?P<name>{_WORD}) (?:بی بی|بیگم|خاتون|ولد|زوجہ|دختر)")

_BY = re.compile(
    r"(?:\b(?:by|with|under|assist(?:ed|ing)|consultants?|surgeons?|supervisors?|trainer|trainee|registrar|anaesthetist|mentor"
    r"|SR|JR|SHO|chief|seniors?|boss|my|our|fellow|called|phoned|rang|joined|helped|helping|follow(?:ed|ing)|thank(?:s to|ed)|(?:feedback|advice|tips?|guidance|help) from"
    r"|assistants?(?: to)?|presented to|scrubbed for|held for|(?:supervision|guidance|list|unit|firm|team|clinic) of)"
    r"[:,]?\s{1,2})$",
    re.I,
)
_TO_PATIENT = re.compile(
    r"\b(?:explain|counsel|consent|spoke|talk|sat|shared|met)\w{0,8}\b.{0,30}$", re.I
)
_DOES = re.compile(
    r"'?s? (?:list|clinic|theatre|guidance|supervision|firm|team|technique|method|way|unit|approach|sign|trainees?"
    r"|ward round|rounds?|patients?|registrar|SHO|SR|instructions?|advice|lecture|teaching|course)\b"
    r"|,? (?:and I|assisted|assisting|operated|supervised|scrubbed|perform(?:ed|s)|taught|showed|demonstrated|advised"
    r"|joined|took over|helped|guided|let me|allowed|corrected|completed|closed the|teaches|prefers|also scrubbed|suggested|recommended|told me|said that|took me|gave me|made me"
    r"|was not happy with my|was happy with|did the|tied|watched|supervises|examined|reviewed|agreed to help)\b"
    r"|,? \(?(?:the |my |our |a )?(?:senior )?(?:consultant|registrar|supervisor|trainer|surgeon|theatre|scrub|staff|ODP\b"
    r"|anaesthetist|FRCS|FCPS|MRCS|professor)",
    re.I,
)
_OPERATIONS = _set(
    """whipple hartmann lichtenstein billroth kocher mcburney bassini pringle ramstedt nissen heller halsted syme
    fournier hirschsprung fogarty foley roux shouldice mcvay stoppa"""
)
_NO_NAMES = _set(
    """a after age aged also an and at b bed born but by came cnic controlled dob did died discharged dr for from g had
    has he her his i icu id in is it known left male female mr mrn mrs ms nhs no not of on opd or pod post pre prof
    refused returned reviewed safety seen selection she stable that the then this to under underwent unit unknown was
    ward were with who whose family blood positioning position case cases rate class contin"""
)


def names(plain: str) -> Iterator[tuple[int, int]]:
    """Where names of patients start and end in a text that has ASCII quotes and blanks."""
    for hit in _TITLE.finditer(plain):
        if span := _after(plain, hit):
            yield span
    for hit in _RELATED.finditer(plain):
        if span := _before(plain, hit.start()):
            yield span
    if _DIGIT.search(plain):
        for start, end in _runs(plain):
            if _AGE.match(plain, end) and not _titled(plain, start):
                yield start, end
    if _LADIES.search(plain):
        for hit in _AFTER_LADY.finditer(plain):
            if hit["name"][0].isupper() and not _ordinary(hit["name"].split()[0]):
                yield hit.span("name")
    if not plain.isascii():
        yield from _urdu(plain)


def _urdu(plain: str) -> Iterator[tuple[int, int]]:
    """Names after and before the Urdu words that go with them."""
    for hit in _URDU.finditer(plain):
        start, end = hit.span("name")
        words = hit["name"].split()
        yield start, end if words[-1] in _known() else start + len(words[0])
    for hit in _URDU_BEFORE.finditer(plain):
        yield hit.span("name")


def _after(plain: str, hit: re.Match[str]) -> tuple[int, int] | None:
    """The patient's name after a title, if that is what stands there."""
    title = hit.group().strip(" .:-")
    shouted = title.isupper() and "/" not in title
    sure = (hit["patient"] or hit["child"] or hit["named"] or hit["doctor"]) and not shouted
    sure = sure or bool(hit["person"] and title[0].isupper() and not shouted)
    if hit["doctor"] and not hit["weak"]:
        return None
    start = end = hit.end()
    first = ""
    for count, word in enumerate(_WORDS.finditer(plain[start : start + 80])):
        said = re.sub(r"'s?$", "", word.group())
        between = plain[end : start + word.start()]
        if count == 4 or (count and between not in (" ", ". ")) or (not count and between):
            break
        linking = said.lower() in _LINKS and first
        named = said.lower() in _known()
        capital = (said[0].isupper() or re.match(r"(?:al|el|ul|d|o)['-]", said)) and not (
            said.isupper() and len(said) < 4
        )
        if not (linking or named or (capital and (sure or first) and not _ordinary(said))):
            break
        if count and not linking and not named and plain[start + word.start() - 1] != " ":
            break
        first = first or said.lower()
        end = start + word.start() + len(said)
        if said != word.group():
            break
    if not first or (first in _OPERATIONS and hit["person"]):
        return None
    if hit["person"] and _colleague(plain, hit.start(), end):
        return None
    return start, end


def _colleague(plain: str, start: int, end: int) -> bool:
    """Whether the words around a name say that it is somebody of the team."""
    before = plain[max(0, start - 60) : start]
    if _DOES.match(plain, end):
        return True
    return bool(_BY.search(before)) and not _TO_PATIENT.search(before)


def _before(plain: str, start: int) -> tuple[int, int] | None:
    """The name that ends before `start`: capitalised words or known names, at most four."""
    window = max(0, start - 60)
    words = list(_WORDS.finditer(plain[window:start]))
    begin = end = None
    for word in reversed(words[-4:]):
        said = word.group()
        if plain[window + word.end() : begin or start].strip(" ,"):
            break
        if _ordinary(said) or not (said[0].isupper() or said.lower() in _known()):
            break
        begin = window + word.start()
        end = end or window + word.end()
    return (begin, end) if begin is not None and end is not None else None


def _runs(plain: str) -> Iterator[tuple[int, int]]:
    """Words side by side that all are names many have, with capital first letters; at most four."""
    for run in _RUN.finditer(plain):
        begin = None
        for word in _WORDS.finditer(run.group()):
            named = word.group()[0].isupper() and word.group().lower() in _known()
            begin = (word.start() if begin is None else begin) if named else None
        if begin is not None:
            yield run.start() + begin, run.end()


def _titled(plain: str, start: int) -> bool:
    """Whether the name that starts here has a colleague's title before it, or words that make it one."""
    before = plain[max(0, start - 40) : start]
    return bool(re.search(r"\b(?:Dr|Prof(?:essor)?|Sister|Nurse)\.? $", before)) or bool(
        _BY.search(before)
    )


def _ordinary(word: str) -> bool:
    return word.lower() in _NO_NAMES


@cache
def _known() -> frozenset[str]:
    """Names that many people have, in small letters."""
    source = files("plugins.validation") / "data" / "names.txt"
    lines = source.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
