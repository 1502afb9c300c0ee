"""The two that "both governments" and "the two sides" stand for.

A report names two parties and then speaks of them as one. Which two they are is told by the claims before the
words: the two that most often act on each other, of governments, capitals and armies as states.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rashomon.knowledge import countries
from rashomon.model import Claim, Party

STATES = frozenset({"governments", "states", "countries", "nations", "capitals", "neighbours", "neighbors"})
ARMIES = frozenset({"armies", "militaries"})
OFFICIAL = frozenset({"GOV", "MIL", "COP", "LEG", "JUD", "SPY"})  # sectors that speak for a state
SIDES = frozenset({"sides", "parties", "camps", "rivals", "factions", "foes", "adversaries"})
# "Two rival factions fought in Tripoli" are no two of whom the report has spoken.
_DUAL = re.compile(r"\b(?:both|the\stwo|these\stwo)\s(?:[^\W\d]+\s)?$", re.IGNORECASE)
_BEFORE = 30  # characters looked at before the noun


def means_both(party: Party, text: str) -> str | None:
    """The noun of a party that is two ("both governments"), None of any other."""
    noun = party.text.split()[-1].lower() if party.text.strip() else ""
    if noun not in STATES | ARMIES | SIDES or " of " in party.text:  # "guards of both sides" are guards
        return None
    ahead = text[max(0, party.start - _BEFORE) : party.start] + party.text
    return noun if _DUAL.search(" ".join(ahead.split())[: -len(noun)]) else None


def with_both_named(claims: Iterable[Claim], text: str) -> list[Claim]:
    """The claims with the two parties in place of the words that mean both of them; as they are where the
    claims before them do not tell which two.

    What is known of a state only by its people keeps the words of the report ("governments") as its text.
    """
    told = [*claims]
    if not any(means_both(party, text) for claim in told for party in (*claim.actors, *claim.recipients)):
        return told
    return [
        msgspec.structs.replace(
            claim,
            actors=_opened(claim.actors, claim.recipients, told, text),
            recipients=_opened(claim.recipients, claim.actors, told, text),
        )
        for claim in told
    ]


def _opened(
    role: tuple[Party, ...], opposite: tuple[Party, ...], told: Sequence[Claim], text: str
) -> tuple[Party, ...]:
    """The parties of a role, the two for each that means both; who has the other role is none of the two."""
    nouns = [means_both(party, text) for party in role]
    if not any(nouns):
        return role
    opened: dict[tuple[str, str | None], Party] = {}
    for party, noun in zip(role, nouns, strict=True):
        two: tuple[Party, ...] = ()
        if noun is not None:
            before = [claim for claim in told if claim.trigger.start < party.start]
            others = {each.code for each in opposite if not means_both(each, text)}
            two = _adversaries(before, others) if noun in SIDES else _states(before, others, party, noun)
        for each in two or (party,):
            opened.setdefault((each.name, each.code), each)
    return tuple(opened.values())


def _facing(claims: Sequence[Claim], others: set[str | None]) -> Iterator[tuple[Party, Party]]:
    """Who acts on whom, both known by a code and none of `others`."""
    for claim in claims:
        for actor in claim.actors:
            for recipient in claim.recipients:
                codes = {actor.code, recipient.code}
                if None not in codes and len(codes) == 2 and not codes & others:
                    yield actor, recipient


def _states(claims: Sequence[Claim], others: set[str | None], words: Party, noun: str) -> tuple[Party, ...]:
    """The two states that most often face each other, as governments or armies."""
    away = {code.split()[0] for code in others if code and code.split()[-1] in OFFICIAL}
    homes = ((str(one.country), str(other.country)) for one, other in _facing(claims, others))
    named = [party for claim in claims for party in (*claim.actors, *claim.recipients)]
    pair = _foremost(
        (a, b)
        for a, b in homes
        if a != b and not {a, b} & away and countries.country(a) and countries.country(b)
    ) or _plainest(named, away)
    sector = "MIL" if noun in ARMIES else "GOV"
    return tuple(_as_state(iso3, sector, named, words) for iso3 in pair) if len(pair) == 2 else ()


def _plainest(named: Sequence[Party], away: set[str]) -> tuple[str, ...]:
    """Two states that do not face each other, but are spoken of more than any third."""
    counts = Counter(
        party.country
        for party in named
        if party.country and party.country not in away and countries.country(party.country)
    )
    first = counts.most_common(3)
    if len(first) < 2 or (len(first) == 3 and first[1][1] == first[2][1]):
        return ()
    return first[0][0], first[1][0]


def _as_state(iso3: str, sector: str, named: Sequence[Party], words: Party) -> Party:
    """A state's party of a sector as the report named it first, else the state under the words at hand."""
    for party in named:
        if party.code == f"{iso3} {sector}":
            return msgspec.structs.replace(party, resolved_from="description")
    state = countries.country(iso3)
    return msgspec.structs.replace(
        words,
        name=state.name if state is not None else iso3,
        code=f"{iso3} {sector}",
        country=iso3,
        sector=sector,
        wikidata=None,
        part_of=(),
        resolved_from="description",
    )


def _adversaries(claims: Sequence[Claim], others: set[str | None]) -> tuple[Party, ...]:
    """The two parties that most often act on each other."""
    facing = [*_facing(claims, others)]
    pair = _foremost((str(one.code), str(other.code)) for one, other in facing)
    first: dict[str, Party] = {}
    for party in (each for both in facing for each in both):
        first.setdefault(str(party.code), party)
    return tuple(msgspec.structs.replace(first[code], resolved_from="description") for code in pair)


def _foremost(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The commonest pair, whichever is named first in it; of equal ones the one told first. () of none."""
    counts = Counter((min(pair), max(pair)) for pair in pairs)
    return counts.most_common(1)[0][0] if counts else ()
