"""The gazetteer as it lies on disk and in memory: rows of places, and names that lead to them.

One `.npz` file of plain arrays, made by `build_places`. Names are kept as sorted numbers
(`names.key_hash`), so that a quarter of a million places with their aliases load in a fraction of a second
and need some tens of megabytes.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.errors import InstallationError
from rashomon.knowledge.names import PlaceKey, key_hash, place_key, without_article
from rashomon.model import PlacePrecision

PlaceKind = Literal[
    "country", "admin1", "admin2", "town", "capital", "region", "water", "land", "area", "site"
]  # fmt: skip
Match = Literal["name", "bare name", "alias", "bare alias", "code"]
KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)
MATCHES: tuple[Match, ...] = get_args(Match)
PRECISIONS: tuple[PlacePrecision | None, ...] = (None, "point", "town", "admin2", "admin1", "country")
FORMAT = 1
FILE_VARIABLE = "RASHOMON_PLACES"
_CODE = MATCHES.index("code")
NOWHERE = np.iinfo(np.int32).min  # a coordinate that nobody gives
DEGREE = 10_000  # coordinates are kept in ten-thousandths of a degree, about 11 m


class Candidate(msgspec.Struct, frozen=True):
    """A place that a name may mean. `lat`, `lon` in degrees, None where the sources give none; `country` is
    ISO alpha-3, None for seas and regions of several countries; `row` is its number in the table."""

    row: int
    name: str
    geonameid: int | None
    country: str | None
    lat: float | None
    lon: float | None
    population: int
    kind: PlaceKind
    precision: PlacePrecision | None
    match: Match
    admin1_row: int
    admin2_row: int
    sense_fits: bool = False


class PlaceTable:
    """All places. `PlaceTable.load()` gives the table in use, read once; `load(path)` another one."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        self._countries: list[str] = [code.decode("ascii") for code in arrays["countries"].tolist()]
        self._ids = arrays["id"]
        self._lat, self._lon = arrays["lat"], arrays["lon"]
        self._country, self._admin1, self._admin2 = arrays["country"], arrays["admin1"], arrays["admin2"]
        self._population, self._kind = arrays["population"], arrays["kind"]
        self._precision = arrays["precision"]
        self._names: bytes = arrays["names"].tobytes()
        self._name_end = np.cumsum(arrays["name_length"], dtype=np.int64)
        self._keys = np.cumsum(arrays["key_step"], dtype=np.uint64)
        self._key_end = np.cumsum(arrays["key_rows"], dtype=np.int64)
        self._key_row, self._key_match = arrays["key_row"], arrays["key_match"]
        rows = np.flatnonzero(self._kind == KINDS.index("country")).tolist()
        self._country_rows = {row: self._countries[self._country[row]] for row in rows}
        self._row_of_country = {iso3: row for row, iso3 in self._country_rows.items()}

    @staticmethod
    def load(path: Path | None = None) -> PlaceTable:
        """The table in `path`, or that which `RASHOMON_PLACES` names, or the shipped one.

        Raises InstallationError where it cannot be read.
        """
        own = os.environ.get(FILE_VARIABLE)
        return _load(path or (Path(own) if own else None))

    def __len__(self) -> int:
        return len(self._ids)

    def knows(self, key: PlaceKey) -> bool:
        """Whether the key leads to any place, otherwise than as an abbreviation."""
        for form in (key.whole, key.bare, without_article(key.bare)):
            first, count = self._entries(form)
            if count and bool((self._key_match[first : first + count] != _CODE).any()):
                return True
        return False

    def names(self, name: str) -> bool:
        """Whether any place goes by the name or the abbreviation."""
        return _bears(self, name)

    def has(self, form: str) -> bool:
        """Whether exactly this form of a name (`names.place_key`) stands in the table."""
        return self._entries(form)[1] > 0

    def candidates(self, name: str) -> list[Candidate]:
        """Every place that the name may mean, unranked; [] where the table has none.

        The name as it stands comes first; only where nothing has it, its generic words ("province", "city
        of") and an Arabic article are left out. `sense_fits` says that those words name the candidate's
        kind.
        """
        return list(_candidates(self, name))

    def look_up(self, name: str) -> Sequence[Candidate]:
        """The same, made anew."""
        key = place_key(name)
        found: dict[int, Candidate] = {}
        for number, form in enumerate(_forms(key)):
            first, count = self._entries(form)
            for at in range(first, first + count):
                row = int(self._key_row[at])
                if row not in found:
                    found[row] = self.candidate(row, MATCHES[self._key_match[at]], key.sense)
            # "Gao region" is an admin1's whole name; its bare form would add the town. "Idlib province" may
            # stand under "Idlib" only: then the search goes on.
            if found and (number > 0 or any(c.match != "code" for c in found.values())):
                break
        return tuple(found.values())

    def candidate(self, row: int, match: Match = "name", sense: str | None = None) -> Candidate:
        """One row of the table, with the way that led to it."""
        kind = KINDS[self._kind[row]]
        lat, lon = int(self._lat[row]), int(self._lon[row])
        known = lat != NOWHERE
        geonameid = int(self._ids[row])
        country = int(self._country[row])
        return Candidate(
            row=row,
            name=self.name(row),
            geonameid=geonameid if geonameid > 0 else None,
            country=self._countries[country] if country else None,
            lat=lat / DEGREE if known else None,
            lon=lon / DEGREE if known else None,
            population=int(self._population[row]),
            kind=kind,
            precision=PRECISIONS[self._precision[row]],
            match=match,
            admin1_row=int(self._admin1[row]),
            admin2_row=int(self._admin2[row]),
            sense_fits=sense is not None and sense == _SENSE_OF_KIND.get(kind),
        )

    def name(self, row: int) -> str:
        """The name of a row; "" for no row (negative)."""
        if row < 0:
            return ""
        start = int(self._name_end[row - 1]) if row else 0
        return self._names[start : int(self._name_end[row])].decode("utf-8")

    def country_rows(self) -> Mapping[int, str]:
        """ISO alpha-3 codes by the rows that stand for countries."""
        return self._country_rows

    def row_of_country(self, iso3: str) -> int | None:
        """The row that stands for a country."""
        return self._row_of_country.get(iso3)

    def middle_of_part(self, whole: Candidate, direction: str) -> tuple[float | None, float | None]:
        """Where the towns in the north, southeast, centre ... of a country or a region lie (its outer
        third)."""
        inside = self._kind == KINDS.index("town")
        if whole.kind == "admin1":
            inside &= self._admin1 == whole.row
        else:
            inside &= self._country == self._countries.index(whole.country or "")
        rows = np.flatnonzero(inside & (self._lat != NOWHERE))
        if not len(rows):
            return whole.lat, whole.lon
        lat, lon = self._lat[rows] / DEGREE, self._lon[rows] / DEGREE
        keep = np.ones(len(rows), bool)
        if "north" in direction:
            keep &= lat >= np.quantile(lat, 2 / 3)
        if "south" in direction:
            keep &= lat <= np.quantile(lat, 1 / 3)
        if "east" in direction:
            keep &= lon >= np.quantile(lon, 2 / 3)
        if "west" in direction:
            keep &= lon <= np.quantile(lon, 1 / 3)
        keep = keep if keep.any() else np.ones(len(rows), bool)
        return round(float(np.median(lat[keep])), 4), round(float(np.median(lon[keep])), 4)

    def _entries(self, key: str) -> tuple[int, int]:
        """First entry of the key, and how many there are."""
        if not key:
            return 0, 0
        wanted = key_hash(key)
        at = int(self._keys.searchsorted(np.uint64(wanted)))
        if at >= len(self._keys) or int(self._keys[at]) != wanted:
            return 0, 0
        start = int(self._key_end[at - 1]) if at else 0
        return start, int(self._key_end[at]) - start


