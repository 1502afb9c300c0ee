"""What a row of an export is of: a claim, or an incident seen as one event with the claims that tell it.

Data sets that know one truth an event get it from here: the mode, the parties and the day that most of an
incident's claims give. What was planned, asked for, doubted or denied did not take place: `took_place` says
so, and exports that have no column for it leave such claims out.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date as Day
from datetime import timedelta
from itertools import product
from typing import Literal

import msgspec

from rashomon import ontology
from rashomon.exports.phrases import one_line, voice_name
from rashomon.knowledge.roles import sector_of
from rashomon.model import Claim, Date, Party, Place, Report, Voice
from rashomon.reconcile.incidents import Incident

What = Literal["claims", "incidents"]
Pair = tuple[Party | None, Party | None]

_ASSERTED = frozenset(("happened", "ongoing"))


class Event(msgspec.Struct, frozen=True):
    """A claim, or an incident, as one event. `claims` are those that tell it, `reports` those that they stand
    in, as far as known, in the order of the claims; `incident` is None for a claim on its own."""

    id: str
    type: str
    mode: str | None
    modes: tuple[str, ...]
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    date: Date | None
    place: Place | None
    claims: tuple[Claim, ...]
    reports: tuple[Report, ...]
    incident: Incident | None = None

    @property
    def score(self) -> float:
        """PLOVER's score of the type and mode."""
        return self.claims[0].score if self.incident is None else ontology.score_of(self.type, self.mode)

    @property
    def quad(self) -> int:
        """PLOVER's quad class."""
        return self.claims[0].quad if self.incident is None else ontology.event_type(self.type).quad

    @property
    def cameo(self) -> str:
        """The nearest CAMEO code, "" for none."""
        code = self.claims[0].cameo if self.incident is None else ontology.cameo(self.type, self.mode)
        return code or ""

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of its claims, in PLOVER's order."""
        found = {context for claim in self.claims for context in claim.contexts}
        return (*(name for name in ontology.CONTEXTS if name in found), *sorted(found - {*ontology.CONTEXTS}))

    @property
    def published(self) -> str | None:
        """When the first of its reports was published."""
        return min((report.published for report in self.reports if report.published), default=None)

    @property
    def publishers(self) -> tuple[str, ...]:
        """The publishers of its reports, each once, in the order of the reports."""
        return tuple(dict.fromkeys(report.publisher for report in self.reports if report.publisher))


def events(
    incidents: Iterable[Incident], claims: Iterable[Claim], reports: Iterable[Report], what: What
) -> Iterator[Event]:
    """The claims, or the incidents, as events, in their order.

    An incident none of whose claims is among `claims` is left out: there is nothing to tell of it.

    Raises:
        InputError: an incident's type is none of PLOVER's.
    """
    known = {report.id: report for report in reports}
    if what == "claims":
        for claim in claims:
            yield _of_claim(claim, known)
        return
    by_id: dict[str, Claim] = {}
    for claim in claims:
        by_id.setdefault(claim.id, claim)
    for incident in incidents:
        told = [by_id[ref] for ref in incident.claims if ref in by_id]
        if told:
            yield _of_incident(incident, told, known)


def took_place(event: Event) -> bool:
    """Whether it is told as having happened or going on, by one claim at least."""
    return any(claim.status in _ASSERTED for claim in event.claims)


def asserting(event: Event) -> list[Claim]:
    """The claims of an event that tell it as having happened or going on."""
    return [claim for claim in event.claims if claim.status in _ASSERTED]


def voices(event: Event) -> tuple[str, ...]:
    """Who tells it, each once: the voices, and the publishers where they tell it themselves, by name."""
    publishers = {report.id: report.publisher for report in event.reports}
    home = {claim.id: claim.report for claim in event.claims}
    names: dict[str, None] = {}
    for voice, refs in _accounts(event):
        own = [publishers.get(home.get(ref, "")) for ref in refs] if voice.kind == "publisher" else []
        names.update(dict.fromkeys(map(one_line, filter(None, own)) if any(own) else [voice_name(voice)]))
    return tuple(names)


def pairs(event: Event) -> list[Pair]:
    """Who did it to whom, two by two, each pair once, as data sets of dyads have it; what most claims tell
    comes first.

    Claims that name several parties give every pair; a pair with one side open is left out where a fuller one
    tells the same. Without any party there is one pair of nobody.
    """
    found: dict[tuple[object, object], Pair] = {}
    often: Counter[tuple[object, object]] = Counter()
    told = [claim for claim in asserting(event) or event.claims if claim.type == event.type] or event.claims
    actors, recipients = (
        _stand_in([party for claim in told for party in (claim.actors if acts else claim.recipients)])
        for acts in (True, False)
    )
    for claim in told:
        who: list[Party | None] = [*(actors[_key(party)] for party in claim.actors)] or [None]
        whom: list[Party | None] = [*(recipients[_key(party)] for party in claim.recipients)] or [None]
        for actor, recipient in product(who, whom):
            key = _key(actor), _key(recipient)
            found.setdefault(key, (actor, recipient))
            often[key] += 1
    sources = {source for source, target in found if target is not None}
    targets = {target for source, target in found if source is not None}
    kept = [
        pair
        for (source, target), pair in sorted(found.items(), key=lambda item: -often[item[0]])
        if not (target is None and source in sources)
        and not (source is None and target in targets)
        and ((source, target) != (None, None) or len(found) == 1)
    ]
    return kept or [(None, None)]


