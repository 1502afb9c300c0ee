"""Countries: their names, the words for their people, and which of them a report is about.

The table is `tables/countries.csv`: ISO 3166 alpha-3 codes, with XKX (Kosovo), PSE (Palestine), TWN (Taiwan).
Words that hold a country's name and do not mean it ("South China Sea", "New Mexico") stand in
`tables/country_traps.csv`, with the country that they do point to, if any; names that are everyday words in a
text without capitals ("turkey") stand there too.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

import msgspec

from rashomon.errors import InstallationError
from rashomon.knowledge.names import fold
from rashomon.knowledge.tries import trie

MentionKind = Literal["name", "demonym", "capital"]

# A report names the country that it is about at once; what comes later is more often in passing.
_LEAD_CHARS = 600
_ABOVE_STATES = {
    "IGO": "bodies of several states", "UNO": "the United Nations", "EUR": "the European Union",
    "NGO": "non-governmental bodies", "ISM": "international militants", "IMG": "international groups",
    "MNC": "companies of several countries",
}  # fmt: skip
_KIND_WEIGHT: dict[MentionKind, float] = {"name": 1.0, "demonym": 0.7, "capital": 0.6}
_TITLE_WEIGHT, _LEAD_WEIGHT, _DATELINE_WEIGHT = 2.5, 1.5, 4.0
_WEIGHED_CHARS = 200_000


class Country(msgspec.Struct, frozen=True):
    """One row of the table. `lat`, `lon` in degrees: the middle of the main territory.

    `metonyms` are the places whose names stand for the government ("Belgrade", "Kremlin"); a capital that is
    also a common name or word ("Victoria", "Male") is not among them. `neighbours` are ISO alpha-2 codes.
    """

    iso3: str
    iso2: str
    name: str
    geonameid: int
    lat: float
    lon: float
    population: int
    aliases: tuple[str, ...]
    adjectives: tuple[str, ...]
    people: tuple[str, ...]
    capital: str | None
    metonyms: tuple[str, ...]
    neighbours: tuple[str, ...]


class CountryMention(msgspec.Struct, frozen=True):
    """A piece of text that points to a country: `text[start:end]`."""

    start: int
    end: int
    iso3: str
    kind: MentionKind


def countries() -> dict[str, Country]:
    """All countries by ISO alpha-3 code. Raises InstallationError where the table is missing or damaged."""
    return _tables().by_iso3


def country(iso3: str) -> Country | None:
    """The country with this ISO alpha-3 code."""
    return _tables().by_iso3.get(iso3)


def name_of(code: str) -> str:
    """What a country, or a body above states, is called in a sentence; the code where nobody knows it."""
    row = country(code)
    return row.name if row is not None else _ABOVE_STATES.get(code, code)


def iso3_of(iso2: str) -> str | None:
    """ISO alpha-3 for an alpha-2 code ("XK" gives "XKX")."""
    return _tables().iso3_by_iso2.get(iso2)


def code_of(name: str) -> str | None:
    """ISO alpha-3 of the country that a name, an alias, an adjective or a word for its people means.

    Case, accents and a leading article do not matter, but abbreviations ("US", "UK", "DRC") count in capitals
    only. Capitals are no countries here: see `mentions`.
    """
    tables = _tables()
    bare = " ".join(name.split())
    bare = bare[4:] if bare[:4].lower() == "the " else bare
    if (exact := tables.abbreviations.get(bare)) is not None:
        return exact
    return tables.code_by_folded.get(fold(bare))


def capital_of(iso3: str) -> str | None:
    """Name of the capital, None where there is none or the code is unknown."""
    row = country(iso3)
    return row.capital if row else None


def neighbours_of(iso3: str) -> tuple[str, ...]:
    """ISO alpha-3 codes of the countries that share a border with this one; () for an unknown code."""
    row = country(iso3)
    codes = (iso3_of(iso2) for iso2 in row.neighbours) if row else ()
    return tuple(code for code in codes if code is not None)


def mentions(text: str) -> list[CountryMention]:
    """Every name, demonym and capital in the text, longest match first, in the order of the text.

    Names must begin with a capital letter, unless the text has no capital letters at all.
    """
    return list(_mentions(text)) if text else []


@lru_cache(maxsize=64)
def _mentions(text: str) -> tuple[CountryMention, ...]:
    """The same, kept for a moment: several rooms ask about the text of one report."""
    tables = _tables()
    # A text with next to no capitals (some archives are lower-cased) would hide every name.
    flat = text.islower()
    pattern = tables.flat_pattern if flat else tables.pattern
    found: list[CountryMention] = []
    for match in pattern.finditer(text):
        entry = tables.lookup(match.group(), flat)
        if entry is not None:
            found.append(CountryMention(match.start(), match.end(), *entry))
    return tuple(found)


def weights(text: str, title: str | None = None, dateline: str | None = None) -> dict[str, float]:
    """How far a report is about each country: shares that sum to 1, largest first; {} where none is named.

    Names weigh more than adjectives and capitals, the title, the dateline and the lead more than the rest.
    """
    score: dict[str, float] = {}

    def add(piece: str | None, factor: float, lead: bool = False) -> None:
        for mention in mentions(piece[:_WEIGHED_CHARS]) if piece else ():
            boost = _LEAD_WEIGHT if lead and mention.start < _LEAD_CHARS else 1.0
            score[mention.iso3] = score.get(mention.iso3, 0.0) + factor * boost * _KIND_WEIGHT[mention.kind]

    add(text, 1.0, lead=True)
    add(title, _TITLE_WEIGHT)
    add(dateline, _DATELINE_WEIGHT)
    total = sum(score.values())
    return {iso3: value / total for iso3, value in sorted(score.items(), key=lambda item: -item[1])}


class _Tables:
    """The two files, indexed."""

    def __init__(self, rows: Iterable[Country], traps: Iterable[tuple[str, str, str]]) -> None:
        self.by_iso3 = {row.iso3: row for row in rows}
        self.iso3_by_iso2 = {row.iso2: row.iso3 for row in self.by_iso3.values()}
        self.abbreviations: dict[str, str] = {}
        self.code_by_folded: dict[str, str] = {}
        self._entries: dict[str, tuple[str, MentionKind]] = {}
        self._traps: dict[str, str] = {}
        everyday_words = set()
        for phrase, iso3, where in traps:
            if where == "lower case":
                everyday_words.add(phrase)
            else:
                self._traps[_key(phrase)] = iso3
        for row in self.by_iso3.values():
            self._enter(row)
        words = [*self._entries, *self._traps]
        shown = {form for word in words for form in (word, word.upper())}
        self.pattern = _alternation(shown)
        lowered = {w.lower() for w in words if not _is_abbreviation(w)} - everyday_words
        self.flat_pattern = _alternation(lowered)
        self._flat = {word.lower(): word for word in reversed(words)}
        self._upper = {word.upper(): word for word in reversed(words)}

    def _enter(self, row: Country) -> None:
        groups: tuple[tuple[MentionKind, tuple[str, ...]], ...] = (
            ("name", (row.name, *row.aliases)),
            ("demonym", (*row.adjectives, *row.people)),
            ("capital", row.metonyms),
        )
        for kind, forms in groups:
            for form in forms:
                bare = form[4:] if form[:4].lower() == "the " else form
                for written in {bare, _plain(bare)}:
                    self._entries.setdefault(_key(written), (row.iso3, kind))
                if kind == "capital":
                    continue
                if _is_abbreviation(bare):
                    self.abbreviations.setdefault(bare, row.iso3)
                else:
                    self.code_by_folded.setdefault(fold(bare), row.iso3)

    def lookup(self, matched: str, flat: bool) -> tuple[str, MentionKind] | None:
        key = _key(matched)
        if flat:
            key = self._flat.get(key, key)
        elif key not in self._entries and key not in self._traps:
            key = self._upper.get(key, key)
        trap = self._traps.get(key)
        if trap is not None:
            return (trap, "name") if trap else None
        return self._entries.get(key)


def _is_abbreviation(name: str) -> bool:
    """US, U.S., DRC: upper-case letters and stops only, short."""
    letters = name.replace(".", "")
    return len(letters) <= 5 and letters.isalpha() and letters.isupper()


def _key(written: str) -> str:
    """One spelling of spaces and apostrophes."""
    return " ".join(written.replace("’", "'").split())


def _plain(name: str) -> str:
    """The name without accents, case kept."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def _alternation(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'’]){trie(words)}(?!\w)")


@cache
def _tables() -> _Tables:
    try:
        folder = resources.files("rashomon.knowledge") / "tables"
        with (folder / "countries.csv").open(encoding="utf-8") as file:
            rows = [_country(row) for row in csv.DictReader(file)]
        with (folder / "country_traps.csv").open(encoding="utf-8") as file:
            traps = [(row["phrase"], row["iso3"], row["where"]) for row in csv.DictReader(file)]
        return _Tables(rows, traps)
    except (OSError, KeyError, ValueError) as damage:
        hint = "reinstall rashomon"
        raise InstallationError("the table of countries cannot be read", hint=hint) from damage


def _country(row: dict[str, str]) -> Country:
    many = {
        key: tuple(part for part in row[key].split("|") if part)
        for key in ("aliases", "adjectives", "people", "metonyms", "neighbours")
    }
    return Country(
        iso3=row["iso3"],
        iso2=row["iso2"],
        name=row["name"],
        geonameid=int(row["geonameid"]),
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        population=int(row["population"]),
        capital=row["capital"] or None,
        **many,
    )
