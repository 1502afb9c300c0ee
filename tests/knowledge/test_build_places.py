"""`rashomon places build`: a dump becomes a table, whatever happens on the way."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dumps import GEONAMES, geoname, write_geonames
from typer.testing import CliRunner

from rashomon.cli import app
from rashomon.errors import MalformedInput, SourceMissing
from rashomon.knowledge import build_parts, build_places
from rashomon.knowledge.build_parts import Workshop
from rashomon.knowledge.build_places import build_from_dump
from rashomon.knowledge.place_table import PlaceTable

run = CliRunner().invoke


def quiet(name: str, share: float, lines: int) -> None:
    assert 0 <= share <= 1 and lines >= 0


def table_of(dump: Path, tmp_path: Path, **more: str) -> PlaceTable:
    target = tmp_path / "out" / "places.npz"
    target.parent.mkdir(exist_ok=True)
    build_from_dump(dump, target, tmp_path / "parts", quiet, **more)
    return PlaceTable(dict(np.load(target)))


def towns(table: PlaceTable, name: str) -> list[int | None]:
    return [candidate.geonameid for candidate in table.candidates(name)]


def test_a_dump_alone_has_its_regions_itself(tmp_path: Path) -> None:
    table = table_of(write_geonames(tmp_path / "allCountries.txt"), tmp_path)
    (town,) = (c for c in table.candidates("Orn") if c.kind == "town")
    assert (town.geonameid, town.country, town.population, town.match) == (9000003, "MLI", 1200, "name")
    assert (table.name(town.admin1_row), table.name(town.admin2_row)) == ("Vell Region", "Cercle de Órn")
    assert towns(table, "Ornu") == [9000003] and towns(table, "ornw") == []
    assert towns(table, "Old Vell") == [] and towns(table, "Nowhere at all") == []
    assert towns(table, "Lake Tibb") == [9000009]


def test_what_lies_beside_a_zip_is_used(tmp_path: Path) -> None:
    write_geonames(tmp_path / "cities500.txt")
    with zipfile.ZipFile(tmp_path / "cities500.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "cities500.txt", "cities500.txt")
    (tmp_path / "admin1CodesASCII.txt").write_text("ML.01\tVell Region of Law\tVell\t9000001\n", "utf-8")
    names = [
        "1\t9000005\ten\tEastgate\t\t\t\t",
        "2\t9000005\tfr\tPortest\t\t\t\t",
        "3\t77\ten\tNobody\t\t\t\t",
    ]
    with zipfile.ZipFile(tmp_path / "alternateNamesV2.zip", "w") as archive:
        archive.writestr("iso-languagecodes.txt", "x\n")
        archive.writestr("alternateNamesV2.txt", "\n".join(names))
    info = ["ML", "MLI", "466", "ML", "Mali", "Bamako", "1240000", "99000111", *["x"] * 9]
    (tmp_path / "countryInfo.txt").write_text("#ISO\n" + "\t".join(info) + "\n", "utf-8")
    table = table_of(tmp_path / "cities500.zip", tmp_path)
    assert towns(table, "Eastgate") == [9000005] and towns(table, "Portest") == []
    (kessou,) = (c for c in table.candidates("Kessou") if c.kind == "town")
    assert table.name(kessou.admin1_row) == "Vell Region of Law"
    row = table.row_of_country("MLI")
    assert row is not None and table.candidate(row).population == 99000111


def test_only_the_classes_that_are_asked_for(tmp_path: Path) -> None:
    table = table_of(write_geonames(tmp_path / "ML.txt"), tmp_path, classes="P")
    assert towns(table, "Kessou") == [9000005] and towns(table, "Lake Tibb") == []
    assert towns(table, "Vell Region") == [9000001], "units are kept always"


@pytest.mark.parametrize("packed", [False, True])
def test_killed_it_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    dump = write_geonames(tmp_path / "ML.txt")
    if packed:
        with zipfile.ZipFile(tmp_path / "ML.zip", "w") as archive:
            archive.write(dump, "ML.txt")
        dump = tmp_path / "ML.zip"
    whole = build_from_dump(dump, tmp_path / "whole.npz", tmp_path / "w", quiet)
    monkeypatch.setattr(build_places._Rows, "part_bytes", 200)
    read: list[bytes] = []
    parts = 0

    def killed(name: str, share: float, lines: int) -> None:
        nonlocal parts
        parts += 1
        if parts == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_from_dump(dump, tmp_path / "again.npz", tmp_path / "parts", killed)
    assert not (tmp_path / "again.npz").exists()
    take = build_parts.Workshop._part

    def counted(shop: Workshop[object], *given: Any) -> build_parts.Part | None:
        part = take(shop, *given)
        read.extend([b""] * (part.lines if part else 0))
        return part

    monkeypatch.setattr(build_parts.Workshop, "_part", counted)
    again = build_from_dump(dump, tmp_path / "again.npz", tmp_path / "parts", quiet)
    (tally,) = again.tallies.values()
    assert 0 < tally.before < len(GEONAMES) == tally.lines
    assert len(read) == tally.lines - tally.before, "what was finished is not read again"
    assert again.places == whole.places
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()


def test_a_changed_dump_is_read_anew(tmp_path: Path) -> None:
    dump = write_geonames(tmp_path / "ML.txt")
    table_of(dump, tmp_path)
    write_geonames(dump, geoname(9000020, "Newtown Vell", "P.PPL"))
    assert towns(table_of(dump, tmp_path), "Newtown Vell") == [9000020]


def test_a_lost_part_is_read_anew(tmp_path: Path) -> None:
    dump = write_geonames(tmp_path / "ML.txt")
    table_of(dump, tmp_path)
    next((tmp_path / "parts").rglob("part-*.bin")).unlink()
    assert towns(table_of(dump, tmp_path), "Kessou") == [9000005]


def test_broken_lines_are_counted_and_told(tmp_path: Path) -> None:
    rows = ["cut off\tin the middle\n", geoname(9000021, "Farpoint", "P.PPL", lat="north")]
    dump = write_geonames(tmp_path / "ML.txt", *rows, geoname(9000022, "Sandgate Vell", "P.PPL"))
    result = run(app, ["places", "build", str(dump), "--output", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "2 broken lines" in result.stderr and "2 columns instead of 19" in result.stderr
    assert f"13 lines, {len(GEONAMES) - 2 + 1} kept" in result.stdout
    assert f"export RASHOMON_PLACES={tmp_path / 'out' / 'places.npz'}" in result.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["places.npz"], "no part is left"


def test_what_is_no_dump_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="cannot be opened"):
        table_of(tmp_path / "none.zip", tmp_path)
    with pytest.raises(SourceMissing, match="folder"):
        table_of(tmp_path, tmp_path)
    (tmp_path / "ML.zip").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(MalformedInput, match="download it again"):
        table_of(tmp_path / "ML.zip", tmp_path)
    (tmp_path / "novel.txt").write_text("It was a dark night.\n" * 50)
    with pytest.raises(MalformedInput, match="no GeoNames dump: 50 of the first 50 lines"):
        table_of(tmp_path / "novel.txt", tmp_path)
    result = run(app, ["places", "build", str(tmp_path / "novel.txt"), "--classes", "PX"])
    assert result.exit_code == 2 and "no feature classes" in result.output


def test_the_table_that_was_built_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dump = write_geonames(tmp_path / "ML.txt")
    build_from_dump(dump, tmp_path / "own.npz", tmp_path / "parts", quiet)
    assert towns(PlaceTable.load(), "Marrow Ford") == []
    monkeypatch.setenv("RASHOMON_PLACES", str(tmp_path / "own.npz"))
    assert towns(PlaceTable.load(), "Marrow Ford") == [9000008]
