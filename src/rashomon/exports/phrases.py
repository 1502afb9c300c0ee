"""How the exports put the pieces of a claim in words, and how they keep hostile text harmless.

Everything here takes and returns plain text; escaping for HTML or a terminal is each export's own last step.
"""

from __future__ import annotations

import re
from datetime import date as Day
from functools import lru_cache

from rashomon.model import Claim, Date, Figure, Party, Place, Voice

NOBODY = "–"
PUBLISHER = "the report itself"

# What would hide or reorder text or steer a terminal: controls, bidi marks, separators, lone surrogates.
# The zero-width joiners and the soft hyphen stay: words of several languages need them.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def counted(count: int, noun: str, many: str | None = None) -> str:
    """ "1 incident", "2,000 incidents"; `many` is the plural that no s makes."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def valid(text: str) -> str:
    """Text that can be encoded: each lone surrogate becomes one U+FFFD, so that offsets stay as they are."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def reveal(text: str, template: str = "‹{}›") -> str:
    """Text with each harmful character replaced by its code point ("U+202E") in the template."""
    return _HARMFUL.sub(lambda match: template.format(f"U+{ord(match.group()):04X}"), text)


def one_line(text: str) -> str:
    """Text for one line of a screen: white space is a space, harmful characters stand as ‹U+202E›."""
    return reveal(re.sub(r"[ \t\r\n\v\f\u2028\u2029]+", " ", text)).strip()


def party_names(parties: tuple[Party, ...]) -> str:
    """Names of actors or recipients, joined; a dash where nobody is named."""
    return ", ".join(one_line(party.name or party.text) for party in parties) or NOBODY


def voice_name(voice: Voice) -> str:
    """Who vouches for a claim, in a word or two: "Kosovo Police", "the report itself"."""
    if voice.kind == "publisher":
        return PUBLISHER
    return one_line(voice.name or voice.text or "somebody unnamed")


def voice_path(voice: Voice) -> str:
    """Through whom the account came, as ", through police and a broadcaster"; empty for a straight one."""
    if not voice.chain:
        return ""
    return ", through " + " and ".join(one_line(speaker.name or speaker.text) for speaker in voice.chain)


def event_name(claim: Claim) -> str:
    """Type and mode: "coerce: arrest", "agree"."""
    name = one_line(claim.type).lower()
    return f"{name}: {one_line(claim.mode)}" if claim.mode else name


def figure_words(figure: Figure) -> str:
    """Bounds, kind and whom: "2 injured (Serbs)", "24 or more arrested", "no killed"."""
    low, high = figure.low, figure.high
    if low is None and high is None:
        count = "some"
    elif low is None:
        count = f"at most {high:,}"
    elif high is None:
        count = f"{low:,} or more"
    elif low == high:
        count = f"{low:,}" if low else "no"
    else:
        count = f"{low:,}–{high:,}"
    whom = f" ({one_line(figure.whom)})" if figure.whom else ""
    return f"{count} {one_line(figure.kind)}{whom}"


def date_words(date: Date) -> str:
    """A date as finely as it was told: "28 May 2019", "May 2019", "2019", "1 Jan 1998 – 31 Dec 1999"."""
    first, last = _day(date.first), _day(date.last)
    if first is None or last is None:
        return one_line(date.first if date.first == date.last else f"{date.first} – {date.last}")
    if date.precision == "year" and first.year == last.year:
        return str(first.year)
    if date.precision == "month" and (first.year, first.month) == (last.year, last.month):
        return f"{_MONTHS[first.month - 1]} {first.year}"
    if first == last:
        return _day_words(first)
    if date.precision == "year" or (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return f"{first.year}–{last.year}"
    return f"{_day_words(first)} – {_day_words(last)}"


def place_words(place: Place) -> str:
    """The gazetteer's name and the country's code; the report's words where the gazetteer has no entry."""
    name = one_line(place.name or place.text or "")
    return f"{name}, {one_line(place.country)}" if place.country and place.country != name else name


def bounds(start: int | None, end: int | None, length: int) -> tuple[int, int] | None:
    """A span clipped to a text of `length` characters; None where nothing of it is left."""
    if start is None or end is None:
        return None
    start, end = max(start, 0), min(end, length)
    return (start, end) if start < end else None


def _day_words(day: Day) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


@lru_cache(maxsize=4096)
def _day(text: str) -> Day | None:
    try:
        return Day.fromisoformat(text)
    except ValueError:
        return None
