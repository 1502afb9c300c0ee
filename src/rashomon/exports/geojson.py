"""GeoJSON (RFC 7946): a feature for each incident or claim, at its place, if that is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rashomon.exports import phrases
from rashomon.exports.brief_words import title_of
from rashomon.exports.events import Event, What, coordinates, events, voices
from rashomon.exports.jsonl import encode
from rashomon.model import Claim, Report
from rashomon.reconcile.incidents import Incident

Row = dict[str, Any]


def rows(
    incidents: Iterable[Incident],
    claims: Iterable[Claim],
    reports: Iterable[Report],
    what: What = "incidents",
) -> Iterator[Row]:
    """A feature for each incident, or for each claim, whatever its status.

    Raises:
        InputError: an incident's type is none of PLOVER's.
    """
    for event in events(incidents, claims, reports, what):
        yield _feature(event)


def collection(features: Iterable[Row]) -> Iterator[bytes]:
    """A FeatureCollection in UTF-8, a feature a line."""
    yield b'{"type":"FeatureCollection","features":['
    for number, feature in enumerate(features):
        yield (b",\n" if number else b"\n") + encode(feature)
    yield b"\n]}\n"


def _feature(event: Event) -> Row:
    at, date, place = coordinates(event.place), event.date, event.place
    properties: Row = {
        "title": title_of(event.incident)
        if event.incident is not None
        else phrases.event_name(event.claims[0]),
        "type": event.type,
        "modes": event.modes,
        "quad": event.quad,
        "score": event.score,
        "date_first": date.first if date is not None else None,
        "date_last": date.last if date is not None else None,
        "date_precision": date.precision if date is not None else None,
        "place": place.name if place is not None else None,
        "country": place.country if place is not None else None,
        "place_precision": place.precision if place is not None else None,
        "geonameid": place.geonameid if place is not None else None,
        "actors": [party.name or party.text for party in event.actors],
        "recipients": [party.name or party.text for party in event.recipients],
        "publishers": event.publishers,
        "urls": [report.url for report in event.reports if report.url],
    }
    properties["voices"] = voices(event)
    if event.incident is not None:
        properties |= _of_incident(event.incident)
    else:
        claim = event.claims[0]
        properties |= {
            "status": claim.status,
            "frame": claim.frame,
            "figures": [phrases.figure_words(figure) for figure in claim.figures],
            "quote": claim.quote.text,
            "report": claim.report,
        }
    geometry = {"type": "Point", "coordinates": [at[1], at[0]]} if at is not None else None
    return {"type": "Feature", "id": event.id, "geometry": geometry, "properties": properties}


def _of_incident(incident: Incident) -> Row:
    return {
        "disputes": [
            {
                "field": dispute.field,
                "positions": [f"{each.voice}: {each.value}" for each in dispute.positions],
            }
            for dispute in incident.disputes
        ],
        "claims": incident.claims,
    }


__all__ = ["Row", "collection", "rows"]
