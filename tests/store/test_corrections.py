from __future__ import annotations

from typing import Any

import pytest
from fake_reader import FakeReader
from store_builders import attack, many

from rashomon import reconcile
from rashomon.errors import InputError
from rashomon.model import Reading
from rashomon.reading.intake import Checked
from rashomon.store.desk import Desk

ONE, TWO = attack(1, outlet="Vrelo Courier"), attack(2, outlet="Dol Radio", when="2024-08-16", town="Lipnik")
LATER = attack(3, outlet="The Lipnik Post", when="2024-08-16", town="Lipnik")


def sound(desk: Desk) -> bool:
    return all(finding.state != "broken" for finding in desk.examine())


def parts(desk: Desk, **asked: Any) -> set[frozenset[str]]:
    return {frozenset(record.incident.claims) for record in desk.incidents(limit=1000, **asked)}


def ids(*readings: Reading) -> frozenset[str]:
    return frozenset(claim.id for reading in readings for claim in reading.claims)


def test_merged_incidents_stay_together_and_grow(desk: Desk) -> None:
    desk.add([ONE, TWO])
    names = {record.id for record in desk.incidents()}
    number = desk.corrections.merge(names, by="Ana", note="one raid")
    assert parts(desk) == {ids(ONE, TWO)}
    for name in names:
        assert desk.incident(name) is not None
    desk.add(LATER)
    assert parts(desk) == {ids(ONE, TWO, LATER)}
    assert desk.incidents()[0].n_voices == 1 and sound(desk)
    desk.corrections.undo(number, by="Bo")
    assert parts(desk) == {ids(ONE), ids(TWO, LATER)}
    record = desk.corrections.all()[0]
    assert (record.by, record.note, record.undone_by) == ("Ana", "one raid", "Bo")
    assert sound(desk)


def test_split_claims_stay_apart(desk: Desk) -> None:
    desk.add([TWO, LATER])
    (both,) = desk.incidents()
    number = desk.corrections.split(both.id, list(ids(LATER)), by="Ana")
    assert parts(desk) == {ids(TWO), ids(LATER)}
    more = attack(4, outlet="Northern Wire", when="2024-08-16", town="Lipnik")
    desk.add(more)
    assert parts(desk) == {ids(TWO, more), ids(LATER)}
    desk.corrections.undo(number, by="Ana")
    assert parts(desk) == {ids(TWO, more, LATER)} and sound(desk)


def test_forgetting_part_of_a_merged_incident(desk: Desk) -> None:
    desk.add([ONE, TWO])
    desk.corrections.merge([record.id for record in desk.incidents()], by="Ana")
    desk.delete(report=ONE.report.id)
    assert parts(desk) == {ids(TWO)} and sound(desk)


def test_dismissed_incidents_are_not_listed(desk: Desk) -> None:
    desk.add([ONE, TWO])
    first = next(record for record in desk.incidents() if record.incident.claims == tuple(ids(TWO)))
    number = desk.corrections.dismiss(first.id, by="Ana")
    assert parts(desk) == {ids(ONE)} and parts(desk, dismissed=True) == {ids(TWO)}
    desk.add(LATER)  # it joins what was dismissed, and changes nothing about that
    assert parts(desk, dismissed=True) == {ids(TWO, LATER)}
    desk.corrections.undo(number, by="Ana")
    assert parts(desk) == {ids(ONE), ids(TWO, LATER)}
    assert [change.kind for _, change in desk.changes()][-1] == "restored"


