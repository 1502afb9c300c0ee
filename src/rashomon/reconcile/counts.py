"""Disputes and updates of figures: how many were killed, injured, arrested, as each voice has it.

What a voice says in its latest report stands for it: an earlier number is a revision, and so is that of
another voice of the same body. Ranges that overlap are no dispute, nor is a doctor's number that is smaller
than the others': it counts those who were brought in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from rashomon.model import Figure
from rashomon.reconcile.incidents import Dispute, Position, Update
from rashomon.reconcile.told_counts import Count, said
from rashomon.reconcile.voices import Teller

_CROWD = 4
"""How far above its lowest an open guess at a crowd ("dozens", "a few hundred") may reach."""
_SLACK = 0.03
"""Share of a number within which another is the same, rounded."""


def figure_disputes(kind: str, found: Sequence[Count], voices: Sequence[Teller]) -> list[Dispute]:
    """At most one dispute a group of people: the voices that cannot both be right, with what they say."""
    disputes = []
    for group in _groups(found):
        standing = _standing([count for count in found if count.group in (group, None)])
        fighting = [count for count in standing if any(_differ(count, other) for other in standing)]
        if len({count.teller for count in fighting}) > 1:
            disputes.append(Dispute(kind, tuple(_positions(fighting, found, voices))))
    return disputes


def figure_updates(kind: str, found: Sequence[Count], voices: Sequence[Teller]) -> list[Update]:
    """What a voice said of a group in one report and otherwise in a later one."""
    updates = []
    for group in _groups(found):
        told: dict[int, dict[tuple[str, str], Count]] = defaultdict(dict)
        for count in found:
            if count.group in (group, None):
                mine = told[count.teller]
                mine[count.day, count.report] = _larger(mine.get((count.day, count.report)), count)
        for teller, by_report in told.items():
            ordered = [by_report[key] for key in sorted(by_report)]
            for before, after in pairwise(ordered):
                if before.day < after.day and _apart(before.figure, after.figure):
                    updates.append(
                        Update(
                            kind,
                            voices[teller].name,
                            _number(before.figure),
                            _number(after.figure),
                            (before.claim, after.claim),
                        )
                    )
    return updates


def _groups(found: Sequence[Count]) -> list[str | None]:
    named = sorted({count.group for count in found if count.group is not None})
    # where one group is spoken of, a bare number may count it; where there are more, it may be their sum
    return [named[0]] if len(named) == 1 else [*named, None]


def _standing(found: Sequence[Count]) -> list[Count]:
    """What each voice holds in the end: the largest count of the latest report of it or of its body."""
    last: dict[object, str] = {}
    for count in found:
        for key in (count.teller, count.code):
            if key is not None:
                last[key] = max(last.get(key, ""), count.day)
    latest: dict[int, Count] = {}
    for count in sorted(found, key=lambda each: (each.day, each.report, each.claim)):
        if count.day == last[count.teller] and count.day == last.get(count.code, count.day):
            latest[count.teller] = _larger(latest.get(count.teller), count)
    return list(latest.values())


def _differ(one: Count, other: Count) -> bool:
    """Whether two counts of different voices cannot both be right."""
    if one.teller == other.teller or not _apart(one.figure, other.figure):
        return False
    if one.report != other.report and one.place.isdisjoint(other.place):
        return False  # across reports only a place makes sure that they count the same
    if _below(other.figure, one.figure):
        one, other = other, one
    if one.code is not None and one.code.endswith(" MED"):
        return False  # those whom a doctor has seen
    # a sum over everybody may be more than any part of it, never less
    return one.group == other.group or one.group is None


def _larger(one: Count | None, other: Count) -> Count:
    if one is None:
        return other
    return other if _size(other.figure) > _size(one.figure) else one


def _size(figure: Figure) -> int:
    return max(figure.low or 0, figure.high or 0)


def _number(figure: Figure) -> int | None:
    return figure.low if figure.low is not None else figure.high


def _apart(one: Figure, other: Figure) -> bool:
    """Whether two ranges have no number in common."""
    return _below(one, other) or _below(other, one)


def _below(one: Figure, other: Figure) -> bool:
    high = one.high
    if high is None and one.kind == "protesters" and one.low is not None:
        high = _CROWD * one.low
    if high is None or other.low is None:
        return False
    return high < other.low and (other.low < 100 or high < other.low * (1 - _SLACK))


def _positions(fighting: Sequence[Count], found: Sequence[Count], voices: Sequence[Teller]) -> list[Position]:
    positions = []
    for count in sorted(fighting, key=lambda each: (_number(each.figure) or 0, each.teller)):
        same = [
            each.claim
            for each in found
            if each.teller == count.teller
            and (each.figure.low, each.figure.high) == (count.figure.low, count.figure.high)
        ]
        cited = tuple(dict.fromkeys([count.claim, *same]))
        positions.append(Position(voices[count.teller].name, said(count.figure), cited))
    return positions
