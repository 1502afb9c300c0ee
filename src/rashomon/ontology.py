"""PLOVER as tables: the event types, their modes, contexts and scores, and the crosswalk to CAMEO.

The tables lie in `knowledge/tables/plover_*.csv` and are read on first use. Scores are PLOVER's event scale,
from -10 (most conflictual) to 10 (most cooperative); quad classes are 1 verbal cooperation, 2 material
cooperation, 3 verbal conflict, 4 material conflict. `TYPES` and `CONTEXTS` hold the names in PLOVER's order,
`SECTORS` those of actors: first who holds or fights for power, then the parts of society.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import cache
from importlib import resources

import msgspec

from rashomon.errors import InputError, InstallationError

TYPES: tuple[str, ...]
CONTEXTS: tuple[str, ...]
SECTORS = (
    *("COP", "GOV", "JUD", "LEG", "MIL", "PRM", "PTY", "REB", "SPY", "UAF", "UNK"),
    *("AGR", "BUS", "CRM", "CVL", "EDU", "ELI", "JRN", "LAB", "MED", "OPP", "REF", "REL", "SOC"),
)


class Mode(msgspec.Struct, frozen=True):
    """How an event was done; `score` is the type's own where PLOVER gives the mode none."""

    name: str
    score: float
    gloss: str


class EventType(msgspec.Struct, frozen=True):
    """One of PLOVER's sixteen roots."""

    name: str
    quad: int
    quad_name: str
    score: float
    recipient_required: bool
    gloss: str
    modes: tuple[Mode, ...]


def event_type(name: str) -> EventType:
    """The entry of a type, by its name in capitals.

    Raises:
        InputError: PLOVER has no such type.
    """
    try:
        return _types()[name]
    except KeyError:
        raise InputError(f"PLOVER has no event type {name!r}", hint=f"one of {', '.join(_types())}") from None


def is_mode(type_name: str, mode: str | None) -> bool:
    """Whether a type has this mode; no mode at all (None) is right for every type."""
    return mode is None or any(entry.name == mode for entry in event_type(type_name).modes)


def score_of(type_name: str, mode: str | None = None) -> float:
    """The score of a claim: its mode's where PLOVER gives one, else its type's.

    Raises:
        InputError: PLOVER has no such type, or the type no such mode.
    """
    entry = event_type(type_name)
    if mode is None:
        return entry.score
    for candidate in entry.modes:
        if candidate.name == mode:
            return candidate.score
    known = ", ".join(candidate.name for candidate in entry.modes) or "it has none"
    raise InputError(f"{type_name} has no mode {mode!r}", hint=f"its modes: {known}")


def cameo(type_name: str, mode: str | None = None) -> str | None:
    """The nearest CAMEO code ("173"); the type's general one for an unknown mode; None for no type."""
    codes = _cameo()
    return codes.get((type_name, mode), codes.get((type_name, None)))


def cameo_name(code: str | None) -> str | None:
    """What a CAMEO code means ("make a visit"), for the codes that `cameo` gives; None for any other."""
    return _cameo_names().get(code or "")


def context_gloss(context: str) -> str:
    """What a context covers, in a few words.

    Raises:
        InputError: PLOVER has no such context.
    """
    try:
        return _contexts()[context]
    except KeyError:
        known = ", ".join(_contexts())
        raise InputError(f"PLOVER has no context {context!r}", hint=f"one of {known}") from None


def __getattr__(name: str) -> tuple[str, ...]:  # the two lists are read from their tables on first use
    if name == "TYPES":
        return tuple(_types())
    if name == "CONTEXTS":
        return tuple(_contexts())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _types() -> dict[str, EventType]:
    quads = {row["quad"]: row["name"] for row in _rows("plover_quads.csv")}
    modes: dict[str, list[dict[str, str]]] = {}
    for row in _rows("plover_modes.csv"):
        modes.setdefault(row["type"], []).append(row)
    types = {}
    for row in _rows("plover_types.csv"):
        name, score = row["type"], float(row["score"])
        types[name] = EventType(
            name=name,
            quad=int(row["quad"]),
            quad_name=quads[row["quad"]],
            score=score,
            recipient_required=row["recipient_required"] == "yes",
            gloss=row["gloss"],
            modes=tuple(
                Mode(mode["mode"], float(mode["score"]) if mode["score"] else score, mode["gloss"])
                for mode in modes.get(name, ())
            ),
        )
    return types


@cache
def _contexts() -> dict[str, str]:
    return {row["context"]: row["gloss"] for row in _rows("plover_contexts.csv")}


@cache
def _cameo() -> dict[tuple[str, str | None], str]:
    return {(row["type"], row["mode"] or None): row["cameo"] for row in _rows("plover_cameo.csv")}


@cache
def _cameo_names() -> dict[str, str]:
    return {row["cameo"]: row["cameo_name"] for row in _rows("plover_cameo.csv")}


def _rows(table: str) -> Iterator[dict[str, str]]:
    source = resources.files("rashomon.knowledge") / "tables" / table
    try:
        text = source.read_text(encoding="utf-8")
    except OSError as error:
        raise InstallationError(
            f"the table {table} is missing", hint="reinstall: pip install --force-reinstall rashomon"
        ) from error
    return iter(csv.DictReader(io.StringIO(text)))


__all__ = [
    "CONTEXTS",
    "TYPES",
    "EventType",
    "Mode",
    "cameo",
    "cameo_name",
    "context_gloss",
    "event_type",
    "is_mode",
    "score_of",
]
