"""The columns of the table of places while they grow, row by row, and how they are written.

What can be worked out from one entry alone (`prepare`) is apart from what depends on the entries before it
(`Columns.put`): the first is the costly half, and the one that a build in parts need not do twice.
"""

from __future__ import annotations

from array import array
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from rashomon.knowledge import countries
from rashomon.knowledge.build_parts import whole_file
from rashomon.knowledge.names import key_hash, place_key, without_article
from rashomon.knowledge.place_sources import Entry
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

MATCH_NUMBER: dict[Match, int] = {match: number for number, match in enumerate(MATCHES)}
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


class Prepared(msgspec.Struct, array_like=True):
    """An entry with all that can be worked out from it alone: the keys of its names (each with the number of
    its match), its name bare of generic words, and whether it bears the name of its country's capital."""

    entry: Entry
    bare: str
    keys: list[tuple[int, int]]
    capital: bool


@cache
def _capital_keys() -> dict[str, str]:
    return {row.iso3: place_key(row.capital).whole for row in countries.countries().values() if row.capital}


def prepare(entry: Entry) -> Prepared:
    """Fold and hash the names of an entry: whole, and bare of generic words. The costly half of the work."""
    seen: set[str] = set()
    keys: list[tuple[int, int]] = []
    capital_key = _capital_keys().get(entry.iso3) if entry.kind == "town" else None
    capital, bare = False, ""
    for number, name in enumerate((entry.name, *entry.aliases)):
        key = place_key(name)
        bare = bare if number else key.bare
        if key.whole and key.whole not in seen:
            seen.add(key.whole)
            keys.append((key_hash(key.whole), MATCH_NUMBER["alias" if number else "name"]))
            capital = capital or key.whole == capital_key
        # A unit is called by its bare name too, and "Ciudad Hidalgo" Hidalgo; "Kansas City" is not
        # Kansas.
        town = entry.kind in ("town", "capital", "country")
        shorter = {key.bare} if not town or key.whole.endswith(key.bare) else set()
        if entry.iso3 in _ARABIC_ARTICLE_COUNTRIES:
            shorter |= {without_article(form) for form in (*shorter, key.whole)}
        for form in sorted(shorter - seen - {""}):
            seen.add(form)
            keys.append((key_hash(form), MATCH_NUMBER["bare alias" if number else "bare name"]))
    entry.aliases = ()  # the keys hold them
    return Prepared(entry, bare, keys, capital)


class _RowOfId:
    """Rows by GeoNames id: the ids are dense, so that four bytes each do."""

    def __init__(self) -> None:
        self._rows = array("i")

    def get(self, geonameid: int) -> int | None:
        row = self._rows[geonameid] if 0 < geonameid < len(self._rows) else -1
        return row if row >= 0 else None

    def set(self, geonameid: int, row: int) -> None:
        missing = geonameid + 1 - len(self._rows)
        if missing > 0:
            self._rows.frombytes(b"\xff" * (4 * (missing + 2**16)))  # -1: no row
        self._rows[geonameid] = row


