"""Write the model card: what the model is, what it was trained on and on what terms, its scores and limits.

The words are in `model_card.md`; the figures come from files that the training wrote, never from here.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from string import Template
from typing import Any

from training import corpus
from training.stories import load_story

OPTIONS = ("epochs", "batch", "rate", "head_rate", "mix", "roles", "recase", "dropout", "layers", "seed")
TEMPLATE = Path(__file__).with_name("model_card.md")


def split_counts(stories: Path) -> dict[str, Counter[str]]:
    """Stories, reports and claims to train on and held out; claims by type and by status."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("train", "held out", "types", "status")}
    for path in corpus.story_files(stories):
        story = load_story(path)
        split = counts["held out" if corpus.is_held_out(path) else "train"]
        split.update(stories=1, reports=len(story["reports"]), claims=len(story["claims"]))
        counts["types"].update(claim["type"] for claim in story["claims"])
        counts["status"].update(claim["status"] for claim in story["claims"])
    return counts


def write(run: Path, model: Path, stories: Path, card: Path) -> None:
    """Write the card for the model in `model`, trained in `run`."""
    counts = split_counts(stories)
    options = _json(run / "options.json")
    manifest = _json(model / "manifest.json")
    calibration = _json(model / "calibration.json")
    log = [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        version=manifest["version"],
        size=f"{(model / 'reader.onnx').stat().st_size / 1e6:.1f}",
        options=", ".join(f"{name} {options[name]}" for name in OPTIONS),
        splits="\n".join(
            f"| {name} | {counts[name]['stories']} | {counts[name]['reports']} | {counts[name]['claims']} |"
            for name in ("train", "held out")
        ),
        types=_listed(counts["types"]),
        status=_listed(counts["status"]),
        scores="\n".join(f"| {head} | {share:.3f} |" for head, share in sorted(log[-1]["held out"].items())),
        held_out_f1=f"{calibration['held out claim F1']:.3f}",
        threshold=calibration["threshold"],
    )
    card.write_text(text, encoding="utf-8")


def _listed(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
