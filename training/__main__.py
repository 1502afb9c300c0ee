"""Remake the reading model with one command: `python -m training --shared ../shared`.

Trains (a night on two cores at most; minutes on a GPU), exports to `src/rashomon/reading/model`, calibrates
on the held-out stories and writes `docs/model-card.md`. A run that was stopped goes on from its last epoch.
Options are those of `python -m training.train`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from training import calibrate, card, export, train

MODEL = Path("src/rashomon/reading/model")


def main(arguments: list[str]) -> None:
    """Train, export, calibrate, document."""
    options = train.parse(arguments)
    run = Path(options.out)
    train.train(options)
    export.export(run / "model.pt", MODEL, quantise=True)
    calibrate.calibrate(MODEL, options.stories)
    card.write(run, MODEL, options.stories, Path("docs/model-card.md"))


if __name__ == "__main__":
    main(sys.argv[1:])
