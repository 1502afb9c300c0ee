"""The reports of one shard, one after the other, as they came; what is no report is refused by its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator
from contextlib import closing
from typing import Any, BinaryIO, cast

from rashomon.bulk.files import Piece, name_of, open_at
from rashomon.bulk.options import Options
from rashomon.bulk.packing import unpacked
from rashomon.bulk.plan import Shard, _fastwarc, csv_header, csv_mark, csv_names
from rashomon.errors import InputError, MalformedInput, RashomonError
from rashomon.model import Report
from rashomon.sources import html
from rashomon.sources.files import Arrival
from rashomon.sources.jsonl import NO_TEXT, read_lines, report_from_fields
from rashomon.sources.text import Defaults, complete

_NULLS = {"", "null", "none", "nan", "n/a"}


def records(shard: Shard, options: Options) -> Generator[tuple[Arrival, str], None, None]:
    """What a shard holds, in its order, with the SHA-256 of the shard's bytes once they are all read (""
    before).

    `where` is the line within the shard, of a Parquet file the row within the file, and beside the SHA-256
    how many line ends there were.

    Raises:
        OSError: the file cannot be read.
    """
    defaults = Defaults(publisher=options.publisher)
    if shard.form == "parquet":
        yield from ((arrival, "") for arrival in _parquet(shard, options, defaults))
        return
    with Piece(shard.url, shard.start, shard.end) as piece:
        raw = io.BufferedReader(piece, 1 << 16)
        if shard.form == "warc":
            found = _warc(raw, shard)
        else:
            stream = unpacked(cast(BinaryIO, raw), name_of(shard.url))
            found = (
                _csv(stream, shard, options, defaults)
                if shard.form == "csv"
                else _lines(stream, options, defaults)
            )
        with closing(found):  # before what it reads from is closed
            for arrival in found:
                yield arrival, ""
        digest = piece.sha256()  # reads what is left, line ends behind the last record too
        yield Arrival(str(piece.lines)), digest


def _lines(stream: BinaryIO, options: Options, defaults: Defaults) -> Generator[Arrival, None, None]:
    number = 0
    try:
        for row in read_lines(stream, options.max_chars, defaults, options.fields or None, or_own=True):
            number, error = row.number, row.error
            if error is not None and error.what == NO_TEXT:
                error = MalformedInput(NO_TEXT, hint="say which field has the text: --field text=NAME")
            yield Arrival(str(number), report=row.report, error=error, notes=row.notes)
    except InputError as error:
        yield Arrival(str(number + 1), error=error)


def _csv(
    stream: BinaryIO, shard: Shard, options: Options, defaults: Defaults
) -> Generator[Arrival, None, None]:
    csv.field_size_limit(6 * options.max_chars + 65_536)
    header = csv_header(shard.url)
    wide = header.startswith((b"\xff\xfe", b"\xfe\xff"))
    encoding = "utf-16" if wide else "utf-8-sig"
    names = [] if wide else csv_names(header)
    lines = io.TextIOWrapper(stream, encoding, "replace" if wide else "surrogateescape", newline="")
    rows = csv.reader((line.replace("\0", "\ufffd") for line in lines), delimiter=csv_mark(header))
    first = shard.start == 0
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Arrival(str(rows.line_num), error=MalformedInput(f"this is no CSV record: {error}"))
            continue
        except InputError as error:
            yield Arrival(str(rows.line_num + 1), error=error)
            break
        if row is None:
            break
        if first:
            first, names = False, row if wide else names
            continue
        if row:
            where = str(rows.line_num)
            yield _from_fields(where, dict(zip(names, row, strict=False)), options, defaults)
    lines.detach()


def _parquet(shard: Shard, options: Options, defaults: Defaults) -> Generator[Arrival, None, None]:
    import pyarrow.parquet as pq

    with open_at(shard.url) as stream:
        file = pq.ParquetFile(stream)
        names = set(file.schema_arrow.names)
        wanted = [name for name in _columns(options).values() if name in names]
        before = sum(file.metadata.row_group(number).num_rows for number in range(shard.group))
        at = 0
        for batch in file.iter_batches(batch_size=64, row_groups=[shard.group], columns=wanted):
            if at + len(batch) > shard.start:
                for offset, fields in enumerate(batch.to_pylist()):
                    if shard.start <= at + offset < shard.end:
                        yield _from_fields(str(before + at + offset + 1), fields, options, defaults)
            at += len(batch)
            if at >= shard.end:
                return


def _columns(options: Options) -> dict[str, str]:
    from rashomon.bulk.options import FIELDS

    return {field: options.fields.get(field, field) for field in FIELDS}


def _from_fields(where: str, row: dict[str, Any], options: Options, defaults: Defaults) -> Arrival:
    fields: dict[str, Any] = {}
    for field, column in _columns(options).items():
        value = row.get(column)
        if value is None or (field != "text" and str(value).strip().lower() in _NULLS):
            continue
        fields[field] = value if isinstance(value, str) else _told(value)
    try:
        if "text" not in fields and not fields.get("title"):
            raise MalformedInput(
                f"there is no column {_columns(options)['text']!r}, or it is empty here",
                hint="say which column has the text: --field text=COLUMN",
            )
        report, notes = report_from_fields(_clean(fields), defaults)
    except RashomonError as error:
        return Arrival(where, error=error)
    return Arrival(where, report=report, notes=notes)


def _told(value: Any) -> str:
    """A value of a table in words: days and times as ISO has them, bytes as the UTF-8 that they are."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _clean(fields: dict[str, str]) -> dict[str, str]:
    """Bytes that are no UTF-8 came through as lone surrogates: U+FFFD for each."""
    return {k: "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in v) if not v.isascii() else v
            for k, v in fields.items()}  # fmt: skip


def _warc(stream: BinaryIO, shard: Shard) -> Generator[Arrival, None, None]:
    """The pages of a web archive: answers with status 200 that are HTML."""
    fastwarc = _fastwarc()
    kinds = fastwarc.WarcRecordType.response
    position = shard.start
    try:
        for record in fastwarc.ArchiveIterator(
            stream, record_types=kinds, parse_http=True, auto_decode="all"
        ):
            position = shard.start + record.stream_pos
            where = f"record at byte {position}"
            http = record.http_headers
            if http is None:
                yield Arrival(where, error=MalformedInput("this record has no answer of a server in it"))
                continue
            kind = (http.get("Content-Type") or "").lower()
            if http.status_code != 200 or not ("html" in kind or not kind):
                continue
            expected = 0 if http.get("Content-Encoding") else record.content_length
            data = record.reader.read(html.MAX_PAGE_BYTES + 1)
            if len(data) < min(expected, html.MAX_PAGE_BYTES):
                yield Arrival(where, error=MalformedInput("the web archive is cut short in this record"))
            else:
                yield _page(where, record.headers.get("WARC-Target-URI"), data)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # fastwarc panics, with kinds of its own; what came before it was read
        yield Arrival(f"after byte {position}", error=MalformedInput(f"the web archive is damaged: {error}"))


def _page(where: str, url: str | None, data: bytes) -> Arrival:
    try:
        page, notes = html.extract(data)
    except RashomonError as error:
        return Arrival(where, error=error)
    report = Report(
        text=page.text, title=page.title, published=page.published, publisher=page.publisher,
        url=page.url or (url.strip("<>") if url else None),
    )  # fmt: skip
    return Arrival(where, report=complete(report), notes=notes)


__all__ = ["records"]
