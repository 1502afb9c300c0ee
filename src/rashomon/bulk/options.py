"""What a bulk reading depends on: its settings, and the recipe that names everything else."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TypedDict

import msgspec

import rashomon
from rashomon.errors import InputError

READER = "rashomon.bulk.reading:load_reader"
LOOKING_READER = "rashomon.bulk.reading:load_looking_reader"
SHARD_BYTES = 1 << 20
PATIENCE = 300.0
FIELDS = ("text", "id", "title", "published", "publisher", "url", "story", "language")


class Options(msgspec.Struct, frozen=True):
    """The settings of one bulk reading.

    `fields` names the columns of tables, and the members of JSON objects, for the fields of a report where
    they are called otherwise.
    `patience` is the seconds that one report may take before its process is ended. `sample` is a number of
    reports; 0 takes all. `reader` names the function that gives the reader, as "module:function".
    """

    max_chars: int
    shard_bytes: int = SHARD_BYTES
    fields: dict[str, str] = {}
    publisher: str | None = None
    sample: int = 0
    patience: float = PATIENCE
    incidents: bool = True
    reader: str = READER

    def __post_init__(self) -> None:
        for name in self.fields:
            if name not in FIELDS:
                raise InputError(
                    f"a report has no field {name!r}", hint=f"the fields are {', '.join(FIELDS)}"
                )


class Recipe(TypedDict):
    """What gives the same claims of the same report."""

    rashomon: str
    model: str
    tables: str
    libraries: dict[str, str]
    max_chars: int
    fields: dict[str, str]
    publisher: str | None
    reader: str


def recipe(options: Options) -> Recipe:
    """Versions, hashes and settings that the claims depend on."""
    model, tables = _hashes()
    return {
        "rashomon": rashomon.__version__,
        "model": model,
        "tables": tables,
        "libraries": {name: version(name) for name in ("numpy", "onnxruntime", "tokenizers", "py3langid")},
        "max_chars": options.max_chars,
        "fields": dict(sorted(options.fields.items())),
        "publisher": options.publisher,
        "reader": options.reader,
    }


def key_of(*parts: str) -> str:
    """A short name for what it is made of: 16 hexadecimal digits."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@cache
def _hashes() -> tuple[str, str]:
    """SHA-256 of the reading model, and of all tables and code that reading uses."""
    folder = Path(str(files("rashomon")))
    model = hashlib.sha256((folder / "reading" / "model" / "reader.onnx").read_bytes()).hexdigest()
    rest = hashlib.sha256()
    for part in ("reading", "knowledge", "reconcile"):
        for path in sorted((folder / part).rglob("*")):
            if path.suffix in {".py", ".csv", ".npz", ".parquet", ".json"} and path.is_file():
                rest.update(path.relative_to(folder).as_posix().encode() + b"\0")
                rest.update(hashlib.sha256(path.read_bytes()).digest())
    return model, rest.hexdigest()


__all__ = ["FIELDS", "Options", "Recipe", "key_of", "recipe"]
