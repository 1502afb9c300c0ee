"""What a noun phrase says of its party: "police in neighbouring Kosovo", "the union's spokesman".

`Marks` finds, in one pass over a text, every role noun, actor, country and place in it. `analyse` reads one
phrase: its head noun sets the sector, modifiers ("rebel", "naval", "former") and complements ("of the
union") may change it, and the country stands in the phrase itself or is left to the report (`cast`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

import msgspec

from rashomon.knowledge import countries
from rashomon.knowledge.actors import ABOVE_STATES, Actor, ActorTable, Entity, choose, country_entity
from rashomon.knowledge.roles import Role, Words, closed, role_index
from rashomon.model import Place

_BREAKS = frozenset(',;:()[]"“”–—!?\n')
# Fighters and foes of the state: whoever acts for them is one of them, whatever the noun.
_TAKES_ALL = frozenset(("REB", "PRM", "CRM", "OPP"))
_TAKEN = frozenset(("GOV", "MIL", "UAF", "UNK", "CVL", "SOC", "LEG", "PTY", "COP"))
_ONCE_IN_OFFICE = frozenset(("GOV", "MIL", "JUD", "LEG", "SPY", "COP", "ELI", "PTY"))
_SCOPED = frozenset(("GOV", "MIL", "UNK", "SOC", "LEG"))
# Bodies with national branches of the same name.
_SHARED_NAMES = frozenset(("International Committee of the Red Cross", "United Nations Security Council"))
_OPEN_TO_ADJECTIVES = frozenset(("UNK", "GOV", "SOC", "BUS"))
OF_THE_STATE = frozenset(("GOV", "MIL", "COP", "JUD", "LEG", "SPY"))


class Item(msgspec.Struct, frozen=True):
    """A stretch of words that a table knows: exactly one of `role`, `actor`, `country` is set.

    `kind` of a country's item: name, demonym, capital, or place (somewhere in it)."""

    first: int
    last: int
    role: Role | None = None
    actor: Actor | None = None
    country: str | None = None
    kind: str = ""


class Phrase(msgspec.Struct, frozen=True):
    """What a phrase says. `firm` is False where the sector is only the noun's default."""

    first: int
    last: int
    sector: str | None = None
    country: str | None = None
    actor: Actor | None = None
    head: Item | None = None
    firm: bool = False
    only_country: Item | None = None