def day_of(event: Event) -> Day | None:
    """The first day that it is told to have been; else, unless it is background, the day of publication."""
    told = _day(event.date.first) if event.date is not None else None
    if told is not None or all(claim.frame == "background" for claim in event.claims):
        return told
    return _day((event.published or "")[:10])


def spread(event: Event) -> tuple[Day, int] | None:
    """The middle day of when it was, and how wide that is: 1 a day, 2 a week, 3 a month, 4 wider still.

    An event that tells no day, but is no background, was before its publication: the day of that, 3.
    """
    day = day_of(event)
    if day is None:
        return None
    date = event.date
    last = _day(date.last) if date is not None else None
    if date is None or last is None or _day(date.first) is None:
        return day, 3
    days = max((last - day).days, 0) + 1
    month = calendar.monthrange(day.year, day.month)[1]
    width = 1 if days == 1 else 2 if days <= 7 else 3 if days <= month else 4
    return day + timedelta(days=(days - 1) // 2), width


def coordinates(place: Place | None) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, None where they are not known or not on the globe."""
    if place is None or place.lat is None or place.lon is None:
        return None
    if not (-90 <= place.lat <= 90 and -180 <= place.lon <= 180):
        return None
    return place.lat, place.lon


def _of_claim(claim: Claim, known: dict[str, Report]) -> Event:
    modes = (claim.mode,) if claim.mode else ()
    reports = (known[claim.report],) if claim.report in known else ()
    return Event(claim.id, claim.type, claim.mode, modes, claim.actors, claim.recipients, claim.date,
                 claim.place, (claim,), reports)  # fmt: skip


def _of_incident(incident: Incident, told: list[Claim], known: dict[str, Report]) -> Event:
    firm = [claim for claim in told if claim.status in _ASSERTED] or told
    own = [claim for claim in firm if claim.type == incident.type]
    modes = Counter(claim.mode for claim in own if claim.mode)
    mode = modes.most_common(1)[0][0] if modes else None
    refs = dict.fromkeys(claim.report for claim in told)
    return Event(
        incident.id, incident.type, mode if ontology.is_mode(incident.type, mode) else None, incident.modes,
        _parties(claim.actors for claim in own or firm), _parties(claim.recipients for claim in own or firm),
        incident.date, incident.place, tuple(told), tuple(known[ref] for ref in refs if ref in known),
        incident,
    )  # fmt: skip


def _accounts(event: Event) -> list[tuple[Voice, tuple[str, ...]]]:
    if event.incident is not None:
        return [(account.voice, account.claims) for account in event.incident.accounts]
    return [(claim.voice, (claim.id,)) for claim in event.claims]


def _parties(told: Iterable[tuple[Party, ...]]) -> tuple[Party, ...]:
    """Parties, each once, those that most claims name first."""
    lists = list(told)
    stands = _stand_in([party for parties in lists for party in parties])
    often: Counter[object] = Counter()
    for parties in lists:
        often.update({_key(stands[_key(party)]) for party in parties})
    first = {_key(party): party for party in stands.values()}
    return tuple(sorted(first.values(), key=lambda party: -often[_key(party)]))


def _stand_in(parties: list[Party]) -> dict[object, Party]:
    """For each party the one that stands for it: words such as "police" or "officers" are the force of that
    code that another claim names."""
    named: dict[str, Party] = {}
    first: dict[object, Party] = {}
    for party in parties:
        first.setdefault(_key(party), party)
        if party.code and " " in party.code and is_name(party):
            named.setdefault(party.code, party)
    stands: dict[object, Party] = {}
    for key, party in first.items():
        other = named.get(party.code or "")
        stands[key] = first[_key(other)] if other is not None and not is_name(party) else party
    return stands


def is_name(party: Party) -> bool:
    """Whether it is called by a name of its own, not by a word for what it is."""
    words = (party.name or party.text).split()
    if not words or any(word.islower() and len(word) > 3 for word in words):
        return False
    return words[0][:1].isupper() and (len(words) > 1 or sector_of(words[0].lower()) is None)


def _key(party: Party | None) -> object:
    return None if party is None else ((party.name or party.text).casefold(), party.code)


def _day(text: str) -> Day | None:
    try:
        return Day.fromisoformat(text[:10])
    except ValueError:
        return None


__all__ = [
    "Event",
    "Pair",
    "What",
    "asserting",
    "coordinates",
    "day_of",
    "events",
    "is_name",
    "pairs",
    "spread",
    "took_place",
    "voices",
]
