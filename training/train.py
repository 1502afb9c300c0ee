"""Train the reading model: `python -m training.train --out runs/NAME`.

All tasks share each step's encoder: batches of the corpus (events, roles, status ...) and batches of the
mention and sentence sources and of PropBank take turns at random, `--mix` and `--roles` pieces of the latter
for each of the former. Seeds are fixed. A checkpoint is kept each epoch, and a run that was stopped goes on
from it. What is kept in the end is the average of the weights over the last steps.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training import bases, corpus
from training.batching import batches, collate, recase
from training.losses import losses, score, total
from training.network import GEOMETRIES, Geometry, Reader, thinned
from training.stories import Example

WARM_UP = 0.06
LEAST_RATE = 0.02
AVERAGED = 0.995


class Run:
    """A training run: model, optimiser, average and where it stands."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.out = Path(options.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.rng = random.Random(options.seed)
        start = torch.load(options.start, weights_only=True) if options.start else None
        size = Geometry.of(start) if start else GEOMETRIES[options.base]
        self.model = Reader(replace(size, layers=options.layers or size.layers), options.dropout)
        if start:
            self.model.load_state_dict(thinned(start, self.model.encoder.size.layers))
        else:
            base = bases.minilm() if options.base == "minilm" else bases.mpnet(self.out.parent)
            self.model.encoder.load_base(base)
        encoder = [p for n, p in self.model.named_parameters() if n.startswith("encoder.")]
        heads = [p for n, p in self.model.named_parameters() if not n.startswith("encoder.")]
        self.rates = (options.rate, options.head_rate)
        groups = [{"params": p, "lr": rate} for p, rate in zip((encoder, heads), self.rates, strict=True)]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98))
        self.average = {key: value.clone() for key, value in self.model.state_dict().items()}
        self.step, self.epoch = 0, 0
        self._resume()

    def _resume(self) -> None:
        path = self.out / "last.pt"
        if not path.exists():
            return
        kept = torch.load(path, weights_only=False)
        self.model.load_state_dict(kept["model"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.average, self.step, self.epoch = kept["average"], kept["step"], kept["epoch"] + 1
        self.rng.setstate(kept["rng"])
        torch.set_rng_state(kept["torch"])

    def keep(self) -> None:
        """Write the checkpoint; a kill while it is written loses nothing."""
        state = {
            "model": self.model.state_dict(),
            "average": self.average,
            "step": self.step,
            "epoch": self.epoch,
            "optimizer": self.optimizer.state_dict(),
            "torch": torch.get_rng_state(),
            "rng": self.rng.getstate(),
        }
        torch.save(state, self.out / "last.tmp")
        (self.out / "last.tmp").replace(self.out / "last.pt")

    def epoch_of(
        self, stories: list[Example], others: list[tuple[float, list[Example]]]
    ) -> list[list[Example]]:
        """The batches of one epoch: all of the corpus, and of each other source as many pieces as its share
        of the corpus' pieces says."""
        chosen = list(batches(stories, self.options.batch, self.rng))
        size = sum(len(e.pieces) for e in stories)
        for share, source in others:
            budget = share * size
            extra: list[Example] = []
            for example in self.rng.sample(source, len(source)):
                if budget <= 0:
                    break
                extra.append(example)
                budget -= len(example.pieces)
            if extra:
                chosen += batches(extra, self.options.batch, self.rng)
        self.rng.shuffle(chosen)
        return chosen

    def learn(self, examples: list[Example], progress: float) -> dict[str, float]:
        """One step; returns the loss of each task. `progress` is the share of all steps done, 0 to 1."""
        factor = min(1.0, progress / WARM_UP, max(LEAST_RATE, (1 - progress) / (1 - WARM_UP)))
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * factor
        with torch.autocast("cpu", torch.bfloat16, enabled=self.options.bf16):
            parts = losses(self.model, collate(recase(examples, self.options.recase, self.rng)))
        self.optimizer.zero_grad(set_to_none=True)
        total(parts).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 2.0)
        self.optimizer.step()
        decay = min(AVERAGED, (1 + self.step) / (10 + self.step))
        for key, value in self.model.state_dict().items():
            self.average[key].lerp_(value, 1 - decay)
        self.step += 1
        return {name: float(value.detach()) for name, value in parts.items()}

    def score(self, held: list[Example]) -> dict[str, float]:
        """Figures of the averaged weights on the held-out windows."""
        kept = {key: value.clone() for key, value in self.model.state_dict().items()}
        self.model.load_state_dict(self.average)
        figures = score(self.model, held)
        self.model.load_state_dict(kept)
        return {name: round(value, 4) for name, value in figures.items()}


def train(options: argparse.Namespace) -> None:
    """Train; leave the averaged weights, the log and the options under `options.out`."""
    random.seed(options.seed)
    np.random.seed(options.seed)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    stories, held = corpus.stories(options.stories)
    others = [
        (share, load(options.shared))
        for share, load in ((options.mix, corpus.others), (options.roles, corpus.predicates))
        if share
    ]
    if options.soft:
        soft = [example for path in options.soft for example in torch.load(path, weights_only=False)]
        others.append((options.soft_share, soft))
    print(f"{len(stories)} windows, {len(held)} held out, {[len(o) for _, o in others]} others", flush=True)
    run = Run(options)
    while run.epoch < options.epochs:
        began = time.time()
        chosen = run.epoch_of(stories, others)
        done: dict[str, list[float]] = {}
        for number, examples in enumerate(chosen):
            for name, value in run.learn(
                examples, (run.epoch + number / len(chosen)) / options.epochs
            ).items():
                done.setdefault(name, []).append(value)
        seconds = time.time() - began
        line: dict[str, Any] = {"epoch": run.epoch, "step": run.step, "seconds": round(seconds)}
        line["pieces a second"] = round(sum(len(e.pieces) for batch in chosen for e in batch) / seconds)
        line["loss"] = {name: round(float(np.mean(values)), 3) for name, values in done.items()}
        if run.epoch % options.score_every == options.score_every - 1 or run.epoch == options.epochs - 1:
            line["held out"] = run.score(held)
        print(json.dumps(line), flush=True)
        with (run.out / "log.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")
        run.keep()
        run.epoch += 1
    torch.save(run.average, run.out / "model.pt")
    (run.out / "options.json").write_text(json.dumps({k: str(v) for k, v in vars(options).items()}, indent=1))


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", default="runs/reader")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with train/")
    parser.add_argument("--stories", type=Path, default=Path("training/corpus"))
    parser.add_argument("--start", help="weights to start from, instead of the base model")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch", type=int, default=1600, help="padded pieces a step")
    parser.add_argument("--rate", type=float, default=1.2e-4)
    parser.add_argument("--head-rate", type=float, default=6e-4)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--base", choices=sorted(GEOMETRIES), default="minilm", help="shape of the encoder")
    parser.add_argument("--layers", type=int, help="fewer layers than the base has")
    parser.add_argument(
        "--mix", type=float, default=0.15, help="pieces of other sources a piece of the corpus"
    )
    parser.add_argument("--roles", type=float, default=0.1, help="the same, of PropBank's predicates")
    parser.add_argument(
        "--soft", type=Path, nargs="+", help="what a teacher said of running text (training.teach)"
    )
    parser.add_argument("--soft-share", type=float, default=1.0, help="the same, of that text")
    parser.add_argument("--recase", type=float, default=0.1, help="share of windows shown in one case only")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--score-every", type=int, default=2)
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    train(parse())
