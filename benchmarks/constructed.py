"""Constructed claims, as many as wanted: happenings with a true place, day and toll, told by several reports
in their own words, by voices that differ, and copied by others.

The same seed gives the same claims. Nothing is read from a text, so a million take a few minutes at most.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from itertools import accumulate

import msgspec

from rashomon.knowledge.place_table import PlaceTable
from rashomon.model import Claim, Date, Figure, Party, Place, Report, Span, Voice, claim_id, publisher_voice
from rashomon.ontology import TYPES, event_type, score_of

COPIES = 0.4
"""Share of the claims that are copies of an agency's."""
FIRST_DAY = datetime.date(2016, 1, 1)
DAYS = 5 * 365
TOWNS = 6000
_SECTORS = ("MIL", "COP", "REB", "GOV", "CVL", "OPP", "BUS", "MED", "UAF", "CRM")
_WHO = {
    "MIL": "army soldiers", "COP": "police officers", "REB": "rebel fighters", "GOV": "provincial council",
    "CVL": "local residents", "OPP": "opposition members", "BUS": "factory workers", "MED": "reporters",
    "UAF": "armed men", "CRM": "smugglers",
}  # fmt: skip
_KINDS = ("killed", "injured", "arrested", "displaced", "protesters", "troops")
_STATUSES = ("happened",) * 14 + ("denied", "planned", "possible", "requested", "ongoing", "conditional")
_BEGIN = ("b", "br", "d", "dr", "g", "k", "kl", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "z")
_HEADS = tuple(begin + vowel for begin in _BEGIN for vowel in ("a", "e", "i", "o", "u"))
_TAILS = ("k", "l", "n", "r", "s", "d", "rn", "lk", "st", "va", "na", "do", "ri", "le")
_RECENT = 400
"""Reports that are still at hand to be copied."""


class _Happening(msgspec.Struct):
    type: str
    mode: str | None
    place: Place
    day: int
    actor: Party
    recipient: Party
    toll: int
    kind: str
    words: list[str]


class _Maker:
    def __init__(self, seed: int, one_day: bool) -> None:
        self.dice = random.Random(seed)
        self.one_day = one_day
        self.places = _towns(self.dice, one_day)
        self.place_weights = list(accumulate(1 / (rank + 10) for rank in range(len(self.places))))
        self.modes = [(name, [mode.name for mode in event_type(name).modes] or [None]) for name in TYPES]
        self.dice.shuffle(self.modes)
        self.type_weights = list(accumulate(1 / (rank + 1) for rank in range(len(self.modes))))
        self.words = sorted({a + b + c for a in _HEADS for b in _HEADS for c in _TAILS})
        self.dice.shuffle(self.words)
        self.words = self.words[:20_000]
        self.word_weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.words))))
        self.outlets = [f"{word.title()} Courier" for word in self.words[:300]]

    def happening(self, day: int) -> _Happening:
        dice = self.dice
        type_, modes = dice.choices(self.modes, cum_weights=self.type_weights)[0]
        place = dice.choices(self.places, cum_weights=self.place_weights)[0]
        country = place.country or "XXX"
        return _Happening(
            type_, dice.choice(modes), place, day, self.party(country), self.party(country),
            1 + int(dice.expovariate(0.15)), dice.choice(_KINDS), self.vocabulary(6),
        )  # fmt: skip

    def vocabulary(self, count: int) -> list[str]:
        return self.dice.choices(self.words, cum_weights=self.word_weights, k=count)

    def party(self, country: str) -> Party:
        sector = self.dice.choice(_SECTORS)
        name = f"{self.vocabulary(1)[0].title()} {_WHO[sector]}"
        return Party(name, 0, len(name), name, f"{country} {sector}", country, sector)

    def claim(self, ref: str, at: int, ordinal: int, what: _Happening) -> Claim:
        """One claim of a happening, told with what this voice knows of it."""
        dice = self.dice
        verb = what.words[0]
        toll = what.toll + (dice.randint(1, 5) if dice.random() < 0.15 else 0)
        words = " ".join([*dice.sample(what.words[1:], 3), *self.vocabulary(4)])
        place = what.place.name
        quote = f"{what.actor.name} {verb} {what.recipient.name} in {place}, {words}, {toll} {what.kind}"
        start = at + len(what.actor.name) + 1
        trigger = Span(verb, start, start + len(verb))
        figure = Figure(what.kind, toll, toll, None, at, at + len(quote))
        roll = dice.random()
        spoken = publisher_voice() if roll < 0.5 else self.voice(what, roll)
        day = FIRST_DAY + datetime.timedelta(days=what.day + (dice.random() < 0.1))
        known = dice.random()
        return Claim(
            id=claim_id(ref, what.type, trigger, ordinal), report=ref, type=what.type, mode=what.mode,
            contexts=(), quad=event_type(what.type).quad, score=score_of(what.type, what.mode), cameo=None,
            quote=Span(quote, at, at + len(quote)), trigger=trigger,
            actors=(what.actor,) if known < 0.8 else (), recipients=(what.recipient,) if known > 0.1 else (),
            voice=spoken, status=dice.choice(_STATUSES),
            frame="background" if dice.random() < 0.08 else "current",
            date=Date(day.isoformat(), day.isoformat(), "day") if dice.random() < 0.8 else None,
            place=what.place if dice.random() < 0.9 else None,
            figures=(figure,) if dice.random() < 0.4 else (), confidence=0.9,
        )  # fmt: skip

    def voice(self, what: _Happening, roll: float) -> Voice:
        party = what.actor if roll < 0.65 else what.recipient if roll < 0.75 else self.party("UNO")
        return Voice("named", party.name, 0, len(party.name), party.name, party.code, manner="indirect")


