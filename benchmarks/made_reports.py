"""Made readings in any number, for measuring a store: invented words, people, outlets and happenings.

A happening is told by one to six reports of different outlets within three days, each in words of its own; a
report tells of some ten happenings. Words, countries, actors and outlets come as often as such things do: few
very often, many rarely (Zipf).
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from typing import Any

from rashomon.model import Claim, Date, Figure, Party, Place, Reading, Report, Span, Voice, publisher_voice

FIRST_DAY = datetime.date(2019, 1, 1)
DAYS = 2000
TYPES = ("ASSAULT", "COERCE", "PROTEST", "ACCUSE", "CONSULT", "REQUEST", "THREATEN", "MOBILIZE", "AGREE",
         "SUPPORT", "REJECT", "AID", "RETREAT", "CONCEDE", "COOPERATE", "SANCTION")  # fmt: skip
SECTORS = ("GOV", "MIL", "COP", "REB", "CVL", "OPP", "MED", "JUD", "LAB", "PTY")
_ENDS = ("a", "e", "i", "o", "u", "ar", "en", "il", "or", "us")
_SYLLABLES = [first + end for first in "bdfgklmnprstvz" for end in _ENDS]


def _name(number: int, syllables: int = 3) -> str:
    parts = []
    for _ in range(syllables):
        number, rest = divmod(number * 7919 + 13, len(_SYLLABLES))
        parts.append(_SYLLABLES[rest])
    return "".join(parts)


class Maker:
    """Makes readings; the same seed makes the same."""

    def __init__(self, seed: int = 0) -> None:
        self._dice = random.Random(seed)
        self._words = [_name(number, 2 + number % 2) for number in range(20_000)]
        self._countries = [f"Q{a}{b}" for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJKLMNOPQR"]
        self._towns = [_name(number, 3).title() for number in range(30_000)]
        self._actors = [
            (f"{_name(number, 3).title()} {_name(number * 3, 2).title()}", self._countries[number % 180])
            for number in range(6_000)
        ]
        self._outlets = [f"{_name(number, 2).title()} Herald {number}" for number in range(300)]
        self._open: list[dict[str, Any]] = []

    def readings(self, count: int) -> Iterator[Reading]:
        """So many reports."""
        for number in range(count):
            yield self._reading(number)

    def _often(self, many: int) -> int:
        """A number below `many`: small ones often, large ones rarely."""
        return min(int(many ** self._dice.random()) - 1, many - 1)

    def _happening(self, day: int) -> dict[str, Any]:
        dice = self._dice
        country = self._often(180)
        one, other = self._often(6_000), self._often(6_000)
        town = country * 160 + self._often(160)
        return {
            "country": self._countries[country], "town": self._towns[town], "geonameid": 100_000 + town,
            "type": TYPES[self._often(len(TYPES))], "mode": f"mode{self._often(6)}",
            "day": day - dice.randrange(4), "killed": self._often(60) + 1,
            "actor": self._actors[one], "recipient": self._actors[other],
            "lat": -50 + country / 2 + dice.random(), "lon": -170 + country * 1.9 + dice.random(),
            "words": [self._words[self._often(20_000)] for _ in range(8)], "told": 0,
        }  # fmt: skip

    def _reading(self, number: int) -> Reading:
        dice = self._dice
        day = int(DAYS * dice.random())
        near = [each for each in self._open if abs(each["day"] - day) <= 3]
        outlet = self._outlets[self._often(300)]
        published = (FIRST_DAY + datetime.timedelta(days=day)).isoformat()
        pieces: list[str] = []
        told: list[tuple[dict[str, Any], str]] = []
        for _ in range(10):
            if near and dice.random() < 0.45:
                happening = dice.choice(near)
            else:
                happening = self._happening(day)
                self._open.append(happening)
            happening["told"] += 1
            words = " ".join(dice.sample(happening["words"], 6))
            one, other = happening["actor"][0], happening["recipient"][0]
            sentence = f"{one} struck {other} in {happening['town']}, {words}, {happening['killed']} killed"
            told.append((happening, sentence))
            rest = " ".join(self._words[self._often(20_000)] for _ in range(18))
            pieces.append(f"{sentence}. {rest}.")
        if len(self._open) > 3_000:
            self._open = self._open[-2_000:]
        text = " ".join(pieces)
        title = " ".join(self._words[self._often(20_000)] for _ in range(7)).capitalize()
        report = Report(text=text, published=published, publisher=outlet, title=title,
                        url=f"https://outlet{number % 300}.example/{number}", id=f"m-{number}")  # fmt: skip
        claims, at = [], 0
        for ordinal, (happening, sentence) in enumerate(told):
            at = text.index(sentence, at)
            claims.append(self._claim(report, ordinal, happening, sentence, at))
        return Reading(report, tuple(claims))

    def _claim(self, report: Report, ordinal: int, it: dict[str, Any], sentence: str, at: int) -> Claim:
        dice = self._dice

        def party(who: tuple[str, str], sector: str) -> Party:
            start = at + sentence.index(who[0])
            return Party(who[0], start, start + len(who[0]), who[0], f"{who[1]} {sector}", who[1], sector)

        when = (FIRST_DAY + datetime.timedelta(days=it["day"])).isoformat()
        struck = at + sentence.index("struck")
        speaker = self._actors[self._often(6_000)]
        own = dice.random() < 0.5
        voice = publisher_voice() if own else Voice(
            "named", speaker[0], 0, 1, speaker[0], f"{speaker[1]} GOV", None, "indirect")  # fmt: skip
        killed = it["killed"] + (dice.randrange(1, 9) if dice.random() < 0.15 else 0)
        place = Place(it["town"], at, at + 5, it["town"], it["geonameid"], it["country"],
                      f"{it['country']}-1", None, it["lat"], it["lon"], "town")  # fmt: skip
        return Claim(
            id=f"c-{report.id}-{ordinal}", report=report.id, type=it["type"], mode=it["mode"],
            contexts=(), quad=4, score=-9.0, cameo="190", quote=Span(sentence, at, at + len(sentence)),
            trigger=Span("struck", struck, struck + 6),
            actors=(party(it["actor"], SECTORS[self._often(10)]),),
            recipients=(party(it["recipient"], "CVL"),), voice=voice,
            status="denied" if dice.random() < 0.03 else "happened", frame="current",
            date=Date(when, when, "day"), place=place,
            figures=(Figure("killed", killed, killed, None, at, at + 1),), confidence=0.9,
        )  # fmt: skip
