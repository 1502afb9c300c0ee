"""What a report says beside its events: quotation marks, dates, figures, places, parties.

Each is made when a claim first asks for it: many a report has no claim, or none with a date.
"""

from __future__ import annotations

from functools import cached_property

from rashomon.knowledge import countries
from rashomon.knowledge.cast import Cast
from rashomon.knowledge.place_context import publisher_hints
from rashomon.knowledge.places import PlacesOfReport
from rashomon.model import Place, Report, Span
from rashomon.reading import voices
from rashomon.reading.attach import Candidates
from rashomon.reading.dateline import parse_dateline
from rashomon.reading.dates import DateMention, find_dates
from rashomon.reading.figures import Quantity, find_figures
from rashomon.reading.words import Words


class Background:
    """Of one report; `place_spans` are where its triggers point to places, and are there before anything is
    asked for."""

    def __init__(self, report: Report, words: Words) -> None:
        self.report, self.words = report, words  # the text of the words has a header of labels as white space
        self.line = parse_dateline(words.text)
        self.place_spans: list[Span | None] = []

    @cached_property
    def quoted(self) -> list[bool]:
        return voices.quoted_words(self.words)

    @cached_property
    def dates(self) -> Candidates[DateMention]:
        return Candidates.of(find_dates(self.words.text, self.report.published), self.words)

    @cached_property
    def quantities(self) -> Candidates[Quantity]:
        counts = [quantity for quantity in find_figures(self.words.text) if quantity.unit == "count"]
        return Candidates.of(counts, self.words)

    @cached_property
    def _spans(self) -> list[Span]:
        """Where triggers and the dateline name places."""
        spans = {(s.start, s.end): s for s in self.place_spans if s is not None}
        if self.line is not None:
            spans[self.line.place.start, self.line.place.end] = self.line.place
        return [spans[key] for key in sorted(spans)]

    @cached_property
    def _resolved(self) -> tuple[PlacesOfReport, list[Place | None]]:
        gazetteer = PlacesOfReport(
            self.words.text,
            title=self.report.title,
            dateline=self.line.place.text if self.line else None,
            # Where the outlet is from is a weak hint, for what the text leaves open.
            country_hints=publisher_hints(self.report.publisher),
        )
        return gazetteer, gazetteer.resolve(self._spans)

    @property
    def gazetteer(self) -> PlacesOfReport:
        """What is known of the places of the report, all resolved."""
        return self._resolved[0]

    @cached_property
    def places(self) -> dict[tuple[int, int], Place]:
        """The places of triggers and dateline, by their offsets."""
        if not self._spans:
            return {}
        resolved = zip(self._spans, self._resolved[1], strict=True)
        return {(m.start, m.end): place for m, place in resolved if place is not None}

    @cached_property
    def cast(self) -> Cast:
        report, line = self.report, self.line
        return Cast(
            self.words.text,
            title=report.title,
            published=report.published,
            publisher=report.publisher,
            country_hints=countries.weights(self.words.text, report.title, line.place.text if line else None),
            places=tuple(self.places.values()),
        )
