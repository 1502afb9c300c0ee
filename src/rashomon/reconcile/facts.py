"""What one claim tells, fact by fact: the deed, its figures, its parties, its place, day and subjects.

A fact has a field ("killed", "actor"), a value in the claim's words, a state, and the words that say it.
`rows` also settles which facts are one in other words, that is one row of the matrix.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from rashomon.knowledge.roles import is_anybody
from rashomon.model import Claim, Figure, Party, Place
from rashomon.reconcile.framings import framing_of
from rashomon.reconcile.incidents import Dispute
from rashomon.reconcile.told_counts import group_of, is_part, said
from rashomon.reconcile.traits import stems

State = Literal["asserted", "denied", "hedged", "silent"]
Key = tuple[str, str]
"""A field and what tells its rows apart: ("actor", "2"), ("killed", ""), ("deed", "COERCE arrest")."""

FIGURES = ("killed", "injured", "missing", "abducted", "arrested", "displaced", "damage", "released",
           "protesters", "troops")  # fmt: skip
FIELDS = ("deed", *FIGURES, "actor", "recipient", "place", "date", "purpose", "about")
"""Fields by importance; a kind of figure that is not among them stands after the last of the figures."""
_STATES: dict[str, State] = {
    "happened": "asserted", "ongoing": "asserted", "denied": "denied",
    "possible": "hedged", "planned": "hedged", "conditional": "hedged", "requested": "hedged",
}  # fmt: skip
_WIDE = frozenset(("country", "admin1"))
_CIVILIANS = " CVL"


class Told(msgspec.Struct, frozen=True):
    """One fact as one claim tells it: `value` in words, `low` and `high` of a figure, and the span of
    the words in the report's text (None where no words of their own tell it)."""

    claim: str
    field: str
    key: str
    value: str
    state: State
    low: int | None = None
    high: int | None = None
    start: int | None = None
    end: int | None = None
    status: str = "happened"


def rows(
    claims: Sequence[Claim], disputes: Sequence[Dispute] = ()
) -> tuple[dict[Key, list[Told]], dict[Key, str]]:
    """What some claims tell, by row, and what each row is called; rows in the order of their first claims.

    Figures that `disputes` set against each other share a row, whomever they count.
    """
    told: dict[Key, list[Told]] = defaultdict(list)
    labels: dict[Key, str] = {}
    parts = (_deeds(claims), _figures(claims, disputes), _parties(claims), _places(claims), _dates(claims))
    for part in (*parts, _purposes(claims), _subjects(claims)):
        for fact, label in part:
            told[fact.field, fact.key].append(fact)
            labels.setdefault((fact.field, fact.key), label)
    return dict(told), labels


def importance(field: str) -> int:
    """Where a field stands among the others: lower is weightier."""
    return FIELDS.index(field) if field in FIELDS else FIELDS.index(FIGURES[-1])


def state_of(claim: Claim) -> State:
    """How firmly a claim tells what it tells."""
    return _STATES.get(claim.status, "hedged")


def _deeds(claims: Sequence[Claim]) -> Iterator[tuple[Told, str]]:
    """A row a type of act, and where not all claims of it tell one mode, a row for each mode: who tells of an
    arrest tells of coercion."""
    modes: dict[str, set[str | None]] = defaultdict(set)
    for claim in claims:
        modes[claim.type].add(claim.mode)
    for claim in claims:
        trigger, kind = claim.trigger, claim.type
        name = f"{kind.lower()}: {claim.mode}"
        only = len(modes[kind]) == 1 and claim.mode is not None
        fact = _told(claim, "deed", kind, trigger.text, trigger.start, trigger.end)
        yield fact, name if only else kind.lower()
        if claim.mode is not None and not only:
            yield msgspec.structs.replace(fact, key=f"{kind} {claim.mode}"), name


