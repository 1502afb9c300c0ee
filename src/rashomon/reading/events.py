"""Event triggers: the words that name an event, with its type and mode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rashomon.reading.encoder import FloatArray, Pointing, Signals
from rashomon.reading.sentences import sentence_of
from rashomon.reading.words import IntArray


@dataclass(frozen=True)
class Trigger:
    """Words `first` to one before `last` name an event of `type`; the rest is what the heads say of them, averaged."""

    first: int
    last: int
    type: str
    mode: str | None
    probability: float
    status: FloatArray
    frame: FloatArray
    pointing: Pointing


def find_triggers(signals: Signals, starts: IntArray, threshold: float) -> list[Trigger]:
    """The triggers of a text in order: runs of words of one type, more likely than `threshold` to name an event."""
    scores = signals.tags["event"]
    if not len(scores):
        return []
    likely = 1 - scores[:, 0] > threshold
    types = scores[:, 1:].argmax(axis=-1)
    triggers = []
    i = 0
    while i < len(likely):
        if not likely[i]:
            i += 1
            continue
        _, sentence_end = sentence_of(i, starts, len(likely))
        end = i + 1
        while end < sentence_end and likely[end] and types[end] == types[i]:
            end += 1
        triggers.append(_trigger(signals, i, end, int(types[i])))
        i = end
    return triggers


def _trigger(signals: Signals, first: int, last: int, kind: int) -> Trigger:
    type_ = signals.labels.event[kind + 1]
    modes = signals.tags["mode"][first:last].mean(axis=0)
    of_type = np.array([label.split()[0] == type_ for label in signals.labels.mode])
    label = signals.labels.mode[int(np.argmax(np.where(of_type, modes, -1)))]
    pointings = [signals.pointing(word) for word in range(first, last)]
    same = [p for p in pointings if len(p.words) == len(pointings[0].words)]  # a run may straddle two windows
    pointing = Pointing(
        np.mean([p.nulls for p in same], axis=0), same[0].words, np.mean([p.scores for p in same], axis=0)
    )
    return Trigger(
        first=first,
        last=last,
        type=type_,
        mode=label.partition(" ")[2] or None,
        probability=float((1 - signals.tags["event"][first:last, 0]).max()),
        status=signals.tags["status"][first:last].mean(axis=0),
        frame=signals.tags["frame"][first:last].mean(axis=0),
        pointing=pointing,
    )