class Marks:
    """The words of a text with what the tables know of them: `items`, in order, and by their first word."""

    def __init__(
        self,
        words: Words,
        *,
        on: str | None = None,
        weights: Mapping[str, float] | None = None,
        places: Sequence[Place] = (),
    ) -> None:
        self.words = words
        self._spans: dict[int, Item] = {}
        self._add_countries(places)
        named = dict(weights or {})
        for item in self._spans.values():
            named.setdefault(item.country or "", 0.0)
        self._on, self._named = on, named
        self._home = next(iter(weights or {}), None)
        self.items: list[Item] = []
        self._find()
        self.by_first = {item.first: item for item in self.items}
        self.ending_at = {item.last: item for item in self.items}
        self._firsts = [item.first for item in self.items]
        self._around: dict[int, Phrase] = {}
        self.covered = {at for item in self.items for at in range(item.first, item.last)}

    def _add_countries(self, places: Sequence[Place]) -> None:
        words, roles = self.words, role_index()
        for place in places:
            if place.start is None or place.end is None:
                continue
            first, last = words.at(place.start, place.end)
            titled = roles.get(words.keys[first - 1]) if first and words.gaps[first] == " " else ()
            if titled and titled[0].title:
                continue  # "President Jelisavac" is no place, whatever the gazetteer has
            if self._runs_on(last):
                continue  # "Salim" in "Salim al-Kharthi"
            if place.country and first < last:
                self._spans[first] = Item(first, last, country=place.country, kind="place")
        for mention in countries.mentions(words.text):
            first, last = words.at(mention.start, mention.end)
            if first < last:
                self._spans[first] = Item(first, last, country=mention.iso3, kind=mention.kind)

    def _runs_on(self, last: int) -> bool:
        """Whether a name goes on beyond word `last` with words that no table knows."""
        words = self.words
        if last >= len(words) or words.gaps[last] not in (" ", "-"):
            return False
        if words.keys[last] in ("al", "el", "bin", "ibn"):
            return True
        return words.capital[last] and role_index().longest(words, last, len(words)) is None

    def _find(self) -> None:
        at, count, words = 0, len(self.words), self.words
        roles, actors = role_index(), ActorTable.load().names
        while at < count:
            known = at in self._spans or roles.begins(words, at) or actors.begins(words, at)
            item = self._longest(at, count) if known else None
            if item:
                self.items.append(item)
            at = item.last if item else at + 1

    def item_at(self, at: int, last: int) -> Item | None:
        """The longest known stretch that begins at word `at` and does not go beyond `last`."""
        item = self.by_first.get(at)
        if item is None and at not in self.covered:
            return None
        return item if item is not None and item.last <= last else self._longest(at, last)

    def between(self, start: int, stop: int) -> list[Item]:
        """The items that begin at words start .. stop (stop not included), in order."""
        return self.items[bisect_left(self._firsts, start) : bisect_left(self._firsts, stop)]

    def around(self, item: Item) -> Phrase:
        """The whole phrase of which an item is the head, as far as it can be seen."""
        if item.first not in self._around:
            words, start = self.words, item.first
            while start > 0 and words.gaps[start] in (" ", "-", "' ", "’ ") and item.first - start < 8:
                before = self.ending_at.get(start)
                if before is not None:
                    start = before.first
                elif words.capital[start - 1] and words.capital[start]:
                    start -= 1  # "opposition Renewal Alliance"
                else:
                    break
            stop = min(item.last + 6, len(words))
            while stop > item.last and words.sentence[stop - 1] != words.sentence[item.first]:
                stop -= 1
            self._around[item.first] = analyse(self, start, stop)
        return self._around[item.first]

    def _longest(self, at: int, limit: int) -> Item | None:
        words, item = self.words, self._spans.get(at)
        if item is not None and item.last > limit:
            item = None
        if words.gaps[at] == "-" and at and words.capital[at] and words.capital[at - 1]:
            return item  # half of a double name
        end = item.last if item else at
        found = role_index().longest(words, at, limit)
        if found and found[0] > end and self._whole(at, found[0]):
            end, item = found[0], Item(at, found[0], role=found[1][0])
        known = ActorTable.load().names.longest(words, at, limit)
        if known is None or known[0] < end or not self._whole(at, known[0]):
            return item
        written = words.piece(at, known[0])
        actor = choose(known[1], written=_unpossessed(written), on=self._on, nearby=self._named)
        if item and known[0] == end and item.country and item.kind != "place":
            people = actor is not None and actor.sector == "SOC" and not actor.country
            if not people or item.country == self._home:
                # "Azerbaijan" is the state before it is a newspaper; "Serbs" at home are no minority.
                return item
        lone = known[0] == at + 1
        if actor is None or (lone and self._foreign_word(at, actor, written, self._named)):
            return item
        if item and item.role and lone and actor.sector in ("JRN", "BUS", "SOC"):
            return item
        return Item(at, known[0], actor=actor)

    def _whole(self, first: int, last: int) -> bool:
        """Whether no sentence or clause ends inside the stretch."""
        return not any(breaks(gap) for gap in self.words.gaps[first + 1 : last])

    def _foreign_word(self, at: int, actor: Actor, written: str, named: dict[str, float]) -> bool:
        """A lone word that is more likely part of a name or an everyday word than this actor."""
        words = self.words
        if written.isupper() and len(written) > 1 and not words.text.isupper():
            return actor.country not in ABOVE_STATES and actor.country not in named and len(written) <= 3
        if actor.sector in ("JRN", "BUS") and actor.country not in named:
            return True
        after = at + 1
        return (
            after < len(words) and words.gaps[after] == " " and words.capital[after] and not words.owner[at]
            and role_index().longest(words, after, len(words)) is None and after not in self._spans
        )  # fmt: skip


