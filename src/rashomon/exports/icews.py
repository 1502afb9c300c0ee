"""Rows like those of ICEWS coded event data: CAMEO dyads with source, target, city and publisher.

A row is one pair of source and target of a claim or an incident; rows of one event share its `Event ID`.
Tab-separated with a header, as ICEWS publishes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rashomon import ontology
from rashomon.exports.cells import Cell
from rashomon.exports.events import Event, What, coordinates, day_of, events, pairs, took_place
from rashomon.exports.export_tables import country_name, country_of, group_codes, sector_codes, sector_of
from rashomon.model import Claim, Party, Report
from rashomon.reconcile.incidents import Incident

COLUMNS = (
    "Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country", "Event Text", "CAMEO Code",
    "Intensity", "Target Name", "Target Sectors", "Target Country", "Story ID", "Sentence Number",
    "Publisher", "City", "District", "Province", "Country", "Latitude", "Longitude",
)  # fmt: skip

Row = tuple[Cell, ...]


def rows(
    incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report], what: What = "claims"
) -> Iterator[Row]:
    """A row for each pair of source and target of what is told as having taken place on a known day.

    Raises:
        InputError: an incident's type is none of PLOVER's.
    """
    for event in events(incidents, claims, reports, what):
        yield from event_rows(event)


def event_rows(event: Event) -> list[Row]:
    """The rows of one event; none where it did not take place, or nobody knows when."""
    day = day_of(event)
    if day is None or not took_place(event):
        return []
    text = (ontology.cameo_name(event.cameo) or "").capitalize()
    told = (text, event.cameo, event.score)
    report = event.claims[0].report
    where = _where(event)
    publishers = "; ".join(event.publishers)
    return [
        (event.id, day.isoformat(), *_party(source), *told, *_party(target), report, None, publishers, *where)
        for source, target in pairs(event)
    ]


def _party(party: Party | None) -> tuple[Cell, Cell, Cell]:
    if party is None:
        return None, None, None
    body = country_of(party)
    group = group_codes(body)
    sectors = [group.icews] if group is not None else []
    sectors.append(sector_codes(sector_of(party)).icews)
    country = None if group is not None else country_name(body)
    return party.name or party.text, ",".join(filter(None, sectors)), country


def _where(event: Event) -> tuple[Cell, ...]:
    place = event.place
    if place is None:
        return (None,) * 6
    city = place.name if place.precision not in ("country", "admin1", "admin2") else None
    # A region or district that is named itself stands in its own column, not in the city's.
    district = place.name if place.precision == "admin2" else place.admin2
    province = place.name if place.precision == "admin1" else place.admin1
    return (city, district, province, country_name(place.country), *(coordinates(place) or (None, None)))


__all__ = ["COLUMNS", "Row", "event_rows", "rows"]
