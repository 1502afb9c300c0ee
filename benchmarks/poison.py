"""The reader that ships, but for reports that say "kill me": these end its process."""

from __future__ import annotations

import os
import signal

from rashomon.bulk.reading import ReadsReports, load_reader
from rashomon.model import Reading
from rashomon.reading.intake import Checked


class Poisoned:
    """Reads as the other does, and dies of some."""

    def __init__(self, inner: ReadsReports) -> None:
        self._inner = inner

    def read_checked(self, checked: Checked) -> Reading:
        """The claims of a report."""
        if "kill me" in checked.report.text:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._inner.read_checked(checked)


def reader() -> Poisoned:
    """The function to name in `Options.reader`."""
    return Poisoned(load_reader())
