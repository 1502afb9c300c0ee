"""Is it told as having happened, as a plan, as a threat, as untrue; as today's news or as its background; how
sure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

from rashomon.model import Frame, Status
from rashomon.reading.encoder import Signals
from rashomon.reading.events import Trigger


def status_of(signals: Signals, trigger: Trigger) -> Status:
    """The likeliest status."""
    return cast(Status, signals.labels.status[int(trigger.status.argmax())])


def frame_of(signals: Signals, trigger: Trigger) -> Frame:
    """Current news or background."""
    return cast(Frame, signals.labels.frame[int(trigger.frame.argmax())])


def confidence_of(trigger: Trigger, calibration: Mapping[str, float]) -> float:
    """The share of claims as sure as this one that are right, 0 to 1: the trigger's probability on the
    calibrated curve (Platt 1999; fitted in `training/calibrate.py`)."""
    probability = min(max(trigger.probability, 1e-4), 1 - 1e-4)
    logit = math.log(probability / (1 - probability))
    return round(1 / (1 + math.exp(-(calibration["slope"] * logit + calibration["intercept"]))), 4)
