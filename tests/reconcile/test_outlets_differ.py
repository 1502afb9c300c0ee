"""Two outlets that give other numbers in their own voices, in reports of their own."""

from __future__ import annotations

from typing import Any

import pytest
from reconcile_builders import claim, day, figure, place

from rashomon.model import Claim, Report
from rashomon.reconcile.building import as_one

WIRE, RADIO = (Report("", id=name, publisher=name, published="2021-03-02") for name in ("Wire", "Radio"))


def told(report: Report, number: int, **fields: Any) -> Claim:
    whole = {"figures": (figure("injured", number),), "place": place("Orsk"), "date": day("2021-03-01")}
    quote = f"{report.publisher}: {number} were injured at Orsk"
    return claim(quote, "injured", report=report.id, **(whole | fields))


def fields(one: Claim, other: Claim) -> list[str]:
    return [dispute.field for dispute in as_one([one, other], [WIRE, RADIO]).disputes]


def test_numbers_of_one_place_and_day_are_in_dispute() -> None:
    assert fields(told(WIRE, 2), told(RADIO, 40)) == ["injured"]
    assert fields(told(WIRE, 2), told(RADIO, 2)) == []


@pytest.mark.parametrize(
    ("theirs", "wanted"),
    [
        ({"date": day("2021-03-01", "2021-03-02")}, ["injured"]),  # a night, dated otherwise
        ({"date": day("2021-02-26", "2021-03-02")}, []),  # in five days, not in one
        ({"place": place("Tavna")}, []),
        ({"place": None}, ["injured"]),
        ({"mode": "aerial"}, ["injured"]),
    ],
)
def test_only_what_is_of_another_time_or_place_is_none(theirs: dict[str, Any], wanted: list[str]) -> None:
    assert fields(told(WIRE, 2), told(RADIO, 40, **theirs)) == wanted


def test_an_outlet_that_revises_itself_is_in_no_dispute() -> None:
    later = Report("", id="Later", publisher="Wire", published="2021-03-04")
    incident = as_one([told(WIRE, 2), told(later, 40)], [WIRE, later])
    assert not incident.disputes and [update.after for update in incident.updates] == [40]
