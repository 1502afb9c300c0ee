"""Our own tables: every field of a claim or an incident as columns, for CSV and Parquet, and back again.

CSV has a column for every single value ("voice.name") and JSON in the columns of lists; Parquet has the
structs and lists themselves, with the columns of the form of the output. Columns for people follow in the CSV
(names, figures in words) and in both those of the report; reading back passes over them.
"""

from __future__ import annotations

import csv
import io
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from rashomon.errors import MalformedInput
from rashomon.exports import phrases
from rashomon.exports.cells import Cell, csv_lines, unguarded
from rashomon.exports.jsonl import encode
from rashomon.model import Claim, Report
from rashomon.reconcile.incidents import Incident

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T", Claim, Incident)

_LARGEST = 2**63 - 1  # Parquet's whole numbers; a larger one is held at this bound
_OF_REPORT = ("title", "publisher", "published", "url", "story")
_FOR_PEOPLE: dict[type[Claim] | type[Incident], dict[str, Callable[[Any], Cell]]] = {
    Claim: {
        "actor_names": lambda claim: _names(claim.actors),
        "actor_codes": lambda claim: "; ".join(party.code or "" for party in claim.actors),
        "recipient_names": lambda claim: _names(claim.recipients),
        "recipient_codes": lambda claim: "; ".join(party.code or "" for party in claim.recipients),
        "figures_in_words": lambda claim: "; ".join(map(phrases.figure_words, claim.figures)),
    },
    Incident: {
        "voices": lambda incident: "; ".join(phrases.voice_name(each.voice) for each in incident.accounts),
        "disputed": lambda incident: "; ".join(dispute.field for dispute in incident.disputes),
    },
}


def columns(kind: type[Claim] | type[Incident]) -> tuple[str, ...]:
    """The columns of the CSV, in their order."""
    extra = tuple(f"report.{name}" for name in _OF_REPORT) if kind is Claim else ()
    return (*(path for path, _ in _leaves(kind)), *_FOR_PEOPLE[kind], *extra)


def to_csv(
    items: Iterable[Claim] | Iterable[Incident],
    kind: type[Claim] | type[Incident],
    reports: Iterable[Report] = (),
    *,
    head: bool = True,
) -> Iterator[bytes]:
    """CSV in UTF-8, the header and then a line for each item."""
    known = {report.id: report for report in reports}
    return csv_lines(columns(kind), (_cells(item, kind, known) for item in items), head=head)


def from_csv(data: bytes, kind: type[T]) -> list[T]:
    """The claims or incidents of a CSV that `to_csv` wrote.

    Raises:
        MalformedInput: a row is not of that form; `where` names it.
    """
    csv.field_size_limit(max(csv.field_size_limit(), len(data) + 1))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedInput("this is not UTF-8", hint="save the file as CSV in UTF-8") from error
    rows = csv.DictReader(io.StringIO(text, newline=""))
    items: list[T] = []
    for number, row in enumerate(rows, 1):
        try:
            items.append(msgspec.convert(_nested(row, kind), kind, strict=False))
        except (msgspec.ValidationError, msgspec.DecodeError, KeyError, ValueError) as error:
            raise MalformedInput(
                f"this is no {kind.__name__.lower()}: {error}", where=f"row {number}",
                hint="only what `rashomon export --to csv` wrote can be read back",
            ) from error  # fmt: skip
    return items


def to_frame(
    items: Iterable[Claim] | Iterable[Incident],
    kind: type[Claim] | type[Incident],
    reports: Iterable[Report] = (),
) -> pl.DataFrame:
    """A frame with the columns of the form of the output, structs and lists as they are; for claims, columns
    of the report after them. Lone surrogates, which UTF-8 cannot hold, become U+FFFD."""
    import polars as pl

    known = {report.id: report for report in reports}
    extra = _OF_REPORT if kind is Claim else ()
    schema = {field.encode_name: _dtype(field.type) for field in _fields(kind)}
    schema |= {f"report_{name}": pl.String() for name in extra}
    rows = []
    for item in items:
        row = _frame_value(item, kind)
        report = known.get(item.report) if isinstance(item, Claim) else None
        rows.append(row | {f"report_{name}": _text(getattr(report, name, None)) for name in extra})
    return pl.DataFrame(rows, schema=schema, orient="row")


def to_parquet(
    items: Iterable[Claim] | Iterable[Incident],
    kind: type[Claim] | type[Incident],
    reports: Iterable[Report] = (),
) -> bytes:
    """The frame of `to_frame` as Parquet (zstd)."""
    out = io.BytesIO()
    to_frame(items, kind, reports).write_parquet(out, compression="zstd")
    return out.getvalue()


