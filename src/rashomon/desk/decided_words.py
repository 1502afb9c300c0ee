"""Corrections in words: what somebody decided, and what stood there before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from rashomon.exports import phrases
from rashomon.model import Claim, Date, Figure, Party, Place, Voice
from rashomon.store.corrections import Correction
from rashomon.store.decided import Decided

_NOTHING = "nothing"
KINDS = {
    "field": "field of a claim",
    "same_actor": "one actor, two names",
    "merge": "merged",
    "split": "split off",
    "dismiss": "dismissed",
}
"""Kinds of corrections, in words for a list of choices."""


class Told(msgspec.Struct, frozen=True):
    """A correction for people: what was decided, about what, before and after; `links` are incidents."""

    what: str
    before: str | None
    after: str | None
    links: tuple[str, ...]


def told(decided: Decided) -> Told:
    """A correction in words."""
    one = decided.correction
    now = tuple(dict.fromkeys(each.incident for each in decided.about if each.incident))
    named = tuple(ref for ref in one.body.get("incidents", ()) if isinstance(ref, str))
    if one.kind == "field":
        field = str(one.body.get("field", ""))
        if "value" not in one.body:
            return Told(f"{field} of a claim that was deleted since", None, None, ())
        before = value_words(field, one.body["was"]) if "was" in one.body else None
        return Told(field, before, value_words(field, one.body["value"]), now)
    if one.kind == "same_actor":
        into = one.body.get("into") or {}
        name = " ".join(str(into[key]) for key in ("name", "code") if into.get(key))
        return Told("actor", str(one.body.get("from", "")), name, ())
    return Told(_incidents(one), None, None, now or named)


def _incidents(one: Correction) -> str:
    number = len(one.targets)
    claims = "1 claim" if number == 1 else f"{number:,} claims"
    if one.kind == "merge":
        return f"{len(one.body.get('incidents', ())) or 'several'} incidents are one ({claims})"
    if one.kind == "split":
        return f"{claims} split off as an incident"
    return f"an incident of {claims} is no happening"


def value_words(field: str, value: Any) -> str:
    """A value of a field in a line: "Kosovo Police XKX COP", "28 May 2019", "12 killed"."""
    if value is None or value == []:
        return _NOTHING
    try:
        return _WORDS[field](value)
    except (KeyError, TypeError, msgspec.ValidationError):
        return phrases.one_line(str(value))[:200]


def _parties(value: Any) -> str:
    some = msgspec.convert(value, tuple[Party, ...])
    return ", ".join(phrases.one_line(f"{each.name or each.text} {each.code or ''}") for each in some)


def _voice(value: Any) -> str:
    voice = msgspec.convert(value, Voice)
    name = phrases.voice_name(voice)
    return f"{name} ({voice.kind})" if voice.kind != "publisher" else name


def _place(value: Any) -> str:
    place = msgspec.convert(value, Place)
    point = "" if place.lat is None or place.lon is None else f" ({place.lat:.3f}, {place.lon:.3f})"
    return phrases.place_words(place) + point


def _line(value: Any) -> str:
    return phrases.one_line(", ".join(map(str, value)) if isinstance(value, list) else str(value))


_WORDS: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("type", "mode", "status", "frame", "contexts"), _line),
    "actors": _parties,
    "recipients": _parties,
    "voice": _voice,
    "place": _place,
    "date": lambda value: phrases.date_words(msgspec.convert(value, Date)),
    "figures": lambda value: "; ".join(
        phrases.figure_words(each) for each in msgspec.convert(value, tuple[Figure, ...])
    ),
}


def as_read(claim: Claim, read: Claim | None, fields: tuple[str, ...]) -> list[tuple[str, str]]:
    """What fields of a claim said before people corrected them."""
    if read is None:
        return []
    return [
        (name, value_words(name, msgspec.to_builtins(getattr(read, name))))
        for name in fields
        if getattr(read, name) != getattr(claim, name)
    ]


__all__ = ["KINDS", "Told", "as_read", "told", "value_words"]
