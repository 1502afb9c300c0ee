"""Texts that are copies of another: one agency's report under many heads counts as one voice.

A report is a copy of another where most of what the shorter one claims stands word for word in the other: a
new headline or a cut tail makes no new voice. Copies are found through the quotes of their claims, so the
texts are not needed.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from rashomon.reconcile.blocking import Many

SHARE = 0.6
"""Of the shorter report's claims that must stand in the other."""
_CROWD = 200
"""Reports that make one claim alike, beyond which only the first of them are compared: a formula."""


def originals(claims: Many) -> dict[str, str]:
    """For each report the report that it is a copy of: the longest of its family, of equals the first by id;
    itself where it is no copy."""
    size: Counter[str] = Counter()
    keys, whose = array("Q"), array("q")
    for at in range(len(claims)):
        claim = claims[at]
        size[claim.report] += 1
        keys.append(int.from_bytes(claim.copy_key[:8]))
        whose.append(len(size) - 1)  # claims of one report follow each other
    refs = list(size)
    shared: Counter[tuple[str, str]] = Counter()
    for numbers in _alike(keys, whose):
        family = sorted(refs[number] for number in numbers)[:_CROWD]
        # the first of a family stands for all: pairs with it are enough, and not quadratic
        for other in family[1:]:
            shared[family[0], other] += 1
        for one, other in pairwise(family[1:]):
            shared[one, other] += 1
    root = {report: report for report in size}

    def find(report: str) -> str:
        while root[report] != report:
            root[report] = root[root[report]]
            report = root[report]
        return report

    for (one, other), count in sorted(shared.items()):
        if count >= SHARE * min(size[one], size[other]):
            a, b = find(one), find(other)
            if a != b:
                first, second = sorted((a, b), key=lambda report: (-size[report], report))
                root[second] = first
    return {report: find(report) for report in size}


def _alike(keys: array[int], whose: array[int]) -> Iterator[list[int]]:
    """For each key that two or more reports have, their numbers."""
    key, report = np.array(keys, dtype=np.uint64), np.array(whose, dtype=np.int64)
    order = np.lexsort((report, key))
    key, report = key[order], report[order]
    ends = np.flatnonzero(np.append(key[1:] != key[:-1], True)) + 1
    start = 0
    for end in ends.tolist():
        if end - start > 1 and report[start] != report[end - 1]:
            yield np.unique(report[start:end]).tolist()
        start = end


def without_copies(claims: Many, original: dict[str, str]) -> tuple[list[int], dict[int, int]]:
    """The numbers of the claims that are no copies, and for each copied claim that of the one it repeats."""
    copied = {source for report, source in original.items() if source != report}
    first: dict[tuple[str, bytes], int] = {}
    doubtful: list[int] = []
    kept: list[int] = []
    for at in range(len(claims)):
        claim = claims[at]
        if original[claim.report] != claim.report:
            doubtful.append(at)
            continue
        kept.append(at)
        if claim.report in copied:
            first.setdefault((claim.report, claim.copy_key), at)
    repeats: dict[int, int] = {}
    for at in doubtful:
        claim = claims[at]
        source = first.get((original[claim.report], claim.copy_key))
        if source is None:
            kept.append(at)
        else:
            repeats[at] = source
    return sorted(kept), repeats
