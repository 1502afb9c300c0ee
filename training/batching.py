"""Examples to batches of tensors."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from rashomon.reading.words import SHAPES
from training.labels import NULLS, ROLES
from training.stories import IGNORE, Example

if TYPE_CHECKING:
    from training.teach import Soft

LETTERS = [SHAPES.index(name) for name in ("lower", "title", "upper", "mixed")]
ONE_CASE = [SHAPES.index(name) for name in ("lower", "upper")]


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


def recase(batch: list[Example], share: float, rng: random.Random) -> list[Example]:
    """Some examples as if they were written all in small or all in capital letters, as agency copy and
    transcripts are; only the shapes tell, the vocabulary is uncased."""
    out = []
    for example in batch:
        if rng.random() < share:
            shapes = np.where(np.isin(example.shapes, LETTERS), rng.choice(ONE_CASE), example.shapes)
            example = dataclasses.replace(example, shapes=shapes)
        out.append(example)
    return out


def pad(rows: list[np.ndarray], value: int = 0) -> Tensor:
    """Rows of unlike length as one tensor [rows, longest]."""
    out = torch.full((len(rows), max(map(len, rows))), value, dtype=torch.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = torch.from_numpy(np.asarray(row, np.int64))
    return out


def collate(batch: list[Example]) -> dict[str, Any]:
    """A batch as tensors [examples, ...].

    "tags" holds the labels over words by head. Where there are claims, "triggers" holds their words
    [examples, claims], "mode", "status", "frame" their labels, and "groups" what their roles point to: tuples
    of example, claim, role, weight and the positions (nulls first) of which any one is right.
    """
    words = [len(e.firsts) for e in batch]
    tensors: dict[str, Any] = {
        name: pad([getattr(e, name) for e in batch])
        for name in ("pieces", "segments", "firsts", "shapes", "breaks", "places")
    }
    tensors["padding"] = torch.arange(max(words))[None] >= torch.tensor(words)[:, None]
    heads = sorted({name for e in batch for name in e.tags})
    tensors["tags"] = {
        name: pad([e.tags.get(name, np.full(n, IGNORE)) for e, n in zip(batch, words, strict=True)], IGNORE)
        for name in heads
    }
    if any(e.claims for e in batch):
        _add_claims(tensors, batch)
    if any(e.soft for e in batch):
        _add_soft(tensors, [e.soft for e in batch if e.soft])
    return tensors


def _add_soft(tensors: dict[str, Any], batch: list[Soft]) -> None:
    """A teacher's words: under "soft" for each head (rows, words, probabilities); under "taught" the triggers
    [examples, triggers], which of them are padding, and where they point [examples, triggers, roles, nulls +
    words]."""
    tensors["soft"] = {
        name: (
            torch.cat([torch.full((len(s.tags[name][0]),), row) for row, s in enumerate(batch)]),
            torch.cat([torch.from_numpy(s.tags[name][0]) for s in batch]),
            torch.cat([torch.from_numpy(s.tags[name][1].astype(np.float32)) for s in batch]),
        )
        for name in batch[0].tags
    }
    triggers, width = max(len(s.triggers) for s in batch), max(s.roles.shape[-1] for s in batch)
    pointed = torch.zeros((len(batch), triggers, len(ROLES), width))
    for row, soft in enumerate(batch):
        count, _, length = soft.roles.shape
        pointed[row, :count, :, :length] = torch.from_numpy(soft.roles.astype(np.float32))
    tensors["taught"] = (pad([s.triggers for s in batch]), pointed)


def _add_claims(tensors: dict[str, Any], batch: list[Example]) -> None:
    tensors["triggers"] = pad([np.asarray([c.word for c in e.claims], np.int64) for e in batch])
    for name in ("mode", "status", "frame"):
        rows = [np.asarray([getattr(c, name) for c in e.claims], np.int64) for e in batch]
        tensors[name] = pad(rows, IGNORE)
    groups: list[tuple[int, int, int, float, list[int]]] = []
    for b, example in enumerate(batch):
        for c, claim in enumerate(example.claims):
            for role, names in claim.roles.items():
                r = ROLES.index(role)
                if not names:
                    groups.append((b, c, r, 1.0, [claim.nulls.get(role, 0)]))
                groups += [(b, c, r, 1 / len(names), [a + len(NULLS) for a in anchors]) for anchors in names]
    tensors["groups"] = groups
