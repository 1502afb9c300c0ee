"""Which files are read, and where each is cut into shards.

A shard is a piece of one file that can be read by itself. JSON Lines, CSV and WARC are cut at records, every
so many bytes from the beginning on, so that a file that grew keeps its first shards; Parquet is cut at row
groups, and these every so many rows. A compressed file of lines is one shard: it cannot be entered midway.
"""

from __future__ import annotations

import csv
import itertools
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Literal
from zipfile import BadZipFile

import msgspec

from rashomon.bulk.files import EXTRA_HINT, Found, find, is_remote, name_of, open_at
from rashomon.bulk.folder import is_output
from rashomon.bulk.packing import ENDINGS, is_packed, unpacked
from rashomon.errors import InputError, MalformedInput, MissingExtra, RashomonError, SourceMissing

Form = Literal["lines", "csv", "parquet", "warc"]

FORMS: dict[str, Form] = {
    ".jsonl": "lines", ".ndjson": "lines", ".csv": "csv", ".tsv": "csv",
    ".parquet": "parquet", ".warc": "warc", ".warc.gz": "warc",
}  # fmt: skip
FORMS |= {
    f"{kind}{packing}": form
    for kind, form in FORMS.items()
    if form in ("lines", "csv")
    for packing in ENDINGS
}
ROWS = 400
"""Rows of a Parquet file that make a shard."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_HEADER = 1 << 20
_SHOWN = 40  # columns, and characters of each


class Shard(msgspec.Struct, frozen=True):
    """A piece of a file. `start` and `end` are bytes; in Parquet rows of row group `group`."""

    url: str
    stamp: str
    form: Form
    start: int
    end: int
    group: int = -1

    @property
    def name(self) -> str:
        """Where it is, for people."""
        what = f"row group {self.group}, rows" if self.group >= 0 else "bytes"
        return f"{self.url} ({what} {self.start}-{self.end})"


def plan(
    inputs: list[str], shard_bytes: int, fields: Mapping[str, str] | None = None, out: Path | None = None
) -> tuple[list[Shard], list[RashomonError]]:
    """The shards of all files, in the order of the inputs, and what cannot be read at all.

    Args:
        inputs: files, folders, patterns or addresses.
        shard_bytes: how large a shard should be.
        fields: what columns are called for the fields of a report: a table without one for the text cannot be
            read. None looks at no columns.
        out: a folder whose files are passed over, as are those of other tables that bulk reading made, where
            they lie in a folder that is read.

    Raises:
        MissingExtra: a package is needed for one of the files.
    """
    shards: list[Shard] = []
    errors: list[RashomonError] = []
    seen: set[str] = set()
    made = cache(is_output)
    for given in inputs:
        try:
            found = find(given, tuple(FORMS))
        except SourceMissing as error:
            errors.append(error)
            continue
        for file in found:
            if file.url in seen or (out is not None and _lies_in(file.url, out)):
                continue
            if not is_remote(given) and any(map(made, _between(Path(given), Path(file.url)))):
                continue
            seen.add(file.url)
            try:
                cut = list(_cut(file, shard_bytes))
                if fields is not None:
                    _must_have_text(file.url, fields)
                shards += cut
            except InputError as error:
                errors.append(error.at(file.url))
            except (OSError, ValueError, BadZipFile, zlib.error) as error:
                errors.append(SourceMissing(f"it cannot be read: {error}", where=file.url))
    return shards, errors


def _lies_in(url: str, folder: Path) -> bool:
    return not is_remote(url) and Path(url).resolve().is_relative_to(folder.resolve())


def _between(folder: Path, path: Path) -> list[Path]:
    """The folders that a file lies in, from below a folder that was given; none where a file was."""
    return [each for each in path.parents if folder in each.parents]


def form_of(url: str) -> Form:
    """What a file is, by its ending.

    Raises:
        MalformedInput: it has none of the endings that are read.
    """
    name = name_of(url)
    for ending in sorted(FORMS, key=len, reverse=True):
        if name.endswith(ending):
            return FORMS[ending]
    if name.endswith(".zip") and not is_remote(url):
        raise MalformedInput("bulk reads what is in an archive by an address", hint=f"zip://::{url}")
    raise MalformedInput("the ending says no form that bulk reads", hint=f"read are {', '.join(FORMS)}")


def _cut(file: Found, shard_bytes: int) -> Iterator[Shard]:
    form = form_of(file.url)
    if form == "parquet":
        yield from _row_groups(file)
        return
    if file.size == 0:
        raise MalformedInput("the file is empty")
    if form == "warc":
        bounds = _warc_bounds(file, shard_bytes)
    elif is_packed(name_of(file.url)):
        bounds = [0, file.size]
    elif form == "csv":
        bounds = _csv_bounds(file, shard_bytes)
    else:
        bounds = _line_bounds(file, shard_bytes)
    for start, end in itertools.pairwise(bounds):
        yield Shard(file.url, file.stamp, form, start, end)


def _line_bounds(file: Found, shard_bytes: int) -> list[int]:
    with open_at(file.url) as stream:
        if stream.read(2) in _UTF16:  # a line end is two bytes there
            return [0, file.size]
        bounds = [0]
        for wanted in range(shard_bytes, file.size, shard_bytes):
            if wanted <= bounds[-1]:
                continue
            stream.seek(wanted - 1)
            stream.readline()
            if stream.tell() >= file.size:
                break
            bounds.append(stream.tell())
    return [*bounds, file.size]


def _csv_bounds(file: Found, shard_bytes: int) -> list[int]:
    """A line ends a record where the quotes before it are even in number."""
    bounds, at, quotes = [0], 0, 0
    with open_at(file.url) as stream:
        if stream.read(2) in _UTF16:
            return [0, file.size]
        stream.seek(0)
        for line in stream:
            at += len(line)
            quotes += line.count(b'"')
            if quotes % 2 == 0 and at - bounds[-1] >= shard_bytes and at < file.size:
                bounds.append(at)
    return [*bounds, file.size]


def _warc_bounds(file: Found, shard_bytes: int) -> list[int]:
    """Records are many to a shard: a page of the web is mostly markup, so three times the bytes are taken."""
    fastwarc = _fastwarc()
    bounds = [0]
    with open_at(file.url) as stream:
        try:
            for record in fastwarc.ArchiveIterator(stream, parse_http=False):
                if record.stream_pos - bounds[-1] >= 3 * shard_bytes:
                    bounds.append(record.stream_pos)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # damaged from here on (it panics): what can be read is, and reading says so
            pass
    return [*bounds, file.size]


def _row_groups(file: Found) -> Iterator[Shard]:
    try:
        import pyarrow
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingExtra("pyarrow is needed for Parquet", hint=EXTRA_HINT) from error
    with open_at(file.url) as stream:
        try:
            metadata = pq.ParquetFile(stream).metadata
        except pyarrow.ArrowInvalid as error:
            raise MalformedInput(f"this is no Parquet file: {error}") from error
        for group in range(metadata.num_row_groups):
            rows = metadata.row_group(group).num_rows
            for start in range(0, rows, ROWS):
                yield Shard(file.url, file.stamp, "parquet", start, min(start + ROWS, rows), group)


def _fastwarc() -> Any:
    try:
        import fastwarc.warc
    except ImportError as error:
        raise MissingExtra("fastwarc is needed for web archives", hint=EXTRA_HINT) from error
    return fastwarc.warc


def _must_have_text(url: str, fields: Mapping[str, str]) -> None:
    """Raises MalformedInput where a table has neither a column for the text nor one for the title."""
    form, names = form_of(url), list[str]()
    if form == "csv":
        with suppress(csv.Error, EOFError, zlib.error):  # told where it is read
            header = csv_header(url)
            names = [] if header.startswith(_UTF16) else csv_names(header)
    elif form == "parquet":
        import pyarrow.parquet as pq

        with open_at(url) as stream:
            names = pq.ParquetFile(stream).schema_arrow.names
    else:
        return
    wanted = fields.get("text", "text")
    if names and wanted not in names and fields.get("title", "title") not in names:
        shown = ", ".join(name[:_SHOWN] for name in names[:_SHOWN])
        raise MalformedInput(
            f"there is no column {wanted!r}; the columns are {shown}",
            hint="say which one has the text: --field text=COLUMN",
        )


def csv_names(header: bytes) -> list[str]:
    """The names of the columns, from the first record of a CSV file in UTF-8. Raises csv.Error."""
    return next(csv.reader([header.decode("utf-8-sig", "replace")], delimiter=csv_mark(header)), [])


def csv_mark(header: bytes) -> str:
    """What stands between the columns: whichever the header has most of."""
    return max((",", "\t", ";", "|"), key=lambda mark: header.count(mark.encode()))


def csv_header(url: str) -> bytes:
    """The first record of a CSV file, its line end with it."""
    with ExitStack() as stack:
        lines: BinaryIO = stack.enter_context(open_at(url))
        lines = stack.enter_context(unpacked(lines, name_of(url)))
        header = b""
        while (line := lines.readline(_LONGEST_HEADER)) and len(header) < _LONGEST_HEADER:
            header += line
            if header.count(b'"') % 2 == 0:
                break
    return header


__all__ = ["FORMS", "Form", "Shard", "csv_header", "csv_mark", "csv_names", "form_of", "plan"]
