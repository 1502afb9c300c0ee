"""Remake the reading model with one command: `python -m training --shared ../shared`.

Two stages: a long one from the base model, and a short one from there with a lower rate, more dropout and
another seed; what ships is the mean of the weights of both (model soup, after Wortsman et al. 2022). Then
the model is exported to `src/rashomon/reading/model`, calibrated on the held-out stories, and
`docs/model-card.md` is written. A night on two cores, minutes on a GPU. A run that was stopped goes on from
its last epoch. Options are those of `python -m training.train`; `--epochs` is of the long stage.
"""

from __future__ import annotations

import copy
import sys
from pathlib import Path

import torch

from training import calibrate, card, export, train

MODEL = Path("src/rashomon/reading/model")
SHORT = {"epochs": 4, "rate": 8e-5, "head_rate": 4e-4, "dropout": 0.15, "mix": 0.15, "seed": 11}


def mean_of(files: list[Path], target: Path) -> None:
    """Write the mean of several runs' weights."""
    states = [torch.load(file, weights_only=True) for file in files]
    mean = {key: sum(state[key].float() for state in states) / len(states) for key in states[0]}
    torch.save(mean, target)


def main(arguments: list[str]) -> None:
    """Train, export, calibrate, document."""
    options = train.parse(arguments)
    run = Path(options.out)
    long, short = run / "long", run / "short"
    options.out = str(long)
    train.train(options)
    second = copy.copy(options)
    vars(second).update(SHORT, out=str(short), start=str(long / "model.pt"))
    train.train(second)
    mean_of([long / "model.pt", short / "model.pt"], run / "model.pt")
    export.export(run / "model.pt", MODEL, quantise=True)
    calibrate.calibrate(MODEL, options.stories)
    card.write(long, MODEL, options.stories, Path("docs/model-card.md"))


if __name__ == "__main__":
    main(sys.argv[1:])
