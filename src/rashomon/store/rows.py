"""Claims and incidents as rows: what is kept beside their JSON to filter, sort and list by."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from rashomon.knowledge.names import fold
from rashomon.model import Claim, Date, Party
from rashomon.reconcile.copies import copy_key
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.traits import traits_of

Row = dict[str, Any]

_TITLE_CHARS = 300
_TEXT_CHARS = 20_000
_VALUE_CHARS = 200
_CODE = re.compile(r"[A-Z]{3}(?: [A-Z]{3})?")
_encode = msgspec.json.Encoder().encode


class Told(msgspec.Struct, frozen=True):
    """What rows need to know of a claim's report: its publisher's name, its title and its day."""

    report: str
    publisher: str | None
    title: str | None
    day: str


def encoded(value: Any) -> str:
    """JSON as text."""
    return _encode(value).decode()


def key_of(name: str) -> str:
    """What a party or a voice is found by: its name, folded and cut; as it stands where folding leaves
    nothing."""
    return (fold(name) or name.strip().lower())[:_VALUE_CHARS]


def party_value(asked: str) -> str:
    """What parties are filtered by: "XKX COP" and "XKX" are codes; all else, "BBC" too, is a name."""
    from rashomon.knowledge import countries
    from rashomon.knowledge.actors import ABOVE_STATES

    bare = asked.strip()
    whole = len(bare) > 3 or bare in ABOVE_STATES or countries.country(bare) is not None
    return bare if whole and _CODE.fullmatch(bare) else key_of(asked)


def iso_day(value: str | None) -> str | None:
    """The day of an ISO date or date-time; None for anything else."""
    try:
        return datetime.date.fromisoformat(str(value or "")[:10]).isoformat()
    except ValueError:
        return None


def span(date: Date | None, otherwise: str) -> tuple[str, str, int]:
    """First and last day, and whether they were told: `otherwise` stands for both where they were not."""
    first, last = (iso_day(date.first), iso_day(date.last)) if date is not None else (None, None)
    if first is None or last is None:
        return otherwise, otherwise, 0
    return min(first, last), max(first, last), 1


def voice_key(claim: Claim, told: Told) -> str | None:
    """Who vouches for a claim, as it is filtered by; None where nobody is named."""
    if claim.voice.kind == "publisher":
        return key_of(told.publisher) if told.publisher else None
    name = claim.voice.name or claim.voice.text
    return key_of(name) if name else None


def claim_columns(claim: Claim, told: Told) -> Row:
    """The columns of a claim that are filtered by, as they follow from it."""
    first, last, dated = span(claim.date, told.day)
    place = claim.place
    return {
        "type": claim.type,
        "mode": claim.mode,
        "status": claim.status,
        "frame": claim.frame,
        "country": place.country if place else None,
        "geonameid": place.geonameid if place else None,
        "first_day": first,
        "last_day": last,
        "dated": dated,
        "voice": voice_key(claim, told),
        "copy_key": copy_key(traits_of(claim)),
    }


def party_rows(claim: Claim, number: int, told: Told) -> Iterator[Row]:
    """The rows of a claim's actors and recipients."""
    _, last, _ = span(claim.date, told.day)
    for role, parties in (("actor", claim.actors), ("recipient", claim.recipients)):
        for ordinal, party in enumerate(parties):
            yield {
                "claim": number, "role": role, "ordinal": ordinal, "key": key_of(party.name),
                "name": party.name, "code": party.code, "country": party.country, "last_day": last,
            }  # fmt: skip


def incident_columns(incident: Incident, claims: Sequence[Claim], told: Mapping[str, Told]) -> Row:
    """All columns of an incident but its id and its moments. `told` is by report."""
    days = sorted(told[claim.report].day for claim in claims)
    first, last, dated = span(incident.date, days[0])
    place = incident.place
    kin = [claim for claim in claims if claim.type == incident.type] or list(claims)
    status = Counter(claim.status for claim in kin).most_common(1)[0][0]
    publishers = {told[claim.report].publisher or claim.report for claim in claims}
    title = next((claim for claim in kin if claim.frame == "current"), kin[0]).quote.text
    return {
        "type": incident.type,
        "status": status,
        "country": place.country if place else None,
        "admin1": place.admin1 if place else None,
        "place": place.name if place else None,
        "geonameid": place.geonameid if place else None,
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
        "place_precision": place.precision if place else None,
        "first_day": first,
        "last_day": last,
        "dated": dated,
        "date_precision": incident.date.precision if incident.date and dated else None,
        "score": min(claim.score for claim in kin),
        "n_claims": len(claims),
        "n_reports": len({claim.report for claim in claims}),
        "n_publishers": len(publishers),
        "n_voices": len(incident.accounts),
        "n_disputes": len(incident.disputes),
        "n_updates": len(incident.updates),
        "n_one_sided": len(incident.one_sided),
        "disputed": int(bool(incident.disputes)),
        "title": " ".join(title.split())[:_TITLE_CHARS],
        "body": encoded(incident),
    }


def facets(incident: Incident, claims: Iterable[Claim], told: Mapping[str, Told]) -> set[tuple[str, str]]:
    """What an incident is filtered by: (kind, value)."""
    found = {("dispute", dispute.field) for dispute in incident.disputes}
    for claim in claims:
        mine = told[claim.report]
        found.add(("status", claim.status))
        if claim.mode is not None:
            found.add(("mode", claim.mode))
        if mine.publisher:
            found.add(("publisher", key_of(mine.publisher)))
        voice = voice_key(claim, mine)
        if voice:
            found.add(("voice", voice))
        if claim.voice.code and claim.voice.kind != "publisher":
            found.update(("voice", value) for value in _values(claim.voice.code))
        for party in (*claim.actors, *claim.recipients):
            found.update(("actor", value) for value in _party_values(party))
    return found


def words_of(incident: Incident, claims: Sequence[Claim], told: Mapping[str, Told]) -> str:
    """The words that an incident is searched by: quotes, names, places, titles, each once."""
    pieces: dict[str, None] = {}
    if incident.place is not None:
        for name in (incident.place.name, incident.place.admin2, incident.place.admin1):
            pieces.setdefault(name or "")
    for claim in claims:
        pieces.setdefault(claim.quote.text)
        pieces.setdefault(told[claim.report].title or "")
        for party in (*claim.actors, *claim.recipients):
            pieces.setdefault(party.name)
        pieces.setdefault(claim.voice.name or claim.voice.text or "")
        if claim.place is not None:
            pieces.setdefault(claim.place.name)
    return "\n".join(filter(None, pieces))[:_TEXT_CHARS]


def _party_values(party: Party) -> Iterator[str]:
    yield key_of(party.name)
    if party.code:
        yield from _values(party.code)


def _values(code: str) -> Iterator[str]:
    """A code, and the country in it."""
    yield code[:_VALUE_CHARS]
    if " " in code:
        yield code.split(" ")[0][:_VALUE_CHARS]
