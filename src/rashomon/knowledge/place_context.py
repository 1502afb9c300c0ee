"""Where in a report which countries are spoken of, and which units stand beside a mention as its
containers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache

from rashomon.knowledge import countries
from rashomon.knowledge.actors import homes, publisher_profile
from rashomon.knowledge.names import fold
from rashomon.knowledge.place_phrases import names_in
from rashomon.knowledge.place_table import PlaceTable

_REACH = 350.0  # characters after which a mention counts for about a third
_WINDOW = 2_500
_KIND_WEIGHT = {"name": 1.0, "demonym": 0.6, "capital": 0.6}
_ACTOR_WEIGHT = 0.45  # "the Houthis" speak for Yemen
_STORY = 0.5  # the part of the whole report's countries in the weight at a point
_LEAD_CHARS, _LEAD = 600, 1.5
# "X, Alabama", "X (Alabama)", "X in northern Alabama", "X, in the state of Alabama"
_BESIDE = re.compile(
    r"(?:\s?,\s?|\s?\(|\s?,?\s(?:in|of)\s)(?:(?:in|the|a|state|province|region|district|county|of|northern|southern|"
    r"eastern|western|central|north|south|north-?eastern|north-?western|south-?eastern|south-?western)\s){0,5}"
)
# "Alabama's X", "Alabama town of X", "Syrian city of X"
_OWNER = re.compile(
    r"(?:['’]s|\s)(?:\s?(?:[a-z][\w-]*\s){0,3}(?:city|town|village|hamlet|port|province|region|district|county|island|"
    r"capital|suburb|area|state)(?:\sof)?|\s?(?:north|south|east|west)[\w-]*)?\s?(?:the\s)?$"
)
_LOOK = 60
_FLAT_SHARE = 0.004  # capitals among letters below which a report writes no capitals, or nothing else
_Sign = tuple[
    int, int, str, float, float, str
]  # from, to, ISO alpha-3, weight here, weight everywhere, words


class CountryField:
    """How much each country is spoken of, in the whole report and around each point of it."""

    def __init__(self, hints: Mapping[str, float]) -> None:
        self._hints = dict(hints)
        self._points: list[_Sign] = []
        self._sorted = True
        self._whole: dict[str, float] = dict(hints)

    def add(
        self, at: int, end: int, iso3: str, weight: float, words: str = "", everywhere: float = 1.0
    ) -> None:
        """A sign of a country: the words in `[at, end)` point to it. `everywhere` times its weight counts
        for the whole report."""
        self._points.append((at, end, iso3, weight, weight * everywhere, words))
        self._whole[iso3] = self._whole.get(iso3, 0.0) + weight * everywhere
        self._sorted = False

    def add_mentions(self, text: str) -> None:
        """The signs that the report's words give; those of its beginning tell more of the whole."""
        for mention in countries.mentions(text):
            lead = _LEAD if mention.start < _LEAD_CHARS else 1.0
            words = fold(text[mention.start : mention.end])
            self.add(mention.start, mention.end, mention.iso3, _KIND_WEIGHT[mention.kind], words, lead)
        for start, end, iso3 in homes(text):
            lead = _LEAD if start < _LEAD_CHARS else 1.0
            self.add(start, end, iso3, _ACTOR_WEIGHT, fold(text[start:end]), lead)

    def add_header(self, text: str, weight: float) -> None:
        """Signs in the title or the dateline, which count for the whole."""
        for mention in countries.mentions(text):
            words = fold(text[mention.start : mention.end])
            self.add(-1, -1, mention.iso3, weight * _KIND_WEIGHT[mention.kind], words)

    def around(self, at: int, end: int | None = None, words: str = "") -> dict[str, float]:
        """Countries by weight at an offset, largest first: those near by, and to a part those of the whole.

        Signs that lie in `[at, end)`, and signs in the same `words` elsewhere, are left out: a name is no
        evidence for itself. The largest possible weight is about 1.
        """
        whole, near = self.parts(at, end, words)
        story = _STORY if near else 1.0
        score: dict[str, float] = {}
        for weights, share in ((whole, story), (near, 1 - story)):
            for iso3, weight in weights.items():
                if weight > 1e-6:
                    score[iso3] = score.get(iso3, 0.0) + share * weight
        return dict(sorted(score.items(), key=lambda item: -item[1]))

    def parts(
        self, at: int, end: int | None = None, words: str = ""
    ) -> tuple[dict[str, float], dict[str, float]]:
        """What `around` is made of: the weights of the whole report, and those near by (each up to 1)."""
        self._sort()
        end = at if end is None else end
        whole = dict(self._whole)
        near: dict[str, float] = {}
        for point, stop, iso3, weight, of_whole, said in self._points:
            if words and said == words:
                whole[iso3] -= of_whole
                continue
            if abs(point - at) > _WINDOW or (at <= point and stop <= end) or point < 0:
                continue
            # What was said before leads to a mention more often than what follows.
            distance = (at - point) if point <= at else 2 * (point - at)
            near[iso3] = near.get(iso3, 0.0) + weight * math.exp(-distance / _REACH)
        top_whole, top_near = max(whole.values(), default=0.0), max(near.values(), default=0.0)
        return (
            {iso3: weight / top_whole for iso3, weight in whole.items() if weight > 1e-6},
            {iso3: weight / max(top_near, 0.3) for iso3, weight in near.items()},
        )

    def speaks_of(self, iso3: str) -> bool:
        """Whether words of the report point to a country; a hint from outside is no such word."""
        return any(point[2] == iso3 for point in self._points)

    def between(self, start: int, end: int) -> dict[str, float]:
        """How strong the signs in a stretch of the text are, by country."""
        self._sort()
        found: dict[str, float] = {}
        for point, stop, iso3, weight, _, _ in self._points:
            if start <= point and stop <= end:
                found[iso3] = found.get(iso3, 0.0) + weight
        return found

    def _sort(self) -> None:
        if not self._sorted:
            self._points.sort()
            self._sorted = True


