"""An incident that is part of an operation shows the other parts; and many voices fit a matrix."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from correcting_helpers import Browser
from reconcile_builders import claim, day, figure, party, place, voice
from store_builders import attack

from rashomon.model import Reading, Report
from rashomon.store.desk import Desk

pytest.importorskip("litestar", reason="THE DESK IS NOT TESTED: pip install 'rashomon[desk]'")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path / "desk.db") as opened:
        yield opened


def raid(when: str, town: str = "Vrelo") -> Reading:
    """A report of a raid: the shots, and the arrests that it ended with."""
    text = (
        f"Police of the hills shot at smugglers in {town}. Police of the hills arrested 9 carters in {town}."
    )
    report = Report(text=text, published=when, publisher="Vrelo Courier", title="A raid")
    told: dict[str, Any] = {
        "report": report.id,
        "actors": (party("Police of the hills", "XKX COP"),),
        "date": day(when),
        "place": place(town),
        "voice": voice("the mayor", "XKX GOV"),
    }
    first, second = text.split(". ")
    shots = claim(first, "shot", **told, id=f"c-{report.id}-1", mode="firearms",
                  recipients=(party("smugglers", "XKX CRM"),))  # fmt: skip
    taken = claim(second.rstrip("."), "arrested", "COERCE", **told, id=f"c-{report.id}-2", mode="arrest",
                  recipients=(party("carters", "XKX CVL"),), figures=(figure("arrested", 9),))  # fmt: skip
    return Reading(report, (shots, taken))


def test_the_parts_of_an_operation_lead_to_each_other(desk: Desk) -> None:
    desk.add([raid("2024-05-06"), raid("2024-08-09", "Lipnik")])
    ana = Browser(desk)
    may = {"since": "2024-05-01", "until": "2024-05-31"}
    for each in desk.incidents(**may):
        taken = [ref for ref in each.incident.claims if ref.endswith("-2")]
        if len(taken) < each.n_claims:  # whatever reconciling made of it, here they are two
            desk.corrections.split(each.id, taken, by="Ana")
    found = desk.incidents(**may)
    assert {each.incident.type for each in found} == {"ASSAULT", "COERCE"}
    for one, other in (found, found[::-1]):
        page = ana.get(f"/incidents/{one.id}").text
        beside = page.partition('id="operation"')[2].partition("</section>")[0]
        assert other.id in beside and beside.count('class="inc ') == 1


def test_an_incident_alone_has_no_operation(desk: Desk) -> None:
    desk.add([attack(1), attack(2, town="Lipnik", when="2024-09-09")])
    ana = Browser(desk)
    for each in desk.incidents():
        assert 'id="operation"' not in ana.get(f"/incidents/{each.id}").text


def test_more_voices_on_demand(desk: Desk) -> None:
    desk.add(
        [
            attack(number, outlet=f"Outlet {number}", teller=f"witness {number}", killed=3)
            for number in range(30)
        ]
    )
    ana = Browser(desk)
    if desk.count() > 1:
        desk.corrections.merge([each.id for each in desk.incidents(limit=99)], by="Ana")
    (one,) = desk.incidents()
    assert one.n_voices == 30
    few, all_ = ana.get(f"/incidents/{one.id}").text, ana.get(f"/incidents/{one.id}?voices=200").text
    assert few.count('scope="col"') - all_.count('scope="col"') == 24 - 30
    assert "6 voices with fewer claims are not" in few and "Show all of them" in few
    assert "with fewer claims" not in all_
    assert ana.get(f"/incidents/{one.id}?voices=many").status_code == 400
