"""`rashomon actors build`: who held which office when, and which bodies there are, from a Wikidata dump."""

from __future__ import annotations

import bz2
import csv
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from dumps import WIKIDATA, wikidata_text
from typer.testing import CliRunner

from rashomon.cli import app
from rashomon.errors import InstallationError, MalformedInput
from rashomon.knowledge import actors, build_wikidata
from rashomon.knowledge.actors import ActorTable
from rashomon.knowledge.build_wikidata import read, write
from rashomon.knowledge.wikidata import take

run = CliRunner().invoke


def quiet(name: str, share: float, lines: int) -> None:
    assert 0 <= share <= 1


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the small dump."""
    folder = tmp_path_factory.mktemp("wikidata")
    dump = folder / "all.json"
    dump.write_text(wikidata_text(), "utf-8")
    shops, _ = read([dump], folder / "parts", quiet)
    write(shops, folder / "actors")
    return folder / "actors"


@pytest.fixture
def own_tables(tables: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation that uses them."""
    caches: list[Callable[[], None]] = [
        f.cache_clear for f in (actors._table, actors._spells, actors._profiles)
    ]
    monkeypatch.setenv("RASHOMON_ACTORS", str(tables))
    for clear in caches:
        clear()
    yield tables
    for clear in caches:
        clear()


def rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def test_terms_of_office(tables: Path) -> None:
    held = pl.read_parquet(tables / "office_holders.parquet")
    assert held.columns == ["person", "qid", "country", "office", "sector", "start", "end"]
    coast, assembly = "Prime Minister of the Vell Coast", "member of the Assembly of Mali"
    assert held.rows() == [
        ("Awa Tibbou", "Q800004", "MLI", coast, "GOV", "2011-04-02", "2014-09-30"),
        ("Awa Tibbou", "Q800004", "MLI", assembly, "LEG", "2003", "2011"),
        ("Ousmane Kessa", "Q800005", "MLI", coast, "GOV", "2014-10-01", ""),
    ]


def test_bodies_groups_and_outlets(tables: Path) -> None:
    bodies = rows(tables / "actors.csv")
    assert set(bodies) == {"Front of the Vell Hills", "Kessou Alliance", "Vell Renewal Party"}
    front = bodies["Front of the Vell Hills"]
    assert (front["code"], front["kind"], front["aliases"]) == ("MLI REB", "group", "FVH")
    assert (front["part_of"], front["wikidata"]) == ("Kessou Alliance", "Q800011")
    assert bodies["Kessou Alliance"]["code"] == "MLI REB", (
        "of two countries only one is a state of the tables"
    )
    assert bodies["Vell Renewal Party"]["code"] == "MLI PTY"
    (post,) = rows(tables / "media.csv").values()
    assert (post["name"], post["country"], post["owner"]) == (
        "Kessou Evening Post",
        "MLI",
        "Vell Renewal Party",
    )


def test_the_code_is_that_of_the_day(own_tables: Path) -> None:
    table = ActorTable.load()
    days = ("2009-05-01", "2013-01-01", "2019-01-01")
    codes = [table.identify("Awa Tibbou", on=on).code for on in days]
    assert codes == ["MLI LEG", "MLI GOV", "MLI ELI"]
    assert table.identify("Ousmane Kessa", on="2019-01-01").wikidata == "Q800005"
    assert table.identify("FVH").code == "MLI REB" and table.identify("Hezbollah").code == "LBN REB"
    profile = actors.publisher_profile("Kessou Evening Post")
    assert profile is not None and (profile.country, profile.side) == ("MLI", None)


def test_without_the_setting_nobody_knows_them() -> None:
    assert ActorTable.load().identify("Awa Tibbou", on="2013-01-01").code is None


def test_a_folder_without_tables_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASHOMON_ACTORS", str(tmp_path))
    with pytest.raises(InstallationError, match="actors build"):
        ActorTable()
    with pytest.raises(InstallationError, match="office holders"):
        actors._Spells()


