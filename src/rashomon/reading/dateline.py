"""The line that opens a wire report: where it was filed, and sometimes when and by which agency.

ZVECAN, Kosovo - Police said ...          BELGRADE, November 14 - ...
NAIROBI, Aug 3 (Hill Agency) -- ...       LIMA — ...          gao, mali -- ...
"""

from __future__ import annotations

import re
from datetime import date

import msgspec

from rashomon.knowledge.names import fold, place_key, place_words
from rashomon.knowledge.place_phrases import stopwords
from rashomon.knowledge.place_table import PlaceTable
from rashomon.model import Span, span_of

_MAX_CHARS = 160  # a dateline ends within so many characters of its line
_LINES = 6  # title, by-line and the like may stand before it
_SEARCHED = 3_000
_MAX_PLACE_WORDS = 9
_MAX_NAME_WORDS = 4

_MONTH_NAMES = (
    ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
    ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("october", "oct"), ("november", "nov"),
    ("december", "dec"),
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names}
_MONTH = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
_YEAR = r"(?:19|20)\d\d|['’]?\d\d(?!\d)"  # monitoring services write "3 May 90"
_DATE = re.compile(
    rf"(?:{_WEEKDAY},?\s)?(?:"
    rf"(?P<month>{_MONTH})\s(?P<day>{_DAY})(?:,?\s(?P<year>{_YEAR}))?"
    rf"|(?P<day2>{_DAY})\s(?P<month2>{_MONTH})(?:,?\s(?P<year2>{_YEAR}))?"
    rf"|(?P<iso>(?:19|20)\d\d-\d\d-\d\d))(?!\w)|{_WEEKDAY}(?!\w)",
    re.IGNORECASE,
)
# Dashes that close a dateline. A hyphen needs spaces beside it: "Port-au-Prince" does not end at "Port".
_CLOSE = re.compile(r"\s{0,2}(?:\s-{1,3}\s|\s?-{2,3}\s?|\s?[–—―]\s?|\s-{1,2}$)")
_AGENCY = re.compile(r"\(([^()\n]{1,40})\)")
_PLACE_WORD = re.compile(r"[^\W\d_](?:[\w.'’]|-(?=\w))*")


class DatelineMatch(msgspec.Struct, frozen=True):
    """A dateline. `place` and `date_span` are pieces of the text, `date` the words of the date; the report
    itself begins at the offset `body`. `agency` is what stands in brackets before the dash."""

    place: Span
    body: int
    date: str | None = None
    date_span: Span | None = None
    agency: Span | None = None

    def iso_date(self, published: str | None = None) -> str | None:
        """The date in ISO form. Where it has no year, the one that puts it nearest to `published` (an ISO
        date); None where there is no such date, or nothing to reckon from."""
        match = _DATE.fullmatch(self.date.strip()) if self.date else None
        if match is None:
            return None
        try:
            return _resolved(match, published)
        except ValueError:
            return None


def parse_dateline(text: str) -> DatelineMatch | None:
    """The dateline of a report, None where it has none. Offsets are offsets into `text`."""
    start = 0
    head = text[:_SEARCHED]
    for _ in range(_LINES):
        end = head.find("\n", start)
        end = len(head) if end < 0 else end
        if head[start:end].strip():
            found = _parse_line(text, start + _indent(head, start, end), end)
            if found is not None:
                return found
        start = end + 1
        if start >= len(head):
            break
    return None


def _parse_line(text: str, start: int, end: int) -> DatelineMatch | None:
    """A dateline at `start`, where all of it lies before `end`."""
    line_end = min(end, start + _MAX_CHARS)
    agency: Span | None = None
    for close in _CLOSE.finditer(text, start, line_end):
        if close.start() == start:
            return None
        before = close.start()
        brackets = list(_AGENCY.finditer(text, start, before))
        bracket = brackets[-1] if brackets else None
        if bracket is not None and not text[bracket.end() : before].strip(" ,.:"):
            agency = span_of(text, *bracket.span(1))
            before = bracket.start()
        parts = _place_and_date(text, start, _trimmed(text, start, before))
        if parts is None:
            return None
        place, when = parts
        body = close.end()
        while body < len(text) and text[body] in " \t\u00a0":
            body += 1
        return DatelineMatch(
            place=place, body=body, date=when.text if when else None, date_span=when, agency=agency
        )
    return None


def _place_and_date(text: str, start: int, end: int) -> tuple[Span, Span | None] | None:
    """The place, and the date that closes it, of the words before the dash."""
    when: Span | None = None
    for match in _DATE.finditer(text, start, end):
        rest = text[match.end() : end].strip(" ,.;")
        if match.start() > start and not rest:
            when = span_of(text, match.start(), match.end())
            end = _trimmed(text, start, match.start())
            break
    words = list(_PLACE_WORD.finditer(text, start, end))
    if not words or len(words) > _MAX_PLACE_WORDS or words[0].group().lower() in place_words("no dateline"):
        return None
    if words[0].start() != start or re.sub(_PLACE_WORD, "", text[start:end]).strip(" ,/()'’.-\u00a0\t"):
        return None
    if not _looks_like_place(text, [word.group() for word in words], start, when is not None):
        return None
    return span_of(text, start, end), when


def _looks_like_place(text: str, words: list[str], start: int, dated: bool) -> bool:
    """Capitals tell a dateline from a sentence with a dash in it; where they do not, the gazetteer
    decides."""
    if text[start : start + 600].islower():
        return len(words) <= 4 and _is_name(" ".join(words))
    named = [word for word in words if word.lower() not in place_words("within")]
    if not named or any(not word[0].isupper() for word in named):
        return False
    if words[0].isupper():
        return len(words[0]) > 1 or len(words) > 1
    # In small letters it takes a date or a known name: "Gao, Mali" and "Gao", not "The Reform Party".
    first, comma, _ = text[start : start + _MAX_CHARS].partition(",")
    first = first if comma and first.count(" ") < _MAX_NAME_WORDS else " ".join(words)
    return words[0] != "The" and (dated or _is_name(first))


def _is_name(words: str) -> bool:
    return fold(words) not in stopwords() and PlaceTable.load().knows(place_key(words))


def _resolved(match: re.Match[str], published: str | None) -> str | None:
    if match["iso"]:
        return date.fromisoformat(match["iso"]).isoformat()
    month_word, day_word = match["month"] or match["month2"], match["day"] or match["day2"]
    if month_word is None or day_word is None:
        return None
    month, day = _MONTHS[month_word.lower().rstrip(".")], int(day_word.rstrip("stndrhSTNDRH"))
    year = match["year"] or match["year2"]
    if year and len(year) == 4:
        return date(int(year), month, day).isoformat()
    if published is None:
        return None
    day_zero = date.fromisoformat(published[:10])
    around = range(day_zero.year - 1, day_zero.year + 2)
    near = []
    for candidate in (1900 + int(year[-2:]), 2000 + int(year[-2:])) if year else around:
        try:
            near.append(date(candidate, month, day))
        except ValueError:  # 29 February
            continue
    return min(near, key=lambda one: abs((one - day_zero).days)).isoformat() if near else None


def _trimmed(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in " ,;:\t\u00a0":
        end -= 1
    return end


def _indent(text: str, start: int, end: int) -> int:
    return len(text[start:end]) - len(text[start:end].lstrip())
