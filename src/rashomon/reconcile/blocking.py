"""Which pairs of claims are worth comparing.

Claims of one report that stand near each other, and of other reports those that lie in two drawers of a claim
(see `filing`), for one drawer says little. Drawers hold so many claims and no more, so the pairs grow with
the number of claims and not with its square, and what is kept of all claims are arrays. The pairs do not
depend on the order in which the claims were given. """

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray

from rashomon.reconcile import filing
from rashomon.reconcile.filing import EVERYTHING, PLACE_BITS, About, Codes, about, filed
from rashomon.reconcile.traits import Traits

OWN = 60
"""Claims of one report that are compared with those before: so many."""
PATIENCE = 31
"""Days between claims of different reports beyond which they are not compared."""
SHARED = 2
"""Drawers that two claims of different reports share, at least."""
_UNDATED = 2**30
_BATCH = 20_000
_SHARDS = 16
"""Parts, by facet, in which many claims are put into drawers, so that less is in memory at once."""

Numbers = NDArray[np.int64]
Kept = NDArray[np.bool_]
_HALF = np.uint64(32)
_ENTRY = np.dtype([("facet", "u4"), ("claim", "u4"), ("place", "u8")])


class Many(Protocol):
    """Claims by number, in a fixed order in which those of one report follow each other."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> Traits: ...


class Drawers:
    """Which claims lie in a drawer with which. `kept` are those that count, all if None.

    Memory: some 8 bytes for each facet of a claim."""

    def __init__(self, claims: Many, kept: Kept | None = None) -> None:
        count = len(claims)
        self.kept = np.ones(count, dtype=np.bool_) if kept is None else kept
        self.first = np.full(count, -_UNDATED, dtype=np.int32)
        self.last = np.full(count, _UNDATED, dtype=np.int32)
        self.report = np.zeros(count, dtype=np.uint32)  # the number of its first claim
        before, its = 0, About()
        name: str | None = None
        with ExitStack() as stack:
            shards = _shards(count, stack)
            for start in range(0, count, _BATCH):
                rows: list[tuple[int, Codes, Codes]] = []
                for number in range(start, min(start + _BATCH, count)):
                    claim = claims[number]
                    if claim.report != name:
                        name, before = claim.report, number
                        its = about(_report(claims, number))
                    self.report[number] = before
                    if claim.days is not None:
                        self.first[number], self.last[number] = claim.days
                    if self.kept[number]:
                        rows.append((number, *filed(claim, its)))
                _spread(rows, shards)
            self._lay_out(shards, count)

    def _lay_out(self, shards: list[IO[bytes]], count: int) -> None:
        """Fill the drawers, shard by shard: `members` are the claims of one drawer after the other, `mine`
        the drawers of one claim after the other."""
        members: list[NDArray[np.uint32]] = []
        sizes: list[Numbers] = []
        for shard in shards:
            shard.seek(0)
            its, size = _filled(np.frombuffer(shard.read(), dtype=_ENTRY))
            shard.close()
            members.append(its)
            sizes.append(size)
        size = np.concatenate(sizes)
        self.members = np.concatenate(members)
        del members, sizes
        self.begin = np.concatenate(([0], np.cumsum(size)))
        both = self.members.astype(np.uint64) << _HALF
        for at in range(0, len(size), _BATCH):  # piece by piece, to spare memory
            end = min(at + _BATCH, len(size))
            numbers = np.repeat(np.arange(at, end, dtype=np.uint64), size[at:end])
            both[self.begin[at] : self.begin[end]] |= numbers
        both.sort()
        self.start = np.searchsorted(both, np.arange(count + 1, dtype=np.uint64) << _HALF)
        self.mine = both.astype(np.uint32)  # the lower half

    def near(self, one: int) -> Numbers:
        """The claims before one that are worth comparing with it."""
        mine = int(self.report[one])
        own = np.arange(max(mine, one - OWN), one)
        own = own[self.kept[own]]
        drawers = self.mine[self.start[one] : self.start[one + 1]].tolist()
        if not mine or not drawers:
            return own
        found = np.concatenate([self.members[self.begin[at] : self.begin[at + 1]] for at in drawers])
        found = found[found < mine]
        gap = np.maximum(self.first[found], self.first[one]) - np.minimum(self.last[found], self.last[one])
        found = np.sort(found[gap <= PATIENCE])
        again = found[SHARED - 1 :] == found[: len(found) - SHARED + 1]
        return np.concatenate([np.unique(found[SHARED - 1 :][again]), own])


def candidates(claims: Many, kept: Kept | None = None) -> Iterator[tuple[int, int]]:
    """Pairs of numbers of claims, the lower first, each pair once."""
    drawers = Drawers(claims, kept)
    for one in np.flatnonzero(drawers.kept).tolist():
        for other in drawers.near(one).tolist():
            yield other, one


def _report(claims: Many, first: int) -> Iterator[Traits]:
    """The claims of the report that begins with the claim of that number."""
    report = claims[first].report
    for number in range(first, len(claims)):
        claim = claims[number]
        if claim.report != report:
            return
        yield claim


def _spread(rows: list[tuple[int, Codes, Codes]], shards: list[IO[bytes]]) -> None:
    """Write the facets and places of some claims to the shards of the facets."""
    count = [len(facets) for _, facets, _ in rows]
    entries = np.zeros(sum(count), dtype=_ENTRY)
    if not count:
        return
    entries["claim"] = np.repeat([number for number, _, _ in rows], count)
    entries["facet"] = np.concatenate([facets for _, facets, _ in rows])
    entries["place"] = np.concatenate([places for _, _, places in rows])
    shard_of = entries["facet"] % len(shards)
    for number, shard in enumerate(shards):
        shard.write(entries[shard_of == number].tobytes())


def _filled(entries: NDArray[np.void]) -> tuple[NDArray[np.uint32], Numbers]:
    """The drawers of two or more claims: their members, one drawer after the other, and their sizes."""
    if not len(entries):
        return np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.int64)
    order = np.lexsort((entries["place"], entries["facet"]))
    facet, place, claim = (entries[name][order] for name in ("facet", "place", "claim"))
    room = np.where(np.isin(facet, EVERYTHING), filing.STORY, filing.CAP)
    drawer = _starts(facet[1:] != facet[:-1])
    left = _sizes(drawer) > room
    for bits in range(PLACE_BITS - 1, -1, -1):
        if not left.any():
            break
        # what is still too full is parted by one bit more; each drawer is named by its first entry
        apart = (facet[1:] != facet[:-1]) | (place[1:] >> np.uint64(bits) != place[:-1] >> np.uint64(bits))
        drawer[left] = _starts(apart)[left]
        left &= _sizes(drawer) > filing.CAP
    size = _sizes(drawer)
    first = np.arange(len(drawer)) == drawer
    return claim[size > 1], size[first & (size > 1)]


def _starts(apart: NDArray[np.bool_]) -> Numbers:
    """For each entry the first entry of its run; `apart` says where one run ends and the next begins."""
    return np.maximum.accumulate(np.where(np.concatenate(([True], apart)), np.arange(len(apart) + 1), 0))


def _sizes(drawer: Numbers) -> Numbers:
    return np.bincount(drawer, minlength=len(drawer))[drawer]


def _shards(count: int, stack: ExitStack) -> list[IO[bytes]]:
    return [
        stack.enter_context(tempfile.SpooledTemporaryFile(max_size=1 << 22))
        for _ in range(_SHARDS if count > 2 * _BATCH else 1)
    ]
