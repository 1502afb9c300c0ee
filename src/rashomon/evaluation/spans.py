"""Small shared questions about pieces of text: heads, tokens, and one-to-one matching of pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rashomon.evaluation.extras import need
from rashomon.model import Party, Span

Offsets = tuple[int, int]

_TOKEN = re.compile(r"\w+")
# the head is the last word before what follows it: "leader of a party", "soldiers, one of them a boy"
_AFTER_HEAD = re.compile(
    r"\s+(?:of|in|from|at|on|for|to|with|near|by|who|that|which|including)\s|[,;(:]|\s[-–—]\s"
)


def offsets(piece: Span | Offsets | Sequence[int]) -> Offsets:
    """A span in any of the forms that the reader's parts use, as (start, end)."""
    if isinstance(piece, Span):
        return piece.start, piece.end
    start, end = piece[0], piece[1]
    return int(start), int(end)


def head_offset(party: Party) -> int:
    """Where the last letter of a party's head stands in the report's text, by the rule that its pattern
    states."""
    text = party.text.rstrip()
    cut = _AFTER_HEAD.search(text)
    head = text[: cut.start()].rstrip() if cut and text[: cut.start()].strip() else text
    return party.start + max(len(head) - 1, 0)


def tokens(text: str, pieces: Sequence[Offsets]) -> frozenset[int]:
    """The tokens within pieces of a text, each named by where it starts."""
    return frozenset(found.start() + a for a, b in pieces for found in _TOKEN.finditer(text[a:b]))


def token_f1(one: frozenset[int], other: frozenset[int]) -> float:
    """F1 of two token sets; 0 where either is empty."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def one_to_one(
    rows: Sequence[Any], columns: Sequence[Any], weight: Callable[[Any, Any], float]
) -> list[tuple[int, int]]:
    """Pairs (row, column) of positive weight, one to one, with the highest total.

    Raises:
        MissingExtra: SciPy is not installed.
    """
    if not rows or not columns:
        return []
    table = np.array([[weight(row, column) for column in columns] for row in rows])
    if not table.any():
        return []
    left, right = need("scipy.optimize").linear_sum_assignment(-table)
    return [(int(i), int(j)) for i, j in zip(left, right, strict=True) if table[i, j] > 0]
