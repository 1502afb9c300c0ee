from __future__ import annotations

import msgspec
import pytest
import sqlalchemy as sa
from store_builders import attack, many

from rashomon import reconcile
from rashomon.errors import MalformedInput
from rashomon.model import Reading, Report
from rashomon.store.desk import Desk
from rashomon.store.regrouping import numbered
from rashomon.store.replacing import replace
from rashomon.store.schema import incident, incident_alias

LONG = (
    "The council of Vrelo met on Monday behind closed doors to speak about the bridge that the flood took. "
    "Masons from the valley had asked for twice the sum that was paid last year, and the treasurer called it "
    "a ransom. Outside, some forty farmers waited in the rain with their carts and would not go home."
)


def whole(desk: Desk) -> bool:
    return all(finding.state == "ok" for finding in desk.examine())


def test_the_same_words_at_one_link_are_one_report(desk: Desk) -> None:
    first = Report(text=LONG, url="https://www.vrelo.example/bridge?utm_source=feed#top", publisher="Courier")
    again = Report(text=LONG.upper(), url="http://vrelo.example/bridge/", title="The bridge")
    assert [each.state for each in desk.add([first, again])] == ["added", "known"]


def test_other_words_at_one_link_are_a_version(desk: Desk) -> None:
    first = Report(text=LONG, url="https://vrelo.example/bridge", published="2024-05-01")
    words = LONG + " By night they left."
    later = Report(text=words, url="https://vrelo.example/bridge", published="2024-05-02")
    added = desk.add([first, later])
    assert [each.state for each in added] == ["added", "added"]
    assert added[1].copy_of == first.id
    kept = desk.report(later.id)
    assert kept is not None and kept.entry.relation == "version"
    assert [copy.id for copy in kept.copies] == [first.id]


def test_a_near_copy_is_linked_to_the_first_published(desk: Desk) -> None:
    wire = Report(text=LONG, publisher="Northern Wire", published="2024-05-02")
    cut = Report(text="By our staff. " + LONG[:-40], publisher="Dol Radio", published="2024-05-03")
    earlier = Report(text="Wire: " + LONG, publisher="Vrelo Courier", published="2024-05-01")
    words = LONG[:30] + " and nothing else was ever told of that day. " * 3
    other = Report(text=words, published="2024-05-01")
    added = desk.add([wire, cut, other, earlier])
    assert [each.copy_of for each in added] == [None, wire.id, None, None]
    entries = {entry.id: entry for entry in desk.reports()}
    assert entries[wire.id].copy_of == earlier.id and entries[cut.id].copy_of == earlier.id
    assert entries[earlier.id].copy_of is None and entries[other.id].copy_of is None
    likeness = entries[cut.id].likeness
    assert likeness is not None and 0.7 <= likeness < 1


def test_another_report_of_the_same_id_gets_its_own(desk: Desk) -> None:
    added = desk.add([Report(text="He was arrested.", id="1"), Report(text="She was arrested.", id="1")])
    assert added[0].report == "1" and added[1].report.startswith("r-")
    assert len(desk.reports()) == 2
    with pytest.raises(MalformedInput, match="another report of this id"):
        desk.add(Reading(Report(text="They were arrested.", id="1"), ()))


def test_claims_of_another_report_are_refused_and_the_rest_is_stored(desk: Desk) -> None:
    good, bad = attack(1), attack(2)
    bad = msgspec.structs.replace(bad, claims=good.claims)
    errors: list[MalformedInput] = []
    added = desk.add([good, bad, attack(3, when="2024-07-07")], on_error=errors.append)  # type: ignore[arg-type]
    assert [each.state for each in added] == ["added", "added"] and len(errors) == 1
    stolen = msgspec.structs.replace(attack(4), claims=tuple(
        msgspec.structs.replace(each, report=attack(4).report.id) for each in good.claims))  # fmt: skip
    added = desk.add([attack(5), stolen], on_error=errors.append)  # type: ignore[arg-type]
    assert [each.state for each in added] == ["added"] and "in the store already" in str(errors[-1])
    assert whole(desk)


