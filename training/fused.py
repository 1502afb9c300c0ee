"""The encoder as it ships: attention as one operator of ONNX Runtime, on windows without padding.

The exported graph of `network.Encoder` has attention in its parts: three transpositions, two products, a
softmax, and for the padding a sum over all pairs of pieces. ONNX Runtime recognises BERT's attention only in
the graphs of well-known libraries, so that the operator is named here. It goes over the keys in blocks that
stay in the cache (FlashAttention, Dao et al. 2022).
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from training.network import Encoder, Layer, relative_bucket


class FusedAttention(torch.autograd.Function):
    """`com.microsoft.MultiHeadAttention`: query, key and value [batch, pieces, width], heads side by side,
    to their mixture of the same shape. `bias` [1, heads, pieces, pieces] is added to the scores, or None."""

    @staticmethod
    def forward(_: Any, query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None, heads: int) -> Tensor:
        """The same in torch, for the shapes while the graph is traced, and for tests."""
        batch, length, width = query.shape
        query, key, value = (
            part.view(batch, length, heads, width // heads).transpose(1, 2) for part in (query, key, value)
        )
        scores = query @ key.transpose(-1, -2) / math.sqrt(width // heads)
        weights = torch.softmax(scores if bias is None else scores + bias, -1)
        return (weights @ value).transpose(1, 2).reshape(batch, length, width)

    @staticmethod
    def symbolic(graph: Any, query: Any, key: Any, value: Any, bias: Any, heads: int) -> Any:
        """The operator. Its inputs are query, key, value, their bias, the padding, the bias of scores."""
        inputs = [query, key, value]
        if bias is not None and not bias.node().mustBeNone():
            nothing = graph.op("prim::Constant")
            nothing.setType(torch._C.OptionalType.ofTensor())
            inputs += [nothing, nothing, bias]
        made = graph.op("com.microsoft::MultiHeadAttention", *inputs, num_heads_i=heads)
        return made.setType(query.type())


def fused_states(encoder: Encoder, pieces: Tensor, segments: Tensor) -> Tensor:
    """What `encoder(pieces, segments)` gives in evaluation where no piece is padding."""
    positions = torch.arange(pieces.shape[1], device=pieces.device)
    states = encoder.norm(encoder.words(pieces) + encoder.positions(positions) + encoder.segments(segments))
    bias = None
    if encoder.size.buckets:
        apart = relative_bucket(positions[None, :] - positions[:, None], encoder.size.buckets)
        bias = encoder.distances(apart).permute(2, 0, 1)[None]
    for layer in encoder.layers:
        states = _layer(layer, states, bias)
    return states


def _layer(layer: Layer, states: Tensor, bias: Tensor | None) -> Tensor:
    mixed = FusedAttention.apply(
        layer.query(states), layer.key(states), layer.value(states), bias, layer.heads
    )
    states = layer.attention_norm(states + layer.output(mixed))
    return layer.norm(states + layer.outer(F.gelu(layer.inner(states))))
