from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alert_builders import ARMY, MAYOR, shelling
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from receiving import SECRET

from rashomon.desk.alerts import log, raising, watches
from rashomon.errors import InputError
from rashomon.model import Reading
from rashomon.store.desk import Desk
from rashomon.store.schema import alert, alert_delivery

RULES = (
    "new-incident", "grown:reports=2", "grown:outlets=3", "new-dispute",
    "figure-rises:kind=killed,at-least=3",
    "figure-rises:kind=killed,factor=2", "denied",
)  # fmt: skip
TO = f"https://hooks.example.org/x#secret={SECRET.replace(' ', '%20')}"


def watched(
    desk: Desk, name: str = "w", asked: str = "", rules: Sequence[str] = RULES, to: Sequence[str] = ()
) -> None:
    draft = watches.drafted(name, asked, rules, to)
    desk.store.write(lambda connection: watches.add(connection, draft))


def raised(desk: Desk) -> list[tuple[str, str]]:
    """Rule and level of each alert, the first first; ids of incidents are those of one store only."""
    with desk.store.reading() as connection:
        return [(row.rule, row.level) for row in connection.execute(sa.select(alert).order_by(alert.c.num))]


def known(desk: Desk) -> list[tuple[str, str, str]]:
    """The alerts with the place of their incident in place of its id."""
    with desk.store.reading() as connection:
        rows = connection.execute(sa.select(alert)).all()
    made = []
    for row in rows:
        found = desk.incident(row.about)
        assert found is not None and found.incident.place is not None
        made.append((row.rule, row.level, f"{found.incident.place.name} {found.record.last_day}"))
    return sorted(made)


def test_each_rule_fires_once_with_its_reason(desk: Desk) -> None:
    watched(desk)
    assert raising.run(desk) == 0
    desk.add(shelling(1, outlet="Vrelo Courier", killed=3))
    raising.run(desk)
    assert raised(desk) == [("new-incident", ""), ("figure-rises:kind=killed,at-least=3", "3")]
    desk.add(shelling(2, outlet="Serbia Plain Radio", killed=7, teller=ARMY))
    raising.run(desk)
    assert ("new-dispute", "killed") in raised(desk)
    assert ("grown:reports=2", "") in raised(desk)
    assert ("figure-rises:kind=killed,factor=2", "7") in raised(desk)
    desk.add(shelling(3, outlet="The Lipnik Post", killed=7, teller=ARMY))
    raising.run(desk)
    assert raised(desk).count(("grown:outlets=3", "")) == 1
    assert len(raised(desk)) == len(set(raised(desk)))
    with desk.store.reading() as connection:
        why = {entry.rule: entry.why for entry in log.entries(connection, 50)}
    assert "from 3 to 7" in why["figure-rises:kind=killed,factor=2"]
    assert "3 outlets" in why["grown:outlets=3"]
    assert raising.run(desk) == 0


def test_what_was_there_before_a_watch_is_no_news(desk: Desk) -> None:
    desk.add(
        [shelling(1, outlet="Vrelo Courier"), shelling(2, outlet="Serbia Plain Radio", killed=9, teller=ARMY)]
    )
    watched(desk)
    desk.add(shelling(3, outlet="The Lipnik Post", killed=9, teller=ARMY))
    raising.run(desk)
    assert raised(desk) == [("grown:outlets=3", "")]


def test_a_filter_holds_others_back(desk: Desk) -> None:
    watched(desk, "here", "country=SRB", ["new-incident"])
    watched(desk, "killed", "?disputed=killed", ["new-incident"])
    desk.add(shelling(1, outlet="Vrelo Courier"))
    assert raising.run(desk) == 0
    desk.add(shelling(2, outlet="Serbia Plain Radio", killed=9, teller=ARMY))
    assert raising.run(desk) == 1  # it came in since, and fits now
    assert raising.run(desk) == 0


def test_merged_incidents_are_not_told_of_again(desk: Desk) -> None:
    watched(desk, rules=["grown:reports=2", "new-dispute"])
    for town, when in (("Vrelo", "2024-06-01"), ("Lipnik", "2024-03-20")):
        desk.add(shelling(1, town=town, when=when))
        desk.add(shelling(2, outlet="Serbia Plain Radio", town=town, when=when, killed=9, teller=ARMY))
    raising.run(desk)
    before = raised(desk)
    assert len(before) == 4
    one, other = desk.incidents()
    desk.corrections.merge([one.id, other.id], by="Ana")
    raising.run(desk)
    assert raised(desk) == before


def test_an_alert_its_deliveries_and_the_position_are_one(desk: Desk) -> None:
    watched(desk, rules=["new-incident"], to=[TO])
    desk.add(shelling(1))

    class Broken(Exception):
        pass

    def fail(*given: Any) -> None:
        if "alert_watch" in given[2] and given[2].startswith("UPDATE"):
            raise Broken

    sa.event.listen(desk.store.engine, "before_cursor_execute", fail)
    with pytest.raises(Broken):
        raising.run(desk)
    sa.event.remove(desk.store.engine, "before_cursor_execute", fail)
    assert raised(desk) == []
    assert raising.run(desk) == 1
    with desk.store.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(alert_delivery)).scalar() == 1


def test_a_paused_watch_goes_on_where_it_stopped(desk: Desk) -> None:
    watched(desk, rules=["new-incident"])
    desk.store.write(lambda connection: watches.activate(connection, "w", False))
    desk.add(shelling(1))
    assert raising.run(desk) == 0
    desk.store.write(lambda connection: watches.activate(connection, "w", True))
    assert raising.run(desk) == 1


