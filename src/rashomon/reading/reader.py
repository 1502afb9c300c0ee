"""From a report to its claims, and what else a text is asked for: names, attributions, pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from rashomon.model import (
    Claim,
    Reading,
    Report,
    Span,
    span_of,
)
from rashomon.reading import voices
from rashomon.reading.attach import words_between
from rashomon.reading.attributions import Attribution, find_attributions
from rashomon.reading.claims import ReportReading
from rashomon.reading.encoder import Encoder
from rashomon.reading.entities import CLASSES, named_entities
from rashomon.reading.intake import Checked, check
from rashomon.reading.pairs import Offsets, PairEvent, events_of_pair, type_of_pair
from rashomon.reading.sentences import sentence_starts
from rashomon.reading.trace import Decision
from rashomon.sources.wire import running_text

NOTHING_SEEN = "not read: nothing in it looks like a political event"


class Reader:
    """Reads reports. One instance is enough for a process; it is safe to share between threads."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    @staticmethod
    @cache
    def load() -> Reader:
        """The reader with what ships. Raises InstallationError where model or tables are missing or
        damaged."""
        return Reader(Encoder.load())

    def read(self, report: Report) -> Reading:
        """The claims of one report. Raises InputError where the report cannot be read (see `errors.py`)."""
        return self.read_checked(check(report))

    def read_checked(self, checked: Checked) -> Reading:
        """The claims of a report that `intake.check` has let through, under whatever limit."""
        report = checked.report
        [signals] = self.encoder.run([(running_text(report.text), report.title)])
        if signals.unseen and signals.unseen == len(signals.windows):
            return Reading(report, (), (*checked.notes, NOTHING_SEEN))
        return ReportReading(report, signals, self.encoder.calibration).reading(checked.notes)

    def explain(self, report: Report, number: int) -> tuple[Claim, tuple[Decision, ...]]:
        """One claim of a report (the first is 0), with how each of its fields came to be.

        Raises InputError where the report cannot be read, IndexError where it has no such claim.
        """
        checked = check(report, len(report.text) or None)
        return self._opened(checked.report).explained(number)

    def _opened(self, report: Report) -> ReportReading:
        [signals] = self.encoder.run([(running_text(report.text), report.title)])
        return ReportReading(report, signals, self.encoder.calibration)

    def read_many(self, reports: Iterable[Report]) -> Iterator[Reading]:
        """The claims of many reports, one at a time, in their order.

        Raises InputError at the first report that cannot be read; sort such reports out before with
        `intake.check`, or use `rashomon.read_many`.
        """
        for report in reports:
            yield self.read(report)

    def mentions(self, text: str) -> list[tuple[Span, str]]:
        """The persons ("PER"), places ("LOC") and organisations ("ORG") that the text names, in its order."""
        [signals] = self.encoder.run([(text, None)])
        return [
            (span_of(text, *words_between(signals.words, m.first, m.last)), CLASSES[m.kind])
            for m in named_entities(signals)
        ]

    def attributions(self, text: str, nested: bool = False) -> list[Attribution]:
        """Who says or thinks what in a text, with an event or without; with `nested` also what stands within
        the content of another attribution."""
        [signals] = self.encoder.run([(text, None)])
        quoted = voices.quoted_words(signals.words)
        found = find_attributions(signals, sentence_starts(signals), quoted)
        return [each for each in found if nested or not each.nested]

    def classify_pair(
        self, sentence: str, actor: Offsets | None, recipient: Offsets | None
    ) -> dict[str, float]:
        """The probability of each event type between two marked spans of a sentence; None for a party not
        marked."""
        [signals] = self.encoder.run([(sentence, None)])
        return type_of_pair(signals, actor, recipient)

    def events_of_pair(
        self, sentence: str, actor: Offsets | None, recipient: Offsets | None
    ) -> list[PairEvent]:
        """The same with the word that tells of the event and its status, as probabilities of all three
        together."""
        [signals] = self.encoder.run([(sentence, None)])
        return events_of_pair(signals, actor, recipient)
