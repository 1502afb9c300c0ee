"""How the table of places is made from its sources.

`build(folder, target)` reads whatever of these lies in the folder and writes one `.npz` (see `place_table`):

- `admin1CodesASCII.txt` (needed), `admin2Codes.txt`: GeoNames' lists of regions and districts
- `allCountries.txt` or `.zip`: GeoNames' full dump
- `cities500.txt`, `cities500_latin_aliases.parquet`: its towns, where the full dump is too much
- `XX.txt` or `.zip`: full dumps of single countries, XX being the ISO alpha-2 code
- `ne_50m_admin_1_states_provinces.json`: Natural Earth's middles of large states

Countries, regions that are no administrative unit, and newsroom aliases come from the project's own tables.
Dumps are streamed: a full dump of twelve million rows needs some gigabytes for its numbers, not for its
text.
"""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np

from rashomon.errors import SourceMissing
from rashomon.knowledge import countries
from rashomon.knowledge.names import key_hash, place_key, without_article
from rashomon.knowledge.place_sources import (
    Entry,
    admin_entries,
    country_entries,
    dump_entries,
    newsroom_aliases,
    region_entries,
    state_middles,
)
from rashomon.knowledge.place_table import (
    DEGREE,
    FORMAT,
    KINDS,
    MATCHES,
    NOWHERE,
    PRECISIONS,
    Match,
    PlaceKind,
)
from rashomon.model import PlacePrecision

_PRECISION_OF_KIND: dict[PlaceKind, PlacePrecision] = {
    "country": "country", "admin1": "admin1", "admin2": "admin2", "town": "town", "capital": "town",
}  # fmt: skip
_ARABIC_ARTICLE_COUNTRIES = frozenset(
    ["ARE", "BHR", "DJI", "DZA", "EGY", "ERI", "ESH", "IRN", "IRQ", "ISR", "JOR", "KWT", "LBN", "LBY",
    "MAR", "MRT",
     "OMN", "PSE", "QAT", "SAU", "SDN", "SOM", "SYR", "TCD", "TUN", "YEM"]
)  # fmt: skip
# A county of the United States often bears the name of a town that lies in another county of the same state.
_NO_SEAT_BY_NAME = frozenset({"USA"})


def build(folder: Path, target: Path) -> int:
    """Make the table and give the number of its places. Raises SourceMissing, MalformedInput."""
    if not (folder / "admin1CodesASCII.txt").is_file():
        raise SourceMissing(
            "no admin1CodesASCII.txt", where=str(folder), hint="download it from geonames.org"
        )
    columns = _Columns()
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
    for entry in region_entries():
        columns.add_region(entry)
    for geonameid, alias, match in newsroom_aliases():
        columns.add_alias(geonameid, alias, match)
    columns.finish()
    columns.write(target)
    return len(columns.ids)


