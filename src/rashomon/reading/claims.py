"""The claims of one report: the rooms of reading, put in line."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from rashomon import ontology
from rashomon.knowledge import countries
from rashomon.model import (
    Claim,
    Dateline,
    Party,
    Place,
    Reading,
    Report,
    ResolvedFrom,
    Span,
    Speaker,
    Voice,
    claim_id,
    publisher_voice,
    span_of,
)
from rashomon.reading import explaining, voices
from rashomon.reading.attach import SPEECH_ACTS, date_of, figures_of, words_between
from rashomon.reading.background import Background
from rashomon.reading.contexts import contexts_of
from rashomon.reading.dyads import with_both_named
from rashomon.reading.encoder import Signals
from rashomon.reading.events import Trigger, find_triggers
from rashomon.reading.implied import with_nobody_hit, with_one_voice_a_number, with_plain_arresters
from rashomon.reading.issuer import Issuer, issuer_of, with_issuer
from rashomon.reading.roles import NOTHING, Filler, fillers, pointed_from, settle
from rashomon.reading.sentences import sentence_starts
from rashomon.reading.status import confidence_of, frame_of, status_of
from rashomon.reading.trace import Decision, Trace
from rashomon.reading.vouching import Vouching

MUTUAL = frozenset({"CONSULT", "AGREE", "COOPERATE"})
# What is done somewhere has a country where no place is named. For demands, charges and the like the stories
# leave it open (5 to 11 of 100 have one); of withdrawals and releases 37 have one.
DEEDS = frozenset({"ASSAULT", "COERCE", "PROTEST", "MOBILIZE", "RETREAT"})
# Within quotation marks somebody speaks, hardly ever the publisher; a demand or a charge in them is still
# told by it.
NOTHING_IN_QUOTES = 0.9
NO_BODIES = frozenset({"CVL", "JRN"})  # sectors of people and outlets, that issue no communiques
# The pointer's weight on nothing above which nobody is taken, where it is not NOTHING: held-out stories.
LIMITS = {"recipient": 0.6}
NO_PLACE = 0.7  # the pointer's weight on nothing above which no place is taken: best F1 on held-out stories
IMPLIED = 0.5  # share of what speaks for any country that makes one that of a deed
PRONOUNS = frozenset([
    "he", "she", "it", "they", "we", "i", "you", "him", "her", "them", "us", "his", "its", "their",
    "our", "my", "who", "which", "those", "these",
])  # fmt: skip


class ReportReading(Background):
    """What the rooms need to know of one report while its claims are put together."""

    def __init__(self, report: Report, signals: Signals, calibration: Mapping[str, float]) -> None:
        super().__init__(report, signals.words)
        self.signals, self.calibration = signals, calibration
        self.starts = sentence_starts(signals)
        self._bounds = [*self.starts.tolist(), len(self.words)]
        self.triggers = find_triggers(signals, self.starts, calibration["threshold"])
        self.text_id = f"{report.id}\0{report.sha256}"  # two reports may come with one id
        self._filled: dict[tuple[int, str], list[Filler]] = {}
        self._name_keys: dict[tuple[int, int], str] = {}
        self.triggers_of: defaultdict[int, list[Trigger]] = defaultdict(list)
        sentences = [self._sentence(trigger.first) for trigger in self.triggers]
        for trigger, sentence in zip(self.triggers, sentences, strict=True):
            self.triggers_of[sentence[0]].append(trigger)
        pointed = pointed_from(signals, self.triggers, sentences)
        self._pointed = {t.first: of_roles for t, of_roles in zip(self.triggers, pointed, strict=True)}
        self.vouching = Vouching(
            signals,
            report.publisher or "",
            lambda: self.quoted,
            self._name_key,
            self._is_known,
            self._is_place,
            lambda: self.issuer,
        )
        self._explained: tuple[Trigger, Trace] | None = None
        self.place_spans = [self._pointed_place(trigger) for trigger in self.triggers]
        line = self.line
        if line is not None and report.dateline is None:
            dateline = Dateline(
                self.places.get((line.place.start, line.place.end)), line.iso_date(report.published)
            )
            self.report = msgspec.structs.replace(report, dateline=dateline)

    def reading(self, notes: tuple[str, ...]) -> Reading:
        """The claims, in the order of the text."""
        return Reading(self.report, tuple(self._claims()), notes)

    def _claims(self) -> list[Claim]:
        read: Iterator[Claim] = (self._claim(number, trigger) for number, trigger in enumerate(self.triggers))
        issuer = self.issuer if self.triggers else None
        if issuer is not None:
            _, end = words_between(self.words, issuer.first, issuer.end)
            read = with_issuer(read, self._issuing_voice(issuer), end, issuer.signed)
        party = self._party_of((issuer.first, issuer.last), "implied") if issuer is not None else None
        claims = with_nobody_hit(with_plain_arresters(read, party), self.report.text)
        return with_one_voice_a_number(with_both_named(claims, self.report.text))

    @cached_property
    def issuer(self) -> Issuer | None:
        """Who issued the text, where it is a document that the outlet reproduces."""
        body = self.line.body if self.line is not None else 0
        publisher = self.report.publisher or ""
        return issuer_of(self.words, self.starts.tolist(), body, publisher, self._is_body)

    def _is_body(self, first: int, last: int) -> bool:
        """Whether words name a body, such as may issue documents."""
        start, end = words_between(self.words, first, last)
        entity = self.cast.identify(start, end)
        if entity.sector is None or entity.sector in NO_BODIES:
            return False
        if entity.kind == "country":  # "Somalia: Flash Update No. 3" is about Somalia
            return False
        return entity.kind != "person" or self.report.text[start:end].isupper()

    def _issuing_voice(self, issuer: Issuer) -> Voice:
        start, end = words_between(self.words, issuer.first, issuer.last)
        entity = self.cast.identify(start, end)
        text = self.report.text[start:end]
        return Voice("named", text, start, end, entity.name, entity.code, None, "indirect")

    def explained(self, number: int) -> tuple[Claim, tuple[Decision, ...]]:
        """One claim made once more, the rooms writing down what they decide."""
        trigger, trace = self.triggers[number], Trace()
        self._explained, self._filled = (trigger, trace), {}
        claim = self._claims()[number]
        span = self._pointed_place(trigger)
        issuer = self.issuer
        heading = words_between(self.words, issuer.first, issuer.end) if issuer is not None else (0, 0)
        if not self._fillers(trigger, "actor", several=True) and claim.actors:
            issued = heading[0] <= claim.actors[0].start < heading[1]
            police = "issued the text" if issued else "acted before it"
            trace.say("actor", f"nobody is named; the police that {police} make the arrest")
        said = claim.voice.start
        if said is not None and heading[0] <= said < heading[1]:
            trace.say("voice", "the text is a document that the outlet reproduces; there it names its issuer")
        explaining.labels(trace, self.signals, trigger, claim, self.calibration)
        for field, parties in (("actor", claim.actors), ("recipient", claim.recipients)):
            own = [
                self._party_of((f.first, f.last), "name") for f in self._fillers(trigger, field, several=True)
            ]
            explaining.both_named(trace, field, parties, own, self.report.text)
            for party in parties:
                explaining.party(trace, field, self.cast, party)
        explaining.voice(trace, self.cast, claim.voice, self._in_quotes(trigger))
        if span is not None:
            explaining.gazetteer(trace, self.gazetteer.ranking(span), claim.place)
        return claim, explaining.decisions(trace, claim)

    def _trace_of(self, trigger: Trigger) -> Trace | None:
        """Where to write down what is decided about a trigger; None in ordinary reading."""
        return self._explained[1] if self._explained and self._explained[0] is trigger else None

    def _claim(self, number: int, trigger: Trigger) -> Claim:
        sentence = self._sentence(trigger.first)
        quote = span_of(self.report.text, *words_between(self.words, *sentence))
        span = span_of(self.report.text, *words_between(self.words, trigger.first, trigger.last))
        actors, recipients = self._parties(trigger, sentence)
        kind = ontology.event_type(trigger.type)
        frame, trace = frame_of(self.signals, trigger), self._trace_of(trigger)
        return Claim(
            id=claim_id(self.text_id, trigger.type, span),
            report=self.report.id,
            type=trigger.type,
            mode=trigger.mode,
            contexts=contexts_of(
                trigger.type, trigger.mode, quote.text, [p.code for p in (*actors, *recipients) if p.code]
            ),
            quad=kind.quad,
            score=ontology.score_of(trigger.type, trigger.mode),
            cameo=ontology.cameo(trigger.type, trigger.mode),
            quote=quote,
            trigger=span,
            actors=actors,
            recipients=recipients,
            voice=self._voice(trigger, sentence),
            status=status_of(self.signals, trigger),
            frame=frame,
            date=date_of(self.signals, trigger, self.dates, self.report.published, frame == "current", trace),
            place=self._place(number),
            figures=figures_of(self.signals, trigger, lambda: self.quantities, sentence, trace),
            confidence=confidence_of(trigger, self.calibration),
        )

    def _sentence(self, word: int) -> tuple[int, int]:
        """First word and one past the last of a word's sentence."""
        number = bisect_right(self._bounds, word) - 1
        return self._bounds[number], self._bounds[number + 1]

    def _name_key(self, first: int, last: int) -> str:
        """One name for all mentions of one entity of the cast."""
        known = self._name_keys.get((first, last))
        if known is None:
            entity = self.cast.identify(*words_between(self.words, first, last))
            known = self._name_keys[first, last] = entity.name.casefold()
        return known

    def _is_known(self, first: int, last: int) -> bool:
        """Whether a name has a code, by the tables or its description."""
        return self.cast.identify(*words_between(self.words, first, last)).code is not None

    def _is_place(self, first: int, last: int) -> bool:
        """Whether an event of the report is put at the words."""
        start, end = words_between(self.words, first, last)
        return self.report.text[start:end] in self._placed

    @cached_property
    def _placed(self) -> frozenset[str]:
        return frozenset(span.text for span in self.place_spans if span is not None)

    def _parties(
        self, trigger: Trigger, sentence: tuple[int, int]
    ) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
        """Actors and recipients."""
        pointed = {role: self._fillers(trigger, role, several=True) for role in ("actor", "recipient")}
        actors, recipients = settle(
            pointed["actor"],
            pointed["recipient"],
            names=lambda filler: self._name_key(filler.first, filler.last),
            mutual=trigger.type in MUTUAL,
        )
        if (trace := self._trace_of(trigger)) is not None:
            explaining.settled(trace, self.words, pointed, {"actor": actors, "recipient": recipients})
        return (
            tuple(self._party(f, trigger, sentence) for f in actors),
            tuple(self._party(f, trigger, sentence) for f in recipients),
        )

    def _party(self, filler: Filler, trigger: Trigger, sentence: tuple[int, int]) -> Party:
        return self._party_of((filler.first, filler.last), self._resolved_from(filler, trigger, sentence))

    def _party_of(self, span: tuple[int, int], resolved_from: ResolvedFrom) -> Party:
        start, end = words_between(self.words, *span)
        entity = self.cast.identify(start, end)
        return Party(
            text=self.report.text[start:end],
            start=start,
            end=end,
            name=entity.name,
            code=entity.code,
            country=entity.country,
            sector=entity.sector,
            wikidata=entity.wikidata,
            part_of=tuple(entity.part_of),
            resolved_from=resolved_from,
        )

    def _resolved_from(self, filler: Filler, trigger: Trigger, sentence: tuple[int, int]) -> ResolvedFrom:
        if sentence[0] <= filler.first < sentence[1]:
            return "name"
        own = self.words.lower[sentence[0] : sentence[1]]
        if PRONOUNS.intersection(own):
            return "pronoun"
        before = self.words.lower[sentence[0] : trigger.first]
        return "description" if "the" in before else "implied"

    def _voice(self, trigger: Trigger, sentence: tuple[int, int]) -> Voice:
        found = self._fillers(trigger, "voice", several=False)
        if not found:
            return publisher_voice()
        voice = (found[0].first, found[0].last)
        start, end = words_between(self.words, *voice)
        entity = self.cast.identify(start, end)
        home = self._sentence(voice[0])
        sentences = voices.searched(sentence, home, self.starts, len(self.words))
        return voices.build(
            self.words,
            voice,
            (trigger.first, trigger.last),
            sentences,
            self.quoted,
            entity.name,
            entity.code,
            voices.kind_of(self.report.text[start:end], entity.kind),
            self._chain(voice, home),
        )

    def _fillers(self, trigger: Trigger, role: str, several: bool) -> list[Filler]:
        """The names that fill a role; kept, for a sentence's triggers ask for each other's voices."""
        known = self._filled.get((trigger.first, role))
        if known is None:
            limit = LIMITS.get(role, NOTHING)
            if role == "voice" and self._in_quotes(trigger):
                limit = NOTHING_IN_QUOTES
            pointed, trace = self._pointed[trigger.first][role], self._trace_of(trigger)
            known = fillers(self.signals, pointed, role, several, self._name_key, limit, trace)
            if role == "voice":
                sentence = self._sentence(trigger.first)
                known = self.vouching.voice(trigger, sentence, pointed, known, trace)
            self._filled[trigger.first, role] = known
        return known

    def _in_quotes(self, trigger: Trigger) -> bool:
        return self.quoted[trigger.first] and trigger.type not in SPEECH_ACTS

    def _chain(self, voice: tuple[int, int], sentence: tuple[int, int]) -> tuple[Speaker, ...]:
        voices_there = {
            (filler.first, filler.last)
            for trigger in self.triggers_of[sentence[0]]
            for filler in self._fillers(trigger, "voice", several=False)
        }
        others = voices_there - {voice}
        speakers = {span for span in others if self._name_key(*span) != self._name_key(*voice)}
        if not speakers:
            return ()
        chain = []
        for first, last in voices.speakers_above(self.words, voice, sentence, sorted(speakers)):
            start, end = words_between(self.words, first, last)
            entity = self.cast.identify(start, end)
            chain.append(Speaker(self.report.text[start:end], start, end, entity.name, entity.code))
        return tuple(chain)

    def _pointed_place(self, trigger: Trigger) -> Span | None:
        found = fillers(
            self.signals,
            self._pointed[trigger.first]["place"],
            "place",
            several=False,
            key=lambda first, last: " ".join(self.words.lower[first:last]),
            nothing_above=NO_PLACE,
            trace=self._trace_of(trigger),
        )
        if not found:
            return None
        return span_of(self.report.text, *words_between(self.words, found[0].first, found[0].last))

    def _place(self, number: int) -> Place | None:
        span = self.place_spans[number]
        if span is not None:
            return self.places.get((span.start, span.end))
        return self._implied_country(self.triggers[number])

    def _implied_country(self, trigger: Trigger) -> Place | None:
        """The country of a deed for which the report names no place: the one of which it speaks there, if
        that is plain."""
        if trigger.type not in DEEDS:
            return None
        told = self.gazetteer.country_at(
            span_of(self.report.text, *words_between(self.words, trigger.first, trigger.last))
        )
        if told is None:
            return None
        iso3, share = told
        if (trace := self._trace_of(trigger)) is not None:
            told_of = f"the report speaks of {iso3} there with a share of {share:.2f}, {IMPLIED} is needed"
            trace.say("gazetteer", f"no place is named; {told_of}")
        if share < IMPLIED:
            return None
        country = countries.country(iso3)
        if country is None:
            return None
        return Place(
            text=None,
            start=None,
            end=None,
            name=country.name,
            geonameid=country.geonameid,
            country=iso3,
            lat=country.lat,
            lon=country.lon,
            precision="country",
        )
