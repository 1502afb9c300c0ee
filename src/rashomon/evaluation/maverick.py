"""MAVERICK, electoral violence: what we call a dispute and what an update, against rows of one report each.

A row says how many a report (`source`, with its day, and `source_author`) gives as killed and injured in an
event, as a range. 0 stands for a report that gives no number.

The unit is an event and a kind of figure that two or more reports give. The rows decide:

- *dispute*: two sources end up with ranges that have no number in common. A source ends up with what its
  reports of its last day give; where those are several, none of them has a number in common with the other's;
- *update*: a source gives a range on a later day that has no number in common with those of the day before;
- neither, where ranges overlap.

Ours: each row becomes a claim of its own report (publisher, day of publication, place, figures), and
`reconcile` is asked for the disputes of the claims of the event as one incident. Agreement is the share of
units on which both decisions are the rows'. `through reconcile` asks for the same after `reconcile` itself
has joined the claims of the event, or failed to: what it leaves apart can be in no dispute.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from pathlib import Path

import msgspec

from rashomon.errors import MalformedInput
from rashomon.evaluation.results import Measure, Result, retrieval, share
from rashomon.model import Claim, Date, Figure, Place, Report, Span, claim_id, publisher_voice
from rashomon.reconcile import reconcile
from rashomon.reconcile.building import as_one
from rashomon.reconcile.incidents import Incident

KINDS = {"killed": "deaths", "injured": "injuries"}
"""Kinds of figures, and how their columns are called."""
DECISIONS = ("dispute", "update")
_FIELD_LIMIT = 1_000_000
_DAY = re.compile(r"\((\d{4}-\d\d-\d\d)\)")

Range = tuple[int, int]
Decided = tuple[bool, bool]
"""Whether there is a dispute, and whether an update."""


class Row(msgspec.Struct, frozen=True):
    """What one report says of an event; `figures` has the kinds that it gives, as (low, high)."""

    id: str
    event: str
    source: str
    day: str
    began: str
    ended: str
    place: str
    spot: str
    point: tuple[float, float] | None
    figures: dict[str, Range]


def load(path: Path) -> tuple[list[Row], int]:
    """The rows that name their event, source and day, and the number of those that do not.

    Raises:
        MalformedInput: a column is missing, or what should be a number is none.
    """
    held = csv.field_size_limit(_FIELD_LIMIT)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            found = [
                _row(row, f"{path}: row {number}")
                for number, row in enumerate(csv.DictReader(file, delimiter="\t"), start=1)
            ]
    finally:
        csv.field_size_limit(held)
    rows = [row for row in found if row is not None]
    return rows, len(found) - len(rows)


def _row(row: Mapping[str, str], where: str) -> Row | None:
    try:
        day = _DAY.search(row["source"] or "")
        if not row["event_id"] or not row["source_author"] or day is None:
            return None
        figures = {kind: _range(row[f"{name}_low"], row[f"{name}_high"]) for kind, name in KINDS.items()}
        return Row(
            row["id"],
            row["event_id"],
            row["source_author"],
            day.group(1),
            row["date_start"],
            row["date_end"] or row["date_start"],
            row["city"] or row["location"],
            row["location"] or row["city"],
            _point(row["latitude"], row["longitude"]),
            {kind: given for kind, given in figures.items() if given is not None},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedInput(f"not as the table should be: {error!r}", where=where) from error


def _point(latitude: str, longitude: str) -> tuple[float, float] | None:
    return (float(latitude), float(longitude)) if latitude and longitude else None


def _range(low: str, high: str) -> Range | None:
    if not low or not high:
        return None
    ends = sorted((int(float(low)), int(float(high))))
    return (ends[0], ends[1]) if ends[1] > 0 else None


def gold(rows: Sequence[Row], kind: str) -> Decided:
    """What the rows of an event decide about one kind of figure."""
    told: dict[str, dict[str, list[Range]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        told[row.source][row.day].append(row.figures[kind])
    last = [days[max(days)] for days in told.values()]
    revised = [pair for days in told.values() for pair in pairwise(days[day] for day in sorted(days))]
    return any(_all_apart(*each) for each in combinations(last, 2)), any(
        _all_apart(*each) for each in revised
    )


def _all_apart(ours: Sequence[Range], theirs: Sequence[Range]) -> bool:
    return all(apart(one, other) for one in ours for other in theirs)


def apart(one: Range, other: Range) -> bool:
    """Whether two ranges have no number in common."""
    return one[1] < other[0] or other[1] < one[0]


def claims_of(rows: Iterable[Row], kind: str) -> tuple[list[Claim], list[Report]]:
    """A report for each row, and its claim."""
    claims, reports = [], []
    for row in rows:
        low, high = row.figures[kind]
        told = f"{low} to {high} {kind}."
        head = f"{row.source}, {row.day}: "  # two reports that say the same are no copies of each other
        text = f"{head}{row.spot}: {told}" if row.spot else f"{head}{told}"
        at = len(text) - len(told)
        trigger = Span(kind, len(text) - len(kind) - 1, len(text) - 1)
        place = None
        if row.spot:
            lat, lon = row.point or (None, None)
            place = Place(row.spot, len(head), len(head) + len(row.spot), row.place, lat=lat, lon=lon)
        date = None
        if row.began:
            date = Date(row.began, row.ended, "day" if row.began == row.ended else "range")
        reports.append(Report(text=text, published=row.day, publisher=row.source, id=row.id))
        claims.append(
            Claim(
                claim_id(row.id, "ASSAULT", trigger), row.id, "ASSAULT", None, (), 4, -9.0, None,
                Span(text, 0, len(text)), trigger, (), (), publisher_voice(), "happened", "current",
                date, place,
                (Figure(kind, low, high, None, at, at + len(str(low))),), 1.0,
            )
        )  # fmt: skip
    return claims, reports


def decided(incidents: Iterable[Incident], kind: str) -> Decided:
    """Whether any of some incidents has a dispute about a kind of figure, and whether an update."""
    told = list(incidents)
    return (
        any(each.field == kind for incident in told for each in incident.disputes),
        any(each.field == kind for incident in told for each in incident.updates),
    )


def units(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Events by kind of figure, with the rows that give it, where two or more do."""
    events: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        for kind in row.figures:
            events[row.event, kind].append(row)
    return ((kind, told) for (_, kind), told in events.items() if len(told) > 1)


