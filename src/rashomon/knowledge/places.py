"""Places: from the words of a report to entries of the gazetteer.

`resolve` decides all mentions of one report together, `find` looks for names where nobody marked them,
`candidates` lists what a name may mean. The table is the shipped one unless another is given
(`PlaceTable.load(path)`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from rashomon.knowledge import countries as country_table
from rashomon.knowledge import place_unnamed
from rashomon.knowledge.names import fold
from rashomon.knowledge.place_context import CountryField, beside, is_flat, units
from rashomon.knowledge.place_features import Name, weights
from rashomon.knowledge.place_phrases import Phrase, is_people, names_in, part_of_longer_name, take_apart
from rashomon.knowledge.place_ranking import Choice, Ranked, choose, rankings
from rashomon.knowledge.place_table import Candidate, PlaceTable
from rashomon.model import Place, PlacePrecision, Span, span_of

_MAX_CHARS = 200_000  # of a report that are read for context
_MAX_CONTEXT_NAMES = 150
_CONTEXT_WEIGHT = 0.7  # votes of names that nobody marked as places
_NEIGHBOUR = 0.25  # how much a country's being spoken of tells of its neighbours
_POSITIONS = 4  # mentions of one name whose surroundings are looked at
_SIGN_OF_PLACE = 1.2
_HINT, _TITLE, _DATELINE = 1.0, 2.5, 4.0
_WIDE = ("country", "admin1", "region")
_ABBREVIATION = re.compile(r"(?:[A-Z]\.?\s?){2,4}|[A-Z]\.\s?[A-Z][a-z]\.|[A-Z][a-z]{1,4}\.|[A-Z][a-z]{3,4}")


def candidates(name: str, table: PlaceTable | None = None) -> list[Candidate]:
    """Every place that a name may mean, the most populous first; [] where the table has none."""
    found = (table or PlaceTable.load()).candidates(name)
    return sorted(found, key=lambda candidate: -candidate.population)


def find(text: str, table: PlaceTable | None = None) -> list[Span]:
    """Plausible names of places in a text, by the table alone.

    Whole runs of capitalised words must be names ("Paris" is none in "Paris Hilton"); everyday words are not.
    """
    table = table or PlaceTable.load()
    return [
        Span(name.text, name.start, name.end)
        for name in names_in(text, table)
        if not part_of_longer_name(text, name) and not is_people(name.text)
    ]


def resolve(
    mentions: Sequence[Span],
    text: str,
    *,
    title: str | None = None,
    dateline: str | None = None,
    country_hints: Mapping[str, float] | None = None,
    table: PlaceTable | None = None,
) -> list[Place | None]:
    """The place of each mention of one report, in the order of the mentions.

    `mentions` are pieces of `text`; `dateline` is the place that opens the report; `country_hints` are ISO
    alpha-3 codes with weights (publisher's country, say). Where the table knows nothing in a mention, the
    place has its words as name, the likeliest country, and no coordinates. None only for a mention without
    words.
    """
    if not mentions:
        return []
    return PlacesOfReport(text, title, dateline, country_hints, table).resolve(mentions)


class Mention(msgspec.Struct):
    """One mention, taken apart, and the number of its name among the report's names."""

    span: Span
    phrase: Phrase
    name: int | None


class PlacesOfReport:
    """The places of one report; the arguments are those of `resolve`, which is the first thing to call."""

    def __init__(
        self,
        text: str,
        title: str | None = None,
        dateline: str | None = None,
        country_hints: Mapping[str, float] | None = None,
        table: PlaceTable | None = None,
    ) -> None:
        table = table or PlaceTable.load()
        self.text, self.table = text, table
        self.read = text[:_MAX_CHARS]
        self.flat = is_flat(self.read)
        self.hints = dict(country_hints or {})
        self.field = CountryField({iso3: _HINT * weight for iso3, weight in self.hints.items()})
        self.field.add_mentions(self.read)
        for piece, weight in ((title, _TITLE), (dateline, _DATELINE)):
            if piece:
                self.field.add_header(piece, weight)
        self.names: list[Name] = []
        self._mentions: list[Mention] = []
        self._number: dict[tuple[str, frozenset[int], str | None], int] = {}
        self._lead = [piece for piece in (title, dateline) if piece]
        self._dateline = {fold(name.text) for name in names_in(dateline or "", table)}
        self._signs: list[place_unnamed.Sign] = []
        self._towns: list[tuple[int, Candidate]] = []

    def resolve(self, spans: Sequence[Span]) -> list[Place | None]:
        """The place of each mention, in their order; see the function `resolve`."""
        mentions = self.gather(spans)
        choices = choose(self.names, self.table.country_rows()) if self.names else []
        self.take(choices)
        return [
            self.resolved(mention, choices) if mention.span.text.strip() else None for mention in mentions
        ]

    def gather(self, spans: Sequence[Span]) -> list[Mention]:
        """The mentions taken apart; `names` then has the names of the report, with all that is said about
        them."""
        self._mentions = [self._mention(span) for span in spans]
        self._add_context(spans)
        self._share_containers()
        self._support()
        return self._mentions

    def take(self, choices: Sequence[Choice]) -> None:
        """Let the places that were chosen say which countries the report is about."""
        for name, choice in zip(self.names, choices, strict=True):
            if choice.place is None or choice.place.country is None:
                continue
            iso3, leads = choice.place.country, name.words in self._dateline
            self._signs += [place_unnamed.Sign(at, iso3, choice.share, leads) for at in name.positions]
            if choice.place.kind in ("town", "capital"):
                self._towns += [(-1 if leads else at, choice.place) for at in name.positions]
            if choice.place.kind != "country":
                for at in name.positions:
                    self.field.add(at, at + 1, iso3, _SIGN_OF_PLACE * choice.share)

    def country_at(self, span: Span) -> tuple[str, float] | None:
        """The country where a thing happens that is told at a span, with its share of what speaks for any (0
        to 1); None where the report names no country, or less of one than the hints say of another."""
        told = place_unnamed.likeliest(self.countries_at(span), weights())
        return told if told is not None and self._speaks_of(told[0]) else None

    def countries_at(self, span: Span) -> dict[str, dict[str, float]]:
        """What speaks for each country at a span that names no place of the table."""
        return place_unnamed.features(span.start, span.end, self.read, self.field, self._signs, self.hints)

    def ranking(self, which: Span, limit: int = 5) -> list[Ranked]:
        """The entries that were compared for one of the mentions, once all are resolved, best first; [] where
        none bears its name."""
        name = next(mention.name for mention in self._mentions if mention.span == which)
        return [] if name is None else rankings(self.names, self.table.country_rows(), limit)[name]

    def _mention(self, span: Span) -> Mention:
        phrase = take_apart(span.text, self.table, self.flat)
        if phrase.name is None:
            return Mention(span, phrase, None)
        rows = beside(self.read, span.start + phrase.name.start, span.start + phrase.name.end, self.table)
        for container in phrase.containers:
            rows |= units(container.text, self.table)
        return Mention(span, phrase, self._name(phrase, rows, span.start + phrase.name.start, 1.0))

    def _name(self, phrase: Phrase, rows: frozenset[int], at: int, weight: float) -> int | None:
        assert phrase.name is not None
        key = fold(phrase.name.text), rows, phrase.of_country
        number = self._number.get(key)
        if number is not None:
            self.names[number].positions.append(at)
            self.names[number].whole |= phrase.whole
            self.names[number].weight = max(weight, self.names[number].weight)
            self.names[number].near |= phrase.beyond
            self.names[number].parted |= phrase.direction is not None and not phrase.beyond
            return number
        found = self._candidates(phrase.name.text)
        if not found:
            return None
        self._number[key] = len(self.names)
        self.names.append(
            Name(
                words=key[0],
                candidates=found,
                positions=[at],
                whole=phrase.whole,
                weight=weight,
                containers=rows,
                of_country=phrase.of_country,
                not_country=phrase.not_country,
                hints=self.hints,
                near=phrase.beyond,
                parted=phrase.direction is not None and not phrase.beyond,
            )
        )
        return len(self.names) - 1

    def _candidates(self, name: str) -> list[Candidate]:
        """What the name may mean. An abbreviation counts where it is written as one, a demonym for its
        country."""
        found = self.table.candidates(name)
        if not _ABBREVIATION.fullmatch(name):
            found = [candidate for candidate in found if candidate.match != "code"]
        iso3 = country_table.code_of(name)
        row = self.table.row_of_country(iso3) if iso3 else None
        if row is not None and not any(c.country == iso3 and c.kind in _WIDE for c in found):
            found.append(self.table.candidate(row, "alias"))
        return found

    def _add_context(self, spans: Sequence[Span]) -> None:
        """Names that nobody asked for vote too, those of the title and the dateline first."""
        covered = sorted((span.start, span.end) for span in spans)
        leads = set()
        for piece in self._lead:
            for inside in names_in(piece, self.table):
                self._context_name(inside.text, frozenset(), 0)
                leads.add(fold(inside.text))
        for known in self.names:
            known.leads = known.words in leads
        if self.flat:
            return
        at = 0
        for name in find(self.read, self.table):
            while at < len(covered) and covered[at][1] <= name.start:
                at += 1
            if at < len(covered) and covered[at][0] < name.end:
                continue
            if len(self.names) >= len(spans) + _MAX_CONTEXT_NAMES:
                return
            self._context_name(name.text, beside(self.read, name.start, name.end, self.table), name.start)

    def _context_name(self, text: str, rows: frozenset[int], at: int) -> None:
        phrase = take_apart(text, self.table)
        if phrase.name is not None:
            self._name(phrase, rows, at, _CONTEXT_WEIGHT)

    def _support(self) -> None:
        """What the report's countries say for each name, the name itself left out."""
        for (words, _, _), number in self._number.items():
            name = self.names[number]
            for at in name.positions[:_POSITIONS]:
                for iso3, weight in self.field.around(at, at + len(words), words).items():
                    name.countries[iso3] = max(weight, name.countries.get(iso3, 0.0))
            for iso3, weight in list(name.countries.items()):
                for neighbour in country_table.neighbours_of(iso3):
                    name.countries[neighbour] = max(_NEIGHBOUR * weight, name.countries.get(neighbour, 0.0))

    def _share_containers(self) -> None:
        """What one mention of a name says of its container holds for the others as a hint."""
        together: dict[str, set[int]] = {}
        for (key, rows, _), _number in self._number.items():
            together.setdefault(key, set()).update(rows)
        for (key, rows, _), number in self._number.items():
            self.names[number].siblings = frozenset(together[key] - rows)

    def resolved(
        self, mention: Mention, choices: Sequence[Choice], weighing: Mapping[str, float] | None = None
    ) -> Place:
        """The place of a mention, once the choices are taken."""
        span, phrase = mention.span, mention.phrase
        chosen = choices[mention.name].place if mention.name is not None else None
        if chosen is not None:
            if phrase.direction and not phrase.beyond and not phrase.whole and _has_parts(chosen):
                return self._part(span, phrase, chosen)
            return self._from_row(span, chosen, choices)
        unit = self._container(phrase)
        iso3 = phrase.of_country or (unit.country if unit else None)
        if iso3 is None and unit is None:
            iso3 = place_unnamed.best(self.countries_at(span), weighing or weights(), phrase.not_country)
            iso3 = iso3 if iso3 is not None and self._speaks_of(iso3) else None
        if phrase.capital and iso3 is not None and (capital := self._capital(iso3)) is not None:
            return self._from_row(span, capital, choices)
        row = self.table.row_of_country(iso3) if phrase.country and iso3 is not None else None
        if row is not None and phrase.direction:
            return self._part(span, phrase, self.table.candidate(row))
        if row is not None and len(span.text.split()) <= 2:
            return self._from_row(span, self.table.candidate(row), choices)
        if unit is None and not self.flat and not any(char.isupper() for char in span.text):
            town = self._town_of(span, iso3)
            if town is not None:
                return msgspec.structs.replace(self._from_row(span, town, choices), precision="admin2")
        return Place(
            text=span.text,
            start=span.start,
            end=span.end,
            name=" ".join((span.text.partition(",")[0] if unit else span.text).split()),
            country=iso3,
            admin1=unit.name if unit is not None and unit.kind == "admin1" else None,
        )

    def _speaks_of(self, iso3: str) -> bool:
        """Whether the report itself points to a country: an outlet's home alone is no place of a deed."""
        return self.field.speaks_of(iso3) or any(sign.country == iso3 for sign in self._signs)

    def _town_of(self, span: Span, iso3: str | None) -> Candidate | None:
        """The town that "the market" or "a hospital" is about at: of those in its country the nearest in its
        sentence, else the last one named before it, else that of the dateline."""
        start, end = place_unnamed.sentence_around(self.read, span.start, span.end)
        there = [(at, town) for at, town in self._towns if town.country == iso3]
        here = [(abs(at - span.start), town) for at, town in there if start <= at < end]
        if here:
            return min(here, key=lambda pair: pair[0])[1]
        before = [(at, town) for at, town in there if 0 <= at < span.start]
        if before:
            return max(before, key=lambda pair: pair[0])[1]
        return next((town for at, town in there if at < 0), None)

    def _container(self, phrase: Phrase) -> Candidate | None:
        """The unit that a mention names beside a place that the table does not know ("Hardrock, Arizona")."""
        if phrase.name is not None:
            return None
        rows = [row for container in phrase.containers for row in units(container.text, self.table)]
        found = [self.table.candidate(row) for row in rows]
        return max(found, key=lambda unit: unit.population, default=None)

    def _capital(self, iso3: str) -> Candidate | None:
        name = country_table.capital_of(iso3)
        found = [c for c in self.table.candidates(name or "") if c.country == iso3 and c.kind == "capital"]
        return found[0] if found else None

    def _from_row(self, span: Span, place: Candidate, choices: Sequence[Choice]) -> Place:
        lat, lon = place.lat, place.lon
        if lat is None:
            lat, lon = self._beside(span, place, choices)
        return Place(
            text=span.text,
            start=span.start,
            end=span.end,
            name=place.name,
            geonameid=place.geonameid,
            country=place.country,
            admin1=self._unit_name(place, place.row if place.kind == "admin1" else place.admin1_row),
            admin2=self._unit_name(place, place.row if place.kind == "admin2" else place.admin2_row),
            lat=lat,
            lon=lon,
            precision=place.precision,
        )

    def _unit_name(self, place: Candidate, row: int) -> str | None:
        return self.table.name(row) or None

    def _beside(
        self, span: Span, place: Candidate, choices: Sequence[Choice]
    ) -> tuple[float | None, float | None]:
        """A district without coordinates of its own lies about where the nearest other place of its region
        lies that the report names; failing that, in the middle of the region."""
        nearest: tuple[int, float, float] | None = None
        for name, choice in zip(self.names, choices, strict=True):
            other = choice.place
            if (
                other is None
                or other.admin1_row != place.admin1_row
                or other.lat is None
                or other.lon is None
            ):
                continue
            distance = min(abs(at - span.start) for at in name.positions)
            if nearest is None or distance < nearest[0]:
                nearest = distance, other.lat, other.lon
        if nearest is not None:
            return nearest[1], nearest[2]
        if place.admin1_row < 0:
            return None, None
        region = self.table.candidate(place.admin1_row)
        return region.lat, region.lon

    def _part(self, span: Span, phrase: Phrase, whole: Candidate) -> Place:
        """ "north-western Syria": no entry of its own; the middle of the towns in that part."""
        assert phrase.direction is not None
        middle = self.table.middle_of_part(whole, phrase.direction)
        precision: PlacePrecision = "admin1" if whole.kind in ("country", "region") else "admin2"
        return Place(
            text=span.text,
            start=span.start,
            end=span.end,
            name=f"{phrase.direction} {whole.name}",
            country=whole.country,
            admin1=whole.name if whole.kind == "admin1" else None,
            lat=middle[0],
            lon=middle[1],
            precision=precision,
        )


def _has_parts(place: Candidate) -> bool:
    return place.kind in ("country", "admin1")


__all__ = ["Candidate", "PlaceTable", "candidates", "find", "resolve", "span_of"]
