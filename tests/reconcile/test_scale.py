"""What keeps a million claims affordable: few comparisons a claim, and things put away on the disk."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from reconcile_builders import claim, day, figure, party, place, voice

from rashomon.model import Claim, Report
from rashomon.reconcile import filing, grouping, joining, reconcile, shelf
from rashomon.reconcile.blocking import OWN, candidates
from rashomon.reconcile.building import stream
from rashomon.reconcile.grouping import groups
from rashomon.reconcile.shelf import Shelf
from rashomon.reconcile.traits import Traits, traits_of

_WORDS = [
    f"{first}{last}" for first in ("bor", "kal", "mer", "tov", "zan") for last in ("ek", "ina", "ost", "uva")
]


def _crowd(count: int, *, days: int = 1) -> Iterator[Claim]:
    """Claims of one country, on as many days, in reports of five."""
    dice = random.Random(7)
    for number in range(count):
        words = " ".join(dice.choices(_WORDS, k=4))
        yield claim(
            f"The army shelled {words} with {dice.randrange(40)} rounds", "shelled",
            id=f"c-{number}", report=f"r-{number // 5}", at=number % 5 * 90, mode="heavy-weapons",
            actors=(party("army", "VRL MIL"),), recipients=(party(dice.choice(_WORDS), "VRL CVL"),),
            voice=voice(dice.choice(_WORDS), "VRL GOV"), date=day(f"2021-03-{1 + dice.randrange(days):02}"),
            place=place(dice.choice(_WORDS)), figures=(figure("killed", dice.randrange(30)),),
        )  # fmt: skip


def _pairs(count: int, days: int) -> int:
    traits = joining.in_order(map(traits_of, _crowd(count, days=days)))
    found = list(candidates(traits))
    assert len(set(found)) == len(found)
    assert all(one < other for one, other in found)
    return len(found)


@pytest.mark.parametrize("days", [1, 28])
def test_comparisons_grow_with_the_claims_and_not_with_their_square(days: int) -> None:
    few, many = _pairs(800, days), _pairs(3200, days)
    assert many <= 6.4 * few  # four times the claims, in fuller drawers; their square would be sixteen times
    assert many <= 3200 * (filing.CAP * 2 + OWN)


def test_claims_of_a_story_are_all_compared() -> None:
    traits = joining.in_order(map(traits_of, _crowd(40)))
    assert len(list(candidates(traits))) == 40 * 39 // 2


def test_what_hangs_together_too_far_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "LARGEST", 20)
    traits = joining.in_order(map(traits_of, _crowd(200)))
    found = list(groups(traits))
    assert sorted(at for group in found for at in group) == list(range(200))


def test_what_is_on_the_disk_gives_the_same_incidents(monkeypatch: pytest.MonkeyPatch) -> None:
    claims = [*_crowd(60, days=5), claim("shots \ud800 at Orsk", "shots", id="c-half", report="r-half")]
    reports = [Report("x", id="r-1", publisher="Orsk Post", published="2021-03-09")]
    at_hand = reconcile(claims, reports)
    monkeypatch.setattr(shelf, "IN_MEMORY", 10)
    assert reconcile(claims, reports) == at_hand
    streamed = list(stream(iter(claims), reports))
    assert sorted(each.id for each in streamed) == sorted(each.id for each in at_hand)


def test_a_shelf_gives_back_what_was_put_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "IN_MEMORY", 2)
    things = [traits_of(each) for each in _crowd(9)]
    with Shelf(Traits) as put:
        for thing in things:
            put.append(thing)
        assert len(put) == 9
        assert list(put) == things
        assert put[7] == things[7]


def test_workers_give_the_same_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "_CHUNK", 20)
    monkeypatch.setattr(shelf, "IN_MEMORY", 50)
    claims = [*_crowd(300, days=28)]
    assert list(stream(claims, workers=2)) == list(stream(claims))


def test_a_claim_of_many_is_joined_as_quickly_as_one_of_few() -> None:
    """All of one country on one day: a claim of eight times as many may cost half as much again, as sorting
    does, where comparing all with all would cost eight times as much. CPU time, for the machine may be busy;
    the best of several by turns, for caches may be cold and neighbours noisy."""

    def cost(count: int) -> float:
        traits = joining.in_order(map(traits_of, _crowd(count)))
        start = time.process_time()
        assert sum(map(len, groups(traits))) == count
        return (time.process_time() - start) / count

    few, many = zip(*((cost(500), cost(4000)) for _ in range(3)), strict=True)
    assert min(many) <= 2 * min(few)


def test_links_that_are_read_piece_by_piece_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    traits = joining.in_order(map(traits_of, _crowd(400, days=3)))
    at_once = list(groups(traits))
    monkeypatch.setattr(grouping, "_AT_ONCE", 50)
    monkeypatch.setattr(grouping, "_CHUNK", 30)
    assert list(groups(traits)) == at_once
