"""Claims and a reader for the tests of the evaluation: a report's words decide what is read, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from rashomon.errors import UnsupportedLanguage
from rashomon.model import (
    Claim,
    Date,
    Figure,
    Party,
    Place,
    Reading,
    Report,
    Voice,
    claim_id,
    publisher_voice,
    span_of,
)


def at(text: str, piece: str) -> tuple[int, int]:
    """Offsets of the first occurrence."""
    start = text.index(piece)
    return start, start + len(piece)


def party(text: str, piece: str, code: str | None = None) -> Party:
    return Party(piece, *at(text, piece), name=piece, code=code, sector=code.split()[1] if code else None)


def voice(text: str, piece: str, code: str | None = None) -> Voice:
    return Voice("named", piece, *at(text, piece), name=piece, code=code, manner="indirect")


def place(text: str, piece: str, country: str | None = None, **more: Any) -> Place:
    return Place(piece, *at(text, piece), name=piece, country=country, **more)


def day(first: str, last: str | None = None) -> Date:
    return Date(first, last or first, "day")


def figure(kind: str, low: int | None, high: int | None) -> Figure:
    return Figure(kind, low, high, None, 0, 0)


def claim(report: Report, type_: str, trigger: str, **fields: Any) -> Claim:
    """A claim of a report, its sentence as the quote."""
    span = span_of(report.text, *at(report.text, trigger))
    start = report.text.rfind(".", 0, span.start) + 1
    end = report.text.find(".", span.end)
    values: dict[str, Any] = {
        "mode": None, "actors": (), "recipients": (), "voice": publisher_voice(), "status": "happened",
        "frame": "current", "date": None, "place": None, "figures": (), "confidence": 0.9, "contexts": (),
        "quad": 4, "score": -5.0, "cameo": None,
        "quote": span_of(report.text, start, end if end >= 0 else len(report.text)),
    }  # fmt: skip
    return Claim(
        id=claim_id(report.id, type_, span), report=report.id, type=type_, trigger=span, **(values | fields)
    )


class FakeReader:
    """Reads what it is told: a function from a report to its claims. Text with "illisible" is refused."""

    def __init__(self, claims_of: Callable[[Report], Sequence[Claim]] = lambda report: ()) -> None:
        self.claims_of = claims_of

    def read(self, report: Report) -> Reading:
        if "illisible" in report.text:
            raise UnsupportedLanguage("not English", where=report.id)
        return Reading(report, tuple(self.claims_of(report)))

    def read_many(self, reports: Iterable[Report]) -> Iterator[Reading]:
        return map(self.read, reports)


STORY = """
story: ferry-toll
reports:
  - id: r1
    publisher: Lough Gazette
    published: 2020-02-11
    dateline: null
    title: Ferry hands held
    text: |
      Harbour guards detained four ferry hands at Brinmouth on Monday, the union said. Guards beat one of
      them, according to a cook. The port office rejected the account.
  - id: r2
    publisher: Coast Radio
    published: 2020-02-11
    dateline: null
    title: Port denies
    text: |
      The port office said nobody was beaten and that only two hands were detained on Monday.
claims:
  - id: c1
    report: r1
    quote: Harbour guards detained four ferry hands at Brinmouth on Monday, the union said
    trigger: detained
    type: COERCE
    mode: arrest
    actor: [Harbour guards]
    actor_code: [IRL COP]
    recipient: [ferry hands]
    recipient_code: [IRL LAB]
    voice: union
    voice_code: IRL LAB
    status: happened
    frame: current
    date: 2020-02-10
    place: Brinmouth
    country: IRL
    figures:
      - {kind: arrested, low: 4, high: 4, whom: ferry hands}
  - id: c2
    report: r1
    quote: Guards beat one of them
    trigger: beat
    type: ASSAULT
    mode: beat
    actor: [Harbour guards]
    actor_code: [IRL COP]
    recipient: [ferry hands]
    recipient_code: [IRL LAB]
    voice: cook
    voice_code: IRL LAB
    status: happened
    frame: current
    date: null
    place: null
    country: null
  - id: c3
    report: r1
    quote: The port office rejected the account
    trigger: rejected
    type: REJECT
    mode: null
    actor: [port office]
    actor_code: [IRL GOV]
    recipient: []
    recipient_code: []
    voice: publisher
    voice_code: null
    status: happened
    frame: current
    date: 2020-02
    place: null
    country: null
    optional: true
  - id: c4
    report: r2
    quote: only two hands were detained on Monday
    trigger: detained
    type: COERCE
    mode: arrest
    actor: []
    actor_code: []
    recipient: [hands]
    recipient_code: [IRL LAB]
    voice: port office
    voice_code: IRL GOV
    status: happened
    frame: current
    date: 2020-02-10
    place: null
    country: null
    figures:
      - {kind: arrested, low: 2, high: 2, whom: hands}
incidents:
  - {id: i1, claims: [c1, c4]}
disputes:
  - incident: i1
    field: arrested
    positions:
      - {voice: union, value: '4', claims: [c1]}
      - {voice: port office, value: '2', claims: [c4]}
"""


def ferry_claims(report: Report) -> list[Claim]:
    """What a fair reader says of the ferry story: one voice wrong, one claim missed, one too many."""
    text = report.text
    if "Harbour guards" in text:
        guards, hands = party(text, "Harbour guards", "IRL COP"), party(text, "ferry hands", "IRL LAB")
        return [
            claim(report, "COERCE", "detained", mode="arrest", actors=(guards,), recipients=(hands,),
                  voice=voice(text, "union", "IRL LAB"), date=day("2020-02-10"), confidence=0.9,
                  place=place(text, "Brinmouth", "IRL"), figures=(figure("arrested", 4, 4),)),
            claim(report, "ASSAULT", "beat", mode="beat", actors=(guards,), recipients=(hands,),
                  confidence=0.6),
            claim(report, "CONSULT", "account", confidence=0.2),
        ]  # fmt: skip
    return [
        claim(report, "COERCE", "detained", mode="arrest", recipients=(party(text, "hands", "IRL LAB"),),
              voice=voice(text, "port office", "IRL GOV"), date=day("2020-02-10"),
              figures=(figure("arrested", 2, 3),), confidence=0.8),
    ]  # fmt: skip
