"""The formats that `rashomon export` writes, and the one way to write each.

    for part in write("gdelt", incidents, claims, reports): file.write(part)

What each keeps and loses stands in `tables/kept_and_lost.csv`; the documentation is checked against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from rashomon.errors import InputError
from rashomon.exports.events import Event, What, events
from rashomon.model import Claim, Report
from rashomon.reconcile.incidents import Incident

Fate = Literal["kept", "partly", "lost"]
OnLeftOut = Callable[[Event], None]


class Format(msgspec.Struct, frozen=True):
    """One format. `rows_of` says what a row can be, the usual one first. `in_parts` is True where what is
    written one after the other, without a second header, is one file."""

    name: str
    title: str
    rows_of: tuple[What, ...]
    suffixes: tuple[str, ...]
    binary: bool = False
    in_parts: bool = False
    has_header: bool = False


class Field(msgspec.Struct, frozen=True):
    """What becomes of a field in a format."""

    fate: Fate
    field: str
    how: str


_CLAIMS: tuple[What, ...] = ("claims", "incidents")
_INCIDENTS: tuple[What, ...] = ("incidents", "claims")
FORMATS: Mapping[str, Format] = MappingProxyType({
    entry.name: entry
    for entry in (
        Format("plover", "PLOVER records, JSON Lines", _CLAIMS, (".jsonl",), in_parts=True),
        Format("icews", "ICEWS-like events, tab-separated", _CLAIMS, (".tab",), in_parts=True,
               has_header=True),
        Format("gdelt", "GDELT-2.0-like events, tab-separated", _INCIDENTS, (".tsv",), in_parts=True,
               has_header=True),
        Format("acled", "ACLED-like events, CSV", ("incidents",), (), in_parts=True, has_header=True),
        Format("geojson", "GeoJSON features", _INCIDENTS, (".geojson",)),
        Format("csv", "our own fields, CSV", _CLAIMS, (".csv",), in_parts=True, has_header=True),
        Format("parquet", "our own fields, Parquet", _CLAIMS, (".parquet",), binary=True),
        Format("atom", "an Atom feed", ("incidents",), (".atom", ".xml")),
    )
})  # fmt: skip


def format_of(name: str) -> Format:
    """The format of that name.

    Raises:
        InputError: there is none.
    """
    if name not in FORMATS:
        raise InputError(f"there is no format {name[:40]!r}", hint=f"one of {', '.join(FORMATS)}")
    return FORMATS[name]


@cache
def fields(name: str) -> tuple[Field, ...]:
    """What a format keeps, keeps in part, and loses."""
    from rashomon.exports.export_tables import rows

    format_of(name)
    table = [row for row in rows("kept_and_lost.csv") if row["format"] == name]
    return tuple(msgspec.convert({key: row[key] for key in ("fate", "field", "how")}, Field) for row in table)


def write(
    name: str,
    incidents: Iterable[Incident],
    claims: Iterable[Claim],
    reports: Iterable[Report],
    *,
    what: What | None = None,
    head: bool = True,
    on_left_out: OnLeftOut | None = None,
) -> Iterator[bytes]:
    """The bytes of an export, in pieces.

    Args:
        name: of the format.
        incidents: rows where `what` is "incidents"; not looked at for claims.
        claims: rows where `what` is "claims"; for incidents, those that they name by id.
        reports: those that the claims stand in, as far as known.
        what: what a row is; None takes the format's usual one.
        head: write the line of column names, where the format has one.
        on_left_out: called with each claim or incident that the format has no place for.

    Raises:
        InputError: there is no such format, it has no such rows, or an incident's type is none of PLOVER's.
    """
    form = format_of(name)
    chosen = what or form.rows_of[0]
    if chosen not in form.rows_of:
        raise InputError(f"{name} has no rows of {chosen}", hint=f"its rows are {' or '.join(form.rows_of)}")
    return _WRITERS[name](incidents, claims, reports, chosen, head, on_left_out)


def _plover(
    incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report], what: What, *_: Any
) -> Iterator[bytes]:
    from rashomon.exports.jsonl import encode
    from rashomon.exports.plover import rows

    return (encode(row) + b"\n" for row in rows(incidents, claims, reports, what))


def _geojson(
    incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report], what: What, *_: Any
) -> Iterator[bytes]:
    from rashomon.exports.geojson import collection, rows

    return collection(rows(incidents, claims, reports, what))


def _atom(
    incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report], *_: Any
) -> Iterator[bytes]:
    from rashomon.exports.atom import feed, rows

    yield feed(rows(incidents, claims, reports))


def _icews(
    incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report], what: What,
    head: bool, on_left_out: OnLeftOut | None,
) -> Iterator[bytes]:  # fmt: skip
    from rashomon.exports.cells import tab_lines
    from rashomon.exports.icews import COLUMNS, event_rows

    told = events(incidents, claims, reports, what)
    return tab_lines(COLUMNS, _fitting(told, event_rows, on_left_out), head=head)


def _gdelt(
    incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report], what: What,
    head: bool, on_left_out: OnLeftOut | None,
) -> Iterator[bytes]:  # fmt: skip
    from rashomon.exports.cells import tab_lines
    from rashomon.exports.gdelt import COLUMNS, event_rows

    told = events(incidents, claims, reports, what)
    return tab_lines(COLUMNS, _fitting(told, event_rows, on_left_out), head=head)


def _acled(
    incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report], what: What,
    head: bool, on_left_out: OnLeftOut | None,
) -> Iterator[bytes]:  # fmt: skip
    from rashomon.exports.acled import COLUMNS, Row, event_row
    from rashomon.exports.cells import csv_lines

    def event_rows(event: Event) -> list[Row]:
        row = event_row(event)
        return [] if row is None else [row]

    told = events(incidents, claims, reports, what)
    return csv_lines(COLUMNS, _fitting(told, event_rows, on_left_out), head=head)


def _csv(
    incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report], what: What,
    head: bool, on_left_out: OnLeftOut | None,
) -> Iterator[bytes]:  # fmt: skip
    from rashomon.exports.plain import to_csv

    if what == "claims":
        return to_csv(claims, Claim, reports, head=head)
    return to_csv(incidents, Incident, reports, head=head)


def _parquet(
    incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report], what: What, *_: Any
) -> Iterator[bytes]:
    from rashomon.exports.plain import to_parquet

    if what == "claims":
        yield to_parquet(claims, Claim, reports)
    else:
        yield to_parquet(incidents, Incident, reports)


def _fitting(
    told: Iterable[Event],
    rows_of: Callable[[Event], list[tuple[Any, ...]]],
    on_left_out: OnLeftOut | None,
) -> Iterator[tuple[Any, ...]]:
    for event in told:
        rows = rows_of(event)
        if not rows and on_left_out is not None:
            on_left_out(event)
        yield from rows


_WRITERS: Mapping[str, Callable[..., Iterator[bytes]]] = MappingProxyType({
    "plover": _plover, "icews": _icews, "gdelt": _gdelt, "acled": _acled, "geojson": _geojson, "csv": _csv,
    "parquet": _parquet, "atom": _atom,
})  # fmt: skip

__all__ = ["FORMATS", "Field", "Format", "OnLeftOut", "fields", "format_of", "write"]
