"""The words of Rashomon as frozen values: report, claim, voice, and the pieces that they are made of.

Everyone imports this module; it imports nobody. The structs encode to JSON exactly as `docs/output.md` says
(`msgspec.json.encode(claim)`). All offsets are character offsets into `Report.text` as it was given, half
open: `report.text[start:end] == text`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import msgspec

Status = Literal["happened", "ongoing", "planned", "conditional", "requested", "possible", "denied"]
Frame = Literal["current", "background"]
VoiceKind = Literal["publisher", "named", "anonymous"]
Manner = Literal["direct", "indirect", "own"]
ResolvedFrom = Literal["name", "pronoun", "description", "implied"]
DatePrecision = Literal["day", "week", "month", "season", "year", "range"]
PlacePrecision = Literal["point", "town", "admin2", "admin1", "country"]


class Span(msgspec.Struct, frozen=True):
    """A piece of a report's text: `text` is `report.text[start:end]`."""

    text: str
    start: int
    end: int


class Party(msgspec.Struct, frozen=True):
    """An actor or a recipient: the words that name it, and the entity that they stand for.

    `code` is a country (ISO 3166 alpha-3, or IGO UNO EUR NGO ISM IMG MNC) and a PLOVER sector, as "XKX COP".
    `resolved_from` says how the event's own words led to the name: they are the name, a pronoun or a
    description
    for it, or nothing in the sentence names it (`implied`).
    """

    text: str
    start: int
    end: int
    name: str
    code: str | None = None
    country: str | None = None
    sector: str | None = None
    wikidata: str | None = None
    part_of: tuple[str, ...] = ()
    resolved_from: ResolvedFrom = "name"


class Speaker(msgspec.Struct, frozen=True):
    """One link of a chain of attribution: in "police said witnesses saw", the police."""

    text: str
    start: int
    end: int
    name: str
    code: str | None = None


class Voice(msgspec.Struct, frozen=True):
    """Who vouches for a claim. For the publisher's own voice all but `kind`, `manner` and perhaps `cue` is
    None.

    `chain` names those through whom the account came to the report, nearest to the claim first.
    """

    kind: VoiceKind
    text: str | None = None
    start: int | None = None
    end: int | None = None
    name: str | None = None
    code: str | None = None
    cue: Span | None = None
    manner: Manner = "own"
    chain: tuple[Speaker, ...] = ()


class Date(msgspec.Struct, frozen=True):
    """When: first and last day (ISO, both included), how finely it was told, and the words, if words told
    it."""

    first: str
    last: str
    precision: DatePrecision
    text: str | None = None
    start: int | None = None
    end: int | None = None


class Place(msgspec.Struct, frozen=True):
    """Where: the words, and the gazetteer's entry for them (null where it has none).

    `text`, `start` and `end` are None where the report names no place for the event and only its country is
    plain.
    """

    text: str | None
    start: int | None
    end: int | None
    name: str
    geonameid: int | None = None
    country: str | None = None
    admin1: str | None = None
    admin2: str | None = None
    lat: float | None = None
    lon: float | None = None
    precision: PlacePrecision | None = None


class Figure(msgspec.Struct, frozen=True):
    """How many: bounds (None is open), of what kind (killed, injured, arrested ...) and of whom."""

    kind: str
    low: int | None
    high: int | None
    whom: str | None
    start: int
    end: int


class Claim(msgspec.Struct, frozen=True):
    """One statement in one report that an event happened, or is planned, threatened, asked for, denied."""

    id: str
    report: str
    type: str
    mode: str | None
    contexts: tuple[str, ...]
    quad: int
    score: float
    cameo: str | None
    quote: Span
    trigger: Span
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    voice: Voice
    status: Status
    frame: Frame
    date: Date | None
    place: Place | None
    figures: tuple[Figure, ...]
    confidence: float


class Dateline(msgspec.Struct, frozen=True):
    """Where, and sometimes when, a report was filed, from the line that opens it."""

    place: Place | None = None
    date: str | None = None


class Report(msgspec.Struct, frozen=True):
    """One article, as published.

    Only `text` is needed. `published` is an ISO date or date-time; without it relative dates stay open. `id`
    is made from the content where it is not given. `language` is an ISO 639-1 code, None where nobody looked.
    """

    text: str
    published: str | None = None
    publisher: str | None = None
    title: str | None = None
    url: str | None = None
    id: str = ""
    story: str | None = None
    language: str | None = None
    dateline: Dateline | None = None

    def __post_init__(self) -> None:
        if not self.id:
            msgspec.structs.force_setattr(self, "id", f"r-{self.sha256[:16]}")

    @property
    def sha256(self) -> str:
        """Hash of title, publisher, date and text: two reports with the same hash are the same report."""
        parts = (self.title or "", self.publisher or "", self.published or "", self.text)
        return _hash_of(*map(str, parts))


@lru_cache(maxsize=4)
def _hash_of(*parts: str) -> str:
    """Kept for a moment: the hash of the report at hand is asked for several times."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class Reading(msgspec.Struct, frozen=True):
    """What one report claims: the report as it was read (dateline and language filled in), its claims in the
    order of the text, and notes on what the reader could not do ("no publication date: relative dates stay
    open")."""

    report: Report
    claims: tuple[Claim, ...]
    notes: tuple[str, ...] = ()


def span_of(text: str, start: int, end: int) -> Span:
    """The piece of `text` between two offsets."""
    return Span(text[start:end], start, end)


def publisher_voice(cue: Span | None = None) -> Voice:
    """The outlet's own voice."""
    return Voice(kind="publisher", cue=cue, manner="own")


def claim_id(report_id: str, type_: str, trigger: Span, ordinal: int = 0) -> str:
    """A stable identifier: the same report read twice gives the same claim the same name."""
    key = f"{report_id}\0{type_}\0{trigger.start}\0{trigger.end}\0{ordinal}"
    return "c-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


__all__: Sequence[str] = [
    "Claim",
    "Date",
    "DatePrecision",
    "Dateline",
    "Figure",
    "Frame",
    "Manner",
    "Party",
    "Place",
    "PlacePrecision",
    "Reading",
    "Report",
    "ResolvedFrom",
    "Span",
    "Speaker",
    "Status",
    "Voice",
    "VoiceKind",
    "claim_id",
    "publisher_voice",
    "span_of",
]
