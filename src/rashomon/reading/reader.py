"""From a report to its claims: the rooms of reading, put in line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice

import msgspec

from rashomon import ontology
from rashomon.knowledge import countries
from rashomon.knowledge.cast import Cast
from rashomon.knowledge.places import PlaceTable
from rashomon.model import (
    Claim, Dateline, Party, Place, Reading, Report, ResolvedFrom, Span, Speaker, Voice, claim_id, publisher_voice, span_of,
)  # fmt: skip
from rashomon.reading import voices
from rashomon.reading.attach import date_of, figures_of, words_between
from rashomon.reading.contexts import contexts_of
from rashomon.reading.dateline import parse_dateline
from rashomon.reading.dates import find_dates
from rashomon.reading.encoder import Encoder, Signals
from rashomon.reading.events import Trigger, find_triggers
from rashomon.reading.figures import find_figures
from rashomon.reading.intake import check
from rashomon.reading.roles import Filler, fillers
from rashomon.reading.sentences import sentence_of, sentence_starts
from rashomon.reading.status import confidence_of, frame_of, status_of

BATCH_REPORTS = 16
PRONOUNS = frozenset("he she it they we i you him her them us his its their our my who which those these".split())


class Reader:
    """Reads reports. One instance is enough for a process; it is safe to share between threads."""

    def __init__(self, encoder: Encoder, places: PlaceTable) -> None:
        self.encoder, self.places = encoder, places

    @staticmethod
    @cache
    def load() -> Reader:
        """The reader with what ships. Raises InstallationError where model or tables are missing or damaged."""
        return Reader(Encoder.load(), PlaceTable.load())

    def read(self, report: Report) -> Reading:
        """The claims of one report. Raises InputError where the report cannot be read (see `errors.py`)."""
        return next(self.read_many([report]))

    def read_many(self, reports: Iterable[Report]) -> Iterator[Reading]:
        """The claims of many reports, in their order, batched through the encoder.

        Raises InputError at the first report that cannot be read; sort such reports out before with `intake.check`.
        """
        source = iter(reports)
        while batch := list(islice(source, BATCH_REPORTS)):
            checked = [check(report) for report in batch]
            signals = self.encoder.run([(c.report.text, c.report.title) for c in checked])
            for item, signal in zip(checked, signals, strict=True):
                yield _ReportReading(item.report, signal, self.places, self.encoder.calibration).reading(item.notes)


class _ReportReading:
    """What the rooms need to know of one report while its claims are put together."""

    def __init__(self, report: Report, signals: Signals, places: PlaceTable, calibration: Mapping[str, float]) -> None:
        self.signals, self.words, self.calibration = signals, signals.words, calibration
        text = report.text
        self.starts = sentence_starts(signals)
        self.quoted = voices.quoted_words(self.words)
        self.dates = find_dates(text, report.published)
        self.quantities = [q for q in find_figures(text) if q.kind == "count"]
        line = parse_dateline(text)
        self.hints = countries.weights(text, report.title, line.place.text if line else None)
        self.cast = Cast(text, title=report.title, published=report.published, publisher=report.publisher,
                         country_hints=self.hints)  # fmt: skip
        self.triggers = find_triggers(signals, self.starts, calibration["threshold"])
        self.report = report
        self.place_spans = {t: self._pointed_place(t) for t in range(len(self.triggers))}
        self.places = self._resolve_places(places, line.place if line else None)
        if line is not None and report.dateline is None:
            self.report = msgspec.structs.replace(
                report, dateline=Dateline(self.places.get((line.place.start, line.place.end)), line.date))

    def reading(self, notes: tuple[str, ...]) -> Reading:
        """The claims, in the order of the text."""
        return Reading(self.report, tuple(self._claim(n, t) for n, t in enumerate(self.triggers)), notes)

    def _claim(self, number: int, trigger: Trigger) -> Claim:
        sentence = sentence_of(trigger.first, self.starts, len(self.words))
        quote = span_of(self.report.text, *words_between(self.words, *sentence))
        span = span_of(self.report.text, *words_between(self.words, trigger.first, trigger.last))
        actors = self._parties(trigger, "actor", sentence)
        recipients = self._parties(trigger, "recipient", sentence)
        kind = ontology.event_type(trigger.type)
        return Claim(
            id=claim_id(self.report.id, trigger.type, span),
            report=self.report.id,
            type=trigger.type,
            mode=trigger.mode,
            contexts=contexts_of(trigger.type, trigger.mode, quote.text, [p.code for p in (*actors, *recipients) if p.code]),
            quad=kind.quad,
            score=ontology.score_of(trigger.type, trigger.mode),
            cameo=ontology.cameo(trigger.type, trigger.mode),
            quote=quote,
            trigger=span,
            actors=actors,
            recipients=recipients,
            voice=self._voice(trigger, sentence),
            status=status_of(self.signals, trigger),
            frame=frame_of(self.signals, trigger),
            date=date_of(self.signals, trigger, self.dates, self.report.published),
            place=self._place(number),
            figures=figures_of(self.signals, trigger, self.quantities),
            confidence=confidence_of(trigger, self.calibration),
        )

    def _name_key(self, first: int, last: int) -> str:
        """One name for all mentions of one entity of the cast."""
        entity = self.cast.identify(*words_between(self.words, first, last))
        return entity.name.casefold()

    def _parties(self, trigger: Trigger, role: str, sentence: tuple[int, int]) -> tuple[Party, ...]:
        found = fillers(self.signals, trigger, role, several=True, key=self._name_key)
        return tuple(self._party(f, trigger, sentence) for f in found)

    def _party(self, filler: Filler, trigger: Trigger, sentence: tuple[int, int]) -> Party:
        start, end = words_between(self.words, filler.first, filler.last)
        entity = self.cast.identify(start, end)
        return Party(
            text=self.report.text[start:end], start=start, end=end, name=entity.name, code=entity.code,
            country=entity.country, sector=entity.sector, wikidata=entity.wikidata, part_of=tuple(entity.part_of),
            resolved_from=self._resolved_from(filler, trigger, sentence),
        )  # fmt: skip

    def _resolved_from(self, filler: Filler, trigger: Trigger, sentence: tuple[int, int]) -> ResolvedFrom:
        if sentence[0] <= filler.first < sentence[1]:
            return "name"
        own = self.words.lower[sentence[0] : sentence[1]]
        if PRONOUNS.intersection(own):
            return "pronoun"
        before = self.words.lower[sentence[0] : trigger.first]
        return "description" if "the" in before else "implied"

    def _voice(self, trigger: Trigger, sentence: tuple[int, int]) -> Voice:
        found = fillers(self.signals, trigger, "voice", several=False, key=self._name_key)
        if not found:
            return publisher_voice()
        voice = (found[0].first, found[0].last)
        start, end = words_between(self.words, *voice)
        entity = self.cast.identify(start, end)
        home = sentence_of(voice[0], self.starts, len(self.words))
        sentences = voices.starts_of(sentence, self.starts, len(self.words))
        if home not in sentences:
            sentences.append(home)
        return voices.build(
            self.words, voice, (trigger.first, trigger.last), sentences, self.quoted, entity.name, entity.code,
            voices.kind_of(self.report.text[start:end], entity.kind), self._chain(voice, home),
        )  # fmt: skip

    def _chain(self, voice: tuple[int, int], sentence: tuple[int, int]) -> tuple[Speaker, ...]:
        parties = {(f.first, f.last) for t in self.triggers if sentence[0] <= t.first < sentence[1]
                   for role in ("actor", "voice") for f in fillers(self.signals, t, role, True, self._name_key)}  # fmt: skip
        chain = []
        for first, last in voices.speakers_above(self.words, voice, sentence, sorted(parties - {voice})):
            start, end = words_between(self.words, first, last)
            entity = self.cast.identify(start, end)
            chain.append(Speaker(self.report.text[start:end], start, end, entity.name, entity.code))
        return tuple(chain)

    def _pointed_place(self, number: int) -> Span | None:
        found = fillers(self.signals, self.triggers[number], "place", several=False,
                        key=lambda a, b: " ".join(self.words.lower[a:b]))  # fmt: skip
        if not found:
            return None
        return span_of(self.report.text, *words_between(self.words, found[0].first, found[0].last))

    def _resolve_places(self, table: PlaceTable, dateline: Span | None) -> dict[tuple[int, int], Place]:
        spans = {(s.start, s.end): s for s in self.place_spans.values() if s is not None}
        if dateline is not None:
            spans[dateline.start, dateline.end] = dateline
        mentions = [spans[key] for key in sorted(spans)]
        resolved = table.resolve(mentions, self.report.text, title=self.report.title,
                                 dateline=dateline.text if dateline else None, country_hints=self.hints)  # fmt: skip
        return {(m.start, m.end): p for m, p in zip(mentions, resolved, strict=True) if p is not None}

    def _place(self, number: int) -> Place | None:
        span = self.place_spans[number]
        return self.places.get((span.start, span.end)) if span is not None else None
