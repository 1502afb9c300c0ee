"""The JSON Lines of `rashomon read` and `rashomon compare`, read back: readings and incidents.

The texts are not in them, and what has been read need not be read again: the claims are there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from rashomon import ontology
from rashomon.errors import MalformedInput
from rashomon.model import Claim, Dateline, Reading, Report
from rashomon.reconcile.incidents import Incident, Story

LINE_BYTES = 256 * 2**20
"""A longer line is refused without being held."""
_OWN = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{\s*"(?:report"\s*:\s*\{|claims"\s*:\s*\['
    rb'|story"\s*:\s*(?:null|"(?:[^"\\]|\\.)*")\s*,\s*"(?:incidents|matrix)")'
)


_NONE = msgspec.Raw(b"")


_CAMEO = re.compile("[0-9]{3,4}")


class _Report(msgspec.Struct, frozen=True):
    id: str
    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    url: str | None = None
    sha256: str | None = None
    story: str | None = None
    language: str | None = None
    dateline: Dateline | None = None


class _ReadLine(msgspec.Struct, frozen=True):
    report: _Report
    claims: tuple[Claim, ...]


class _StoryLine(msgspec.Struct, frozen=True):
    story: str | None
    incidents: tuple[Incident, ...]


class _Shape(msgspec.Struct, frozen=True):
    report: msgspec.Raw = _NONE
    claims: msgspec.Raw = _NONE
    incidents: msgspec.Raw = _NONE
    matrix: msgspec.Raw = _NONE


def is_own(head: bytes) -> bool:
    """Whether a file that begins so is output of ours: lines of reports and claims, or of incidents."""
    return _OWN.match(head) is not None


def read_own(stream: BinaryIO, where: str) -> Iterator[Reading | Story | MalformedInput]:
    """What each line holds: a reading (its report without text), a story with its incidents, or the error
    that refused the line. Blank lines are passed over.

    Args:
        stream: bytes in UTF-8.
        where: the file's name, for messages.
    """
    number = 0
    while line := stream.readline(LINE_BYTES):
        number += 1
        here = f"{where}:{number}"
        if len(line) >= LINE_BYTES and not line.endswith(b"\n"):
            while (rest := stream.readline(LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield MalformedInput(f"the line is over {LINE_BYTES // 2**20} MB", where=here)
        elif line.strip(b" \t\r\n\xef\xbb\xbf"):
            try:
                yield _decoded(line.removeprefix(b"\xef\xbb\xbf"))
            except MalformedInput as error:
                yield MalformedInput(error.what, where=here, hint=error.hint)


def read_own_bytes(data: bytes, where: str) -> list[Reading | Story | MalformedInput]:
    """`read_own` of bytes that are at hand."""
    return list(read_own(io.BytesIO(data), where))


def _decoded(line: bytes) -> Reading | Story:
    again = "give the lines as `rashomon read` or `rashomon compare --format jsonl` wrote them"
    try:
        shape = msgspec.json.decode(line, type=_Shape)
        if shape.report != _NONE and shape.claims != _NONE:
            return _reading(msgspec.json.decode(line, type=_ReadLine))
        if shape.incidents != _NONE and shape.matrix == _NONE:
            told = msgspec.json.decode(line, type=_StoryLine)
            for incident in told.incidents:
                _check(incident.type, None)
            return Story(told.story, told.incidents)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise MalformedInput(_said(error), hint=again) from None
    if shape.matrix != _NONE:
        raise MalformedInput("this is a line of a matrix, which holds no claims", hint=again)
    raise MalformedInput(
        "this line is neither a report with its claims nor a story with its incidents", hint=again
    )


def _reading(line: _ReadLine) -> Reading:
    for claim in line.claims:
        _check(claim.type, claim.mode)
        if claim.cameo is not None and _CAMEO.fullmatch(claim.cameo) is None:
            raise MalformedInput(f"{claim.cameo[:40]!r} is no CAMEO code", hint="such as 173 or 1721")
        if claim.report != line.report.id:
            raise MalformedInput(
                f"the claim {claim.id!r} is of another report", hint="each line holds its own"
            )
    fields: dict[str, Any] = {
        name: getattr(line.report, name) for name in line.report.__struct_fields__ if name != "sha256"
    }
    return Reading(Report(text="", **fields), line.claims)


def _check(type_: str, mode: str | None) -> None:
    if type_ not in ontology.TYPES:
        raise MalformedInput(f"PLOVER has no event type {type_[:40]!r}")
    if not ontology.is_mode(type_, mode):
        raise MalformedInput(f"{type_} has no mode {(mode or '')[:40]!r}")


def _said(error: Exception) -> str:
    said = str(error)
    if "truncated" in said:
        return "the JSON is cut short"
    if isinstance(error, RecursionError):
        return "the JSON is nested too deeply"
    if isinstance(error, msgspec.ValidationError):
        return f"a field is not as it should be: {said}"
    return f"this is not valid JSON: {said.removeprefix('JSON is malformed: ')}"


__all__ = ["LINE_BYTES", "is_own", "read_own", "read_own_bytes"]
