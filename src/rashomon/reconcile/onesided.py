"""What one voice tells of an incident and the others leave out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rashomon.model import Claim
from rashomon.reconcile.incidents import OneSided
from rashomon.reconcile.told_counts import group_of, said
from rashomon.reconcile.voices import Teller

Fact = tuple[str, str | None]
"""A kind of thing told, and of whom: ("killed", "MIL"), ("actor", "XKX COP"), ("ASSAULT", "drone")."""


def one_sided(claims: Sequence[Claim], voices: Sequence[Teller]) -> Iterator[OneSided]:
    """Facts of one voice in an incident that has at least two; one a kind of fact, in words."""
    if len(voices) < 2:
        return
    told: dict[Fact, dict[int, list[int]]] = {}
    words: dict[Fact, str] = {}
    for number, voice in enumerate(voices):
        for at in voice.claims:
            for fact, text in _facts(claims[at]):
                told.setdefault(fact, {}).setdefault(number, []).append(at)
                words.setdefault(fact, text)
    kinds: dict[str, set[int]] = {}
    for (kind, _), by in told.items():
        kinds.setdefault(kind, set()).update(by)
    for fact, by in told.items():
        if len(by) > 1 or len(kinds[fact[0]]) > 1:
            continue  # others speak of it too, if otherwise: that is agreement or dispute
        ((teller, ats),) = by.items()
        yield OneSided(
            words[fact],
            voices[teller].name,
            tuple(dict.fromkeys(voice.name for at, voice in enumerate(voices) if at != teller)),
            tuple(dict.fromkeys(claims[at].id for at in ats)),
        )


def _facts(claim: Claim) -> Iterator[tuple[Fact, str]]:
    if claim.status == "denied":
        return
    for figure in claim.figures:
        yield (figure.kind, group_of(claim, figure)), f"{figure.kind}: {said(figure)}"
    for party in claim.actors:
        yield ("actor", party.code or party.name), f"actor: {party.name}"
    for party in claim.recipients:
        yield ("recipient", party.code or party.name), f"recipient: {party.name}"
    if claim.mode is not None:
        yield (
            (f"{claim.type} {claim.mode}", None),
            f"{claim.type.lower()}, {claim.mode}: {claim.trigger.text}",
        )
