"""The form of the output: one JSON object a report, and one a story (`docs/output.md`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from rashomon.exports.phrases import valid
from rashomon.model import Reading

if TYPE_CHECKING:
    from rashomon.comparison import Picture


def line(reading: Reading) -> bytes:
    """A report and its claims as one JSON object in UTF-8, without a line end.

    Text that UTF-8 cannot hold (lone surrogates) has U+FFFD in its place; offsets are as in the report.
    """
    report = reading.report
    return encode(
        {
            "report": {
                "id": report.id,
                "title": report.title,
                "published": report.published,
                "publisher": report.publisher,
                "url": report.url,
                "sha256": report.sha256,
                "story": report.story,
                "dateline": report.dateline,
            },
            "claims": reading.claims,
        }
    )


def compare_line(story: str | None, incidents: Sequence[object]) -> bytes:
    """A story and its incidents as one JSON object in UTF-8, without a line end."""
    return encode({"story": story, "incidents": incidents})


def matrix_line(story: str | None, picture: Picture) -> bytes:
    """A matrix as one JSON object in UTF-8: the story, the incidents that it is put together of, and the
    matrix."""
    parts = [part.id for part in picture.parts]
    return encode({"story": story, "incidents": parts, "matrix": picture.matrix})


def encode(value: Any) -> bytes:
    """Anything that is made of structs and plain values, as JSON in UTF-8; lone surrogates become U+FFFD."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # rare: only then is every string looked at
        return msgspec.json.encode(_valid(value))


def _valid(value: Any) -> Any:
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, msgspec.Struct):
        fields = msgspec.structs.fields(value)
        return {field.encode_name: _valid(getattr(value, field.name)) for field in fields}
    if isinstance(value, dict):
        return {_valid(key): _valid(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_valid(entry) for entry in value]
    return value


__all__ = ["compare_line", "encode", "line", "matrix_line"]
