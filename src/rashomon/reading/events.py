"""Event triggers: the words that name an event, with its type and mode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rashomon.reading.encoder import FloatArray, Pointing, Signals
from rashomon.reading.sentences import sentence_of
from rashomon.reading.words import IntArray


@dataclass(frozen=True)
class Trigger:
    """Words `first` to one before `last` name an event of `type`; the rest is what the heads say at the
    first."""

    first: int
    last: int
    type: str
    mode: str | None
    probability: float
    status: FloatArray
    frame: FloatArray
    pointing: Pointing


def find_triggers(signals: Signals, starts: IntArray, threshold: float) -> list[Trigger]:
    """The triggers of a text in order: words more likely than `threshold` to name an event, each with the
    words after it that belong to it ("opened fire"). A trigger ends with its sentence, and before the next
    one."""
    scores = signals.tags["event"]
    if not len(scores):
        return []
    anchors = np.flatnonzero(1 - scores[:, 0] > threshold).tolist()
    triggers = []
    for number, anchor in enumerate(anchors):
        _, sentence_end = sentence_of(anchor, starts, len(scores))
        following = anchors[number + 1] if number + 1 < len(anchors) else len(scores)
        reach = int(signals.tags["reach"][anchor].argmax()) + 1
        triggers.append(_trigger(signals, anchor, min(anchor + reach, sentence_end, following)))
    return triggers


def _trigger(signals: Signals, anchor: int, last: int) -> Trigger:
    scores = signals.tags["event"][anchor]
    type_ = signals.labels.event[int(scores[1:].argmax()) + 1]
    modes = signals.tags["mode"][anchor]
    label = signals.labels.mode[int(np.argmax(np.where(signals.labels.modes_of[type_], modes, -1)))]
    return Trigger(
        first=anchor,
        last=last,
        type=type_,
        mode=label.partition(" ")[2] or None,
        probability=float(1 - scores[0]),
        status=signals.tags["status"][anchor],
        frame=signals.tags["frame"][anchor],
        pointing=signals.pointing(anchor),
    )
