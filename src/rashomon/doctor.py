"""Whether an installation is whole: versions, the reading model, the tables, and a tiny reading.

`examine` looks; `rashomon doctor` prints what it finds. The model and the tables have manifests with the hash
of each file. `python -m rashomon.doctor --write` makes the tables' manifest anew after a table was changed.
"""

from __future__ import annotations

import csv
import hashlib
import platform
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

import msgspec

from rashomon.errors import InputError, InstallationError, RashomonError

State = Literal["ok", "warning", "broken"]

_PACKAGE = Path(__file__).parent
MODEL_FOLDER = _PACKAGE / "reading" / "model"
TABLE_FOLDER = _PACKAGE / "knowledge" / "tables"
MODEL_MANIFEST, TABLE_MANIFEST = "manifest.json", "MANIFEST.json"
_TABLE_ENDINGS = {".csv", ".parquet", ".npz"}
_REINSTALL = "pip install --force-reinstall rashomon"
_OLDEST_PYTHON = (3, 11)
_CHUNK = 2**20
_TINY = "Police arrested two men in Belgrade on Tuesday, the interior ministry said."
_TINY_PAGE = "<html><body><article><h1>Two held</h1><p>" + 3 * (_TINY + " ") + "</p></article></body></html>"


class Finding(msgspec.Struct, frozen=True):
    """What was looked at, how it is, what was seen, and what to do where it is not whole."""

    part: str
    state: State
    seen: str
    hint: str | None = None


class ModelManifest(msgspec.Struct, frozen=True):
    """`manifest.json` beside the model: its version, and the SHA-256 of each file by name."""

    version: str
    files: dict[str, str]


class TableEntry(msgspec.Struct, frozen=True):
    """A table's SHA-256 and its number of rows."""

    sha256: str
    rows: int


class TableManifest(msgspec.Struct, frozen=True):
    """`MANIFEST.json` beside the tables: an entry for each, by name."""

    tables: dict[str, TableEntry]


def examine() -> Iterator[Finding]:
    """Look at every part, one after the other; nothing is raised, whatever state the installation is in."""
    yield _guarded("Python", _python)
    yield _guarded("rashomon", _package)
    yield from _requirements()
    yield _guarded("reading model", _model)
    yield _guarded("tables", _tables)
    yield _guarded("language", _language)
    yield _guarded("web pages", _pages)
    yield _guarded("a tiny reading", _tiny_reading)


def is_whole(findings: list[Finding]) -> bool:
    """Whether nothing is broken. Warnings do no harm."""
    return all(finding.state != "broken" for finding in findings)


def table_manifest(folder: Path | None = None) -> TableManifest:
    """The manifest as the tables in a folder (None: those that ship) are now.

    Raises:
        InstallationError: a table cannot be read.
    """
    paths = sorted(path for path in (folder or TABLE_FOLDER).iterdir() if path.suffix in _TABLE_ENDINGS)
    return TableManifest({path.name: TableEntry(_sha256(path), _count_rows(path)) for path in paths})


def write_table_manifest(folder: Path | None = None) -> Path:
    """Write the manifest of a folder of tables (None: those that ship); the file that was written.

    Raises:
        InstallationError: a table cannot be read.
    """
    path = (folder or TABLE_FOLDER) / TABLE_MANIFEST
    encoded = msgspec.json.format(
        msgspec.json.encode(table_manifest(folder), order="deterministic"), indent=2
    )
    path.write_bytes(encoded + b"\n")
    return path


def _guarded(part: str, look: Callable[[], Finding]) -> Finding:
    """A doctor that falls ill is no help: whatever goes wrong is a finding."""
    try:
        return look()
    except RashomonError as error:
        return Finding(part, "broken", error.what, error.hint)
    except Exception as error:
        return Finding(part, "broken", f"{type(error).__name__}: {error}", _REINSTALL)


