"""What is around a claim in a set of claims that is not looked at whole: its copies, the claims it is
compared with, and those it hangs together with.

All this is looked up through `Neighbours`, which a database can answer with an index; nothing is asked for
twice. What comes out is what reconciling the whole set would see."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache, cached_property, lru_cache
from typing import Protocol, TypeVar

import msgspec
import numpy as np

from rashomon.model import Claim, Report
from rashomon.reconcile import filing, joining
from rashomon.reconcile.blocking import OWN, PATIENCE, SHARED
from rashomon.reconcile.copies import FIRST, copies_among, copy_key, first_of, is_copy, sources
from rashomon.reconcile.filing import EVERYTHING, PLACE_BITS, WHOLE, Range, about, around, drawer, filed
from rashomon.reconcile.joining import LINK, counts, linked, weigh
from rashomon.reconcile.traits import Traits, traits_of

T = TypeVar("T")

_STEPS = (PLACE_BITS, 55, 48, 42, 37, 27, 17, 8, 0)
"""Bits of the ranges of places that are asked for in turn, until one holds few enough claims to look at."""


class Filing(msgspec.Struct, frozen=True):
    """A row by which a claim can be found: `facet` has 32 bits, `place` 63."""

    claim: str
    facet: int
    place: int


class Neighbours(Protocol):
    """A set of claims that can be asked for what is near a claim. `rashomon.reconcile.ledger.Ledger` is one
    in memory; a database keeps the rows of `filings` in a table with an index over (facet, place), and the
    copy keys of `copy_keys` in one with an index over the key."""

    def report(self, ref: str, /) -> Report | None:
        """The report of that id, None where only its claims are known."""

    def told(self, ref: str, /) -> Sequence[Claim]:
        """All claims of a report, in any order."""

    def holders(self, key: int, /) -> Collection[str]:
        """The ids of the reports that have a claim with that copy key."""

    def filed(self, facet: int, first: int, last: int, most: int, /) -> Sequence[tuple[str, int]]:
        """The claims filed under a facet from the place `first` to the place `last`, each with its place,
        without those that are copies; if they are more than `most`, any `most` of them."""

    def claims(self, ids: Collection[str], /) -> Sequence[Claim]:
        """The claims of those ids, as far as there are such."""

    def copies(self, ids: Collection[str], /) -> Collection[str]:
        """Those of the ids that are copies, as the last `Change` that named them said."""


def filings(claims: Sequence[Claim]) -> list[Filing]:
    """The rows of all claims of one report."""
    return [row for each in _filings(_in_order(claims)).values() for row in each]


def copies_of(claims: Iterable[Claim]) -> dict[str, str]:
    """The claims of a whole set that are copies, and those that they repeat: what a set has to know that was
    not filled by `join`."""
    told = sorted(map(traits_of, claims), key=lambda claim: (claim.report, claim.at, claim.id))
    source = copies_among(told).source.tolist()
    return {told[at].id: told[first].id for at, first in enumerate(source) if at != first}


def copy_keys(claims: Iterable[Claim]) -> dict[str, int]:
    """The copy key of each claim, by its id: a positive number of 63 bits."""
    return {claim.id: copy_key(traits_of(claim)) for claim in claims}


class Set:
    """A set of claims, looked at through `Neighbours`, with what it remembers of them."""

    def __init__(self, neighbours: Neighbours, like: Set | None = None) -> None:
        """`like` is a set whose claims are partly the same: claims and their pairs need not be looked at
        twice."""
        self._all = neighbours
        self._traits: dict[str, Traits] = like._traits if like is not None else {}
        self._odds: dict[tuple[str, str], float] = like._odds if like is not None else {}
        self._earlier: Set | None = None
        self.told: Callable[[str], list[Traits]] = cache(self._told)
        self.holders: Callable[[int], list[str]] = cache(lambda key: sorted(neighbours.holders(key)))
        self.family: Callable[[str], frozenset[str]] = cache(self._family)
        self.kept: Callable[[str], frozenset[str]] = cache(self._kept)
        self.beside: Callable[[str], frozenset[str]] = cache(self._beside)
        self.edges: Callable[[str], dict[str, float]] = cache(self._edges)
        self._part_of: dict[str, frozenset[str]] = {}
        self._rows: Callable[[str], dict[str, list[Filing]]] = cache(lambda ref: _filings(self.told(ref)))
        self.drawer: Callable[[int, int], Range] = cache(self._drawer)
        self.within: Callable[[int, Range], list[str]] = cache(self._within)  # the claims in a drawer
        self._filed: Callable[[int, Range], list[tuple[int, str]]] = cache(self._filed_in)
        self._keys: Callable[[str], frozenset[int]] = cache(
            lambda ref: frozenset(copy_key(claim) for claim in self.told(ref))
        )

    def _told(self, ref: str) -> list[Traits]:
        claims = _in_order(self._all.told(ref))
        self._traits.update((claim.id, claim) for claim in claims)
        return claims

    def _kept(self, ref: str) -> frozenset[str]:
        ids = [claim.id for claim in self.told(ref)]
        return frozenset(ids) - frozenset(self._all.copies(ids))

    def traits(self, ids: Iterable[str]) -> list[Traits]:
        """The traits of some claims, in the order of the ids."""
        ids = list(ids)
        lacking = [ref for ref in ids if ref not in self._traits]
        if lacking:
            self._traits.update((claim.id, _traits_of(claim)) for claim in self._all.claims(lacking))
        return [self._traits[ref] for ref in ids if ref in self._traits]

    def has(self, ref: str) -> bool:
        """Whether the set has a claim, and it is no copy."""
        return any(ref in self.kept(claim.report) for claim in self.traits([ref]))

    # copies

    def alike(self, ref: str) -> set[str]:
        """The reports that one is compared with to see which are copies."""
        found: set[str] = set()
        for key in self._keys(ref):
            reports = self.holders(key)
            found.update(reports if ref in reports[:FIRST] else reports[:FIRST])
        return found - {ref}

    def _family(self, ref: str) -> frozenset[str]:
        """The reports that are copies of each other, and one of which this is."""
        return _reached(
            ref,
            lambda one: [other for other in self.alike(one) if is_copy(self._keys(one), self._keys(other))],
        )

    def original(self, ref: str) -> str:
        """The report that one is a copy of, itself if of none."""
        return first_of({each: len(self.told(each)) for each in self.family(ref)})

    def repeated(self, ref: str) -> dict[str, str]:
        """The claims of a report that repeat one of its original, and that one."""
        original = self.original(ref)
        if original == ref:
            return {}
        whole = self.told(original)
        found = sources([copy_key(claim) for claim in self.told(ref)], [copy_key(claim) for claim in whole])
        return {
            claim.id: whole[at].id for claim, at in zip(self.told(ref), found, strict=True) if at is not None
        }

    # pairs

    def differs(self, earlier: Set, going: Collection[str], coming: Collection[str]) -> set[str]:
        """Take note that this is an earlier set with some claims less and some more. The others that are not
        compared with the same others as before, because drawers are parted or joined."""
        mates: set[str] = set()
        for state, other, claims in ((earlier, self, going), (self, earlier, coming)):
            for claim in state.traits(claims):
                for row in state.rows(claim):
                    here, there = (each.drawer(row.facet, row.place) for each in (state, other))
                    if here != there:
                        larger = here[0] <= there[0] and there[1] <= here[1]
                        mates.update(
                            (state if larger else other).within(row.facet, here if larger else there)
                        )
        changed = {*going, *coming}
        anew = {ref for ref in mates - changed if earlier.beside(ref) - changed != self.beside(ref) - changed}
        self._going, self._coming = frozenset(going), frozenset(coming)
        self._anew = self._coming | anew
        self._earlier = earlier
        return anew

    def rows(self, claim: Traits) -> list[Filing]:
        """The rows of a claim."""
        return self._rows(claim.report)[claim.id]

    def _drawer(self, facet: int, place: int) -> Range:
        """The drawer under a facet that a place lies in."""
        most = _most()
        above = PLACE_BITS + 1
        for bits in _STEPS:
            rows = self._filed(facet, around(place, bits))
            if len(rows) <= most:
                break
            above = bits
        if (
            len(rows) <= filing.CAP
        ):  # the drawer is larger, if anything, but not so large as what held too many
            return drawer(facet, place, lambda span: self._count(facet, span), range(bits, above))
        places = [at for at, _ in rows]
        return drawer(facet, place, lambda span: _between(places, span), range(bits + 1))

    def _count(self, facet: int, span: Range) -> int:
        return len(self._filed(facet, span))

    def _within(self, facet: int, span: Range) -> list[str]:
        return [ref for _, ref in self._filed(facet, span)]

    def _filed_in(self, facet: int, span: Range) -> list[tuple[int, str]]:
        return sorted((place, ref) for ref, place in self._all.filed(facet, *span, _most() + 1))

    def _beside(self, ref: str) -> frozenset[str]:
        """The claims that lie in enough drawers with one, itself among them."""
        (one,) = self.traits([ref])
        shared: Counter[str] = Counter()
        for row in self.rows(one):
            shared.update(self.within(row.facet, self.drawer(row.facet, row.place)))
        return frozenset(other for other, times in shared.items() if times >= SHARED)

    def _edges(self, ref: str) -> dict[str, float]:
        """The claims that one is compared with, and the log odds that they are of one happening."""
        if self._earlier is not None and ref not in self._anew:
            found = {
                other: odds for other, odds in self._earlier.edges(ref).items() if other not in self._going
            }
            found.update((new, self.edges(new)[ref]) for new in self._coming if ref in self.edges(new))
            return found
        (one,) = self.traits([ref])
        found = {}
        for other in self.traits(self.beside(ref)):
            if other.report != one.report and _gap(one, other) <= PATIENCE:
                found[other.id] = self._weigh(one, other)
        told = self.told(one.report)
        at = next(place for place, claim in enumerate(told) if claim.id == ref)
        kept = self.kept(one.report)
        for other in told[max(at - OWN, 0) : at + OWN + 1]:
            if other.id != ref and other.id in kept:
                found[other.id] = self._weigh(one, other)
        return found

    def _weigh(self, one: Traits, other: Traits) -> float:
        pair = (one.id, other.id) if one.id < other.id else (other.id, one.id)
        if pair not in self._odds:
            # as it is kept where all claims are reconciled at once
            self._odds[pair] = float(np.float32(weigh(one, other)))
        return self._odds[pair]

    # what hangs together

    @cached_property
    def levels(self) -> tuple[float, ...]:
        """The levels of `joining` for so many claims."""
        return joining.levels(len(self._filed(EVERYTHING[0], WHOLE)))

    def hanging(self, ref: str) -> frozenset[str]:
        """The claims that one hangs together with, itself among them: by links above the least level at which
        they are not too many. They all hang together with the same."""
        if ref not in self._part_of:
            part = self._hanging(ref)
            self._part_of.update(dict.fromkeys(part, part))
        return self._part_of[ref]

    def _hanging(self, ref: str) -> frozenset[str]:
        found, weakest = [ref], [float("inf")]
        seen = {ref}
        heap: list[tuple[float, str]] = []
        self._offer(ref, heap)
        largest = joining.LARGEST
        while heap and len(found) <= largest:
            odds, other = heapq.heappop(heap)
            if other not in seen:
                seen.add(other)
                found.append(other)
                weakest.append(min(weakest[-1], -odds))
                self._offer(other, heap)
        if len(found) <= largest:
            return frozenset(found)
        level = next((level for level in self.levels if level >= weakest[largest]), self.levels[-1])
        if level < weakest[largest]:  # there is no higher level
            return _reached(ref, lambda one: [o for o, odds in self.edges(one).items() if odds > level])
        return frozenset(other for other, odds in zip(found, weakest, strict=True) if odds > level)

    def _offer(self, ref: str, heap: list[tuple[float, str]]) -> None:
        for other, odds in self.strong(ref):
            heapq.heappush(heap, (-odds, other))

    def strong(self, ref: str) -> list[tuple[str, float]]:
        """The claims that one may hang together with, and the log odds."""
        least = self.levels[0]
        return [(other, odds) for other, odds in self.edges(ref).items() if odds > least]

    def groups(self, hanging: Collection[str]) -> list[list[str]]:
        """The groups among claims that hang together."""
        members = sorted(self.traits(hanging), key=lambda claim: (claim.report, claim.at, claim.id))
        place = {claim.id: at for at, claim in enumerate(members)}
        pairs = [
            (place[one], place[other], odds)
            for one in place
            for other, odds in self.edges(one).items()
            if other in place and place[one] < place[other]
        ]
        links = np.array(pairs, dtype=LINK)
        groups = linked(range(len(members)), links[counts(links["odds"])])
        return [[members[at].id for at in group] for group in groups]


def _reached(start: T, beside: Callable[[T], Iterable[T]]) -> frozenset[T]:
    found = {start}
    open_ = [start]
    while open_:
        for other in beside(open_.pop()):
            if other not in found:
                found.add(other)
                open_.append(other)
    return frozenset(found)


def _most() -> int:
    """Claims of a range of places that are looked at: as many as any drawer holds, and some more."""
    return max(filing.STORY, 4 * filing.CAP)


def _between(places: list[int], span: Range) -> int:
    return bisect_right(places, span[1]) - bisect_left(places, span[0])


def _gap(one: Traits, other: Traits) -> int:
    if one.days is None or other.days is None:
        return 0
    return max(one.days[0], other.days[0]) - min(one.days[1], other.days[1])


def _traits_of(claim: Claim) -> Traits:
    try:
        return _remembered(claim)
    except TypeError:  # made by hand, with a list for a tuple
        return traits_of(claim)


_remembered = lru_cache(maxsize=4096)(traits_of)  # what is near one report is near the next


def _in_order(claims: Iterable[Claim]) -> list[Traits]:
    return sorted(map(_traits_of, claims), key=lambda claim: (claim.at, claim.id))


def _filings(claims: Sequence[Traits]) -> dict[str, list[Filing]]:
    what = about(claims)
    found = {}
    for claim in claims:
        facets, places = filed(claim, what)
        found[claim.id] = [
            Filing(claim.id, facet, place)
            for facet, place in zip(facets.tolist(), places.tolist(), strict=True)
        ]
    return found
