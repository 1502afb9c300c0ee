"""Train the reading model: `python -m training.train --out runs/NAME`.

All tasks share each step: a batch mixes windows of the corpus (events, roles, status ...) with windows of the
mention and sentence sources, about as many pieces of each as `--mix` says. Seeds are fixed; a checkpoint is kept each
epoch and a killed run goes on from it.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from training import corpus
from training.labels import NULLS, ROLES
from training.network import Reader
from training.sources import OPEN, allowed
from training.stories import IGNORE, Example

WEIGHTS = {"event": 6.0, "mode": 1.0, "status": 1.0, "frame": 0.7, "sector": 0.7, "extent": 0.7, "quantity": 0.5,
           "mention": 2.0, "sentence": 1.0}  # fmt: skip
ROLE_WEIGHTS = {"actor": 1.0, "recipient": 1.0, "voice": 1.0, "place": 0.6, "date": 0.6, "figure": 0.6}
MENTION_ALLOWED = torch.from_numpy(allowed())


def batches(examples: list[Example], size: int, rng: random.Random) -> Iterator[list[Example]]:
    """Batches of similar length, at most `size` padded pieces each, in random order."""
    order = sorted(examples, key=lambda e: len(e.pieces) + rng.uniform(-12, 12))
    made: list[list[Example]] = []
    batch: list[Example] = []
    for example in order:
        longest = max(len(e.pieces) for e in [*batch, example])
        if batch and longest * (len(batch) + 1) > size:
            made.append(batch)
            batch = []
        batch.append(example)
    made.append(batch)
    rng.shuffle(made)
    yield from made


def pad(rows: list[np.ndarray], value: int = 0) -> Tensor:
    """Rows of unlike length as one tensor [rows, longest]."""
    out = torch.full((len(rows), max(map(len, rows))), value, dtype=torch.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = torch.from_numpy(np.asarray(row, np.int64))
    return out


def collate(batch: list[Example]) -> dict[str, Any]:
    """A batch as tensors."""
    words = [len(e.firsts) for e in batch]
    tensors: dict[str, Any] = {
        "pieces": pad([e.pieces for e in batch]), "segments": pad([e.segments for e in batch]),
        "firsts": pad([e.firsts for e in batch]), "shapes": pad([e.shapes for e in batch]),
        "breaks": pad([e.breaks for e in batch]), "places": pad([e.places for e in batch]),
        "padding": torch.arange(max(words))[None] >= torch.tensor(words)[:, None],
    }  # fmt: skip
    names = {name for e in batch for name in e.tags}
    unknown = {name: [e.tags.get(name, np.full(n, IGNORE)) for e, n in zip(batch, words, strict=True)] for name in names}
    tensors["tags"] = {name: pad(rows, IGNORE) for name, rows in unknown.items()}
    triggers, claim_tags, groups = [], [], []
    for e in batch:
        rows, tags = [], []
        for claim in e.claims:
            for k in claim.words:
                at = (len(triggers), len(rows))
                rows.append(k)
                tags.append((claim.mode, claim.status, claim.frame))
                for role, names_of_role in claim.roles.items():
                    r = ROLES.index(role)
                    if not names_of_role:
                        groups.append((*at, r, 1.0, [claim.nulls.get(role, 0)]))
                    for anchors in names_of_role:
                        groups.append((*at, r, 1 / len(names_of_role), [a + len(NULLS) for a in anchors]))
        triggers.append(np.asarray(rows, np.int64))
        claim_tags.append(np.asarray(tags, np.int64).reshape(-1, 3))
    if any(len(t) for t in triggers):
        tensors["triggers"] = pad(triggers)
        for j, name in enumerate(("mode", "status", "frame")):
            tensors[name] = pad([t[:, j] for t in claim_tags], IGNORE)
        tensors["groups"] = groups
    return tensors


def recase(batch: list[Example], share: float, rng: random.Random) -> list[Example]:
    """Some examples as if they were written all in small or all in capital letters, as agency copy and transcripts
    are; only the shapes tell, the vocabulary is uncased."""
    letters = {1, 2, 3, 4}
    out = []
    for example in batch:
        if rng.random() < share:
            shape = rng.choice((1, 3))
            shapes = np.where(np.isin(example.shapes, list(letters)), shape, example.shapes)
            example = dataclasses.replace(example, shapes=shapes)
        out.append(example)
    return out


def losses(model: Reader, batch: dict[str, Any]) -> dict[str, Tensor]:
    """The loss of each task on a batch, unweighted."""
    words = model.word_states(*(batch[k] for k in ("pieces", "segments", "firsts", "shapes", "breaks")))
    out: dict[str, Tensor] = {}
    for name, gold in batch["tags"].items():
        if not (gold != IGNORE).any():
            continue
        scores = model.tags[name](words).float()
        if name == "sentence":
            known = gold != IGNORE
            out[name] = F.binary_cross_entropy_with_logits(scores[..., 0][known], gold[known].float())
        elif name == "mention":
            known = gold != IGNORE
            right = MENTION_ALLOWED[gold[known]]
            agreed = torch.logsumexp(scores[known].masked_fill(~right, -1e4), -1) - torch.logsumexp(scores[known], -1)
            out[name] = -agreed.mean()
        else:
            out[name] = F.cross_entropy(scores.flatten(0, 1), gold.flatten(), ignore_index=IGNORE)
    if "triggers" not in batch:
        return out
    index = batch["triggers"]
    states = torch.gather(words, 1, index[:, :, None].expand(-1, -1, words.shape[-1]))
    for name in ("mode", "status", "frame"):
        if (batch[name] != IGNORE).any():
            out[name] = F.cross_entropy(model.tags[name](states).float().flatten(0, 1), batch[name].flatten(), ignore_index=IGNORE)
    distances = batch["places"][:, None, :] - torch.gather(batch["places"], 1, index)[:, :, None]
    scores = model.role_scores(words, states, distances, batch["padding"]).float()
    rows = torch.tensor([g[:3] for g in batch["groups"]])
    weight = torch.tensor([g[3] for g in batch["groups"]])
    chosen = scores[rows[:, 0], rows[:, 1], rows[:, 2]]
    right = torch.zeros_like(chosen, dtype=torch.bool)
    for i, group in enumerate(batch["groups"]):
        right[i, group[4]] = True
    agreed = torch.logsumexp(chosen.masked_fill(~right, -1e4), -1) - torch.logsumexp(chosen, -1)
    for r, role in enumerate(ROLES):
        of_role = rows[:, 2] == r
        if of_role.any():
            out[role] = -(agreed * weight)[of_role].sum() / weight[of_role].sum()
    return out


@torch.no_grad()
def score(model: Reader, examples: list[Example]) -> dict[str, float]:
    """Quick figures on held-out windows: trigger F1 by word, and shares right given gold triggers."""
    model.eval()
    hit = found = wanted = 0
    right: dict[str, list[int]] = {}
    for batch_examples in batches(examples, 6000, random.Random(0)):
        batch = collate(batch_examples)
        words = model.word_states(*(batch[k] for k in ("pieces", "segments", "firsts", "shapes", "breaks")))
        for name, gold in batch["tags"].items():
            known = gold != IGNORE
            scores = model.tags[name](words)
            guess = (scores[..., 0] > 0).long() if name == "sentence" else scores.argmax(-1)
            if name == "event":
                hit += int(((guess == gold) & (gold > 0)).sum())
                found += int(((guess > 0) & known).sum())
                wanted += int((gold > 0).sum())
            elif known.any():
                positive = known & (gold > 0) if name in ("sentence", "quantity") else known
                if name == "mention":
                    positive = known & (gold > 0) & (gold < OPEN)
                right.setdefault(name, []).extend((guess == gold)[positive].int().tolist())
        if "triggers" not in batch:
            continue
        index = batch["triggers"]
        states = torch.gather(words, 1, index[:, :, None].expand(-1, -1, words.shape[-1]))
        for name in ("mode", "status", "frame"):
            known = batch[name] != IGNORE
            right.setdefault(name, []).extend((model.tags[name](states).argmax(-1) == batch[name])[known].int().tolist())
        distances = batch["places"][:, None, :] - torch.gather(batch["places"], 1, index)[:, :, None]
        scores = model.role_scores(words, states, distances, batch["padding"])
        for b, t, r, _, answers in batch["groups"]:
            right.setdefault(ROLES[r], []).append(int(scores[b, t, r].argmax()) in answers)
    model.train()
    precision, recall = hit / max(found, 1), hit / max(wanted, 1)
    figures = {"event_p": precision, "event_r": recall, "event_f1": 2 * hit / max(found + wanted, 1)}
    return figures | {name: float(np.mean(values)) for name, values in right.items() if values}


def train(options: argparse.Namespace) -> None:
    """Train and keep the last and the averaged weights under `options.out`."""
    random.seed(options.seed)
    np.random.seed(options.seed)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    stories, held = corpus.stories(options.stories)
    others = corpus.others(options.shared) if options.mix else []
    print(f"{len(stories)} windows, {len(held)} held out, {len(others)} of other sources", flush=True)
    model = Reader(options.dropout, options.layers)
    model.encoder.load_base(corpus.base_weights())
    if options.start:
        model.load_state_dict(torch.load(options.start, weights_only=True))
    encoder = [p for n, p in model.named_parameters() if n.startswith("encoder.")]
    heads = [p for n, p in model.named_parameters() if not n.startswith("encoder.")]
    optimizer = torch.optim.AdamW([{"params": encoder, "lr": options.rate}, {"params": heads, "lr": options.head_rate}],
                                  weight_decay=0.01, betas=(0.9, 0.98))  # fmt: skip
    rng = random.Random(options.seed)
    pieces = sum(len(e.pieces) for e in stories)
    average = {k: v.clone() for k, v in model.state_dict().items()}
    step, first = 0, 0
    last = out / "last.pt"
    if last.exists():
        kept = torch.load(last, weights_only=False)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        average, step, first = kept["average"], kept["step"], kept["epoch"] + 1
        rng.setstate(kept["rng"])
    steps_an_epoch = len(list(batches(stories, options.batch, random.Random(0)))) * (1 + (1 if options.mix else 0))
    total = steps_an_epoch * options.epochs
    for epoch in range(first, options.epochs):
        began, sums, seen = time.time(), {}, 0
        chosen: list[list[Example]] = list(batches(stories, options.batch, rng))
        if others:
            rng.shuffle(others)
            extra, budget = [], pieces * options.mix
            for e in others:
                extra.append(e)
                budget -= len(e.pieces)
                if budget < 0:
                    break
            chosen += list(batches(extra, options.batch, rng))
            rng.shuffle(chosen)
        steps_an_epoch = len(chosen)
        total = steps_an_epoch * options.epochs
        for examples in chosen:
            progress = min(1.0, step / max(total, 1))
            factor = min(1.0, progress / 0.06) * max(0.02, (1 - progress) / 0.94 if progress > 0.06 else 1.0)
            for group, rate in zip(optimizer.param_groups, (options.rate, options.head_rate), strict=True):
                group["lr"] = rate * factor
            with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
                parts = losses(model, collate(recase(examples, options.recase, rng)))
            loss = sum(v * (WEIGHTS | ROLE_WEIGHTS)[k] for k, v in parts.items())
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
            optimizer.step()
            decay = min(0.995, (1 + step) / (10 + step))
            for key, value in model.state_dict().items():
                if value.dtype.is_floating_point:
                    average[key].lerp_(value, 1 - decay)
            step += 1
            seen += sum(len(e.pieces) for e in examples)
            for key, value in parts.items():
                total_so_far, n = sums.get(key, (0.0, 0))
                sums[key] = (total_so_far + float(value.detach()), n + 1)
        line = {"epoch": epoch, "step": step, "pieces/s": round(seen / (time.time() - began)), "seconds": round(time.time() - began)}
        line["loss"] = {k: round(s / n, 3) for k, (s, n) in sums.items()}
        if epoch % options.score_every == options.score_every - 1 or epoch == options.epochs - 1:
            kept_weights = {k: v.clone() for k, v in model.state_dict().items()}
            model.load_state_dict(average)
            line["held out"] = {k: round(v, 4) for k, v in score(model, held).items()}
            model.load_state_dict(kept_weights)
        print(json.dumps(line), flush=True)
        with (out / "log.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")
        state = {"model": model.state_dict(), "average": average, "optimizer": optimizer.state_dict(), "step": step,
                 "epoch": epoch, "rng": rng.getstate()}  # fmt: skip
        torch.save(state, out / "last.tmp")
        (out / "last.tmp").replace(last)
    torch.save(average, out / "model.pt")
    (out / "options.json").write_text(json.dumps({k: str(v) for k, v in vars(options).items()}, indent=1))


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="runs/reader")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with train/")
    parser.add_argument("--stories", type=Path, default=Path("training/corpus"))
    parser.add_argument("--start", help="weights to start from, instead of the base model")
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--batch", type=int, default=1600, help="padded pieces a step")
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--mix", type=float, default=0.6, help="pieces of other sources for each piece of the corpus")
    parser.add_argument("--recase", type=float, default=0.1, help="share of windows shown in one case only")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--score-every", type=int, default=2)
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    train(parse())
