"""The tables that the exports share: what other data sets call our countries, sectors and types."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib import resources
from types import MappingProxyType

import msgspec

from rashomon.errors import InstallationError
from rashomon.knowledge import countries
from rashomon.model import Party

PLOVER_CODES = MappingProxyType({"XKX": "KOS"})
"""Countries that PLOVER writes otherwise than ISO 3166 and its users do."""


class CountryCodes(msgspec.Struct, frozen=True):
    """A country elsewhere: its ISO number, FIPS 10-4 code, CAMEO code and ACLED region; 0 and "" for none."""

    numeric: int = 0
    fips: str = ""
    cameo: str = ""
    acled_region: str = ""


class SectorCodes(msgspec.Struct, frozen=True):
    """A sector elsewhere. `inter` is ACLED's number for a kind of actor, 0 for none; `armed` is "yes",
    "acting" (through armed forces when it acts), or "" where no arms are implied."""

    cameo: str = ""
    icews: str = ""
    inter: int = 0
    armed: str = ""


class GroupCodes(msgspec.Struct, frozen=True):
    """A body above states elsewhere: its CAMEO code, known group and type, and ICEWS sectors."""

    cameo: str = ""
    group: str = ""
    type: str = ""
    icews: str = ""


def country_codes(iso3: str | None) -> CountryCodes:
    """What a country is called elsewhere; empty for a code that is no country's."""
    return _countries().get(iso3 or "", CountryCodes())


def sector_codes(sector: str | None) -> SectorCodes:
    """What a sector is called elsewhere; empty for no sector."""
    return _sectors().get(sector or "", SectorCodes())


def group_codes(code: str | None) -> GroupCodes | None:
    """What a body above states is called elsewhere; None for a country or no code."""
    return _groups().get(code or "")


def country_name(code: str | None) -> str:
    """A country's name; "" for none, the code itself where no table knows it."""
    row = countries.country(code or "")
    return row.name if row is not None else code or ""


def plover_code(code: str | None) -> str | None:
    """A code as PLOVER writes it: "KOS COP" for "XKX COP"."""
    if code is None:
        return None
    return " ".join(PLOVER_CODES.get(part, part) for part in code.split(" "))


def country_of(party: Party) -> str | None:
    """The country, or body above states, of a party, from its own field or its code."""
    if party.country:
        return party.country
    first, _, rest = (party.code or "").partition(" ")
    return first if first and (rest or sector_codes(first) == SectorCodes()) else None


def sector_of(party: Party) -> str | None:
    """The sector of a party, from its own field or its code."""
    last = (party.code or "").rpartition(" ")[2]
    return party.sector or (last if last in _sectors() else None)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table.

    Raises:
        InstallationError: it is missing.
    """
    try:
        text = (resources.files("rashomon.exports") / "tables" / name).read_text(encoding="utf-8")
    except OSError as error:
        raise InstallationError(f"the table {name} is missing", hint="reinstall rashomon") from error
    return list(csv.DictReader(io.StringIO(text)))


@cache
def _countries() -> dict[str, CountryCodes]:
    return {
        row["iso3"]: CountryCodes(int(row["numeric"]), row["fips"], row["cameo"], row["acled_region"])
        for row in rows("country_codes.csv")
    }


@cache
def _sectors() -> dict[str, SectorCodes]:
    return {
        row["sector"]: SectorCodes(row["cameo"], row["icews"], int(row["inter"] or 0), row["armed"])
        for row in rows("sector_codes.csv")
    }


@cache
def _groups() -> dict[str, GroupCodes]:
    return {
        row["code"]: GroupCodes(row["cameo"], row["group"], row["type"], row["icews"])
        for row in rows("group_codes.csv")
    }


__all__ = [
    "CountryCodes",
    "GroupCodes",
    "SectorCodes",
    "country_codes",
    "country_name",
    "country_of",
    "group_codes",
    "plover_code",
    "rows",
    "sector_codes",
    "sector_of",
]
