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
from functools import lru_cache
from typing import Literal

import msgspec

from rashomon.model import Claim, Report
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.narrators import country_of, narrator, publisher_country

Period = Literal["day", "week", "month"]
COUNTED = frozenset(("happened", "ongoing"))
ALL, OTHERS, UNPLACED = "all", "others", "unplaced"

Dyad = tuple[str, str]
"""Two codes of countries in the order of the alphabet."""


class Point(msgspec.Struct, frozen=True, gc=False):
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


class Telling(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one or more claims of an incident tell of a dyad, as far as sums of scores ask: a type with its
    score, the days that they give, and who tells it - of a quoted voice (`quoted`) its country, of a
    publisher's own voice the publisher's name."""

    type: str
    score: float
    first: str | None
    last: str | None
    quoted: bool
    who: str | None
    claims: int = 1


class Part(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The part of an incident in a dyad: the days of the incident, and what is told of the dyad in it. It
    holds all that `summed` asks, so it can be kept in place of the claims."""

    first: str | None
    last: str | None
    tellings: tuple[Telling, ...]


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

    def told() -> Iterator[tuple[str, Dyad, Part]]:
        for incident in incidents:
            its = (known[ref] for ref in incident.claims if ref in known)
            for dyad, part in parts(incident, its, publishers).items():
                if not wanted or dyad in wanted:
                    yield incident.id, dyad, part

    return summed(told(), by=by, homes=homes)


def parts(
    incident: Incident, claims: Iterable[Claim], publishers: Mapping[str, str | None]
) -> dict[Dyad, Part]:
    """The parts of an incident in dyads.

    Args:
        incident: what `reconcile` made of the claims.
        claims: the claims of the incident.
        publishers: names of publishers, by report.
    """
    date = incident.date
    found: dict[Dyad, Counter[Telling]] = {}
    for claim in claims:
        if claim.status not in COUNTED or claim.frame != "current":
            continue
        dyads = _dyads(claim)
        if not dyads:
            continue
        own = claim.voice.kind == "publisher"
        telling = Telling(
            claim.type, claim.score, claim.date.first if claim.date else None,
            claim.date.last if claim.date else None, not own,
            publishers.get(claim.report) or None if own else narrator(claim, None).country,
        )  # fmt: skip
        for dyad in sorted(dyads):
            found.setdefault(dyad, Counter())[telling] += 1
    first, last = (date.first, date.last) if date is not None else (None, None)
    return {
        dyad: Part(first, last, tuple(_times(each, count) for each, count in told.items()))
        for dyad, told in found.items()
    }


def _times(telling: Telling, count: int) -> Telling:
    return telling if count == 1 else msgspec.structs.replace(telling, claims=count)


def summed(
    told: Iterable[tuple[str, Dyad, Part]], *, by: Period = "day", homes: Mapping[str, str] | None = None
) -> Tension:
    """The sums over parts of incidents, each with the id of its incident and its dyad; see `tension`.

    Raises:
        InstallationError: a table is missing or damaged.
    """
    countries: dict[str, str | None] = {}
    sums: dict[tuple[Dyad, str, str, str], list[tuple[float, str]]] = defaultdict(list)
    undated: Counter[Dyad] = Counter()
    unplaced: Counter[str | None] = Counter()
    for ref, dyad, part in told:
        groups: dict[str, list[Telling]] = {ALL: list(part.tellings)}
        for each in part.tellings:
            country = each.who
            if not each.quoted and country is not None:
                if country not in countries:
                    countries[country] = publisher_country(country, homes)
                country = countries[country]
            if country is None and not each.quoted:
                unplaced[each.who] += each.claims
            group = UNPLACED if country is None else country if country in dyad else OTHERS
            groups.setdefault(group, []).append(each)
        placed = False
        alike = len({(each.type, each.score, each.first, each.last) for each in part.tellings}) == 1
        period, score = (_period(part.tellings, part, by), _score(part.tellings)) if alike else (None, 0.0)
        for group, own in groups.items():
            if not alike:
                period, score = _period(own, part, by), _score(own)
            if period is not None:
                placed = True
                sums[dyad, *period, group].append((score, ref))
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


def _dyads(claim: Claim) -> set[Dyad]:
    ours = {country_of(party) for party in claim.actors}
    theirs = {country_of(party) for party in claim.recipients}
    return {dyad_of(one, other) for one in ours for other in theirs if one and other and one != other}


def _score(tellings: Collection[Telling]) -> float:
    """The score of an incident as these claims tell it."""
    often: Counter[str] = Counter()
    for each in tellings:
        often[each.type] += each.claims
    return min(tellings, key=lambda each: (-often[each.type], each.score)).score


def _period(tellings: Iterable[Telling], part: Part, by: Period) -> tuple[str, str] | None:
    """The period that most claims give, of equals the first; the incident's where they give none."""
    given: Counter[tuple[str, str]] = Counter()
    for each in tellings:
        if each.first is not None and each.last is not None:
            period = _within(each.first, each.last, by)
            if period is not None:
                given[period] += each.claims
    if given:
        return min(given, key=lambda period: (-given[period], period))
    if part.first is None or part.last is None:
        return None
    return _within(part.first, part.last, by)


@lru_cache(maxsize=8_192)
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


__all__ = ["ALL", "OTHERS", "UNPLACED", "Dyad", "Part", "Period", "Point", "Telling", "Tension", "bounds",
           "dyad_of", "parts", "summed", "tension", "told_by"]  # fmt: skip
