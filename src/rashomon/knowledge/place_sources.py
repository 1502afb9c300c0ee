"""The sources of the table of places, each read into `Entry` values: GeoNames' lists and dumps, the
project's tables."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import msgspec
import polars

from rashomon.errors import MalformedInput
from rashomon.knowledge import countries
from rashomon.knowledge.names import fold
from rashomon.knowledge.place_table import Match, PlaceKind

_KIND_OF_CLASS: dict[str, PlaceKind] = {
    "P": "town", "H": "water", "T": "land", "V": "land", "L": "area", "A": "area", "S": "site", "R": "site",
}  # fmt: skip
_KIND_OF_CODE: dict[str, PlaceKind] = {"ADM1": "admin1", "ADM2": "admin2", "PPLC": "capital"}
_SKIPPED_CODES = frozenset({"PCLI", "PCLS", "PCLD", "PCLF", "PCLIX", "PCL", "TERR", "ADM1H", "ADM2H", "PPLH"})
# Latin letters, with what English-language newsrooms put on them; other scripts cannot occur in a report.
_LATIN = re.compile(r"[\u0020-\u024f\u02b0-\u036f\u1e00-\u1eff\u2010-\u201f]+")
# Aliases in lower case are machine transliterations, save those that begin with an article.
_LOWER_ARTICLE = re.compile(r"(?:al|ad|ar|as|ash|at|an|az|el|d|l|la|le|de|s|t|'s|'t)[-' ’][A-ZÀ-Ž]")
_MAX_ALIAS = 60
_MATCH_OF_ALIAS: dict[str, Match] = {"main": "name", "name": "alias", "code": "code"}


class Entry(msgspec.Struct):
    """A place as a source has it. Admin codes are whole, as GeoNames writes them ("SY.12", "XK.10097358.15");
    `precision` is for regions only."""

    geonameid: int
    name: str
    iso3: str
    kind: PlaceKind
    aliases: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    admin1: str = ""
    admin2: str = ""
    population: int = 0
    precision: str | None = None


def country_entries() -> Iterator[Entry]:
    """The project's table of countries, without the aliases that mean a part ("England", "Gaza")."""
    parts = {
        fold(name)
        for row in _own_table("regions.csv")
        if row["precision"] != "country"
        for name in (row["name"], *row["aliases"].split("|"))
    }
    for row in countries.countries().values():
        yield Entry(
            geonameid=row.geonameid,
            name=row.name,
            iso3=row.iso3,
            kind="country",
            aliases=tuple(alias for alias in row.aliases if fold(alias) not in parts),
            lat=row.lat,
            lon=row.lon,
            population=row.population,
        )


def admin_entries(folder: Path, level: int) -> Iterator[Entry]:
    """GeoNames' list of regions (level 1) or districts (level 2); [] where there is none."""
    path = folder / ("admin1CodesASCII.txt" if level == 1 else "admin2Codes.txt")
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            fields = line.rstrip("\n").split("\t")
            if len(fields) != 4 or not fields[3].isdigit():
                raise MalformedInput("not four columns: code, name, ASCII name, id", where=f"{path}:{number}")
            code, name, plain, geonameid = fields
            iso3 = countries.iso3_of(code[:2])
            if iso3 is None:
                continue
            yield Entry(
                geonameid=int(geonameid),
                name=name,
                iso3=iso3,
                kind="admin1" if level == 1 else "admin2",
                aliases=(plain,) if plain != name else (),
                admin1=".".join(code.split(".")[:2]),
                admin2=code if level == 2 else "",
            )


def state_middles(path: Path) -> Iterator[tuple[int, float, float]]:
    """Natural Earth's states: geonameid, latitude, longitude of the place where a map writes the name."""
    if not path.is_file():
        return
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        state = feature["properties"]
        if state.get("gn_id") and state.get("latitude") is not None:
            yield int(state["gn_id"]), float(state["latitude"]), float(state["longitude"])


def region_entries() -> Iterator[Entry]:
    """The project's table of seas, regions and well-known spots."""
    for row in _own_table("regions.csv"):
        yield Entry(
            geonameid=int(row["geonameid"] or -1),
            name=row["name"],
            iso3=row["iso3"],
            kind="region",
            aliases=tuple(part for part in row["aliases"].split("|") if part),
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            precision=row["precision"] or None,
        )


def newsroom_aliases() -> Iterator[tuple[int, str, Match]]:
    """The project's further names: geonameid, name, and how it leads to the place; a "code" is an
    abbreviation."""
    for row in _own_table("place_aliases.csv"):
        yield int(row["geonameid"]), row["alias"], _MATCH_OF_ALIAS[row["kind"]]


