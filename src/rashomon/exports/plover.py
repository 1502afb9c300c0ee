"""PLOVER records: the ontology's own form, one JSON object a line, with the names of fields of its manual.

A record is a claim, or an incident with all its parties. What PLOVER has no field for - who says so, whether
it happened, where accounts differ - stands in fields of our own after PLOVER's, which its manual allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from rashomon.exports.events import Event, What, coordinates, day_of, events
from rashomon.exports.export_tables import PLOVER_CODES, country_of, plover_code, sector_of
from rashomon.knowledge import countries
from rashomon.model import Claim, Figure, Party, Place, Report
from rashomon.reconcile.incidents import Incident

CODEBOOK = "PLOVER 2.0 draft"
_SIZES = {"killed": "dead", "injured": "injured", "arrested": "arrested"}

Row = dict[str, Any]


def rows(
    incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report], what: What = "claims"
) -> Iterator[Row]:
    """A record for each claim, or for each incident, whatever its status.

    Raises:
        InputError: an incident's type is none of PLOVER's.
    """
    for event in events(incidents, claims, reports, what):
        yield _record(event)


def _record(event: Event) -> Row:
    day, date, claim = day_of(event), event.date, event.claims[0]
    record: Row = {
        "id": event.id,
        "has_event": True,
        "date": day.isoformat() if day is not None else None,
        "enddate": date.last if date is not None and date.last != date.first else None,
        "source": [_party(party) for party in event.actors],
        "recipient": [_party(party) for party in event.recipients],
        "event": [event.type],
        "mode": list(event.modes),
        "context": list(event.contexts),
        "quad_code": event.quad,
        "event_scale": event.score,
        "event_text": list(dict.fromkeys(each.trigger.text for each in event.claims)),
        "event_loc": _place(event.place),
        "size": _sizes(claim.figures) if event.incident is None else None,
        "link": event.id if event.incident is not None else None,
        "text": claim.quote.text if event.incident is None else None,
        "text_info": (
            {"start": claim.quote.start, "end": claim.quote.end} if event.incident is None else None
        ),
        "cite_info": [_citation(report) for report in event.reports],
        "coder": "rashomon",
    }
    told = msgspec.structs.asdict(date) if date is not None else None
    if event.incident is None:
        voice = msgspec.structs.replace(
            claim.voice,
            code=plover_code(claim.voice.code),
            chain=tuple(
                msgspec.structs.replace(each, code=plover_code(each.code)) for each in claim.voice.chain
            ),
        )
        record |= {
            "date_told": told, "voice": voice, "status": claim.status, "frame": claim.frame,
            "figures": claim.figures, "confidence": claim.confidence, "report": claim.report,
        }  # fmt: skip
    else:
        incident = event.incident
        accounts = [
            {"voice": msgspec.structs.replace(each.voice, code=plover_code(each.voice.code)),
             "claims": each.claims}
            for each in incident.accounts
        ]  # fmt: skip
        record |= {"date_told": told, "claims": incident.claims, "accounts": accounts,
                   "disputes": incident.disputes, "updates": incident.updates}  # fmt: skip
    return record


def _party(party: Party) -> Row:
    return {
        "code": plover_code(country_of(party)),
        "sector": sector_of(party),
        "actor_text": party.text,
        "identifier_id": party.wikidata,
        "identifier_text": party.name,
        "start": party.start,
        "end": party.end,
        "resolved_from": party.resolved_from,
    }


def _place(place: Place | None) -> Row | None:
    if place is None:
        return None
    row = countries.country(place.country or "")
    latitude, longitude = coordinates(place) or (None, None)
    return {
        "geonameid": place.geonameid,
        "name": place.name,
        "latitude": latitude,
        "longitude": longitude,
        "country code": row.iso2 if row is not None else None,
        "cc3": PLOVER_CODES.get(place.country or "", place.country),
        "admin1": place.admin1,
        "admin2": place.admin2,
        "precision": place.precision,
        "text": place.text,
    }


def _sizes(figures: Sequence[Figure]) -> dict[str, int] | None:
    """The lower bounds of what PLOVER counts; `figures` has both bounds, and of whom."""
    found: dict[str, int] = {}
    for figure in figures:
        name = _SIZES.get(figure.kind)
        if name is not None and figure.low is not None:
            found[name] = max(found.get(name, 0), figure.low)
    return found or None


def _citation(report: Report) -> Row:
    return {
        "citation": report.id,
        "url": report.url,
        "title": report.title,
        "language": report.language,
        "publication": report.publisher,
        "published": report.published,
        "codebook": CODEBOOK,
    }


__all__ = ["CODEBOOK", "Row", "rows"]
