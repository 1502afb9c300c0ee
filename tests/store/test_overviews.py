"""Who is heard of most, between whom something happens: counted over the latest claims, in both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest
from reconcile_builders import party
from store_builders import attack

from rashomon.model import Claim, Reading
from rashomon.store import overviews
from rashomon.store.desk import Desk
from rashomon.store.rows import key_of

LANDS = ("SRB", "XKX", "ALB", "MNE")


def told() -> Iterator[Reading]:
    """Twelve claims a day apart; some have two actors, some are within one country."""
    for number in range(12):
        one, other = LANDS[number % 4], LANDS[number * number % 3]
        reading = attack(number, when=f"2024-03-{number + 1:02}", town=f"Town {number}")
        actors = (party(f"army of {one}", f"{one} MIL"), party("bandits", f"{LANDS[number % 3]} CRM"))
        claim = msgspec.structs.replace(
            reading.claims[0],
            actors=actors[: 1 + number % 2],
            recipients=(party(f"people of {other}", f"{other} CVL"),),
        )
        yield Reading(reading.report, (claim,))


@pytest.mark.parametrize("latest", [1, 5, 1000])  # few of all: PostgreSQL is asked otherwise
def test_parties_and_dyads_of_the_latest_claims(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, latest: int
) -> None:
    monkeypatch.setattr(overviews, "LATEST", latest)
    desk.add(told())
    claims: list[Claim] = [each.claim for each in desk.claims(limit=100)][:latest]
    assert len(claims) == min(latest, 12)
    parties: Counter[str] = Counter()
    dyads: Counter[tuple[str, str]] = Counter()
    for claim in claims:
        parties.update(key_of(each.name or "") for each in (*claim.actors, *claim.recipients))
        sent = {(a.country or "", b.country or "") for a in claim.actors for b in claim.recipients}
        dyads.update((min(pair), max(pair)) for pair in sent if pair[0] != pair[1])
    with desk.store.reading() as connection:
        heard = overviews.parties(connection)
        between = overviews.dyads(connection)
    assert {each.key: each.claims for each in heard} == parties
    assert [each.claims for each in heard] == sorted(parties.values(), reverse=True)
    assert dict(between) == dyads and (len(dyads) > 1 or latest == 1)
