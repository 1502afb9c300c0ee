"""One entity of a Wikidata dump: what the tables of actors need of it.

The properties: P31 what it is, P279 what kind of class, P17 country, P1001 jurisdiction, P27 citizenship, P39
office held (with P580 from, P582 to), P570 death, P298 ISO code of a country, P361 and P749 the whole that it
is part of, P127 owner. Deprecated statements and, for countries, ended ones are passed over.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

_HUMAN = 5
# Only lines with one of these are decoded: nine in ten entities are of no use.
_MARKS = (b'"P17"', b'"P39"', b'"P279"', b'"P1001"', b'"P298"')
_TIME = re.compile(r"\+(\d{4})-(\d\d)-(\d\d)T")
_DAY, _MONTH, _YEAR = 11, 10, 9


class Item(msgspec.Struct, array_like=True):
    """What is kept of an entity. Entities are named by the number of their Q."""

    qid: int
    label: str = ""
    aliases: list[str] = []
    sitelinks: int = 0
    notable: bool = False  # a body that may stand in the tables by itself
    iso3: str = ""
    kinds: list[int] = []
    kinds_of: list[int] = []
    countries: list[int] = []
    jurisdictions: list[int] = []
    citizenships: list[int] = []
    terms: list[tuple[int, str, str]] = []
    death: str = ""
    wholes: list[int] = []
    owners: list[int] = []


class _Text(msgspec.Struct):
    value: str


class _Texts(msgspec.Struct, rename={"gb": "en-gb", "ca": "en-ca"}):
    en: _Text | None = None
    mul: _Text | None = None
    gb: _Text | None = None
    ca: _Text | None = None


class _Aliases(msgspec.Struct):
    en: list[_Text] = []
    mul: list[_Text] = []


class _Value(msgspec.Struct):
    value: Any = None


class _Snak(msgspec.Struct):
    snaktype: str
    datavalue: _Value | None = None


class _Qualifiers(msgspec.Struct, rename=str.upper):
    p580: list[_Snak] = []
    p582: list[_Snak] = []


class _Claim(msgspec.Struct):
    mainsnak: _Snak
    rank: str = "normal"
    qualifiers: _Qualifiers | list[Any] = msgspec.field(default_factory=_Qualifiers)


class _Claims(msgspec.Struct, rename=str.upper):
    p17: list[_Claim] = []
    p27: list[_Claim] = []
    p31: list[_Claim] = []
    p39: list[_Claim] = []
    p127: list[_Claim] = []
    p279: list[_Claim] = []
    p298: list[_Claim] = []
    p361: list[_Claim] = []
    p570: list[_Claim] = []
    p625: list[_Claim] = []
    p749: list[_Claim] = []
    p1001: list[_Claim] = []


class _Entity(msgspec.Struct):
    """As the dump has it; what is empty is written as a list there, whatever it should be."""

    id: str
    labels: _Texts | list[Any] = msgspec.field(default_factory=_Texts)
    aliases: _Aliases | list[Any] = msgspec.field(default_factory=_Aliases)
    claims: _Claims | list[Any] = msgspec.field(default_factory=_Claims)
    sitelinks: dict[str, msgspec.Raw] | list[Any] = {}


_DECODER = msgspec.json.Decoder(_Entity)


def take(line: bytes, classes: frozenset[int], sitelinks: int) -> Item | None:
    """What is kept of a line of the dump; None where that is nothing.

    Args:
        line: an entity as JSON, with or without the comma that parts it from the next.
        classes: an entity of these is kept whatever else it is.
        sitelinks: persons and bodies need pages in so many wikis.

    Raises ValueError where the line is no entity.
    """
    text = line.strip().rstrip(b",")
    if text in (b"", b"[", b"]"):
        return None
    if not (text.startswith(b"{") and text.endswith(b"}")):
        raise ValueError("no JSON object")
    if not any(mark in text for mark in _MARKS):
        return None
    try:
        entity = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    claims = entity.claims
    if not entity.id.startswith("Q") or not entity.id[1:].isdigit() or isinstance(claims, list):
        return None
    return _item(entity, claims, classes, sitelinks)


def _item(entity: _Entity, claims: _Claims, classes: frozenset[int], sitelinks: int) -> Item | None:
    item = Item(int(entity.id[1:]), kinds=_entities(claims.p31), kinds_of=_entities(claims.p279))
    item.sitelinks = len(entity.sitelinks)
    known, human = item.sitelinks >= sitelinks, _HUMAN in item.kinds
    if human:
        item.terms = _terms(claims.p39) if known else []
        item.citizenships, item.death = _entities(claims.p27), _death(claims.p570)
    item.iso3 = next((v for v in _values(claims.p298) if isinstance(v, str)), "")
    item.jurisdictions = _entities(claims.p1001)
    # What lies at a point of the map is a place or a building, unless its class says otherwise.
    body = bool(claims.p17 and not claims.p625) or not classes.isdisjoint(item.kinds)
    item.notable = known and not human and body
    if not (item.terms or item.iso3 or item.jurisdictions or item.kinds_of or item.notable):
        return None
    if item.terms or item.jurisdictions or item.notable or (item.kinds_of and claims.p17):
        item.label, item.aliases = _label(entity), _aliases(entity) if item.notable else []
        item.countries = _entities(claims.p17, current=True)
        item.wholes = _entities([*claims.p361, *claims.p749], current=True)
        item.owners = _entities(claims.p127, current=True)
    return item


def _label(entity: _Entity) -> str:
    labels = entity.labels
    if isinstance(labels, list):
        return ""
    found = labels.en or labels.mul or labels.gb or labels.ca
    return found.value if found else ""


def _aliases(entity: _Entity) -> list[str]:
    aliases = entity.aliases
    return [] if isinstance(aliases, list) else [text.value for text in (*aliases.en, *aliases.mul)]


def _valid(claims: list[_Claim]) -> list[_Claim]:
    """The statements that hold, the preferred ones first."""
    good = [claim for claim in claims if claim.rank != "deprecated"]
    return sorted(good, key=lambda claim: claim.rank != "preferred")


def _values(claims: list[_Claim]) -> list[Any]:
    return [
        claim.mainsnak.datavalue.value
        for claim in _valid(claims)
        if claim.mainsnak.snaktype == "value" and claim.mainsnak.datavalue
    ]


def _entities(claims: list[_Claim], current: bool = False) -> list[int]:
    """The entities that statements name; with `current`, only those without an end."""
    if current:
        claims = [c for c in claims if isinstance(c.qualifiers, list) or not c.qualifiers.p582]
    return [number for value in _values(claims) if (number := _number(value)) is not None]


def _number(value: Any) -> int | None:
    name = value.get("id") if isinstance(value, dict) else None
    return int(name[1:]) if isinstance(name, str) and re.fullmatch(r"Q[0-9]{1,9}", name) else None


def _terms(claims: list[_Claim]) -> list[tuple[int, str, str]]:
    """Offices with the first and last day; a term whose end is known to be unknown is left out."""
    terms = []
    for claim in _valid(claims):
        snak, qualifiers = claim.mainsnak, claim.qualifiers
        position = _number(snak.datavalue.value) if snak.datavalue else None
        if position is None:
            continue
        start, end = (
            ("", "") if isinstance(qualifiers, list) else (_time(qualifiers.p580), _time(qualifiers.p582))
        )
        if end is not None:
            terms.append((position, start or "", end))
    return terms


def _time(snaks: list[_Snak]) -> str | None:
    """The ISO date of a qualifier, as fine as it is told; "" for none, None for an unknown one."""
    if not snaks:
        return ""
    value = snaks[0].datavalue.value if snaks[0].datavalue else None
    match = _TIME.match(str(value.get("time"))) if isinstance(value, dict) else None
    precision = value.get("precision") if isinstance(value, dict) else None
    if match is None or not isinstance(precision, int) or precision < _YEAR:
        return None
    parts = match.groups()[: 1 + (precision >= _MONTH) + (precision >= _DAY)]
    return "-".join(part for part in parts if part != "00")


def _death(claims: list[_Claim]) -> str:
    return next((found for claim in _valid(claims) if (found := _time([claim.mainsnak]))), "")


__all__ = ["Item", "take"]