def _python() -> Finding:
    wanted = ".".join(map(str, _OLDEST_PYTHON))
    if sys.version_info < _OLDEST_PYTHON:
        return Finding("Python", "broken", platform.python_version(), f"use Python {wanted} or newer")
    return Finding("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _package() -> Finding:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return Finding("rashomon", "ok", version("rashomon"))
    except PackageNotFoundError:
        return Finding("rashomon", "warning", "not installed: run from a source tree", "pip install rashomon")


def _requirements() -> Iterator[Finding]:
    """What the installed package says that it needs; a source tree that was never installed says little."""
    from importlib.metadata import PackageNotFoundError, requires, version

    try:
        wanted = requires("rashomon") or []
    except PackageNotFoundError:
        wanted = ["onnxruntime", "tokenizers", "numpy", "polars", "msgspec"]
    for line in wanted:
        match = re.match(r"([A-Za-z0-9._-]+)\s*(?:>=\s*([0-9.]+))?", line)
        if match is None or "extra ==" in line:
            continue
        name, floor = match[1], match[2]
        install = f"pip install --upgrade '{name}{'>=' + floor if floor else ''}'"
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(name, "broken", "not installed", install)
            continue
        if floor and _numbers(found) < _numbers(floor):
            yield Finding(name, "broken", f"{found}, which is older than {floor}", install)
        else:
            yield Finding(name, "ok", found)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", version)[:3])


def _model() -> Finding:
    path = MODEL_FOLDER / MODEL_MANIFEST
    manifest = _decoded(path, ModelManifest, "the model's manifest")
    total = 0
    for name, sha256 in manifest.files.items():
        file = MODEL_FOLDER / name
        if not file.is_file():
            raise InstallationError(f"{name} is missing", hint=_REINSTALL)
        if _sha256(file) != sha256:
            raise InstallationError(f"{name} is not the file that was released", hint=_REINSTALL)
        total += file.stat().st_size
    if not manifest.files:
        raise InstallationError("the model's manifest names no file", hint=_REINSTALL)
    return Finding(
        "reading model",
        "ok",
        f"version {manifest.version}, {len(manifest.files)} files, {total / 1e6:.1f} MB",
    )


def _tables() -> Finding:
    found = table_manifest()
    if not found.tables:
        raise InstallationError("there are no tables", hint=_REINSTALL)
    rows = sum(entry.rows for entry in found.tables.values())
    seen = f"{len(found.tables)} tables, {rows:,} rows"
    path = TABLE_FOLDER / TABLE_MANIFEST
    if not path.is_file():
        return Finding("tables", "warning", f"{seen}; there is no manifest to hold them against", _REINSTALL)
    wanted = _decoded(path, TableManifest, "the tables' manifest").tables
    missing = sorted(wanted.keys() - found.tables.keys())
    changed = sorted(
        name for name, entry in wanted.items() if name in found.tables and found.tables[name] != entry
    )
    if missing or changed:
        faults = [f"{name} is missing" for name in missing] + [f"{name} was changed" for name in changed]
        raise InstallationError("; ".join(faults), hint=_REINSTALL)
    return Finding("tables", "ok", seen)


def _language() -> Finding:
    from rashomon.reading.language import detect

    code = detect("La police a arrêté deux hommes mardi à Belgrade, a annoncé le ministère.").code
    if code != "fr":
        return Finding(
            "language", "broken", f"a French sentence looks {code}", "pip install --force-reinstall py3langid"
        )
    return Finding("language", "ok", "English and French are told apart")


def _pages() -> Finding:
    from rashomon.sources.html import extract

    page, _ = extract(_TINY_PAGE.encode())
    if _TINY not in page.text:
        return Finding(
            "web pages", "broken", "a plain page loses its text", "pip install --force-reinstall trafilatura"
        )
    return Finding("web pages", "ok", "a page is taken apart in a child process")


def _tiny_reading() -> Finding:
    from rashomon.api import load_reader
    from rashomon.model import Report

    start = time.perf_counter()
    reader = load_reader()
    loaded = time.perf_counter()
    try:
        reading = reader.read(Report(text=_TINY, published="2019-05-28", language="en"))
    except InputError as error:
        return Finding("a tiny reading", "broken", str(error), _REINSTALL)
    done = time.perf_counter()
    if not any(claim.type == "COERCE" for claim in reading.claims):
        return Finding("a tiny reading", "broken", "an arrest in plain words is not found", _REINSTALL)
    return Finding(
        "a tiny reading", "ok", f"loaded in {loaded - start:.1f} s, read in {1000 * (done - loaded):.0f} ms"
    )


def _decoded(path: Path, kind: type[Any], what: str) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        raise InstallationError(f"{what} is missing", hint=_REINSTALL) from None
    except (OSError, msgspec.DecodeError, UnicodeError) as error:
        raise InstallationError(f"{what} cannot be read: {error}", hint=_REINSTALL) from error


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise InstallationError(f"{path.name} cannot be read: {error.strerror}", hint=_REINSTALL) from error
    return digest.hexdigest()


def _count_rows(path: Path) -> int:
    """Rows of a table, the head line left out; every row of a CSV must have as many fields as its head.

    A file of arrays counts as many rows as its longest array.
    """
    try:
        if path.suffix == ".parquet":
            return int(_polars().scan_parquet(path).select(_polars().len()).collect().item())
        if path.suffix == ".npz":
            return _count_array_rows(path)
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            width, count = len(next(rows)), 0
            for row in rows:
                if len(row) != width:
                    raise InstallationError(
                        f"{path.name}, line {rows.line_num}: {len(row)} fields instead of {width}"
                    )
                count += 1
            return count
    except (
        OSError,
        UnicodeError,
        csv.Error,
        StopIteration,
        ValueError,
        BadZipFile,
        _polars().exceptions.PolarsError,
    ) as error:
        raise InstallationError(f"{path.name} cannot be read: {error}", hint=_REINSTALL) from error


def _count_array_rows(path: Path) -> int:
    import numpy

    with numpy.load(path, allow_pickle=False) as arrays:
        return max((len(array) for array in arrays.values() if array.ndim), default=0)


@cache
def _polars() -> Any:
    import polars

    return polars


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(
            "python -m rashomon.doctor --write   makes the manifest of the tables; "
            "to look, run: rashomon doctor"
        )
    print(write_table_manifest())
