"""Tension between two countries as each side tells it: sums of PLOVER's event scores over incidents.

A *dyad* is two countries, whichever of them acts: its codes stand in the order of the alphabet. An incident
is of a dyad where a claim has a party of the one as actor and a party of the other as recipient. It counts
once for all narrators and once for each group of them that tells it: the one country's voices, the other's,
those of others, and narrators that nobody can place. What a group does not tell of the dyad does not count
for it.

Only what a narrator says took place counts: status happened or ongoing, frame current. What is planned,
threatened for later, possible, asked for or denied, and what is told as background, does not. (A threat or a
demand that was made did take place: THREATEN and REQUEST have scores of their own.)

The idea of summing event scores over dyads and days is Goldstein's (Journal of Conflict Resolution 36, 1992);
the scores are PLOVER's.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from rashomon.model import Claim, Report
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.narrators import Narrator, country_of, narrator

Period = Literal["day", "week", "month"]
COUNTED = frozenset(("happened", "ongoing"))
ALL, OTHERS, UNPLACED = "all", "others", "unplaced"

Dyad = tuple[str, str]
"""Two codes of countries in the order of the alphabet."""


class Point(msgspec.Struct, frozen=True):
    """One dyad in one period, as one group of narrators tells it.

    `told_by` is "all", the code of one of the two countries, "others" or "unplaced". `first` and `last` are
    ISO days, both included. `score` is the sum of `conflict` (zero or less) and `cooperation` (zero or more).
    `ids` are the ids of the incidents.
    """

    dyad: Dyad
    first: str
    last: str
    told_by: str
    score: float
    conflict: float
    cooperation: float
    incidents: int
    ids: tuple[str, ...]


class Tension(msgspec.Struct, frozen=True):
    """Points in the order of dyads (most incidents first), periods and narrators; and what is not in them.

    `undated` counts incidents of each dyad for which nobody gives a day that lies within one period.
    `unplaced` counts claims between two countries by publishers that no table places; None stands for those
    without a name.
    """

    by: Period
    points: tuple[Point, ...]
    undated: dict[Dyad, int] = {}
    unplaced: dict[str | None, int] = {}

    def dyads(self) -> list[Dyad]:
        """The dyads, in the order of the points."""
        return list(dict.fromkeys(point.dyad for point in self.points))


def tension(
    incidents: Iterable[Incident],
    claims: Iterable[Claim],
    reports: Iterable[Report] = (),
    *,
    dyads: Collection[Dyad] = (),
    by: Period = "day",
    homes: Mapping[str, str] | None = None,
) -> Tension:
    """Sums of event scores for each dyad, period and group of narrators.

    Within an incident a group's score is that of its commonest type, of equals the gravest; its day is the
    one that most of its claims give, else the incident's own.

    Args:
        incidents: what `reconcile` made of the claims.
        claims: at least the claims of the incidents.
        reports: the reports of the claims; they name the publishers.
        dyads: count these only, in either order of their codes; all where empty.
        by: periods of a day, of a week from Monday to Sunday, of a month.
        homes: countries of publishers, by `narrators.home_key`; they go before the table of media.

    Raises:
        InstallationError: a table is missing or damaged.
    """
    wanted = {dyad_of(*pair) for pair in dyads}
    publishers = {report.id: report.publisher for report in reports}
    known = {claim.id: claim for claim in claims}
    sums: dict[tuple[Dyad, str, str, str], list[tuple[float, str]]] = defaultdict(list)
    undated: Counter[Dyad] = Counter()
    unplaced: Counter[str | None] = Counter()
    for incident in incidents:
        told = [known[ref] for ref in incident.claims if ref in known]
        for dyad, its in _by_dyad(told).items():
            if wanted and dyad not in wanted:
                continue
            narrators = [narrator(claim, publishers.get(claim.report), homes) for claim in its]
            unplaced.update(_unplaced(its, narrators))
            placed = False
            for group, own in _groups(dyad, its, narrators).items():
                period = _period(own, incident, by)
                if period is not None:
                    placed = True
                    sums[dyad, *period, group].append((_score(own), incident.id))
            undated[dyad] += not placed
    often: Counter[Dyad] = Counter()
    for (dyad, _, _, group), its_scores in sums.items():
        often[dyad] += len(its_scores) * (group == ALL)

    def order(key: tuple[Dyad, str, str, str]) -> tuple[object, ...]:
        dyad, first, _, group = key
        return -often[dyad], dyad, first, told_by(dyad).index(group)

    return Tension(
        by,
        tuple(_point(key, sums[key]) for key in sorted(sums, key=order)),
        {dyad: count for dyad, count in sorted(undated.items()) if count},
        dict(unplaced.most_common()),
    )


def dyad_of(one: str, other: str) -> Dyad:
    """The dyad of two codes, whatever their order."""
    return (one, other) if one <= other else (other, one)


def told_by(dyad: Dyad) -> tuple[str, ...]:
    """The groups of narrators of a dyad, in the order in which they are shown."""
    return ALL, *dyad, OTHERS, UNPLACED


def bounds(day: datetime.date, by: Period) -> tuple[datetime.date, datetime.date]:
    """First and last day of the period that a day lies in."""
    if by == "week":
        first = datetime.date.fromordinal(max(day.toordinal() - day.weekday(), 1))
        return first, datetime.date.fromordinal(min(first.toordinal() + 6, datetime.date.max.toordinal()))
    if by == "month":
        first = day.replace(day=1)
        later = first.toordinal() + 31
        if later > datetime.date.max.toordinal():
            return first, datetime.date.max
        return first, datetime.date.fromordinal(later).replace(day=1) - datetime.timedelta(days=1)
    return day, day


def _by_dyad(claims: Iterable[Claim]) -> dict[Dyad, list[Claim]]:
    """The claims that count, by the dyads that they are of; one claim may be of several."""
    found: dict[Dyad, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.status in COUNTED and claim.frame == "current":
            for dyad in sorted(_dyads(claim)):
                found[dyad].append(claim)
    return found


def _dyads(claim: Claim) -> set[Dyad]:
    ours = {country_of(party) for party in claim.actors}
    theirs = {country_of(party) for party in claim.recipients}
    return {dyad_of(one, other) for one in ours for other in theirs if one and other and one != other}


def _unplaced(claims: Iterable[Claim], narrators: Iterable[Narrator]) -> Iterator[str | None]:
    for claim, teller in zip(claims, narrators, strict=True):
        if claim.voice.kind == "publisher" and teller.country is None:
            yield teller.publisher


def _groups(dyad: Dyad, claims: list[Claim], narrators: Iterable[Narrator]) -> dict[str, list[Claim]]:
    groups: dict[str, list[Claim]] = {ALL: claims}
    for claim, teller in zip(claims, narrators, strict=True):
        country = teller.country
        group = UNPLACED if country is None else country if country in dyad else OTHERS
        groups.setdefault(group, []).append(claim)
    return groups


def _score(claims: Iterable[Claim]) -> float:
    """The score of an incident as these claims tell it."""
    told = list(claims)
    often = Counter(claim.type for claim in told)
    return min(told, key=lambda claim: (-often[claim.type], claim.score)).score


def _period(claims: Iterable[Claim], incident: Incident, by: Period) -> tuple[str, str] | None:
    """The period that most claims give, of equals the first; the incident's where they give none."""
    given = Counter(filter(None, (_within(claim.date.first, claim.date.last, by)
                                  for claim in claims if claim.date is not None)))  # fmt: skip
    if given:
        return min(given, key=lambda period: (-given[period], period))
    return _within(incident.date.first, incident.date.last, by) if incident.date is not None else None


def _within(first: str, last: str, by: Period) -> tuple[str, str] | None:
    """The one period that holds both days; None where they lie in two, or are no days."""
    try:
        start, end = datetime.date.fromisoformat(first[:10]), datetime.date.fromisoformat(last[:10])
    except ValueError:
        return None
    period = bounds(start, by)
    return (period[0].isoformat(), period[1].isoformat()) if period[0] <= end <= period[1] else None


def _point(key: tuple[Dyad, str, str, str], told: Collection[tuple[float, str]]) -> Point:
    dyad, first, last, group = key
    conflict = round(sum(score for score, _ in told if score < 0), 6)
    cooperation = round(sum(score for score, _ in told if score > 0), 6)
    return Point(
        dyad=dyad,
        first=first,
        last=last,
        told_by=group,
        score=round(conflict + cooperation, 6),
        conflict=conflict,
        cooperation=cooperation,
        incidents=len(told),
        ids=tuple(ref for _, ref in told),
    )


__all__ = ["ALL", "OTHERS", "UNPLACED", "Dyad", "Period", "Point", "Tension", "bounds", "dyad_of", "tension",
           "told_by"]  # fmt: skip
