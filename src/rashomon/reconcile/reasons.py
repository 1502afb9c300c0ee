"""Why an incident is one: which signs held its claims together, and what kept near-by claims out.

    reasons = reasons_of(incident, incidents, claims)
    reasons.signs      # over all pairs of its claims, the weightiest first
    reasons.members    # each claim with the others that it fits best
    reasons.kept_out   # the claims of other incidents that came nearest

Everything is computed again from the claims as `joining` does it: the same pairs, the same weights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from rashomon.errors import InputError
from rashomon.model import Claim
from rashomon.reconcile.blocking import candidates
from rashomon.reconcile.copies import copies_among
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.joining import ENOUGH, FLOOR, PARTED, PARTED_BELOW, Join, Sign, in_order, why
from rashomon.reconcile.pairs import PARTING
from rashomon.reconcile.tables import BIAS
from rashomon.reconcile.traits import Traits, traits_of

LINKS = 3
"""Links of a claim that are told."""
NEIGHBOURS = 8
"""Claims kept out that are told."""


class Weight(msgspec.Struct, frozen=True):
    """What a sign adds up to over the pairs of an incident: in how many of them it is there, and its weights
    summed and divided by the number of all pairs, so that these means add up to the mean of the incident."""

    sign: str
    pairs: int
    mean: float


class Link(msgspec.Struct, frozen=True):
    """A claim beside another one: the log odds that both are of one happening, and the signs."""

    other: str
    odds: float
    signs: tuple[Sign, ...]


class Member(msgspec.Struct, frozen=True):
    """A claim of the incident: its mean log odds with the others (None if there are none), and its weightiest
    links; `copy_of` is the claim that it repeats, where its report is a copy of another."""

    claim: str
    mean: float | None
    links: tuple[Link, ...]
    copy_of: str | None = None


class Neighbour(msgspec.Struct, frozen=True):
    """A claim that stayed outside: its incident, its mean log odds with the claims of this one, the mean of
    all of its incident with them, its best link, and the signs that part it from some of them."""

    claim: str
    incident: str
    mean: float
    together: float
    link: Link
    parted_by: tuple[str, ...]

    @property
    def reason(self) -> str:
        """What kept it out, in a few words."""
        if self.parted_by:
            return f"parted by: {', '.join(self.parted_by)}"
        if self.mean <= ENOUGH:
            return f"on average {self.mean:+.2f}, and {ENOUGH:+.2f} is needed"
        return f"it fits, but its incident as a whole does not ({self.together:+.2f})"


class Reasons(msgspec.Struct, frozen=True):
    """Why an incident is one. `mean` is the mean log odds over its `pairs` pairs (None if it has one claim);
    groups of claims are joined as long as that of the pairs between them is above `enough`."""

    incident: str
    pairs: int
    mean: float | None
    enough: float
    signs: tuple[Weight, ...]
    members: tuple[Member, ...]
    kept_out: tuple[Neighbour, ...]


def reasons_of(incident: Incident, incidents: Iterable[Incident], claims: Iterable[Claim]) -> Reasons:
    """The reasons of one incident.

    Args:
        incident: one of `incidents`.
        incidents: all that were made of the claims: they tell where a claim went that stayed outside.
        claims: all that were reconciled together, in any order.

    Raises:
        InputError: the incident has a claim that is not given.
    """
    given = in_order(map(traits_of, claims))
    missing = set(incident.claims) - {each.id for each in given}
    if missing:
        raise InputError(f"incident {incident.id} has a claim that is not given: {min(missing)}")
    sources = copies_among(given).source.tolist()
    told = [each for at, each in enumerate(given) if sources[at] == at]
    copy_of = {each.id: given[sources[at]].id for at, each in enumerate(given) if sources[at] != at}
    home = {ref: each for each in incidents for ref in each.claims}
    inside = [each for each in told if each.id in set(incident.claims)]
    joins = _joins(told, {each.id for each in inside})
    return Reasons(
        incident.id,
        len(inside) * (len(inside) - 1) // 2,
        _mean([_odds(joins, a.id, b.id) for n, a in enumerate(inside) for b in inside[n + 1 :]]),
        ENOUGH,
        _signs(inside, joins),
        tuple(_members(incident, inside, joins, copy_of)),
        tuple(_kept_out(inside, told, joins, home)),
    )


Joins = Mapping[frozenset[str], Join]


def _joins(told: Sequence[Traits], members: set[str]) -> Joins:
    """The pairs that were compared and touch the incident, by the ids of their claims."""
    found = {}
    for one, other in candidates(told):
        a, b = told[one], told[other]
        if a.id in members or b.id in members:
            found[frozenset((a.id, b.id))] = why(a, b)
    return found


def _odds(joins: Joins, one: str, other: str) -> float:
    """Log odds of a pair as the linkage counts them: what was not compared, and what is low without being
    parted, counts as FLOOR."""
    join = joins.get(frozenset((one, other)))
    if join is None or PARTED_BELOW < join.odds <= FLOOR:
        return FLOOR
    return max(join.odds, PARTED)


def _mean(odds: Sequence[float]) -> float | None:
    return sum(odds) / len(odds) if odds else None


def _signs(inside: Sequence[Traits], joins: Joins) -> tuple[Weight, ...]:
    total: dict[str, float] = defaultdict(float)
    count: dict[str, int] = defaultdict(int)
    pairs = len(inside) * (len(inside) - 1) // 2
    for number, one in enumerate(inside):
        for other in inside[number + 1 :]:
            join = joins.get(frozenset((one.id, other.id)))
            for sign, weight in join.signs if join is not None else ():
                total[sign] += weight
                count[sign] += 1
    weights = [Weight(sign, count[sign], total[sign] / pairs) for sign in total]
    return tuple(sorted(weights, key=lambda each: (each.sign == BIAS, -abs(each.mean), each.sign)))


def _members(
    incident: Incident, inside: Sequence[Traits], joins: Joins, copy_of: Mapping[str, str]
) -> Iterable[Member]:
    ids = {each.id for each in inside}
    for ref in incident.claims:
        if ref not in ids:
            yield Member(ref, None, (), copy_of.get(ref))
            continue
        others = [each.id for each in inside if each.id != ref]
        links = [_link(joins, ref, other) for other in others if frozenset((ref, other)) in joins]
        links.sort(key=lambda link: (-link.odds, link.other))
        yield Member(ref, _mean([_odds(joins, ref, other) for other in others]), tuple(links[:LINKS]))


def _link(joins: Joins, ref: str, other: str) -> Link:
    join = joins[frozenset((ref, other))]
    return Link(other, join.odds, join.signs)


def _kept_out(
    inside: Sequence[Traits], told: Sequence[Traits], joins: Joins, home: Mapping[str, Incident]
) -> Iterable[Neighbour]:
    ids = {each.id for each in inside}
    near: dict[str, list[str]] = defaultdict(list)
    for pair in joins:
        for ref in pair - ids:
            near[ref] += [other for other in pair if other in ids]
    means = {ref: sum(_odds(joins, ref, each) for each in ids) / len(ids) for ref in near if ref in home}
    count = {each.id for each in told}
    for ref in sorted(means, key=lambda ref: (-means[ref], ref))[:NEIGHBOURS]:
        its = home[ref]
        group = [each for each in its.claims if each in count]
        links = [_link(joins, ref, other) for other in near[ref]]
        parting = dict.fromkeys(sign for link in links for sign, _ in link.signs if sign in PARTING)
        together = sum(_odds(joins, a, b) for a in group for b in ids) / (len(group) * len(ids))
        best = max(links, key=lambda link: (link.odds, link.other))
        yield Neighbour(ref, its.id, means[ref], together, best, tuple(parting))


__all__ = ["Link", "Member", "Neighbour", "Reasons", "Weight", "reasons_of"]