def test_no_character_is_too_odd(desk: Desk) -> None:
    text = "He was arrested \0 by \ud800 men \u202e in the \x07 night \U0001f600."
    given = Report(text=text, publisher="A\0B", title="\ud800", url="javascript:\0", story="\0")
    (added,) = desk.add(given)
    kept = desk.report(added.report)
    assert kept is not None and len(kept.report.text) == len(text)
    assert all(kept.report.text[c.trigger.start : c.trigger.end] == "arrested" for c in kept.claims)
    assert desk.add(given)[0].state == "known"


def test_what_comes_piecemeal_is_reconciled_as_if_it_came_at_once(desk: Desk) -> None:
    readings = many(30)
    for reading in readings:
        desk.add(reading)
    claims = [claim for reading in readings for claim in reading.claims]
    at_once = {frozenset(i.claims) for i in reconcile(claims, [reading.report for reading in readings])}
    page = desk.incidents(limit=1000)
    assert {frozenset(record.incident.claims) for record in page} == at_once
    assert max(record.n_claims for record in page) > 1
    assert whole(desk)


def test_an_incident_keeps_its_id_while_it_grows(desk: Desk) -> None:
    desk.add(attack(1, outlet="Vrelo Courier"))
    (before,) = desk.incidents()
    desk.add(attack(2, outlet="Dol Radio", killed=5, teller="the army"))
    (after,) = desk.incidents()
    assert after.id == before.id and after.n_claims == 2 and after.n_voices == 2
    assert [change.kind for _, change in desk.changes()] == ["new", "grown"]
    detail = desk.incident(before.id)
    assert detail is not None and {entry.publisher for entry in detail.reports.values()} == {
        "Vrelo Courier", "Dol Radio"
    }  # fmt: skip


def test_a_merged_incident_is_found_under_both_names(desk: Desk) -> None:
    one, two = attack(1, when="2024-05-06"), attack(2, when="2024-08-16", town="Lipnik")
    desk.add([one, two])
    names = {record.id for record in desk.incidents()}
    assert len(names) == 2
    with desk.store.reading() as connection:
        claims = numbered(connection, [each.claims[0].id for each in (one, two)])
    both = reconcile([entry.claim for entry in claims.values()])[0]
    merged = msgspec.structs.replace(both, claims=tuple(claims))
    desk.store.write(lambda connection: replace(connection, [merged], claims, "2024-06-01T00:00:00.000Z"))
    (record,) = desk.incidents()
    for name in names:
        found = desk.incident(name)
        assert found is not None and found.record.id == record.id
    assert whole(desk)


def test_a_name_that_led_elsewhere_leads_to_where_its_bearer_went(desk: Desk) -> None:
    one, two = attack(1, when="2024-05-06"), attack(2, when="2024-08-16", town="Lipnik")
    desk.add([one, two])
    names = {record.id for record in desk.incidents()}
    desk.add(attack(3, when="2024-11-20", town="Kamenjar"))
    [other] = [record for record in desk.incidents() if record.id not in names]
    with desk.store.reading() as connection:
        far = connection.execute(sa.select(incident.c.num).where(incident.c.id == other.id)).scalar_one()
        claims = numbered(connection, [each.claims[0].id for each in (one, two)])
    # as if an incident had been given a name that an older one had left behind
    links = [{"id": name, "incident": far} for name in sorted(names)]
    desk.store.write(lambda connection: connection.execute(sa.insert(incident_alias), links))
    both = reconcile([entry.claim for entry in claims.values()])[0]
    merged = msgspec.structs.replace(both, claims=tuple(claims))
    desk.store.write(lambda connection: replace(connection, [merged], claims, "2024-06-01T00:00:00.000Z"))
    for name in names:
        found = desk.incident(name)
        assert found is not None and found.record.id in names
    assert whole(desk)


def test_publishers_have_profiles(desk: Desk) -> None:
    desk.add([attack(1, outlet="Tanjug"), attack(2, outlet="Vrelo Courier", when="2024-08-01")])
    known, new = desk.publisher("TANJUG"), desk.publisher("Vrelo Courier")
    assert known is not None and known.country == "SRB" and known.source == "table"
    assert new is not None and new.side is None and new.source == "unknown"
    desk.set_publisher("Vrelo Courier", country="VRL", owner="the town", side="public")
    desk.add(attack(3, outlet="vrelo courier", when="2024-09-01"))
    new = desk.publisher("Vrelo Courier")
    assert new is not None and (new.side, new.source) == ("public", "hand")