def _figures(claims: Sequence[Claim], disputes: Sequence[Dispute]) -> Iterator[tuple[Told, str]]:
    """A row a kind of figure, and where several groups of people are counted, a row for each."""
    found = [
        (claim, figure, group_of(claim, figure))
        for claim in claims
        for figure in claim.figures
        if (figure.low is not None or figure.high is not None) and not is_part(claim, figure)
    ]
    found, plainly = _regrouped(found)
    groups: dict[str, dict[str, Counter[str]]] = defaultdict(dict)
    same: dict[tuple[str, int | None, int | None], str] = {}
    for _, figure, group in found:
        if group is not None:
            words = groups[figure.kind].setdefault(group, Counter())
            words.update([figure.whom] if figure.whom else [])
            same.setdefault((figure.kind, figure.low, figure.high), group)
    held = {
        (dispute.field, ref, position.value)
        for dispute in disputes
        for position in dispute.positions
        for ref in position.claims
    }
    together = {(f.kind, group) for claim, f, group in found if (f.kind, claim.id, said(f)) in held}
    for claim, figure, group in found:
        apart = len(groups[figure.kind]) > 1
        if apart and group is None:  # a bare number counts the group of which somebody gives the same number
            group = same.get((figure.kind, figure.low, figure.high))
        key, label = "", figure.kind
        if apart and group is not None and (figure.kind, group) not in together:
            # where one voice says "militants" and another "men", the row takes no side
            called = (plainly.get((figure.kind, group)) or groups[figure.kind][group]).most_common(1)
            key = called[0][0] if called else group
            label = f"{figure.kind}: {key}"
        none = figure.high == 0
        fact = _told(claim, figure.kind, key, "none" if none else said(figure), figure.start, figure.end)
        if none:
            fact = msgspec.structs.replace(fact, state="denied")
        yield msgspec.structs.replace(fact, low=figure.low, high=figure.high), label


_Grouped = tuple[Claim, Figure, str | None]


def _regrouped(found: Sequence[_Grouped]) -> tuple[list[_Grouped], dict[tuple[str, str], Counter[str]]]:
    """Figures of people that are called "men" or "suspects" only, put to the group of which another claim
    gives the same number, if it is one group: they are the same people, in words that say less. And those
    words, by kind and group."""
    tellers: dict[tuple[str, int | None, int | None], dict[str, set[str]]] = defaultdict(dict)
    for claim, figure, group in found:
        if group is not None and figure.low and not _says_little(figure):
            tellers[figure.kind, figure.low, figure.high].setdefault(group, set()).add(claim.id)
    made: list[_Grouped] = []
    plainly: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for claim, figure, group in found:
        if _says_little(figure):
            others = tellers.get((figure.kind, figure.low, figure.high), {})
            if len(others) == 1 and (other := next(iter(others))) != group and others[other] - {claim.id}:
                group = other
                plainly[figure.kind, other].update([figure.whom or ""])
        made.append((claim, figure, group))
    return made, plainly


def _says_little(figure: Figure) -> bool:
    """Whether a figure counts people by a word that anybody may be called by: "men", "people", "suspects"."""
    words = (figure.whom or "").lower().split()
    return bool(words) and is_anybody(words[-1])


def _parties(claims: Sequence[Claim]) -> Iterator[tuple[Told, str]]:
    for field in ("actor", "recipient"):
        named = [(c, party) for c in claims for party in (c.actors if field == "actor" else c.recipients)]
        kinds = _alike([party for _, party in named])
        labels = _party_labels([party for _, party in named], kinds)
        for (claim, party), kind in zip(named, kinds, strict=True):
            value = party.name or party.text
            yield _told(claim, field, str(kind), value, party.start, party.end), f"{field}: {labels[kind]}"


def _alike(parties: Sequence[Party]) -> list[int]:
    """For each party the number of the party that it is, by code, or by name where one has no code."""
    kinds: list[tuple[str | None, frozenset[str]]] = []
    found = []
    for party in parties:
        words = stems(party.name or party.text)
        code = party.code if party.code and " " in party.code else None
        at = next(
            (
                number
                for number, (theirs, others) in enumerate(kinds)
                if (code is not None and code == theirs)
                or words == others
                or (None in (code, theirs) and words and others and (words <= others or others <= words))
            ),
            len(kinds),
        )
        if at == len(kinds):
            kinds.append((code, words))
        elif kinds[at][0] is None:
            kinds[at] = (code, kinds[at][1])
        found.append(at)
    return found