def analyse(marks: Marks, first: int, last: int, depth: int = 0) -> Phrase:
    """Read the phrase of words first .. last (last not included)."""
    words = marks.words
    while first < last and words.keys[first] in closed("article"):
        first += 1
    items, stop = _head_region(marks, first, last)
    head = _head(items)
    actor = next((i.actor for i in reversed(items) if i.actor and i is not head), None)
    if head and head.actor:
        actor = head.actor
    complement = _complement(marks, stop, last, depth)
    owner = (
        complement if (stop < last and words.keys[stop] in closed("ownership")) or _is_blank(head) else None
    )
    sector, firm = _sector(items, head, actor, owner)
    country = _own_country(words, items, head)
    if actor and actor.country and _lends_country(actor, head, country):
        country = actor.country
    if country is None:
        country = _scope(items, head, sector)
    if country is None and complement is not None:
        country = complement.country
        if actor is None and complement.actor and not firm:
            actor = complement.actor
    alone = [i for i in items if i.country]
    only = alone[-1] if alone and len(items) == len(alone) and alone[-1].last >= min(stop, last) else None
    return Phrase(first, stop, sector, country, actor, head, firm, only)


def _is_blank(head: Item | None) -> bool:
    return bool(head and head.role and head.role.strength == "blank")


def breaks(gap: str) -> bool:
    """Whether a phrase ends at these characters between two words."""
    return not _BREAKS.isdisjoint(gap) or " - " in gap


def _lends_country(actor: Actor, head: Item | None, stated: str | None) -> bool:
    """Whether the body in a phrase says the country of the whole: "NATO troops", but not "Kenya's Red
    Cross".
    """
    if stated is not None:
        generic = bool(role_index().get(actor.name)) or actor.name in _SHARED_NAMES
        return actor.country in ABOVE_STATES and not (generic and head is not None and head.actor is actor)
    return head is None or head.actor is actor or actor.sector != "JRN"


def _scope(items: Sequence[Item], head: Item | None, sector: str | None) -> str | None:
    """The level above states that the words imply: "Western diplomats" IMG, "aid group" NGO."""
    for item in items:
        role = item.role
        if role and role.strength == "scope" and (head is None or item.first < head.first):
            if sector == "BUS" and role.sector == "IMG":
                return "MNC"
            return role.sector if sector in _SCOPED else None
    return head.role.scope or None if head and head.role else None


def _head_region(marks: Marks, first: int, last: int) -> tuple[list[Item], int]:
    """The items before the first preposition, clause or comma, and the word where that stands."""
    words, items, at = marks.words, [], first
    while at < last:
        if at > first and breaks(words.gaps[at]):
            break
        item = marks.item_at(at, last)
        if item is not None:
            items.append(item)
            at = item.last
            continue
        key = words.keys[at]
        named = any(i.role or i.actor for i in items)
        if at > first and (key in closed("complement") or key in closed("stop")):
            break
        if named and (key in closed("join") or (not words.capital[at] and key.endswith(("ed", "ing")))):
            break
        at += 1
    return items, at


def _head(items: Sequence[Item]) -> Item | None:
    for item in reversed(items):
        if item.role and item.role.strength not in ("modifier", "override", "scope"):
            return item
        if item.actor:
            return item
    return None


def _complement(marks: Marks, stop: int, last: int, depth: int) -> Phrase | None:
    if depth >= 2 or stop + 1 >= last or marks.words.keys[stop] not in closed("complement"):
        return None
    return analyse(marks, stop + 1, last, depth + 1)