def test_forgetting_leaves_no_words_in_alerts(desk: Desk) -> None:
    watched(desk)
    desk.add(
        [
            shelling(1, outlet="Vrelo Courier"),
            shelling(2, outlet="Serbia Plain Radio", killed=9, teller=("the colonel", "SRB MIL")),
        ]
    )
    raising.run(desk)
    with desk.store.reading() as connection:
        rows = str(connection.execute(sa.select(alert)).all()).lower()
    for word in ("colonel", "mayor", "soldiers", "vrelo", "courier"):
        assert word not in rows


def test_a_rehearsal_tells_what_would_have_come_and_writes_nothing(desk: Desk) -> None:
    desk.add(
        [shelling(1, outlet="Vrelo Courier"), shelling(2, outlet="Serbia Plain Radio", killed=9, teller=ARMY)]
    )
    draft = watches.drafted("w", "", RULES, ())
    found = raising.rehearse(desk, draft, 3)
    assert {each.rule for each in found} >= {"new-incident", "new-dispute", "grown:reports=2"}
    assert raised(desk) == []


def streamed(
    target: str, readings: Sequence[Reading], looks: set[int], batch: int, step: int
) -> list[tuple[str, str, str]]:
    with Desk(target) as desk:
        watched(desk)
        for at in range(0, len(readings), batch):
            desk.add(readings[at : at + batch])
            if at in looks:
                raising.run(desk, step=step)
        raising.run(desk, step=step)
        raising.run(desk, step=1)
        assert len(set(raised(desk))) <= len(raised(desk))
        return known(desk)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_same_stream_raises_the_same_alerts_however_it_is_cut(
    tmp_path: Path, data: st.DataObject
) -> None:
    seed = data.draw(st.integers(0, 5))
    dice = random.Random(seed)
    readings = [
        shelling(
            number, outlet=dice.choice(["Vrelo Courier", "Dol Radio", "The Lipnik Post", "Northern Wire"]),
            killed=dice.choice([1, 3, 4, 8, 20]), town=dice.choice(["Vrelo", "Lipnik"]),
            teller=dice.choice([MAYOR, ARMY, ("the miller", "XKX CVL")]),
        )
        for number in range(12)
    ]  # fmt: skip
    whole = tmp_path / f"whole-{seed}.txt"
    if not whole.exists():
        whole.write_text(repr(streamed(str(tmp_path / f"whole-{seed}.db"), readings, set(), 1, 500)))
    looks = data.draw(st.sets(st.integers(0, 11)))
    step = data.draw(st.integers(1, 7))
    name = tmp_path / f"{uuid.uuid4()}.db"
    assert repr(streamed(str(name), readings, looks, 1, step)) == whole.read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("figure-rises:kind=killed", "how far"),
        ("figure-rises", "which figure"),
        ("grown", "how many"),
        ("grown:reports=5,outlets=2", "how many"),
        ("new-dispute:field=colour", "one of occurred"),
        ("tension", "between whom"),
        ("no-such", "there are new"),
        ("tension:dyad=SRB-SRB", "two countries"), ("tension:dyad=SRB-XKX,narrator=FRA", "no side"),
        ("grown:reports=two", "whole number"),
        ("denied:by=Atlantis", "country"),
        ("denied:of=SRB", "no parameter"),
        ("figure-rises:kind=killed,factor=inf", "a number"), ("grown:reports=3,reports=4", "twice"),
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused_with_what_would(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        watches.drafted("w", "", [text], ())


@pytest.mark.parametrize("text", [*RULES, "denied:by=SRB", "tension:dyad=SRB-XKX,narrator=SRB,days=90"])
def test_a_rule_is_written_as_it_is_read(text: str) -> None:
    (rule,) = watches.drafted("w", "", [text], ()).wanted
    assert str(rule) == text


def test_names_of_countries_and_other_orders_are_one_rule() -> None:
    draft = watches.drafted("w", "", ["tension:dyad=Serbia-Kosovo", "tension:dyad=XKX-SRB"], ())
    assert draft.rules == ("tension:dyad=SRB-XKX",)


def test_a_store_without_alerts_is_brought_up(target: str) -> None:
    with Desk(target) as desk:
        desk.add(shelling(1))

        def back(connection: Any) -> None:
            for table in ("alert_delivery", "alert", "alert_watch", "incident_dyad"):
                connection.execute(sa.text(f"DROP TABLE {table}"))
            for index in ("ix_claim_num", "ix_claim_corrected", "ix_report_orphan"):
                connection.execute(sa.text(f"DROP INDEX {index}"))
            connection.execute(sa.text("DELETE FROM setting WHERE key = 'dyads'"))
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0003'"))

        desk.store.write(back)
    with Desk(target) as desk:
        watched(desk)
        desk.add(shelling(2, outlet="Serbia Plain Radio", killed=9, teller=ARMY))
        assert raising.run(desk) > 0
        assert all(finding.state == "ok" for finding in desk.examine())


def test_a_watch_of_another_version_does_not_stop_the_others(desk: Desk) -> None:
    watched(desk, "later")
    watched(desk, "now", rules=["new-incident"])
    desk.store.write(
        lambda c: c.execute(sa.text("UPDATE alert_watch SET rules = '[\"eclipse\"]' WHERE name = 'later'"))
    )
    desk.add(shelling(1))
    heard: list[str] = []
    assert raising.run(desk, on_error=lambda error: heard.append(str(error))) == 1
    assert len(heard) == 1 and "later" in heard[0] and "no rule 'eclipse'" in heard[0]


def test_there_is_one_watch_of_a_name(desk: Desk) -> None:
    watched(desk)
    with pytest.raises(InputError, match="of this name"):
        watched(desk)