@pytest.mark.parametrize("ending", ["json", "json.gz", "json.bz2"])
def test_killed_it_goes_on_however_it_is_packed(
    tmp_path: Path, tables: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    data = wikidata_text().encode()
    pack = {"json": bytes, "json.gz": gzip.compress, "json.bz2": bz2.compress}[ending]
    dump = tmp_path / f"all.{ending}"
    dump.write_bytes(pack(data))
    monkeypatch.setattr(build_wikidata._Take, "part_bytes", 3000)
    calls = 0

    def killed(name: str, share: float, lines: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read([dump], tmp_path / "parts", killed)
    shops, tallies = read([dump], tmp_path / "parts", quiet)
    tally = tallies[dump.name]
    assert 0 < tally.before < tally.lines == len(WIKIDATA) + 2
    write(shops, tmp_path / "actors")
    for name in ("actors.csv", "media.csv", "office_holders.parquet"):
        assert (tmp_path / "actors" / name).read_bytes() == (tables / name).read_bytes()


def test_pieces_give_the_same_tables(tmp_path: Path, tables: Path) -> None:
    lines = [json.dumps(each) for each in WIKIDATA]
    dumps = [tmp_path / "a.json", tmp_path / "b.json"]
    for dump, piece in zip(dumps, (lines[:7], lines[7:]), strict=True):
        dump.write_text("\n".join(piece) + "\n", "utf-8")
    shops, _ = read(dumps, tmp_path / "parts", quiet)
    write(shops, tmp_path / "actors")
    assert (tmp_path / "actors" / "actors.csv").read_bytes() == (tables / "actors.csv").read_bytes()


def test_broken_lines_do_no_harm(tmp_path: Path) -> None:
    extra = [
        '{"id": "Q1", "claims": {"P39": 5}}',
        '{"id": "Q2", "cla',
        '{"id": "P31", "claims": {"P279": []}}',
    ]
    dump = tmp_path / "all.json"
    dump.write_text(wikidata_text(*extra), "utf-8")
    result = run(app, ["actors", "build", str(dump), "-o", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "2 broken lines" in result.stderr and "no JSON object" in result.stderr
    assert "3 terms of office, 3 bodies and groups, 1 outlets" in result.stdout
    assert not (tmp_path / "out" / "parts").exists()


def test_a_dump_cut_short_is_told_and_what_was_read_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_wikidata._Take, "part_bytes", 100_000)
    dump = tmp_path / "all.json.gz"
    dump.write_bytes(gzip.compress(wikidata_text().encode() * 40, 0)[:-90_000])
    with pytest.raises(MalformedInput, match=r"cut short after byte [1-9]"):
        read([dump], tmp_path / "parts", quiet)
    assert list((tmp_path / "parts").rglob("part-*.bin"))


def test_later_terms_only(tmp_path: Path) -> None:
    dump = tmp_path / "all.json"
    dump.write_text(wikidata_text(), "utf-8")
    done = run(
        app, ["actors", "build", str(dump), "-o", str(tmp_path), "--since", "2013", "--sitelinks", "1"]
    )
    assert done.exit_code == 0, done.output
    held = pl.read_parquet(tmp_path / "actors" / "office_holders.parquet")
    assert sorted(held["person"].to_list()) == ["Awa Tibbou", "Little Known", "Ousmane Kessa"]
    assert run(app, ["actors", "build", str(dump), "--since", "late"]).exit_code == 2


@pytest.mark.parametrize("line", [b"", b"[\n", b"]", b'{"id":"Q7","claims":[]},\n', b'{"id":"Q7"}'])
def test_lines_of_no_use(line: bytes) -> None:
    assert take(line, frozenset(), 0) is None


@pytest.mark.parametrize("line", [b"nonsense", b'{"id": "Q7" "P39"}', b'{"id":"Q7","claims":{"P39":"\xff"}}'])
def test_lines_that_are_broken(line: bytes) -> None:
    with pytest.raises(ValueError):
        take(line, frozenset(), 0)
