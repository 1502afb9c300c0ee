"""Where a party belongs that a report names without a country: "the police", "farmers", "its foreign
minister".

What counts, and how much, stands in `Tuning`: the country that the whole report is about, the countries
named in the same and the last sentences, whose "its" it is, and the same noun with a country elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from rashomon.knowledge.actors import ABOVE_STATES
from rashomon.knowledge.phrases import OF_THE_STATE, Item, Marks
from rashomon.knowledge.roles import closed
from rashomon.model import Place

_OPENING_CHARS = 40


class Tuning(msgspec.Struct, frozen=True):
    """How much each sign says about the country of a party that is named without one; set on the training
    stories.
    """

    whole: float = 4.7
    sharpness: float = 0.55
    before: float = 1.16
    after: float = 0.35
    fade: float = 0.86
    earlier: float = 0.41
    sentence_fade: float = 0.53
    place: float = 2.1
    capital: float = 2.0
    demonym: float = 1.0
    same_noun: float = 0.4
    its: float = 9.0
    organ: float = 0.8
    publisher: float = 1.2
    town: float = 0.5
    opening: float = 0.4


TUNING = Tuning()


class Bearings:
    """The countries of one report, and where in it they are named.

    Args:
        marks: the report's words and what the tables know of them.
        weights: ISO alpha-3 codes with shares, how far the report is about each country.
        home: the publisher's country, None where it is unknown; it tips the scales, and is never the answer
            where nothing in the report points to it.
    """

    def __init__(self, marks: Marks, weights: Mapping[str, float], home: str | None) -> None:
        self._marks = marks
        self._weights = weights
        self._home = home
        kinds = {"place": TUNING.place, "capital": TUNING.capital, "demonym": TUNING.demonym}
        self._stated = [(i.first, c, kinds.get(i.kind, 1.0)) for i in marks.items if (c := _country_of(i))]
        self._told = {iso3 for iso3, weight in weights.items() if weight} | {c for _, c, _ in self._stated}
        self._nouns: dict[str, list[tuple[int, str]]] | None = None

    def where(self, at: int, head: Item | None, sector: str | None) -> str | None:
        """The country of a party that is named at word `at` without one; None where the report names no
        country, or where less speaks for those that it names than for the publisher's, which it does not.

        `head` is the role noun, if the party is named by one; `sector` its sector.
        """
        score = self.scores(at, head, sector)
        best = max(score, key=lambda iso3: score[iso3]) if score else None
        # An agency reports on the whole world: what only its home speaks for would be made up.
        return best if best != self._home or best in self._told else None

    def scores(self, at: int, head: Item | None, sector: str | None) -> dict[str, float]:
        """How much speaks for each country; see `where`."""
        words, tuning = self._marks.words, TUNING
        score = {iso3: tuning.whole * weight**tuning.sharpness for iso3, weight in self._weights.items()}
        sentence = words.sentence[at]
        owned, of_state = at > 0 and words.keys[at - 1] in closed("owner"), sector in OF_THE_STATE
        for first, iso3, worth in self._stated:
            apart = sentence - words.sentence[first]
            if apart == 0:
                gain = (tuning.before if first <= at else tuning.after) * tuning.fade ** abs(at - first)
            elif 0 < apart <= 3:
                gain = tuning.earlier * tuning.sentence_fade**apart
            else:
                continue
            score[iso3] = score.get(iso3, 0.0) + gain * worth * (tuning.organ if of_state else 1.0)
        if owned and (owner := self._subject(at)):
            score[owner] = score.get(owner, 0.0) + tuning.its
        noun = words.bases[head.last - 1] if head else None
        for first, iso3 in self._owned_nouns().get(noun or "", ()):
            if first != at:
                score[iso3] = score.get(iso3, 0.0) + tuning.same_noun
        if self._home:
            score[self._home] = score.get(self._home, 0.0) + tuning.publisher
        return score

    def _subject(self, at: int) -> str | None:
        """The state that "its" most likely means: the first one of the sentence, else of the sentence
        before.
        """
        words = self._marks.words
        for apart in (0, 1):
            for first, iso3, _ in self._stated:
                if first < at and words.sentence[at] - words.sentence[first] == apart:
                    return iso3
        return None

    def _owned_nouns(self) -> dict[str, list[tuple[int, str]]]:
        """Role nouns that stand with a country of their own somewhere: "Latvian police" for a later
        "police".
        """
        if self._nouns is None:
            self._nouns = {}
            for item in self._marks.items:
                if (
                    item.role
                    and (country := self._marks.around(item).country)
                    and country not in ABOVE_STATES
                ):
                    self._nouns.setdefault(self._marks.words.bases[item.last - 1], []).append(
                        (item.first, country)
                    )
        return self._nouns


def with_towns(weights: Mapping[str, float], places: Sequence[Place]) -> dict[str, float]:
    """Shares of the countries, towns counted in.

    A report names its own country's towns and other countries by their names, so a town says more of where
    it is at home; the place that opens the text says most.
    """
    total = sum(weights.values()) or 1.0
    shares = {iso3: value / total for iso3, value in weights.items()}
    seen = set()
    for place in places:
        if place.country and place.precision != "country" and place.name not in seen:
            seen.add(place.name)
            worth = TUNING.town + (TUNING.opening if (place.start or 0) < _OPENING_CHARS else 0.0)
            shares[place.country] = shares.get(place.country, 0.0) + worth
    total = sum(shares.values()) or 1.0
    return {iso3: value / total for iso3, value in sorted(shares.items(), key=lambda entry: -entry[1])}


def _country_of(item: Item) -> str | None:
    if item.country:
        return item.country
    if item.actor and item.actor.country not in ABOVE_STATES:
        return item.actor.country or None
    return None