def _forms(key: PlaceKey) -> Sequence[str]:
    """The forms under which a name is looked for, in this order."""
    return tuple(dict.fromkeys((key.whole, key.bare, without_article(key.whole), without_article(key.bare))))


# Names come again and again in an archive; these keep some megabytes.


@lru_cache(maxsize=1 << 14)
def _bears(table: PlaceTable, name: str) -> bool:
    return any(table.has(form) for form in _forms(place_key(name)))


@lru_cache(maxsize=1 << 12)
def _candidates(table: PlaceTable, name: str) -> Sequence[Candidate]:
    return table.look_up(name)


_SENSE_OF_KIND: dict[PlaceKind, str] = {
    "admin1": "admin1",
    "admin2": "admin2",
    "town": "town",
    "capital": "town",
    "region": "area",
    "land": "area",
    "area": "area",
    "water": "area",
}


@cache
def _load(path: Path | None) -> PlaceTable:
    hint = "reinstall rashomon" if path is None else "build the table again with `rashomon places build`"
    try:
        if path is not None:
            return _read(path)
        with resources.as_file(resources.files("rashomon.knowledge") / "tables" / "places.npz") as shipped:
            return _read(shipped)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as damage:
        raise InstallationError(
            "the table of places cannot be read", where=str(path or ""), hint=hint
        ) from damage


def _read(path: Path) -> PlaceTable:
    with np.load(path, allow_pickle=False) as file:
        if int(file["format"]) != FORMAT:
            raise ValueError(f"format {int(file['format'])}, expected {FORMAT}")
        return PlaceTable({name: file[name] for name in file.files})
