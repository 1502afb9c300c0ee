"""What one marked party does to another: the type of event between two spans of a sentence.

For each word taken as a trigger, the model says of what type it would be and where its actor and recipient
would stand; the types are summed over the words, weighted by how far the pointers agree with the marks.
"""

from __future__ import annotations

import numpy as np

from rashomon.reading.encoder import FloatArray, Signals
from rashomon.reading.words import IntArray

Offsets = tuple[int, int]
FLOOR = (
    0.02  # a pointer that misses a mark does not rule the word out: marks and names differ by a word or two
)


def type_of_pair(signals: Signals, actor: Offsets | None, recipient: Offsets | None) -> dict[str, float]:
    """The probability of each event type between two parties; a party that is not marked is None.

    Without any word that could be an event, all types are alike.
    """
    labels = signals.labels
    events = signals.tags["event"]
    total = np.zeros(len(labels.event) - 1)
    for word in range(len(events)):
        weight = 1.0
        pointing = signals.pointing(word)
        for role, marked in (("actor", actor), ("recipient", recipient)):
            index = labels.roles.index(role)
            weight *= FLOOR + _mass(
                signals, pointing.words, pointing.scores[index], float(pointing.nulls[index, 0]), marked
            )
        total += weight * events[word, 1:]
    share = total / total.sum() if total.sum() > 0 else np.full(len(total), 1 / len(total))
    return {name: float(value) for name, value in zip(labels.event[1:], share, strict=True)}


def _mass(
    signals: Signals, words: IntArray, scores: FloatArray, nothing: float, marked: Offsets | None
) -> float:
    if marked is None:
        return nothing
    first, last = signals.words.covering(*marked)
    return float(scores[(words >= first) & (words < last)].sum())
