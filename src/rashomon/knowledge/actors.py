"""Who a name is: bodies above states, armed groups, services, parties, media, and who held which office on
a day.

    table = ActorTable.load()
    table.identify("KFOR")                                  # IGO MIL, part of NATO
    table.identify("Boris Tadic", on="2010-05-01")          # SRB GOV
    publisher_profile("Tanjug")                             # Serbia, close to the state

What a name means inside one report (its title, the nearest country, a short form) is `cast.Cast`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from rashomon.errors import InstallationError
from rashomon.knowledge import countries
from rashomon.knowledge.names import fold
from rashomon.knowledge.place_phrases import stopwords
from rashomon.knowledge.roles import WordIndex, read_table, role_index, words_of

Kind = Literal["country", "office", "person", "organisation", "group", "role"]
Side = Literal["state", "public", "private", "independent", "party"]

FOLDER_VARIABLE = "RASHOMON_ACTORS"
ABOVE_STATES = frozenset(("IGO", "UNO", "EUR", "NGO", "ISM", "IMG", "MNC"))


class Entity(msgspec.Struct, frozen=True):
    """Who a name is. `code` is country and sector, None where either is unknown; `name` the fullest form
    known.
    """

    name: str
    code: str | None
    country: str | None
    sector: str | None
    wikidata: str | None = None
    part_of: tuple[str, ...] = ()
    kind: Kind = "person"


class Actor(msgspec.Struct, frozen=True):
    """One row of the tables of actors. `country` is empty for groups that live in several ("Kurds").

    `start`, `end`: ISO days, both included, between which the row holds; empty for always. `table` is the
    file that it stands in.
    """

    name: str
    country: str
    sector: str
    kind: Kind
    part_of: tuple[str, ...]
    wikidata: str | None
    start: str
    end: str
    table: str = ""


class Spelling(msgspec.Struct, frozen=True):
    """One written form of an actor: as the table has it, and whether only exact capitals count."""

    written: str
    exact: bool
    actor: Actor


class Spell(msgspec.Struct, frozen=True):
    """One person in one office; `start`, `end` are ISO dates of any precision, empty where open."""

    person: str
    qid: str
    country: str
    office: str
    sector: str
    start: str
    end: str

    def holds(self, on: str | None) -> bool:
        """Whether the person was in office on that day (any day, where none is given)."""
        if not on:
            return not self.end
        begun = self.start[: len(on)] <= on[: len(self.start)]
        return begun and (not self.end or on[: len(self.end)] <= self.end)

    def shown(self) -> tuple[str, ...]:
        """Its parts for a line of text: person, office, country, sector, from, to."""
        open_end = self.end or "today"
        return self.person, self.office, self.country, self.sector, self.start or "?", open_end

    def over(self, on: str | None) -> bool:
        """Whether the spell had ended by that day."""
        return bool(self.end) and (not on or self.end < on[: len(self.end)])


class Profile(msgspec.Struct, frozen=True):
    """Whose outlet it is: country, owner, and side - `state` (controlled), `public` (independent public),
    `party` (of a movement that is a side itself), `private`, `independent`."""

    country: str | None
    owner: str | None
    side: Side | None


class ActorTable:
    """The tables, indexed. Get it by `ActorTable.load()`; it is made once, on first use."""

    def __init__(self) -> None:
        self.names: WordIndex[Spelling] = WordIndex()
        columns = ("name", "aliases", "code", "kind", "part_of", "wikidata", "start", "end")
        for table in ("igos.csv", "actors.csv"):
            for row in read_table(table, columns):
                self._enter(row, table)
        own = own_folder()  # after the shipped tables, which go before it where both know a name
        for row in read_table("actors.csv", columns, own) if own else ():
            self._enter(row, "actors.csv of RASHOMON_ACTORS")
        for row in _media_rows():
            self._enter({**row, "code": f"{row['country']} JRN", "kind": "organisation", "part_of": "",
                         "wikidata": "", "start": "", "end": ""}, "media.csv")  # fmt: skip
        self.names.close()

    @staticmethod
    def load() -> ActorTable:
        """The tables of this installation. Raises InstallationError where one is missing or damaged."""
        return _table()

    def identify(self, name: str, *, on: str | None = None, country: str | None = None) -> Entity:
        """Who a bare name is, on a day (ISO date), where `country` (ISO alpha-3) is at stake.

        In this order: the tables of actors, countries, office holders, role nouns. A name that none of them
        knows comes back as a person without a code.
        """
        plain = " ".join(name.split()).strip(" .,;:\"'“”‘’()")
        plain = plain[4:] if plain[:4].lower() == "the " else plain
        actor = choose(self.names.get(plain), written=plain, on=on, nearby=(country,) if country else ())
        if actor is not None:
            return entity_of(actor, country)
        if (state := state_of(plain)) is not None:
            return country_entity(state, plain)
        if (spell := self.holder(plain, on=on, nearby=(country,) if country else ())) is not None:
            return holder_entity(spell, on)
        from rashomon.knowledge.phrases import describe  # phrases reads this table

        return describe(plain, country)

    def holder(self, name: str, *, on: str | None, nearby: tuple[str, ...] = ()) -> Spell | None:
        """The office that a person held on a day, else the last one before it; None where the name is
        unknown.

        A surname alone counts only with a country in `nearby`, and only if one holder there bears it.
        """
        key = fold(name)
        spells = _spells()
        found = spells.full.get(key, [])
        if not found and nearby and len(key) >= 3:
            found = [s for s in spells.last.get(key, ()) if s.country in nearby and s.holds(on)]
            if len({s.person for s in found}) > 1:
                return None
        if not found:
            return None
        # A namesake abroad counts only while in office.
        here = [s for s in found if s.country in nearby] or [s for s in found if not nearby or s.holds(on)]
        if not here:
            return None
        current = [s for s in here if s.holds(on)]
        past = [s for s in here if s.start and (not on or s.start[:10] <= on)]
        pool = current or past or here
        return max(pool, key=lambda s: (s.start, -_rank(s)))

    def _enter(self, row: dict[str, str], table: str) -> None:
        country, _, sector = row["code"].rpartition(" ")
        actor = Actor(
            name=_bare(row["name"]),
            country=country,
            sector=sector,
            kind=_kind(row["kind"]),
            part_of=tuple(part for part in row["part_of"].split("|") if part),
            wikidata=row["wikidata"] or None,
            start=row["start"],
            end=row["end"],
            table=table,
        )
        forms = {_bare(part) for part in (row["name"], *row["aliases"].split("|")) if part.strip()}
        for written in {form.removeprefix("the ") for form in forms}:
            letters = written.replace(".", "").replace("-", "")
            exact = len(letters) <= 6 and letters.isupper()
            self.names.add(written, Spelling(written, exact, actor))


class _Spells:
    """Office holders by full name and by last name."""

    def __init__(self) -> None:
        import polars  # costs a tenth of a second; only reports that name persons need it

        name, own = "office_holders.parquet", own_folder()
        try:
            with resources.as_file(resources.files("rashomon.knowledge") / "tables" / name) as path:
                rows = [row for each in (path, own and own / name) if each for row in _holders(each)]
        except (OSError, polars.exceptions.PolarsError) as damage:
            raise InstallationError(
                "the table of office holders cannot be read",
                where=f"{own}" if own else None,
                hint="make it again with `rashomon actors build`" if own else "reinstall rashomon",
            ) from damage
        self.full: dict[str, list[Spell]] = {}
        self.last: dict[str, list[Spell]] = {}
        for person, qid, country, office, sector, start, end in rows:
            spell = Spell(person, qid or "", country, office, sector, start or "", end or "")
            key = fold(person)
            self.full.setdefault(key, []).append(spell)
            words = key.split()
            if len(words) > 2:  # "Aleksandar S. Vucic": first and last name find him too
                self.full.setdefault(f"{words[0]} {words[-1]}", []).append(spell)
            if len(words) > 1:
                self.last.setdefault(words[-1], []).append(spell)


def _holders(path: Path) -> list[tuple[str, ...]]:
    import polars

    columns = ["person", "qid", "country", "office", "sector", "start", "end"]
    return polars.read_parquet(path, columns=columns).rows()


def own_folder() -> Path | None:
    """The folder of the tables that the user has built: `RASHOMON_ACTORS`; None where it is not set."""
    name = os.environ.get(FOLDER_VARIABLE)
    return Path(name) if name else None


def _media_rows() -> list[dict[str, str]]:
    columns = ("name", "aliases", "country", "owner", "side")
    own = own_folder()
    return [*read_table("media.csv", columns), *(read_table("media.csv", columns, own) if own else ())]


@cache
def _table() -> ActorTable:
    return ActorTable()


@cache
def _spells() -> _Spells:
    return _Spells()


def choose(
    spellings: Sequence[Spelling],
    *,
    written: str,
    on: str | None = None,
    nearby: tuple[str, ...] | dict[str, float] = (),
) -> Actor | None:
    """The one actor that a written form means: right capitals, on that day, of a country that is at stake."""
    fitting: list[Actor] = []
    for spelling in spellings:
        same_case = written == spelling.written or written.replace(".", "") == spelling.written.replace(
            ".", ""
        )
        if spelling.exact and not same_case:
            continue
        if not spelling.exact and spelling.written[0].isupper() and not written[:1].isupper():
            continue
        actor = spelling.actor
        if (actor.start or actor.end) and not _valid(actor, on):
            continue
        fitting.append(actor)
    if not fitting:
        return None
    home = [actor for actor in fitting if actor.country in nearby]
    if home and isinstance(nearby, dict):
        return max(home, key=lambda actor: nearby[actor.country])
    above = [actor for actor in fitting if actor.country in ABOVE_STATES or not actor.country]
    if not home and not above and role_index().get(written):
        return None  # "National Guard" is somebody's, but not that of a state which nobody names
    return (home or above or fitting)[0]


def entity_of(actor: Actor, country: str | None = None) -> Entity:
    """An actor of the tables as an entity; `country` fills in for groups that live in several."""
    where = actor.country or country
    code = f"{where} {actor.sector}" if where else None
    return Entity(actor.name, code, where, actor.sector, actor.wikidata, actor.part_of, actor.kind)


def country_entity(iso3: str, written: str) -> Entity:
    """A country, or its capital, named as one who acts: its government."""
    row = countries.country(iso3)
    return Entity(row.name if row else written, f"{iso3} GOV", iso3, "GOV", None, (), "country")


def holder_entity(spell: Spell, on: str | None) -> Entity:
    """The person of an office: in office it is the office's sector, afterwards ELI."""
    sector = "ELI" if spell.over(on) else spell.sector
    state = countries.country(spell.country)
    return Entity(spell.person, f"{spell.country} {sector}", spell.country, sector, spell.qid or None,
                  (state.name,) if state and sector != "ELI" else (), "person")  # fmt: skip


