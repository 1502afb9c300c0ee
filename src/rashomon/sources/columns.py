"""Columns of somebody else's table as the fields of a report: `--map text=body,published=date`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rashomon.errors import InputError, MalformedInput
from rashomon.model import Report
from rashomon.sources.jsonl import report_from_fields
from rashomon.sources.text import Defaults, parse_published

FIELDS = ("text", "title", "published", "publisher", "url", "id", "story", "language")
# What columns are called where nobody says; the first one that a table has is taken.
_USUAL: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "body", "content", "fulltext", "articletext", "articlebody", "maintext", "article", "story",
    ),
    "title": ("title", "headline", "hed"),
    "published": (
        "published", "publishedat", "publicationdate", "datepublished", "pubdate", "publishdate", "date",
        "datetime", "timestamp",
    ),
    "publisher": ("publisher", "outlet", "source", "sourcename", "newspaper", "site", "domain", "agency"),
    "url": ("url", "link", "sourceurl", "articleurl", "webpage", "permalink"),
    "id": ("id", "articleid", "documentid", "docid", "guid", "uuid"),
    "story": ("storyid", "cluster", "clusterid", "event", "eventid", "topic"),
    "language": ("language", "lang"),
}  # fmt: skip
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:\d{2}|\d{4}|\d{6})?$")
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?$|\d{12,13}$")
_SHOWN_COLUMNS = 12


class ColumnMap(msgspec.Struct, frozen=True):
    """Which column gives which field; fields that are not named are found by their usual names."""

    columns: dict[str, str] = {}

    def resolve(self, header: Sequence[str]) -> dict[str, str]:
        """For each field of a report that a table has, the name of its column.

        Raises:
            MalformedInput: a column that was named is not there, or there is none for the text.
        """
        shown = ", ".join(name[:40] for name in header[:_SHOWN_COLUMNS])
        shown += ", ..." if len(header) > _SHOWN_COLUMNS else ""
        found: dict[str, str] = {}
        for field, column in self.columns.items():
            if column not in header:
                raise MalformedInput(
                    f"there is no column called {column!r}", hint=f"its columns are: {shown}"
                )
            found[field] = column
        taken = set(found.values())
        plain = {_plain(name): name for name in reversed(header)}
        for field in FIELDS:
            name = next((plain[usual] for usual in _USUAL[field] if usual in plain), None)
            if field not in found and name is not None and name not in taken:
                found[field] = name
                taken.add(name)
        if "text" not in found:
            raise MalformedInput(
                "no column looks like the text of the reports",
                hint=f"say which: --map text=COLUMN; its columns are: {shown}",
            )
        return found


def parse_map(written: str | None) -> ColumnMap:
    """A mapping as it is written after `--map`: "text=body,published=date".

    Raises:
        InputError: a part is not FIELD=COLUMN, a field is unknown or named twice.
    """
    columns: dict[str, str] = {}
    for part in (written or "").split(","):
        if not part.strip():
            continue
        field, equals, column = (piece.strip() for piece in part.partition("="))
        if not equals or not column:
            raise InputError(f"{part.strip()!r} is no mapping", hint="write FIELD=COLUMN: text=body")
        if field not in FIELDS:
            raise InputError(f"a report has no field {field!r}", hint=f"its fields are: {', '.join(FIELDS)}")
        if field in columns:
            raise InputError(f"the field {field!r} is named twice", hint="name each field once")
        columns[field] = column
    return ColumnMap(columns)


def report_of_row(
    row: Mapping[str, Any], columns: Mapping[str, str], defaults: Defaults | None = None
) -> tuple[Report, tuple[str, ...]]:
    """The report in one row of a table, and notes on what was odd about it.

    Args:
        row: values by column.
        columns: as `ColumnMap.resolve` gives them.
        defaults: fills in what the row leaves out.

    Raises:
        MalformedInput: there is no text, or a value is of the wrong kind.
        EmptyText: there is only a title.
    """
    fields: dict[str, Any] = {}
    for field, column in columns.items():
        value = row.get(column)
        if value is None or value == "":
            continue
        if field == "published":
            fields[field] = day_of(value) or str(value)
        elif isinstance(value, int | float) and field not in {"id", "story"}:
            fields[field] = str(value)
        else:
            fields[field] = value
    if "text" not in fields and "title" not in fields:
        raise MalformedInput("there is no text in this row")
    return report_from_fields(fields, defaults)


def day_of(value: object) -> str | None:
    """An ISO date or date-time for a cell: a date, ISO or written out, 20190528, 20190528101500, or Unix
    time.

    None where it is none of these.
    """
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    written = str(value).strip()[:100]
    if match := _COMPACT.match(written):
        return parse_published("-".join(match.groups()))
    if _EPOCH.match(written):
        seconds = float(written) / (1_000 if len(written.partition(".")[0]) > 11 else 1)
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return parse_published(written)


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())
