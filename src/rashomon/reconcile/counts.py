"""Disputes and updates of figures: how many were killed, injured, arrested, as each voice has it.

What a voice says in its latest report stands for it: an earlier number is a revision, and so is that of
another voice of the same body. Ranges that overlap are no dispute, nor is a doctor's number that is smaller
than the others': it counts those who were brought in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from rashomon.model import Figure
from rashomon.reconcile.contests import odds, said_with
from rashomon.reconcile.figure_signs import figure_signs, incomparable
from rashomon.reconcile.incidents import Dispute, Position, Update
from rashomon.reconcile.pairs import place_signs, time_sign
from rashomon.reconcile.scene import Scene
from rashomon.reconcile.told_counts import Count, said
from rashomon.reconcile.voices import Teller

ENOUGH = 0.2
"""Log odds above which two figures are in dispute: above even, for a false alarm costs more than a miss."""
MOST = 150
"""Figures of one kind in an incident that are compared, the first of them in order of time."""
DENIAL = "plain denial"
"""The sign in `dispute_cues.csv` of words that deny what somebody said."""
_ONE_PLACE = frozenset(
    ("same place", "place within place", "places share a name", "places near", "one place unknown")
)
_ONE_TIME = frozenset(("same day", "same span of days", "dates overlap", "a day apart"))
_OTHERS = frozenset(
    ("other unit", "other group", "modes differ", "actors cannot be one", "recipients differ")
)
_CROWD = 4
"""How far above its lowest an open guess at a crowd ("dozens", "a few hundred") may reach."""
_SLACK = 0.03
"""Share of a number within which another is the same, rounded."""


def figure_disputes(kind: str, found: Sequence[Count], stage: Scene) -> list[Dispute]:
    """At most one dispute a group of people: the voices that cannot both be right, with what they say."""
    fighting = [pair for pair in figure_pairs(found, stage) if _in_dispute(*pair, stage)]
    return [Dispute(kind, tuple(_positions(each, found, stage.voices))) for each in _together(fighting)]


def _in_dispute(low: Count, high: Count, stage: Scene) -> bool:
    return (
        odds("figure", signs_of_pair(low, high, stage)) > ENOUGH
        or _told_by_two_outlets(low, high, stage)
        or _denied_outright(low, high, stage)
    )


def _denied_outright(low: Count, high: Count, stage: Scene) -> bool:
    """Whether one report sets "denied that anybody was killed" against a number that another voice tells.

    Whoever denies answers somebody; "nobody was hurt there" may speak of another place or hour. The weights
    lean on places and on whose side the voices are, of which a short report may say nothing.
    """
    smaller, larger = stage.claims[low.at], stage.claims[high.at]
    return (
        low.report == high.report
        and low.figure.high == 0
        and smaller.voice.kind != "publisher"
        and larger.status in ("happened", "ongoing")
        and DENIAL in said_with(smaller)
        and smaller.quote.start > larger.quote.start
        and _OTHERS.isdisjoint(signs_of_pair(low, high, stage))
    )


def _told_by_two_outlets(low: Count, high: Count, stage: Scene) -> bool:
    """Whether two outlets give the figures in their own voices, at one place and about one day.

    The train stories hardly have such a pair, so the weights know nothing of it; where reports of one event
    are coded one by one (MAVERICK), it is the commonest dispute.
    """
    ours, theirs = stage.traits(low.at, high.at)
    return (
        all(stage.claims[count.at].voice.kind == "publisher" for count in (low, high))
        and low.report != high.report
        and time_sign(ours, theirs) in _ONE_TIME
        and not _ONE_PLACE.isdisjoint(place_signs(ours.where, theirs.where))
        and _OTHERS.isdisjoint(signs_of_pair(low, high, stage))
    )


def figure_pairs(found: Sequence[Count], stage: Scene) -> Iterator[tuple[Count, Count]]:
    """Figures of two voices that have no number in common and may count the same, the smaller one first."""
    standing = _standing(found)[:MOST]
    for one, other in combinations(standing, 2):
        if one.teller == other.teller or not _apart(one.figure, other.figure):
            continue
        low, high = (one, other) if _below(one.figure, other.figure) else (other, one)
        if _concedes(low, high, found) or _concedes(high, low, found):
            continue
        claims = stage.claims[low.at], stage.claims[high.at]
        if not incomparable(low, high, claims, stage.traits(low.at, high.at)):
            yield low, high


def signs_of_pair(low: Count, high: Count, stage: Scene) -> list[str]:
    """The signs of such a pair."""
    claims = stage.claims[low.at], stage.claims[high.at]
    return figure_signs(low, high, claims, stage.traits(low.at, high.at))


def _together(pairs: Sequence[tuple[Count, Count]]) -> list[list[Count]]:
    """The counts of each dispute: pairs that share a claim, or the people counted."""
    groups: list[tuple[set[str | None], list[Count]]] = []
    for pair in pairs:
        whom, counts_ = {count.group for count in pair}, list(pair)
        apart = []
        for others, theirs in groups:
            if whom & others or not {count.at for count in counts_}.isdisjoint(count.at for count in theirs):
                whom |= others
                counts_ += theirs
            else:
                apart.append((others, theirs))
        groups = [*apart, (whom, counts_)]
    unique = [{(count.at, count.group): count for count in counts_} for _, counts_ in groups]
    return sorted(
        ([each[key] for key in sorted(each, key=str)] for each in unique),
        key=lambda counts_: [count.claim for count in counts_],
    )


def _concedes(one: Count, other: Count, found: Sequence[Count]) -> bool:
    """Whether the voice of one figure also gives a number that the other fits: of a whole, of a part, in
    pieces, or at another time."""
    pieces: dict[int, list[Figure]] = defaultdict(list)
    for count in found:
        if count.teller != one.teller:
            continue
        pieces[count.at].append(count.figure)
        same = other.group is None or count.group in (other.group, None)
        if count is not one and same and not _apart(count.figure, other.figure):
            return True
    for figures in pieces.values():
        lows, highs = [f.low for f in figures], [f.high for f in figures]
        if len(figures) > 1 and other.figure.low == other.figure.high and other.group is None:
            whole = sum(low for low in lows if low is not None)
            if None not in lows and None not in highs and whole == other.figure.low:
                return True
    return False


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
    """What each voice holds of each group in the end: the largest count of its latest report."""
    last: dict[tuple[int, str | None], str] = {}
    for count in found:
        key = count.teller, count.group
        last[key] = max(last.get(key, ""), count.day)
    latest: dict[tuple[int, str | None], Count] = {}
    for count in sorted(found, key=lambda each: (each.day, each.report, each.claim, str(each.group))):
        key = count.teller, count.group
        if count.day == last[key]:
            latest[key] = _larger(latest.get(key), count)
    return list(latest.values())


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
    positions: dict[tuple[int, int | None, int | None], Position] = {}
    for count in sorted(fighting, key=lambda each: (_number(each.figure) or 0, each.teller, each.claim)):
        same = [
            each.claim
            for each in found
            if each.teller == count.teller
            and (each.figure.low, each.figure.high) == (count.figure.low, count.figure.high)
        ]
        cited = tuple(dict.fromkeys([count.claim, *same]))
        key = count.teller, count.figure.low, count.figure.high
        positions.setdefault(key, Position(voices[count.teller].name, said(count.figure), cited))
    return list(positions.values())
