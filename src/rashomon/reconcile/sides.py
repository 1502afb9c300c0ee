"""Where a voice stands: on the side of who acted, on that of whom it was done to, or outside.

An incident has two sides: the countries of its actors and of its recipients; where both are one, the country
with which the reports tell of a conflict; or else, within one country, the state and whoever faces it. A
voice stands where its code puts it; an outlet where the table of media puts its publisher, or a country or
capital in its name. Nothing is guessed: an outlet that no table knows has no known side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from rashomon.knowledge import countries
from rashomon.knowledge.actors import ABOVE_STATES
from rashomon.knowledge.publishers import home
from rashomon.knowledge.publishers import profile as publisher_profile
from rashomon.model import Claim, Party, Voice
from rashomon.reconcile.narrators import home_key

Side = Literal["actor", "recipient", "outsiders", "unknown"]
SIDES: tuple[Side, ...] = ("actor", "recipient", "outsiders", "unknown")
_STATE = frozenset(("GOV", "MIL", "COP", "SPY", "PRM", "JUD", "LEG"))
_OTHERS = frozenset(("REB", "UAF", "OPP", "CRM", "LAB", "AGR", "SOC", "REL", "REF"))
"""Those who face a state as a side of their own, in arms or not."""
_BYSTANDERS = frozenset(("CVL", "EDU", "BUS", "MED"))
_REBELS = frozenset(("REB", "OPP"))
_CONFLICT = (3, 4)
_TWICE = 2
_MOVEMENTS = frozenset(("ISM", "IMG"))

Camp = tuple[str | None, bool | None]
"""A country or a body above states, and within one country whether it is the state (None: all of it)."""


class Dyad(msgspec.Struct, frozen=True):
    """The two sides of an incident; a side is None where no claim names anybody with a code for it."""

    actor: Camp | None
    recipient: Camp | None

    def label(self, side: Side) -> str:
        """A side in words: "Serbia and its media", "Kosovo: those who face the state", "others"."""
        if side == "outsiders":
            return "others"
        camp = self.actor if side == "actor" else self.recipient
        if side == "unknown" or camp is None:
            return "no known side"
        land, state = camp
        name = countries.name_of(land) if land else "?"
        if state is None:
            return name if land in ABOVE_STATES else f"{name} and its media"
        return f"{name}: the state and its media" if state else f"{name}: those who face the state"


def dyad(claims: Sequence[Claim], main_type: str, around: Iterable[Claim] = ()) -> Dyad:
    """The sides of an incident, from the parties of its claims of `main_type`, or of all where those name
    nobody; `around` are the other claims of its reports."""
    own = [claim for claim in claims if claim.type == main_type]
    actor = _commonest(_coded(own, "actors") or _coded(claims, "actors"))
    recipients = _coded(own, "recipients") or _coded(claims, "recipients")
    if actor is None:
        return Dyad(None, None)
    abroad = [party for party in recipients if party.country != actor.country]
    if 2 * len(abroad) >= len(recipients) > 0:
        other = _commonest(abroad)
        return Dyad((actor.country, None), (other.country, None) if other is not None else None)
    faced = _commonest([party for party in recipients if party.country == actor.country])
    if not {actor.sector, faced.sector if faced else None} & _REBELS:
        rival = _rival(actor.country, around)
        if rival is not None:
            return Dyad((actor.country, None), (rival, None))
    if faced is None:
        return Dyad((actor.country, None), None)
    state = actor.sector in _STATE
    return Dyad((actor.country, state), (actor.country, not state))


def _rival(land: str | None, around: Iterable[Claim]) -> str | None:
    """The country with which a country is told to be in conflict, at least twice; of equals the first."""
    against: Counter[str] = Counter()
    for claim in around:
        if claim.quad not in _CONFLICT:
            continue
        actors = {party.country for party in claim.actors if party.country}
        recipients = {party.country for party in claim.recipients if party.country}
        if land in actors:
            against.update(sorted(recipients - {land}))
        elif land in recipients:
            against.update(sorted(actors))
    for country, count in against.most_common():
        if country not in ABOVE_STATES and count >= _TWICE:
            return country
    return None


def side_of_voice(voice: Voice, sides: Dyad, hit: Iterable[Party] = ()) -> Side:
    """Where a party that vouches stands; `hit` are those to whom it was done.

    A voice without a code, or of no country that is known, is an outsider only if its code says so.
    """
    if voice.code is None:
        return "unknown"
    land, _, sector = voice.code.partition(" ")
    if sector == "JRN":
        profile = publisher_profile(voice.name or voice.text or "")
        return _of(land, True if profile is None or profile.side != "party" else None, sides)
    if sector in _STATE:
        return _of(land, True, sides)
    if sector in _OTHERS:
        return _of(land, False, sides)
    if land in ABOVE_STATES:
        return _of(land, None, sides)
    if sector not in _BYSTANDERS:
        return _of(land, None, sides)
    # bystanders speak for a side only where it was done to their own
    suffers = any(party.code == voice.code for party in hit)
    theirs = sides.recipient is not None and sides.recipient[0] == land and not sides.recipient[1]
    return "recipient" if suffers and theirs else "outsiders"


def side_of_publisher(publisher: str | None, sides: Dyad, homes: Mapping[str, str] | None = None) -> Side:
    """Where an outlet stands, by its name; `unknown` where nothing tells its country. `homes` are countries
    of publishers, by `narrators.home_key`, that go before the tables."""
    if not publisher:
        return "unknown"
    land = (homes or {}).get(home_key(publisher)) or home(publisher)
    if land is None:
        return "unknown"
    profile = publisher_profile(publisher)
    return _of(land, profile is None or profile.side != "party", sides)


def _of(land: str, state: bool | None, sides: Dyad) -> Side:
    """The side of a country, and of its state or of those who face it."""
    camps: tuple[tuple[Side, Camp | None], ...] = (("actor", sides.actor), ("recipient", sides.recipient))
    for side, camp in camps:
        if camp is None or camp[1] not in (None, state):
            continue
        # rebels of one country and those who fight under a name of many countries are one side
        if camp[0] == land or (land in _MOVEMENTS and camp[1] is False):
            return side
    return "outsiders"


def _coded(claims: Iterable[Claim], role: Literal["actors", "recipients"]) -> list[Party]:
    return [
        party
        for claim in claims
        for party in (claim.actors if role == "actors" else claim.recipients)
        if party.country
    ]


def _commonest(parties: Sequence[Party]) -> Party | None:
    """One party of the commonest country, and there of the commonest sector; of equals the first."""
    if not parties:
        return None
    lands = Counter(party.country for party in parties)
    land = lands.most_common(1)[0][0]
    sectors = Counter(party.sector for party in parties if party.country == land)
    sector = sectors.most_common(1)[0][0]
    return next(party for party in parties if (party.country, party.sector) == (land, sector))


__all__ = ["SIDES", "Dyad", "Side", "dyad", "side_of_publisher", "side_of_voice"]
