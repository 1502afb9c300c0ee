"""Rows like those of the GDELT 2.0 event table: 61 columns, CAMEO actors and actions, FIPS countries.

A row is one pair of actors of an incident or a claim. Tab-separated; GDELT's own files have no header
(`--no-header`), so that the columns are known by their places.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from datetime import date as Day

from rashomon.exports.cells import Cell
from rashomon.exports.events import Event, Pair, What, coordinates, day_of, events, pairs, took_place
from rashomon.exports.export_tables import (
    country_codes,
    country_name,
    country_of,
    group_codes,
    sector_codes,
    sector_of,
)
from rashomon.model import Claim, Party, Place, Report
from rashomon.reconcile.incidents import Incident

_ACTOR = (
    "Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode", "Religion1Code", "Religion2Code",
    "Type1Code", "Type2Code", "Type3Code",
)  # fmt: skip
_GEO = ("Type", "FullName", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID")
COLUMNS = (
    "GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate",
    *(f"Actor1{name}" for name in _ACTOR), *(f"Actor2{name}" for name in _ACTOR),
    "IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass", "GoldsteinScale",
    "NumMentions", "NumSources", "NumArticles", "AvgTone",
    *(f"Actor1Geo_{name}" for name in _GEO), *(f"Actor2Geo_{name}" for name in _GEO),
    *(f"ActionGeo_{name}" for name in _GEO), "DATEADDED", "SOURCEURL",
)  # fmt: skip
_CAMEO = re.compile("[0-9]{3,4}")
_NOWHERE: tuple[Cell, ...] = (0, None, None, None, None, None, None, None)

Row = tuple[Cell, ...]


def rows(
    incidents: Iterable[Incident],
    claims: Iterable[Claim],
    reports: Iterable[Report],
    what: What = "incidents",
) -> Iterator[Row]:
    """A row for each pair of actors of what is told as having taken place on a known day.

    Raises:
        InputError: an incident's type is none of PLOVER's.
    """
    for event in events(incidents, claims, reports, what):
        yield from event_rows(event)


def event_rows(event: Event) -> list[Row]:
    """The rows of one event; none where it did not take place, nobody knows when, or CAMEO has no code."""
    day = day_of(event)
    if day is None or not took_place(event) or _CAMEO.fullmatch(event.cameo) is None:
        return []
    articles = len({claim.report for claim in event.claims})
    action = (
        None, event.cameo, event.cameo[:3], event.cameo[:2], quad_class(event.cameo), event.score,
        len(event.claims), len(event.publishers) or articles, articles, None,
    )  # fmt: skip
    tail = (*_NOWHERE, *_NOWHERE, *_place(event.place), _added(event.published), _source(event))
    return [
        (
            number_of(event.id, pair), int(day.strftime("%Y%m%d")), int(day.strftime("%Y%m")), day.year,
            _fraction(day), *_actor(pair[0]), *_actor(pair[1]), *action, *tail,
        )
        for pair in pairs(event)
    ]  # fmt: skip


def number_of(ref: str, pair: Pair) -> int:
    """A stable whole number for an event and a pair of its actors, below 2**52: exact in spreadsheets."""
    named = ("" if party is None else f"{party.name or party.text}\0{party.code}" for party in pair)
    key = "\0".join((ref, *named)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(key).digest()[:8]) >> 12


def quad_class(cameo: str) -> int:
    """GDELT's class of a CAMEO code, by its root: it parts verbal from material otherwise than PLOVER."""
    root = int(cameo[:2])
    return 1 if root <= 5 else 2 if root <= 8 else 3 if root <= 13 else 4


def _fraction(day: Day) -> float:
    return round(day.year + (day.month * 30 + day.day) / 365, 4)


def _actor(party: Party | None) -> tuple[Cell, ...]:
    if party is None:
        return (None,) * len(_ACTOR)
    body = country_of(party)
    group, sector = group_codes(body), sector_codes(sector_of(party)).cameo
    name = (party.name or party.text).upper()
    if group is not None:
        types = [*dict.fromkeys(filter(None, (group.type, sector)))]
        code = group.cameo + (sector if sector not in ("", "GOV", group.type) else "")
        country = None
    else:
        country = country_codes(body).cameo or None
        types = [sector] if sector else []
        code = f"{country or ''}{sector}"
    kinds = [*types, None, None, None][:3]
    return (code, name, country, group.group if group is not None else None, None, None, None, *kinds)


def _place(place: Place | None) -> tuple[Cell, ...]:
    if place is None:
        return _NOWHERE
    fips = country_codes(place.country).fips or None
    american = place.country == "USA"
    at = coordinates(place)
    if place.precision == "country":
        kind = 1
    elif place.precision in ("admin1", "admin2"):
        kind = 2 if american else 5
    else:
        kind = (3 if american else 4) if at is not None else 0
    land = country_name(place.country)
    parts = dict.fromkeys(filter(None, (place.name, place.admin1, land)))
    first = fips if kind == 1 else None
    return (kind, ", ".join(parts), fips, first, None, *(at or (None, None)), None)


def _added(published: str | None) -> int | None:
    if published is None:
        return None
    try:
        when = datetime.fromisoformat(published)
    except ValueError:
        return None
    when = when.astimezone(UTC) if when.tzinfo is not None else when
    return int(when.strftime("%Y%m%d%H%M%S"))


def _source(event: Event) -> str | None:
    for report in event.reports:
        if report.url:
            return report.url
    for report in event.reports:
        if report.publisher or report.title:
            return ": ".join(filter(None, (report.publisher, report.title)))
    return event.claims[0].report


__all__ = ["COLUMNS", "Row", "event_rows", "number_of", "quad_class", "rows"]
