"""Set the trigger threshold and the confidence of an exported model, on the held-out stories of the corpus.

The threshold is where claim F1 is highest there. The confidence is Platt's (1999): a logistic curve from the logit of
the trigger's probability to the share of claims that are matched with their type right.
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
GRID = np.arange(LOWEST, 0.86, 0.025)


def held_out_claims(
    folder: Path, stories: Path
) -> list[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]]:
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


def fit(rows: list[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]]) -> dict[str, float]:
    """Threshold, slope and intercept."""
    best = (0.0, 0.5)
    for threshold in GRID:
        hit = found = wanted = 0
        for text, gold, guesses in rows:
            kept = [g for g in guesses if g["confidence"] >= threshold]
            hit += sum(gold[i]["type"] == kept[j]["type"] for i, j in match(gold, kept, text))
            found, wanted = found + len(kept), wanted + len(gold)
        best = max(best, (2 * hit / max(found + wanted, 1), float(threshold)))
    threshold = best[1]
    logits, right = [], []
    for text, gold, guesses in rows:
        kept = [g for g in guesses if g["confidence"] >= threshold]
        good = {j for i, j in match(gold, kept, text) if gold[i]["type"] == kept[j]["type"]}
        for j, guess in enumerate(kept):
            p = min(max(guess["confidence"], 1e-4), 1 - 1e-4)
            logits.append(np.log(p / (1 - p)))
            right.append(float(j in good))
    slope, intercept = _logistic(np.asarray(logits), np.asarray(right))
    print(
        f"held out: claim F1 {best[0]:.3f} at threshold {threshold:.3f}; {len(right)} claims, {np.mean(right):.3f} right"
    )
    return {"threshold": round(threshold, 3), "slope": round(slope, 4), "intercept": round(intercept, 4)}


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
    write_manifest(folder)
