"""The reading model: one small encoder, many heads, all over words.

The encoder is BERT-shaped (MiniLM-L6: 6 layers, 384 wide; or MPNet: 12 layers, 768 wide, with a bias by the
distance of pieces), written out here so that the exported graph is ours to read. Each word is the state of
its first piece joined with embeddings of its shape and of the break before it, for the vocabulary is
uncased. Heads are linear over a shared word layer; roles are bilinear pointers from a trigger word to every
word of the window and two null positions, with a bias by distance (after the deep biaffine graph parser of
Dozat and Manning 2018; the null position after Lee et al. 2017).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
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

VOCABULARY, POSITIONS = 30522, 512
SHAPE_WIDTH, BREAK_WIDTH, ROLE_WIDTH = 32, 8, 64
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


@dataclass(frozen=True)
class Geometry:
    """The size of an encoder: width of its states, layers, attention heads, width of a head, width of the
    inner layer, and the buckets of the distance bias between pieces (0: none)."""

    width: int
    layers: int
    heads: int
    head: int
    inner: int
    buckets: int

    @classmethod
    def of(cls, state: dict[str, Tensor]) -> Geometry:
        """The geometry that a reader's weights have."""
        width = state["encoder.words.weight"].shape[1]
        known = next(g for g in GEOMETRIES.values() if g.width == width)
        layers = 1 + max(int(k.split(".")[2]) for k in state if k.startswith("encoder.layers."))
        mixed, inner = (state[f"encoder.layers.0.{name}.weight"].shape[0] for name in ("query", "inner"))
        return replace(known, layers=layers, heads=mixed // known.head, inner=inner)


GEOMETRIES = {"minilm": Geometry(384, 6, 12, 32, 1536, 0), "mpnet": Geometry(768, 12, 12, 64, 3072, 32)}


class Layer(nn.Module):
    """One transformer layer, post-norm as in BERT."""

    def __init__(self, size: Geometry, dropout: float) -> None:
        super().__init__()
        self.heads, self.head, width = size.heads, size.head, size.width
        mixed = size.heads * size.head
        self.query, self.key, self.value = (nn.Linear(width, mixed) for _ in range(3))
        self.output = nn.Linear(mixed, width)
        self.inner, self.outer = nn.Linear(width, size.inner), nn.Linear(size.inner, width)
        self.attention_norm, self.norm = nn.LayerNorm(width, 1e-12), nn.LayerNorm(width, 1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """States [batch, pieces, width]; mask [batch, 1, 1, pieces], or with heads and pieces in the middle,
        is added to the attention's scores: a large negative number shuts a piece out."""
        batch, length, _ = states.shape

        def heads(x: Tensor) -> Tensor:
            return x.view(batch, length, self.heads, self.head).transpose(1, 2)

        query, key, value = heads(self.query(states)), heads(self.key(states)), heads(self.value(states))
        weights = torch.softmax(query @ key.transpose(-1, -2) / math.sqrt(self.head) + mask, -1)
        mixed = (self.dropout(weights) @ value).transpose(1, 2).reshape(batch, length, -1)
        states = self.attention_norm(states + self.dropout(self.output(mixed)))
        return self.norm(states + self.dropout(self.outer(F.gelu(self.inner(states)))))


class Encoder(nn.Module):
    """Piece ids to piece states."""

    def __init__(self, size: Geometry, dropout: float = 0.1) -> None:
        super().__init__()
        self.size = size
        self.words = nn.Embedding(VOCABULARY, size.width)
        self.positions = nn.Embedding(POSITIONS, size.width)
        self.segments = nn.Embedding(2, size.width)
        self.norm = nn.LayerNorm(size.width, 1e-12)
        self.layers = nn.ModuleList(Layer(size, dropout) for _ in range(size.layers))
        self.dropout = nn.Dropout(dropout)
        if size.buckets:
            self.distances = nn.Embedding(size.buckets, size.heads)

    def forward(self, pieces: Tensor, segments: Tensor) -> Tensor:
        """Ids and segments [batch, pieces] (0 pads) to states [batch, pieces, width]."""
        positions = torch.arange(pieces.shape[1], device=pieces.device)
        states = self.words(pieces) + self.positions(positions) + self.segments(segments)
        states = self.dropout(self.norm(states))
        mask = (pieces == 0).to(states.dtype)[:, None, None, :] * -1e4
        if self.size.buckets:
            apart = relative_bucket(positions[None, :] - positions[:, None], self.size.buckets)
            mask = mask + self.distances(apart).permute(2, 0, 1)[None]
        for layer in self.layers:
            states = layer(states, mask)
        return states

    def load_base(self, folder: Path) -> None:
        """Take the weights of a base model: `model.safetensors` with this geometry (or more layers), beside
        its `tokenizer.json`; its pieces get the numbers that BERT's vocabulary gives them."""
        from safetensors.torch import load_file

        base = load_file(folder / "model.safetensors")
        state = base_state(self, base)
        if self.size.buckets:
            state["words.weight"] = state["words.weight"][piece_numbers(folder / "tokenizer.json")]
            state["positions.weight"] = state["positions.weight"][2:]  # the first two stand for padding
        self.load_state_dict(state)


def base_state(encoder: Encoder, base: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a base model under the names of our encoder; what it lacks begins at zero."""
    names = {
        "words": "embeddings.word_embeddings",
        "positions": "embeddings.position_embeddings",
        "segments": "embeddings.token_type_embeddings",
        "norm": "embeddings.LayerNorm",
        "distances": "encoder.relative_attention_bias",
    }
    attention = ("attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o")
    if not encoder.size.buckets:
        attention = tuple(
            f"attention.{part}" for part in ("self.query", "self.key", "self.value", "output.dense")
        )
    parts = dict(zip(("query", "key", "value", "output"), attention, strict=True)) | {
        "attention_norm": "attention.LayerNorm" if encoder.size.buckets else "attention.output.LayerNorm",
        "inner": "intermediate.dense",
        "outer": "output.dense",
        "norm": "output.LayerNorm",
    }
    for index in range(len(encoder.layers)):
        names |= {
            f"layers.{index}.{ours}": f"encoder.layer.{index}.{theirs}" for ours, theirs in parts.items()
        }
    state = {}
    for key, ours in encoder.state_dict().items():
        module, _, kind = key.rpartition(".")
        theirs = f"{names[module]}.{kind}"
        state[key] = torch.zeros_like(ours) if module == "segments" and theirs not in base else base[theirs]
    return state


def piece_numbers(tokenizer: Path) -> Tensor:
    """For each number of BERT's uncased vocabulary the number of the same piece in another tokenizer."""
    from training import corpus

    special = {"[PAD]": "<pad>", "[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>", "[UNK]": "<unk>"}
    theirs = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    ours = sorted(corpus.tokenizer().get_vocab().items(), key=lambda entry: entry[1])
    return torch.tensor([theirs[special.get(piece, piece)] for piece, _ in ours])


def thinned(state: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """A reader's weights with some of the encoder's layers only, evenly spaced from the first to the last, as
    DistilBERT was begun (Sanh et al. 2019)."""
    count = Geometry.of(state).layers
    kept = torch.linspace(0, count - 1, layers).round().to(torch.int64).tolist()
    out = {}
    for key, value in state.items():
        before, found, after = key.partition("encoder.layers.")
        if not found:
            out[key] = value
            continue
        number, _, rest = after.partition(".")
        if int(number) in kept:
            out[f"{before}{found}{kept.index(int(number))}.{rest}"] = value
    return out


def relative_bucket(distances: Tensor, buckets: int, longest: int = 128) -> Tensor:
    """Distances of pieces (key minus query) to rows of the distance bias, as MPNet counts them (Song et al.
    2020): half of the buckets for each side, of these half for one distance each, the rest by logarithm."""
    half = buckets // 2
    exact = half // 2
    size = distances.abs()
    far = exact + (
        torch.log(size.clamp(min=exact).float() / exact) / math.log(longest / exact) * (half - exact)
    ).to(torch.int64)
    return torch.where(size < exact, size, far.clamp(max=half - 1)) + (distances > 0).to(torch.int64) * half


class Reader(nn.Module):
    """Encoder and heads."""

    def __init__(self, size: Geometry = GEOMETRIES["minilm"], dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = Encoder(size, dropout)
        width = size.width
        self.shapes, self.breaks = nn.Embedding(6, SHAPE_WIDTH), nn.Embedding(4, BREAK_WIDTH)
        self.word_layer = nn.Linear(width + SHAPE_WIDTH + BREAK_WIDTH, width)
        self.word_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.tags = nn.ModuleDict({name: nn.Linear(width, size) for name, size in TAG_HEADS.items()})
        self.role_query = nn.Linear(width, len(ROLES) * ROLE_WIDTH)
        self.role_key = nn.Linear(width, len(ROLES) * ROLE_WIDTH)
        self.role_word = nn.Linear(width, len(ROLES))
        self.role_null = nn.Linear(width, len(ROLES) * len(NULLS))
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
        """Word states [batch, words, width]; `firsts` [batch, words] are positions of first pieces."""
        return self.words_of(self.encoder(pieces, segments), firsts, shapes, breaks)

    def words_of(self, states: Tensor, firsts: Tensor, shapes: Tensor, breaks: Tensor) -> Tensor:
        """Word states from piece states [batch, pieces, width]."""
        picked = torch.gather(states, 1, firsts[:, :, None].expand(-1, -1, states.shape[-1]))
        joined = torch.cat([picked, self.shapes(shapes), self.breaks(breaks)], -1)
        return self.dropout(self.word_norm(picked + F.gelu(self.word_layer(joined))))

    def role_scores(self, words: Tensor, triggers: Tensor, distances: Tensor, padding: Tensor) -> Tensor:
        """Scores [batch, triggers, ROLES, NULLS + words] of pointing from trigger states to words.

        `triggers` [batch, triggers, width]; `distances` [batch, triggers, words] in words, signed, as
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
