"""The two that "both governments" and "the two sides" stand for.

A report names two parties and then speaks of them as one. Which two they are is told by its other claims:
of governments, capitals and armies the two states that act most, of sides and parties those that most often
stand against or beside each other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from rashomon.knowledge import countries
from rashomon.model import Claim, Party

STATES = frozenset({"governments", "states", "countries", "nations", "capitals", "neighbours", "neighbors"})
ARMIES = frozenset({"armies", "militaries"})
SIDES = frozenset({"sides", "parties", "camps", "rivals", "factions", "foes", "adversaries"})
_DUAL = re.compile(r"\b(?:both|two|either|neither)\s(?:[^\W\d]+\s)?$", re.IGNORECASE)
_BEFORE = 30  # characters looked at before the noun


def with_both_named(claims: Iterable[Claim], text: str) -> list[Claim]:
    """The claims with the two parties in place of the words that mean both of them; as they are where the
    report's other claims do not tell which two."""
    told = [*claims]
    nouns = {noun for claim in told for party in _parties(claim) if (noun := _dual(party, text))}
    if not nouns:
        return told
    named = [party for claim in told for party in _parties(claim) if party.code and not _dual(party, text)]
    pairs: dict[str, tuple[Party, ...]] = {}
    for noun in nouns:
        pairs[noun] = _adversaries(told, text) if noun in SIDES else _states(named, noun)
    made = []
    for claim in told:
        actors, recipients = (_opened(role, pairs, text) for role in (claim.actors, claim.recipients))
        same = actors == claim.actors and recipients == claim.recipients
        made.append(claim if same else msgspec.structs.replace(claim, actors=actors, recipients=recipients))
    return made


def _parties(claim: Claim) -> tuple[Party, ...]:
    return (*claim.actors, *claim.recipients)


def _dual(party: Party, text: str) -> str | None:
    """The noun of a party that is two, None of any other."""
    noun = party.text.split()[-1].lower()
    if noun not in STATES | ARMIES | SIDES:
        return None
    ahead = text[max(0, party.start - _BEFORE) : party.start] + party.text
    return noun if _DUAL.search(ahead[: -len(noun)].replace("\n", " ")) else None


def _states(named: Sequence[Party], noun: str) -> tuple[Party, ...]:
    """The two states whose people act most, as governments or armies."""
    counts = Counter(party.country for party in named if party.country and countries.country(party.country))
    sector = "MIL" if noun in ARMIES else "GOV"
    found = []
    for iso3, _ in counts.most_common(2):
        own = [party for party in named if party.country == iso3]
        of_sector = [party for party in own if party.sector == sector]
        state = countries.country(iso3)
        if of_sector:
            found.append(msgspec.structs.replace(of_sector[0], resolved_from="description"))
        elif state is not None:
            found.append(
                Party(
                    own[0].text,
                    own[0].start,
                    own[0].end,
                    state.name,
                    f"{iso3} {sector}",
                    iso3,
                    sector,
                    resolved_from="description",
                )
            )
    return tuple(found) if len(found) == 2 else ()


def _adversaries(claims: Sequence[Claim], text: str) -> tuple[Party, ...]:
    """The two parties that most often act on each other; of equal pairs the one told first."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[str, Party] = {}
    for claim in claims:
        for actor in claim.actors:
            for recipient in claim.recipients:
                a, b = actor.code, recipient.code
                if a is None or b is None or a == b or _dual(actor, text) or _dual(recipient, text):
                    continue
                counts[min(a, b), max(a, b)] += 1
                first.setdefault(a, actor)
                first.setdefault(b, recipient)
    if not counts:
        return ()
    [(pair, _)] = counts.most_common(1)
    return tuple(msgspec.structs.replace(first[code], resolved_from="description") for code in pair)


def _opened(role: tuple[Party, ...], pairs: dict[str, tuple[Party, ...]], text: str) -> tuple[Party, ...]:
    """The parties of a role, the two for each that means both."""
    opened: dict[tuple[str, str | None], Party] = {}
    for party in role:
        noun = _dual(party, text)
        for each in (noun and pairs[noun]) or (party,):
            opened.setdefault((each.name, each.code), each)
    return tuple(opened.values())
