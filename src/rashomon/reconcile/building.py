"""Incidents from groups of claims: what they are, who tells them, and where the accounts differ."""

from __future__ import annotations

import datetime
import hashlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from rashomon.model import Claim, Date, Place, Report
from rashomon.reconcile.blocking import Many, Numbers
from rashomon.reconcile.copies import copies_among
from rashomon.reconcile.counts import figure_disputes, figure_updates
from rashomon.reconcile.denials import denial_disputes
from rashomon.reconcile.filing import about
from rashomon.reconcile.framings import purpose_disputes
from rashomon.reconcile.grouping import groups
from rashomon.reconcile.incidents import Account, Dispute, Incident, Position
from rashomon.reconcile.joining import in_order
from rashomon.reconcile.onesided import one_sided
from rashomon.reconcile.rivals import rival_disputes
from rashomon.reconcile.scene import Scene, scene
from rashomon.reconcile.shelf import Shelf
from rashomon.reconcile.told_counts import counts
from rashomon.reconcile.traits import Traits, traits_of
from rashomon.reconcile.voices import Outlet

_FINEST = {"point": 5, "town": 4, "admin2": 3, "admin1": 2, "country": 1}


class _InOrder:
    """Some of the traits on a shelf, by number in another order."""

    def __init__(self, shelf: Shelf[Traits], numbers: Sequence[int]) -> None:
        self._shelf = shelf
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, number: int, /) -> Traits:
        return self._shelf[self._numbers[number]]


def incidents_of(claims: Iterable[Claim], reports: Iterable[Report] = ()) -> list[Incident]:
    """The incidents of some claims, in the order of their first claims as given.

    `reports` tell publishers and days of publication; without them each report is of a publisher of its own,
    and its day is the last that it tells of.
    """
    return [_incident(stage) for _, stage in sorted(_staged(claims, reports), key=lambda each: each[0])]


def scenes_of(claims: Iterable[Claim], reports: Iterable[Report] = ()) -> list[Scene]:
    """The same as scenes: whose claims they are, before anybody looks for disputes. What `training.disputes`
    learns from."""
    return [stage for _, stage in sorted(_staged(claims, reports), key=lambda each: each[0])]


def stream(
    claims: Iterable[Claim],
    reports: Iterable[Report] = (),
    *,
    workers: int = 1,
    on_compared: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Incident]:
    """The same incidents in an order of their own, one by one, so that a million claims need little memory:
    claims are put away on the disk once they are many. With several `workers`, processes are forked that
    compare claims; the incidents and their order are the same. `on_compared` hears how many claims were
    compared, of how many, before the first incident comes."""
    for _, stage in _staged(claims, reports, workers, on_compared):
        yield _incident(stage)


