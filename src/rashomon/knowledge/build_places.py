"""How the table of places is made from its sources.

`build(folder, target)` reads whatever of these lies in the folder and writes one `.npz` (see `place_table`):

- `admin1CodesASCII.txt` (needed), `admin2Codes.txt`: GeoNames' lists of regions and districts
- `allCountries.txt` or `.zip`: GeoNames' full dump
- `cities500.txt`, `cities500_latin_aliases.parquet`: its towns, where the full dump is too much
- `XX.txt` or `.zip`: full dumps of single countries, XX being the ISO alpha-2 code
- `ne_50m_admin_1_states_provinces.json`: Natural Earth's middles of large states

Countries, regions that are no administrative unit, and newsroom aliases come from the project's own tables.
`build_from_dump(dump, target, ...)` is for one large dump with the lists beside it: it works in parts that
outlast a kill (`build_parts`) and needs no list of regions, for a full dump has them itself. Twelve million
rows need just under 2 GB while the table is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rashomon.errors import SourceMissing
from rashomon.knowledge.build_parts import OnProgress, Tally, Workshop
from rashomon.knowledge.place_columns import Columns, Prepared, prepare
from rashomon.knowledge.place_sources import (
    admin_entries,
    country_entries,
    dump_entries,
    geoname_entry,
    info_entries,
    newsroom_aliases,
    region_entries,
    state_middles,
    usable_alias,
)
from rashomon.knowledge.place_table import FORMAT

CLASSES = "AHLPRSTV"
MAX_ID = 2**27  # GeoNames counts to some 13 million


def build(folder: Path, target: Path) -> int:
    """Make the table and give the number of its places. Raises SourceMissing, MalformedInput."""
    if not (folder / "admin1CodesASCII.txt").is_file():
        raise SourceMissing(
            "no admin1CodesASCII.txt", where=str(folder), hint="download it from geonames.org"
        )
    columns = Columns()
    for entry in country_entries():
        columns.add(entry)
    for level in (1, 2):
        for entry in admin_entries(folder, level):
            columns.add(entry)
    for geonameid, lat, lon in state_middles(folder / "ne_50m_admin_1_states_provinces.json"):
        columns.locate(geonameid, lat, lon)
    for path in sorted(folder.iterdir()):
        for entry in dump_entries(path) or ():
            columns.add(entry)
    _own_rows(columns)
    columns.write(target)
    return len(columns.ids)


@dataclass(frozen=True)
class Built:
    """What came of a build: places in the table, the tally of each dump by its name, and the parts, which are
    not needed any more."""

    places: int
    tallies: dict[str, Tally]
    shops: tuple[Workshop[Any], ...]


class _Rows:
    """The task of a dump of places: what each line gives, with the costly half done."""

    name = "GeoNames"
    part_bytes = 8 * 2**20

    def __init__(self, classes: str) -> None:
        self.settings: dict[str, Any] = {"format": FORMAT, "classes": "".join(sorted(set(classes)))}

    def __call__(self, line: bytes) -> Prepared | None:
        text = line.decode("utf-8")
        entry = geoname_entry(text)
        if entry is None:
            return None
        if entry.kind not in ("admin1", "admin2") and text.split("\t", 7)[6] not in self.settings["classes"]:
            return None
        if not 0 < entry.geonameid < MAX_ID:
            raise ValueError(f"{entry.geonameid} is no GeoNames id")
        return prepare(entry)


class _EnglishNames:
    """The task of `alternateNamesV2`: English names, with the ids of their places."""

    name = "names"
    part_bytes = 8 * 2**20

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {"format": FORMAT}

    def __call__(self, line: bytes) -> tuple[int, str] | None:
        fields = line.decode("utf-8").rstrip("\r\n").split("\t")
        if len(fields) < 4:
            raise ValueError(f"{len(fields)} columns instead of 10")
        if fields[2] != "en" or not usable_alias(fields[3]):
            return None
        return int(fields[1]), fields[3]


def build_from_dump(
    dump: Path, target: Path, workshop: Path, on_progress: OnProgress, classes: str = CLASSES
) -> Built:
    """Make the table from one dump, with what lies beside it: the lists of regions and districts (else the
    dump's own rows are taken), `alternateNamesV2`, `countryInfo.txt`, Natural Earth's states.

    Args:
        dump: `allCountries`, `citiesN` or one country's, .txt or .zip.
        target: the table to write; it appears when it is whole.
        workshop: where finished parts lie until then; the same folder makes a killed build go on.
        classes: GeoNames feature classes to keep; countries, regions and districts are always kept.

    Raises SourceMissing, MalformedInput.
    """
    folder = dump.parent
    rows: Workshop[Prepared] = Workshop(dump, workshop, _Rows(classes))
    tallies = {dump.name: rows.work(on_progress)}
    columns = Columns()
    for entry in (*country_entries(), *info_entries(folder / "countryInfo.txt")):
        columns.add(entry)
    for level, kind in ((1, "admin1"), (2, "admin2")):
        listed = list(admin_entries(folder, level))
        for entry in listed:
            columns.add(entry)
        for prepared in () if listed else rows.records(Prepared):
            if prepared.entry.kind == kind:
                columns.put(prepared)
    for geonameid, lat, lon in state_middles(folder / "ne_50m_admin_1_states_provinces.json"):
        columns.locate(geonameid, lat, lon)
    for prepared in rows.records(Prepared):
        columns.put(prepared)
    shops: list[Workshop[Any]] = [rows]
    beside = (folder / "alternateNamesV2.zip", folder / "alternateNamesV2.txt")
    if (path := next((path for path in beside if path.is_file()), None)) is not None:
        names: Workshop[tuple[int, str]] = Workshop(path, workshop, _EnglishNames())
        shops.append(names)
        tallies[path.name] = names.work(on_progress)
        for geonameid, alias in names.records(tuple[int, str]):
            columns.add_alias(geonameid, alias, "alias")
    _own_rows(columns)
    columns.write(target)
    return Built(len(columns.ids), tallies, tuple(shops))


def _own_rows(columns: Columns) -> None:
    """What the project's tables add, once the sources are read."""
    for entry in region_entries():
        columns.add_region(entry)
    for geonameid, alias, match in newsroom_aliases():
        columns.add_alias(geonameid, alias, match)
    columns.finish()