def homes(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a text names actors of the tables that have one country only: offsets and its ISO alpha-3 code.

    Names without capitals are passed over, so a report in small letters has none. In one that has nothing but
    capitals an everyday word is no abbreviation ("THE PLAN").
    """
    words, names = words_of(text), ActorTable.load().names
    loud = text.isupper()
    at = 0
    while at < len(words):
        capital = words.capital[at] and names.begins(words, at)
        found = names.longest(words, at, len(words)) if capital else None
        if found is None:
            at += 1
            continue
        end, rows = found
        written = words.piece(at, end)
        if loud and written.lower() in stopwords():
            at = end
            continue
        home = {row.actor.country for row in rows if not row.exact or written.startswith(row.written)}
        if len(home) == 1 and (iso3 := home.pop()) and countries.country(iso3) is not None:
            yield words.starts[at], words.ends[end - 1], iso3
        at = end


def state_of(name: str) -> str | None:
    """The country that a name or a capital stands for; adjectives and peoples do not."""
    whole = [m for m in countries.mentions(name) if m.end - m.start == len(name)]
    return whole[0].iso3 if whole and whole[0].kind != "demonym" else None


@cache
def _profiles() -> dict[str, Profile]:
    profiles: dict[str, Profile] = {}
    for row in _media_rows():
        side = row["side"] if row["side"] in ("state", "public", "private", "independent", "party") else None
        profile = Profile(row["country"] or None, row["owner"] or None, msgspec.convert(side, Side | None))
        for name in (row["name"], *row["aliases"].split("|")):
            for key in known_as(name):
                profiles.setdefault(key, profile)
    profiles.pop("", None)
    return profiles


def publisher_profile(name: str) -> Profile | None:
    """Whose outlet a publisher is, by its name; None where the table of media does not know it."""
    key = fold(name)
    return _profiles().get(key) or _profiles().get(key.removeprefix("the "))


def known_as(name: str) -> tuple[str, ...]:
    """The folded names by which an outlet of the tables is found: whole, and without the remark in brackets
    where that is enough to tell it."""
    whole, bare = fold(name), fold(_bare(name))
    return (whole,) if bare == whole or bare in _namesakes() else (whole, bare)


@cache
def _namesakes() -> frozenset[str]:
    return frozenset(fold(row["name"]) for row in read_table("media_namesakes.csv", ("name",)))


def _bare(name: str) -> str:
    """The name without the remark in brackets that keeps two namesakes apart in a table."""
    return name.partition(" (")[0].strip() if name.endswith(")") else name.strip()


def _kind(written: str) -> Kind:
    kind: Kind = msgspec.convert(written, Kind)
    return kind


def _valid(actor: Actor, on: str | None) -> bool:
    if not on:
        return not actor.end
    return (not actor.start or actor.start <= on) and (not actor.end or on <= actor.end)


def _rank(spell: Spell) -> int:
    """Heads before ministers before the rest, where one person held two offices at once."""
    office = spell.office.lower()
    return 0 if office in ("president", "prime minister", "king") else 1 if "minister" in office else 2
