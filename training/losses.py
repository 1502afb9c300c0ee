"""What the heads are trained to say, and how far held-out windows agree with it."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from training.batching import batches, collate
from training.labels import OPEN, ROLES
from training.network import Reader
from training.sources import allowed
from training.stories import IGNORE, Example

WEIGHTS = {
    "event": 6.0,
    "mode": 1.0,
    "status": 1.0,
    "frame": 0.7,
    "sector": 0.7,
    "extent": 0.7,
    "reach": 0.4,
    "quantity": 0.5,
    "mention": 2.0,
    "sentence": 1.0,
    "actor": 1.3,
    "recipient": 1.6,
    "voice": 1.2,
    "place": 0.6,
    "date": 0.6,
    "figure": 0.6,
}
CLAIM_TAGS = ("mode", "status", "frame")
INPUTS = ("pieces", "segments", "firsts", "shapes", "breaks")
MENTION_ALLOWED = torch.from_numpy(allowed())
NEVER = -1e4


def total(parts: dict[str, Tensor]) -> Tensor:
    """The weighted sum of the losses."""
    return torch.stack([WEIGHTS[name] * value for name, value in parts.items()]).sum()


def losses(model: Reader, batch: dict[str, Any]) -> dict[str, Tensor]:
    """The loss of each task that a batch has labels for, unweighted."""
    words = model.word_states(*(batch[name] for name in INPUTS))
    if "soft" in batch:
        return _soft_losses(model, words, batch)
    out = {
        name: _tag_loss(name, model.tags[name](words).float(), gold)
        for name, gold in batch["tags"].items()
        if (gold != IGNORE).any()
    }
    if "triggers" not in batch:
        return out
    states = _trigger_states(words, batch["triggers"])
    for name in CLAIM_TAGS:
        if (batch[name] != IGNORE).any():
            out[name] = _tag_loss(name, model.tags[name](states).float(), batch[name])
    return out | _role_losses(_role_scores(model, words, states, batch), batch["groups"])


def _soft_losses(model: Reader, words: Tensor, batch: dict[str, Any]) -> dict[str, Tensor]:
    """Cross entropy with a teacher's probabilities."""
    out = {}
    for name, (rows, at, right) in batch["soft"].items():
        if len(rows):
            scores = F.log_softmax(model.tags[name](words[rows, at]).float(), -1)
            out[name] = -(right * scores).sum(-1).mean()
    triggers, right = batch["taught"]
    if not triggers.shape[1]:
        return out
    scores = _role_scores(model, words, _trigger_states(words, triggers), batch | {"triggers": triggers})
    agreed = (right * F.log_softmax(scores, -1)).sum(-1)
    for r, role in enumerate(ROLES):
        out[role] = -agreed[..., r].sum() / right[..., r, :].sum().clamp(min=1)
    return out


def _tag_loss(name: str, scores: Tensor, gold: Tensor) -> Tensor:
    known = gold != IGNORE
    if name == "sentence":
        return F.binary_cross_entropy_with_logits(scores[..., 0][known], gold[known].float())
    if name == "mention":  # some labels allow several tags: their probabilities count together
        right = MENTION_ALLOWED[gold[known]]
        chosen = scores[known]
        agreed = torch.logsumexp(chosen.masked_fill(~right, NEVER), -1)
        return (torch.logsumexp(chosen, -1) - agreed).mean()
    return F.cross_entropy(scores[known], gold[known])


def _trigger_states(words: Tensor, triggers: Tensor) -> Tensor:
    return torch.gather(words, 1, triggers[:, :, None].expand(-1, -1, words.shape[-1]))


def _role_scores(model: Reader, words: Tensor, states: Tensor, batch: dict[str, Any]) -> Tensor:
    places = batch["places"]
    distances = places[:, None, :] - torch.gather(places, 1, batch["triggers"])[:, :, None]
    return model.role_scores(words, states, distances, batch["padding"]).float()


def _role_losses(scores: Tensor, groups: list[tuple[int, int, int, float, list[int]]]) -> dict[str, Tensor]:
    """Minus the log of the weight that a pointer puts on right answers together, averaged over names."""
    rows = torch.tensor([group[:3] for group in groups])
    weight = torch.tensor([group[3] for group in groups])
    chosen = scores[rows[:, 0], rows[:, 1], rows[:, 2]]
    right = torch.zeros_like(chosen, dtype=torch.bool)
    for i, group in enumerate(groups):
        right[i, group[4]] = True
    agreed = torch.logsumexp(chosen.masked_fill(~right, NEVER), -1) - torch.logsumexp(chosen, -1)
    out = {}
    for r, role in enumerate(ROLES):
        of_role = rows[:, 2] == r
        if of_role.any():
            out[role] = -(agreed * weight)[of_role].sum() / weight[of_role].sum()
    return out


@torch.no_grad()
def score(model: Reader, examples: list[Example]) -> dict[str, float]:
    """Quick figures on held-out windows: F1 of trigger words with their type, and for each other head the
    share that is right, given the gold trigger where the head needs one."""
    model.eval()
    hit = found = wanted = 0
    right: dict[str, list[int]] = {}
    for held in batches(examples, 6000, random.Random(0)):
        batch = collate(held)
        words = model.word_states(*(batch[name] for name in INPUTS))
        for name, gold in batch["tags"].items():
            scores = model.tags[name](words)
            guess = (scores[..., 0] > 0).long() if name == "sentence" else scores.argmax(-1)
            known = gold != IGNORE
            if name == "event":
                hit += int(((guess == gold) & (gold > 0)).sum())
                found += int(((guess > 0) & known).sum())
                wanted += int((gold > 0).sum())
            else:
                asked = known & (gold > 0) & (gold < OPEN) if name == "mention" else known
                right.setdefault(name, []).extend((guess == gold)[asked].int().tolist())
        if "triggers" in batch:
            _score_claims(model, words, batch, right)
    model.train()
    figures = {
        "event precision": hit / max(found, 1),
        "event recall": hit / max(wanted, 1),
        "event F1": 2 * hit / max(found + wanted, 1),
    }
    return figures | {name: float(np.mean(values)) for name, values in right.items() if values}


def _score_claims(model: Reader, words: Tensor, batch: dict[str, Any], right: dict[str, list[int]]) -> None:
    states = _trigger_states(words, batch["triggers"])
    for name in CLAIM_TAGS:
        known = batch[name] != IGNORE
        agrees = model.tags[name](states).argmax(-1) == batch[name]
        right.setdefault(name, []).extend(agrees[known].int().tolist())
    scores = _role_scores(model, words, states, batch)
    for b, c, r, _, answers in batch["groups"]:
        right.setdefault(ROLES[r], []).append(int(int(scores[b, c, r].argmax()) in answers))
