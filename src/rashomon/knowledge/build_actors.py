"""Makes the tables of actors from a folder of sources: `build(source, tables)`.

Rows whose `source` is `hand` were written for this project and are kept as they stand; all other rows are
made anew:

    office_holders.parquet  from Wikidata (office_holders.csv, wikidata-holders21) and the CIA World Factbook
    actors.csv              armed groups from the Phoenix dictionaries, parties from the Factbook
    media.csv               outlets from the State Media Matrix
    role_nouns.csv          agents from the PLOVER dictionary

`tables/SOURCES-actors.md` says where the sources come from and on what terms they may be passed on.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from rashomon import ontology
from rashomon.knowledge import countries
from rashomon.knowledge.names import fold
from rashomon.knowledge.roles import plural

HAND = "hand"
ACTOR_COLUMNS = ("name", "aliases", "code", "kind", "part_of", "wikidata", "start", "end", "source")
MEDIA_COLUMNS = ("name", "aliases", "country", "owner", "side", "source")
_ROLE_COLUMNS = ("noun", "sector", "strength", "title", "scope", "source")
HOLDER_COLUMNS = ("person", "qid", "country", "office", "sector", "start", "end")

# First pattern that an office's title matches; everything else is the executive.
_OFFICE_SECTORS = (
    (r"supreme leader|security adviser|security council", "GOV"),
    (r"\b(judge|court)\b", "JUD"),
    (r"police|carabinieri|gendarmerie", "COP"),
    (r"intelligence|security service|state security (service|committee|agency)", "SPY"),
    (r"\bminist|secretary|premier|chancellor|president of the (state|republic|government)", "GOV"),
    (
        r"speaker|\b(president|chair\w*) of the .*(senate|assembly|chamber|parliament|house|duma|rada|"
        r"congress|diet|council of states|national council|riksdag|storting|saeima|seimas)",
        "LEG",
    ),
    (
        r"chiefs? of (the )?(\w+ )*(staff|defen[cs]e|army|navy|air|naval|armed)|commander|army|navy|"
        r"chief of (the )?defen[cs]e|armed forces",
        "MIL",
    ),
)
_FACTBOOK_TITLES = re.compile(
    r"^((?:co-|vice |deputy |first |second |third |acting |interim |prime |crown |chief |lieutenant |state |"
    r"minister |secretary |general |governor |president|premier|chancellor|king|queen|emir|amir|sultan|"
    r"prince|pope|taoiseach|minister|governor|secretary|general|administrator|commissioner|speaker|chairman|"
    r"chairperson|of |the |and |council |for |government |federal |republic |state)+)",
    re.I,
)
# The dictionary mixes groups with persons; a group says what it is.
_GROUP_WORDS = re.compile(
    r"army|armed|front|movement|brigade|liberation|group|organi[sz]ation|party|militia|forces?\b|committee|"
    r"battalion|revolution|resistance|union|cells?\b|command|jihad|mujah|council|guards?\b|nucle|faction|"
    r"warriors|fighters|commando|league|coalition|people's|defen[cs]e|separatist|rebels|islamic|martyrs",
    re.I,
)
_REGIONS = {"INT": "IMG", "MEA": "IMG", "SAS": "IMG", "WEU": "IMG", "SEA": "IMG", "LAM": "IMG", "EAF": "IMG"}
_AGENT_SECTORS = {
    "CVLOPP": "OPP", "GOVMIL": "MIL", "GOVBUS": "BUS", "REBREL": "REB", "GOVAGR": "GOV", "GOVMED": "GOV",
    "PTYOPP": "OPP", "GOVLAB": "GOV", "GOVEDU": "GOV", "ELIOPP": "OPP", "MILSPY": "SPY", "SOCOPP": "OPP",
}  # fmt: skip
_SECTORS = frozenset(ontology.SECTORS) - {"UNK"}
_MEDIA_KIND = re.compile(r"^(?:news agency|news portals?|print(?: media)?|television|radio|online):\s*", re.I)
_SIDES = {"SC": "state", "CaPu": "state", "CaPr": "state", "ISFM": "public", "ISF": "public", "ISM": "public",
          "IP": "public"}  # fmt: skip


def build(source: Path, tables: Path) -> dict[str, int]:
    """Make the tables anew in the folder `tables`; returns the number of rows of each.

    `source` holds `office_holders.csv` and the folders `wikidata-holders21`, `factbook`, `mit-phoenix`,
    `state-media` and `geonames-2025-admin`. Raises OSError where one is missing.
    """
    iso_of_fips = _fips(source)
    holders = [*_wikidata_holders(source), *_foreign_ministers(source), *_factbook_heads(source, iso_of_fips)]
    unique = {(fold(r[0]), r[2], r[4], r[5][:7]): r for r in reversed(holders)}
    frame = pl.DataFrame(
        sorted(unique.values()), schema=dict.fromkeys(HOLDER_COLUMNS, pl.String), orient="row"
    )
    frame.write_parquet(tables / "office_holders.parquet", compression="zstd", compression_level=15)
    sizes = {"office_holders.parquet": frame.height}
    sizes["actors.csv"] = _refresh(
        tables / "actors.csv",
        ACTOR_COLUMNS,
        [*_phoenix_groups(source), *_parties(source, iso_of_fips)],
        "name",
    )
    sizes["media.csv"] = _refresh(tables / "media.csv", MEDIA_COLUMNS, _state_media(source, tables), "name")
    sizes["role_nouns.csv"] = _refresh(tables / "role_nouns.csv", _ROLE_COLUMNS, _agents(source), "noun")
    return sizes


def _refresh(path: Path, columns: tuple[str, ...], made: Iterable[dict[str, str]], key: str) -> int:
    """Keep the rows written by hand, put the made ones that say nothing of the same name behind them."""
    with path.open(encoding="utf-8", newline="") as file:
        kept = [row for row in csv.DictReader(file) if row["source"] == HAND]
    known = {fold(part) for row in kept for part in (row[key], *row.get("aliases", "").split("|"))}
    known |= {fold(many) for row in kept if (many := plural(row[key]))}
    rows = list(kept)
    for row in made:
        if fold(row[key]) not in known:
            known.add(fold(row[key]))
            rows.append(row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _fips(source: Path) -> dict[str, str]:
    """FIPS code (the Factbook's) -> ISO alpha-3."""
    lines = (source / "geonames-2025-admin" / "countryInfo.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    codes = {row[3].lower(): row[1] for row in rows if row[3]}
    return {**codes, "kv": "XKX", "we": "PSE", "gz": "PSE"}


def sector_of_office(office: str) -> str:
    """The sector of an office by its title; what no pattern knows is the executive."""
    return next((s for pattern, s in _OFFICE_SECTORS if re.search(pattern, office, re.I)), "GOV")


def _wikidata_holders(source: Path) -> Iterator[tuple[str, ...]]:
    for row in _read(source / "office_holders.csv"):
        if row["person"].isascii() or fold(row["person"]).isascii():
            office = row["position"].strip('"')
            person, qid, country = row["person"], row["person_qid"], row["country_iso3"]
            yield person, qid, country, office, sector_of_office(office), row["start"], row["end"]


def _foreign_ministers(source: Path) -> Iterator[tuple[str, ...]]:
    for row in _read(source / "wikidata-holders21" / "foreign_ministers_2022.csv"):
        iso3 = countries.code_of(row["countryLabel"])
        if row["name"] and iso3:
            yield row["name"], row["person"], iso3, row["positionLabel"], "GOV", row["start"], ""
    for row in _read(source / "wikidata-holders21" / "world_igo_heads_to_2023-01.csv"):
        country, sector = _igo_code(row["position"])
        if country:
            person = row["person"].split(",")[0]
            yield person, row["personID"], country, row["position"], sector, row["start"], row["end"]


def _igo_code(position: str) -> tuple[str, str]:
    if "Permanent Representative" in position or "Arab Parliament" in position:
        return "", ""
    if "Court of Justice" in position:
        return "UNO", "JUD"
    if "Council of Europe" in position:
        return "EUR", "LEG"
    return ("UNO" if "United Nations" in position else "IGO"), "GOV"


def _factbook_heads(source: Path, iso_of_fips: dict[str, str]) -> Iterator[tuple[str, ...]]:
    rows = _read(source / "factbook" / "factbook_executives_2015_2026.csv")
    newest = max(row["last_seen"] for row in rows)
    for row in rows:
        iso3, line = iso_of_fips.get(row["fips"]), re.sub(r'"[^"]*"\s*|\([^)]*\)', "", row["title_and_name"])
        title = _FACTBOOK_TITLES.match(line)
        # A line with several people or an "of the United Kingdom" holds no one plain name.
        if (
            not iso3
            or not title
            or not line[title.end() : title.end() + 1].isupper()
            or "," in line
            or ";" in line
            or " and " in line[title.end() :]
        ):
            continue
        name = re.sub(r"\s+of the .*$|^Dr\.? |^Sir |^Field Marshal ", "", line[title.end() :]).strip()
        words = [w.capitalize() if w.isupper() and len(w) > 1 and "-" not in w else w for w in name.split()]
        words = ["-".join(p.capitalize() if p.isupper() else p for p in w.split("-")) for w in words]
        if 2 <= len(words) <= 6 and not re.search(r"\d|vacant", name, re.I):
            # The Factbook gives no ends: the last time the line was seen stands for it.
            end = "" if row["last_seen"][:7] >= newest[:7] else row["last_seen"]
            yield " ".join(words), "", iso3, title.group().strip(), "GOV", row["since"], end


def _phoenix_groups(source: Path) -> Iterator[dict[str, str]]:
    text = (source / "mit-phoenix" / "Phoenix.MilNonState.actors.txt").read_text(
        encoding="utf-8", errors="replace"
    )
    known = set(countries.countries())
    for block in re.split(r"\n\s*\n", text):
        lines = [line.partition("#")[0].strip() for line in block.splitlines()]
        code = next((m[1] for line in lines if (m := re.search(r"\[([A-Z]{3})\w*\]", line))), "")
        country = code if code in known else _REGIONS.get(code, "ISM" if "MUS" in block[:200] else "")
        names = [_title(re.sub(r"\[.*|\([^)]*\)", "", line.lstrip("+"))) for line in lines if line]
        names = [name for name in names if len(name.split()) >= 2 and _GROUP_WORDS.search(name)]
        if country and names:
            yield {"name": names[0], "aliases": "|".join(dict.fromkeys(names[1:8])), "code": f"{country} REB",
                   "kind": "group", "source": "phoenix"}  # fmt: skip


def _title(name: str) -> str:
    small = {"of", "the", "and", "for", "in", "de", "al", "del", "la", "el", "to", "da", "du", "des"}
    words = name.replace("_", " ").lower().split()
    return " ".join(w if w in small and i else w.capitalize() for i, w in enumerate(words))


def _parties(source: Path, iso_of_fips: dict[str, str]) -> Iterator[dict[str, str]]:
    """Parties that the Factbook gives with an abbreviation which is the initials of the name."""
    for row in _read(source / "factbook" / "factbook_country_facts_2026.csv"):
        iso3 = iso_of_fips.get(row["fips"])
        text = re.sub(r"\[[^\]]*\]|\([^)]*\)", " ", row["parties"])
        last = 0
        for match in re.finditer(r" or ([A-Z][A-Za-z-]{1,8})(?=[\s,;.]|$)", text):
            words, short = re.findall(r"[\w'’-]+", text[last : match.start()]), match[1]
            last = match.end()
            name = _with_initials(words, short)
            if name and iso3:
                yield {"name": name, "aliases": short, "code": f"{iso3} PTY", "kind": "organisation",
                       "source": "factbook"}  # fmt: skip


def _with_initials(words: list[str], short: str) -> str | None:
    """The shortest end of a word list whose capitals spell the abbreviation."""
    wanted = [c for c in short if c.isupper()]
    for first in range(len(words) - 2, -1, -1):
        initials = [part[0] for word in words[first:] for part in word.split("-") if part[:1].isupper()]
        if initials == wanted and len(wanted) >= 2:
            return " ".join(words[first:])
    return None


def _state_media(source: Path, tables: Path) -> Iterator[dict[str, str]]:
    namesakes = {fold(row["name"]) for row in _read(tables / "media_namesakes.csv")}
    for row in _read(source / "state-media" / "State_Media_Matrix.csv"):
        name, owner = _MEDIA_KIND.sub("", row["Main assets"].strip()), row["Media company"].strip()
        if name.count("(") != name.count(")") or fold(name) in namesakes:
            continue  # a piece of a list; or a name that tells nothing of whose outlet it is
        country, side = countries.code_of(row["Country"]), _SIDES.get(row["Typology"].rstrip("?"))
        # Serbia's rows are shifted in the source: their typology belongs to other outlets.
        if row["Country"] == "Congo":  # the one on the other bank has a row as "DR Congo"
            country = "COG"
        name = "Ukraina.ru" if name == "Ukraina" else name
        if country is None or side is None or country == "SRB" or not 3 <= len(name) <= 60 or "http" in name:
            continue
        yield {"name": name, "country": country, "owner": owner, "side": side,
               "source": "state-media"}  # fmt: skip


def _agents(source: Path) -> Iterator[dict[str, str]]:
    text = (source / "mit-phoenix" / "PLOVER_agents.txt").read_text(encoding="utf-8", errors="replace")
    for line in text.splitlines():
        match = re.match(r"([A-Z][A-Z_'-]+?)_?\s*(?:\{[^}]*\})?\s*\[~(\w+)\]", line)
        if match is None:
            continue
        sector = _AGENT_SECTORS.get(match[2], match[2])
        noun = match[1].replace("_", " ").strip().lower()
        if sector in _SECTORS and len(noun) >= 4:
            yield {"noun": noun, "sector": sector, "strength": "weak", "source": "plover"}
