"""This build reaches what an earlier one reached (`floors.json`), on the data that was measured on."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from eval_fakes import FakeReader, ferry_claims

from rashomon.errors import MalformedInput, SourceMissing
from rashomon.evaluation import floors, sets

TABLE = Path(__file__).with_name("floors.json")
HELD = floors.load(TABLE)


@pytest.mark.shared
@pytest.mark.parametrize("name", HELD)
def test_this_build_keeps_its_floors(shared: Path, name: str) -> None:
    faults = list(floors.faults(shared, name, HELD[name]))
    assert not faults, "\n".join(faults)


@pytest.mark.shared
@pytest.mark.parametrize("name", HELD)
def test_the_floors_are_of_this_data(shared: Path, name: str) -> None:
    assert floors.data_fault(shared, name, HELD[name]) is None


def test_the_table_holds_the_main_measure() -> None:
    assert set(HELD) <= set(sets.SETS)
    assert {"claim F1", "whole F1"} <= set(HELD["accounts"].floors)
    assert all(0 <= floor <= 1 for held in HELD.values() for floor in held.floors.values())


@pytest.fixture
def data(tmp_path: Path, story_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one story, and a reader that knows it."""
    folder = tmp_path / "gold" / "accounts" / "dev"
    folder.mkdir(parents=True)
    story_file.rename(folder / story_file.name)
    monkeypatch.setattr(floors, "load_reader", lambda: FakeReader(ferry_claims))
    return tmp_path / "gold"


def test_floors_close_when_a_figure_falls(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = floors.measure(data, ("accounts",))["accounts"]
    assert held.floors["claim F1"] == 0.847  # 6/7 less the margin, rounded down
    assert list(floors.faults(data, "accounts", held)) == []
    monkeypatch.setattr(floors, "load_reader", FakeReader)
    fallen = list(floors.faults(data, "accounts", held))
    assert any("claim F1 is 0.0, its floor is 0.847" in fault for fault in fallen)


def test_other_data_is_no_measure(data: Path) -> None:
    held = floors.measure(data, ("accounts",))["accounts"]
    story = next((data / "accounts" / "dev").glob("*.yaml"))
    story.write_text(story.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    (fault,) = floors.faults(data, "accounts", held)
    assert "the data has changed" in fault and "floors --write" in fault


def test_tables_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="no table of floors"):
        floors.load(tmp_path / "floors.json")
    (tmp_path / "floors.json").write_bytes(msgspec.json.encode({"accounts": {"floors": "high"}}))
    with pytest.raises(MalformedInput, match="no table of floors"):
        floors.load(tmp_path / "floors.json")
    with pytest.raises(SourceMissing, match="no set weather"):
        floors.measure(tmp_path, ("weather",))