def beside(text: str, start: int, end: int, table: PlaceTable) -> frozenset[int]:
    """Rows of the units that a mention is said to lie in by the words right after it or right before it."""
    rows: set[int] = set()
    match = _BESIDE.match(text, end, end + _LOOK)
    if match is not None:
        rows |= units(_first_name(text[match.end() : match.end() + _LOOK], table), table)
    left = text[max(0, start - _LOOK) : start]
    owner = _OWNER.search(left)
    if owner is not None and owner.group().strip() and owner.start():
        rows |= units(_last_name(left[: owner.start()], table), table)
        for mention in countries.mentions(left[: owner.start()]):
            if mention.end == owner.start():
                rows |= units(_country_name(mention.iso3), table)
    return frozenset(rows)


def _country_name(iso3: str) -> str:
    country = countries.country(iso3)
    return country.name if country else ""


_ABBREVIATED = re.compile(r"(?:[A-Z]\.\s?){2,3}|[A-Z][a-z]{1,4}\.|[A-Z]{2,3}\b")


def _first_name(text: str, table: PlaceTable) -> str:
    short = _ABBREVIATED.match(text)
    if short is not None and units(short.group(), table):
        return short.group()
    for name in names_in(text, table):
        return name.text if name.start == 0 else ""
    return ""


def _last_name(text: str, table: PlaceTable) -> str:
    last = ""
    for name in names_in(text, table):
        last = name.text if name.end >= len(text) else ""
    return last


def units(name: str, table: PlaceTable) -> frozenset[int]:
    """Rows of the countries, regions and districts that bear a name."""
    return _units(name, table) if name else frozenset()


@lru_cache(maxsize=4096)
def _units(name: str, table: PlaceTable) -> frozenset[int]:
    return frozenset(c.row for c in table.candidates(name) if c.kind in ("country", "admin1", "admin2"))


def publisher_hints(publisher: str | None) -> dict[str, float]:
    """What an outlet tells of the countries in its reports, as hints for `resolve`: the country that it is
    from, by the table of media or by a country in its name."""
    profile = publisher_profile(publisher) if publisher else None
    if profile is not None and profile.country:
        return {profile.country: 1.0}
    named = countries.mentions(publisher) if publisher else []
    return {named[0].iso3: 1.0} if named else {}


def is_flat(text: str) -> bool:
    """Whether a report writes no capitals, or nothing but capitals: they tell no names there."""
    letters = sum(map(str.isalpha, text[:5000]))
    large = sum(map(str.isupper, text[:5000]))
    return letters > 0 and min(large, letters - large) < _FLAT_SHARE * letters
