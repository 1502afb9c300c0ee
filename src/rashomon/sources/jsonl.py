"""Reports as JSON: one object a line (JSON Lines), or a document with one object or an array of them.

Fields are those of `report` in the output, plus `text`: id, text, title, published, publisher, url, story,
language. Only `text` is needed; fields that are not known are passed over. Lines are read one by one, so that
a file may be larger than memory; a line that is broken is refused by its number, and the next one is read.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import msgspec

from rashomon.errors import EmptyText, InputError, MalformedInput, TextTooLong
from rashomon.model import Report
from rashomon.sources.text import Defaults, complete, decode, parse_published

# A character may take six in JSON ("\u00e9"); the other fields of a report have to fit as well.
_ESCAPED, _OTHER_FIELDS = 6, 65_536
DOCUMENT_BYTES = 64 * 2**20
_SHOWN = 40
NO_TEXT = "there is no field `text`"


class _Fields(msgspec.Struct):
    """A report as it may come in."""

    text: str | None = None
    id: str | int | None = None
    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    url: str | None = None
    story: str | int | None = None
    language: str | None = None
    report: Any = None
    claims: Any = None
    incidents: Any = None


class Row(msgspec.Struct, frozen=True):
    """What one line held: a report or the error that refused it. `where` is "line 3" or "item 3"."""

    number: int
    report: Report | None = None
    error: InputError | None = None
    notes: tuple[str, ...] = ()


def read_lines(
    stream: BinaryIO,
    max_chars: int,
    defaults: Defaults | None = None,
    columns: Mapping[str, str] | None = None,
    *,
    or_own: bool = False,
) -> Iterator[Row]:
    """One row for each line that is not blank. Lines are numbered from 1.

    Args:
        stream: bytes in UTF-8, or in UTF-16 with a byte order mark.
        max_chars: limit of a text; a line that cannot hold a text within it is skipped without being held.
        defaults: fills in what a report leaves out.
        columns: for each field of a report, which member of the object gives it; "a.b" is member b of a.
        or_own: an object without such a member gives the field under its own name.
    """
    limit = _ESCAPED * max_chars + _OTHER_FIELDS
    start = stream.peek(4)[:4] if isinstance(stream, io.BufferedReader) else b""
    utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    # Undecodable UTF-8 comes through as lone surrogates, which keeps the line and tells that it was bad.
    lines = io.TextIOWrapper(
        stream, encoding="utf-16" if utf16 else "utf-8-sig", errors="replace" if utf16 else "surrogateescape"
    )
    try:
        number = 0
        while line := lines.readline(limit):
            number += 1
            if len(line) >= limit and not line.endswith("\n"):
                while (rest := lines.readline(limit)) and not rest.endswith("\n"):
                    pass
                yield Row(number, error=_too_long(max_chars))
            elif not line.isspace():
                yield _row(number, line, defaults, columns, or_own)
    finally:
        lines.detach()


def read_document(
    data: bytes,
    max_chars: int,
    defaults: Defaults | None = None,
    columns: Mapping[str, str] | None = None,
) -> Iterator[Row]:
    """One row for each report of a JSON document: one object, an array of objects, or lines of objects.

    Rows of an array are numbered by their place in it.

    Raises:
        MalformedInput: the bytes are no text at all.
    """
    if not data.strip():
        return
    if len(data) > DOCUMENT_BYTES:
        size = f"{DOCUMENT_BYTES // 2**20} MB"
        yield Row(
            1,
            error=TextTooLong(
                f"the JSON document is over {size}", hint="write one report a line: JSON Lines"
            ),
        )
        return
    text, notes = decode(data)
    encoded = text.encode("utf-8", "surrogatepass")
    try:
        whole = msgspec.json.decode(encoded, type=msgspec.Raw)
        items = msgspec.json.decode(whole, type=list[msgspec.Raw]) if text.lstrip()[:1] == "[" else [whole]
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        if text.lstrip()[:1] != "[" and "\n" in text.strip():
            first = text.strip().splitlines()[0]
            if first.endswith("}"):  # objects one below the other, in a file that is called .json
                yield from read_lines(io.BytesIO(data), max_chars, defaults, columns)
                return
        if text.lstrip()[:1] == "[":
            yield Row(_line_of(error, encoded), error=_malformed(error))
            return
        items = [msgspec.Raw(encoded)]
    for number, item in enumerate(items, 1):
        row = _row(number, bytes(item).decode("utf-8", "surrogatepass"), defaults, columns)
        yield msgspec.structs.replace(row, notes=notes + row.notes) if notes else row


def _row(
    number: int,
    line: str,
    defaults: Defaults | None,
    columns: Mapping[str, str] | None = None,
    or_own: bool = False,
) -> Row:
    try:
        report, notes = report_from_json(line, defaults, columns, or_own=or_own)
    except InputError as error:
        return Row(number, error=error)
    return Row(number, report=report, notes=notes)


def report_from_json(
    line: str,
    defaults: Defaults | None = None,
    columns: Mapping[str, str] | None = None,
    *,
    or_own: bool = False,
) -> tuple[Report, tuple[str, ...]]:
    """The report that one JSON object holds, and notes on what was odd about it.

    Raises:
        MalformedInput: it is no JSON object, a field is of the wrong kind, or there is no text.
        EmptyText: the text is null or missing while there is a title: only a headline.
    """
    # A line end after half a string would be called a bad character instead of a line cut short.
    # A byte order mark within a file is the seam of two that were joined.
    line, notes = _without_bad_bytes(line.strip().removeprefix("\ufeff"))
    if columns:
        return _mapped(line, notes, defaults, columns, or_own)
    try:
        fields = msgspec.json.decode(line, type=_Fields)
    except msgspec.ValidationError as error:
        raise _wrong_kind(error) from None
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        fields = _second_try(line, error)
        notes += ("the JSON has raw control characters or half characters, which it may not: they are kept",)
    return _report_of(fields, notes, defaults)


def _mapped(
    line: str,
    notes: tuple[str, ...],
    defaults: Defaults | None,
    columns: Mapping[str, str],
    or_own: bool = False,
) -> tuple[Report, tuple[str, ...]]:
    try:
        whole = json.loads(line, strict=False)
    except (ValueError, RecursionError) as error:
        raise _malformed(error) from None
    if not isinstance(whole, dict):
        raise MalformedInput("a report should be a JSON object", hint='for instance {"text": "..."}')
    fields = dict(whole)
    for field, path in columns.items():
        value: Any = whole
        for name in (path,) if path in whole else path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is None and or_own:
            continue
        if value is None and field == "text":
            raise MalformedInput(f"there is no field `{path}`", hint="look at --map")
        fields[field] = value
    report, said = report_from_fields(fields, defaults)
    return report, notes + said


def report_from_fields(
    fields: dict[str, Any], defaults: Defaults | None = None
) -> tuple[Report, tuple[str, ...]]:
    """The report that a mapping holds, under the rules of a JSON line.

    Raises:
        MalformedInput: a field is of the wrong kind, or there is no text.
        EmptyText: only a headline is given.
    """
    known = {name: fields[name] for name in _Fields.__struct_fields__ if name in fields}
    known = {name: value for name, value in known.items() if name not in {"report", "claims", "incidents"}}
    try:
        return _report_of(msgspec.convert(known, _Fields), (), defaults)
    except msgspec.ValidationError as error:
        raise _wrong_kind(error) from None


def _report_of(
    fields: _Fields, notes: tuple[str, ...], defaults: Defaults | None
) -> tuple[Report, tuple[str, ...]]:
    if fields.text is None:
        if fields.report is not None or fields.claims is not None or fields.incidents is not None:
            raise MalformedInput(
                "this line is Rashomon's own output, not a report", hint="give the report it was made of"
            )
        if fields.title:
            raise EmptyText(
                "there is only a headline, no text", hint="put the report's words in the field `text`"
            )
        raise MalformedInput(NO_TEXT, hint="each report is a JSON object with at least `text`")
    published = None
    if fields.published and fields.published.strip():
        published = parse_published(fields.published)
        if published is None:
            shown = fields.published.strip()[:_SHOWN]
            notes += (f"`published` is no date: {shown!r} is left out (write it as 2019-05-28)",)
    report = Report(
        text=fields.text,
        published=published,
        publisher=fields.publisher,
        title=fields.title,
        url=fields.url,
        id="" if fields.id is None else str(fields.id),
        story=None if fields.story is None else str(fields.story),
        language=fields.language,
    )
    return complete(report, defaults), notes


def _without_bad_bytes(line: str) -> tuple[str, tuple[str, ...]]:
    try:
        line.encode()
    except UnicodeEncodeError:
        return re.sub("[\ud800-\udfff]", "\ufffd", line), ("bytes that are not UTF-8 are replaced by U+FFFD",)
    return line, ()


def _second_try(line: str, error: Exception) -> _Fields:
    """Some writers put raw control characters or half characters into a string: the words are there."""
    try:
        value = json.loads(line, strict=False)
        return msgspec.convert(value, _Fields)
    except msgspec.ValidationError as wrong:
        raise _wrong_kind(wrong) from None
    except (ValueError, RecursionError):
        raise _malformed(error) from None


def _malformed(error: Exception) -> MalformedInput:
    said = str(error)
    if "truncated" in said:
        return MalformedInput("the JSON is cut short", hint="a report is one whole object on one line")
    if isinstance(error, RecursionError):
        return MalformedInput("the JSON is nested too deeply", hint="a report is a flat object")
    what = said.removeprefix("JSON is malformed: ") or "unreadable"
    return MalformedInput(f"this is not valid JSON: {what}", hint="a report is one whole object on one line")


_KINDS = {"str": "text", "int": "a number", "float": "a number", "bool": "true or false",
          "object": "a JSON object", "array": "a list", "null": "nothing"}  # fmt: skip


def _wrong_kind(error: Exception) -> MalformedInput:
    said = re.match(r"Expected `([^`]*)`, got `([^`]*)`(?: - at `\$\.(\w+)`)?", str(error))
    if said is None:
        return MalformedInput(f"a field is of the wrong kind: {error}")
    wanted = [_KINDS.get(kind.strip(), kind.strip()) for kind in said[1].split("|") if kind.strip() != "null"]
    got = _KINDS.get(said[2], said[2])
    if said[2] == "float":
        wanted = ["a whole number" if kind == _KINDS["int"] else kind for kind in wanted]
    if said[3] is None:
        return MalformedInput(
            f"a report should be a JSON object, this is {got}", hint='for instance {"text": "..."}'
        )
    return MalformedInput(f"the field `{said[3]}` should be {' or '.join(wanted)}, it is {got}")


def _too_long(max_chars: int) -> TextTooLong:
    return TextTooLong(
        f"the line is far over the limit of {max_chars:,} characters",
        hint="raise it with --max-chars or RASHOMON_MAX_CHARS",
    )


def _line_of(error: Exception, data: bytes) -> int:
    at = re.search(r"\(byte ([0-9]+)\)", str(error))
    return data[: int(at[1]) if at else len(data)].count(b"\n") + 1
