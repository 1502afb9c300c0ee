"""Tables of reports: CSV and Parquet, a report a row.

CSV is read row by row, so that a file may be larger than memory and one bad row costs only itself. Parquet is
read by polars in a child process, for a file can be made to unfold into gigabytes. `python -m
rashomon.sources.tabular` is that child: it is given a `_Request`, and answers lists of rows in MessagePack.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from rashomon.errors import EmptyText, InputError, MalformedInput, TextTooLong
from rashomon.sources.child import Limits, Pool, serve
from rashomon.sources.columns import ColumnMap, report_of_row
from rashomon.sources.jsonl import Row
from rashomon.sources.text import Defaults

_LIMITS = Limits(cpu_seconds=60, wall_seconds=180.0, memory_bytes=4 * 2**30)
_HINT = "write the table again, or as CSV or JSON Lines"
_BATCH = 5_000
_FRAME_CHARS = 16 * 2**20
_MOST_COLUMNS = 5_000
_SNIFFED = 65_536
_SECOND_READINGS = 200


def read_csv(
    stream: BinaryIO,
    max_chars: int,
    columns: ColumnMap | None = None,
    defaults: Defaults | None = None,
    *,
    separator: str | None = None,
) -> Iterator[Row]:
    """One row of reports for each row of a CSV table, numbered by its line.

    Args:
        stream: bytes in UTF-8, or in UTF-16 with a byte order mark.
        max_chars: limit of a cell.
        columns: which column is which field.
        defaults: fills in what a row leaves out.
        separator: between cells; None looks at the header.

    Raises:
        MalformedInput: there is no header, or no column for the text.
    """
    start = stream.peek(4)[:4] if isinstance(stream, io.BufferedReader) else b""
    utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = io.TextIOWrapper(
        stream, "utf-16" if utf16 else "utf-8-sig", "replace" if utf16 else "surrogateescape", newline=""
    )
    before = csv.field_size_limit(max(max_chars, _SNIFFED))
    try:
        lines = _Lines(text, 2 * max_chars + 2 * _SNIFFED)
        first = next(lines, "")
        if not first.strip():
            return
        comma = separator or max(",\t;|", key=first.count)
        header = next(csv.reader([first], delimiter=comma), [])
        if first.count('"') % 2:
            raise MalformedInput("its header goes over several lines", hint="put the header on one line")
        wanted = (columns or ColumnMap()).resolve(header)
        reader = csv.reader(lines, delimiter=comma)
        while True:
            line = lines.begin_row()
            csv.field_size_limit(max(max_chars, _SNIFFED))
            problem: csv.Error | None = None
            cells: list[str] = []
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                problem = error
            if problem is not None or lines.unbalanced():
                lines.keep_only_first()
                reader = csv.reader(lines, delimiter=comma)
                yield Row(line, error=_bad_row(problem, max_chars))
            elif cells:
                yield _row(line, cells, header, wanted, defaults)
    finally:
        csv.field_size_limit(before)
        text.detach()


def read_parquet(
    path: Path, max_chars: int, columns: ColumnMap | None = None, defaults: Defaults | None = None
) -> Iterator[Row]:
    """One row of reports for each row of a Parquet table, numbered from 1.

    Raises:
        MalformedInput: it is no Parquet, is damaged, has no column for the text, or broke a limit.
    """
    asked = _Request(str(path).encode("utf-8", "surrogateescape"), None, max_chars)
    header = msgspec.msgpack.decode(_pool().ask(msgspec.msgpack.encode(asked)), type=list[str])
    wanted = (columns or ColumnMap()).resolve(header)
    names = list(wanted.values())
    asked = msgspec.structs.replace(asked, columns=names)
    number = 0
    for answer in _pool().stream(msgspec.msgpack.encode(asked)):
        for values in msgspec.msgpack.decode(answer, type=list[list[Any]]):
            number += 1
            if any(isinstance(value, dict) for value in values):
                yield Row(number, error=_long(max_chars))
                continue
            yield _made(number, dict(zip(names, values, strict=True)), wanted, defaults, ())


@cache
def _pool() -> Pool:
    return Pool("rashomon.sources.tabular", "the table", _HINT, _LIMITS)


class _Lines:
    """Lines of a text, counted; one that is far too long is cut, and its rest passed over.

    A quote that is not closed makes a row of all that follows. So the lines of a row are held until it is
    known to be good, and all but the first are read again where it is not.
    """

    def __init__(self, text: io.TextIOWrapper, limit: int) -> None:
        self._text, self._limit = text, limit
        self._again: list[str] = []
        self._row: list[str] = []
        self._second_readings = _SECOND_READINGS
        self._number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._read()
        self._number += 1
        self._row.append(line)
        return line

    def begin_row(self) -> int:
        """A new row begins; the number of its first line."""
        self._row = []
        return self._number + 1

    def unbalanced(self) -> bool:
        """Whether the row was ended by the end of the file, within quotes."""
        return len(self._row) > 1 and sum(line.count('"') for line in self._row) % 2 == 1

    def keep_only_first(self) -> None:
        """Read all lines of the row but the first again. A text of nothing but open quotes is let go some
        day, since each would have the whole read again."""
        if self._second_readings:
            self._second_readings -= 1
            self._number -= len(self._row) - 1
            self._again += reversed(self._row[1:])

    def _read(self) -> str:
        line = self._text.readline(self._limit)
        if not line:
            raise StopIteration
        if len(line) >= self._limit and not line.endswith(("\n", "\r")):
            while (rest := self._text.readline(self._limit)) and not rest.endswith(("\n", "\r")):
                pass
            line += "\n"
        return line


def _row(
    line: int, cells: list[str], header: list[str], wanted: dict[str, str], defaults: Defaults | None
) -> Row:
    notes: tuple[str, ...] = ()
    if len(cells) > len(header):
        notes = (f"the row has {len(cells):,} cells, the header {len(header):,}: is a quote missing?",)
    values: dict[str, str] = {}
    for name, value in zip(header, cells, strict=False):
        try:
            value.encode()
        except UnicodeEncodeError:
            value = re.sub("[\ud800-\udfff]", "\ufffd", value)
            notes += ("bytes that are not UTF-8 are replaced by U+FFFD",)
        values.setdefault(name, value)
    return _made(line, values, wanted, defaults, notes)


def _made(
    number: int,
    values: dict[str, Any],
    wanted: dict[str, str],
    defaults: Defaults | None,
    notes: tuple[str, ...],
) -> Row:
    try:
        report, said = report_of_row(values, wanted, defaults)
    except InputError as error:
        return Row(number, error=error)
    if not report.text.strip():
        return Row(number, error=EmptyText("the text of this row is empty"))
    return Row(number, report=report, notes=(*dict.fromkeys(notes), *said))


def _bad_row(error: csv.Error | None, max_chars: int) -> InputError:
    if error is None:
        return MalformedInput(
            "a quote in this row is not closed", hint="a quote within a cell is written twice"
        )
    if "limit" in str(error):
        return TextTooLong(
            f"a cell is over the limit of {max_chars:,} characters",
            hint="is a quote not closed? else raise it with --max-chars or RASHOMON_MAX_CHARS",
        )
    return MalformedInput(f"this row is not CSV: {error}", hint="write the table again")


def _long(max_chars: int) -> TextTooLong:
    return TextTooLong(
        f"a cell is over the limit of {max_chars:,} characters",
        hint="raise it with --max-chars or RASHOMON_MAX_CHARS",
    )


class _Request(msgspec.Struct):
    """`columns` None asks for the names of the columns."""

    path: bytes
    columns: list[str] | None
    max_chars: int


# ---- what runs in the child ----


def _prepare() -> None:
    import os

    os.environ["POLARS_MAX_THREADS"] = "1"
    import polars  # noqa: F401


def _answer(request: bytes) -> Iterator[bytes]:
    import polars

    asked = msgspec.msgpack.decode(request, type=_Request)
    try:
        frame = polars.scan_parquet(Path(asked.path.decode("utf-8", "surrogateescape")), glob=False)
        if asked.columns is None:
            names = frame.collect_schema().names()
            if len(names) > _MOST_COLUMNS:
                raise MalformedInput(f"it has {len(names):,} columns")
            yield msgspec.msgpack.encode(names)
            return
        start = 0
        while True:
            rows = frame.select(asked.columns).slice(start, _BATCH).collect().rows()
            yield from _frames(rows, asked.max_chars)
            if len(rows) < _BATCH:
                return
            start += len(rows)
    except (polars.exceptions.PolarsError, OSError) as error:
        raise MalformedInput(" ".join(str(error).split())[:200]) from None


def _frames(rows: list[tuple[Any, ...]], max_chars: int) -> Iterator[bytes]:
    batch: list[list[Any]] = []
    size = 0
    for row in rows:
        values = [_value(value, max_chars) for value in row]
        batch.append(values)
        size += sum(len(value) for value in values if isinstance(value, str))
        if size > _FRAME_CHARS:
            yield msgspec.msgpack.encode(batch)
            batch, size = [], 0
    yield msgspec.msgpack.encode(batch)


def _value(value: Any, max_chars: int) -> Any:
    import datetime

    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value if len(value) <= max_chars else {"long": len(value)}
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float):
        return value if not isinstance(value, int) or -(2**63) <= value < 2**64 else str(value)
    return str(value)[:max_chars]


if __name__ == "__main__":
    sys.exit(serve(_answer, _prepare))
