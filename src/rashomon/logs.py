"""Logs of what runs for long: a line an event, as words for people or as JSON for programs that gather them.

Secrets and words of reports have no place in a log: what is logged are names of things, counts and times.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import IO, Any, Literal

from rashomon._terminal import printable

Form = Literal["text", "json"]
_ROOT = "rashomon"
_PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_TOKEN = re.compile(r"rsh_[A-Za-z0-9_-]+")
_LONGEST = 300


def set_up(form: Form, level: int = logging.INFO, stream: IO[str] | None = None) -> None:
    """Write what `rashomon` logs to standard error, or to a stream. A second call takes the place of the
    first."""
    logger = logging.getLogger(_ROOT)
    for handler in [each for each in logger.handlers if isinstance(each.formatter, Lines)]:
        logger.removeHandler(handler)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines(form))
    logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False


class Lines(logging.Formatter):
    """A record as one line. What is given as `extra` becomes fields; None is left out."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": safe(record.getMessage()),
        }
        fields |= {
            name: safe(value) if isinstance(value, str) else value
            for name, value in record.__dict__.items()
            if name not in _PLAIN and value is not None
        }
        if record.exc_info and record.exc_info[0] is not None:
            fields["error"] = record.exc_info[0].__name__  # its words may be those of a report
        if self._json:
            return json.dumps(fields, ensure_ascii=True, default=str)
        told = " ".join(f"{name}={_word(value)}" for name, value in list(fields.items())[4:])
        return f"{fields['at']} {fields['level']} {fields['event']}{' ' * bool(told)}{told}"


def safe(text: str) -> str:
    """A text as a log may hold it: one line, not long, without tokens."""
    return _TOKEN.sub("rsh_...", printable(text))[:_LONGEST]


def _word(value: Any) -> str:
    text = str(value)
    return text if text and " " not in text and '"' not in text and "=" not in text else json.dumps(text)


__all__ = ["Form", "Lines", "safe", "set_up"]
