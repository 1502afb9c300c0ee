"""What confidence is worth, in figures and drawn."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from eval_fakes import FakeReader, ferry_claims
from typer.testing import CliRunner

from rashomon.evaluation import cli
from rashomon.evaluation.reliability import statement, svg, thresholds

PAIRS = np.array([(0.9, 1), (0.9, 1), (0.8, 1), (0.6, 0), (0.6, 1), (0.4, 0)], dtype=np.float64)


def test_what_a_threshold_gives() -> None:
    rows = {row[0]: row[1:] for row in thresholds(PAIRS, 8).rows}
    assert rows["none"] == ("6", "0.667", "0.500")
    assert rows["0.60"] == ("5", "0.800", "0.500")
    assert rows["0.90"] == ("2", "1.000", "0.250")
    assert "0.95" not in rows, "above it there is nothing to have a precision"


def test_the_threshold_that_gives_a_precision() -> None:
    assert "a threshold of 0.8 gives a precision of 1.00: it keeps 3 of 6" in statement(PAIRS)
    assert "a threshold of 0.6 gives a precision of 0.80: it keeps 5 of 6" in statement(PAIRS, 0.8)
    assert "No threshold" in statement(PAIRS[3:4]) and "No threshold" in statement(np.zeros((0, 2)))


def test_claims_of_equal_confidence_stay_together() -> None:
    tied = np.array([(0.7, 1)] * 9 + [(0.7, 0)] * 9, dtype=np.float64)
    assert "No threshold" in statement(tied), "the first nine cannot be kept without the others"


def test_the_picture_is_sound_and_right() -> None:
    root = ElementTree.fromstring(svg([(0.5, 0.25, 0.5), (0.5, 0.75, 1.0)], 0.25, 40))
    space = "{http://www.w3.org/2000/svg}"
    dots = root.findall(f"{space}circle")
    assert [dot[0].text for dot in dots] == [
        "20 claims: confidence 0.250, right 0.500",
        "20 claims: confidence 0.750, right 1.000",
    ]
    [x1, x2], [y1, y2] = ([float(dot.get(axis) or 0) for dot in dots] for axis in ("cx", "cy"))
    assert x2 - x1 == pytest.approx(y1 - y2), "half of the side each"
    assert "expected calibration error 0.250" in "".join(root.itertext())
    assert len(ElementTree.fromstring(svg([], None, 0)).findall(f"{space}circle")) == 0


def test_the_page_shows_it(tmp_path: Path, story_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "gold" / "accounts" / "dev" / story_file.name
    target.parent.mkdir(parents=True)
    target.write_bytes(story_file.read_bytes())
    monkeypatch.setattr(cli, "load_reader", lambda: FakeReader(ferry_claims))
    page = tmp_path / "docs" / "evaluation.md"
    page.parent.mkdir()
    done = CliRunner().invoke(cli.app, ["all", "--data", str(tmp_path / "gold"), "--write", str(page)])
    assert done.exit_code == 0, done.output
    text = page.read_text(encoding="utf-8")
    assert "](images/reliability.svg)" in text and "| confidence of at least |" in text
    ElementTree.fromstring((page.parent / "images" / "reliability.svg").read_text(encoding="utf-8"))
    alone = CliRunner().invoke(cli.app, ["accounts", "--data", str(tmp_path / "gold")])
    assert "images/" not in alone.output and "On these claims" in alone.output
