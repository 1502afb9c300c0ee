"""How the weights of joining are made: logistic regression over pairs of gold claims.

    python -m training.joining 'training/corpus/accounts/*.yaml'

writes `weights.csv` of `src/rashomon/reconcile`. A pair is right where the gold puts both claims into one
incident. Two regressions are fitted, for pairs of one report and of two; signs that are too rare to be judged
get no weight. The same stories give the same table.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rashomon.evaluation.gold import Story, load_stories, story_files
from rashomon.evaluation.gold_claims import claims_of_story
from rashomon.reconcile.blocking import candidates
from rashomon.reconcile.joining import in_order
from rashomon.reconcile.pairs import signs
from rashomon.reconcile.tables import BIAS
from rashomon.reconcile.traits import traits_of

WEIGHTS = Path("src/rashomon/reconcile/weights.csv")
RARE = 10
"""Pairs that must have a sign for it to get a weight."""
RIDGE = 2.0
GIVEN = {"far apart": -2.5, "places near": 0.3}
"""Signs that the gold cannot show, for its places have no coordinates: weights by hand."""
_STEPS = 25

Row = tuple[list[str], bool]


def rows(stories: Iterable[Story]) -> tuple[list[Row], list[Row]]:
    """Signs and rightness of every pair that is compared: those of one report, and those of two."""
    within: list[Row] = []
    across: list[Row] = []
    for story in stories:
        incident = {ref: each["id"] for each in story["incidents"] for ref in each["claims"]}
        claims = in_order(map(traits_of, claims_of_story(story)))
        for one, other in candidates(claims):
            a, b = claims[one], claims[other]
            right = a.id in incident and incident[a.id] == incident.get(b.id)
            (within if a.report == b.report else across).append((signs(a, b), right))
    return within, across


def fit(pairs: Sequence[Row], rare: int = RARE, given: Mapping[str, float] = GIVEN) -> dict[str, float]:
    """The weight of each sign that at least `rare` pairs have, by penalised maximum likelihood (Newton's
    method), and the weights `given` by hand."""
    seen = Counter(sign for found, _ in pairs for sign in found)
    names = [BIAS, *sorted(sign for sign, count in seen.items() if count >= rare)]
    column = {name: at for at, name in enumerate(names)}
    unique: Counter[tuple[tuple[int, ...], bool]] = Counter(
        (tuple(sorted({0, *(column[sign] for sign in found if sign in column)})), right)
        for found, right in pairs
    )
    signs_of = np.zeros((len(unique), len(names)))
    for at, (held, _) in enumerate(unique):
        signs_of[at, list(held)] = 1.0
    right = np.array([right for _, right in unique], dtype=np.float64)
    times = np.array(list(unique.values()), dtype=np.float64)
    ridge = np.full(len(names), RIDGE)
    ridge[0] = 1e-3
    weight: NDArray[np.float64] = np.zeros(len(names))
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-np.clip(signs_of @ weight, -30, 30)))
        slope = signs_of.T @ (times * (right - share)) - ridge * weight
        bend = (signs_of * (times * share * (1 - share))[:, None]).T @ signs_of + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        weight = weight + step / max(1.0, float(np.abs(step).max()) / 2)
        if np.abs(step).max() < 1e-6:
            break
    return dict(given) | {name: float(weight[at]) for name, at in column.items()}


def write(within: dict[str, float], across: dict[str, float], path: Path) -> None:
    """The table, sign by sign in the order of the alphabet."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("sign", "within", "across"))
        for sign in sorted({*within, *across}):
            table.writerow(
                [sign, *(f"{side[sign]:.3f}" if sign in side else "" for side in (within, across))]
            )


def main(patterns: Sequence[str]) -> None:
    """Fit on the stories that the patterns name, and write the table of this package."""
    stories: list[dict[str, Any]] = [
        story for pattern in patterns for story in load_stories(story_files(pattern))
    ]
    within, across = rows(stories)
    write(fit(within), fit(across), WEIGHTS)
    print(f"{len(stories)} stories, {len(within)} pairs of one report, {len(across)} of two")


if __name__ == "__main__":
    main(sys.argv[1:])
