"""Where a claim is filed, so that those that are worth comparing with it can be found: in a table of all
claims, or in a database.

A claim is filed under its *facets*: two for everything, its type, its day, its place, its figures, and each
of its words. Under a facet it has a *place*: a number whose highest bits stand for country, day and type, the
next for the wording (the least of its words, hashed in the way of the facet: claims that share most words are
likely to share it), the last for its id. A facet is one *drawer* as long as few claims are filed under it;
what is too full is halved by the next bit of the place. So the drawer of a claim depends on nothing but the
claims filed under its facets, and not on the order in which they came."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.reconcile.traits import Traits

CAP = 40
"""Claims in a drawer, beyond which it is parted."""
STORY = 150
"""Claims in all, up to which all are compared with all."""
WINDOW = 8
"""Days that are a facet together with a country; each day lies in two such windows."""
_MOST_WORDS = 40
_MOST_FIGURES = 8
COUNTRY_BITS, DAY_BITS, TYPE_BITS, WORDING_BITS, ID_BITS = 8, 13, 5, 20, 17
PLACE_BITS = COUNTRY_BITS + DAY_BITS + TYPE_BITS + WORDING_BITS + ID_BITS
_DAY_SHIFT = np.uint64(TYPE_BITS + WORDING_BITS + ID_BITS)
UNDONE = frozenset(("planned", "conditional", "requested"))
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

Codes = NDArray[np.uint64]
Range = tuple[int, int]
"""First and last place of a drawer, both included."""
WHOLE: Range = (0, (1 << PLACE_BITS) - 1)
"""All places under a facet."""


@lru_cache(maxsize=65536)
def code(text: str) -> int:
    """A number for a facet, the same in every run; that two facets may share one costs a few comparisons."""
    return crc32(text.encode("utf-8", "surrogatepass"))


EVERYTHING = (code("everything"), code("everything, in another order"))
"""The facets that every claim has: two, for one shared drawer does not suffice."""


def filed(claim: Traits, about: About) -> tuple[Codes, Codes]:
    """The facets of a claim (32 bits each), and its place under each (63 bits)."""
    day = claim.days[0] if claim.days is not None else about.day
    country = claim.where.country if claim.where is not None else None
    country = country or about.country
    words = _words(claim)
    facets = np.array(list(dict.fromkeys([*_facets(claim, day, country), *words])), dtype=np.uint64)
    kind = code(str(country)) >> 32 - COUNTRY_BITS << PLACE_BITS - COUNTRY_BITS
    kind |= code(claim.type) >> 32 - TYPE_BITS << WORDING_BITS + ID_BITS
    kind |= code(claim.id) >> 32 - ID_BITS
    # each facet parts the days elsewhere, so that neighbouring days stay together under most
    days = np.uint64(day) + facets & np.uint64((1 << DAY_BITS) - 1)
    if not words:
        wording = np.full(len(facets), (1 << WORDING_BITS) - 1, dtype=np.uint64)
    else:
        mixed = (np.array(words, dtype=np.uint64) ^ facets[:, None]) * _MULTIPLIER
        wording = mixed.min(axis=1) >> np.uint64(64 - WORDING_BITS)
    return facets, np.uint64(kind) | days << _DAY_SHIFT | wording << np.uint64(ID_BITS)


class About(msgspec.Struct, frozen=True):
    """What a report is about: the last day that it tells of and the country it tells of most, which its
    claims that give none are filed by."""

    day: int = 0
    country: str | None = None


def about(claims: Iterable[Traits]) -> About:
    """What a report is about, from its claims."""
    day, countries = 0, Counter[str]()
    for claim in claims:
        if claim.days is not None and claim.head.status not in UNDONE:
            day = max(day, claim.days[0])
        if claim.where is not None and claim.where.country is not None:
            countries[claim.where.country] += 1
    most = min(countries, key=lambda country: (-countries[country], country), default=None)
    return About(day, most)


def drawer(
    facet: int, place: int, count: Callable[[Range], int], sizes: range = range(PLACE_BITS + 1)
) -> Range:
    """The drawer under a facet that a place lies in; `count` says how many claims are filed in a range of
    places under it, and `sizes` which drawers it may be, by the bits of their places."""
    if sizes[-1] == PLACE_BITS:
        if count(WHOLE) <= room(facet):
            return WHOLE
        sizes = sizes[:-1]
    # the larger the range, the fuller it is
    fit = bisect_left(sizes, True, key=lambda bits: count(around(place, bits)) > CAP)
    return around(place, sizes[max(fit - 1, 0)])


def around(place: int, bits: int) -> Range:
    """The range of all places that differ from one in the last so many bits."""
    first = place >> bits << bits
    return first, first | (1 << bits) - 1


def room(facet: int) -> int:
    """Claims that may be filed under a facet before it is parted."""
    return STORY if facet in EVERYTHING else CAP


def _facets(claim: Traits, day: int, country: str | None) -> list[int]:
    found = [*EVERYTHING, code(f"type {claim.type}")]
    if day:
        found.append(code(f"day {day}"))
        last = claim.days[1] if claim.days is not None else day
        for each in (day, last):
            found += [code(f"{country} {(each + part * WINDOW // 2) // WINDOW} of {part}") for part in (0, 1)]
    if claim.where is not None and claim.where.geonameid is not None:
        found.append(code(f"place {claim.where.geonameid}"))
    return found + [
        code(f"figure {kind} {low} {high}") for kind, low, high, _ in claim.figures[:_MOST_FIGURES]
    ]


def _words(claim: Traits) -> list[int]:
    words = claim.words | claim.trigger
    for who in (*claim.actors, *claim.recipients):
        words |= who.words
    if claim.where is not None:
        words |= claim.where.words
    return list(map(code, sorted(words)[:_MOST_WORDS]))


__all__ = ["CAP", "EVERYTHING", "STORY", "Range", "drawer", "filed", "room"]
