"""The parties of one report: who each name, description or short form in it is.

    cast = Cast(text, title=title, published="2019-05-28", country_hints={"XKX": 0.8, "SRB": 0.2})
    cast.identify(start, end)       # Entity(name="Kosovo Police", code="XKX COP", ...)

A span is read in this order: what the tables of actors say of it; a country or a capital that acts; a
description ("police in neighbouring Kosovo"); a person or body that the report describes somewhere
(`portraits`). A country that the span leaves open comes from the words around it and from the report as a
whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rashomon.knowledge import countries
from rashomon.knowledge.actors import (
    ABOVE_STATES,
    ActorTable,
    Entity,
    Kind,
    country_entity,
    entity_of,
    holder_entity,
    publisher_profile,
)
from rashomon.knowledge.bearings import Bearings, with_towns
from rashomon.knowledge.names import fold
from rashomon.knowledge.phrases import Item, Marks, Phrase, analyse, state_name
from rashomon.knowledge.portraits import Gallery
from rashomon.knowledge.roles import closed, words_of
from rashomon.model import Place

_MAX_CHARS = 200_000  # of a report that are read for context; names beyond it stand for themselves
_NO_BODIES = frozenset(("CVL", "REF", "UNK", "UAF", "ELI"))
_FORCES = frozenset(("COP", "MIL"))
_FLIGHT = re.compile(
    r"\b(flee\w*|fled|refuge\w*|asylum|migrants?|deport\w*|displaced|stranded|smugglers?|dinghy|castaways?|"
    r"across the (border|frontier)|over the border|crossed (the|into)|camps? (at|in|for))\b",
    re.I,
)


class Cast:
    """The parties of one report. Reading the report is done on the first question.

    Args:
        text: the report's text; all spans are offsets into it.
        title: its headline, read for what it is about.
        published: ISO date; who holds which office is asked for that day.
        publisher: the outlet's name; its country is a weak sign.
        country_hints: ISO alpha-3 codes with weights, how far the report is about each country. Where
        empty, they
            are taken from the text (`countries.weights`).
        places: places of the report that are resolved already; they say where "the police in Mitrovica" are.
    """

    def __init__(
        self,
        text: str,
        *,
        title: str | None = None,
        published: str | None = None,
        publisher: str | None = None,
        country_hints: Mapping[str, float] | None = None,
        places: Sequence[Place] = (),
    ) -> None:
        self._text = text[:_MAX_CHARS]
        self._title = title
        self._on = published[:10] if published else None
        self._publisher = publisher
        self._hints = dict(country_hints or {})
        self._places = places
        self._ready = False
        self._known: dict[tuple[int, int], Entity] = {}
        self._steps: list[str] | None = None  # written down while `explain` asks

    def identify(self, start: int, end: int) -> Entity:
        """Who the words between two offsets of the text are. Unknown names come back without a code."""
        self._prepare()
        first, last = self._words.at(start, end)
        while first < last and self._skippable(first, last):
            first += 1
        if first >= last:
            return Entity(self._text[start:end], None, None, None)
        if (first, last) not in self._known:
            self._known[first, last] = self._identify(first, last)
        return self._known[first, last]

    def explain(self, start: int, end: int) -> list[str]:
        """How `identify` comes to its answer: what gave the code, from which table, step by step."""
        self._steps, self._known = [], {}
        self.identify(start, end)
        steps, self._steps = self._steps, None
        return list(dict.fromkeys(steps))

    def _note(self, step: str, *facts: object) -> None:
        if self._steps is not None:
            self._steps.append(step.format(*facts))

    def _where(self, at: int, head: Item | None, sector: str | None) -> str | None:
        """The country by the words around and by the whole report."""
        if self._steps is not None:
            scores = sorted(self._bearings.scores(at, head, sector).items(), key=lambda entry: -entry[1])
            told = ", ".join(f"{iso3} {score:.2f}" for iso3, score in scores[:4]) or "none named"
            self._note("country by the words around and the whole report: {}", told)
        return self._bearings.where(at, head, sector)

    def _note_phrase(self, phrase: Phrase, where: str) -> None:
        """Which rows of the tables a phrase's sector and country come from."""
        if self._steps is None:
            return
        words = self._words.piece(phrase.first, max(phrase.last, phrase.first + 1))
        self._note("{}: {!r}", where, words)
        head, actor = phrase.head, phrase.actor
        if head is not None and head.role is not None:
            role = head.role
            self._note("role noun {!r}: {}, {} (role_nouns.csv)", role.noun, role.sector, role.strength)
        if actor is not None:
            self._note("actor {!r}: {} {} ({})", actor.name, actor.country, actor.sector, actor.table)
        if phrase.country:
            self._note("country in the phrase: {}", phrase.country)

    def _prepare(self) -> None:
        if self._ready:
            return
        profile = publisher_profile(self._publisher) if self._publisher else None
        weights = with_towns(self._hints or countries.weights(self._text, self._title), self._places)
        self._near = tuple(weights)
        self._words = words_of(self._text)
        self._marks = Marks(self._words, on=self._on, weights=weights, places=self._places)
        self._gallery = Gallery(self._marks)
        self._bearings = Bearings(self._marks, weights, profile.country if profile else None)
        self._ready = True

    def _skippable(self, first: int, last: int) -> bool:
        key = self._words.keys[first]
        return first + 1 < last and (key in closed("article") or key in closed("number") or key.isdigit())

    def _identify(self, first: int, last: int) -> Entity:
        marks = self._marks
        item = marks.item_at(first, last)
        if item and item.actor and item.last == last and self._possessor(first) is None:
            actor = item.actor
            self._note("actor {!r}: {} {} ({})", actor.name, actor.country, actor.sector, actor.table)
            return entity_of(actor, actor.country or self._where(first, None, actor.sector))
        phrase = analyse(marks, first, last)
        named = self._gallery.name_in(first, last)
        if phrase.only_country is not None and phrase.sector is None:
            return self._country(phrase.only_country, first, last)
        if named is not None and (phrase.head is None or self._is_title(phrase, named)):
            return self._named(named, first, last)
        if phrase.sector is None:
            return self._named((first, last), first, last)
        return self._described(self._reach(phrase, first, last), first, last)

    def _reach(self, phrase: Phrase, first: int, last: int) -> Phrase:
        """The phrase with the adjectives and owners that stand right before the span, outside it."""
        words, start = self._words, first
        while start > 0 and words.gaps[start] in (" ", "-", "' ", "’ ") and first - start < 6:
            before = self._marks.ending_at.get(start)
            if before is None or (before.kind in ("name", "capital", "place") and not words.owner[start - 1]):
                break
            start = before.first
        return analyse(self._marks, start, last) if start < first else phrase

    def _is_title(self, phrase: Phrase, name: tuple[int, int]) -> bool:
        """Whether the head is a title before the name ("Trade Minister Grace Atim"), not part of it ("Radio
        Hara").
        """
        head = phrase.head
        return bool(head and head.role and head.role.title and head.last <= name[0] and name[0] < name[1])

    def _country(self, item: Item, first: int, last: int) -> Entity:
        """A country's name that acts is its government; its people are people, unless a noun follows
        outside.
        """
        words, state = self._words, item.country or ""
        source = "a place in it, by the gazetteer" if item.kind == "place" else f"{item.kind}, countries.csv"
        self._note("{!r} stands for {} ({})", words.piece(item.first, item.last), state, source)
        if state == "BEL" and item.kind == "capital" and not self._names_state("BEL"):
            return Entity("European Union", "EUR GOV", "EUR", "GOV", "Q458", (), "organisation")
        if item.kind in ("demonym", "place"):
            outside = self._shared_head(last)
            if outside is not None and outside.sector:
                return self._entity(words.piece(first, last), state, outside.sector, "role")
        if item.kind == "place":
            return Entity(
                words.piece(first, last),
                f"{state} GOV",
                state,
                "GOV",
                None,
                state_name(state, "GOV"),
                "organisation",
            )
        if item.kind == "demonym" and words.keys[last - 1].endswith("s"):
            return self._entity(words.piece(first, last), state, "CVL", "role")
        if item.kind == "demonym":
            return self._entity(words.piece(first, last), state, "GOV", "role")
        return country_entity(state, words.piece(first, last))

    def _names_state(self, iso3: str) -> bool:
        """Whether the report names a state itself, not only its capital."""
        return any(i.country == iso3 and i.kind in ("name", "demonym") for i in self._marks.items)

    def _shared_head(self, last: int) -> Phrase | None:
        """The noun that an adjective shares with what follows: "[Indian] and Pakistani batteries"."""
        words, stop = self._words, min(last + 6, len(self._words))
        at = last
        while (
            at < stop
            and words.gaps[at] in (" ", ", ", "-")
            and words.capital[at] | (words.keys[at] in ("and", "or"))
        ):
            at += 1
        return (
            analyse(self._marks, last, min(at + 4, len(words)))
            if last < len(words) and words.gaps[last] in (" ", "-", ", ")
            else None
        )

    def _described(self, phrase: Phrase, first: int, last: int) -> Entity:
        """A party named by what it is."""
        self._note_phrase(phrase, "a description")
        if not phrase.firm and (fuller := self._fuller(phrase, first, last)) is not phrase:
            phrase = fuller
            self._note("the report says more of it elsewhere: {} {}", phrase.country or "", phrase.sector)
            self._note_phrase(phrase, "read as")
        sector = phrase.sector or "UNK"
        if sector == "CVL" and self._in_flight(phrase, first):
            self._note("people in flight in this sentence: REF")
            sector = "REF"
        country = phrase.country or self._possessor(first) or self._where(first, phrase.head, sector)
        name = self._words.piece(phrase.first, max(phrase.last, phrase.first + 1)) or self._words.piece(
            first, last
        )
        if phrase.actor and phrase.actor.country in ABOVE_STATES:
            part_of: tuple[str, ...] = (phrase.actor.name,)
            return Entity(name, f"{country} {sector}", country, sector, None, part_of, "role")
        return self._entity(name, country, sector, "role")

    def _in_flight(self, phrase: Phrase, first: int) -> bool:
        """Whether plain people ("48 people", "two families") are on the run in this sentence."""
        head, words = phrase.head, self._words
        if (
            head is None
            or head.role is None
            or head.role.noun not in closed("in flight")
            or phrase.last - first > 4
        ):
            return False
        start = end = first
        while start > 0 and words.sentence[start - 1] == words.sentence[first]:
            start -= 1
        while end + 1 < len(words) and words.sentence[end + 1] == words.sentence[first]:
            end += 1
        return _FLIGHT.search(self._text, words.starts[start], words.ends[end]) is not None

    def _fuller(self, phrase: Phrase, first: int, last: int) -> Phrase:
        """A short form ("the union", "the spokesman") with what the report says of it elsewhere."""
        head = phrase.head
        if head is None or head.role is None:
            return phrase
        best = self._owner(phrase, head)
        ours = head.role.noun in closed("office") and self._words.keys[
            head.first - 1 if head.first else 0
        ] in closed("owner")
        if best is None and ours:  # "its president": of the union just spoken of
            best = self._party_before(head.first)
        best = best or self._same_noun(head, first)
        if best is None and head.role.strength == "blank":
            best = self._party_before(first)
        if best is None and phrase.sector in _FORCES:
            best = self._force_nearby(phrase, head)
        if best is None:
            return phrase
        country = phrase.country or best.country
        return Phrase(phrase.first, phrase.last, best.sector, country, phrase.actor or best.actor, head, True)

    def _owner(self, phrase: Phrase, head: Item) -> Phrase | None:
        """The party of a person named as owner: "Wray's [spokeswoman]"."""
        for start in range(phrase.first, head.first):
            if self._words.owner[start] and (name := self._gallery.name_in(start, start + 1)):
                return self._gallery.portrait(self._gallery.fullest(name))
        return None

    def _same_noun(self, head: Item, first: int) -> Phrase | None:
        """The same noun elsewhere in the report with more said of it; the last one before, else the next
        after.
        """
        words, best = self._words, None
        key = words.bases[head.last - 1].rstrip("s")
        if head.role and head.role.strength != "blank" and head.role.sector == "CVL":
            return None  # "people", "men": the next ones are others
        for item in self._marks.items:
            if item.first <= head.first < item.last or (best is not None and item.first > first):
                continue
            if item.role and words.bases[item.last - 1].rstrip("s") == key:
                wider = self._marks.around(item)
                best = wider if wider.firm and wider.sector not in (None, "CVL") else best
            elif (
                item.actor and item.actor.country in ABOVE_STATES and item.actor.sector not in ("JRN", "BUS")
            ):
                named = {words.bases[at] for at in range(item.first, item.last)} | set(
                    fold(item.actor.name).split()
                )
                if key in named:
                    best = self._marks.around(item)
        return best

    def _force_nearby(self, phrase: Phrase, head: Item) -> Phrase | None:
        """Which armed service a bare "officer" or "patrol" is of: the one that the report speaks of most,
        nearby.
        """
        near: dict[str, float] = {phrase.sector or "": 0.15}
        for item in self._marks.items:
            role = item.role
            sector = (
                item.actor.sector
                if item.actor
                else role.sector
                if role and role.strength == "fixed"
                else None
            )
            if sector in _FORCES:
                near[sector] = near.get(sector, 0.0) + 1.0 / (3.0 + abs(item.first - head.first) ** 0.5)
        sector = max(near, key=lambda name: near[name])
        return Phrase(phrase.first, phrase.last, sector, None, None, head, True) if sector else None

    def _party_before(self, first: int) -> Phrase | None:
        """The body that a bare "spokesman" or "its leader" is of: the first one named in the sentence, else
        in the sentence before."""
        sentence = self._words.sentence
        for apart in (0, 1):
            for item in self._marks.between(max(0, first - 80), first):
                if item.last > first or sentence[first] - sentence[item.first] != apart:
                    continue
                role = item.role
                if item.actor or (
                    role and role.strength in ("fixed", "weak") and role.sector not in _NO_BODIES
                ):
                    phrase = self._marks.around(item)
                    return phrase if phrase.firm else self._same_noun(item, first) or phrase
        return None

    def _possessor(self, first: int) -> str | None:
        """The country just before the phrase, outside it: "Serbia's [police]", "Serbian [police]"."""
        item = self._marks.ending_at.get(first)
        if item and item.country and self._words.gaps[first] in (" ", "' ", "’ "):
            return item.country if self._words.owner[first - 1] or item.kind == "demonym" else None
        return None

    def _named(self, name: tuple[int, int], first: int, last: int) -> Entity:
        """A person, or a body that no table knows, by what the report says of it."""
        full = self._gallery.fullest(name)
        portrait = self._gallery.portrait(full)
        self._note("a name, in its fullest form {!r}", full.name)
        spell = None
        if self._gallery.like_a_person(full):
            spell = ActorTable.load().holder(full.name, on=self._on, nearby=self._near)
        if spell is not None:
            self._note("office holder {!r}: {}, {} {}, {} to {} (office_holders.parquet)", *spell.shown())
        if portrait is None and spell is not None:
            return holder_entity(spell, self._on)
        if portrait is None:
            inside = analyse(self._marks, full.first, full.last)
            owner = self._possessor(full.first)
            # Whom a report names without a word of who it is, its readers know: mostly one who governs.
            named = self._words.capital[full.first]
            sector = inside.sector or ("GOV" if named or owner else "CVL")
            country = inside.country or owner or self._where(first, None, sector)
            if inside.sector is None:
                self._note("no table and no words of the report say who it is: {} by default", sector)
            self._note_phrase(inside, "the name itself")
            return self._entity(full.name, country, sector, "person")
        phrase = portrait if portrait.firm else self._fuller(portrait, portrait.first, portrait.last)
        self._note_phrase(portrait, "the report describes it")
        if phrase is not portrait:
            self._note_phrase(phrase, "which it says more of elsewhere")
        sector = phrase.sector or "CVL"
        sector = "SOC" if sector == "UNK" else sector  # "the group Open Harbour"
        country = phrase.country or self._possessor(phrase.first) or (spell.country if spell else None)
        country = country or self._where(phrase.first, phrase.head, sector)
        qid = spell.qid or None if spell and spell.country == country else None
        part_of = (phrase.actor.name,) if phrase.actor else state_name(country, sector)
        code = f"{country} {sector}" if country else None
        return Entity(full.name, code, country, sector, qid, part_of, "person")

    def _entity(self, name: str, country: str | None, sector: str, kind: Kind) -> Entity:
        code = f"{country} {sector}" if country else None
        return Entity(name, code, country, sector, None, state_name(country, sector), kind)
