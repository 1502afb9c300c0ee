"""Claims of one happening: pairs are weighed by their signs, and groups are joined while they fit on average.

Average linkage: two groups are joined as long as the mean of the log odds over all their pairs is high
enough, the best fitting first. One strong likeness does not pull in a claim that fits none of the others.
Everything is ordered by what the claims say and by their ids, never by the order in which they came.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import accumulate, repeat

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.reconcile import filing
from rashomon.reconcile.pairs import PARTING, head_signs, ordered, other_signs, place_signs, signs
from rashomon.reconcile.tables import BIAS, weights
from rashomon.reconcile.traits import Head, Traits, Where

FLOOR = -4.0
"""Log odds of a pair that nothing speaks for; lower odds count as this, so that one odd pair parts nobody."""
PARTED = -9.0
"""Weight of a sign that parts: such a pair does count for less, and holds two groups asunder."""
PARTED_BELOW = -6.0
"""Log odds at and under which a pair is taken for parted."""
ENOUGH = -1.8
"""Mean log odds at which groups are joined: below even, for a miss costs as much as a false join and the
signs of several claims add up."""

LARGEST = 100
"""Claims that hang together, beyond which only stronger links count for hanging together: few happenings have
as many, and what hangs together has to be looked at whole when one claim more comes."""

LEVELS = tuple(accumulate(repeat(0.25, 24), initial=ENOUGH))
"""Log odds that links must have to count for hanging together: the next level, where claims are too many."""
CROWDED = 6
"""The level that is the first for more claims than a story has (`filing.STORY`): most pairs of them are of
two happenings, which the weights, fitted on stories, do not know."""


def levels(claims: int) -> tuple[float, ...]:
    """The levels for so many claims in all."""
    return LEVELS if claims <= filing.STORY else LEVELS[CROWDED:]


Edges = dict[int, dict[int, float]]
Links = NDArray[np.void]
Odds = NDArray[np.float32]
LINK = np.dtype([("one", "u4"), ("other", "u4"), ("odds", "f4")])
Sign = tuple[str, float]


class Join(msgspec.Struct, frozen=True):
    """Why two claims are, or are not, of one happening: `odds` are the log odds, the sum of the weights of
    the `signs`, the weightiest first."""

    claims: tuple[str, str]
    odds: float
    signs: tuple[Sign, ...]


def weigh(a: Traits, b: Traits) -> float:
    """Log odds that two claims are of one happening."""
    a, b = ordered(a, b)
    within = a.report == b.report
    odds = _odds(within)
    total = _head_odds(a.head, b.head, within) + _place_odds(a.where, b.where, within)
    for sign in other_signs(a, b):
        total += odds.get(sign, 0.0)
    return max(total, PARTED)


@cache
def _odds(within: bool) -> dict[str, float]:
    side = weights().within if within else weights().across
    return side | dict.fromkeys(PARTING, PARTED)


@lru_cache(maxsize=8192)
def _head_odds(a: Head, b: Head, within: bool) -> float:
    """What is known before anything else, and what the heads say: few pairs of them, met over and over."""
    odds = _odds(within)
    return odds.get(BIAS, 0.0) + sum(odds.get(sign, 0.0) for sign in head_signs(a, b))


@lru_cache(maxsize=8192)
def _place_odds(a: Where | None, b: Where | None, within: bool) -> float:
    odds = _odds(within)
    return sum(odds.get(sign, 0.0) for sign in place_signs(a, b))


def why(a: Traits, b: Traits) -> Join:
    """The signs of a pair with their weights."""
    odds = _odds(a.report == b.report)
    found = [(sign, odds.get(sign, 0.0)) for sign in (BIAS, *signs(a, b))]
    total = sum(weight for _, weight in found)
    found.sort(key=lambda each: (-abs(each[1]), each[0]))
    return Join((a.id, b.id), total, tuple(each for each in found if each[1]))


def counts(odds: Odds) -> NDArray[np.bool_]:
    """Which pairs are told from one that nothing speaks for."""
    return (odds > np.float32(FLOOR)) | (odds <= np.float32(PARTED_BELOW))


def linked(members: Sequence[int], links: Links) -> list[list[int]]:
    """The groups among claims that hang together, given by numbers that follow their fixed order: average
    linkage over sparse log odds. A pair without a link counts as FLOOR."""
    return average_linkage(list(members), np.sort(links, order=("one", "other")), FLOOR, ENOUGH)


def in_order(claims: Iterable[Traits]) -> list[Traits]:
    """Claims in an order of their own: by report, place in the report, and id; one of each id."""
    unique = {claim.id: claim for claim in sorted(claims, key=lambda claim: (claim.id, claim.copy_key))}
    return sorted(unique.values(), key=lambda claim: (claim.report, claim.at, claim.id))


def average_linkage(names: list[int], links: Links, floor: float, enough: float) -> list[list[int]]:
    """Average linkage over sparse links (fields `one`, `other`, `odds`): two groups are joined as long as the
    mean over their pairs is above `enough`, the best first; a pair without a link counts as `floor`."""
    members = {number: [number] for number in names}
    above: Edges = {}  # sums of what the pairs have above the floor
    for one, other, odds in links.tolist():
        above.setdefault(one, {})[other] = above.setdefault(other, {})[one] = odds - floor
    need = enough - floor
    heap: list[tuple[float, int, int]] = []

    def offer(one: int, other: int) -> None:
        mean = above[one][other] / (len(members[one]) * len(members[other]))
        if mean > need:
            heapq.heappush(heap, (-mean, min(one, other), max(one, other)))

    for one, its in above.items():
        for other in its:
            if one < other:
                offer(one, other)
    while heap:
        mean, one, other = heapq.heappop(heap)
        if one not in members or other not in members:
            continue
        now = above[one].get(other, 0.0) / (len(members[one]) * len(members[other]))
        if now != -mean:
            continue  # the groups have grown since; their present mean was offered then
        members[one] += members.pop(other)
        lost = above.pop(other)
        kept = above[one]
        del kept[other]
        for third, sum_ in lost.items():
            if third != one:
                kept[third] = kept.get(third, 0.0) + sum_
                del above[third][other]
        for third, sum_ in kept.items():
            above[third][one] = sum_
            offer(one, third)
    return sorted(sorted(group) for group in members.values())
