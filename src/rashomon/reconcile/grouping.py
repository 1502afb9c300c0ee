"""The claims of each happening among many: pairs are weighed, by several processes if wished, and put away on
the disk; what hangs together is found level by level, and linked piece by piece."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import IO

import numpy as np
from numpy.typing import NDArray

from rashomon.reconcile import joining
from rashomon.reconcile.blocking import Drawers, Kept, Many, Numbers
from rashomon.reconcile.joining import LINK, Links, counts, levels, linked, weigh
from rashomon.reconcile.workers import each_of

_CHUNK = 2000
"""Claims whose pairs are weighed at one go."""
_AT_ONCE = 1 << 20
"""Links that are in memory at one time."""


def groups(
    claims: Many,
    kept: Kept | None = None,
    workers: int = 1,
    on_compared: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[list[int]]:
    """The claims of each happening, as places in `claims`, which are in a fixed order (see
    `joining.in_order`).

    Args:
        kept: those that count, all if None.
        workers: processes that weigh pairs, where the system can fork one.
        on_compared: called now and then with how many claims were compared, of how many.
    """
    drawers = Drawers(claims, kept)
    numbers = np.flatnonzero(drawers.kept)
    # claims of one day one after the other: those they are compared with are at hand then
    ones = numbers[np.argsort(drawers.day[numbers], kind="stable")]
    chunks = [ones[at : at + _CHUNK] for at in range(0, len(ones), _CHUNK)]
    least = levels(len(numbers))
    with ExitStack() as stack:
        links = stack.enter_context(_file())
        strong = [stack.enter_context(_file()) for _ in least]
        on_compared(0, len(ones))
        for done, found in enumerate(each_of(_weighed, chunks, (claims, drawers), workers), 1):
            on_compared(min(done * _CHUNK, len(ones)), len(ones))
            links.write(found.tobytes())
            # the highest level that a link is above
            level = np.searchsorted(least, found["odds"].astype(np.float64)) - 1
            for number in np.unique(level[level >= 0]).tolist():
                strong[number].write(found[level == number].tobytes())
        part = _parts(len(claims), strong)
        del drawers
        yield from _linked_parts(part[numbers], numbers, part, links)


def _weighed(chunk: Numbers, shared: tuple[Many, Drawers]) -> Links:
    """The links of some claims with those before them."""
    claims, drawers = shared
    ones, others, odds = array("I"), array("I"), array("f")
    for one in chunk.tolist():
        near = drawers.near(one).tolist()
        if near:
            claim = claims[one]
            ones.extend(near)
            others.extend([one] * len(near))
            odds.extend(weigh(claims[other], claim) for other in near)
    links = np.zeros(len(ones), dtype=LINK)
    links["one"], links["other"], links["odds"] = ones, others, odds
    return links[counts(links["odds"])]


def _parts(count: int, strong: list[IO[bytes]]) -> Numbers:
    """For each claim the least number of those it hangs together with: by links above the least of `LEVELS`
    at which they are not more than `joining.LARGEST`, above the highest whatever their number."""
    root = np.arange(count)
    part = np.full(count, -1)
    for level in range(len(strong) - 1, -1, -1):
        above = root
        root = _joined(root, strong[level])
        too_many = np.bincount(root, minlength=count)[root] > joining.LARGEST
        part = np.where(too_many & (part < 0), root if level == len(strong) - 1 else above, part)
    return np.where(part < 0, root, part)


def _joined(root: Numbers, file: IO[bytes]) -> Numbers:
    """The roots of claims, where each is the least number of its tree, when more links are drawn."""
    tree: list[int] = root.tolist()
    for links in _read(file):
        ends = np.stack((root[links["one"]], root[links["other"]]))
        for one, other in zip(*ends[:, ends[0] != ends[1]].tolist(), strict=True):
            while tree[one] != one:
                tree[one] = one = tree[tree[one]]
            while tree[other] != other:
                tree[other] = other = tree[tree[other]]
            if one < other:
                tree[other] = one
            elif other < one:
                tree[one] = other
    joined = np.array(tree, dtype=np.int64)
    while not np.array_equal(joined, further := joined[joined]):
        joined = further
    return joined


def _linked_parts(mine: Numbers, numbers: Numbers, part: Numbers, links: IO[bytes]) -> Iterator[list[int]]:
    """The groups of each part, in the order of the parts; `mine` are the parts of `numbers`."""
    order = np.argsort(mine, kind="stable")
    names, sizes = np.unique(mine, return_counts=True)
    rank = np.zeros(len(part), dtype=np.int64)
    rank[names] = np.arange(len(names))
    held = np.zeros(len(names), dtype=np.int64)
    for some in _read(links):
        inside = some[part[some["one"]] == part[some["other"]]]
        held += np.bincount(rank[part[inside["one"]]], minlength=len(names))
    # so many parts at one go that their links are not too many at once
    shelf = (np.cumsum(held) - 1).clip(0) // _AT_ONCE
    with ExitStack() as stack:
        shelves = [stack.enter_context(_file()) for _ in range(int(shelf[-1]) + 1 if len(shelf) else 0)]
        for some in _read(links):
            inside = some[part[some["one"]] == part[some["other"]]]
            where = shelf[rank[part[inside["one"]]]]
            for number in np.unique(where).tolist():
                shelves[number].write(inside[where == number].tobytes())
        at = 0
        for first, last in _runs(shelf):
            its = np.concatenate([*_read(shelves[shelf[first]]), np.zeros(0, dtype=LINK)])
            shelves[shelf[first]].close()
            its = its[np.argsort(part[its["one"]], kind="stable")]
            link = 0
            for size, count in zip(sizes[first:last].tolist(), held[first:last].tolist(), strict=True):
                members = numbers[order[at : at + size]].tolist()
                yield from linked(members, its[link : link + count]) if count else ([one] for one in members)
                at, link = at + size, link + count


def _runs(values: Numbers) -> list[tuple[int, int]]:
    """Where the runs of equal values begin and end."""
    ends = np.flatnonzero(np.append(values[1:] != values[:-1], True)) + 1 if len(values) else values
    return list(zip([0, *ends.tolist()], ends.tolist(), strict=False))


def _file() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=1 << 20)


def _read(file: IO[bytes]) -> Iterator[NDArray[np.void]]:
    file.seek(0)
    while data := file.read(_AT_ONCE * LINK.itemsize):
        yield np.frombuffer(data, dtype=LINK)