def _sector(
    items: Sequence[Item], head: Item | None, actor: Actor | None, complement: Phrase | None
) -> tuple[str | None, bool]:
    """The phrase's sector, and whether more than a default says so."""
    before = [i for i in items if head is None or i.last <= head.first]
    roles = [i.role for i in before if i.role]
    if head is None:
        adjectives = [r.sector for r in roles if r.strength == "modifier"]
        return (adjectives[-1], False) if adjectives else (None, False)
    if head.actor:
        return head.actor.sector, True
    role = head.role
    if role is None:
        return None, False
    title = before[-1].role if before and before[-1].last == head.first else None
    if role.noun in closed("rank") and title and title.strength == "fixed":
        return title.sector, True  # "Defence Minister General Montiel", "police Colonel Ruiz"
    sector, firm = role.sector, role.strength == "fixed"
    changing = next((r for r in roles if r.strength == "override"), None)
    if changing and changing.sector == "ELI" and (sector in _ONCE_IN_OFFICE or role.strength == "blank"):
        return "ELI", True
    if changing and changing.sector == "UAF" and sector in ("CVL", "UNK", "REB") and role.strength != "fixed":
        return "UAF", True
    if changing and changing.sector in ("OPP", "REB") and sector in _TAKEN:
        return changing.sector, True
    givers = [(r.sector, r.strength) for r in roles if r.strength not in ("override", "blank", "scope")]
    if actor is not None:
        givers.append((actor.sector, "fixed"))
    if not firm and sector == "MIL" and actor is not None and actor.sector == "SOC":
        return "REB", True  # "Ta'ang force": an army of a people, not of a state
    for given, _ in reversed(givers):
        kept = firm and (sector == "COP" or (given == "OPP" and sector in OF_THE_STATE - {"LEG"}))
        if given in _TAKES_ALL and sector in _TAKEN and not kept:
            return given, True  # "opposition lawmaker", but an opposition mayor still governs
    for given, strength in reversed(givers if not firm else []):
        if role.strength == "blank" or strength != "modifier" or sector in _OPEN_TO_ADJECTIVES:
            return given, True
    if complement and complement.firm and complement.sector in _TAKES_ALL and sector in ("GOV", "MIL", "UNK"):
        return complement.sector, True
    if firm:
        return sector, True
    if complement and complement.sector and _passes_on(role, sector, complement):
        return complement.sector, True
    return sector, False


def _passes_on(role: Role, sector: str, complement: Phrase) -> bool:
    """Whether the complement's sector becomes that of the whole: "group of rabbis", not "supporters of the
    party".
    """
    if complement.sector == "UNK" or not (complement.firm or role.strength == "blank"):
        return False
    if sector == "CVL":
        return complement.sector not in ("PTY", "OPP", "EDU", "GOV")
    return role.strength == "blank" or sector in ("UNK", "GOV", "SOC", "COP", "MIL", "REB", "LEG")


def _own_country(words: Words, items: Sequence[Item], head: Item | None) -> str | None:
    """The country inside the head's own phrase: the nearest before the head, else the first."""
    stated = [i for i in items if i.country]
    if not stated:
        return None
    before = [i for i in stated if head is None or i.last <= head.first]
    return (before[-1] if before else stated[0]).country


def describe(name: str, country: str | None) -> Entity:
    """A bare name that no table of names has: what its role noun says ("Kenyan police"), else a person."""
    words = Words(name)
    marks = Marks(words)
    phrase = analyse(marks, 0, len(words))
    if phrase.only_country is not None and phrase.sector is None:
        return country_entity(phrase.only_country.country or "", name)
    where = phrase.country or (country if phrase.sector else None)
    code = f"{where} {phrase.sector}" if where and phrase.sector else None
    part_of = phrase.actor.part_of if phrase.actor else state_name(where, phrase.sector)
    return Entity(name, code, where, phrase.sector, None, part_of, "role" if phrase.sector else "person")


def state_name(iso3: str | None, sector: str | None) -> tuple[str, ...]:
    """The state of a ministry, an army, a court: its `part_of`."""
    state = countries.country(iso3) if iso3 and sector in OF_THE_STATE else None
    return (state.name,) if state else ()


def _unpossessed(written: str) -> str:
    return written[:-2] if written.endswith(("'s", "’s")) else written
