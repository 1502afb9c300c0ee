"""The form that puts a claim right: its fields as inputs, and inputs as fields, with a message for each that
makes no sense.

A field whose inputs come back as they were shown is not corrected, whatever stands in it; so an odd value
that a reader made elsewhere is left alone unless somebody changes it.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from rashomon import ontology
from rashomon.desk.filters import STATUSES, Problem
from rashomon.errors import InputError
from rashomon.exports.phrases import one_line
from rashomon.knowledge import countries
from rashomon.model import (
    Claim,
    Date,
    DatePrecision,
    Figure,
    Frame,
    Party,
    Place,
    Voice,
    VoiceKind,
    publisher_voice,
)
from rashomon.reconcile.facts import FIGURES

SPARE = 2
"""Empty rows below the actors, recipients and figures that there are."""
_ROWS = 40
_LONGEST = 300
FRAMES: tuple[str, ...] = get_args(Frame)
VOICE_KINDS: tuple[str, ...] = get_args(VoiceKind)
PRECISIONS: tuple[str, ...] = get_args(DatePrecision)
INPUTS: Mapping[str, tuple[str, ...]] = {
    "type": ("type",),
    "mode": ("mode",),
    "status": ("status",),
    "frame": ("frame",),
    "date": ("date-first", "date-last", "date-precision"),
    "place": ("place-name", "place-country", "place-lat", "place-lon"),
    "voice": ("voice-kind", "voice-name", "voice-code"),
}
"""The inputs of each field that has a fixed number of them."""
PARTIES = {"actors": "actor", "recipients": "recipient"}
ROW = {"actor": ("name", "code"), "recipient": ("name", "code"), "figure": ("kind", "low", "high", "whom")}


class Read(msgspec.Struct, frozen=True):
    """What a form says: the fields that are to be others, and what makes no sense, by input."""

    values: dict[str, Any]
    problems: dict[str, Problem]


class _Bad(Exception):
    """An input that cannot be understood: its name, what, hint."""


def shown(claim: Claim) -> dict[str, str]:
    """The inputs of a claim as it is, each as one line of harmless text."""
    found: dict[str, Any] = {
        "type": claim.type,
        "mode": claim.mode,
        "status": claim.status,
        "frame": claim.frame,
        "voice-kind": claim.voice.kind,
        "voice-name": claim.voice.name or claim.voice.text,
        "voice-code": claim.voice.code,
    }
    if claim.date is not None:
        one = claim.date
        found |= {"date-first": one.first, "date-last": one.last, "date-precision": one.precision}
    if claim.place is not None:
        place = claim.place
        found |= {"place-name": place.name, "place-country": place.country}
        found |= {"place-lat": _degrees(place.lat), "place-lon": _degrees(place.lon)}
    for field, key in PARTIES.items():
        for at, party in enumerate(getattr(claim, field)):
            found |= {f"{key}-{at}-name": party.name or party.text, f"{key}-{at}-code": party.code}
    for at, figure in enumerate(claim.figures):
        row = {"kind": figure.kind, "low": figure.low, "high": figure.high, "whom": figure.whom}
        found |= {f"figure-{at}-{name}": value for name, value in row.items()}
    return {name: one_line(str(value)) for name, value in found.items() if value not in (None, "")}


def _degrees(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def rows(values: Mapping[str, str], key: str) -> list[dict[str, str]]:
    """The rows of a repeated input, and empty ones below them."""
    some = range(_count(values, key) + SPARE)
    return [{name: values.get(f"{key}-{at}-{name}", "") for name in ROW[key]} for at in some]


def _count(values: Mapping[str, str], key: str) -> int:
    return 1 + max(
        (at for at in range(_ROWS) for name in ROW[key] if values.get(f"{key}-{at}-{name}")), default=-1
    )


def read(claim: Claim, given: Mapping[str, str]) -> Read:
    """What inputs say about a claim. Inputs that are missing altogether leave their field alone."""
    was = shown(claim)
    values = {name: one_line(value)[:_LONGEST] for name, value in given.items()}
    problems: dict[str, Problem] = {}
    found: dict[str, Any] = {}

    def take(field: str, inputs: tuple[str, ...], make: Any) -> None:
        if all(values.get(name, was.get(name, "")) == was.get(name, "") for name in inputs):
            return
        try:
            after = make()
        except _Bad as bad:
            name, what, hint = bad.args
            problems[name] = Problem(name, what, hint)
            return
        if after != getattr(claim, field):
            found[field] = after

    def told(name: str) -> str:
        return values.get(name, was.get(name, ""))

    take("type", INPUTS["type"], lambda: _one_of("type", told("type"), ontology.TYPES))
    kind = found.get("type", claim.type)
    take("mode", INPUTS["mode"], lambda: _mode(told("mode"), kind))
    take("status", INPUTS["status"], lambda: _one_of("status", told("status"), STATUSES))
    take("frame", INPUTS["frame"], lambda: _one_of("frame", told("frame"), FRAMES))
    for field, key in PARTIES.items():
        inputs = tuple(f"{key}-{at}-{name}" for at in range(_ROWS) for name in ROW[key])
        take(field, inputs, lambda field=field, key=key: _parties(claim, field, key, told, was))
    take("voice", INPUTS["voice"], lambda: _voice(claim, told, was))
    take("date", INPUTS["date"], lambda: _date(claim.date, told))
    take("place", INPUTS["place"], lambda: _place(claim.place, told, was))
    figures = tuple(f"figure-{at}-{name}" for at in range(_ROWS) for name in ROW["figure"])
    take("figures", figures, lambda: _figures(claim, told, was))
    same_mode = "mode" not in found and "mode" not in problems and claim.mode is not None
    if "type" in found and same_mode and claim.mode not in _modes(kind):
        found["mode"] = None  # it goes with the type; said, so that it stands in the record
    return Read(found, problems)


def modes() -> list[tuple[str, tuple[str, ...]]]:
    """Types that have modes, with their modes."""
    return [(kind, some) for kind in ontology.TYPES if (some := _modes(kind))]


def _modes(kind: str) -> tuple[str, ...]:
    return tuple(mode.name for mode in ontology.event_type(kind).modes) if kind in ontology.TYPES else ()


def _one_of(name: str, value: str, options: tuple[str, ...]) -> str:
    if value not in options:
        raise _Bad(name, f"{value[:40]!r} is no {name}", f"one of {', '.join(options)}")
    return value


def _mode(value: str, kind: str) -> str | None:
    if not value:
        return None
    if value not in _modes(kind):
        hint = f"it has {', '.join(_modes(kind))}" if _modes(kind) else "it has no modes: choose none"
        raise _Bad("mode", f"{kind.lower()} has no mode {value[:40]!r}", hint)
    return value


def _code(name: str, value: str) -> tuple[str | None, str | None, str | None]:
    """A code as it is written, its country and its sector; `name` is the input, for messages."""
    from rashomon.knowledge.actors import ABOVE_STATES

    if not value:
        return None, None, None
    parts = value.upper().split()
    if countries.country(parts[0]) is None and parts[0] not in ABOVE_STATES:
        hint = f"a country (ISO 3166, as XKX) or one of {', '.join(sorted(ABOVE_STATES))}, then a sector"
        raise _Bad(name, f"{parts[0][:20]!r} is no country", hint)
    if len(parts) > 2 or (len(parts) == 2 and parts[1] not in ontology.SECTORS):
        raise _Bad(
            name, f"{' '.join(parts[1:])[:20]!r} is no sector", f"one of {', '.join(ontology.SECTORS)}"
        )
    return " ".join(parts), parts[0], parts[1] if len(parts) == 2 else None


def checked_code(name: str, value: str) -> str | None:
    """A code as it is written; None where there is none.

    Raises:
        InputError: it is no code; `name` is the input.
    """
    try:
        return _code(name, one_line(value))[0]
    except _Bad as bad:
        where, what, hint = bad.args
        raise InputError(what, where=where, hint=hint) from None


def _parties(claim: Claim, field: str, key: str, told: Any, was: Mapping[str, str]) -> tuple[Party, ...]:
    known: tuple[Party, ...] = getattr(claim, field)
    made = []
    for at in range(_ROWS):
        name, code = told(f"{key}-{at}-name"), told(f"{key}-{at}-code")
        before = known[at] if at < len(known) else None
        if not name:
            if code:
                hint = "give the name too, or take the code away"
                raise _Bad(f"{key}-{at}-name", "a code without a name", hint)
            continue
        same_name = name == was.get(f"{key}-{at}-name")
        if before is not None and same_name and code == was.get(f"{key}-{at}-code", ""):
            made.append(before)
            continue
        if before is not None and code == was.get(f"{key}-{at}-code", ""):
            whole, country, sector = before.code, before.country, before.sector
        else:
            whole, country, sector = _code(f"{key}-{at}-code", code)
        new: dict[str, Any] = {"code": whole, "country": country, "sector": sector}
        if before is None:
            text, start, end = _words(claim, name)
            how: Any = "name" if text else "implied"
            made.append(Party(text, start, end, name, **new, resolved_from=how))
        elif same_name:
            made.append(msgspec.structs.replace(before, **new))
        else:  # the same words, but they stand for another
            made.append(msgspec.structs.replace(before, name=name, wikidata=None, part_of=(), **new))
    return tuple(made)


def _words(claim: Claim, name: str) -> tuple[str, int, int]:
    """Where the claim's own words have a name; no words, at their beginning, where they have not."""
    at = claim.quote.text.find(name)
    start = claim.quote.start + max(at, 0)
    return (name, start, start + len(name)) if at >= 0 else ("", start, start)


