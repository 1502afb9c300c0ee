"""Why claims were joined, told back from the pairs and weights that joined them."""

from __future__ import annotations

import pytest
from reconcile_builders import claim, day, figure, party, place, voice

from rashomon.errors import InputError
from rashomon.model import Claim
from rashomon.reconcile import reconcile
from rashomon.reconcile.joining import why
from rashomon.reconcile.reasons import Reasons, reasons_of
from rashomon.reconcile.traits import traits_of

ORSK = place("Orsk pit")
MONDAY = day("2021-03-01")


def blast(ref: str, number: int, **fields: object) -> Claim:
    values = {"place": ORSK, "date": MONDAY, "figures": (figure("killed", 4, 4, "miners"),),
              "recipients": (party("miners", "VRL LAB"),), "mode": "explosives"} | fields  # fmt: skip
    quote = f"a bomb killed four miners at the Orsk pit on Monday, {ref} has heard"
    return claim(quote, "bomb", id=f"c-{ref}{number}", report=ref, at=200 * number, **values)


CLAIMS = [
    blast("r1", 0), blast("r2", 0, voice=voice("police", "VRL COP")), blast("r3", 0, mode=None),
    claim("the mayor met the union in Orsk on Monday", "met", "CONSULT", id="c-talk", report="r1", at=400,
          date=MONDAY, place=ORSK, quad=1),
    blast("r4", 0, date=day("2021-05-20")),
]  # fmt: skip


def reasons(claims: list[Claim], member: str) -> Reasons:
    incidents = reconcile(claims)
    [incident] = [each for each in incidents if member in each.claims]
    return reasons_of(incident, incidents, claims)


def test_the_mean_is_that_of_the_pairs_and_the_signs_add_up_to_it() -> None:
    found = reasons(CLAIMS, "c-r10")
    members = {each.claim for each in found.members}
    assert {"c-r10", "c-r20"} <= members and "c-talk" not in members
    inside = [traits_of(each) for each in CLAIMS if each.id in members]
    pairs = [why(a, b).odds for n, a in enumerate(inside) for b in inside[n + 1 :]]
    assert found.pairs == len(pairs)
    assert found.mean == pytest.approx(sum(pairs) / len(pairs))
    assert sum(each.mean for each in found.signs) == pytest.approx(found.mean)
    assert found.mean is not None and found.mean > found.enough


def test_links_are_the_joins_themselves_the_best_first() -> None:
    found = reasons(CLAIMS, "c-r10")
    by_id = {each.id: traits_of(each) for each in CLAIMS}
    for member in found.members:
        odds = [link.odds for link in member.links]
        assert odds == sorted(odds, reverse=True)
        for link in member.links:
            join = why(by_id[member.claim], by_id[link.other])
            assert link.odds == pytest.approx(join.odds)
            assert dict(link.signs) == pytest.approx(dict(join.signs))


def test_what_stayed_outside_says_why() -> None:
    found = {each.claim: each for each in reasons(CLAIMS, "c-r10").kept_out}
    assert found["c-talk"].mean <= -1.8 and "is needed" in found["c-talk"].reason
    assert found["c-talk"].incident.startswith("i-")
    later = found.get("c-r40")
    assert later is None or later.parted_by, "months apart: parted, or never compared"


def test_a_parting_sign_is_named() -> None:
    claims = [blast("r1", 0), blast("r2", 0), blast("r3", 0, date=day("2021-03-20"), figures=())]
    [outside] = reasons(claims, "c-r10").kept_out
    assert outside.parted_by == ("long apart",) and outside.reason == "parted by: long apart"


def test_a_claim_alone_has_no_pairs() -> None:
    found = reasons(CLAIMS[:1], "c-r10")
    assert found.mean is None and found.pairs == 0 and found.signs == () and found.kept_out == ()


def test_copies_are_named_as_such() -> None:
    texts = [("a bomb killed four miners at the Orsk pit", "bomb"), ("the gate was burned", "burned")]
    claims = [claim(text, word, id=f"c-{ref}{n}", report=ref, at=300 * n, place=ORSK, date=MONDAY)
              for ref in ("r1", "r2") for n, (text, word) in enumerate(texts)]  # fmt: skip
    found = reasons(claims, "c-r10")
    copies = {each.claim: each.copy_of for each in found.members if each.copy_of}
    assert copies["c-r20"] == "c-r10"


def test_a_claim_that_is_not_given_is_an_error() -> None:
    incidents = reconcile(CLAIMS)
    with pytest.raises(InputError, match="not given"):
        reasons_of(incidents[0], incidents, CLAIMS[1:])
