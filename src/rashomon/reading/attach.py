"""When, where and how many: which of the dates, places and quantities of a report belong to a claim.

The grammars (`dates.py`, `figures.py`) say what stands in the text and what it means; the model's pointers
say which of it belongs to a trigger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from rashomon.model import Date, Figure
from rashomon.reading.dates import DateMention
from rashomon.reading.encoder import FloatArray, Signals
from rashomon.reading.events import Trigger
from rashomon.reading.figure_words import nouns
from rashomon.reading.figures import Quantity
from rashomon.reading.words import IntArray, Words

FIGURE_WEIGHT = 0.25
# A demand, a charge, a refusal in today's news was made today, unless the report says otherwise; the corpus
# leaves the date of many open, so the model's pointer to the day of publication is too weak there
# (docs/experiments.md).
SPEECH_ACTS = frozenset({"REQUEST", "ACCUSE", "REJECT", "THREATEN", "SUPPORT", "AGREE", "CONCEDE", "CONSULT"})
TODAY_OF_SPEECH = 6.0
# Figures that only an event of these types can have; a figure head that says otherwise is overruled.
KINDS_OF_TYPE = {
    "PROTEST": {"protesters", "injured", "killed", "arrested", "damage"},
    "MOBILIZE": {"troops", "damage"},
}


class _Spanned(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


T = TypeVar("T", bound=_Spanned)


@dataclass(frozen=True)
class Candidates(Generic[T]):
    """What the grammars found in a text, with the words of each: `firsts[i]` to one before `lasts[i]`."""

    items: Sequence[T]
    firsts: IntArray
    lasts: IntArray

    @classmethod
    def of(cls, items: Sequence[T], words: Words) -> Candidates[T]:
        """Place the items on the words; done once a report, for triggers times candidates are many."""
        covered = [words.covering(item.start, item.end) for item in items]
        bounds = np.asarray(covered, np.int32).reshape(-1, 2)
        return cls(items, bounds[:, 0], bounds[:, 1])

    def weights(self, signals: Signals, trigger: Trigger, role: str) -> FloatArray:
        """The pointer's weight on each candidate."""
        pointed = trigger.pointing.words
        scores = trigger.pointing.scores[signals.labels.roles.index(role)]
        sums = np.concatenate([[0.0], np.cumsum(scores)])
        begin, end = np.searchsorted(pointed, self.firsts), np.searchsorted(pointed, self.lasts)
        return np.asarray(sums[end] - sums[begin], np.float32)


def date_of(
    signals: Signals,
    trigger: Trigger,
    mentions: Candidates[DateMention],
    published: str | None,
    is_current: bool,
) -> Date | None:
    """The date of a claim: an expression of the text, the day of publication where the model reads the event
    as the day's news, or None. An expression that cannot be resolved leaves the date open."""
    nothing, today = trigger.pointing.nulls[signals.labels.roles.index("date")].tolist()
    weights = mentions.weights(signals, trigger, "date")
    best = int(np.argmax(weights)) if len(weights) else -1
    if best >= 0 and weights[best] >= max(nothing, today):
        mention = mentions.items[best]
        if mention.first is None or mention.last is None:
            return None
        return Date(mention.first, mention.last, mention.precision, mention.text, mention.start, mention.end)
    weight = TODAY_OF_SPEECH if trigger.type in SPEECH_ACTS and is_current else 1.0
    if today * weight > nothing and published:
        return Date(published[:10], published[:10], "day")
    return None


def figures_of(signals: Signals, trigger: Trigger, quantities: Candidates[Quantity]) -> tuple[Figure, ...]:
    """The figures of a claim, in the order of the text."""
    nothing = float(trigger.pointing.nulls[signals.labels.roles.index("figure"), 0])
    if nothing > 0.5:
        return ()
    found = []
    weights = quantities.weights(signals, trigger, "figure")
    for index in np.flatnonzero(weights >= FIGURE_WEIGHT):
        quantity = quantities.items[int(index)]
        kind = _kind(signals, trigger, quantity)
        if kind is not None:
            whom = quantity.whom.text if quantity.whom is not None else None
            found.append(Figure(kind, quantity.low, quantity.high, whom, quantity.start, quantity.end))
    return tuple(found)


def _kind(signals: Signals, trigger: Trigger, quantity: Quantity) -> str | None:
    first, last = signals.words.covering(quantity.start, quantity.end)
    if first == last:
        return None
    scores = signals.tags["quantity"][first:last].mean(axis=0)
    allowed = KINDS_OF_TYPE.get(trigger.type)
    if quantity.whom is not None and quantity.whom.text.lower() in nouns("damage"):
        allowed = {"damage", "troops"}
    for index in np.argsort(-scores):
        kind = signals.labels.quantity[int(index)]
        if kind != "none" and (allowed is None or kind in allowed):
            return kind
    return None


def words_between(words: Words, first: int, last: int) -> tuple[int, int]:
    """Character offsets of the words `first` to one before `last`."""
    return int(words.starts[first]), int(words.ends[last - 1])
