"""The reading model: one small encoder, many heads, all over words.

The encoder is BERT-shaped (MiniLM-L6: 6 layers, 384 wide), written out here so that the exported graph is
ours to read. Each word is the state of its first piece joined with embeddings of its shape and of the break
before it, for the vocabulary is uncased. Heads are linear over a shared word layer; roles are bilinear
pointers from a trigger word to every word of the window and two null positions, with a bias by distance
(after the deep biaffine graph parser of Dozat and Manning 2018; the null position after Lee et al. 2017).
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.labels import (
    EVENT,
    FIGURE,
    FRAME,
    MAX_NAME,
    MAX_REACH,
    MENTION,
    MODE,
    NULLS,
    ROLES,
    SECTOR,
    STATUS,
)

WIDTH, LAYERS, HEADS, INNER, VOCABULARY, POSITIONS = 384, 6, 12, 1536, 30522, 512
SHAPE_WIDTH, BREAK_WIDTH, WORD_WIDTH, ROLE_WIDTH = 32, 8, 384, 64
DISTANCES = 64  # distance buckets on each side

TAG_HEADS = {
    "sentence": 1,
    "mention": len(MENTION),
    "event": len(EVENT),
    "reach": MAX_REACH,
    "mode": len(MODE),
    "status": len(STATUS),
    "frame": len(FRAME),
    "sector": len(SECTOR),
    "extent": MAX_NAME,
    "quantity": len(FIGURE),
}


class Layer(nn.Module):
    """One transformer layer, post-norm as in BERT."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value, self.output = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.attention_norm, self.norm = nn.LayerNorm(WIDTH, 1e-12), nn.LayerNorm(WIDTH, 1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """States [batch, pieces, WIDTH]; mask [batch, 1, 1, pieces] is 0 or a large negative number."""
        batch, length, _ = states.shape

        def heads(x: Tensor) -> Tensor:
            return x.view(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2)

        query, key, value = heads(self.query(states)), heads(self.key(states)), heads(self.value(states))
        weights = torch.softmax(query @ key.transpose(-1, -2) / math.sqrt(WIDTH // HEADS) + mask, -1)
        mixed = (self.dropout(weights) @ value).transpose(1, 2).reshape(batch, length, WIDTH)
        states = self.attention_norm(states + self.dropout(self.output(mixed)))
        return self.norm(states + self.dropout(self.outer(F.gelu(self.inner(states)))))


class Encoder(nn.Module):
    """Piece ids to piece states."""

    def __init__(self, dropout: float = 0.1, layers: int = LAYERS) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.segments = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, 1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(layers))
        self.dropout = nn.Dropout(dropout)

    def forward(self, pieces: Tensor, segments: Tensor) -> Tensor:
        """Ids and segments [batch, pieces] (0 pads) to states [batch, pieces, WIDTH]."""
        positions = torch.arange(pieces.shape[1], device=pieces.device)
        states = self.words(pieces) + self.positions(positions) + self.segments(segments)
        states = self.dropout(self.norm(states))
        mask = (pieces == 0).to(states.dtype)[:, None, None, :] * -1e4
        for layer in self.layers:
            states = layer(states, mask)
        return states

    def load_base(self, path: Path) -> None:
        """Take the weights of a BERT-shaped safetensors file with this geometry (or more layers)."""
        from safetensors.torch import load_file

        base = load_file(path)
        names = {
            "words": "embeddings.word_embeddings",
            "positions": "embeddings.position_embeddings",
            "segments": "embeddings.token_type_embeddings",
            "norm": "embeddings.LayerNorm",
        }
        parts = {
            "query": "attention.self.query",
            "key": "attention.self.key",
            "value": "attention.self.value",
            "output": "attention.output.dense",
            "attention_norm": "attention.output.LayerNorm",
            "inner": "intermediate.dense",
            "outer": "output.dense",
            "norm": "output.LayerNorm",
        }
        for index in range(len(self.layers)):
            names |= {
                f"layers.{index}.{ours}": f"encoder.layer.{index}.{theirs}" for ours, theirs in parts.items()
            }
        state = {}
        for key in self.state_dict():
            module, _, kind = key.rpartition(".")
            state[key] = base[f"{names[module]}.{kind}"]
        self.load_state_dict(state)


class Reader(nn.Module):
    """Encoder and heads."""

    def __init__(self, dropout: float = 0.1, layers: int = LAYERS) -> None:
        super().__init__()
        self.encoder = Encoder(dropout, layers)
        self.shapes, self.breaks = nn.Embedding(6, SHAPE_WIDTH), nn.Embedding(4, BREAK_WIDTH)
        self.word_layer = nn.Linear(WIDTH + SHAPE_WIDTH + BREAK_WIDTH, WORD_WIDTH)
        self.word_norm = nn.LayerNorm(WORD_WIDTH)
        self.dropout = nn.Dropout(dropout)
        self.tags = nn.ModuleDict({name: nn.Linear(WORD_WIDTH, size) for name, size in TAG_HEADS.items()})
        self.role_query = nn.Linear(WORD_WIDTH, len(ROLES) * ROLE_WIDTH)
        self.role_key = nn.Linear(WORD_WIDTH, len(ROLES) * ROLE_WIDTH)
        self.role_word = nn.Linear(WORD_WIDTH, len(ROLES))
        self.role_null = nn.Linear(WORD_WIDTH, len(ROLES) * len(NULLS))
        self.role_distance = nn.Embedding(2 * DISTANCES + 1, len(ROLES))
        nn.init.zeros_(self.role_distance.weight)
        mask = torch.zeros(len(ROLES), len(NULLS))
        mask[
            [r for r, role in enumerate(ROLES) if role != "date"], 1
        ] = -1e4  # only a date is ever the day of publication
        self.register_buffer("null_mask", mask)

    def word_states(
        self, pieces: Tensor, segments: Tensor, firsts: Tensor, shapes: Tensor, breaks: Tensor
    ) -> Tensor:
        """Word states [batch, words, WORD_WIDTH]; `firsts` [batch, words] are positions of first pieces."""
        states = self.encoder(pieces, segments)
        picked = torch.gather(states, 1, firsts[:, :, None].expand(-1, -1, WIDTH))
        joined = torch.cat([picked, self.shapes(shapes), self.breaks(breaks)], -1)
        return self.dropout(self.word_norm(picked + F.gelu(self.word_layer(joined))))

    def role_scores(self, words: Tensor, triggers: Tensor, distances: Tensor, padding: Tensor) -> Tensor:
        """Scores [batch, triggers, ROLES, NULLS + words] of pointing from trigger states to words.

        `triggers` [batch, triggers, WORD_WIDTH]; `distances` [batch, triggers, words] in words, signed, as
        place in the text; `padding` [batch, words] is True where there is no word.
        """
        batch, count, _ = triggers.shape
        query = self.role_query(triggers).view(batch, count, len(ROLES), ROLE_WIDTH).transpose(1, 2)
        key = self.role_key(words).view(batch, -1, len(ROLES), ROLE_WIDTH).transpose(1, 2)
        scores = (query @ key.transpose(-1, -2)).transpose(1, 2) / math.sqrt(ROLE_WIDTH)
        scores = scores + self.role_word(words).transpose(1, 2)[:, None]
        scores = scores + self.role_distance(bucket(distances)).permute(0, 1, 3, 2)
        scores = scores - 1e4 * padding.to(scores.dtype)[:, None, None, :]
        nulls = self.role_null(triggers).view(batch, count, len(ROLES), len(NULLS)) + self.null_mask
        return torch.cat([nulls, scores], -1)


def bucket(distances: Tensor) -> Tensor:
    """Signed distances to bucket numbers: one each up to 24 words, then by doubling, as in T5."""
    size = distances.abs().clamp(min=1).to(torch.float32)
    far = 24 + (torch.log(size / 24).clamp(min=0) / math.log(512 / 24) * (DISTANCES - 25)).to(torch.int64)
    near = distances.abs()
    bucketed = torch.where(near <= 24, near, far.clamp(max=DISTANCES))
    return DISTANCES + torch.sign(distances) * bucketed
