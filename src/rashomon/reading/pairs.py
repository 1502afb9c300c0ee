"""What one marked party does to another: the type of event between two spans of a sentence.

For each word taken as a trigger, the model says of what type and status the event would be and where its
actor and recipient would stand; types and statuses are weighted by how far the pointers agree with the
marks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from rashomon.reading.encoder import FloatArray, Signals
from rashomon.reading.words import IntArray

Offsets = tuple[int, int]
FLOOR = (
    0.02  # a pointer that misses a mark does not rule the word out: marks and names differ by a word or two
)
SEEN = 1e-3  # words with less of the weight than this are left out


@dataclass(frozen=True)
class PairEvent:
    """One word of the sentence, taken as the trigger of an event between the two parties."""

    trigger: str
    type: str
    status: str
    probability: float


def events_of_pair(signals: Signals, actor: Offsets | None, recipient: Offsets | None) -> list[PairEvent]:
    """The events that may stand between two parties, with probabilities that sum to one; a party that is not
    marked is None.

    Without any word that could be an event there is nothing to tell, and the list is empty.
    """
    labels = signals.labels
    types, statuses = signals.tags["event"][:, 1:], signals.tags["status"]
    weights = np.array([_agreement(signals, word, actor, recipient) for word in range(len(types))])
    joint = weights[:, None, None] * types[:, :, None] * statuses[:, None, :] if len(types) else np.zeros(0)
    total = float(joint.sum())
    if total <= 0:
        return []
    found = []
    for word, type_, status in np.argwhere(joint > SEEN * total).tolist():
        share = float(joint[word, type_, status]) / total
        found.append(
            PairEvent(signals.words.word(word), labels.event[1 + type_], labels.status[status], share)
        )
    left_out = 1 - sum(event.probability for event in found)
    return [PairEvent(e.trigger, e.type, e.status, e.probability / (1 - left_out)) for e in found]


def type_of_pair(signals: Signals, actor: Offsets | None, recipient: Offsets | None) -> dict[str, float]:
    """The probability of each event type between two parties; without any event all types are alike."""
    names = signals.labels.event[1:]
    events = events_of_pair(signals, actor, recipient)
    if not events:
        return dict.fromkeys(names, 1 / len(names))
    total: defaultdict[str, float] = defaultdict(float)
    for event in events:
        total[event.type] += event.probability
    return {name: total[name] for name in names}


def _agreement(signals: Signals, word: int, actor: Offsets | None, recipient: Offsets | None) -> float:
    """How far a word's pointers agree with the marks."""
    pointing = signals.pointing(word)
    weight = 1.0
    for role, marked in (("actor", actor), ("recipient", recipient)):
        index = signals.labels.roles.index(role)
        weight *= FLOOR + _mass(
            signals, pointing.words, pointing.scores[index], float(pointing.nulls[index, 0]), marked
        )
    return weight


def _mass(
    signals: Signals, words: IntArray, scores: FloatArray, nothing: float, marked: Offsets | None
) -> float:
    if marked is None:
        return nothing
    first, last = signals.words.covering(*marked)
    return float(scores[(words >= first) & (words < last)].sum())