def _voice(claim: Claim, told: Any, was: Mapping[str, str]) -> Voice:
    kind: Any = _one_of("voice-kind", told("voice-kind"), VOICE_KINDS)
    known = claim.voice
    if kind == "publisher":
        return publisher_voice()
    name = told("voice-name")
    if not name:
        hint = "a name; for somebody unnamed, words such as 'an official'"
        raise _Bad("voice-name", "who says so?", hint)
    code = known.code if told("voice-code") == was.get("voice-code", "") else None
    if code is None:
        code, _, _ = _code("voice-code", told("voice-code"))
    if known.kind == "publisher":
        text, start, end = _words(claim, name)
        where: dict[str, Any] = {"text": text, "start": start, "end": end} if text else {}
        return Voice(kind, **where, name=name, code=code, manner="indirect")
    kept = known.name if name == was.get("voice-name") else name
    return msgspec.structs.replace(known, kind=kind, name=kept, code=code)


def _date(known: Date | None, told: Any) -> Date | None:
    first, last, precision = told("date-first"), told("date-last"), told("date-precision")
    if not first and not last:
        return None
    days = {}
    for name, value in (("date-first", first or last), ("date-last", last or first)):
        try:
            days[name] = datetime.date.fromisoformat(value).isoformat()
        except ValueError:
            raise _Bad(name, f"{value[:40]!r} is no day", "write it as 2019-05-28") from None
    first, last = days["date-first"], days["date-last"]
    if first > last:
        raise _Bad("date-last", "this is before the first day", "give a later day, or the same one")
    if not precision or (precision == "day" and first != last):
        precision = "day" if first == last else "range"
    finely: Any = _one_of("date-precision", precision, PRECISIONS)
    if known is None:
        return Date(first, last, finely)
    return msgspec.structs.replace(known, first=first, last=last, precision=finely)


