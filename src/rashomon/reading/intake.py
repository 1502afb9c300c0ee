"""Whether a report can be read at all: the one gate before the reader.

`check` refuses what would be read wrongly (nothing there, far too long, another language) and notes what is
odd. It leaves the text as it is, but for lone surrogates, which no output can hold: each becomes one U+FFFD,
so that all offsets stay.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from rashomon.errors import EmptyText, InputError, MalformedInput, TextTooLong, UnsupportedLanguage
from rashomon.model import Report
from rashomon.reading import language
from rashomon.reading.characters import BIDI, CONTROL, SURROGATE
from rashomon.sources.wire import parse_published

DEFAULT_MAX_CHARS = 300_000
LIMIT_VARIABLE = "RASHOMON_MAX_CHARS"
NO_DATE = "no publication date: relative dates stay open"

_HEADLINE_WORDS = 25
_SHOWN = 40
_SHAPE_CHARS = 20_000
_TABLE_LINES, _TABLE_NUMBERS = 3, 0.2
_LINE_END = re.compile(r"\r\n|\r|\n")
_WORD_CHAR = re.compile(r"[^\W_]")
_SENTENCE_END = re.compile(r"[a-z\u00df-\u00ff][\"'”’)]{0,3}[.!?][\"'”’)]{0,3}(?:\s|$)")


class Checked(NamedTuple):
    """A report that can be read, with its language filled in where it was clear, and notes on what is odd."""

    report: Report
    notes: tuple[str, ...] = ()


def check(report: Report, max_chars: int | None = None) -> Checked:
    """Decide whether a report is read.

    Args:
        report: as it came; fields of the wrong type are refused.
        max_chars: limit of the text in characters; None takes `RASHOMON_MAX_CHARS`, else 300,000.

    Raises:
        EmptyText: there is no letter and no digit in the text.
        TextTooLong: the text is over the limit.
        UnsupportedLanguage: the text is surely not English, or the report says so.
        MalformedInput: a field is not a string.
    """
    _refuse_wrong_types(report)
    limit = limit_of(max_chars)
    if len(report.text) > limit:
        raise TextTooLong(
            f"the text has {len(report.text):,} characters, the limit is {limit:,}",
            hint=f"raise it with --max-chars or {LIMIT_VARIABLE}, or read the text in parts",
        )
    if not _WORD_CHAR.search(report.text):
        what = (
            "there is only a headline, no text"
            if report.title and report.title.strip()
            else "the text is empty"
        )
        raise EmptyText(what, hint="give the report's words")
    notes = list(_character_notes(report.text))
    report = _without_surrogates(report)
    report, date_note = _with_valid_date(report)
    notes += [date_note] if date_note else []
    code = _language_of(report)
    notes += _shape_notes(report.text)
    return Checked(msgspec.structs.replace(report, language=code), tuple(notes))


def limit_of(max_chars: int | None = None) -> int:
    """The limit that holds: the one given, else the environment's, else the default.

    Raises:
        InputError: it is no positive whole number.
    """
    if max_chars is not None:
        if not isinstance(max_chars, int) or isinstance(max_chars, bool) or max_chars < 1:
            raise InputError(
                "`max_chars` is not a positive whole number", hint=f"for instance {DEFAULT_MAX_CHARS}"
            )
        return max_chars
    value = os.environ.get(LIMIT_VARIABLE, "").strip().replace("_", "")
    if not value:
        return DEFAULT_MAX_CHARS
    if not (value.isascii() and value.isdigit()) or not 0 < len(value) < 16 or int(value) == 0:
        raise InputError(
            f"{LIMIT_VARIABLE} is not a positive whole number", hint=f"for instance {DEFAULT_MAX_CHARS}"
        )
    return int(value)


def _refuse_wrong_types(report: Report) -> None:
    if not isinstance(report.text, str):
        raise MalformedInput(f"the text is {type(report.text).__name__}, it should be str")
    for field in ("id", "published", "publisher", "title", "url", "story", "language"):
        value = getattr(report, field)
        if value is not None and not isinstance(value, str):
            raise MalformedInput(f"the field `{field}` is {type(value).__name__}, it should be str")


def _without_surrogates(report: Report) -> Report:
    clean = {
        field: SURROGATE.sub("\ufffd", value)
        for field in ("text", "id", "published", "publisher", "title", "url", "story", "language")
        if (value := getattr(report, field)) and SURROGATE.search(value)
    }
    return msgspec.structs.replace(report, **clean) if clean else report


def _ahead(day: str | None) -> str | None:
    """A note where a report is of a day that nobody has reached yet; it is read all the same."""
    if day is None or day[:10] <= (datetime.now(UTC) + timedelta(days=1)).date().isoformat():
        return None
    return f"the publication date {day[:10]} lies in the future: relative dates are counted from it"


def _with_valid_date(report: Report) -> tuple[Report, str | None]:
    """A date that cannot be understood is left out: relative dates then stay open."""
    if not report.published or not report.published.strip():
        return (msgspec.structs.replace(report, published=None) if report.published else report), NO_DATE
    day = parse_published(report.published)
    note = _ahead(day)
    if day == report.published:
        return report, note
    if day is None:
        shown = report.published.strip()[:_SHOWN]
        note = f"the publication date {shown!r} is no date (write it as 2019-05-28): relative dates stay open"
    return msgspec.structs.replace(report, published=day), note


def _language_of(report: Report) -> str | None:
    if report.language:
        if report.language.strip().lower().replace("_", "-").split("-")[0] in {"en", "eng", "english"}:
            return language.ENGLISH
        code: str | None = report.language.strip().lower()
        source = "is marked as"
    else:
        code, source = language.detect(report.text).code, "looks"
    if code is not None and code != language.ENGLISH:
        name = language.language_name(code)
        shown = name if name == code else f"{name} ({code})"
        raise UnsupportedLanguage(
            f"the text {source} {shown}; only English is read",
            hint="translate it, or set its language to en if it is",
        )
    return code


def _character_notes(text: str) -> Iterator[str]:
    for pattern, what in (
        (SURROGATE, "lone surrogate (half a character), replaced by U+FFFD"),
        (CONTROL, "control character, such as NUL, read as a blank"),
        (BIDI, "control for the direction of writing, read as a blank"),
    ):
        first = pattern.search(text)
        if first is None:
            continue
        count = sum(1 for _ in pattern.finditer(text))
        line = sum(1 for _ in _LINE_END.finditer(text, 0, first.start())) + 1
        yield f"line {line}: {what}" + (f" ({count:,} in the text)" if count > 1 else "")
    if "\r" in text and len({match[0] for match in _LINE_END.finditer(text)}) > 1:
        yield "line ends are mixed: offsets count them as they stand"


def _shape_notes(text: str) -> list[str]:
    """Texts that are no running report are read, but little can be expected of them."""
    start = text[:_SHAPE_CHARS]
    lines = [line for line in _LINE_END.split(start) if line.strip()]
    tokens = start.split()
    sentences = len(_SENTENCE_END.findall(start))
    numbers = sum(token.strip("()-–:%.,").replace(":", "").replace("-", "").isdigit() for token in tokens)
    if len(lines) >= _TABLE_LINES and numbers >= _TABLE_NUMBERS * len(tokens) and sentences * 4 < len(lines):
        return ["this looks like a table, not running text: few claims can be read from it"]
    if (
        len(lines) == 1
        and len(tokens) <= _HEADLINE_WORDS
        and not text.rstrip().rstrip("\"'”’)").endswith((".", "!", "?"))
    ):
        return ["this looks like a headline without a text: few claims can be read from it"]
    return []
