"""The country of what names no place of the table: "the fuel depot", a village that no source has, a deed
told without its place.

What the report says of countries around it is weighed (`place_features.COUNTRY_FEATURES`), with weights that
are learnt (`training/places.py`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

import msgspec

from rashomon.knowledge.place_context import CountryField
from rashomon.knowledge.place_features import COUNTRY_FEATURES

_REACH = 200.0  # characters after which a place counts for about a third
_SENTENCE = 400  # characters on either side in which the sentence's ends are looked for
_ENDS = re.compile(r"[.!?][\"'”’)]*\s|\n")
REPORT, AROUND, IN_SENTENCE, BEFORE, NEAREST, PLACES, DATELINE, HINTED = COUNTRY_FEATURES


class Sign(msgspec.Struct, frozen=True):
    """A place that the report names: where, in which country, how sure, and whether it is the dateline's."""

    at: int
    country: str
    share: float
    dateline: bool


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """About where the sentence of a mention begins and ends."""
    low, high = max(0, start - _SENTENCE), min(len(text), end + _SENTENCE)
    for match in _ENDS.finditer(text, low, start):
        low = match.end()
    after = _ENDS.search(text, end, high)
    return low, after.start() if after is not None else high


def features(
    start: int,
    end: int,
    text: str,
    field: CountryField,
    signs: Iterable[Sign],
    hints: Mapping[str, float],
) -> dict[str, dict[str, float]]:
    """The features of every country that may be meant by a mention at `[start, end)`, by ISO alpha-3 code."""
    found: dict[str, dict[str, float]] = {}

    def add(iso3: str, feature: str, value: float) -> None:
        found.setdefault(iso3, {})[feature] = value

    whole, near = field.parts(start, end)
    for feature, weights in ((REPORT, whole), (AROUND, near)):
        for iso3, weight in weights.items():
            add(iso3, feature, weight)
    for iso3, weight in field.between(*sentence_around(text, start, end)).items():
        add(iso3, IN_SENTENCE, min(1.0, weight))
    for iso3, weight in hints.items():
        add(iso3, HINTED, min(1.0, weight))
    named = [sign for sign in signs if not start <= sign.at < end]
    total = sum(sign.share for sign in named) or 1.0
    before = max((s for s in named if s.at < start), key=lambda s: s.at, default=None)
    nearest = min(named, key=lambda s: abs(s.at - start), default=None)
    for feature, sign in ((BEFORE, before), (NEAREST, nearest)):
        if sign is not None:
            add(sign.country, feature, math.exp(-abs(sign.at - start) / _REACH))
    for sign in named:
        mine = found.setdefault(sign.country, {})
        mine[PLACES] = mine.get(PLACES, 0.0) + sign.share / total
        if sign.dateline:
            mine[DATELINE] = 1.0
    return found


def best(
    found: Mapping[str, Mapping[str, float]], weighing: Mapping[str, float], without: str | None
) -> str | None:
    """The country whose features weigh most; None where there is none but the one ruled out."""
    told = likeliest({iso3: row for iso3, row in found.items() if iso3 != without}, weighing)
    return told[0] if told is not None else None


def likeliest(
    found: Mapping[str, Mapping[str, float]], weighing: Mapping[str, float]
) -> tuple[str, float] | None:
    """The country whose features weigh most, with its share; None where there is none."""
    scores = {
        iso3: sum(weighing[feature] * value for feature, value in values.items())
        for iso3, values in found.items()
    }
    if not scores:
        return None
    iso3 = max(sorted(scores), key=lambda each: scores[each])
    return iso3, 1 / sum(math.exp(max(-50.0, score - scores[iso3])) for score in scores.values())
