"""What is kept between countries is what the claims say, whatever happened to them."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from fake_reader import FakeReader
from reconcile_builders import claim, day, party, place, voice
from store_builders import TOWNS

from rashomon.model import Claim, Reading, Report
from rashomon.reading.intake import Checked
from rashomon.reconcile.narrators import home_key
from rashomon.reconcile.tension import Tension, summed, tension
from rashomon.store import dyads
from rashomon.store.desk import Desk
from rashomon.store.schema import incident_dyad, setting

COUNTRIES = ("SRB", "XKX", "ALB")
OUTLETS = ("East Courier", "West Courier", "Far Courier", None)
DEEDS = (("ASSAULT", -9.0, "shelled"), ("AID", 7.0, "helped"), ("REJECT", -4.0, "refused"))


def made(dice: random.Random, number: int) -> Reading:
    """A report with some claims between countries; which, who tells them and when, as the dice fall."""
    report = Report(
        text=f"Dispatch {number}: they shelled, helped or refused each other, mule {number * 7} said.",
        published=f"2024-05-{dice.randint(1, 28):02}", publisher=dice.choice(OUTLETS), id=f"r-{number}",
    )  # fmt: skip
    told: list[Claim] = []
    for at in range(dice.randint(1, 3)):
        one, other = dice.choices(COUNTRIES, k=2)
        kind, score, verb = dice.choice(DEEDS)
        fields: dict[str, Any] = {}
        if dice.random() < 0.6:
            fields["voice"] = voice("a clerk", dice.choice(("SRB GOV", "XKX GOV", "GBR", "MED")))
        if dice.random() < 0.8:
            fields["date"] = day(f"2024-05-{dice.randint(1, 28):02}")
        town = dice.choice(TOWNS)
        told.append(claim(
            f"Troops {verb} the mill of {town} in dispatch {number}", verb, kind, at=at, report=report.id,
            id=f"c-{number}-{at}", score=score, actors=(party("troops", f"{one} MIL"),),
            recipients=(party("millers", f"{other} CVL"),), place=place(town, "SRB"),
            status=dice.choice(("happened", "happened", "ongoing", "denied")),
            frame=dice.choice(("current", "current", "current", "background")), **fields,
        ))  # fmt: skip
    return Reading(report, tuple(told))


def plain(desk: Desk, pair: tuple[str, str], by: Any) -> Tension:
    """The same from incidents and claims."""
    records = desk.incidents(limit=1000)
    details = [detail for each in records if (detail := desk.incident(each.id)) is not None]
    entries = {entry.id: entry for detail in details for entry in detail.reports.values()}
    reports = [Report(text="", id=each.id, publisher=each.publisher) for each in entries.values()]
    homes = {
        home_key(name): profile.country
        for detail in details for name, profile in detail.publishers.items() if profile.country
    }  # fmt: skip
    return tension(
        [each.incident for each in records], [one for each in details for one in each.claims], reports,
        dyads=[pair], by=by, homes=homes,
    )  # fmt: skip


def check(desk: Desk) -> int:
    """Compare what is kept with what the claims say; how many points there were."""
    count = 0
    for pair in (("SRB", "XKX"), ("ALB", "SRB")):
        with desk.store.reading() as connection:
            kept = dyads.between(connection, pair, None, None)
        assert kept.whole
        for by in ("day", "month"):
            got, wanted = summed(kept.told, by=by, homes=kept.homes), plain(desk, pair, by)  # type: ignore[arg-type]
            assert got == wanted
            count += len(wanted.points)
    return count


def rows(desk: Desk) -> list[Any]:
    """All that is kept."""
    order = (incident_dyad.c.incident, incident_dyad.c.a, incident_dyad.c.b)
    with desk.store.reading() as connection:
        return list(connection.execute(sa.select(incident_dyad).order_by(*order)))


class Later(FakeReader):
    """Reads a third of the claims as of another type, and misses a few."""

    def __init__(self, readings: dict[str, Reading]) -> None:
        super().__init__()
        self.readings = readings

    def read_checked(self, checked: Checked) -> Reading:
        old = self.readings[str(checked.report.id)]
        dice = random.Random(old.report.id)
        claims = [
            msgspec.structs.replace(one, status="happened", score=-10.0) if dice.random() < 0.3 else one
            for one in old.claims if dice.random() < 0.8
        ]  # fmt: skip
        return Reading(checked.report, tuple(claims))


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_kept_follows_the_claims(target: str, seed: int) -> None:
    dice = random.Random(seed)
    readings = {f"r-{number}": made(dice, number) for number in range(24)}
    given = list(readings.values())
    with Desk(target, reader=FakeReader()) as desk:  # type: ignore[arg-type]
        desk.set_publisher("East Courier", country="SRB")
        desk.add(given[:12])
        assert check(desk) > 2
        desk.add(given[12:])
        assert check(desk) > 4
        desk.set_publisher("West Courier", country="XKX")
        assert check(desk)
        names = [record.id for record in desk.incidents(limit=1000)]
        merged = desk.corrections.merge(dice.sample(names, 3), by="Ana")
        check(desk)
        held = [record.claim for record in desk.claims(limit=1000)]
        fixed = [desk.corrections.fix(dice.choice(held).id, "status", "denied", by="Ana") for _ in range(3)]
        renamed = desk.corrections.same_actor("troops", {"name": "Guard", "code": "ALB MIL"}, by="Ana")
        check(desk)
        dismissed = desk.corrections.dismiss(desk.incidents()[0].id, by="Ana")
        check(desk)
        for number in (fixed[0], merged, renamed, dismissed):
            desk.corrections.undo(number, by="Bo")
        check(desk)
        desk.delete(report="r-3")
        desk.delete(publisher="Far Courier")
        assert check(desk)
        assert all(finding.state != "broken" for finding in desk.examine())
    with Desk(target, reader=Later(readings)) as desk:  # type: ignore[arg-type]
        assert desk.reread().differ
        assert check(desk)
        kept = rows(desk)
        assert kept

        def spoil(connection: sa.Connection) -> None:
            connection.execute(sa.delete(incident_dyad))
            connection.execute(sa.delete(setting).where(setting.c.key == "dyads"))

        desk.store.write(spoil)
        (finding,) = [each for each in desk.examine() if each.part == "dyads"]
        assert finding.state == "broken"
    with Desk(target) as desk:  # and made anew, it is the same
        assert rows(desk) == kept


def test_what_is_not_as_claims_say_is_found(target: str) -> None:
    dice = random.Random(5)
    with Desk(target, reader=FakeReader()) as desk:  # type: ignore[arg-type]
        desk.add([made(dice, number) for number in range(12)])
        assert all(finding.state == "ok" for finding in desk.examine())
        other = sa.update(incident_dyad).values(b="Z" + incident_dyad.c.b)
        desk.store.write(lambda connection: connection.execute(other))
        (finding,) = [each for each in desk.examine() if each.state == "broken"]
        assert finding.part == "dyads"


def test_making_it_anew_goes_on_where_it_stopped(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(4)
    with Desk(target, reader=FakeReader()) as desk:  # type: ignore[arg-type]
        desk.add([made(dice, number) for number in range(30)])
        kept = rows(desk)

        def spoil(connection: sa.Connection) -> None:
            connection.execute(sa.delete(incident_dyad))
            connection.execute(sa.delete(setting).where(setting.c.key == "dyads"))

        desk.store.write(spoil)
        monkeypatch.setattr(dyads, "_TOGETHER", 3)
        said: list[str] = []

        class Stop(Exception):
            pass

        def stop(line: str) -> None:
            said.append(line)
            if len(said) == 3:
                raise Stop

        with pytest.raises(Stop):
            dyads.tell_anew(desk.store, stop)
        assert 0 < len(rows(desk)) < len(kept)
        desk.add(made(dice, 99))  # others may write meanwhile
        dyads.tell_anew(desk.store, said.append)
        assert said[-1] == "100% of the incidents" and check(desk)
        assert len(rows(desk)) >= len(kept)
