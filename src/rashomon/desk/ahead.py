"""Days that lie ahead: plans that are honestly told, and dates that are mistakes, of reports or of readers.

Lists by day have the latest first, so what lies ahead would stand before today's news for as long as it does.
Tomorrow is no such day: somewhere on the earth it has begun.
"""

from __future__ import annotations

import datetime

from rashomon.store.records import IncidentRecord, cursor_of


def today() -> datetime.date:
    """The day in UTC."""
    return datetime.datetime.now(datetime.UTC).date()


def tomorrow() -> str:
    """The last day that lists begin with, ISO."""
    return (today() + datetime.timedelta(days=1)).isoformat()


def later() -> str:
    """The first day that lies ahead, ISO: `since` of a list of what does, and of what goes on until then."""
    return (today() + datetime.timedelta(days=2)).isoformat()


def is_ahead(day: str | None) -> bool:
    """Whether a day (or the moment of a publication) lies ahead."""
    return day is not None and day[:10] > tomorrow()


def all_ahead(record: IncidentRecord) -> bool:
    """Whether an incident lies ahead as a whole: a month or a year that is not over does not."""
    return is_ahead(record.first_day)


def from_here() -> str:
    """The cursor of a list by day that begins with tomorrow."""
    return cursor_of("day", (later(), 0))  # rows are numbered from 1 on


__all__ = ["all_ahead", "from_here", "is_ahead", "later", "tomorrow"]
