"""Set the trigger threshold and the confidence of an exported model, on the corpus's held-out stories.

The threshold is the one at which the mean of claim F1 and whole-claim F1 is highest there; the curve is
jagged, so it is smoothed first. A claim counts as whole where actor, recipient, voice and status are right
too: users act on whole claims. The confidence is Platt's (1999): a logistic curve from the logit of the
trigger's probability to the share of claims that are matched with their type right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from rashomon.evaluation.accounts import ReportScore, whole_hits
from rashomon.evaluation.agreement import match
from rashomon.evaluation.gold import reports_of
from rashomon.reading.encoder import Encoder, Signals
from rashomon.reading.reader import Reader
from training import corpus
from training.stories import completed, load_story

GRID = np.arange(0.4, 0.8001, 0.0125)
SMOOTHED = 5  # thresholds over which the curve is averaged


class Seen(Encoder):
    """An encoder that remembers what it made of each text: the same texts are read with many thresholds."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._seen_texts: dict[tuple[str, str | None], Signals] = {}

    def run(self, texts: Sequence[tuple[str, str | None]]) -> list[Signals]:
        """Signals of many (text, title) pairs, in their order."""
        for text in texts:
            if text not in self._seen_texts:
                [self._seen_texts[text]] = super().run([text])
        return [self._seen_texts[text] for text in texts]


def held_out(encoder: Encoder, stories: Path, threshold: float) -> list[ReportScore]:
    """Each held-out report with its gold and guessed claims; confidences are raw probabilities."""
    encoder.calibration = {"threshold": threshold, "slope": 1.0, "intercept": 0.0}
    reader = Reader(encoder)
    scored = []
    for path in corpus.story_files(stories):
        if not corpus.is_held_out(path):
            continue
        story = load_story(path)
        for row, reading in zip(story["reports"], reader.read_many(reports_of([story])), strict=True):
            gold = [completed(c) for c in story["claims"] if c["report"] == row["id"]]
            guesses = msgspec.to_builtins(reading.claims)
            pairs = match(gold, guesses, row["text"])
            scored.append(
                ReportScore(row["id"], story["story"], row["text"], gold, guesses, pairs, frozenset())
            )
    return scored


def fit(read: Callable[[float], list[ReportScore]]) -> dict[str, float]:
    """Threshold, slope and intercept, and the F1s at that threshold; `read` gives the reports read
    with one."""
    curve = np.array([f1s(read(float(threshold))) for threshold in GRID])
    smooth = np.convolve(curve.mean(axis=1), np.full(SMOOTHED, 1 / SMOOTHED), mode="valid")
    chosen = int(smooth.argmax()) + SMOOTHED // 2
    threshold, (best, whole) = float(GRID[chosen]), curve[chosen]
    logits, right = [], []
    for report in read(threshold):
        good = {id(guess) for _, guess in report.hits()}
        for guess in report.guesses:
            probability = min(max(guess["confidence"], 1e-4), 1 - 1e-4)
            logits.append(np.log(probability / (1 - probability)))
            right.append(float(id(guess) in good))
    slope, intercept = _logistic(np.asarray(logits), np.asarray(right))
    print(f"held out: claim F1 {best:.3f}, whole {whole:.3f} at {threshold:.4f}")
    print(f"{np.mean(right):.3f} of {len(right)} right")
    return {
        "threshold": round(threshold, 4),
        "slope": round(slope, 4),
        "intercept": round(intercept, 4),
        "held out claim F1": round(float(best), 4),
        "held out whole F1": round(float(whole), 4),
    }


def f1s(reports: Sequence[ReportScore]) -> tuple[float, float]:
    """Claim F1 and whole-claim F1."""
    hit, found, wanted = (sum(each) for each in zip(*(report.counts() for report in reports), strict=True))
    of = max(found + wanted, 1)
    return 2 * hit / of, 2 * sum(map(whole_hits, reports)) / of


def _logistic(x: np.ndarray, y: np.ndarray, steps: int = 50) -> tuple[float, float]:
    """Maximum likelihood slope and intercept by Newton's method, with a little ridge."""
    weights = np.zeros(2)
    design = np.stack([x, np.ones_like(x)], axis=1)
    for _ in range(steps):
        p = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (y - p) - 0.01 * weights
        hessian = (design * (p * (1 - p))[:, None]).T @ design + 0.01 * np.eye(2)
        weights += np.linalg.solve(hessian, gradient)
    return float(weights[0]), float(weights[1])


def calibrate(folder: Path, stories: Path) -> None:
    """Fit, and write the figures beside the model: the weights stay as they are."""
    from training.export import write_manifest

    encoder = Seen(folder)
    figures = fit(lambda threshold: held_out(encoder, stories, threshold))
    (folder / "calibration.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    write_manifest(folder)