def test_a_corrected_field_holds_when_read_again(target: str) -> None:
    class Same(FakeReader):
        def read_checked(self, checked: Checked) -> Reading:
            old = {each.report.id: each for each in (TWO, LATER)}[checked.report.id]
            return Reading(checked.report, old.claims)

    with Desk(target, reader=Same()) as desk:  # type: ignore[arg-type]
        desk.add([TWO, LATER])
        (ref,) = ids(LATER)
        day = {"first": "2024-01-05", "last": "2024-01-05", "precision": "day"}
        number = desk.corrections.fix(ref, "date", day, by="Ana", note="misread")
        assert parts(desk) == {ids(TWO), ids(LATER)}
        (record,) = [each for each in desk.claims() if each.claim.id == ref]
        assert record.corrected and record.claim.date is not None and record.claim.date.first == "2024-01-05"
        assert record.as_read == LATER.claims[0]
        assert [each.last_day for each in desk.incidents(until="2024-02-01")] == ["2024-01-05"]
        assert desk.reread().changed == 0
        assert parts(desk) == {ids(TWO), ids(LATER)}
        desk.corrections.undo(number, by="Ana")
        assert parts(desk) == {ids(TWO, LATER)}
        assert not desk.claims()[0].corrected and sound(desk)


def test_a_type_brings_its_score(desk: Desk) -> None:
    desk.add(ONE)
    (ref,) = ids(ONE)
    desk.corrections.fix(ref, "mode", None, by="Ana")
    desk.corrections.fix(ref, "type", "PROTEST", by="Ana")
    (record,) = desk.incidents(type="PROTEST")
    assert record.incident.type == "PROTEST" and desk.claims()[0].claim.score == record.score != -9.0


def test_one_actor_under_two_names(desk: Desk) -> None:
    desk.add(TWO)
    into = {"name": "Lipnik Freedom Army", "code": "VRL REB"}
    number = desk.corrections.same_actor("Rebels", into, by="Ana")
    assert len(desk.incidents(actor="lipnik freedom army")) == 1 and not desk.incidents(actor="rebels")
    desk.add(LATER)
    assert len(desk.claims(actor="Lipnik Freedom Army")) == 2
    assert desk.claims()[0].claim.actors[0].text == "rebels"  # the words stay
    desk.corrections.undo(number, by="Ana")
    assert len(desk.claims(actor="rebels")) == 2 and sound(desk)


def test_what_makes_no_sense_is_refused_and_changes_nothing(desk: Desk) -> None:
    desk.add([ONE, TWO])
    (ref,) = ids(ONE)
    first = desk.incidents()[0].id
    wrong: list[Any] = [
        lambda c: c.merge([first], by="Ana"),
        lambda c: c.merge([first, "i-0"], by="Ana"),
        lambda c: c.split(first, [], by="Ana"),
        lambda c: c.split(first, ["c-0"], by="Ana"),
        lambda c: c.dismiss("i-0", by="Ana"),
        lambda c: c.dismiss(first, by="  "),
        lambda c: c.fix(ref, "quote", "x", by="Ana"),
        lambda c: c.fix(ref, "status", "maybe", by="Ana"),
        lambda c: c.fix(ref, "type", "WAR", by="Ana"),
        lambda c: c.fix(ref, "mode", "sing", by="Ana"),
        lambda c: c.fix("c-0", "status", "denied", by="Ana"),
        lambda c: c.same_actor("rebels", {}, by="Ana"),
        lambda c: c.same_actor("rebels", {"name": "X", "age": "4"}, by="Ana"),
        lambda c: c.undo(99, by="Ana"),
    ]
    before = list(desk.incidents())
    for each in wrong:
        with pytest.raises(InputError):
            each(desk.corrections)
    assert desk.corrections.all() == [] and list(desk.incidents()) == before


def test_without_corrections_nothing_is_other_than_reconciling_gives(desk: Desk) -> None:
    readings = many(30)
    desk.add(readings[:15])
    numbers = [desk.corrections.dismiss(desk.incidents()[0].id, by="Ana")]
    pair = [record.id for record in desk.incidents()[:2]]
    numbers.append(desk.corrections.merge(pair, by="Ana"))
    big = max(desk.incidents(limit=100), key=lambda record: record.n_claims)
    numbers.append(desk.corrections.split(big.id, big.incident.claims[:1], by="Ana"))
    desk.add(readings[15:])
    assert sound(desk)
    for number in numbers:
        desk.corrections.undo(number, by="Ana")
    at_once = reconcile([c for r in readings for c in r.claims], [r.report for r in readings])
    assert parts(desk) == {frozenset(incident.claims) for incident in at_once} and sound(desk)
