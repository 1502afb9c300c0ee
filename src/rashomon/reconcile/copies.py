"""Texts that are copies of another: one agency's report under many heads counts as one voice.

A report is a copy of another where most of what the shorter one claims stands word for word in the other: a
new headline or a cut tail makes no new voice. Copies are found through the quotes of their claims, so the
texts are not needed.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.reconcile.blocking import Kept, Many, Numbers
from rashomon.reconcile.traits import Traits

SHARE = 0.6
"""Of the shorter report's claims that must stand in the other."""
FIRST = 8
"""Of the reports that make one claim alike, those that all others are compared with, in the order of their
ids: so comparisons do not grow with the square of the reports that carry one text, or use one formula."""


class Copies(msgspec.Struct, frozen=True):
    """`original` gives for each report the one that it is a copy of, itself where it is none; `source` gives
    for each claim the number of the claim that it repeats, its own where it repeats none."""

    original: dict[str, str]
    source: Numbers

    @property
    def kept(self) -> Kept:
        """The claims that repeat no other."""
        return np.asarray(self.source == np.arange(len(self.source)))


def copy_key(claim: Traits) -> int:
    """The same for a claim and its copy in a republished text, as a positive number of 63 bits."""
    return int.from_bytes(claim.copy_key[:8]) >> 1


def is_copy(ours: frozenset[int], theirs: frozenset[int]) -> bool:
    """Whether of two reports, each given by the copy keys of its claims, one is a copy of the other."""
    return len(ours & theirs) >= SHARE * min(len(ours), len(theirs))


def first_of(sizes: Mapping[str, int]) -> str:
    """Of the reports that are copies of each other, the original: the longest, of equals the first by id."""
    return min(sizes, key=lambda report: (-sizes[report], report))


def copies_among(claims: Many) -> Copies:
    """Which reports and claims are copies."""
    refs: list[str] = []
    begin = array("q")
    keys = array("Q")
    for at in range(len(claims)):
        claim = claims[at]
        if not refs or claim.report != refs[-1]:  # claims of one report follow each other
            refs.append(claim.report)
            begin.append(at)
        keys.append(copy_key(claim))
    begin.append(len(keys))
    key = np.array(keys, dtype=np.uint64)
    starts = np.array(begin, dtype=np.int64)
    root = list(range(len(refs)))

    def find(report: int) -> int:
        while root[report] != report:
            root[report] = report = root[root[report]]
        return report

    def its(report: int) -> frozenset[int]:
        return frozenset(keys[begin[report] : begin[report + 1]])

    seen: set[tuple[int, int]] = set()
    for first, others in _alike(key, np.repeat(np.arange(len(refs)), np.diff(starts))):
        for one in first:
            for other in others:
                if one < other and (one, other) not in seen:
                    seen.add((one, other))
                    a, b = find(one), find(other)
                    if a != b and is_copy(its(one), its(other)):
                        root[max(a, b)] = min(a, b)
    family: dict[int, list[int]] = {}
    for report in range(len(refs)):
        family.setdefault(find(report), []).append(report)
    original = np.arange(len(refs))
    for members in family.values():
        if len(members) > 1:
            head = first_of({refs[at]: begin[at + 1] - begin[at] for at in members})
            original[members] = next(at for at in members if refs[at] == head)
    return Copies({ref: refs[original[at]] for at, ref in enumerate(refs)}, _sources(key, starts, original))


def sources(copy: Sequence[int], original: Sequence[int]) -> list[int | None]:
    """For each claim of a copy, given by its copy key, the place in the original of the claim that it
    repeats, None where it says something else; both in the order of the text."""
    first: dict[int, int] = {}
    for at, key in enumerate(original):
        first.setdefault(key, at)
    return [first.get(key) for key in copy]


def _sources(key: NDArray[np.uint64], starts: Numbers, original: Numbers) -> Numbers:
    source = np.arange(len(key))
    for report in np.flatnonzero(original != np.arange(len(original))).tolist():
        copy = slice(starts[report], starts[report + 1])
        whole = slice(starts[original[report]], starts[original[report] + 1])
        found = sources(key[copy].tolist(), key[whole].tolist())
        source[copy] = [
            at if place is None else whole.start + place for at, place in enumerate(found, start=copy.start)
        ]
    return source


def _alike(key: NDArray[np.uint64], report: Numbers) -> Iterator[tuple[list[int], list[int]]]:
    """For each key that two or more reports have, the first of them, and all, by number."""
    order = np.lexsort((report, key))
    key, report = key[order], report[order]
    ends = np.flatnonzero(np.append(key[1:] != key[:-1], True)) + 1
    start = 0
    for end in ends.tolist():
        if end - start > 1 and report[start] != report[end - 1]:
            reports = np.unique(report[start:end]).tolist()
            yield reports[:FIRST], reports
        start = end
