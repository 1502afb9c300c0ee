"""Rows like those of ACLED: an incident a row, one type, one day, one place, the lowest count of the dead.

Only what ACLED collects becomes a row: violence, demonstrations and some strategic developments that took
place on a day known to the month, at a place known better than its country. Where voices differ, ACLED has
room for one of them: the columns take the lowest count, and `notes` keeps who said what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import msgspec

from rashomon.exports import phrases
from rashomon.exports.acled_fatalities import lowest_count
from rashomon.exports.brief_words import title_of
from rashomon.exports.cells import Cell
from rashomon.exports.events import (
    Event,
    Pair,
    asserting,
    coordinates,
    events,
    is_name,
    pairs,
    spread,
    took_place,
    voices,
)
from rashomon.exports.export_tables import (
    country_codes,
    country_name,
    country_of,
    group_codes,
    sector_codes,
    sector_of,
)
from rashomon.exports.export_tables import rows as table_rows
from rashomon.model import Claim, Figure, Party, Place, Report
from rashomon.reconcile.incidents import Incident

COLUMNS = (
    "event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type", "sub_event_type",
    "actor1", "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2", "interaction",
    "civilian_targeting", "iso", "region", "country", "admin1", "admin2", "admin3", "location", "latitude",
    "longitude", "geo_precision", "source", "source_scale", "notes", "fatalities", "tags", "timestamp",
)  # fmt: skip
INTER = ("", "State forces", "Rebel group", "Political militia", "Identity militia", "Rioters", "Protesters",
         "Civilians", "External/Other forces")  # fmt: skip
_CIVILIANS, _EXTERNAL = 7, 8
_GEO_PRECISION = {"point": 1, "town": 1, "admin2": 2, "admin1": 3}
_STRATEGIC = "Strategic developments"
_TARGETING = ("Violence against civilians", "Explosions/Remote violence", "Riots")
_GENERIC = {"MIL": "Military Forces of", "COP": "Police Forces of"}
_NAMELESS = {"UAF": "Unidentified Armed Group", "CVL": "Civilians"}

Row = tuple[Cell, ...]


class Kind(msgspec.Struct, frozen=True):
    """What ACLED calls an event."""

    event_type: str
    sub_event_type: str
    disorder_type: str


def rows(incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report]) -> Iterator[Row]:
    """A row for each incident that ACLED has a place for.

    Raises:
        InputError: an incident's type is none of PLOVER's.
    """
    for event in events(incidents, claims, reports, "incidents"):
        row = event_row(event)
        if row is not None:
            yield row


def event_row(event: Event) -> Row | None:
    """The row of one incident; None where it is outside ACLED's scope, or its time or place is too open."""
    place, when = event.place, spread(event)
    if place is None or not place.country or when is None or when[1] > 3 or not took_place(event):
        return None
    dead = lowest_count(event, "killed")
    pair = pairs(event)[0]
    kind = kind_of(event, pair, dead)
    if kind is None or (place.precision == "country" and kind.event_type != _STRATEGIC):
        return None
    day, precision = when
    first, second = pair
    inter1, inter2 = (
        _inter(party, place, kind, acting) for party, acting in ((first, True), (second, False))
    )
    codes, at = country_codes(place.country), coordinates(place)
    return (
        event.id, day.isoformat(), day.year, precision, kind.disorder_type, kind.event_type,
        kind.sub_event_type,
        _name(first, place, inter1), _others(event.actors, first), INTER[inter1] or None,
        _name(second, place, inter2), _others(event.recipients, second), INTER[inter2] or None,
        interaction(inter1, inter2), "Civilians targeted" if _targeted(kind, inter2) else None,
        codes.numeric if codes.acled_region else None, codes.acled_region or None,
        country_name(place.country), *_regions(place), None,
        place.name, *(at or (None, None)), _GEO_PRECISION.get(place.precision or "", 3),
        "; ".join(event.publishers) or None, None, notes(event), dead or 0, _tags(event, kind), None,
    )  # fmt: skip


def kind_of(event: Event, pair: Pair, dead: int | None) -> Kind | None:
    """What ACLED calls it: the first row of the table that fits; None outside its scope."""
    by, against = _arms(pair[0], acting=True), _arms(pair[1], acting=False)
    facts = {"mode": event.mode or "", "by": by, "against": against, "deaths": "yes" if dead else ""}
    for row in _mapping():
        if row["type"] == event.type and all(row[name] in ("", value) for name, value in facts.items()):
            return _kinds().get(row["sub_event_type"])
    return None


def interaction(inter1: int, inter2: int) -> str | None:
    """ACLED's words for two kinds of actors, in its order; "… only" for one."""
    one, other = sorted(filter(None, (inter1, inter2))) if inter1 and inter2 else (inter1 or inter2, 0)
    if not one:
        return None
    if not other:
        return f"{INTER[one]} only"
    if (one, other) == (_CIVILIANS, _EXTERNAL):  # the one pair that ACLED writes the other way round
        one, other = other, one
    return f"{INTER[one]}-{INTER[other]}"