def constructed(count: int, seed: int = 1, *, one_day: bool = False) -> Iterator[tuple[Report, list[Claim]]]:
    """Reports with their claims, `count` claims in all, in the order of their days.

    Args:
        one_day: all of one country on one day, in a hundred towns: the worst case for finding neighbours.
    """
    make = _Maker(seed, one_day)
    dice = make.dice
    made = number = 0
    recent: list[tuple[Report, list[Claim]]] = []
    news: list[_Happening] = []
    while made < count:
        day = 0 if one_day else made * DAYS // count
        news = [each for each in news if each.day + 3 > day]
        while len(news) < 12 or dice.random() < 0.35:
            news.append(make.happening(day))
        ref = f"r-{dice.getrandbits(48):012x}"
        report = Report(
            "", id=ref, publisher=dice.choice(make.outlets),
            published=(FIRST_DAY + datetime.timedelta(days=day + 1)).isoformat(),
        )  # fmt: skip
        claims: list[Claim] = []
        model = dice.choice(recent)[1] if recent and dice.random() < COPIES else []
        if model:  # mostly whole, some with a cut tail, some with a sentence of their own
            kept = model if dice.random() < 0.6 else model[: max(1, len(model) * 3 // 4)]
            claims = [
                msgspec.structs.replace(each, id=claim_id(ref, each.type, each.trigger, at), report=ref)
                for at, each in enumerate(kept)
            ]
        at = sum(len(each.quote.text) + 2 for each in claims)
        wanted = (dice.random() < 0.2) if model else 3 + int(dice.expovariate(0.3))
        topics = dice.sample(news, min(3, len(news)))
        for ordinal in range(wanted):
            claim = make.claim(ref, at, ordinal, topics[0] if dice.random() < 0.6 else dice.choice(topics))
            claims.append(claim)
            at += len(claim.quote.text) + 2
        claims = claims[: count - made]
        made += len(claims)
        number += 1
        yield report, claims
        if not model:
            recent.append((report, claims))
            del recent[:-_RECENT]


def _towns(dice: random.Random, one_day: bool) -> list[Place]:
    """Towns of the gazetteer, in an order of their own: the first get most of the news."""
    table = PlaceTable.load()
    found: list[Place] = []
    country: str | None = None
    rows = list(range(len(table)))
    dice.shuffle(rows)
    for row in rows:
        each = table.candidate(row)
        if each.kind != "town" or each.lat is None or (one_day and each.country != (country or each.country)):
            continue
        country = each.country
        found.append(
            Place(each.name, 0, len(each.name), each.name, each.geonameid, each.country,
                  table.name(each.admin1_row) or None, None, each.lat, each.lon, "town")
        )  # fmt: skip
        if len(found) == (100 if one_day else TOWNS):
            break
    return found
