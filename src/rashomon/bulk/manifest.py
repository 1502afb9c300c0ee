"""The manifest: what was read, with what, and what came of it. It says the same after every run over the same
input, however it was scheduled and interrupted; it is written last, so where it is, the tables are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from rashomon.bulk.files import whole
from rashomon.bulk.options import Recipe

NAME = "manifest.json"
FORMAT = 1


class ShardEntry(msgspec.Struct, frozen=True):
    """One shard: where it is, the SHA-256 of its bytes and of what was read from it, its records by fate."""

    id: str
    url: str
    start: int
    end: int
    group: int
    sha256: str
    rows_sha256: str
    records: int
    read: int
    copies: int
    repeats: int
    left_out: int
    refused: int
    claims: int


class Counts(msgspec.Struct, frozen=True):
    """Reports by what became of them; `refusals` by cause."""

    reports: int
    read: int
    copies: int
    repeats: int
    left_out: int
    refused: int
    claims: int
    incidents: int
    words: int
    refusals: dict[str, int]


class Manifest(msgspec.Struct, frozen=True):
    """What a folder of tables was made of."""

    format: int
    recipe: Recipe
    settings: dict[str, Any]
    counts: Counts
    shards: list[ShardEntry]
    tables: dict[str, dict[str, Any]]
    not_read: list[str]
    """Files and shards that could not be read at all, each with why."""


def load(out: Path) -> Manifest | None:
    """The manifest of a folder; None where there is none of this format."""
    try:
        found = msgspec.json.decode((out / NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if found.format == FORMAT else None


def save(manifest: Manifest, out: Path) -> None:
    """Put a manifest in its place."""
    with whole(out / NAME) as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def tables_are_there(manifest: Manifest, out: Path) -> bool:
    """Whether all files of the tables lie in the folder, with the content that the manifest says."""
    from rashomon.bulk.files import digest

    paths = {out / name: entry["sha256"] for name, entry in manifest.tables.items()}
    return all(path.is_file() and digest(path) == sha256 for path, sha256 in paths.items())


__all__ = ["FORMAT", "NAME", "Counts", "Manifest", "ShardEntry", "load", "save", "tables_are_there"]
