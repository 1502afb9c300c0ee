"""What opens a wire report before its running text: title, date, caption, agency and the like.

Agencies and archives put lines such as these before a report, in many forms and orders:

    date 2019-05-28 Officers stand at a roadblock near Vrelo, May 28, 2019.
    date 2020-02-07 <photo caption> Tents on the bridge. </photo caption>
    Published: Tuesday, 28 May 2019
    By Ana Moro
    VRELO, Kosovo, May 28 (Hill Agency) -

Nothing is cut from the text: `find_header` says where each piece lies, so that offsets stay those of the text
as it was given. Only the start of a text is looked at, line by line, in time linear in its length.
"""

from __future__ import annotations

import datetime
import re
from typing import Literal

import msgspec

from rashomon.model import Span, span_of

Field = Literal["published", "publisher", "title", "url", "other"]

_HEAD_CHARS = 8_000
_MAX_LINES = 14
_TITLE_CHARS = 160
_CAPTION_CHARS = 2_000
_FIELD_CHARS = 300
_CLOCK_CHARS = 40

# What a label before a colon names. "other" is a header line that says nothing we keep: the day of an update
# is not the day of publication.
_LABELS: dict[str, Field] = {
    "published": "published", "publication date": "published", "date": "published", "posted": "published",
    "published on": "published", "published at": "published", "issued": "published", "date published":
    "published", "publisher": "publisher", "source": "publisher", "outlet": "publisher", "agency":
    "publisher", "title": "title", "headline": "title", "url": "url", "link": "url",
    "updated": "other", "last updated": "other", "modified": "other", "by": "other", "author": "other",
    "byline": "other", "section": "other", "language": "other", "copyright": "other", "location": "other",
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sep sept", "october oct", "november nov", "december dec"), 1
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = r"(?:(?:mon|tues?|wednes|wed|thurs?|thu|fri|satur|sat|sun)(?:day)?\.?,?[ \t]{1,3})?"
_ISO = (
    r"(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?P<time>[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]{1,9})?"
    r"[ ]?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_DAY_FIRST = (
    rf"(?P<d1>[0-9]{{1,2}})(?:st|nd|rd|th)?[ \t]{{1,3}}(?P<m1>{_MONTH})\.?,?[ \t]{{1,3}}(?P<y1>[0-9]{{4}})"
)
_MONTH_FIRST = (
    rf"(?P<m2>{_MONTH})\.?[ \t]{{1,3}}(?P<d2>[0-9]{{1,2}})(?:st|nd|rd|th)?,?[ \t]{{1,3}}(?P<y2>[0-9]{{4}})"
)
_NUMBERS = (
    r"(?P<n1>[0-9]{1,2})[./](?P<n2>[0-9]{1,2})[./](?P<y3>[0-9]{4})"
    r"|(?P<y4>[0-9]{4})/(?P<m4>[0-9]{1,2})/(?P<d4>[0-9]{1,2})"
)
_DATE = re.compile(rf"{_WEEKDAY}(?:{_ISO}|{_DAY_FIRST}|{_MONTH_FIRST}|{_NUMBERS})(?![0-9])", re.IGNORECASE)
_DATE_KEYWORD = re.compile(
    r"(?:date|published|posted|issued)(?:[ \t]+(?:on|at))?[ \t]*:?[ \t]+", re.IGNORECASE
)
_LABEL = re.compile(r"([A-Za-z][A-Za-z ]{1,20}?)[ \t]*:[ \t]*")
_CLOCK = re.compile(
    r"(?:at )?[0-9]{1,2}[:.h][0-9]{2}(?::[0-9]{2})?[ ]?(?:[ap]\.?m\.?)?[ ]?(?:\(?[A-Z]{1,5}\)?)?"
)
_AFTER_DATE = re.compile(r"(?:at[ ])?[0-9]{1,2}[:.h][0-9]{2}|[0-9]{1,2}[ ]?[ap]\.?m|\(|[A-Z]{3,4}$")
_CAPTION_OPEN = re.compile(r"<[ \t]*(?:photo|image|picture)?[ \t_-]*caption[ \t]*>", re.IGNORECASE)
_CAPTION_CLOSE = re.compile(r"<[ \t]*/[ \t]*(?:photo|image|picture)?[ \t_-]*caption[ \t]*>", re.IGNORECASE)
_BYLINE = re.compile(
    r"By[ \t]+[^\W\d_a-z][\w.'’-]*(?:[ \t,]+(?:and[ \t]+|in[ \t]+)?[^\W\d_a-z][\w.'’-]*){1,8}"
)
_AGENCY = re.compile(r"(?P<before>[^\n()]{0,80})\((?P<agency>[^()\n]{2,40})\)[ \t]{0,3}(?:--?|–|—)(?=\s)")
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n|\r[ \t]*\r")
_INK = re.compile(r"\S")
_LINE_END = re.compile(r"\r\n|\r|\n")


class Header(msgspec.Struct, frozen=True):
    """What stands before the running text. Spans are into the text as given; absent pieces are None.

    `published` is an ISO date or date-time, `publisher` what a label or the agency's brackets name. `body` is
    the offset at which the running text begins: everything before it is header lines, title and caption.
    """

    body: int = 0
    published: str | None = None
    published_at: Span | None = None
    title: Span | None = None
    caption: Span | None = None
    publisher: Span | None = None
    url: Span | None = None


def find_header(text: str) -> Header:
    """Find the header of a report. A text that opens with its first sentence gets an empty one."""
    head = text[:_HEAD_CHARS]
    found: dict[str, Span] = {}
    published: str | None = None
    position = 0
    for _ in range(_MAX_LINES):
        start, end = _next_line(head, position)
        if start == end:
            break
        line = head[start:end]
        if (dated := _dated_line(text, head, start, end)) is not None:
            day, span, caption, position = dated
            if published is None:
                published, found["published_at"] = day, span
            if caption is not None:
                found.setdefault("caption", caption)
        elif (tagged := _tagged_caption(text, head, start)) is not None:
            found.setdefault("caption", tagged[0])
            position = tagged[1]
        elif (labelled := _labelled_line(text, start, end)) is not None:
            field, value = labelled
            if value is not None and field == "published" and published is None:
                published = parse_published(value.text)
                if published is not None:
                    found["published_at"] = value
            elif value is not None and field not in {"published", "other"}:
                found.setdefault(field, value)
            position = end
        elif _BYLINE.fullmatch(line):
            position = end
        elif not found and _is_title(head, start, end):
            found["title"] = span_of(text, start, end)
            position = end
        else:
            break
    body, _ = _next_line(head, position)
    if agency := _agency(text, body):
        found.setdefault("publisher", agency)
    return Header(body=body if position else 0, published=published, **found)


def running_text(text: str) -> str:
    """The text with a labelled header ("Title: ...", "Published: ...") turned to white space: what is read as
    news. Offsets stay as they are; a text that does not open with a label is given back as it is."""
    head = text[:_HEAD_CHARS]
    start, end = _next_line(head, 0)
    if start == end or _labelled_line(text, start, end) is None:
        return text
    body = find_header(text).body
    return _INK.sub(" ", text[:body]) + text[body:]


def parse_published(value: str) -> str | None:
    """An ISO date or date-time for what somebody wrote as a day, or None where it is not exactly one day.

    Understands ISO 8601 with or without a time, "28 May 2019", "May 28, 2019" (a weekday may stand before, a
    time after), "2019/05/28" and "28/05/2019" (only where it can be read in one way). A time is kept, with
    its offset, where the value is ISO: relative dates are counted from the day as the publisher wrote it.
    """
    value = value.strip()
    match = _DATE.match(value[:_FIELD_CHARS])
    if match is None:
        return None
    rest = value[match.end() :].lstrip(" \t,;-|")
    return _day_of(match) if not rest or _AFTER_DATE.match(rest) else None


def _day_of(match: re.Match[str]) -> str | None:
    part = match.groupdict()
    if part["iso"]:
        return _iso(part["iso"], part["time"])
    if part["y3"]:
        first, second = int(part["n1"]), int(part["n2"])
        if first <= 12 and second <= 12 and first != second:
            return None  # 05/06/2019 is May in one country and June in another
        day, month, year = (first, second, part["y3"]) if second <= 12 else (second, first, part["y3"])
    elif part["y4"]:
        day, month, year = int(part["d4"]), int(part["m4"]), part["y4"]
    elif part["y1"]:
        day, month, year = int(part["d1"]), _MONTHS[part["m1"].lower()], part["y1"]
    else:
        day, month, year = int(part["d2"]), _MONTHS[part["m2"].lower()], part["y2"]
    return _iso(f"{year}-{month:02}-{day:02}", None)


def _iso(day: str, time: str | None) -> str | None:
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        return None
    if int(day[:4]) < 1000:
        return None
    if time is None:
        return day
    clock = re.sub(r"\s*(?:UTC|GMT)$", "Z", time[1:], flags=re.IGNORECASE).replace(" ", "").upper()
    try:
        datetime.datetime.fromisoformat(f"{day}T{clock}")
    except ValueError:
        return day
    return f"{day}T{clock}"


def _next_line(head: str, position: int) -> tuple[int, int]:
    """Span of the next line that is not blank, without white space around it; empty at the end."""
    start = position
    while start < len(head) and (head[start].isspace() or head[start] == "\ufeff"):
        start += 1
    match = _LINE_END.search(head, start)
    end = match.start() if match else len(head)
    while end > start and head[end - 1].isspace():
        end -= 1
    return start, end


def _dated_line(text: str, head: str, start: int, end: int) -> tuple[str, Span, Span | None, int] | None:
    """A line that opens with a date: the day, its span, the caption after it, where the header goes on."""
    keyword = _DATE_KEYWORD.match(head, start, end)
    match = _DATE.match(head, keyword.end() if keyword else start, end)
    if match is None:
        return None
    day = _day_of(match)
    rest, _ = _next_line(head, match.end())
    if day is None or (keyword is None and not _only_a_time(head[match.end() : end])):
        return None
    span = span_of(text, *match.span())
    if tagged := _tagged_caption(text, head, rest):
        return day, span, *tagged
    if rest >= end or _only_a_time(head[match.end() : end]):
        return day, span, None, end
    caption_end = _paragraph_end(head, rest, end)
    if not head[caption_end:].strip():  # the line is all there is: it is the report, not a caption
        return day, span, None, match.end()
    return day, span, span_of(text, rest, caption_end), caption_end


def _only_a_time(rest: str) -> bool:
    rest = rest.strip(" \t,;|-–—")
    return not rest or (_CLOCK.fullmatch(rest[:_CLOCK_CHARS]) is not None and len(rest) <= _CLOCK_CHARS)


def _tagged_caption(text: str, head: str, start: int) -> tuple[Span, int] | None:
    opening = _CAPTION_OPEN.match(head, start)
    if opening is None:
        return None
    closing = _CAPTION_CLOSE.search(head, opening.end(), opening.end() + _CAPTION_CHARS)
    first, line_end = _next_line(head, opening.end())
    last = closing.start() if closing else _paragraph_end(head, first, line_end)
    while last > first and head[last - 1].isspace():
        last -= 1
    return span_of(text, first, max(first, last)), closing.end() if closing else max(last, opening.end())


def _paragraph_end(head: str, start: int, line_end: int) -> int:
    """A caption goes on to the next blank line; where none is near, paragraphs are lines."""
    blank = _BLANK_LINE.search(head, start, start + _CAPTION_CHARS)
    end = blank.start() if blank else line_end
    while end > start and head[end - 1].isspace():
        end -= 1
    return end


def _labelled_line(text: str, start: int, end: int) -> tuple[Field, Span | None] | None:
    match = _LABEL.match(text, start, min(end, start + _FIELD_CHARS))
    if match is None or end - start > _FIELD_CHARS:
        return None
    field = _LABELS.get(" ".join(match[1].lower().split()))
    if field is None:
        return None
    return field, span_of(text, match.end(), end) if match.end() < end else None


def _is_title(head: str, start: int, end: int) -> bool:
    """A short first line of words without a full stop, a blank line after it, and a text after that."""
    line = head[start:end]
    after = _BLANK_LINE.match(head, end + len(head[end:]) - len(head[end:].lstrip(" \t")))
    return (
        len(line) <= _TITLE_CHARS
        and after is not None
        and bool(head[after.end() :].strip())
        and not line.rstrip("\"'”’»)").endswith((".", "…", ":", ";", ",", "-", "–", "—"))
        and len(line.split()) >= 2
        and sum(char.isalpha() for char in line) * 2 > len(line)
    )


def _agency(text: str, body: int) -> Span | None:
    """The agency in brackets that closes a dateline: "VRELO, Kosovo, May 28 (Hill Agency) -"."""
    match = _AGENCY.match(text, body, body + 200)
    if match is None or not match["agency"].strip()[:1].isalpha():
        return None
    words = re.findall(r"[^\W_]+", match["before"])
    if words and (words[0] in {"The", "A", "An"} or any(word[0].islower() for word in words)):
        return None  # "The Reform Party (RP) - which ..." is a sentence
    return span_of(text, *match.span("agency"))
