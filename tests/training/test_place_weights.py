"""Learning the weights of the places: from countries to weights, not too far from the prior."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from rashomon.knowledge import place_features
from rashomon.knowledge.place_features import COUNTRY_FEATURES
from rashomon.knowledge.place_table import PlaceTable
from training import places
from training.places import Case, fit

TEXT = "LIMA, Peru - Troops left Cusco on Monday. Two men were arrested at the gate."


def _cases() -> list[Case]:
    """The second feature always tells the right row, the third is noise."""
    rng = np.random.default_rng(7)
    made = []
    for _ in range(60):
        rows, right = rng.random((4, 3)), np.zeros(4, bool)
        right[rng.integers(4)] = True
        rows[:, 1] = right
        made.append(Case(rows, right))
    return made


OF_COUNTRIES = ("first country of the story", "country hinted at", "in a country not spoken of")
OTHERS = ("an everyday word", "the largest of its name", "the only one of its name")


def test_what_tells_the_right_country_gains_weight() -> None:
    weights = fit(_cases(), OF_COUNTRIES, 1.0)
    assert weights["country hinted at"] > 2 and abs(weights["in a country not spoken of"]) < 1


def test_the_penalty_holds_the_weights_to_the_prior() -> None:
    loose, firm = (fit(_cases(), OF_COUNTRIES, penalty)["country hinted at"] for penalty in (1.0, 1000.0))
    held = fit(_cases(), OTHERS, 1.0)["the largest of its name"]
    assert abs(firm) < 0.5 and held < loose / 1.5


def test_a_report_gives_cases_and_is_measured() -> None:
    report = places.Reported({"text": TEXT, "title": None, "dateline": "LIMA, Peru"}, held_out=True)
    at, gate, deed = TEXT.index("Cusco"), TEXT.index("gate"), TEXT.index("arrested")
    report.spans = {(at, at + 5): "PER", (gate, gate + 4): "PER"}
    report.deeds = {(deed, deed + 8): "PER"}
    weights, table = place_features.weights(), PlaceTable.load()
    kinds = [kind for kind, case in places.cases([report], table, weights) if case.right.any()]
    assert kinds == ["named", "unnamed", "unnamed"]
    measured = places.measure([report], table, weights)
    assert measured == dict.fromkeys(measured, (1, 1)) and len(measured) == 3


def test_the_table_holds_every_feature(tmp_path: Path) -> None:
    weights = dict.fromkeys((*places.NAMED, *COUNTRY_FEATURES), 0.12345)
    places.write(weights, tmp_path / "weights.csv")
    with (tmp_path / "weights.csv").open(encoding="utf-8", newline="") as file:
        assert {row["feature"]: row["weight"] for row in csv.DictReader(file)} == dict.fromkeys(
            weights, "0.123"
        )
