"""The tables: what columns they have, and how a claim becomes a row and a row a claim again.

The columns are those of the structs of `rashomon.model`, nested as they are nested there, so that nothing
of a claim is lost; in front stand a few flat ones, by which the files are cut and sorted.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from msgspec import inspect

from rashomon.bulk.spool import ReportRow, Row
from rashomon.errors import MissingExtra
from rashomon.model import Claim
from rashomon.reconcile.incidents import Incident

if TYPE_CHECKING:
    import pyarrow as pa

Record = dict[str, Any]
UNKNOWN = "unknown"


class Table(NamedTuple):
    """A table: its schema, the day by which its months are cut, and the columns that it is sorted by."""

    name: str
    schema: pa.Schema
    day: str
    order: tuple[str, ...]


def arrow() -> Any:
    """pyarrow. Raises MissingExtra where it is not installed."""
    try:
        import pyarrow
    except ImportError as error:
        raise MissingExtra(
            "pyarrow is needed to write Parquet", hint="pip install 'rashomon[bulk]'"
        ) from error
    return pyarrow


@cache
def tables() -> dict[str, Table]:
    """The three tables that are cut by month."""
    pa = arrow()
    flat = [pa.field("published", pa.date32()), pa.field("publisher", pa.string())]
    first = [pa.field("date_first", pa.date32()), pa.field("date_last", pa.date32())]
    about = [*(field for field in _fields(ReportRow) if field.name not in {"published", "publisher"})]
    found = (
        Table(
            "reports",
            pa.schema([*flat, *about, pa.field("claims", pa.int32()), pa.field("copy_of", pa.string()),
                       pa.field("where", pa.string()), pa.field("notes", pa.list_(pa.string()))]),
            "published",
            ("published", "id", "sha256", "where"),
        ),
        Table("claims", pa.schema([*flat, *first, *_fields(Claim)]), "published",
              ("published", "report", "start", "id")),
        Table("incidents", pa.schema([*first, *_fields(Incident)]), "date_first", ("date_first", "id")),
    )  # fmt: skip
    return {table.name: table for table in found}


@cache
def refused_schema() -> Any:
    """The columns of the reports that were not read."""
    pa = arrow()
    names = ("file", "where", "report", "cause", "what")
    return pa.schema([pa.field(name, pa.string()) for name in names])


def report_record(row: Row, file: str) -> Record:
    """A report as a row of its table."""
    about = row.report
    assert about is not None
    return {
        **{name: getattr(about, name) for name in about.__struct_fields__},
        "dateline": msgspec.to_builtins(about.dateline),
        "published": day(about.published),
        "claims": len(row.claims),
        "copy_of": row.copy_of,
        "where": f"{file}, {row.where}",
        "notes": list(row.notes),
    }


def claim_records(row: Row) -> Iterable[Record]:
    """The claims of a report as rows of theirs."""
    about = row.report
    assert about is not None
    published = day(about.published)
    for claim in row.claims:
        yield {
            **msgspec.to_builtins(claim),
            "published": published,
            "publisher": about.publisher,
            "date_first": day(claim.date.first) if claim.date else None,
            "date_last": day(claim.date.last) if claim.date else None,
            "start": claim.trigger.start,
        }


def incident_record(incident: Incident) -> Record:
    """An incident as a row of its table; the values of updates are words there."""
    record: Record = msgspec.to_builtins(incident)
    for update in record["updates"]:
        for side in ("from", "to"):
            update[side] = None if update[side] is None else str(update[side])
    return record | {
        "date_first": day(incident.date.first) if incident.date else None,
        "date_last": day(incident.date.last) if incident.date else None,
    }


def day(iso: str | None) -> datetime.date | None:
    """A day, where it is one that a calendar has."""
    try:
        return datetime.date.fromisoformat(iso[:10]) if iso else None
    except ValueError:
        return None


def month(of: datetime.date | None) -> str:
    """The name of a day's partition."""
    return f"{of.year:04d}-{of.month:02d}" if of is not None else UNKNOWN


def _fields(struct: Any) -> list[Any]:
    pa = arrow()
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return [pa.field(field.encode_name, _type(field.type)) for field in info.fields]


def _type(info: Any) -> Any:
    """Arrow's type for a field of a struct."""
    pa = arrow()
    if isinstance(info, inspect.UnionType):
        kinds = [kind for kind in info.types if not isinstance(kind, inspect.NoneType)]
        return _type(kinds[0]) if len(kinds) == 1 else pa.string()
    if isinstance(info, inspect.StructType):
        return pa.struct(_fields(info.cls))
    if isinstance(info, (inspect.VarTupleType, inspect.ListType)):
        return pa.list_(_type(info.item_type))
    simple = {inspect.IntType: pa.int64(), inspect.FloatType: pa.float64(), inspect.BoolType: pa.bool_()}
    return simple.get(type(info), pa.string())


__all__ = ["Table", "arrow", "claim_records", "incident_record", "month", "refused_schema", "report_record",
           "tables"]  # fmt: skip
