"""Small word tables of the reading rooms, read once."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from rashomon.errors import InstallationError


@cache
def column(table: str, name: str) -> frozenset[str]:
    """The values of one column of a CSV table. Raises InstallationError where the table is missing."""
    return frozenset(row[name] for row in rows(table))


@cache
def of_kind(table: str, kind: str) -> frozenset[str]:
    """The words of a kind in a table of `kind,word`. Raises InstallationError where the table is missing."""
    return frozenset(row["word"] for row in rows(table) if row["kind"] == kind)


@cache
def rows(table: str) -> tuple[dict[str, str], ...]:
    """All rows of a CSV table. Raises InstallationError where the table is missing."""
    path = files("rashomon.knowledge") / "tables" / table
    try:
        with path.open(encoding="utf-8") as file:
            return tuple(csv.DictReader(file))
    except OSError as fault:
        raise InstallationError("a table is missing", where=table, hint="install rashomon again") from fault