def info_entries(path: Path) -> Iterator[Entry]:
    """GeoNames' list of countries (`countryInfo.txt`): how many people each has today; [] where there is
    none."""
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fields = line.split("\t")
        if not line.strip() or line.startswith("#"):
            continue
        if len(fields) < 17 or not fields[7].isdigit():
            raise MalformedInput("not the columns of countryInfo.txt", where=f"{path}:{number}")
        row = countries.country(countries.iso3_of(fields[0]) or "")
        if row is not None:
            yield Entry(row.geonameid, row.name, row.iso3, "country", population=int(fields[7]))


def dump_entries(path: Path) -> Iterator[Entry] | None:
    """The places of a dump file; None where the file is no dump."""
    if path.name == "cities500_latin_aliases.parquet":
        return _town_entries(path)
    if re.fullmatch(r"(?:allCountries|cities\d+|[A-Z]{2})\.(?:txt|zip)", path.name):
        return _geoname_entries(path)
    return None


def _geoname_entries(path: Path) -> Iterator[Entry]:
    """GeoNames' own form: nineteen columns, tabs between them."""
    with _lines(path) as lines:
        for number, line in enumerate(lines, 1):
            try:
                entry = geoname_entry(line)
            except ValueError as error:
                raise MalformedInput(f"no GeoNames dump: {error}", where=f"{path}:{number}") from error
            if entry is not None:
                yield entry


def geoname_entry(line: str) -> Entry | None:
    """A line of a dump; None for what the table has no use for. Raises ValueError where it is broken."""
    fields = line.rstrip("\r\n").split("\t")
    if len(fields) < 15:
        raise ValueError(f"{len(fields)} columns instead of 19")
    geonameid, name, plain, others, lat, lon, feature_class, code, iso2 = fields[:9]
    admin1, admin2, population = fields[10], fields[11], fields[14]
    iso3 = countries.iso3_of(iso2)
    kind = _KIND_OF_CODE.get(code) or _KIND_OF_CLASS.get(feature_class)
    if iso3 is None or kind is None or code in _SKIPPED_CODES:
        return None
    whole1 = f"{iso2}.{admin1}"
    return Entry(
        geonameid=int(geonameid),
        name=name,
        iso3=iso3,
        kind=kind,
        aliases=_usable(name, (plain, *others.split(","))),
        lat=float(lat),
        lon=float(lon),
        admin1=whole1,
        admin2=f"{whole1}.{admin2}" if admin2 else "",
        population=int(population or 0),
    )


def _town_entries(path: Path) -> Iterator[Entry]:
    """Towns as a parquet file: id, name, lat, lon, cc, a1, pop, alt (aliases, a bar between them)."""
    try:
        frame = polars.read_parquet(path, columns=["id", "name", "lat", "lon", "cc", "a1", "pop", "alt"])
    except (OSError, polars.exceptions.PolarsError) as damage:
        raise MalformedInput("not the table of towns that it should be", where=str(path)) from damage
    for geonameid, name, lat, lon, iso2, admin1, population, others in frame.iter_rows():
        iso3 = countries.iso3_of(iso2)
        if iso3 is not None:
            yield Entry(
                geonameid=geonameid,
                name=name,
                iso3=iso3,
                kind="town",
                aliases=_usable(name, (others or "").split("|")),
                lat=lat,
                lon=lon,
                admin1=f"{iso2}.{admin1}",
                population=population or 0,
            )


def _usable(name: str, aliases: Iterable[str]) -> tuple[str, ...]:
    """The aliases that an English report may write."""
    return tuple(alias for alias in dict.fromkeys(aliases) if alias != name and usable_alias(alias))


def usable_alias(alias: str) -> bool:
    """Whether an English report may write it so: Latin letters, no transliteration, no airport's code."""
    if not 1 < len(alias) <= _MAX_ALIAS or not _LATIN.fullmatch(alias):
        return False
    if alias[0].islower():
        return _LOWER_ARTICLE.match(alias) is not None
    # Three capitals are an airport's code far more often than a name.
    return not (len(alias) <= 3 and alias.isupper()) and not alias.isdigit()


@contextmanager
def _lines(path: Path) -> Iterator[Iterable[str]]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive, archive.open(f"{path.stem}.txt") as packed:
            yield io.TextIOWrapper(packed, encoding="utf-8", newline="\n")
    else:
        with path.open(encoding="utf-8", newline="\n") as file:
            yield file


def _own_table(name: str) -> Iterator[dict[str, str]]:
    with (resources.files("rashomon.knowledge") / "tables" / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)