def notes(event: Event) -> str:
    """The event in a line, who tells it, and every point on which they differ or changed their word."""
    incident = event.incident
    if incident is None:
        return phrases.event_name(event.claims[0])
    parts = [title_of(incident)]
    parts.append("According to: " + "; ".join(voices(event)))
    parts += [
        f"Disputed, {phrases.one_line(dispute.field)}: "
        + "; ".join(
            f"{phrases.one_line(p.voice)} says {phrases.one_line(p.value)}" for p in dispute.positions
        )
        for dispute in incident.disputes
    ]
    parts += [
        f"Changed, {phrases.one_line(update.field)}: {phrases.one_line(update.voice)} "
        f"from {_plain(update.before)} to {_plain(update.after)}"
        for update in incident.updates
    ]
    return ". ".join(filter(None, parts)) + "."


def _plain(value: int | str | None) -> str:
    return "nothing" if value is None else phrases.one_line(str(value))


def _arms(party: Party | None, *, acting: bool) -> str:
    """ "armed", "civil" (unarmed people), or "" where it is neither for sure."""
    codes = sector_codes(sector_of(party)) if party is not None else None
    if codes is None:
        return ""
    if codes.armed == "yes" or (codes.armed == "acting" and acting):
        return "armed"
    return "civil" if codes.inter == _CIVILIANS else ""


def _inter(party: Party | None, place: Place, kind: Kind, acting: bool) -> int:
    if party is None:
        return 0
    codes = sector_codes(sector_of(party))
    if codes.inter == _CIVILIANS and acting and kind.event_type in ("Protests", "Riots"):
        return 6 if kind.event_type == "Protests" else 5
    if codes.inter == _CIVILIANS and not acting and kind.event_type == "Protests":
        return 6
    body = country_of(party)
    if group_codes(body) is not None:
        return 2 if body == "ISM" else _EXTERNAL
    if codes.inter == 1 and body is not None and body != place.country:
        return _EXTERNAL
    return codes.inter


def _name(party: Party | None, place: Place, inter: int) -> str | None:
    """A name as ACLED forms it: generic for crowds, civilians and forces that bear no name of their own."""
    if party is None:
        return None
    name, sector = party.name or party.text, sector_of(party)
    home = country_name(country_of(party)) or country_name(place.country)
    if inter in (5, 6, _CIVILIANS):
        generic = INTER[inter]
        return f"{generic} ({home})"
    if is_name(party):
        return name
    if sector in _NAMELESS:
        return f"{_NAMELESS[sector]} ({home})"
    return f"{_GENERIC[sector]} {home}" if sector in _GENERIC else name


def _others(parties: Sequence[Party], main: Party | None) -> str | None:
    """The other parties of a side; and the main one's own name where a generic one stands for it."""
    named = [party.name or party.text for party in parties if party is not main]
    if main is not None and sector_codes(sector_of(main)).inter == _CIVILIANS:
        named.insert(0, main.name or main.text)
    return "; ".join(dict.fromkeys(named)) or None


def _targeted(kind: Kind, inter2: int) -> bool:
    if kind.sub_event_type == "Excessive force against protesters":
        return True
    return kind.event_type in _TARGETING and inter2 == _CIVILIANS


def _regions(place: Place) -> tuple[str | None, str | None]:
    first = place.name if place.precision == "admin1" else place.admin1
    second = place.name if place.precision == "admin2" else place.admin2
    return first, second


def _tags(event: Event, kind: Kind) -> str | None:
    if kind.event_type not in ("Protests", "Riots"):
        return None
    crowds: list[Figure] = [f for c in asserting(event) for f in c.figures if f.kind == "protesters"]
    if not crowds:
        return "crowd size=no report"
    words = dict.fromkeys(_crowd(figure) for figure in crowds)
    return "crowd size=" + " or ".join(words)


def _crowd(figure: Figure) -> str:
    low, high = figure.low, figure.high
    if low is None:
        return "no report" if high is None else f"at most {high}"
    return f"at least {low}" if high is None else f"{low}" if low == high else f"between {low} and {high}"


@cache
def _mapping() -> tuple[dict[str, str], ...]:
    return tuple(table_rows("acled_event_types.csv"))


@cache
def _kinds() -> dict[str, Kind]:
    return {
        row["sub_event_type"]: Kind(row["event_type"], row["sub_event_type"], row["disorder_type"])
        for row in table_rows("acled_sub_event_types.csv")
    }


__all__ = ["COLUMNS", "INTER", "Kind", "Row", "event_row", "interaction", "kind_of", "notes", "rows"]
