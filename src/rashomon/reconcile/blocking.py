"""Which pairs of claims are worth comparing.

Claims of one report that stand near each other, and of other reports those that share most with a claim:
words, a place, a figure, the day, the type. What many share is split by type, day and country, and what is
still too much is compared only with its neighbours in a fixed order. A claim is compared with so many of
those before it and no more, so the pairs grow with the number of claims and not with its square, and what is
kept of all claims are arrays. The pairs do not depend on the order in which the claims were given.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from rashomon.reconcile.traits import Traits

CAP = 60
"""Claims in a block that are compared all with all."""
WINDOW = 6
"""Neighbours on each side that are compared in a larger block."""
CLOSEST = 48
"""Claims of other reports that a claim is compared with: those that share most with it."""
PATIENCE = 31
"""Days between claims of different reports beyond which they are not compared."""
_MOST_WORDS = 40
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)

Numbers = NDArray[np.int32]
Piece = tuple[Numbers, Numbers, Numbers]
"""Members of blocks, one block after the other, and for each where those that it is compared with begin and
end."""


class Many(Protocol):
    """Claims by number, in a fixed order in which those of one report follow each other."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> Traits: ...


class _Index:
    """What blocking keeps of all claims."""

    def __init__(self, claims: Many) -> None:
        keys, kind, mark = array("Q"), array("I"), array("I")
        first, last, report = array("i"), array("i"), array("q")
        reports: dict[str, int] = {}
        for number in range(len(claims)):
            claim = claims[number]
            low = 0xFFFFFFFF
            for key in _keys(claim):
                keys.append(key << 32 | number)
                low = min(low, key * 2654435761 & 0xFFFFFFFF)
            country = claim.where.country if claim.where is not None else None
            kind.append(_code(f"{claim.type}|{claim.days and claim.days[0]}|{country}"))
            mark.append(low)
            begin, end = claim.days or (-(2**30), 2**30)
            first.append(begin)
            last.append(end)
            report.append(reports.setdefault(claim.report, number))
        self.first = np.array(first, dtype=np.int64)
        self.last = np.array(last, dtype=np.int64)
        self.report = np.array(report, dtype=np.int64)  # the number of its first claim
        self.kind = np.array(kind, dtype=np.uint64)
        # near for claims that share words: the least of their keys
        self.mark = np.array(mark, dtype=np.uint64)
        del reports
        self._lay_out(np.frombuffer(keys, dtype=np.uint64))

    def _lay_out(self, keys: NDArray[np.uint64]) -> None:
        """Blocks one after the other; for each claim of a block the piece of it that it is compared with."""
        keys.sort()
        small, large = _by_size(keys)
        del keys
        whom = large & _LOW
        # the same for what is alike in kind as well
        mixed = ((large >> _SHIFT) * np.uint64(31) + self.kind[whom.astype(np.int64)]) * np.uint64(2654435761)
        parts = (mixed & _LOW) << _SHIFT | whom
        parts.sort()
        middle, crowded = _by_size(parts)
        pieces = [_whole(small), _whole(middle), self._windows(crowded)]
        del small, large, whom, mixed, parts, middle, crowded
        shift = 0
        for members, low, high in pieces:  # each counts from its own beginning
            low += shift
            high += shift
            shift += len(members)
        self.members = np.concatenate([members for members, _, _ in pieces])
        order = np.argsort(self.members, kind="stable")
        self.start = np.searchsorted(self.members[order], np.arange(len(self.kind) + 1))
        self.low = np.concatenate([low for _, low, _ in pieces])[order]
        self.high = np.concatenate([high for _, _, high in pieces])[order]

    def _windows(self, crowded: NDArray[np.uint64]) -> Piece:
        whom = (crowded & _LOW).astype(np.int64)
        block = crowded >> _SHIFT
        order = np.lexsort((whom, self.mark[whom], block))
        _, start, size = _runs(block)  # already in the order of the blocks
        here = np.arange(len(whom))
        begin, end = np.repeat(start, size), np.repeat(start + size, size)
        low, high = np.maximum(here - WINDOW, begin), np.minimum(here + WINDOW + 1, end)
        return _slim(whom[order]), _slim(low), _slim(high)

    def near(self, one: int) -> NDArray[np.int64]:
        """The claims before one that are worth comparing with it."""
        mine = self.report[one]
        own = np.arange(max(mine, one - CAP), one)
        spans = range(self.start[one], self.start[one + 1])
        if not spans:
            return own
        found = np.concatenate([self.members[self.low[at] : self.high[at]] for at in spans])
        found = found[found < mine]
        gap = np.maximum(self.first[found], self.first[one]) - np.minimum(self.last[found], self.last[one])
        others, times = np.unique(found[gap <= PATIENCE], return_counts=True)
        if len(others) > CLOSEST:
            # of those that share as much, the nearest in the order of the claims
            others = np.sort(others[np.lexsort((-others, -times))[:CLOSEST]])
        return np.concatenate([others, own]).astype(np.int64)


def candidates(claims: Many) -> Iterator[tuple[int, int]]:
    """Pairs of numbers of claims, the lower first, each pair once."""
    index = _Index(claims)
    for one in range(len(claims)):
        for other in index.near(one).tolist():
            yield other, one


def _runs(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """Values, starts and lengths of the runs of equal values."""
    if not len(keys):
        return keys, np.zeros(0, np.int64), np.zeros(0, np.int64)
    start = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    return keys[start], start, np.diff(np.append(start, len(keys)))


def _by_size(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Entries of blocks of two to CAP claims, and of larger ones."""
    _, _, size = _runs(keys >> _SHIFT)
    each = np.repeat(size, size)
    return keys[(each > 1) & (each <= CAP)], keys[each > CAP]


def _whole(entries: NDArray[np.uint64]) -> Piece:
    """The members of blocks, and for each of them where its block begins and ends."""
    _, start, size = _runs(entries >> _SHIFT)
    return _slim(entries & _LOW), np.repeat(_slim(start), size), np.repeat(_slim(start + size), size)


def _slim(numbers: NDArray[np.int64] | NDArray[np.uint64]) -> Numbers:
    return numbers.astype(np.int32)


def _keys(claim: Traits) -> set[int]:
    keys = {_code(f"type {claim.type}")}
    if claim.days is not None:
        keys.add(_code(f"day {claim.days[0]}"))
    words = claim.words | claim.trigger
    for who in (*claim.actors, *claim.recipients):
        words |= who.words
    if claim.where is not None:
        words |= claim.where.words
        if claim.where.geonameid is not None:
            keys.add(_code(f"place {claim.where.geonameid}"))
    keys.update(map(_code, sorted(words)[:_MOST_WORDS] if len(words) > _MOST_WORDS else words))
    for kind, low, high, _ in claim.figures[:8]:
        keys.add(_code(f"figure {kind} {low} {high}"))
    return keys


@lru_cache(maxsize=65536)
def _code(text: str) -> int:
    """A number for a key, the same in every run; that two keys may share one costs a few comparisons."""
    return crc32(text.encode("utf-8", "surrogatepass"))
