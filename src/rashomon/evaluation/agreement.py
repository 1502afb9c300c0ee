"""When a system's claim is a gold claim, and which of its fields are right.

The rules are those of the accounts set's own scorer (its README has them in words); they are written out
again here so that the package needs nothing beside it, and a test holds the two to the same figures digit
for digit. Gold claims are rows of a story file; guesses are claims in the JSON form of `docs/output.md`.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from rashomon.evaluation.extras import need

Claim = dict[str, Any]
Offsets = tuple[int, int]

FIELDS = ("mode", "actor", "recipient", "voice", "status", "frame", "date", "country", "place", "figures")
WHOLE = ("actor", "recipient", "voice", "status")
_STOP = frozenset(["the", "a", "an", "of", "in", "and", "'s", "its", "their", "his", "s"])
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def words(text: object) -> set[str]:
    """The content words of a name, lower case."""
    return set(re.findall(r"\w+", str(text).lower())) - _STOP


def locate(piece: object, text: str) -> list[Offsets]:
    """All character spans of a piece of a text, white space folded."""
    pattern = r"\s+".join(re.escape(part) for part in str(piece).split())
    return [found.span() for found in re.finditer(pattern, text)] if pattern else []


def gold_spans(claim: Claim, text: str) -> tuple[Offsets | None, Offsets | None]:
    """Spans of the quote and of the trigger within it."""
    triggers = locate(claim["trigger"], text)
    for quote in locate(claim["quote"], text):
        for trigger in triggers:
            if quote[0] <= trigger[0] and trigger[1] <= quote[1]:
                return quote, trigger
    return None, None


def guessed_span(piece: dict[str, Any] | None) -> Offsets | None:
    """The offsets of a span of the output, if it has any."""
    return (piece["start"], piece["end"]) if piece and piece.get("start") is not None else None


def overlap(one: Offsets | None, other: Offsets | None) -> bool:
    """Whether two spans share a character."""
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]


def same_parties(names: list[str], codes: list[str], parties: list[dict[str, Any]]) -> bool:
    """Whether every gold party is among the guesses, by code or by a word of its name, and no stranger is."""
    if not names or not parties:
        return not names and not parties
    told = [words(party.get("text")) | words(party.get("name")) for party in parties]
    for name, code in zip(names, codes, strict=True):
        if not any(
            code == party.get("code") or words(name) & its for party, its in zip(parties, told, strict=True)
        ):
            return False
    return all(
        party.get("code") in codes or any(words(name) & its for name in names)
        for party, its in zip(parties, told, strict=True)
    )


def same_voice(claim: Claim, voice: dict[str, Any] | None) -> bool:
    """Whether the same party vouches: both the publisher, or one code, or a shared word of the name."""
    voice = voice or {}
    if claim["voice"] == "publisher" or voice.get("kind") == "publisher":
        return claim["voice"] == "publisher" and voice.get("kind") == "publisher"
    if claim.get("voice_code") and claim["voice_code"] == voice.get("code"):
        return True
    return bool(words(claim["voice"]) & (words(voice.get("text")) | words(voice.get("name"))))


def date_bounds(date: object) -> tuple[str, str] | None:
    """First and last day of a gold date (a year, a month, a day or a pair of them), as ISO strings."""
    if date is None:
        return None
    first, last = (str(end) for end in (date if isinstance(date, list) else (date, date)))
    return first if len(first) >= 10 else (first + "-01-01"[len(first) - 4 :])[:10], _last_day(last)


def _last_day(date: str) -> str:
    if len(date) >= 10:
        return date[:10]
    if len(date) == 4:
        return f"{date}-12-31"
    year, month = (int(part) for part in date.split("-"))
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return f"{date}-{_MONTH_DAYS[month - 1] + leap}"


def same_date(claim: Claim, date: dict[str, Any] | None) -> bool:
    """Whether the guess lies within the gold date; a report that gives no date settles nothing."""
    bounds = date_bounds(claim["date"])
    if bounds is None:
        return True
    if not date or not date.get("first"):
        return False
    return bool(bounds[0] <= date["first"][:10] and (date.get("last") or date["first"])[:10] <= bounds[1])


def same_place(claim: Claim, place: dict[str, Any] | None) -> bool:
    """Whether the names share a word; a claim without a gold place settles nothing."""
    if not claim["place"]:
        return True
    return bool(place and words(claim["place"]) & (words(place.get("text")) | words(place.get("name"))))


def figure_keys(figures: list[dict[str, Any]] | None) -> list[tuple[Any, Any, Any]]:
    """Figures as sorted (kind, low, high)."""
    return sorted(((each["kind"], each.get("low"), each.get("high")) for each in figures or []), key=str)


def agreement(claim: Claim, guess: Claim) -> dict[str, bool]:
    """Field by field, whether the guess is right."""
    place = guess.get("place") or {}
    return {
        "mode": claim.get("mode") == guess.get("mode"),
        "actor": same_parties(claim["actor"], claim["actor_code"], guess.get("actors") or []),
        "recipient": same_parties(claim["recipient"], claim["recipient_code"], guess.get("recipients") or []),
        "voice": same_voice(claim, guess.get("voice")),
        "status": claim["status"] == guess.get("status"),
        "frame": claim["frame"] == guess.get("frame"),
        "date": same_date(claim, guess.get("date")),
        "country": claim["country"] is None or claim["country"] == place.get("country"),
        "place": same_place(claim, place),
        "figures": figure_keys(claim.get("figures")) == figure_keys(guess.get("figures")),
    }


def match(gold: list[Claim], guesses: list[Claim], text: str) -> list[tuple[int, int]]:
    """Pairs (gold index, guess index) of one report, one to one, by the highest total agreement.

    A pair is possible when the triggers overlap, or when the quotes overlap and the types agree.

    Raises:
        MissingExtra: SciPy is not installed.
    """
    if not gold or not guesses:
        return []
    weight = np.zeros((len(gold), len(guesses)))
    for i, claim in enumerate(gold):
        quote, trigger = gold_spans(claim, text)
        for j, guess in enumerate(guesses):
            same_type = claim["type"] == guess.get("type")
            told = guessed_span(guess.get("trigger"))
            near = overlap(trigger, told)
            if near or (same_type and overlap(quote, guessed_span(guess.get("quote")) or told)):
                weight[i, j] = 1 + 10 * same_type + 3 * near + 0.1 * sum(agreement(claim, guess).values())
    rows, columns = need("scipy.optimize").linear_sum_assignment(-weight)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if weight[i, j] > 0]
