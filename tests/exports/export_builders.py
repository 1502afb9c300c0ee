"""Readings made by hand, for what is done with them: spans are given by their words, not by counting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rashomon import ontology
from rashomon.model import (
    Claim,
    Date,
    Figure,
    Party,
    Place,
    Reading,
    Report,
    Span,
    Voice,
    claim_id,
    publisher_voice,
    span_of,
)
from rashomon.reading.contexts import contexts_of

SAMPLES = Path(__file__).parents[2] / "samples"
CABRA = {
    "name": "Čabra",
    "geonameid": 792079,
    "country": "XKX",
    "lat": 42.95,
    "lon": 20.78,
    "precision": "town",
}


def sample_reports(name: str) -> list[Report]:
    lines = (SAMPLES / name).read_text(encoding="utf-8").splitlines()
    return [Report(**json.loads(line)) for line in lines]


class Hand:
    """Builds the claims of one report."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def span(self, words: str, after: str = "") -> Span:
        start = self.report.text.index(words, self.report.text.index(after) if after else 0)
        return span_of(self.report.text, start, start + len(words))

    def party(self, words: str, code: str | None = None, name: str | None = None, after: str = "") -> Party:
        span = self.span(words, after)
        country, _, sector = (code or "").rpartition(" ")
        return Party(span.text, span.start, span.end, name or words, code, country or None, sector or None)

    def voice(
        self, words: str, code: str, cue: str | None = None, after: str = "", name: str | None = None
    ) -> Voice:
        span = self.span(words, after)
        return Voice(
            kind="named", text=span.text, start=span.start, end=span.end, name=name or words, code=code,
            cue=self.span(cue, after) if cue else None, manner="indirect",
        )  # fmt: skip

    def place(self, words: str, after: str = "", **fields: Any) -> Place:
        span = self.span(words, after)
        return Place(span.text, span.start, span.end, **({"name": words} | fields))

    def day(self, words: str, iso: str, after: str = "") -> Date:
        span = self.span(words, after)
        return Date(iso, iso, "day", span.text, span.start, span.end)

    def figure(self, words: str, kind: str, low: int | None, high: int | None, whom: str | None) -> Figure:
        span = self.span(words)
        return Figure(kind, low, high, whom, span.start, span.end)

    def claim(self, quote: str, trigger: str, type_: str, mode: str | None = None, **fields: Any) -> Claim:
        whole = self.span(quote)
        start = self.report.text.index(trigger, whole.start)
        word = span_of(self.report.text, start, start + len(trigger))
        actors, recipients = fields.pop("actors", ()), fields.pop("recipients", ())
        codes = [party.code for party in (*actors, *recipients)]
        given = {
            "voice": publisher_voice(), "status": "happened", "frame": "current", "date": None, "place": None,
            "figures": (), "confidence": 0.9,
        } | fields  # fmt: skip
        return Claim(
            id=claim_id(self.report.id, type_, word), report=self.report.id, type=type_, mode=mode,
            contexts=contexts_of(type_, mode, whole.text, codes), quad=ontology.event_type(type_).quad,
            score=ontology.score_of(type_, mode), cameo=ontology.cameo(type_, mode), quote=whole,
            trigger=word,
            actors=tuple(actors), recipients=tuple(recipients), **given,
        )  # fmt: skip


def cabra_readings() -> list[Reading]:
    """The three reports of `samples/cabra.jsonl` with some of their claims."""
    return [_pristina(), _belgrade(), _agency()]


def _pristina() -> Reading:
    hand = Hand(sample_reports("cabra.jsonl")[0])
    police, tuesday = "XKX COP", hand.day("on Tuesday", "2019-05-28")
    said = hand.voice("police", police, "said", after="police said, and", name="Kosovo Police")
    return Reading(
        hand.report,
        (
            hand.claim(
                "Kosovo Police arrested dozens of people on Tuesday", "arrested", "COERCE", "arrest",
                actors=[hand.party("Kosovo Police", police)], recipients=[hand.party("people", "XKX UNK")],
                date=tuesday, figures=(hand.figure("dozens", "arrested", 24, None, "people"),),
            ),
            hand.claim(
                "Most of those held are policemen who let lorries pass for money", "held", "COERCE", "arrest",
                actors=[hand.party("Kosovo Police", police)], recipients=[hand.party("policemen", police)],
                voice=said,
            ),
            hand.claim(
                "Gunmen fired at the units near Čabra, according to police", "fired", "ASSAULT", "firearms",
                actors=[hand.party("Gunmen", "XKX UAF")],
                recipients=[hand.party("Special units", police, name="Kosovo Police")],
                voice=hand.voice("police", police, "according to", name="Kosovo Police", after="Gunmen"),
                place=hand.place("Čabra", **CABRA), date=tuesday,
            ),
            hand.claim(
                "One policeman was wounded", "wounded", "ASSAULT",
                recipients=[hand.party("policeman", police)],
                voice=hand.voice("police", police, after="according to police", name="Kosovo Police"),
                figures=(hand.figure("One policeman", "injured", 1, 1, "policeman"),),
            ),
            hand.claim(
                "Kosovo's prime minister rejected complaints from Serbia", "rejected", "REJECT",
                actors=[hand.party("prime minister", "XKX GOV", "Prime Minister of Kosovo")],
                recipients=[hand.party("Serbia", "SRB GOV")],
            ),
            hand.claim(
                "Serbia put its army on alert within hours", "on alert", "MOBILIZE", "troops",
                actors=[hand.party("Serbia", "SRB GOV", after="Serbia put")], date=tuesday,
            ),
            hand.claim(
                "it was prepared to step in should it be needed", "step in", "THREATEN", "violence",
                actors=[hand.party("KFOR", "IGO MIL")], voice=hand.voice("KFOR", "IGO MIL", "said"),
                status="conditional",
            ),
            hand.claim(
                "In November the government placed a tax of 100 percent on Serbian goods", "placed a tax",
                "SANCTION",
                actors=[hand.party("government", "XKX GOV", "Government of Kosovo")],
                recipients=[hand.party("Serbian", "SRB GOV", "Serbia")], frame="background",
                date=Date("2018-11-01", "2018-11-30", "month", *_parts(hand.span("In November"))),
            ),
        ),
    )  # fmt: skip


