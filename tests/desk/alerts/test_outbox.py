from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alert_builders import ARMY, shelling, town_of
from receiving import SECRET, hook

from rashomon.desk.alerts import log, outbox, raising, watches
from rashomon.desk.alerts.outbox import Settings
from rashomon.desk.alerts.sending import send
from rashomon.store.desk import Desk
from rashomon.store.schema import alert, alert_delivery

ROOT = Path(__file__).parents[3]
AT_ONCE = Settings(allow_loopback=True, first_pause=0.0)


def watched(desk: Desk, *to: str, rules: tuple[str, ...] = ("new-incident",)) -> None:
    draft = watches.drafted("w", "", rules, to)
    desk.store.write(lambda connection: watches.add(connection, draft))


def states(desk: Desk) -> list[str]:
    with desk.store.reading() as connection:
        query = sa.select(alert_delivery.c.state).order_by(alert_delivery.c.num)
        return list(connection.execute(query).scalars())


def happen(desk: Desk, count: int, first: int = 0) -> None:
    """So many incidents, each on a day of its own."""
    for number in range(first, first + count):
        desk.add(shelling(number, town=town_of(number), when=when_of(number)))


def when_of(number: int) -> str:
    return f"{2000 + number // 12}-{1 + number % 12:02}-01"


def test_what_is_sent_is_sent_once(desk: Desk) -> None:
    with hook() as one, hook() as other:
        watched(desk, one.address, other.address)
        happen(desk, 2)
        raising.run(desk)
        sent = outbox.deliver(desk, AT_ONCE)
        assert [each.state for each in sent] == ["sent"] * 4
        assert outbox.deliver(desk, AT_ONCE) == []
    assert len(one.keys) == len(other.keys) == 2
    assert len({*one.keys, *other.keys}) == 4
    assert states(desk) == ["sent"] * 4


def test_a_failure_is_tried_again_with_the_same_key(desk: Desk) -> None:
    with hook(answers=[500, 503, 200]) as told:
        watched(desk, told.address)
        happen(desk, 1)
        raising.run(desk)
        for state in ("waiting", "waiting", "sent"):
            assert [each.state for each in outbox.deliver(desk, AT_ONCE)] == [state]
    assert len(told.keys) == 3 and len(set(told.keys)) == 1


def test_pauses_grow_and_then_it_is_parked_until_somebody_asks(desk: Desk) -> None:
    with hook(answers=[500]) as told:
        watched(desk, told.address)
        happen(desk, 1)
        raising.run(desk)
        pauses = []
        for attempt in range(1, 4):
            desk.store.write(lambda c: c.execute(sa.update(alert_delivery).values(next_try="2000")))
            before = time.time()
            outbox.deliver(desk, Settings(allow_loopback=True, attempts=4))
            then = outbox.next_due(desk)
            assert then is not None
            pauses.append(_seconds(then) - before)
            assert 15 * 2 ** (attempt - 1) - 1 <= pauses[-1] <= 30 * 2 ** (attempt - 1) + 5
        assert outbox.deliver(desk, AT_ONCE) == []  # it is not due
        desk.store.write(lambda c: c.execute(sa.update(alert_delivery).values(next_try="2000")))
        (last,) = outbox.deliver(desk, Settings(allow_loopback=True, attempts=4))
        assert last.state == "parked" and last.error == "it answers with 500"
        assert outbox.next_due(desk) is None
        finding = next(each for each in desk.examine() if each.part == "alerts")
        assert finding.state == "warning" and "1 parked" in finding.seen
        told.answers[:] = [200]
        assert desk.store.write(outbox.again) == 1
        assert [each.state for each in outbox.deliver(desk, AT_ONCE)] == ["sent"]


def _seconds(moment: str) -> float:
    import datetime

    return datetime.datetime.fromisoformat(moment).timestamp()


def test_a_message_that_fails_does_not_hold_up_the_others(desk: Desk) -> None:
    with hook(answers=[500, 200]) as told:
        watched(desk, told.address)
        happen(desk, 3)
        raising.run(desk)
        assert [each.state for each in outbox.deliver(desk, AT_ONCE)] == [
            "waiting"
        ]  # the others wait with it
        assert [each.state for each in outbox.deliver(desk, AT_ONCE)] == ["sent"] * 3
    assert told.keys[0] == told.keys[-1]  # and come first when its turn is there


def test_a_receiver_that_hangs_holds_up_nobody_else(desk: Desk) -> None:
    def how(channel: Any, message: Any) -> None:
        send(channel, message, allow_loopback=True, seconds=3)

    with hook(hang=9) as slow, hook() as quick:
        watched(desk, slow.address, quick.address)
        happen(desk, 3)
        raising.run(desk)
        start = time.monotonic()
        sent = outbox.deliver(desk, Settings(allow_loopback=True, first_pause=60), how=how)
        assert time.monotonic() - start < 30
    assert sorted(each.state for each in sent) == ["sent"] * 3 + ["waiting"]
    assert "no answer within 3 seconds" in str([each.error for each in sent])


