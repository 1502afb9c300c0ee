"""Set the trigger threshold and the confidence of an exported model, on the corpus's held-out stories.

The threshold is the middle one of those whose claim F1 is within LEEWAY of the highest there, for the curve
is flat. The confidence is Platt's (1999): a logistic curve from the logit of the trigger's probability to the
share of claims that are matched with their type right.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx

from rashomon.evaluation.agreement import match
from rashomon.evaluation.gold import reports_of
from rashomon.reading.encoder import Encoder
from rashomon.reading.reader import Reader
from training import corpus
from training.stories import load_story

LOWEST = 0.25
LEEWAY = 0.01  # half a standard error of claim F1 on the held-out stories
GRID = np.arange(LOWEST, 0.86, 0.025)


Row = tuple[str, list[dict[str, Any]], list[dict[str, Any]]]
"""Text, gold and guessed claims of a report."""


def held_out_claims(folder: Path, stories: Path) -> list[Row]:
    """Text, gold and guessed claims of each held-out report, read with the lowest threshold."""
    encoder = Encoder(folder)
    encoder.calibration = {"threshold": LOWEST, "slope": 1.0, "intercept": 0.0}
    reader = Reader(encoder)
    rows = []
    for path in corpus.story_files(stories):
        if not corpus.is_held_out(path):
            continue
        story = load_story(path)
        for row, reading in zip(story["reports"], reader.read_many(reports_of([story])), strict=True):
            gold = [c for c in story["claims"] if c["report"] == row["id"]]
            rows.append((row["text"], gold, msgspec.to_builtins(reading.claims)))
    return rows


def fit(rows: list[Row]) -> dict[str, float]:
    """Threshold, slope and intercept, and the claim F1 at that threshold."""
    scored = [(_claim_f1(rows, float(threshold)), float(threshold)) for threshold in GRID]
    highest = max(scored)[0]
    plateau = [pair for pair in scored if pair[0] >= highest - LEEWAY]
    best, threshold = plateau[len(plateau) // 2]
    logits, right = [], []
    for row in rows:
        kept, good = _matched(row, threshold)
        for index, guess in enumerate(kept):
            probability = min(max(guess["confidence"], 1e-4), 1 - 1e-4)
            logits.append(np.log(probability / (1 - probability)))
            right.append(float(index in good))
    slope, intercept = _logistic(np.asarray(logits), np.asarray(right))
    print(f"held out: claim F1 {best:.3f} at {threshold:.3f}; {np.mean(right):.3f} of {len(right)} right")
    return {
        "threshold": round(threshold, 3),
        "slope": round(slope, 4),
        "intercept": round(intercept, 4),
        "held out claim F1": round(best, 4),
    }


def _matched(row: Row, threshold: float) -> tuple[list[dict[str, Any]], set[int]]:
    """The guesses above a threshold, and the numbers of those that match a claim of their type."""
    text, gold, guesses = row
    kept = [guess for guess in guesses if guess["confidence"] >= threshold]
    return kept, {j for i, j in match(gold, kept, text) if gold[i]["type"] == kept[j]["type"]}


def _claim_f1(rows: list[Row], threshold: float) -> float:
    hit = found = wanted = 0
    for row in rows:
        kept, good = _matched(row, threshold)
        hit, found, wanted = hit + len(good), found + len(kept), wanted + len(row[1])
    return 2 * hit / max(found + wanted, 1)


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
    """Fit, and write the figures into the model's metadata."""
    from training.export import write_manifest

    figures = fit(held_out_claims(folder, stories))
    path = folder / "reader.onnx"
    model = onnx.load(path)
    for entry in model.metadata_props:
        if entry.key == "calibration":
            entry.value = json.dumps(figures)
    onnx.save(model, path)
    (folder / "calibration.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    write_manifest(folder)