def _belgrade() -> Reading:
    hand = Hand(sample_reports("cabra.jsonl")[1])
    ministry = hand.span("foreign ministry")
    return Reading(
        hand.report,
        (
            hand.claim(
                "Serbia placed its army on the highest level of readiness on Tuesday", "readiness",
                "MOBILIZE", "troops", actors=[hand.party("Serbia", "SRB GOV", after="- Serbia")],
                date=hand.day("on Tuesday", "2019-05-28"),
            ),
            hand.claim(
                "Pristina's special police stormed Serb villages in the north", "stormed", "ASSAULT",
                actors=[hand.party("special police", "XKX COP", "Kosovo Police")],
                recipients=[hand.party("Serb villages", "XKX CVL")],
                place=hand.place("the north of Kosovo and Metohija", country="XKX", name="Kosovo"),
            ),
            hand.claim(
                "Two Serbs were wounded in the attack, state television reported", "wounded", "ASSAULT",
                recipients=[hand.party("Serbs", "XKX SOC")],
                voice=hand.voice("state television", "SRB JRN", "reported"),
                figures=(hand.figure("Two Serbs", "injured", 2, 2, "Serbs"),),
            ),
            hand.claim(
                "Pristina is trying to seize the north by force", "seize", "COERCE", "seize",
                actors=[hand.party("Pristina", "XKX GOV", after="Pristina is")], status="ongoing",
                voice=hand.voice("government in Belgrade", "SRB GOV", "said"),
            ),
            hand.claim(
                "Serbs were among the people arrested, its foreign ministry said", "arrested", "COERCE",
                "arrest",
                recipients=[hand.party("Serbs", "XKX SOC", after="Serbs were among")],
                voice=Voice(
                    kind="named", text=ministry.text, start=ministry.start, end=ministry.end,
                    name="Ministry of Foreign Affairs of Russia", code="RUS GOV", manner="indirect",
                    cue=hand.span("said", after="foreign ministry"),
                ),
            ),
        ),
        notes=("no author was found",),
    )  # fmt: skip


def _agency() -> Reading:
    hand = Hand(sample_reports("cabra.jsonl")[2])
    return Reading(
        hand.report,
        (
            hand.claim(
                "one policeman was wounded when gunmen opened fire", "opened fire", "ASSAULT", "firearms",
                actors=[hand.party("gunmen", "XKX UAF")], recipients=[hand.party("policeman", "XKX COP")],
                voice=hand.voice("Police", "XKX COP", "said", after="Police said", name="Kosovo Police"),
                figures=(hand.figure("one policeman", "injured", 1, 1, "policeman"),),
            ),
            hand.claim(
                "Witnesses said nobody was hurt there", "hurt", "ASSAULT", status="denied",
                voice=hand.voice("Witnesses", "XKX CVL", "said", after="Witnesses"),
                place=hand.place("northern Mitrovica", name="Mitrovica", country="XKX"),
                figures=(hand.figure("nobody", "injured", 0, 0, None),),
            ),
            hand.claim(
                "NATO bombed Serbia in 1999", "bombed", "ASSAULT", "aerial",
                actors=[hand.party("NATO", "IGO MIL", after="NATO bombed")],
                recipients=[hand.party("Serbia", "SRB GOV", after="NATO bombed")], frame="background",
                date=Date("1999-01-01", "1999-12-31", "year", *_parts(hand.span("1999"))),
            ),
        ),
    )  # fmt: skip


def _parts(span: Span) -> tuple[str, int, int]:
    return span.text, span.start, span.end