def from_parquet(source: bytes | Path, kind: type[T]) -> list[T]:
    """The claims or incidents of a Parquet file that `to_parquet` wrote.

    Raises:
        MalformedInput: it is not of that form.
    """
    import polars as pl

    names = [field.encode_name for field in _fields(kind)]
    try:
        frame = pl.read_parquet(source, columns=names)
        return [msgspec.convert(_from_frame(row, kind), kind) for row in frame.iter_rows(named=True)]
    except (pl.exceptions.PolarsError, msgspec.ValidationError, msgspec.DecodeError) as error:
        raise MalformedInput(
            f"this holds no {kind.__name__.lower()}s: {error}",
            hint="only what `rashomon export --to parquet` wrote can be read back",
        ) from error


@cache  # working the hints of a struct out takes longer than all else that is done with it
def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)


def _names(parties: Sequence[Any]) -> str:
    return "; ".join(party.name or party.text for party in parties)


def _text(value: Any) -> str | None:
    return phrases.valid(value) if isinstance(value, str) else None


# CSV: a column for every single value, JSON for lists.


def _cells(
    item: Claim | Incident, kind: type[Claim] | type[Incident], known: Mapping[str, Report]
) -> list[Cell]:
    row = [_cell(item, path) for path, _ in _leaves(kind)]
    row.extend(write(item) or None for write in _FOR_PEOPLE[kind].values())
    if isinstance(item, Claim):
        report = known.get(item.report)
        row.extend(getattr(report, name, None) or None for name in _OF_REPORT)
    return row


def _cell(item: Any, path: str) -> Cell:
    for name in path.split("."):
        item = getattr(item, name)
        if item is None:
            return None
    if isinstance(item, tuple):
        return encode({"": item})[4:-1].decode("utf-8")  # {"":[...]} without its wrapping
    value: Cell = item
    return value


@cache
def _leaves(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """The single values of a struct, those of structs within it by dotted names, with their types."""
    found: list[tuple[str, Any]] = []
    for field in _fields(kind):
        inner = _struct_of(field.type)
        if inner is None:
            found.append((field.encode_name, field.type))
        else:
            found.extend((f"{field.encode_name}.{path}", type_) for path, type_ in _leaves(inner))
    return tuple(found)


def _struct_of(type_: Any) -> type[msgspec.Struct] | None:
    for option in _options(type_):
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            return option
    return None


def _options(type_: Any) -> tuple[Any, ...]:
    if get_origin(type_) in (Union, types.UnionType):
        return tuple(option for option in get_args(type_) if option is not type(None))
    return (type_,)


def _nested(
    row: Mapping[str, str | None], kind: type[msgspec.Struct], prefix: str = ""
) -> dict[str, Any] | None:
    value: dict[str, Any] = {}
    for field in _fields(kind):
        name = prefix + field.encode_name
        inner = _struct_of(field.type)
        if inner is not None:
            value[field.encode_name] = _nested(row, inner, f"{name}.")
            continue
        text = unguarded(row[name] or "")
        listed = get_origin(_options(field.type)[0]) is tuple
        value[field.encode_name] = msgspec.json.decode(text) if listed and text is not None else text
    # No struct of ours has all its fields open, so one without any value is none.
    return value if any(entry is not None for entry in value.values()) else None


# Parquet: structs and lists as they are; a value that may be number or text is JSON.


def _dtype(type_: Any) -> pl.DataType:
    import polars as pl

    options = _options(type_)
    if len(options) > 1:
        return pl.String()
    option = options[0]
    inner = _struct_of(option)
    if inner is not None:
        fields = _fields(inner)
        return pl.Struct([pl.Field(field.encode_name, _dtype(field.type)) for field in fields])
    if get_origin(option) is tuple:
        return pl.List(_dtype(get_args(option)[0]))
    if get_origin(option) is Literal or option is str:
        return pl.String()
    return {int: pl.Int64(), float: pl.Float64(), bool: pl.Boolean()}[option]


def _frame_value(value: Any, type_: Any) -> Any:
    if value is None:
        return None
    options = _options(type_)
    if len(options) > 1:
        return encode({"": value})[4:-1].decode("utf-8")
    inner = _struct_of(options[0])
    if inner is not None:
        fields = _fields(inner)
        return {field.encode_name: _frame_value(getattr(value, field.name), field.type) for field in fields}
    if isinstance(value, tuple):
        return [_frame_value(entry, get_args(options[0])[0]) for entry in value]
    if isinstance(value, int):
        return min(max(value, -_LARGEST - 1), _LARGEST)
    return phrases.valid(value) if isinstance(value, str) else value


def _from_frame(value: Any, type_: Any) -> Any:
    if value is None:
        return None
    options = _options(type_)
    if len(options) > 1:
        return msgspec.json.decode(value)
    inner = _struct_of(options[0])
    if inner is not None:
        fields = _fields(inner)
        return {field.encode_name: _from_frame(value[field.encode_name], field.type) for field in fields}
    if isinstance(value, list):
        return [_from_frame(entry, get_args(options[0])[0]) for entry in value]
    return value


__all__ = ["columns", "from_csv", "from_parquet", "to_csv", "to_frame", "to_parquet"]
