"""The words that dates are made of, from the tables, and the small patterns that every grammar of dates
shares.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files

import msgspec

Parts = dict[str, str]


class Expression(msgspec.Struct, frozen=True):
    """A date expression as it stands: which pattern found it, where, and its pieces in lower case."""

    rule: str
    start: int
    end: int
    parts: Parts


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a CSV table of the knowledge room, read once."""
    path = files("rashomon") / "knowledge" / "tables" / name
    with path.open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


@cache
def words_of(kind: str) -> dict[str, str]:
    """The date words of one kind (month, weekday, season, unit, daypart, cue ...) with their values."""
    return {row["word"]: row["value"] for row in table("date_words.csv") if row["kind"] == kind}


@cache
def named_days() -> dict[str, tuple[str, int]]:
    """Feasts and other named days: the rule that gives the day, and how many days it lasts."""
    return {row["name"]: (row["rule"], int(row["days"])) for row in table("named_days.csv")}


@cache
def numbers() -> dict[str, int]:
    """Number words up to a hundred that date expressions use."""
    kinds = ("cardinal", "tens")
    return {row["word"]: int(row["low"]) for row in table("number_words.csv") if row["kind"] in kinds}


@cache
def ordinals() -> dict[str, int]:
    """Ordinal words ("third") and their numbers."""
    return {row["word"]: int(row["low"]) for row in table("number_words.csv") if row["kind"] == "ordinal"}


GAP = r"(?:[ \t\xa0\u202f\u2009]{1,3}(?:\r?\n)?[ \t]{0,3}|\r?\n[ \t]{0,3})"


DASH = r"[-\u2010\u2011\u2012\u2013\u2014]"


LEAD = re.compile(
    r"\b(?P<lead>on|in|at|by|since|from|until|till|before|after|during|for|of|over|within|throughout|through|to|"
    r"between|around|about|as of|ahead of|"
    r"late on|early on|every|each|into|upto|up to)\s{1,4}(?:the\s{1,4})?\Z",
    re.IGNORECASE,
)


def lead_of(text: str, start: int) -> tuple[str, int]:
    """The preposition that governs an expression at `start`, in lower case, and where it stands ("" and
    `start`).
    """
    window = max(0, start - 24)
    found = LEAD.search(text[window:start])
    return (" ".join(found["lead"].lower().split()), window + found.start()) if found else ("", start)
