"""Tension: which incidents count, for whom, on which day, and with which score."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconcile_builders import claim, day, party, voice

from rashomon.model import Claim, Date, Report, publisher_voice
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.narrators import home_key, narrator
from rashomon.reconcile.tension import Tension, bounds, tension, told_by

VRL, ORD = party("Vrelia", "SRB GOV"), party("Ordania", "XKX GOV")
HOMES = {"east courier": "SRB", "west courier": "XKX", "far courier": "GBR"}
SHELLED = "Vrelia shelled Ordania."


def told(number: int, report: str, **fields: Any) -> Claim:
    values: dict[str, Any] = {
        "actors": (VRL,), "recipients": (ORD,), "date": day("2021-03-02"), "id": f"c-{number}",
        "report": report,
    }  # fmt: skip
    return claim(SHELLED, "shelled", **(values | fields))


def report(publisher: str | None) -> Report:
    return Report(text="x", id=str(publisher), publisher=publisher)


def of(claims: list[Claim], *groups: tuple[int, ...], date: Date | None = None, **options: Any) -> Tension:
    """The tension of claims that are joined into incidents as `groups` say (one each, where they do not)."""
    ids = [tuple(f"c-{number}" for number in group) for group in groups] or [(each.id,) for each in claims]
    incidents = [
        Incident(f"i-{number}", "ASSAULT", (), date, None, refs, ()) for number, refs in enumerate(ids)
    ]
    reports = [report(name) for name in dict.fromkeys(each.report for each in claims)]
    return tension(incidents, claims, reports, homes=HOMES, **options)


def scores(result: Tension) -> dict[str, tuple[float, int]]:
    return {point.told_by: (point.score, point.incidents) for point in result.points}


def test_an_incident_counts_once_for_all_and_once_for_each_side_that_tells_it() -> None:
    claims = [
        told(1, "East Courier"),
        told(2, "West Courier"),
        told(3, "West Courier"),
        told(4, "Far Courier"),
    ]
    result = of(claims, (1, 2, 3, 4))
    assert scores(result) == {
        "all": (-9.0, 1), "SRB": (-9.0, 1), "XKX": (-9.0, 1), "others": (-9.0, 1)
    }  # fmt: skip
    assert {point.dyad for point in result.points} == {("SRB", "XKX")}
    assert {point.ids for point in result.points} == {("i-0",)}


def test_who_acts_makes_no_other_dyad() -> None:
    back = told(2, "East Courier", actors=(ORD,), recipients=(VRL,))
    assert scores(of([told(1, "East Courier"), back])) == {"all": (-18.0, 2), "SRB": (-18.0, 2)}


def test_a_quoted_voice_counts_for_its_own_country_not_for_the_publishers() -> None:
    quoted = told(1, "East Courier", voice=voice("Ordania's army", "XKX MIL"))
    assert scores(of([quoted])) == {"all": (-9.0, 1), "XKX": (-9.0, 1)}
    nobody = told(1, "East Courier", voice=voice("a shepherd"))
    assert scores(of([nobody])) == {"all": (-9.0, 1), "unplaced": (-9.0, 1)}


def test_publishers_that_no_table_places_are_named() -> None:
    result = of([told(1, "Nowhere Gazette"), told(2, "Nowhere Gazette"), told(3, "East Courier")])
    assert result.unplaced == {"Nowhere Gazette": 2}
    assert scores(result)["unplaced"] == (-18.0, 2)
    assert tension([], []).unplaced == {}


@pytest.mark.parametrize("status", ["planned", "conditional", "requested", "possible", "denied"])
def test_what_did_not_take_place_does_not_count(status: str) -> None:
    assert of([told(1, "East Courier", status=status)]).points == ()


def test_what_goes_on_counts_and_background_does_not() -> None:
    assert scores(of([told(1, "East Courier", status="ongoing")]))["all"] == (-9.0, 1)
    assert of([told(1, "East Courier", frame="background")]).points == ()


def test_within_one_country_and_without_a_recipient_there_is_no_dyad() -> None:
    home = told(1, "East Courier", recipients=(party("villagers", "SRB CVL"),))
    alone = told(2, "East Courier", recipients=())
    assert of([home, alone]).points == ()


def test_a_side_that_does_not_name_both_tells_nothing_of_the_dyad() -> None:
    vague = told(2, "West Courier", actors=())
    assert set(scores(of([told(1, "East Courier"), vague], (1, 2)))) == {"all", "SRB"}


def test_each_group_has_the_score_of_what_it_tells() -> None:
    claims = [
        told(1, "East Courier", type="COERCE", score=-7.0), told(2, "West Courier"),
        told(3, "East Courier", type="COERCE", score=-6.5),
    ]  # fmt: skip
    result = scores(of(claims, (1, 2, 3)))
    assert result["SRB"] == (-7.0, 1) and result["XKX"] == (-9.0, 1)
    assert result["all"] == (-7.0, 1)  # the commonest type, and of equals the gravest


def test_conflict_and_cooperation_are_kept_apart() -> None:
    help_ = told(2, "East Courier", type="AID", score=10.0)
    point = of([told(1, "East Courier"), help_]).points[0]
    assert (point.score, point.conflict, point.cooperation) == (1.0, -9.0, 10.0)


def test_each_group_has_the_day_that_it_tells() -> None:
    claims = [told(1, "East Courier"), told(2, "West Courier", date=day("2021-03-03")),
              told(3, "West Courier", date=None)]  # fmt: skip
    days = {point.told_by: point.first for point in of(claims, (1, 2, 3)).points}
    assert days == {"all": "2021-03-02", "SRB": "2021-03-02", "XKX": "2021-03-03"}


def test_without_a_day_of_its_own_a_claim_has_the_incidents() -> None:
    undated = told(1, "East Courier", date=None)
    assert of([undated], date=day("2021-03-09")).points[0].first == "2021-03-09"
    none = of([undated])
    assert none.points == () and none.undated == {("SRB", "XKX"): 1}


@pytest.mark.parametrize(
    ("by", "first", "last"),
    [("day", None, None), ("week", "2021-03-01", "2021-03-07"), ("month", "2021-03-01", "2021-03-31")],
)
def test_a_span_counts_where_it_lies_in_one_period(by: str, first: str | None, last: str | None) -> None:
    spread = told(1, "East Courier", date=day("2021-03-02", "2021-03-05"))
    points = of([spread], by=by).points
    assert [(point.first, point.last) for point in points[:1]] == ([(first, last)] if first else [])


def test_dyads_can_be_chosen_in_either_order() -> None:
    third = told(2, "East Courier", recipients=(party("Tolmia", "ALB GOV"),))
    claims = [told(1, "East Courier"), third, told(3, "East Courier")]
    assert of(claims).dyads() == [("SRB", "XKX"), ("ALB", "SRB")]
    assert of(claims, dyads=[("SRB", "ALB")]).dyads() == [("ALB", "SRB")]


@given(st.dates(), st.sampled_from(["day", "week", "month"]))
def test_periods_hold_their_days_and_touch(date: Any, by: Any) -> None:
    first, last = bounds(date, by)
    assert first <= date <= last
    assert bounds(first, by) == bounds(last, by) == (first, last)


def test_the_table_of_media_places_publishers_and_own_words_go_before_it() -> None:
    own = told(1, "x", voice=publisher_voice())
    assert narrator(own, "Tanjug").country == "SRB"
    assert narrator(own, "TANJUG ", {home_key("Tanjug"): "GBR"}).country == "GBR"
    assert narrator(own, None).country is None


def test_one_country_or_capital_in_its_name_places_a_publisher() -> None:
    own = told(1, "x", voice=publisher_voice())
    assert narrator(own, "Prishtina Ledger").country == "XKX"
    assert narrator(own, "Serbia and Kosovo Review").country is None
    assert narrator(own, "Hill Courier").country is None


HOSTILE = ["<script>", "=cmd|' /C calc'!A0", "\u202e\x00\ud800", "sRb", "SRB\n", "ŠRB", ""]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_code_of_a_country_makes_no_dyad(text: str) -> None:
    odd = told(1, "East Courier", actors=(party(text, text or None),), voice=voice(text, text))
    assert of([odd]).points == ()
    voiced = told(1, "East Courier", voice=voice(text, text))
    assert set(scores(of([voiced]))) == {"all", "unplaced"}
    assert of([told(1, "East Courier", date=Date(text, text, "day"))]).points == ()


OUTLETS = st.sampled_from(["East Courier", "West Courier", "Far Courier", "No Courier"])
SCORES = st.sampled_from([-9.0, -3.0, 0.0, 4.0])


@given(st.lists(st.tuples(OUTLETS, SCORES, st.integers(1, 28)), max_size=12))
def test_sums_hold_whatever_is_told(rows: list[tuple[str, float, int]]) -> None:
    claims = [
        told(number, outlet, score=score, date=day(f"2021-02-{at:02}"))
        for number, (outlet, score, at) in enumerate(rows)
    ]
    result = of(claims)
    assert sum(point.score for point in result.points if point.told_by == "all") == sum(
        row[1] for row in rows
    )
    for point in result.points:
        assert point.conflict <= 0 <= point.cooperation
        assert point.told_by in told_by(point.dyad) and point.incidents == len(point.ids)
    parts = [point for point in result.points if point.told_by != "all"]
    assert sum(point.incidents for point in parts) == len(rows)  # each claim is an incident with one narrator