def test_two_senders_do_not_send_one_thing_twice(desk: Desk) -> None:
    with hook(hang=0.05) as told:
        watched(desk, told.address)
        happen(desk, 6)
        raising.run(desk)
        senders = [threading.Thread(target=partial(outbox.deliver, desk, AT_ONCE)) for _ in range(4)]
        for each in senders:
            each.start()
        for each in senders:
            each.join(60)
        while outbox.deliver(desk, AT_ONCE):
            pass
    assert len(told.keys) == len(set(told.keys)) == 6


def test_two_lookers_raise_one_alert_once(desk: Desk) -> None:
    watched(desk, rules=("new-incident", "grown:reports=2"))
    happen(desk, 5)
    counts: list[int] = []
    lookers = [threading.Thread(target=lambda: counts.append(raising.run(desk, step=1))) for _ in range(4)]
    for each in lookers:
        each.start()
    for each in lookers:
        each.join(60)
    assert sum(counts) == 5
    with desk.store.reading() as connection:
        assert len(log.entries(connection, 100)) == 5


def test_a_channel_whose_variable_is_not_set_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_OF_THE_TESTS", SECRET)
    with hook() as told:
        watched(desk, told.address.partition("#")[0] + "#secret=env:HOOK_OF_THE_TESTS")
        happen(desk, 1)
        raising.run(desk)
        monkeypatch.delenv("HOOK_OF_THE_TESTS")
        (one,) = outbox.deliver(desk, AT_ONCE)
        assert one.state == "waiting" and "HOOK_OF_THE_TESTS is not set" in (one.error or "")
        monkeypatch.setenv("HOOK_OF_THE_TESTS", SECRET)
        assert [each.state for each in outbox.deliver(desk, AT_ONCE)] == ["sent"]
    with desk.store.reading() as connection:
        kept = str(connection.execute(sa.text("SELECT * FROM alert_watch")).all())
    assert "env:HOOK_OF_THE_TESTS" in kept and SECRET not in kept


def test_a_watch_that_is_removed_sends_nothing(desk: Desk) -> None:
    with hook() as told:
        watched(desk, told.address)
        happen(desk, 1)
        raising.run(desk)
        desk.store.write(lambda connection: watches.remove(connection, "w"))
        assert outbox.deliver(desk, AT_ONCE) == []
    assert told.keys == [] and states(desk) == []


@pytest.mark.slow
def test_killed_at_any_moment_it_loses_nothing_and_sends_nothing_again_that_was_written_down(
    target: str,
) -> None:
    dice = random.Random(7)
    acknowledged: dict[str, int] = {}
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, str(Path(__file__).parent / "killed.py"), target]
    with hook(hang=0.02) as told, Desk(target) as desk:
        watched(
            desk, told.address, told.address.replace("hook", "hook2"), rules=("new-incident", "new-dispute")
        )
        expected, first = 0, 0
        for _ in range(6):
            happen(desk, 4, first)
            desk.add(
                shelling(
                    100 + first, outlet="Serbia Plain Radio", killed=9, teller=ARMY, town=town_of(first),
                    when=when_of(first),
                )
            )  # fmt: skip
            first, expected = first + 4, expected + 5
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            assert process.stdout is not None
            said = [process.stdout.readline()]
            assert said == [b"open\n"], process.communicate()
            said += [process.stdout.readline() for _ in range(dice.randrange(0, 7))]
            time.sleep(dice.uniform(0.0, 0.1))
            process.kill()
            for line in [*said, *process.communicate()[0].splitlines(keepends=True)]:
                if line.endswith(b"\n") and line.startswith(b"sent "):
                    acknowledged[line.split()[1].decode()] = len(told.keys)
            _nothing_again(told.keys, acknowledged)
        settings = Settings(allow_loopback=True, lease=0.4, first_pause=0.01)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            raising.run(desk)
            outbox.deliver(desk, settings)
            if set(states(desk)) == {"sent"}:
                break
        with desk.store.reading() as connection:
            rows = connection.execute(sa.select(alert.c.rule, alert.c.about, alert.c.level)).all()
            keys = set(connection.execute(sa.select(alert_delivery.c.key)).scalars())
    assert len(rows) == len(set(rows)) == expected
    assert set(told.keys) == keys and len(keys) == 2 * expected
    assert acknowledged  # some were sent before a kill
    _nothing_again(told.keys, acknowledged)
    # what came twice was on its way in the moment of a kill: one for each of the channels and kills at most
    assert len(told.keys) - len(keys) <= 2 * 6


def _nothing_again(keys: list[str], acknowledged: dict[str, int]) -> None:
    for key, came in acknowledged.items():
        assert key not in keys[came:], key
