"""Claims of one happening: pairs are weighed by their signs, and groups are joined while they fit on average.

Average linkage: two groups are joined as long as the mean of the log odds over all their pairs is high
enough, the best fitting first. One strong likeness does not pull in a claim that fits none of the others.
Everything is ordered by what the claims say and by their ids, never by the order in which they came.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, repeat

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.reconcile.blocking import Kept, Many, candidates
from rashomon.reconcile.pairs import PARTING, signs
from rashomon.reconcile.tables import BIAS, Weights, weights
from rashomon.reconcile.traits import Traits

FLOOR = -4.0
"""Log odds of a pair that nothing speaks for; lower odds count as this, so that one odd pair parts nobody."""
PARTED = -9.0
"""Weight of a sign that parts: such a pair does count for less, and holds two groups asunder."""
PARTED_BELOW = -6.0
"""Log odds at and under which a pair is taken for parted."""
ENOUGH = -1.8
"""Mean log odds at which groups are joined: below even, for a miss costs as much as a false join and the
signs of several claims add up."""

LARGEST = 1000
"""Claims that hang together, beyond which only stronger links count for hanging together: no happening has
as many, and linkage slows down with them."""

LEVELS = tuple(accumulate(repeat(0.5, 12), initial=ENOUGH))
"""Log odds that links must have to count for hanging together: the next level, where claims are too many."""

Edges = dict[int, dict[int, float]]
Links = NDArray[np.void]
_LINK = np.dtype([("one", "u4"), ("other", "u4"), ("odds", "f4")])
Sign = tuple[str, float]


class Join(msgspec.Struct, frozen=True):
    """Why two claims are, or are not, of one happening: `odds` are the log odds, the sum of the weights of
    the `signs`, the weightiest first."""

    claims: tuple[str, str]
    odds: float
    signs: tuple[Sign, ...]


def weigh(a: Traits, b: Traits, table: Weights) -> float:
    """Log odds that two claims are of one happening."""
    side = table.within if a.report == b.report else table.across
    total = side.get(BIAS, 0.0)
    for sign in signs(a, b):
        total += PARTED if sign in PARTING else side.get(sign, 0.0)
    return max(total, PARTED)


def why(a: Traits, b: Traits) -> Join:
    """The signs of a pair with their weights."""
    table = weights()
    side = table.within if a.report == b.report else table.across
    found = [(sign, PARTED if sign in PARTING else side.get(sign, 0.0)) for sign in (BIAS, *signs(a, b))]
    total = sum(weight for _, weight in found)
    found.sort(key=lambda each: (-abs(each[1]), each[0]))
    return Join((a.id, b.id), total, tuple(each for each in found if each[1]))


def linked(members: Sequence[Traits], pairs: Iterable[tuple[int, int, float]]) -> list[list[int]]:
    """The groups among claims that hang together, given in their fixed order: as places in it. `pairs` are
    places, the lower first, and log odds."""
    links = np.array([pair for pair in pairs if _counts(pair[2])], dtype=_LINK)
    return _linked(list(range(len(members))), links)


def _counts(odds: float) -> bool:
    """Whether a pair is told from one that nothing speaks for."""
    return odds > FLOOR or odds <= PARTED_BELOW


def groups(claims: Many, kept: Kept | None = None) -> Iterator[list[int]]:
    """The claims of each happening, as places in `claims`, which are in a fixed order (see `in_order`);
    `kept` are those that count, all if None."""
    table = weights()
    ones, others, weighed = array("I"), array("I"), array("f")
    for one, other in candidates(claims, kept):
        odds = weigh(claims[one], claims[other], table)
        if _counts(odds):
            ones.append(one)
            others.append(other)
            weighed.append(odds)
    links = np.zeros(len(ones), dtype=_LINK)
    links["one"], links["other"], links["odds"] = ones, others, weighed
    del ones, others, weighed
    members = np.arange(len(claims)) if kept is None else np.flatnonzero(kept)
    yield from _apart(members, links)


def _apart(members: NDArray[np.int64], links: Links, level: int = 0) -> Iterator[list[int]]:
    """The groups among some claims. Only what hangs together by links above a level can become one group: it
    is looked at alone, and if it is too much, only stronger links count for hanging together."""
    place = np.searchsorted(members, np.stack((links["one"], links["other"])).astype(np.int64))
    strong = links["odds"] > LEVELS[level]
    part = _components(len(members), place[:, strong])
    order = np.argsort(part, kind="stable")
    inside = np.flatnonzero(part[place[0]] == part[place[1]])
    inside = inside[np.argsort(part[place[0, inside]], kind="stable")]
    sizes = np.bincount(part)
    held = np.bincount(part[place[0, inside]], minlength=len(sizes))
    at = link = 0
    for size, count in zip(sizes.tolist(), held.tolist(), strict=True):
        mine, its = members[order[at : at + size]], links[inside[link : link + count]]
        at, link = at + size, link + count
        if size == 1:
            yield mine.tolist()
        elif size > LARGEST and level + 1 < len(LEVELS):
            yield from _apart(mine, its, level + 1)
        else:
            yield from _linked(mine.tolist(), its)


def _components(count: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each of `count` things the number of what it hangs together with, numbered by first members."""
    root = list(range(count))
    for one, other in zip(*pairs.tolist(), strict=True):
        while root[one] != one:
            root[one] = one = root[root[one]]
        while root[other] != other:
            root[other] = other = root[root[other]]
        if one != other:
            root[max(one, other)] = min(one, other)
    for at in range(count):
        root[at] = root[root[at]]  # a root comes before all that hang on it
    return np.unique(root, return_inverse=True)[1].astype(np.int64).reshape(-1)


def in_order(claims: Iterable[Traits]) -> list[Traits]:
    """Claims in an order of their own: by report, place in the report, and id; one of each id."""
    unique = {claim.id: claim for claim in sorted(claims, key=lambda claim: (claim.id, claim.copy_key))}
    return sorted(unique.values(), key=lambda claim: (claim.report, claim.at, claim.id))


def _linked(names: list[int], links: Links) -> list[list[int]]:
    """Average linkage over sparse log odds; a pair without a link counts as FLOOR."""
    members = {number: [number] for number in names}
    above: Edges = {}  # sums of what the pairs have above FLOOR
    for one, other, odds in np.sort(links, order=("one", "other")).tolist():
        above.setdefault(one, {})[other] = above.setdefault(other, {})[one] = odds - FLOOR
    need = ENOUGH - FLOOR
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
