"""Readers for what is measured of bulk reading beside the model.

`reader` takes a given time and finds one claim. The address of a report is FOLDER?MILLISECONDS: what was read
is written down in the folder, by process. `without_model` is the whole of reading with a session that is made
up: every word with a capital that "arrested" follows names an arrest, so that the rooms behind the model have
work, and keep what they keep.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rashomon.bulk.reading import ReadsReports
from rashomon.model import Claim, Reading, claim_id, publisher_voice, span_of
from rashomon.reading.encoder import Encoder, model_folder
from rashomon.reading.intake import Checked
from rashomon.reading.reader import Reader
from rashomon.reading.windows import Window
from rashomon.reading.words import Words


class StandIn:
    """Takes the first word of a report for an arrest."""

    def read_checked(self, checked: Checked) -> Reading:
        """One claim."""
        report = checked.report
        if report.url:
            folder, _, milliseconds = report.url.rpartition("?")
            with (Path(folder) / f"{os.getpid()}").open("a") as file:
                file.write(f"{report.id}\n")
            time.sleep(float(milliseconds) / 1000)
        trigger = span_of(report.text, 0, len(report.text.split(maxsplit=1)[0]))
        claim = Claim(
            id=claim_id(f"{report.id}\0{report.sha256}", "COERCE", trigger), report=report.id, type="COERCE",
            mode="arrest", contexts=(), quad=4, score=-7.0, cameo="173", quote=trigger, trigger=trigger,
            actors=(), recipients=(), voice=publisher_voice(), status="happened", frame="current", date=None,
            place=None, figures=(), confidence=0.5,
        )  # fmt: skip
        return Reading(report, (claim,), checked.notes)


class MadeUp(Encoder):
    """The encoder with made-up outputs: an arrest at each "arrested", roles that point anywhere."""

    def _run_window(self, words: Words, window: Window) -> dict[str, NDArray[Any]]:
        count = len(window.words)
        out: dict[str, NDArray[Any]] = {
            name: np.zeros((count, width), np.float16 if name.startswith("role_") else np.float32)
            for name, width in self._widths.items()
        }
        arrests = np.fromiter((words.lower[w] == "arrested" for w in window.words), bool, count)
        out["event"][:, 0] = np.where(arrests, -20, 20)
        out["event"][arrests, self.labels.event.index("COERCE")] = 20
        out["sentence"][:, 0] = np.where(words.breaks[window.words] > 1, 20, -20)
        for role in range(len(self.labels.roles)):  # each points at one word of the window
            out["role_word"][role % max(count, 1), role] = 30
        return out


def reader() -> ReadsReports:
    """For `Options.reader`."""
    return StandIn()


def without_model() -> ReadsReports:
    """For `Options.reader`: reading without the model's pass."""
    return Reader(MadeUp(model_folder(), threads=1))
