from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from alert_builders import bad_day, shelling
from hypothesis import given
from hypothesis import strategies as st

from rashomon.desk.alerts import raising, watches
from rashomon.desk.alerts.unusual import Rise, rises, usual
from rashomon.store.desk import Desk
from rashomon.store.schema import alert

FIRST = datetime.date(2024, 1, 1)


def day(number: int) -> str:
    return (FIRST + datetime.timedelta(days=number)).isoformat()


def found(values: Sequence[float | None], **given: Any) -> list[Rise]:
    """Rises in a series; None is a day without reports."""
    told: dict[str, Any] = {"days": 60, "history": 14, "threshold": 3.5, "floor": 5.0, "least": 1, "calm": 3}
    seen = [day(at) for at, value in enumerate(values) if value is not None]
    series = {day(at): value for at, value in enumerate(values) if value}
    return rises(series, dict.fromkeys(series, 2), seen, day(0), day(len(values) - 1), **{**told, **given})


def test_the_spread_is_that_of_the_literature() -> None:
    values = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3]  # two wild ones among ten
    base = usual(values, 0.01)
    assert base.by == "mad" and base.median == pytest.approx(2.45)
    assert base.spread == pytest.approx(1.4826 * 0.15)
    # Iglewicz and Hoaglin: 0.6745 (x - median) / MAD
    assert base.score(8.2) == pytest.approx(0.6745 * (8.2 - 2.45) / 0.15, rel=1e-3)
    assert usual([0.0] * 9 + [9.0], 0.01).by == "mean"
    assert usual([0.0] * 9 + [9.0], 0.01).spread == pytest.approx(1.2533 * 0.9)
    assert usual([0.0] * 20, 5.0).by == "floor"


def test_a_rise_is_one_rise_until_it_is_over() -> None:
    calm, wild = [2.0, 4.0, 3.0, 2.0, 5.0] * 6, [40.0, 60.0, 35.0]
    assert [each.day for each in found(calm + wild + calm[:10])] == [day(30)]
    # two calm days do not end it, three do
    assert len(found([*calm, *wild, 3.0, 2.0, 50.0, 3.0])) == 1
    assert [each.day for each in found([*calm, *wild, 3.0, 2.0, 4.0, 60.0])] == [day(30), day(36)]


def test_quiet_days_do_not_make_one_incident_an_alarm() -> None:
    assert found([0.0] * 40 + [9.0]) == []
    assert found([0.0] * 40 + [40.0])[0].usual.by == "floor"
    assert found([0.0] * 40 + [40.0], least=3) == []


def test_days_without_reports_are_no_quiet_days() -> None:
    busy: list[float | None] = [30.0, 34.0, 28.0, 31.0, 33.0] * 4
    assert found([None] * 40 + busy + [36.0]) == []
    assert found([None] * 40 + busy[:5] + [90.0]) == []  # too few days are seen
    assert len(found([0.0] * 40 + busy + [36.0])) == 1  # had they been quiet


def test_a_slow_change_of_level_becomes_the_usual() -> None:
    assert found([5.0 + number / 2 + number % 3 for number in range(200)], floor=5.0) == []


@given(st.lists(st.floats(0, 200), min_size=40, max_size=80), st.floats(1.0, 20.0))
def test_a_rise_is_always_above_its_own_limit_and_has_its_history(values: list[float], floor: float) -> None:
    told = found(values, floor=floor)
    for each in told:
        assert each.value > each.usual.limit(3.5) and each.score > 3.5
        assert each.usual.days >= 14 and each.usual.spread >= floor
    days = [datetime.date.fromisoformat(each.day) for each in told]
    assert all((after - before).days > 3 for before, after in pairwise(days))


def usual_days(desk: Desk, days: int, dice: random.Random) -> None:
    """A shelling on every third day, a report without the dyad on every other."""
    made = []
    for number in range(days):
        made.append(
            shelling(1000 + number, when=day(number), recipients=(), teller=("the clinic", "XKX MED"))
        )
        if number % 3 == 0:
            made.append(shelling(number, when=day(number), town=dice.choice(["Vrelo", "Lipnik"])))
    desk.add(made)


def raised(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.store.reading() as connection:
        return [
            (row.about, row.level, row.why)
            for row in connection.execute(sa.select(alert).order_by(alert.c.num))
        ]


def test_a_dyad_beyond_its_usual_range_is_one_alert_that_says_why(desk: Desk) -> None:
    usual_days(desk, 45, random.Random(1))
    draft = watches.drafted("w", "", ["tension:dyad=SRB-XKX", "tension:dyad=XKX-SRB,narrator=SRB"], ())
    desk.store.write(lambda connection: watches.add(connection, draft))
    desk.add(shelling(3000, when=day(45)))
    raising.run(desk, today="2025-01-01")
    assert raised(desk) == []
    desk.add(bad_day(day(46)))
    raising.run(desk, today="2025-01-01")
    ((about, level, why),) = raised(desk)
    assert (about, level) == ("SRB-XKX all", day(46))
    for piece in (
        "Serbia and Kosovo",
        "all narrators",
        day(46),
        "median",
        "spread",
        "more than 3.5",
        "days with reports",
    ):
        assert piece in why, piece
    desk.add(bad_day(day(47)))  # the same rise goes on
    raising.run(desk, today="2025-01-01", step=1)
    assert len(raised(desk)) == 1
    desk.add(shelling(4000, when=day(30)))  # what is told of long ago raises nothing
    desk.add(bad_day(day(31)))
    raising.run(desk, today="2025-01-01")
    assert len(raised(desk)) == 1


def test_the_rehearsal_of_tension_writes_nothing(desk: Desk) -> None:
    usual_days(desk, 45, random.Random(1))
    desk.add(bad_day(day(46)))
    draft = watches.drafted("w", "", ["tension:dyad=SRB-XKX"], ())
    (one,) = raising.rehearse(desk, draft, 30)
    assert one.level == day(46) and one.detail["count"] == 4
    assert raised(desk) == []