class Columns:
    """The columns while they grow. A place is a row number; -1 stands for no place."""

    def __init__(self) -> None:
        self.codes = ["", *sorted(countries.countries())]
        self._code_number = {code: number for number, code in enumerate(self.codes)}
        self.ids, self.lat, self.lon = array("i"), array("i"), array("i")
        self.country, self.kind, self.precision = array("B"), array("B"), array("B")
        self.admin1, self.admin2, self.population = array("i"), array("i"), array("I")
        self.names, self.name_length = bytearray(), array("B")
        self.keys, self.key_row, self.key_match = array("Q"), array("i"), array("B")
        self._row_of_id = _RowOfId()
        self._row_of_code: dict[str, int] = {}
        self._bare_name: dict[int, str] = {}  # of units only
        self._unit: dict[tuple[str, str], int] = {}  # by the code of what it lies in, and bare name
        self._code_by_end: dict[tuple[str, str], str | None] = {}
        self._capital: dict[str, int] = {}

    def add(self, entry: Entry) -> None:
        """A new row, or more about one that is there."""
        self.put(prepare(entry))

    def put(self, prepared: Prepared) -> None:
        """The same, with the costly half done."""
        entry = prepared.entry
        row = self._row_of_id.get(entry.geonameid)
        if row is None:
            row = self._append(entry)
        elif self.lat[row] == NOWHERE:
            self._locate(row, entry.lat, entry.lon)
        self.population[row] = max(self.population[row], min(entry.population, 2**32 - 1))
        kind = KINDS[self.kind[row]]
        if kind == "country" or kind.startswith("admin"):
            self._remember_unit(row, entry, kind, prepared.bare)
        elif kind != "region":
            self._link(row, entry, prepared.bare)
        self._add_keys(row, prepared)

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
            self._add_keys(unit, prepare(entry))

    def add_alias(self, geonameid: int, alias: str, match: Match) -> None:
        """A further name for a place; nothing where the place is not in the sources."""
        row = self._row_of_id.get(geonameid)
        if row is not None:
            self._add_key(key_hash(place_key(alias).whole), row, MATCH_NUMBER[match])

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
        people = np.frombuffer(self.population, np.uint32)
        units = np.flatnonzero(kinds == KINDS.index("admin1"))
        size = int(units.max(initial=-1)) + 1  # they stand before what lies in them
        towns = np.flatnonzero((admin1 >= 0) & (kinds == KINDS.index("town")))
        lived_in = np.bincount(admin1[towns], weights=people[towns], minlength=size)
        inside = np.flatnonzero((admin1 >= 0) & (lat != NOWHERE) & (kinds == KINDS.index("town")))
        count = np.bincount(admin1[inside], minlength=size)
        sums = [np.bincount(admin1[inside], weights=axis[inside], minlength=size) for axis in (lat, lon)]
        for row in units.tolist():
            self.population[row] = max(self.population[row], min(int(lived_in[row]), 2**32 - 1))
        bare = np.flatnonzero((lat[: len(count)] == NOWHERE) & (count > 0))
        for row in bare.tolist():
            self.lat[row], self.lon[row] = (round(axis[row] / count[row]) for axis in sums)

    def write(self, target: Path) -> None:
        """One file. Names are sorted by their numbers, and only the steps between them are kept: they pack
        well."""
        keys, rows = np.frombuffer(self.keys, np.uint64), np.frombuffer(self.key_row, np.int32)
        matches = np.frombuffer(self.key_match, np.uint8)
        order = np.lexsort((matches, rows, keys))
        # One after the other, and the unsorted ones let go: these are the largest columns of a full dump.
        keys, self.keys = keys[order], array("Q")
        rows, self.key_row = rows[order], array("i")
        matches, self.key_match = matches[order], array("B")
        del order
        first = np.ones(len(keys), bool)
        first[1:] = (keys[1:] != keys[:-1]) | (rows[1:] != rows[:-1])
        keys = keys[first]
        rows = rows[first]
        matches = matches[first]
        first = np.ones(len(keys), bool)
        first[1:] = keys[1:] != keys[:-1]
        distinct = keys[first]
        del keys
        begins = np.flatnonzero(first).astype(np.uint32)
        del first
        per_key = np.diff(begins, append=np.uint32(len(rows)))
        del begins
        columns = {
            "format": np.int32(FORMAT),
            "countries": np.array(self.codes, "S3"),
            "id": np.frombuffer(self.ids, np.int32),
            "lat": np.frombuffer(self.lat, np.int32),
            "lon": np.frombuffer(self.lon, np.int32),
            "country": np.frombuffer(self.country, np.uint8),
            "kind": np.frombuffer(self.kind, np.uint8),
            "precision": np.frombuffer(self.precision, np.uint8),
            "admin1": np.frombuffer(self.admin1, np.int32),
            "admin2": np.frombuffer(self.admin2, np.int32),
            "population": np.frombuffer(self.population, np.uint32),
            "names": np.frombuffer(self.names, np.uint8),
            "name_length": np.frombuffer(self.name_length, np.uint8),
            "key_step": np.diff(distinct, prepend=np.uint64(0)),
            "key_rows": per_key,
            "key_row": rows,
            "key_match": matches,
        }
        with whole_file(target) as file:
            np.savez_compressed(file, **columns)  # type: ignore[arg-type]

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
            self._row_of_id.set(entry.geonameid, row)
        return row

    def _locate(self, row: int, lat: float | None, lon: float | None) -> None:
        if lat is not None and lon is not None:
            self.lat[row], self.lon[row] = round(lat * DEGREE), round(lon * DEGREE)

    def _remember_unit(self, row: int, entry: Entry, kind: PlaceKind, bare: str) -> None:
        """Countries, regions and districts can be found by their codes and by their names later on."""
        if row in self._bare_name:
            return
        self._bare_name[row] = bare
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

    def _link(self, row: int, entry: Entry, bare: str) -> None:
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
        unit = self._row_of_code.get(admin2, -1)
        if unit < 0 and entry.kind == "town" and entry.iso3 not in _NO_SEAT_BY_NAME:
            unit = self._unit.get((admin1, bare), -1)  # a district is mostly named after its seat
        if self.admin2[row] < 0:
            self.admin2[row] = unit
        if unit >= 0 and self.lat[unit] == NOWHERE and self._bare_name.get(unit) == bare:
            self.lat[unit], self.lon[unit] = self.lat[row], self.lon[row]

    def _add_keys(self, row: int, prepared: Prepared) -> None:
        for key, match in prepared.keys:
            self._add_key(key, row, match)
        if prepared.capital:
            best = self._capital.get(prepared.entry.iso3)
            if best is None or self.population[best] < self.population[row]:
                self._capital[prepared.entry.iso3] = row

    def _add_key(self, key: int, row: int, match: int) -> None:
        self.keys.append(key)
        self.key_row.append(row)
        self.key_match.append(match)
