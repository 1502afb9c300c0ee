"""What holds for any claims at all: the order does not matter, nothing raises, copies count once."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from reconcile_builders import claim, day, figure, party, place, voice

from rashomon.model import Claim, Date, publisher_voice
from rashomon.reconcile import reconcile
from rashomon.reconcile.incidents import Incident

_NAMES = st.sampled_from(["army", "police", "Red Column", "union", "", "\x00", "\ud800", "ORSK"])
_CODES = st.sampled_from([None, "VRL MIL", "VRL COP", "TAV REB", "TAV CVL", "UNO MED", "VRL", "", "x y z"])
_PARTIES = st.lists(st.builds(party, _NAMES, _CODES), max_size=2).map(tuple)
_DAYS = st.sampled_from(["2021-03-01", "2021-03-02", "2020-01-01", "not a day", "", "2021-13-45"])
_FIGURES = st.lists(
    st.builds(
        figure,
        st.sampled_from(["killed", "injured", "arrested", "troops", "protesters", "displaced", "damage"]),
        st.one_of(st.none(), st.integers(0, 9)),
        st.one_of(st.none(), st.integers(0, 9)),
        st.sampled_from([None, "soldiers", "people", "families"]),
    ),
    max_size=2,
).map(tuple)


@st.composite
def _claims(draw: st.DrawFn) -> list[Claim]:
    made = []
    for number in range(draw(st.integers(0, 9))):
        word = draw(st.sampled_from(["shot", "shelled", "marched", "met", "had counted", "denied"]))
        quote = f"{draw(_NAMES)} {word} {draw(_NAMES)}"
        made.append(
            claim(
                quote, word, draw(st.sampled_from(["ASSAULT", "COERCE", "PROTEST", "RETREAT", "AID"])),
                id=f"c-{number}", report=f"r{draw(st.integers(0, 2))}", at=number * 70,
                mode=draw(st.sampled_from([None, "firearms", "destroy", "arrest", "abduct", "release"])),
                actors=draw(_PARTIES), recipients=draw(_PARTIES),
                voice=draw(st.one_of(st.builds(voice, _NAMES, _CODES), st.just(publisher_voice()))),
                status=draw(st.sampled_from(["happened", "denied", "planned", "possible"])),
                frame=draw(st.sampled_from(["current", "background"])),
                date=draw(st.one_of(st.none(), st.builds(lambda a, b: Date(a, b, "day"), _DAYS, _DAYS))),
                place=draw(st.one_of(st.none(), st.builds(place, _NAMES))),
                figures=draw(_FIGURES),
            )
        )  # fmt: skip
    return made


def _by_id(incidents: list[Incident]) -> list[Incident]:
    return sorted(incidents, key=lambda incident: incident.id)


@settings(max_examples=60, deadline=None)
@given(_claims(), st.randoms(use_true_random=False))
def test_the_order_of_the_claims_does_not_matter(claims: list[Claim], random: object) -> None:
    shuffled = claims.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _by_id(reconcile(shuffled)) == _by_id(reconcile(claims))


@settings(max_examples=60, deadline=None)
@given(_claims())
def test_every_claim_is_in_one_incident_and_every_dispute_cites_two_voices(claims: list[Claim]) -> None:
    incidents = reconcile(claims)
    assert sorted(ref for each in incidents for ref in each.claims) == sorted(c.id for c in claims)
    for incident in incidents:
        told = [ref for account in incident.accounts for ref in account.claims]
        assert sorted(told) == sorted(incident.claims)
        whose = {ref: at for at, account in enumerate(incident.accounts) for ref in account.claims}
        for dispute in incident.disputes:
            cited = {whose[ref] for position in dispute.positions for ref in position.claims}
            assert len(dispute.positions) >= 2
            assert len(cited) >= 2


@settings(max_examples=60, deadline=None)
@given(_claims())
def test_a_copy_of_a_report_changes_no_dispute(claims: list[Claim]) -> None:
    copies = [
        msgspec.structs.replace(each, id=f"{each.id}-copy", report="r0-copy")
        for each in claims
        if each.report == "r0"
    ]
    plain, copied = reconcile(claims), reconcile([*claims, *copies])

    def shape(incidents: list[Incident]) -> list[object]:
        return sorted(
            (d.field, sorted((p.voice, p.value) for p in d.positions)) for i in incidents for d in i.disputes
        )

    assert shape(copied) == shape(plain)


@settings(max_examples=60, deadline=None)
@given(_claims())
def test_a_dispute_is_of_one_field_and_no_two_of_a_field_share_a_claim(claims: list[Claim]) -> None:
    for incident in reconcile(claims):
        cited: dict[str, set[str]] = {}
        for dispute in incident.disputes:
            refs = {ref for position in dispute.positions for ref in position.claims}
            assert refs <= set(incident.claims)
            assert not cited.setdefault(dispute.field, set()) & refs
            cited[dispute.field] |= refs


@settings(max_examples=60, deadline=None)
@given(_claims())
def test_without_place_date_and_actor_a_claim_still_finds_its_incident_or_stands_alone(
    claims: list[Claim],
) -> None:
    bare = [msgspec.structs.replace(each, place=None, date=None, actors=()) for each in claims]
    incidents = reconcile(bare)
    assert sorted(ref for each in incidents for ref in each.claims) == sorted(each.id for each in bare)


@settings(max_examples=60, deadline=None)
@given(_claims(), _DAYS, _DAYS)
def test_contradictory_dates_never_raise(claims: list[Claim], first: str, last: str) -> None:
    dated = [
        msgspec.structs.replace(each, date=Date(first, last, "range") if at % 2 else Date(last, first, "day"))
        for at, each in enumerate(claims)
    ]
    assert sum(len(each.claims) for each in reconcile(dated)) == len(claims)


def test_contradictory_dates_and_bare_claims_find_an_incident_or_stand_alone() -> None:
    backwards = claim("a shot", "shot", date=Date("2021-03-05", "2021-03-01", "range"))
    bare = claim("a shot", "shot", at=50)
    late = claim("a shot", "shot", at=90, date=day("9999-12-31"))
    assert {ref for each in reconcile([backwards, bare, late]) for ref in each.claims} == {
        backwards.id, bare.id, late.id,
    }  # fmt: skip
