"""Write the model card: what the model is, what it was trained on and under which terms, its scores, its limits.

Scores are taken from files that the training and `rashomon evaluate` wrote; a score that was not measured is left out.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from training import corpus
from training.stories import load_story

SOURCES = (
    ("the project's corpus (`training/corpus`)", "events, roles, voices, status, frame", "CC BY 4.0"),
    ("UD English EWT 2.16, GUM (open genres)", "sentences", "CC BY-SA 4.0; CC BY 4.0"),
    ("UNER English EWT", "mentions", "CC BY-SA 4.0"),
    ("Wikigold", "mentions", "CC BY 4.0"),
    ("CrossNER, politics part", "mentions", "MIT (repository); Wikipedia text, CC BY-SA"),
    (
        "re3d, its open parts",
        "mentions",
        "public domain, OGL 3.0, CC BY 3.0 AU, CC BY-SA 3.0, EC reuse notice",
    ),
    ("base: all-MiniLM-L6-v2", "the encoder", "Apache-2.0"),
)

LIMITS = """
- It reads English only; the reader refuses other languages rather than guess.
- Its corpus was written for this project, in the registers of news; court files, chats and social media are not in it.
- A voice, an actor or a place that is named only far from the claim may be missed: the model sees about 300 words at a
  time, with the lead of the report kept in sight.
- It does not know what is true. A claim is what a report says that somebody says.
- Names of persons are read for their roles in events; do not use the output to profile people.
- Figures, dates and codes are computed by grammars and tables; their limits are in `docs/`.
"""


def split_counts(stories: Path) -> dict[str, Any]:
    """How many stories, reports and claims there are to train on and held out, and claims by type."""
    counts: dict[str, Any] = {
        "train": Counter(),
        "held out": Counter(),
        "types": Counter(),
        "status": Counter(),
    }
    for path in corpus.story_files(stories):
        story = load_story(path)
        split = counts["held out" if corpus.is_held_out(path) else "train"]
        split["stories"] += 1
        split["reports"] += len(story["reports"])
        split["claims"] += len(story["claims"])
        counts["types"].update(c["type"] for c in story["claims"])
        counts["status"].update(c["status"] for c in story["claims"])
    return counts


def write(run: Path, model: Path, stories: Path, card: Path) -> None:
    """Write the card for the model in `model`, trained in `run`."""
    counts = split_counts(stories)
    options = json.loads((run / "options.json").read_text())
    last = json.loads((run / "log.jsonl").read_text().splitlines()[-1])
    manifest = json.loads((model / "manifest.json").read_text())
    size = (model / "reader.onnx").stat().st_size / 1e6
    lines = [
        "# Model card: the reading model", "",
        f"Version `{manifest['version']}`; {size:.1f} MB, one ONNX file; weights CC BY-SA 4.0.", "",
        "One MiniLM-L6 encoder (6 layers, 384 wide) with heads for sentences, mentions, event triggers (type, mode, status, "
        "frame), sectors, and pointers from a trigger to its actor, recipient, voice, place, date and figures. It reads a "
        "report in windows of up to 384 pieces, with the title before them. How it is put to use: `docs/reading.md`.", "",
        "Made by `python -m training`, with "
        + ", ".join(f"{k} {options[k]}" for k in ("epochs", "batch", "rate", "head_rate", "mix", "recase", "dropout", "layers", "seed"))
        + ".", "", "## Data", "",
        "| source | teaches | terms |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in SOURCES), "",
        "| corpus split | stories | reports | claims |", "|---|---|---|---|",
        *(f"| {name} | {c['stories']} | {c['reports']} | {c['claims']} |" for name, c in counts.items() if name in ("train", "held out")),
        "", "Claims by type: " + ", ".join(f"{k} {n}" for k, n in counts["types"].most_common()) + ".", "",
        "Claims by status: " + ", ".join(f"{k} {n}" for k, n in counts["status"].most_common()) + ".", "",
        "## Scores", "",
        "On the held-out stories of the corpus, given the gold triggers where a head needs one (printed by the training):", "",
        "| head | share right |", "|---|---|",
        *(f"| {k} | {v:.3f} |" for k, v in sorted(last["held out"].items())), "",
        "On the gold sets, end to end: `docs/evaluation.md`, which is what `rashomon evaluate all` printed.", "",
        "## Limits", LIMITS,
    ]  # fmt: skip
    card.write_text("\n".join(lines), encoding="utf-8")
