"""Days that lie ahead are told, and push today's news away nowhere."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from correcting_helpers import Browser
from store_builders import attack

from rashomon.desk import ahead
from rashomon.store import overviews
from rashomon.store.desk import Desk
from rashomon.store.queries import IncidentFilter

pytest.importorskip("litestar", reason="THE DESK IS NOT TESTED: pip install 'rashomon[desk]'")
NEAR = {"Vrelo": "2024-04-03", "Lipnik": "2024-04-20", "Dol": "2024-05-07"}
FAR = {"Brod": "2024-06-20", "Grad": "2099-01-01"}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(ahead, "today", lambda: datetime.date(2024, 5, 6))
    with Desk(tmp_path / "desk.db") as opened:
        told = {**NEAR, **FAR}
        opened.add(attack(at, town=town, when=when) for at, (town, when) in enumerate(told.items()))
        assert opened.count() == len(told)
        yield opened


def section(page: str, name: str) -> str:
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', page, re.DOTALL)
    assert found is not None
    return found[0]


def towns(text: str) -> list[str]:
    return re.findall(r"<bdi>(\w+), VRL</bdi>", text)


def marked(text: str) -> list[str]:
    rows = re.findall(r'<li class="inc.*?</li>', text, re.DOTALL)
    return [towns(row)[0] for row in rows if "in the future" in row]


def test_latest_days_begin_with_tomorrow_and_say_what_lies_ahead(desk: Desk) -> None:
    page = Browser(desk).get("/").text
    latest = section(page, "latest")
    assert towns(latest) == ["Dol", "Lipnik", "Vrelo"] and not marked(latest)
    assert "2 incidents are dated after tomorrow" in latest
    (link,) = re.findall(r'<a href="([^"]*since[^"]*)"', latest)
    there = Browser(desk).get(link).text
    assert towns(there) == ["Grad", "Brod"] == marked(there) and "Begin with tomorrow" not in there
    assert sorted(marked(section(page, "new"))) == ["Brod", "Grad"]  # what is new is told at once


def test_nothing_is_said_where_nothing_lies_ahead(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "today", lambda: datetime.date(2099, 1, 1))
    page = Browser(desk).get("/").text
    assert towns(section(page, "latest"))[0] == "Grad"
    assert "after tomorrow" not in page and "in the future" not in page


def test_lists_by_day_lead_to_today(desk: Desk) -> None:
    browser = Browser(desk)
    page = browser.get("/incidents").text
    assert towns(page) == ["Grad", "Brod", "Dol", "Lipnik", "Vrelo"] and marked(page) == ["Grad", "Brod"]
    (link,) = re.findall(r'<a href="([^"]*)">Begin with tomorrow', page)
    there = browser.get(link.replace("&amp;", "&").partition("#")[0]).text
    assert towns(there) == ["Dol", "Lipnik", "Vrelo"] and "Begin with tomorrow" not in there
    words = browser.get("/incidents?words=market").text
    (link,) = re.findall(r'<a href="([^"]*)">Begin with tomorrow', words)
    there = browser.get(link.replace("&amp;", "&").partition("#")[0]).text
    assert set(towns(there)) == set(towns(words)) - set(FAR)
    assert "Begin with tomorrow" not in browser.get("/incidents?sort=changed").text


def test_the_pages_of_an_incident_and_of_reports_mark_it(desk: Desk) -> None:
    browser = Browser(desk)
    refs = {each.incident.place.name: each.id for each in desk.incidents() if each.incident.place}
    assert "in the future" in browser.get(f"/incidents/{refs['Grad']}").text.partition("<h2")[0]
    assert "in the future" not in browser.get(f"/incidents/{refs['Dol']}").text.partition("<h2")[0]
    assert browser.get("/reports").text.count(">in the future<") == 2


def test_a_time_that_is_not_over_is_no_future(desk: Desk) -> None:
    month = {"first": "2024-05-01", "last": "2024-05-31", "precision": "month"}
    (one,) = desk.claims(since="2024-05-07", until="2024-05-07")
    desk.corrections.fix(one.claim.id, "date", month, by="Ana")
    browser = Browser(desk)
    latest = section(browser.get("/").text, "latest")
    assert towns(latest) == ["Lipnik", "Vrelo"]
    assert "3 incidents are dated after tomorrow, or to a time that goes on after it" in latest
    assert "Dol" in towns(browser.get("/incidents").text)
    assert marked(browser.get("/incidents").text) == ["Grad", "Brod"]


def bars_of(desk: Desk, last: str | None, **asked: Any) -> overviews.Timeline:
    with desk.store.reading() as connection:
        return overviews.timeline(connection, IncidentFilter(**asked), last)


def test_a_wrong_year_makes_no_years_of_days(desk: Desk) -> None:
    whole = bars_of(desk, None)
    assert (whole.step, whole.count, whole.later) == ("year", 5, 0)
    near = bars_of(desk, "2024-05-07")
    assert near.step == "day" and [day for day, _, _ in near.bars] == sorted(NEAR.values())
    assert (near.count, near.later, near.whole) == (5, 2, True)
    plan = bars_of(desk, "2024-05-07", until="2024-12-31")  # days near enough stay
    assert (plan.step, plan.later) == ("day", 0) and len(plan.bars) == 4
    ahead_only = bars_of(desk, "2024-05-07", since="2024-05-08")
    assert (ahead_only.count, ahead_only.later) == (2, 0)
    page = Browser(desk).get("/incidents").text
    assert "2 dated later" in page