class _Columns:
    """The columns while they grow. A place is a row number; -1 stands for no place."""

    def __init__(self) -> None:
        self.codes = ["", *sorted(countries.countries())]
        self._code_number = {code: number for number, code in enumerate(self.codes)}
        self.ids, self.lat, self.lon = array("i"), array("i"), array("i")
        self.country, self.kind, self.precision = array("B"), array("B"), array("B")
        self.admin1, self.admin2, self.population = array("i"), array("i"), array("q")
        self.names, self.name_length = bytearray(), array("B")
        self.keys, self.key_row, self.key_match = array("Q"), array("i"), array("B")
        self._row_of_id: dict[int, int] = {}
        self._row_of_code: dict[str, int] = {}
        self._bare_name: dict[int, str] = {}  # of units only
        self._unit: dict[tuple[str, str], int] = {}  # by the code of what it lies in, and bare name
        self._code_by_end: dict[tuple[str, str], str | None] = {}
        self._capital_key = {
            row.iso3: place_key(row.capital).whole for row in countries.countries().values() if row.capital
        }
        self._capital: dict[str, int] = {}

    def add(self, entry: Entry) -> None:
        """A new row, or more about one that is there."""
        row = self._row_of_id.get(entry.geonameid)
        if row is None:
            row = self._append(entry)
        elif self.lat[row] == NOWHERE:
            self._locate(row, entry.lat, entry.lon)
        self.population[row] = max(self.population[row], min(entry.population, 2**32 - 1))
        kind = KINDS[self.kind[row]]
        if kind == "country" or kind.startswith("admin"):
            self._remember_unit(row, entry, kind)
        elif kind != "region":
            self._link(row, entry)
        self._add_names(row, entry)

    def add_region(self, entry: Entry) -> None:
        """A region of the project's table: where a unit of its rank bears its name, that unit is meant."""
        bare = place_key(entry.name).bare
        iso2 = known.iso2 if (known := countries.country(entry.iso3)) else ""
        unit = self._unit.get((iso2, bare)) if entry.precision == "admin1" else None
        if entry.precision == "country":
            unit = self._unit.get(("", bare))
        if unit is None:
            self.add(entry)
        else:
            self._locate(unit, entry.lat, entry.lon)
            self._add_names(unit, entry)

    def add_alias(self, geonameid: int, alias: str, match: Match) -> None:
        """A further name for a place; nothing where the place is not in the sources."""
        row = self._row_of_id.get(geonameid)
        if row is not None:
            self._add_key(place_key(alias).whole, row, match)

    def locate(self, geonameid: int, lat: float, lon: float) -> None:
        """Coordinates for a place that is there."""
        row = self._row_of_id.get(geonameid)
        if row is not None:
            self._locate(row, lat, lon)

    def finish(self) -> None:
        """What can only be said when all is read: capitals, the middles of regions and how many live in
        them."""
        for row in self._capital.values():
            self.kind[row] = KINDS.index("capital")
        kinds, admin1 = np.frombuffer(self.kind, np.uint8), np.frombuffer(self.admin1, np.int32)
        lat, lon = np.frombuffer(self.lat, np.int32), np.frombuffer(self.lon, np.int32)
        people = np.frombuffer(self.population, np.int64)
        towns = np.flatnonzero((admin1 >= 0) & (kinds == KINDS.index("town")))
        lived_in = np.bincount(admin1[towns], weights=people[towns], minlength=len(kinds))
        inside = np.flatnonzero((admin1 >= 0) & (lat != NOWHERE) & (kinds == KINDS.index("town")))
        count = np.bincount(admin1[inside], minlength=len(kinds))
        sums = [
            np.bincount(admin1[inside], weights=axis[inside], minlength=len(kinds)) for axis in (lat, lon)
        ]
        for row in np.flatnonzero(kinds == KINDS.index("admin1")).tolist():
            self.population[row] = max(self.population[row], int(lived_in[row]))
        bare = np.flatnonzero((lat == NOWHERE) & (count > 0))
        for row in bare.tolist():
            self.lat[row], self.lon[row] = (round(axis[row] / count[row]) for axis in sums)

    def write(self, target: Path) -> None:
        """One file. Names are sorted by their numbers, and only the steps between them are kept: they pack
        well."""
        keys, rows = np.frombuffer(self.keys, np.uint64), np.frombuffer(self.key_row, np.int32)
        matches = np.frombuffer(self.key_match, np.uint8)
        order = np.lexsort((matches, rows, keys))
        keys, rows, matches = keys[order], rows[order], matches[order]
        first = np.ones(len(keys), bool)
        first[1:] = (keys[1:] != keys[:-1]) | (rows[1:] != rows[:-1])
        keys, rows, matches = keys[first], rows[first], matches[first]
        distinct, per_key = np.unique(keys, return_counts=True)
        np.savez_compressed(
            target,
            format=np.int32(FORMAT),
            countries=np.array(self.codes, "S3"),
            id=np.frombuffer(self.ids, np.int32),
            lat=np.frombuffer(self.lat, np.int32),
            lon=np.frombuffer(self.lon, np.int32),
            country=np.frombuffer(self.country, np.uint8),
            kind=np.frombuffer(self.kind, np.uint8),
            precision=np.frombuffer(self.precision, np.uint8),
            admin1=np.frombuffer(self.admin1, np.int32),
            admin2=np.frombuffer(self.admin2, np.int32),
            population=np.frombuffer(self.population, np.int64).astype(np.uint32),
            names=np.frombuffer(self.names, np.uint8),
            name_length=np.frombuffer(self.name_length, np.uint8),
            key_step=np.diff(distinct, prepend=np.uint64(0)),
            key_rows=per_key.astype(np.uint32),
            key_row=rows,
            key_match=matches,
        )

    def _append(self, entry: Entry) -> int:
        row = len(self.ids)
        self.ids.append(entry.geonameid)
        self.lat.append(NOWHERE)
        self.lon.append(NOWHERE)
        self._locate(row, entry.lat, entry.lon)
        self.country.append(self._code_number.get(entry.iso3, 0))
        self.kind.append(KINDS.index(entry.kind))
        told = entry.precision if entry.kind == "region" else _PRECISION_OF_KIND.get(entry.kind, "point")
        self.precision.append(PRECISIONS.index(told))
        self.population.append(0)
        name = entry.name.encode("utf-8")[:255]
        self.names += name
        self.name_length.append(len(name))
        self.admin1.append(-1)
        self.admin2.append(-1)
        if entry.geonameid > 0:
            self._row_of_id[entry.geonameid] = row
        return row

    def _locate(self, row: int, lat: float | None, lon: float | None) -> None:
        if lat is not None and lon is not None:
            self.lat[row], self.lon[row] = round(lat * DEGREE), round(lon * DEGREE)

    def _remember_unit(self, row: int, entry: Entry, kind: PlaceKind) -> None:
        """Countries, regions and districts can be found by their codes and by their names later on."""
        if row in self._bare_name:
            return
        bare = self._bare_name[row] = place_key(entry.name).bare
        if kind == "country":
            self._unit.setdefault(("", bare), row)
        elif kind == "admin1":
            self._row_of_code.setdefault(entry.admin1, row)
            self._unit.setdefault((entry.admin1.partition(".")[0], bare), row)
        else:
            self._row_of_code.setdefault(entry.admin2, row)
            self.admin1[row] = self._row_of_code.get(entry.admin1, -1)
            self._unit.setdefault((entry.admin1, bare), row)
            end = entry.admin2.partition(".")[0], entry.admin2.rpartition(".")[2]
            self._code_by_end[end] = None if end in self._code_by_end else entry.admin2

    def _link(self, row: int, entry: Entry) -> None:
        """The region and the district that a place lies in."""
        admin1, admin2 = entry.admin1, entry.admin2
        if admin1 not in self._row_of_code:
            # Older dumps of Kosovo give the municipality, a district by now, where the region's code should
            # be.
            iso2, _, number = admin1.partition(".")
            admin2 = self._code_by_end.get((iso2, number)) or ""
            admin1 = admin2.rpartition(".")[0]
        if self.admin1[row] < 0:
            self.admin1[row] = self._row_of_code.get(admin1, -1)
        bare = place_key(entry.name).bare
        unit = self._row_of_code.get(admin2, -1)
        if unit < 0 and entry.kind == "town" and entry.iso3 not in _NO_SEAT_BY_NAME:
            unit = self._unit.get((admin1, bare), -1)  # a district is mostly named after its seat
        if self.admin2[row] < 0:
            self.admin2[row] = unit
        if unit >= 0 and self.lat[unit] == NOWHERE and self._bare_name.get(unit) == bare:
            self.lat[unit], self.lon[unit] = self.lat[row], self.lon[row]

    def _add_names(self, row: int, entry: Entry) -> None:
        """Keys for the name and its aliases: whole, and bare of generic words."""
        seen: set[str] = set()
        for number, name in enumerate((entry.name, *entry.aliases)):
            key = place_key(name)
            if key.whole and key.whole not in seen:
                seen.add(key.whole)
                self._add_key(key.whole, row, "alias" if number else "name")
                self._note_capital(row, entry, key.whole)
            # A unit is called by its bare name too, and "Ciudad Hidalgo" Hidalgo; "Kansas City" is not
            # Kansas.
            town = entry.kind in ("town", "capital", "country")
            shorter = {key.bare} if not town or key.whole.endswith(key.bare) else set()
            if entry.iso3 in _ARABIC_ARTICLE_COUNTRIES:
                shorter |= {without_article(form) for form in (*shorter, key.whole)}
            for form in sorted(shorter - seen - {""}):
                seen.add(form)
                self._add_key(form, row, "bare alias" if number else "bare name")

    def _add_key(self, key: str, row: int, match: Match) -> None:
        self.keys.append(key_hash(key))
        self.key_row.append(row)
        self.key_match.append(MATCHES.index(match))

    def _note_capital(self, row: int, entry: Entry, key: str) -> None:
        if entry.kind == "town" and self._capital_key.get(entry.iso3) == key:
            best = self._capital.get(entry.iso3)
            if best is None or self.population[best] < self.population[row]:
                self._capital[entry.iso3] = row
