from __future__ import annotations

import contextlib

import msgspec
from fake_reader import FakeReader
from store_builders import attack

from rashomon.model import Reading, Report
from rashomon.reading.intake import Checked
from rashomon.store.desk import Desk
from rashomon.store.rereading import Reread


class NewReader(FakeReader):
    """Reads as the other one, but says that all was planned, misses a second claim, and finds a third."""

    def read_checked(self, checked: Checked) -> Reading:
        reading = super().read_checked(checked)
        kept = [msgspec.structs.replace(c, status="planned") for c in reading.claims[:1]]
        if len(reading.claims) > 1:
            kept.append(msgspec.structs.replace(reading.claims[1], id="c-new"))
        return msgspec.structs.replace(reading, claims=tuple(kept))


TWO = Report(text="He was arrested at noon. She was arrested at night.", id="two")
ONE = Report(text="Nine men were arrested in the hills.", id="one", published="2024-05-06")


def test_reading_again_says_what_changed(target: str) -> None:
    with Desk(target, reader=FakeReader()) as desk:  # type: ignore[arg-type]
        desk.add([TWO, ONE])
        names = {record.id for record in desk.incidents()}
        assert desk.reread().reports == 0
    seen: list[Reread] = []
    with Desk(target, reader=NewReader()) as desk:  # type: ignore[arg-type]
        first = [record.claim.id for record in desk.claims(report="two")]
        tally = desk.reread(on_report=lambda one, total: seen.append(one))
        assert (tally.reports, tally.differ, tally.new, tally.gone, tally.changed) == (2, 2, 1, 1, 2)
        assert tally.fields == {"status": 2}
        two = next(one for one in seen if one.report == "two")
        assert two.new == ("c-new",) and set(two.gone) | set(two.changed) == set(first)
        kept = desk.report("two")
        assert kept is not None and [claim.status for claim in kept.claims] == ["planned", "happened"]
        assert kept.entry.reader == "NewReader" and kept.entry.n_claims == 2
        assert {record.status for record in desk.incidents(status="planned")} == {"planned"}
        assert names & {record.id for record in desk.incidents()}  # what stays keeps its name
        assert all(finding.state == "ok" for finding in desk.examine())
        assert desk.reread().reports == 0


def test_reading_again_goes_on_where_it_stopped(target: str) -> None:
    with Desk(target, reader=FakeReader()) as desk:  # type: ignore[arg-type]
        desk.add([TWO, ONE])

    class Stop(Exception):
        pass

    def stop(one: Reread, total: int) -> None:
        raise Stop

    with Desk(target, reader=NewReader()) as desk:  # type: ignore[arg-type]
        with contextlib.suppress(Stop):
            desk.reread(on_report=stop)
        assert desk.reread().reports == 1


def test_a_changed_claim_is_joined_anew(target: str) -> None:
    one, two = attack(1, outlet="Vrelo Courier"), attack(2, outlet="Dol Radio")
    ref = two.report.id

    class Later(FakeReader):
        """Reads another day into the second report."""

        def read_checked(self, checked: Checked) -> Reading:
            old = two if checked.report.id == ref else one
            moved = attack(2, when="2024-09-09").claims[0].date if old is two else old.claims[0].date
            claims = (msgspec.structs.replace(old.claims[0], date=moved),)
            return Reading(checked.report, claims)

    with Desk(target, reader=Later()) as desk:  # type: ignore[arg-type]
        desk.add([one, two])
        (both,) = desk.incidents()
        assert both.n_claims == 2
        tally = desk.reread()
        assert (tally.changed, tally.fields) == (1, {"date": 1})
        records = desk.incidents()
        assert [record.last_day for record in records] == ["2024-09-09", "2024-05-06"]
        assert both.id in {record.id for record in records}
        assert all(finding.state == "ok" for finding in desk.examine())