def _party_labels(parties: Sequence[Party], kinds: Sequence[int]) -> Mapping[int, str]:
    """The name that is a name, the commonest, the fullest; "civilians" where people whom nothing but their
    code joins ("girls" and "a man") share a row."""
    often = Counter((kind, party.name or party.text) for party, kind in zip(parties, kinds, strict=True))
    best: dict[int, tuple[tuple[bool, int, int], str]] = {}
    for party, kind in zip(parties, kinds, strict=True):
        name = party.name or party.text
        rank = (party.resolved_from == "name" and name[:1].isupper(), often[kind, name], len(name))
        if kind not in best or rank > best[kind][0]:
            best[kind] = (rank, name)
    labels = {kind: name for kind, (_, name) in best.items()}
    words: dict[int, list[frozenset[str]]] = defaultdict(list)
    for party, kind in zip(parties, kinds, strict=True):
        if (party.code or "").endswith(_CIVILIANS) and (party.name or party.text).islower():
            words[kind].append(stems(party.name or party.text))
    for kind, its in words.items():
        if not frozenset.intersection(*its) and labels[kind].islower():
            labels[kind] = "civilians"
    return labels


def _places(claims: Sequence[Claim]) -> Iterator[tuple[Told, str]]:
    named = [
        (claim, claim.place)
        for claim in claims
        if claim.place is not None and claim.place.text and claim.status != "denied"
    ]
    finer = {place.country for _, place in named if place.precision not in _WIDE}
    named = [
        (claim, place)
        for claim, place in named
        if not (place.precision == "country" and place.country in finer)
    ]
    kinds: list[tuple[Place, frozenset[str]]] = []
    for claim, place in named:
        words = stems(f"{place.name} {place.text or ''}")
        at = next(
            (
                number
                for number, (other, theirs) in enumerate(kinds)
                if (place.geonameid is not None and place.geonameid == other.geonameid)
                or (words & theirs and place.country == other.country)
            ),
            len(kinds),
        )
        if at == len(kinds):
            kinds.append((place, words))
        value = place.text or place.name
        yield (
            _told(claim, "place", str(at), value, place.start, place.end),
            f"place: {kinds[at][0].name or value}",
        )


def _dates(claims: Sequence[Claim]) -> Iterator[tuple[Told, str]]:
    """A row a day or a span of days; what overlaps with it is told in it."""
    # who denies it gives it no day
    told = [(c, c.date) for c in claims if c.date is not None and c.date.text and c.status != "denied"]
    often = Counter((date.first, date.last) for _, date in told)
    spans: list[tuple[str, str]] = []
    for span in sorted(often, key=lambda span: (span[0] != span[1], -often[span], span)):
        if not any(span[0] <= last and first <= span[1] for first, last in spans):
            spans.append(span)
    for claim, date in told:
        span = next(each for each in spans if date.first <= each[1] and each[0] <= date.last)
        days = _days(*span)
        fact = _told(claim, "date", days, _days(date.first, date.last), date.start, date.end)
        yield fact, f"date: {days}"


def _days(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _purposes(claims: Sequence[Claim]) -> Iterator[tuple[Told, str]]:
    """One row: what each voice says that it was, or was for."""
    for claim in claims:
        framing = framing_of(claim)
        if framing is not None:
            fact = _told(claim, "purpose", "", framing.words, claim.quote.start, claim.quote.end)
            # who says what it was asserts that, whatever the deed's own status
            yield msgspec.structs.replace(fact, state="asserted"), "purpose"


def _subjects(claims: Sequence[Claim]) -> Iterator[tuple[Told, str]]:
    for claim in claims:
        for context in claim.contexts:
            words = context.replace("_", " ")
            fact = _told(claim, "about", "", words, claim.quote.start, claim.quote.end)
            # what a denial is about it is about all the same
            yield (
                msgspec.structs.replace(fact, state="asserted" if fact.state == "denied" else fact.state),
                "about",
            )


def _told(claim: Claim, field: str, key: str, value: str, start: int | None, end: int | None) -> Told:
    return Told(claim.id, field, key, value, state_of(claim), start=start, end=end, status=claim.status)


__all__ = ["FIELDS", "FIGURES", "Key", "State", "Told", "importance", "rows", "state_of"]
