"""Lists in the forms that other programs take: CSV, Parquet, GeoJSON, Atom; and which form is asked for."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rashomon import ontology
from rashomon.desk.answers import Asking, Unacceptable
from rashomon.exports import atom
from rashomon.exports.cells import csv_lines
from rashomon.exports.phrases import reveal, valid
from rashomon.model import Claim, Report
from rashomon.store.records import IncidentRecord

JSON, CSV, GEOJSON = "application/json", "text/csv", "application/geo+json"
PARQUET, ATOM = "application/vnd.apache.parquet", "application/atom+xml"
_FORMS = {"json": JSON, "csv": CSV, "geojson": GEOJSON, "parquet": PARQUET, "atom": ATOM}
_COLUMNS = (
    "id",
    "type",
    "modes",
    "status",
    "first_day",
    "last_day",
    "dated",
    "place",
    "country",
    "lat",
    "lon",
    "place_precision",
    "score",
    "voices",
    "reports",
    "outlets",
    "claims",
    "disputed",
    "title",
)
_WHOLE = frozenset(("dated", "voices", "reports", "outlets", "claims"))
_REAL = frozenset(("lat", "lon", "score"))


def form_of(request: Asking, named: str | None, offered: Sequence[str]) -> str:
    """The form that a request wants: the one that it names, or the first of `offered` that it accepts.

    Raises:
        Unacceptable: it is none of them.
    """
    hint = f"one of {', '.join(offered)}"
    if named:
        if _FORMS.get(named) not in offered:
            raise Unacceptable(f"there is no form {named[:40]!r}", where="format", hint=hint)
        return _FORMS[named]
    accepted = request.headers.get("accept") or "*/*"
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted.split(",")[:50]):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        told = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            wanted.append((-float(told), place, kind))
        except ValueError:
            continue
    for weight, _, kind in sorted(wanted):
        for form in offered:
            if weight < 0 and kind in (form, "*/*", form.partition("/")[0] + "/*"):
                return form
    raise Unacceptable(f"nobody writes {accepted[:60]!r} here", where="accept", hint=hint)


def rows_of(found: Iterable[IncidentRecord]) -> Iterator[tuple[Any, ...]]:
    """Incidents as rows of the columns of `csv_rows`."""
    for each in found:
        one, place = each.incident, each.incident.place
        yield (
            each.id,
            one.type,
            " ".join(one.modes),
            each.status,
            each.first_day,
            each.last_day,
            int(each.dated),
            place.name if place else None,
            each.country,
            place.lat if place else None,
            place.lon if place else None,
            place.precision if place else None,
            each.score,
            each.n_voices,
            each.n_reports,
            each.n_publishers,
            each.n_claims,
            " ".join(dict.fromkeys(dispute.field for dispute in one.disputes)),
            each.title,
        )


def csv_rows(rows: Iterable[tuple[Any, ...]]) -> bytes:
    """CSV with a line of names. What a spreadsheet would run as a formula gets an apostrophe, and what hides
    or reorders text is shown as code points."""
    told = ([reveal(value) if isinstance(value, str) else value for value in row] for row in rows)
    return b"".join(csv_lines(_COLUMNS, told))


def parquet_rows(rows: Iterable[tuple[Any, ...]]) -> bytes:
    """The same columns as Parquet (zstd), with types: numbers are numbers, and texts are as they are."""
    import polars as pl

    kinds: dict[str, Any] = {
        name: pl.Int64() if name in _WHOLE else pl.Float64() if name in _REAL else pl.String()
        for name in _COLUMNS
    }
    told = [tuple(valid(value) if isinstance(value, str) else value for value in row) for row in rows]
    out = io.BytesIO()
    pl.DataFrame(told, schema=kinds, orient="row").write_parquet(out, compression="zstd")
    return out.getvalue()


def feed_of(found: Iterable[IncidentRecord], claims: Iterable[Claim], reports: Iterable[Report]) -> bytes:
    """Incidents as an Atom feed; those of a type that PLOVER does not have are left out."""
    told = [each.incident for each in found if each.incident.type in ontology.TYPES]
    return atom.feed(atom.rows(told, claims, reports))


def features(found: Iterable[IncidentRecord], cursor: str | None) -> dict[str, Any]:
    """Incidents as a FeatureCollection (RFC 7946); those without a point have a geometry of null."""
    made = []
    for each, row in zip(found_list := list(found), rows_of(found_list), strict=True):
        told = dict(zip(_COLUMNS, row, strict=True))
        lat, lon = told.pop("lat"), told.pop("lon")
        point = None if lat is None or lon is None else {"type": "Point", "coordinates": [lon, lat]}
        made.append({"type": "Feature", "id": each.id, "geometry": point, "properties": told})
    return {"type": "FeatureCollection", "features": made, "cursor": cursor}


__all__ = ["ATOM", "CSV", "GEOJSON", "JSON", "PARQUET", "csv_rows", "features", "feed_of", "form_of",
           "parquet_rows", "rows_of"]  # fmt: skip
