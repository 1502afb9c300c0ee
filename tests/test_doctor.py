from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import polars as pl
import pytest

from rashomon import doctor
from rashomon.doctor import Finding, examine, is_whole, table_manifest, write_table_manifest
from rashomon.errors import InstallationError


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "words.csv").write_text('word,gloss\nleave,"to go, away"\nhold,"two\nlines"\n')
    pl.DataFrame({"name": ["Vrelo", "Čabra", "Hrid"]}).write_parquet(tmp_path / "places.parquet")
    (tmp_path / "SOURCES.md").write_text("none")
    monkeypatch.setattr(doctor, "TABLE_FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "reader.onnx").write_bytes(b"weights")
    manifest = {"version": "1", "files": {"reader.onnx": hashlib.sha256(b"weights").hexdigest()}}
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    monkeypatch.setattr(doctor, "MODEL_FOLDER", folder)
    return folder


def finding(part: str) -> Finding:
    return next(entry for entry in examine() if entry.part == part)


def test_a_manifest_counts_rows_and_ignores_papers(tables: Path) -> None:
    assert {name: entry.rows for name, entry in table_manifest(tables).tables.items()} == {
        "places.parquet": 3,
        "words.csv": 2,
    }


def test_tables_are_held_against_their_manifest(tables: Path) -> None:
    assert finding("tables").state == "warning"  # no manifest yet
    write_table_manifest(tables)
    assert finding("tables") == Finding("tables", "ok", "2 tables, 5 rows")
    with (tables / "words.csv").open("a") as file:
        file.write("shut,to close\n")
    assert finding("tables").seen == "words.csv was changed"
    (tables / "places.parquet").unlink()
    broken = finding("tables")
    assert (broken.state, broken.seen) == ("broken", "places.parquet is missing; words.csv was changed")
    assert not is_whole([broken])


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("words.csv", b"word,gloss\nleave\n", "words.csv, line 2: 1 fields instead of 2"),
        ("words.csv", b"", "words.csv cannot be read"),
        ("words.csv", b"word\n\xff\n", "words.csv cannot be read"),
        ("places.parquet", b"PAR1", "places.parquet cannot be read"),
        ("places.npz", b"PK", "places.npz cannot be read"),
    ],
)
def test_a_damaged_table_is_named(tables: Path, name: str, data: bytes, words: str) -> None:
    (tables / name).write_bytes(data)
    with pytest.raises(InstallationError, match=words):
        table_manifest(tables)
    assert finding("tables").state == "broken"


def test_a_whole_model(model: Path) -> None:
    assert finding("reading model").seen == "version 1, 1 files, 0.0 MB"


def test_a_model_that_is_not_the_released_one_is_broken(model: Path) -> None:
    (model / "reader.onnx").write_bytes(b"other")
    assert finding("reading model").seen == "reader.onnx is not the file that was released"
    (model / "reader.onnx").unlink()
    assert finding("reading model").seen == "reader.onnx is missing"
    (model / "manifest.json").write_text("{")
    assert finding("reading model").seen.startswith("the model's manifest cannot be read")
    (model / "manifest.json").unlink()
    assert finding("reading model") == Finding(
        "reading model", "broken", "the model's manifest is missing", "pip install --force-reinstall rashomon"
    )


def test_the_doctor_never_falls_ill(monkeypatch: pytest.MonkeyPatch) -> None:
    def ill() -> Finding:
        raise RuntimeError("no idea")

    monkeypatch.setattr(doctor, "_tables", ill)
    assert finding("tables") == Finding(
        "tables", "broken", "RuntimeError: no idea", "pip install --force-reinstall rashomon"
    )


def test_this_machine_has_what_reading_stands_on() -> None:
    found = {entry.part: entry for entry in examine()}
    for part in ("Python", "language", "web pages", "onnxruntime", "tokenizers", "polars"):
        assert found[part].state == "ok", found[part]
