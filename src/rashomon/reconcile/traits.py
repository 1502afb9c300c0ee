"""What of a claim tells one happening from another, in a form that is quick to compare.

A claim is put into `Traits` once; pairs of them are compared many times. Odd input never raises: a date that
is no date, a place without a name, a party without a code are simply unknown.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from functools import lru_cache

import msgspec

from rashomon.knowledge.names import fold
from rashomon.model import Claim, Date, Party, Place
from rashomon.reconcile.tables import empty_words

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ANOTHER = re.compile(
    r"\b(?:another|second|third|fourth|separate|different|further)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE
)
_MAX_WORDS = 80
_LONGEST_WORD = 100
_MAX_PARTIES = 8
_ENDINGS = ("ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "ers", "er", "ies", "ied",
            "es", "ed", "s", "e", "y")  # fmt: skip


class Who(msgspec.Struct, frozen=True):
    """One party: words of its name (stems), country and sector."""

    words: frozenset[str]
    country: str | None
    sector: str | None


class Where(msgspec.Struct, frozen=True):
    """A place: words of its name, the gazetteer's number, its containers, and coordinates."""

    words: frozenset[str]
    geonameid: int | None
    country: str | None
    admin1: str | None
    lat: float | None
    lon: float | None
    level: int  # 0 unknown, 1 country, 2 admin1, 3 admin2, 4 town, 5 point


class Head(msgspec.Struct, frozen=True):
    """What a claim is, without what it is about; there are few of them."""

    type: str
    mode: str | None
    status: str
    background: bool


class Traits(msgspec.Struct, frozen=True):
    """One claim as it is compared. `days` is (first, last) as ordinals; `words` are stems of the quote,
    `names` those of them that are written as names or are numbers, `plain` the others."""

    id: str
    report: str
    start: int
    end: int
    at: int
    head: Head
    days: tuple[int, int] | None
    where: Where | None
    actors: tuple[Who, ...]
    recipients: tuple[Who, ...]
    voice: frozenset[str]
    voice_code: str | None
    figures: tuple[tuple[str, int | None, int | None, str], ...]
    words: frozenset[str]
    names: frozenset[str]
    plain: frozenset[str]
    trigger: frozenset[str]
    another: bool  # told as one more: "another bomb", "in a separate raid"
    copy_key: bytes

    @property
    def type(self) -> str:
        """The PLOVER type of the claim."""
        return self.head.type


def traits_of(claim: Claim) -> Traits:
    """The traits of a claim."""
    words, names = _quote_words(claim.quote.text)
    voice = claim.voice
    return Traits(
        id=claim.id,
        report=claim.report,
        start=claim.quote.start,
        end=claim.quote.end,
        at=claim.trigger.start,
        head=Head(claim.type, claim.mode, claim.status, claim.frame == "background"),
        days=days_of(claim.date),
        where=_where(claim.place),
        actors=tuple(map(_who, claim.actors[:_MAX_PARTIES])),
        recipients=tuple(map(_who, claim.recipients[:_MAX_PARTIES])),
        voice=frozenset() if voice.kind == "publisher" else stems(f"{voice.name or ''} {voice.text or ''}"),
        voice_code=voice.code,
        figures=tuple((f.kind, f.low, f.high, fold(f.whom or "")) for f in claim.figures),
        words=words,
        names=names,
        plain=words - names,
        trigger=stems(claim.trigger.text),
        another=_is_another(claim),
        copy_key=_copy_key(claim),
    )


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A folded word without its commonest endings: "soldiers", "soldier" -> "soldi"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=65536)
def stems(text: str) -> frozenset[str]:
    """The stems of the words of a name or phrase that carry meaning."""
    return frozenset(stem(word) for word in fold(text[:400]).split() if word not in empty_words())


def _quote_words(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Stems of the quote's words, and of those among them that are written as names or are numbers."""
    words: set[str] = set()
    names: set[str] = set()
    capitals = not text.isupper()
    for count, match in enumerate(_WORD.finditer(text)):
        if count >= _MAX_WORDS:
            break
        word = match.group()
        key = _key(word[:_LONGEST_WORD])
        if not key:
            continue
        words.add(key)
        if (capitals and count and word[0].isupper()) or (word.isdigit() and len(word) > 1):
            names.add(key)
    return frozenset(words), frozenset(names)


@lru_cache(maxsize=65536)
def _key(word: str) -> str:
    """The stem of a word as it is written, "" for one that carries no meaning."""
    folded = fold(word.removesuffix("'s").removesuffix("’s"))
    return "" if folded in empty_words() else stem(folded)


def _is_another(claim: Claim) -> bool:
    """Whether the word of the event is told as one more: "another bomb", "a second, larger raid"."""
    before = max(claim.trigger.start - claim.quote.start, 0)
    return _ANOTHER.search(claim.quote.text[max(before - 40, 0) : before].replace(",", " ")) is not None


def _who(party: Party) -> Who:
    country, sector = party.country, party.sector
    if party.code and not country:
        country, _, sector = party.code.partition(" ")
    return Who(stems(party.name), country or None, sector or None)


_LEVELS = {"country": 1, "admin1": 2, "admin2": 3, "town": 4, "point": 5}


def _where(place: Place | None) -> Where | None:
    if place is None:
        return None
    level = _LEVELS.get(place.precision or "", 0)
    named = place.text is not None or level > 1
    words = stems(f"{place.name} {place.text or ''}") if named else frozenset[str]()
    if not words and place.country is None:
        return None
    return Where(
        words,
        place.geonameid if named else None,
        place.country,
        place.admin1,
        place.lat if named else None,
        place.lon if named else None,
        level if named else 1,
    )


def days_of(date: Date | None) -> tuple[int, int] | None:
    """First and last day as ordinals, in order; None where there is no date that can be read."""
    if date is None:
        return None
    first, last = _ordinal(date.first), _ordinal(date.last)
    if first is None or last is None:
        return None
    return (first, last) if first <= last else (last, first)


@lru_cache(maxsize=16384)
def _ordinal(day: str) -> int | None:
    try:
        return datetime.date.fromisoformat(str(day)[:10]).toordinal()
    except ValueError:
        return None


def _copy_key(claim: Claim) -> bytes:
    """The same for a claim and its copy in a republished text: what it says, without where it stands."""
    parts = (
        fold(claim.quote.text), fold(claim.trigger.text), claim.type, claim.mode, claim.status, claim.frame,
        claim.voice.kind, fold(claim.voice.name or ""),
        tuple((fold(p.name), p.code) for p in claim.actors),
        tuple((fold(p.name), p.code) for p in claim.recipients),
        tuple((f.kind, f.low, f.high) for f in claim.figures),
    )  # fmt: skip
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=12).digest()


__all__ = ["Head", "Traits", "Where", "Who", "stem", "stems", "traits_of"]
