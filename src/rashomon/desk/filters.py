"""Filters as they stand in an address: read, checked with a message for each field, and written again.

Pages and API read the same fields. A field that makes no sense is named with what to do; nothing is guessed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args
from urllib.parse import urlencode

import msgspec

from rashomon import ontology
from rashomon.errors import InputError
from rashomon.knowledge import countries
from rashomon.model import Frame, Status
from rashomon.store.queries import ClaimFilter, IncidentFilter, day_of
from rashomon.store.search import parts_of

_LONGEST = 300
DISPUTE_FIELDS = (
    "occurred",
    "killed",
    "injured",
    "arrested",
    "displaced",
    "missing",
    "released",
    "troops",
    "protesters",
    "damage",
    "actor",
    "recipient",
    "type",
    "place",
    "date",
    "purpose",
)
STATUSES: tuple[str, ...] = get_args(Status)


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a field, and what to do."""

    field: str
    what: str
    hint: str


class Asked(msgspec.Struct, frozen=True):
    """What an address asks for. `values` are the fields as they were given, for the form; `filter` is what is
    looked for, without the fields that have a problem."""

    filter: IncidentFilter
    values: dict[str, str]
    problems: dict[str, Problem]

    def require(self) -> IncidentFilter:
        """The filter.

        Raises:
            InputError: a field has a problem; the first is told.
        """
        for problem in self.problems.values():
            raise InputError(problem.what, where=problem.field, hint=problem.hint)
        return self.filter

    def query(self, **changes: str | None) -> str:
        """The fields as a query, with some of them changed; None takes one away."""
        kept = {**self.values, **changes}
        return urlencode({name: value for name, value in kept.items() if value})

    @property
    def given(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.values)


class _Bad(Exception):
    """A field that cannot be understood: what, hint."""


def _type(value: str) -> str:
    if value.upper() not in ontology.TYPES:
        raise _Bad(f"{value[:40]!r} is no type of event", f"one of {', '.join(ontology.TYPES)}")
    return value.upper()


def _country(value: str) -> str:
    if countries.country(value.upper()) is not None:
        return value.upper()
    code = countries.code_of(value)
    if code is None:
        raise _Bad(
            f"{value[:40]!r} is no country", "a name such as Kosovo, or three letters (ISO 3166) such as XKX"
        )
    return code


def _day(name: str) -> Callable[[str], str | None]:
    def read(value: str) -> str | None:
        try:
            return day_of(value, name)
        except InputError as error:
            raise _Bad(f"{value[:40]!r} is no day", "write it as 2019-05-28") from error

    return read


def _mode(value: str) -> str:
    known = {mode.name for name in ontology.TYPES for mode in ontology.event_type(name).modes}
    if value.lower() not in known:
        raise _Bad(f"{value[:40]!r} is no mode of an event", f"one of {', '.join(sorted(known))}")
    return value.lower()


def _one_of(what: str, known: tuple[str, ...]) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.lower() not in known:
            raise _Bad(f"{value[:40]!r} is no {what}", f"one of {', '.join(known)}")
        return value.lower()

    return read


def _disputed(value: str) -> bool | str:
    answers = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if value.lower() in answers:
        return answers[value.lower()]
    if value not in DISPUTE_FIELDS:
        raise _Bad(f"{value[:40]!r} is nothing to dispute", f"yes, no, or one of {', '.join(DISPUTE_FIELDS)}")
    return value


def _box(value: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError:
        raise _Bad(
            f"{value[:60]!r} is no part of the map",
            "west, south, east, north in degrees, for instance 19,41,22,44",
        ) from None
    if not all(map(math.isfinite, (west, south, east, north))) or not (
        -90 <= south <= north <= 90 and -180 <= west <= 180 and -180 <= east <= 180
    ):
        raise _Bad(
            f"{value[:60]!r} lies beyond the map",
            "longitudes from -180 to 180, latitudes from -90 to 90, the south first",
        )
    return west, south, east, north


def _count(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:6]) <= 9_999:
        raise _Bad(f"{value[:40]!r} is no number of voices", "a whole number from 1 on")
    return int(value)


def _words(value: str) -> str:
    try:
        parts_of(value)
    except InputError as error:
        raise _Bad(error.what, error.hint or "") from error
    return value


def _text(value: str) -> str:
    return value


READERS: Mapping[str, Callable[[str], Any]] = {
    "words": _words,
    "type": _type,
    "mode": _mode,
    "country": _country,
    "side": _country,
    "actor": _text,
    "voice": _text,
    "publisher": _text,
    "status": _one_of("status", STATUSES),
    "disputed": _disputed,
    "since": _day("since"),
    "until": _day("until"),
    "box": _box,
    "min_voices": _count,
}
_OF_CLAIMS: Mapping[str, Callable[[str], Any]] = {
    **{name: READERS[name] for name in ClaimFilter.__struct_fields__ if name in READERS},
    "report": _text,
    "incident": _text,
    "frame": _one_of("frame", get_args(Frame)),
}
PAGING = frozenset(("cursor", "limit", "sort", "format"))


def asked(given: Iterable[tuple[str, str]], also: frozenset[str] = PAGING) -> Asked:
    """What the fields of an address ask for; `also` are those that are no filters. Empty fields ask
    nothing."""
    found, values, problems = _read(given, READERS, also)
    return Asked(IncidentFilter(**found), values, problems)


def asked_of_claims(given: Iterable[tuple[str, str]]) -> ClaimFilter:
    """Which claims the fields of an address ask for.

    Raises:
        InputError: a field makes no sense; the first is told.
    """
    found, _, problems = _read(given, _OF_CLAIMS, PAGING)
    for problem in problems.values():
        raise InputError(problem.what, where=problem.field, hint=problem.hint)
    return ClaimFilter(**found)


def _read(
    given: Iterable[tuple[str, str]], readers: Mapping[str, Callable[[str], Any]], also: frozenset[str]
) -> tuple[dict[str, Any], dict[str, str], dict[str, Problem]]:
    values: dict[str, str] = {}
    found: dict[str, Any] = {}
    problems: dict[str, Problem] = {}

    def refuse(name: str, what: str, hint: str) -> None:
        problems[name] = Problem(name, what, hint)

    for name, raw in given:
        value = raw.replace("\0", " ").strip()
        if not value or name in also:
            continue
        if name not in readers:
            refuse(name[:40], f"there is no filter {name[:40]!r}", f"there are {', '.join(readers)}")
        elif name in values:
            refuse(name, f"{name} is given twice", "give it once")
        elif len(value) > _LONGEST:
            values[name] = value[:_LONGEST]
            refuse(name, f"this is longer than {_LONGEST} characters", "give fewer words")
        else:
            values[name] = value
            try:
                found[name] = readers[name](value)
            except _Bad as bad:
                refuse(name, *bad.args)
    if found.get("since") and found.get("until") and found["since"] > found["until"]:
        refuse("until", "this is before the first day", "give a later day, or take one of the two away")
    return found, values, problems


__all__ = ["DISPUTE_FIELDS", "PAGING", "READERS", "STATUSES", "Asked", "Problem", "asked", "asked_of_claims"]
