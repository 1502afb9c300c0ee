"""An incident on the stage: its claims, its voices, and the small questions that disputes are found with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from rashomon.model import Claim, Party, Voice
from rashomon.reconcile.incidents import Position
from rashomon.reconcile.traits import Traits, stems, traits_of
from rashomon.reconcile.voices import Outlet, Teller, tellers

ASSERTED = frozenset(("happened", "ongoing", "possible"))
ARMED = frozenset(("REB", "UAF", "MIL", "PRM", "CRM", "COP", "SPY"))
CIVIL = frozenset(("CVL", "AGR", "LAB", "EDU", "REL", "SOC", "REF", "BUS", "MED", "JRN", "ELI", "OPP"))
STATE = frozenset(("GOV", "MIL", "COP", "SPY", "JUD", "LEG"))
_VAGUE = frozenset(("UAF", "UNK", "CRM", "REB", "CVL", "SOC", "OPP"))


class Scene(msgspec.Struct, frozen=True):
    """An incident's claims, its voices, whose each claim is (a place in `voices`), and where the reports
    stand."""

    claims: Sequence[Claim]
    voices: Sequence[Teller]
    whose: Mapping[int, int]
    outlets: Mapping[str, Outlet]
    _traits: dict[int, Traits] = msgspec.field(default_factory=dict)

    def traits(self, one: int, other: int) -> tuple[Traits, Traits]:
        """The traits of two claims, made when they are first asked for."""
        for at in (one, other):
            if at not in self._traits:
                self._traits[at] = traits_of(self.claims[at])
        return self._traits[one], self._traits[other]

    def asserted(self) -> list[int]:
        """Places of the claims that tell it as something that took place."""
        return [at for at, claim in enumerate(self.claims) if claim.status in ASSERTED]

    def fighting(self, ats: Sequence[int], differ: Callable[[Claim, Claim], bool]) -> list[int]:
        """Those claims that differ from one of another voice, whichever of the two is asked first."""
        return [
            at
            for at in ats
            if any(
                self.whose[at] != self.whose[other]
                and differ(self.claims[at], self.claims[other])
                and differ(self.claims[other], self.claims[at])
                for other in ats
            )
        ]

    def sides(self, ats: Iterable[int], say: Callable[[Claim], str]) -> list[Position]:
        """What each voice holds in some claims, in the words of the first of them."""
        mine: dict[int, list[int]] = defaultdict(list)
        for at in ats:
            mine[self.whose[at]].append(at)
        return [
            Position(
                self.voices[teller].name,
                say(self.claims[its[0]]),
                tuple(self.claims[at].id for at in its),
            )
            for teller, its in mine.items()
        ]


def scene(claims: Sequence[Claim], outlets: Mapping[str, Outlet]) -> Scene:
    """The scene of an incident."""
    voices = tellers(claims, outlets)
    whose = {at: number for number, each in enumerate(voices) for at in each.claims}
    return Scene(claims, voices, whose, outlets)


def alike(one: Party, other: Party) -> bool:
    """Whether two parties are of one code, or share a word of their names."""
    return (one.code is not None and one.code == other.code) or bool(stems(one.name) & stems(other.name))


def any_alike(ours: Iterable[Party], theirs: Sequence[Party]) -> bool:
    """Whether a party of one side is alike one of the other."""
    return any(alike(one, other) for one in ours for other in theirs)


def may_be_one(one: Party, other: Party) -> bool:
    """Whether two parties may stand for one: alike, or one told more vaguely ("gunmen", "rebels"; "Niger",
    "the army of Niger")."""
    if alike(one, other) or one.code is None or other.code is None:
        return True
    if one.sector in _VAGUE and other.sector in _VAGUE:
        return True
    same_land = one.country == other.country
    return same_land and ("GOV" in (one.sector, other.sector) or one.sector == other.sector)


def speaks_for(voice: Voice, party: Party) -> bool:
    """Whether a voice is the party, or a part of it."""
    if voice.kind == "publisher":
        return False
    if voice.code is not None and voice.code == party.code:
        return True
    return bool(stems(voice.name or voice.text or "") & stems(party.name))


def own(voice: Voice, party: Party) -> bool:
    """Whether a party is of the voice's own side: the same party, or both of one state."""
    country, _, sector = (voice.code or "").partition(" ")
    if speaks_for(voice, party):
        return True
    return bool(country) and country == party.country and sector in STATE and party.sector in STATE


def opposed(one: Voice, other: Voice) -> bool:
    """Whether two named voices stand on two sides: of two countries, or of a state and of those who are not
    the state."""
    ours, theirs = (one.code or "").split(), (other.code or "").split()
    if len(ours) < 2 or len(theirs) < 2:
        return False
    if ours[0] != theirs[0]:
        return True
    return (ours[1] in STATE) != (theirs[1] in STATE)


def side_of(parties: Iterable[Party]) -> str | None:
    """ "armed" or "civilians" where all parties are the one or the other."""
    sectors = {party.sector for party in parties if party.sector}
    if sectors and sectors <= ARMED:
        return "armed"
    return "civilians" if sectors and sectors <= CIVIL else None


def same_deed(one: Claim, other: Claim) -> bool:
    """Whether two claims are of one type and of modes that can be the same."""
    return one.type == other.type and (one.mode is None or other.mode is None or one.mode == other.mode)


def names(parties: Iterable[Party]) -> str:
    """The names of parties, each once."""
    return ", ".join(dict.fromkeys(party.name for party in parties))


def where(claim: Claim) -> str:
    """The words of a claim's place; nothing where it has none."""
    return claim.place.text or claim.place.name if claim.place is not None else ""
