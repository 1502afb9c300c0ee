"""The words of a brief: frames of sentences and words for acts, from tables, and how names are listed.

Values are put into a frame in one pass, so that a name which looks like a frame stays a name.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from rashomon.errors import InstallationError
from rashomon.exports.phrases import date_words, one_line
from rashomon.knowledge import countries
from rashomon.knowledge.roles import sector_of
from rashomon.model import Claim, Place
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.matrix import Fact, Matrix

NAMED = 4
"""Voices and parties that a sentence names before it counts the others."""
_QUOTE_CHARS = 400
_NONE = "none"
_NAME_CHARS = 60
_COMMON = re.compile(rf"[a-z][a-z'’ -]{{1,{_NAME_CHARS}}}")
_DETERMINED = ("the ", "a ", "an ", "his ", "her ", "its ", "their ", "this ", "one ", "some ", "all ")


def title_of(incident: Incident) -> str:
    """An incident in a line: its acts, place and day."""
    acts = [deed(incident.type, mode)["noun"] for mode in incident.modes or (None,)]
    what = upper(listed(list(dict.fromkeys(acts))))
    where = _where(incident.place) if incident.place is not None else ""
    when = date_words(incident.date) if incident.date is not None else ""
    return " · ".join(part for part in (what, where, when) if part)


def key_of(fact: Fact, what: str, value: str = "") -> str:
    """The frame of a row; a number that is none is told, though what it counts is denied."""
    if fact.field == "deed":
        return f"deed.{what}"
    none = what == "denied" and (value == _NONE or value.startswith(f"{_NONE} ("))
    return "fact.asserted" if none else f"fact.{what}"


def _where(place: Place) -> str:
    land = countries.name_of(place.country or "")
    return one_line(f"{place.name}, {land}" if land and land != place.name else place.name)


def listed(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B, C and 4 others"."""
    if len(names) > NAMED + 1:
        names = [*names[:NAMED], f"{len(names) - NAMED:,} others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nobody"


def names_of(grid: Matrix) -> list[str]:
    """What the voices are called; a quoted voice with the name of another says that it is quoted."""
    called = [spoken(one_line(column.voice)) for column in grid.columns]
    often = Counter(called)
    return [
        f"{name} (quoted)" if often[name] > 1 and column.kind != "publisher" else name
        for name, column in zip(called, grid.columns, strict=True)
    ]


def spoken(name: str) -> str:
    """A name as it stands inside a sentence: "Police" and "Special units" only began one, "Kosovo Police" and
    "Serbs" are names."""
    lower = name[:1].lower() + name[1:]
    plain = lower != name and lower.islower() and len(lower) <= _NAME_CHARS
    return lower if plain and sector_of(lower) is not None else name


def voices_listed(names: Sequence[str]) -> str:
    """Voices in a sentence: "the army, residents and Hill Courier"."""
    return listed([_with_article(name) for name in names])


def _with_article(name: str) -> str:
    """A single "army" or "village chief" with its article; "police", "residents" and names have none."""
    if not _COMMON.fullmatch(name) or name.startswith(_DETERMINED):
        return name
    head = name.partition(" of ")[0].split()[-1]
    several = head.endswith("s") and not head.endswith("ss")
    bare = several or head.endswith("men") or head in frame("bare").split()
    return name if bare else f"the {name}"


def upper(text: str) -> str:
    """The text with a capital at its head."""
    return text[:1].upper() + text[1:]


def clipped(claim: Claim) -> str:
    """The words of a claim on one line; of very many, those around its event."""
    quote = claim.quote.text
    if len(quote) <= _QUOTE_CHARS:
        return one_line(quote)
    middle = min(max(claim.trigger.start - claim.quote.start, 0), len(quote))
    start = max(min(middle - _QUOTE_CHARS // 2, len(quote) - _QUOTE_CHARS), 0)
    piece = one_line(quote[start : start + _QUOTE_CHARS])
    return ("… " if start else "") + piece + (" …" if start + _QUOTE_CHARS < len(quote) else "")


def deed(kind: str, mode: str | None) -> Mapping[str, str]:
    """The words for an act; an act that no table knows is called by its name."""
    deeds = _deeds()
    name = one_line(kind).lower()
    return (
        deeds.get((kind, mode or ""))
        or deeds.get((kind, ""))
        or {"clause": f"there was {name}", "noun": name}
    )


def frame(key: str) -> str:
    """A frame of the table."""
    return frames()[key]


@cache
def frames() -> Mapping[str, str]:
    """The table of frames, and of words for fields ("head.") and statuses ("status.")."""
    return {row["key"]: row["frame"] for row in _rows("brief_frames.csv")}


@cache
def _deeds() -> Mapping[tuple[str, str], Mapping[str, str]]:
    return {(row["type"], row["mode"]): row for row in _rows("brief_deeds.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    try:
        text = (resources.files("rashomon.exports") / name).read_text(encoding="utf-8")
    except OSError as error:
        raise InstallationError(f"the table {name} is missing", hint="reinstall rashomon") from error
    return list(csv.DictReader(text.splitlines()))


__all__ = ["NAMED", "clipped", "deed", "frame", "frames", "key_of", "listed", "names_of", "spoken",
           "title_of", "upper", "voices_listed"]  # fmt: skip
