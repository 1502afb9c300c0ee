"""Remake the reading model with one command: `python -m training --shared ../shared`.

Two stages: the whole encoder (MPNet, 12 layers) learns the corpus, PropBank's roles and the sources of
mentions; then every second layer is taken out, and the six that are left go on learning. The model is
exported to `src/rashomon/reading/model`, calibrated on the held-out stories, and `docs/model-card.md` is
written. A night on two cores, minutes on a GPU. A run that was stopped goes on from its last epoch. Options
are those of `python -m training.train`; `--epochs` is of the second stage.
"""

from __future__ import annotations

import copy
import sys
from pathlib import Path

from training import calibrate, card, export, train

MODEL = Path("src/rashomon/reading/model")
DEEP = {"epochs": 2, "layers": 12, "roles": 0.5, "rate": 6e-5, "head_rate": 6e-4, "batch": 2000}


def main(arguments: list[str]) -> None:
    """Train, export, calibrate, document."""
    options = train.parse(["--base", "mpnet", "--layers", "6", *arguments])
    run = Path(options.out)
    deep, thin = run / "deep", run / "thin"
    first = copy.copy(options)
    vars(first).update(DEEP, out=str(deep))
    train.train(first)
    options.out, options.start = str(thin), str(deep / "model.pt")
    train.train(options)
    export.export(thin / "model.pt", MODEL, quantise=True)
    calibrate.calibrate(MODEL, options.stories)
    card.write(thin, MODEL, options.stories, Path("docs/model-card.md"))


if __name__ == "__main__":
    main(sys.argv[1:])