def _place(known: Place | None, told: Any, was: Mapping[str, str]) -> Place | None:
    name, country = told("place-name"), told("place-country")
    if not name and not country and not told("place-lat") and not told("place-lon"):
        return None
    code = known.country if known else None
    if country != was.get("place-country", ""):
        code = None
    if country and code is None:
        code = country.upper() if countries.country(country.upper()) else countries.code_of(country)
        if code is None:
            hint = "a name such as Kosovo, or three letters (ISO 3166) such as XKX"
            raise _Bad("place-country", f"{country[:40]!r} is no country", hint)
    text, start, end = (known.text, known.start, known.end) if known else (None, None, None)
    lat = _coordinate("place-lat", told("place-lat"), 90)
    lon = _coordinate("place-lon", told("place-lon"), 180)
    if (lat is None) != (lon is None):
        gone = "place-lat" if lat is None else "place-lon"
        raise _Bad(gone, "a point has a latitude and a longitude", "give both, or neither")
    if not name and lat is not None:
        raise _Bad("place-name", "which place?", "give its name, or take its coordinates away too")
    moved = any(told(each) != was.get(each, "") for each in ("place-lat", "place-lon"))
    if moved and lat is not None:
        return Place(text, start, end, name, country=code, lat=lat, lon=lon, precision="point")
    found = gazetteer(name, code)
    if found is None:
        if not name:
            raise _Bad("place-name", "which place?", "give its name, or take the country away too")
        return Place(text, start, end, name, country=code)
    return msgspec.structs.replace(found, text=text, start=start, end=end)