def _staged(
    claims: Iterable[Claim],
    reports: Iterable[Report],
    workers: int = 1,
    on_compared: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[tuple[int, Scene]]:
    """The scene of each incident, with the number of its first claim."""
    with Shelf(Claim) as given, Shelf(Traits) as traits:
        order = _put_away(claims, given, traits)
        told = _InOrder(traits, order)
        found = copies_among(told)
        outlets = _outlets(told, found.original, reports)
        repeats = _repeats(found.source)
        for group in groups(told, found.kept, workers, on_compared):
            places = sorted(at for source in group for at in (source, *repeats.get(source, ())))
            numbers = [order[at] for at in places]
            yield min(numbers), scene([given[number] for number in numbers], outlets)


def _put_away(claims: Iterable[Claim], given: Shelf[Claim], traits: Shelf[Traits]) -> array[int]:
    """Put claims and their traits on the shelves; their numbers by report, place in the report, and id."""
    ids: dict[str, None] = {}
    reports: dict[str, str] = {}
    report: list[str] = []
    at = array("q")
    for claim in claims:
        if claim.id not in ids:
            ids[claim.id] = None
            given.append(claim)
            traits.append(traits_of(claim))
            report.append(reports.setdefault(claim.report, claim.report))
            at.append(claim.trigger.start)
    names = list(ids)
    return array(
        "q", sorted(range(len(names)), key=lambda number: (report[number], at[number], names[number]))
    )


def _repeats(source: Numbers) -> dict[int, list[int]]:
    """The copies of each claim that has any, by number."""
    repeats: dict[int, list[int]] = defaultdict(list)
    for copy in np.flatnonzero(source != np.arange(len(source))).tolist():
        repeats[int(source[copy])].append(copy)
    return repeats


def _outlets(told: Many, original: Mapping[str, str], reports: Iterable[Report]) -> dict[str, Outlet]:
    """Where each report stands."""
    known = {report.id: (report.publisher, report.published) for report in reports}  # without the texts
    last: dict[str, int] = {}
    for ref, claims in groupby(range(len(told)), key=lambda at: told[at].report):
        last[ref] = about(told[at] for at in claims).day
    return {
        ref: outlet_of(source, *known.get(source, (None, None)), last[source])
        for ref, source in original.items()
    }


def outlet_of(original: str, publisher: str | None, published: str | None, last: int) -> Outlet:
    """Where a report stands that is a copy of `original`, which may be itself and has that publisher; `last`
    is the last day that it tells of. Days are only compared, so any form that sorts will do."""
    return Outlet(publisher, original, (published or _iso(last))[:10])


def _iso(ordinal: int) -> str:
    return datetime.date.fromordinal(ordinal).isoformat() if ordinal > 0 else ""


def incident_of(claims: Sequence[Claim], outlets: Mapping[str, Outlet]) -> Incident:
    """The incident of claims, which are in the order of their reports, places and ids."""
    return _incident(scene(claims, outlets))


def _incident(stage: Scene) -> Incident:
    claims, voices = stage.claims, stage.voices
    main = _main(claims)
    found = counts(stage)
    disputes = [d for kind in sorted(found) for d in figure_disputes(kind, found[kind], stage)]
    updates = [u for kind in sorted(found) for u in figure_updates(kind, found[kind], voices)]
    return Incident(
        id=name_of([claim.id for claim in claims]),
        type=main.type,
        modes=tuple(sorted({c.mode for c in claims if c.mode is not None and c.type == main.type})),
        date=_date(claims),
        place=_place(claims),
        claims=tuple(claim.id for claim in claims),
        accounts=tuple(Account(each.voice, tuple(claims[at].id for at in each.claims)) for each in voices),
        disputes=tuple(
            _once([*disputes, *denial_disputes(stage), *rival_disputes(stage), *purpose_disputes(stage)])
        ),
        updates=tuple(updates),
        one_sided=tuple(one_sided(claims, voices)),
    )


def _once(disputes: Iterable[Dispute]) -> list[Dispute]:
    """The disputes, those of one field that share a claim as one."""
    kept: list[Dispute] = []
    for dispute in disputes:
        apart = []
        positions = dict.fromkeys(dispute.positions)
        for other in kept:
            if other.field == dispute.field and not _cited(other.positions).isdisjoint(_cited(positions)):
                positions = dict.fromkeys((*other.positions, *positions))
            else:
                apart.append(other)
        kept = [*apart, Dispute(dispute.field, tuple(positions))]
    return kept


def _cited(positions: Iterable[Position]) -> set[str]:
    return {ref for position in positions for ref in position.claims}


def name_of(claims: Sequence[str]) -> str:
    """The id of an incident: made from the ids of its claims, whatever their order."""
    if len(claims) == 1:
        return f"i-{claims[0].removeprefix('c-')}"
    key = "\0".join(sorted(claims))
    return "i-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _main(claims: Sequence[Claim]) -> Claim:
    """The claim that stands for the incident: of the commonest type, of equals the gravest."""
    often = Counter(claim.type for claim in claims)
    return min(claims, key=lambda claim: (-often[claim.type], claim.score, claim.type))


def _date(claims: Sequence[Claim]) -> Date | None:
    """The day that most claims give, of equals the finest and first; None where none gives any."""
    dates = [claim.date for claim in claims if claim.date is not None]
    often = Counter((date.first, date.last) for date in dates)
    return min(
        dates,
        key=lambda date: (date.precision != "day", -often[date.first, date.last], date.first, date.last),
        default=None,
    )


def _place(claims: Sequence[Claim]) -> Place | None:
    """The place that most claims give, of equals the finest."""
    places = [claim.place for claim in claims if claim.place is not None]
    often = Counter(_spot(place) for place in places)
    return min(
        places,
        key=lambda place: (
            place.text is None,
            -often[_spot(place)],
            -_FINEST.get(place.precision or "", 0),
            place.name,
        ),
        default=None,
    )


def _spot(place: Place) -> object:
    return place.geonameid if place.geonameid is not None else place.name


def as_one(claims: Iterable[Claim], reports: Iterable[Report] = ()) -> Incident:
    """The incident of claims that are known to be of one happening: nothing is joined, copies count as one
    voice.

    Raises:
        ValueError: there is no claim.
    """
    given = {claim.id: claim for claim in claims}
    if not given:
        raise ValueError("an incident needs a claim")
    told = in_order(map(traits_of, given.values()))
    outlets = _outlets(told, copies_among(told).original, reports)
    return incident_of([given[each.id] for each in told], outlets)