def evaluate(rows: Sequence[Row], left: int) -> Result:
    """Agreement on disputes and updates; how many units differ at all."""
    asked = list(units(rows))
    wanted = [gold(told, kind) for kind, told in asked]
    made = [(kind, *claims_of(told, kind)) for kind, told in asked]
    ours = [decided([as_one(claims, reports)], kind) for kind, claims, reports in made]
    whole = [decided(reconcile(claims, reports), kind) for kind, claims, reports in made]
    measures = [
        share("agreement", _same(ours, wanted)),
        share("agreement, through reconcile", _same(whole, wanted)),
    ]
    for at, decision in enumerate(DECISIONS):
        measures += _found(decision, [each[at] for each in ours], [each[at] for each in wanted])
    deaths = [told for kind, told in asked if kind == "killed"]
    differ = share(
        "deaths told by two or more: reports differ",
        [(int(len({row.figures["killed"] for row in told}) > 1), 1) for told in deaths],
    )
    return Result(
        "maverick",
        "MAVERICK: disputes and updates about tolls",
        f"{len(rows)} rows, {len(asked)} units: an event and a kind of figure (killed, injured) that two or "
        "more reports give. The rows say dispute where two sources end up with ranges that have no number in "
        "common, update where a source gives such a range on a later day. Agreement: both decisions are the "
        "rows'. The claims are made from the rows, so nothing is read here. Intervals over units.",
        (*measures, differ),
        ("agreement", "agreement, through reconcile"),
        (f"{left} rows without an event, a source or a day are left out.",) if left else (),
    )


def _same(ours: Sequence[Decided], wanted: Sequence[Decided]) -> list[tuple[int, int]]:
    return [(int(one == other), 1) for one, other in zip(ours, wanted, strict=True)]


def _found(name: str, ours: Sequence[bool], wanted: Sequence[bool]) -> list[Measure]:
    return retrieval(name, [(o and w, o, w) for o, w in zip(ours, wanted, strict=True)])