def _coordinate(name: str, value: str, most: int) -> float | None:
    if not value:
        return None
    try:
        degrees = float(value.replace(",", "."))
    except ValueError:
        degrees = math.nan
    if not -most <= degrees <= most:
        raise _Bad(name, f"{value[:20]!r} is no such coordinate", f"degrees from -{most} to {most}, as 42.57")
    return degrees


def gazetteer(name: str, country: str | None) -> Place | None:
    """The most populous place of a name in a country, or anywhere; the country itself where no name is given;
    None where the gazetteer has none."""
    from rashomon.knowledge.place_table import PlaceTable
    from rashomon.knowledge.places import candidates

    table = PlaceTable.load()
    if not name:
        row = table.row_of_country(country) if country else None
        found = [table.candidate(row)] if row is not None else []
    else:
        found = [one for one in candidates(name, table) if country is None or one.country == country]
        found.sort(key=lambda one: one.match != "name")  # its own name before others that it had; stable
    if not found:
        return None
    one = found[0]

    def unit(row: int) -> str | None:
        return table.name(row) or None if row >= 0 else None

    return Place(
        None, None, None, one.name, one.geonameid, one.country, unit(one.admin1_row), unit(one.admin2_row),
        one.lat, one.lon, one.precision,
    )  # fmt: skip


def _figures(claim: Claim, told: Any, was: Mapping[str, str]) -> tuple[Figure, ...]:
    made = []
    for at in range(_ROWS):
        names = {name: f"figure-{at}-{name}" for name in ROW["figure"]}
        row = {name: told(ref) for name, ref in names.items()}
        before = claim.figures[at] if at < len(claim.figures) else None
        if before is not None and all(value == was.get(names[name], "") for name, value in row.items()):
            made.append(before)
            continue
        if not any((row["low"], row["high"])):
            if row["kind"] and row["whom"]:
                raise _Bad(names["low"], "how many?", "a number in one of the two, or take the row away")
            continue
        if not row["kind"]:
            raise _Bad(names["kind"], "of what kind?", "choose one, as killed")
        if row["kind"] not in FIGURES and row["kind"] != was.get(names["kind"]):
            raise _Bad(names["kind"], f"{row['kind'][:40]!r} is no kind", f"one of {', '.join(FIGURES)}")
        low, high = (_number(names[bound], row[bound]) for bound in ("low", "high"))
        if low is not None and high is not None and low > high:
            raise _Bad(names["high"], "this is less than the least", "give a larger number")
        kind = before.kind if before is not None and row["kind"] == was.get(names["kind"]) else row["kind"]
        start, end = (before.start, before.end) if before else (claim.quote.start, claim.quote.start)
        made.append(Figure(kind, low, high, row["whom"] or None, start, end))
    return tuple(made)


def _number(name: str, value: str) -> int | None:
    digits = value.replace(",", "").replace(" ", "")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise _Bad(name, f"{value[:20]!r} is no number", "digits only, as 1200; nothing where it is open")
    return int(digits)


__all__ = [
    "FRAMES",
    "PRECISIONS",
    "VOICE_KINDS",
    "Read",
    "checked_code",
    "gazetteer",
    "modes",
    "read",
    "rows",
    "shown",
]
