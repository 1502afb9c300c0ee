"""Kill commands of a store at random moments, run them again until they are done, compare with a clean run.

    python benchmarks/store_kills.py --kills 300                   every case below, on SQLite
    python benchmarks/store_kills.py --kills 40 --postgresql       on a PostgreSQL server of its own
    python benchmarks/store_kills.py --kills 20 --only migrate     one case
    python benchmarks/store_kills.py --kills 300 --results FILE    stopped, it goes on from what FILE says

A case is a piece of work on a store. It runs whole once: that is the clean run. Then it is started again and
again on a store that begins as the clean one did, and killed (SIGKILL) after a time drawn from 0 to what the
clean run took, until it has ended by itself; then it begins anew. After every kill

- every part of the store has to be whole (`Desk.examine`: integrity_check, foreign keys, counts, orphans),
- what was acknowledged has to be there: a report with all its claims, a correction, a line of reports,

and whenever it ended, the store has to hold what the clean run's holds, word for word, but for moments and
row numbers. With PostgreSQL the client is killed, and in the case `crash` the server (as `pg_ctl stop -m
immediate`), which is started again a moment later: then the client has to go on by itself.

Reading is a stand-in of a few lines but in the case `reading`. Reports are invented. Nothing is timed but how
long it all took.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / part) for part in ("store", "sources", "reconcile", "")]

TOWNS = ("Vrelo", "Kamenjar", "Dol", "Lipnik", "Suvi Brod", "Hrid", "Mala Reka")
OUTLETS = ("Vrelo Courier", "Dol Radio", "The Lipnik Post", "Northern Wire")
_PATIENCE_SECONDS = 120.0


# ---- what runs in the process that is killed ----


def told(number: int) -> dict[str, str]:
    """An invented report with one to three arrests in it."""
    town = TOWNS[number % len(TOWNS)]
    more = f" A day later {number % 5 + 2} more were arrested near the mill." * (number % 3)
    return {
        "id": f"made-{number}", "publisher": OUTLETS[number % len(OUTLETS)],
        "published": f"2024-{1 + number % 9:02}-{1 + number % 27:02}",
        "text": f"Guards arrested {number + 2} men in {town} on Monday, clerk {number * 7} said.{more}",
    }  # fmt: skip


def command(words: list[str], ack: Callable[[str], None], reader: type | None) -> None:
    """Run `rashomon` with these words; acknowledges what `add` counts."""
    from rashomon import api, store_cli
    from rashomon.cli import app

    if reader is not None:
        api.load_reader = reader  # type: ignore[assignment]
    count = store_cli._count

    def counted(states: Counter[str], added: Any) -> None:
        count(states, added)
        if added.state == "added":
            ack(f"report {added.report} {added.claims}")

    store_cli._count = counted
    app(words, standalone_mode=False)


def stand_in() -> type:
    from fake_reader import FakeReader

    return FakeReader


def second_reader() -> type:
    """Another version of the stand-in: it finds one claim less, and reads the others otherwise."""
    import msgspec
    from fake_reader import FakeReader

    from rashomon.model import Reading

    class SecondReader(FakeReader):
        def read(self, report: Any) -> Reading:
            reading = super().read(report)
            kept = reading.claims[: max(1, len(reading.claims) - 1)]
            again = tuple(msgspec.structs.replace(one, status="ongoing") for one in kept)
            return msgspec.structs.replace(reading, claims=again)

    return SecondReader


def add(store: str, ack: Callable[[str], None], *, reports: str, real: bool = False) -> None:
    command(["add", reports, "--store", store, "-q"], ack, None if real else stand_in())


def reread(store: str, ack: Callable[[str], None]) -> None:
    command(["reread", "--store", store], ack, second_reader())


def forget(store: str, ack: Callable[[str], None]) -> None:
    command(["forget", "--store", store, "--publisher", "Dol Radio", "--yes", "--by", "Ana"], ack, None)


def reconcile(store: str, ack: Callable[[str], None], *, first: int, count: int) -> None:
    """Claims of happenings that several outlets tell of, and corrections of them."""
    from store_builders import many

    from rashomon.store.desk import Desk

    with Desk(store) as desk:
        made = {each.note for each in desk.corrections.all()}
        for reading in many(count, first):
            (added,) = desk.add(reading)
            if added.state == "added":
                ack(f"report {added.report} {added.claims}")
            name = reading.report.id
            if int(name[-1], 36) % 4 == 0 and name not in made:
                desk.corrections.fix(reading.claims[0].id, "status", "planned", by="Ana", note=name)
                ack(f"correction {name}")


def migrate(store: str, ack: Callable[[str], None], *, steps: str) -> None:
    """Open a store with a later version of the migrations, which have one more step."""
    from alembic import command as alembic_command

    from rashomon.store import desk, migrations, neighbours

    plain = alembic_command.upgrade

    def upgrade(config: Any, target: str) -> None:
        kept = Path(str(migrations.__file__)).parent / "versions"
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", f"{kept}\n{steps}")
        plain(config, target)

    alembic_command.upgrade = upgrade
    migrations.HEAD, migrations.KNOWN = "9001", (*migrations.KNOWN, "9001")
    neighbours.FORM = "next"  # and claims are filed anew
    with desk.Desk(store):
        ack("open")


def watch(store: str, ack: Callable[[str], None], *, feed: str, port: int) -> None:
    """Follow a feed once, into a file of reports beside the store, then add them."""
    from rashomon.sources import visit, watch_state
    from rashomon.sources.guard import Guard

    plain = watch_state.ReportFile.__call__

    def kept(self: Any, report: Any) -> None:
        plain(self, report)
        ack(f"line {report.id}")

    watch_state.ReportFile.__call__ = kept  # type: ignore[method-assign]
    guard = Guard(also=frozenset({("127.0.0.1", port)}))
    visit.Visitor = partial(visit.Visitor, guard=guard, between=0.0, attempts=1)  # type: ignore[misc]
    out = Path(store).with_suffix(".jsonl")
    with contextlib.suppress(SystemExit):
        command(["watch", feed, "--once", "--out", str(out), "-q"], ack, stand_in())
    add(store, ack, reports=str(out))


def child(work: Callable[..., None], store: str, acked: str, known: dict[str, Any]) -> None:
    """The process that is killed: `work`, with each acknowledgement on the disk before it goes on."""
    handle = os.open(acked, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    errors = os.open(f"{acked}.err", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(errors, 2)
    work(store, lambda line: os.write(handle, f"{line}\n".encode()), **known)
    os.write(handle, b"end\n")


# ---- what looks on ----

STEP = """
revision, down_revision = "9001", "{head}"
import sqlalchemy as sa
from alembic import op
def upgrade():
    op.add_column("report", sa.Column("weight", sa.Integer()))
    op.execute("UPDATE report SET weight = length(content)")
    op.create_table("made", sa.Column("num", sa.Integer, primary_key=True), sa.Column("words", sa.Text))
    op.execute("INSERT INTO made SELECT num, text FROM report_text")
    op.create_index("ix_report_weight", "report", ["weight"])
"""

_CONTENTS = {
    "reports": "SELECT r.id, r.sha256, r.n_claims, r.reader, r.relation, o.id, p.name, t.text FROM report r "
    "LEFT JOIN report o ON o.num = r.original LEFT JOIN publisher p ON p.num = r.publisher "
    "JOIN report_text t ON t.num = r.num",
    "claims": "SELECT id, body, corrected, is_copy FROM claim",
    "corrections": "SELECT kind, note, body, undone_by FROM correction",
    "tombstones": "SELECT kind, key FROM tombstone",
    "filing": "SELECT f.facet, f.place, c.id FROM claim_filing f JOIN claim c ON c.num = f.claim",
    "publishers": "SELECT name, country, owner, side FROM publisher",
}
_GROUPS = (
    "SELECT i.id, i.type, i.n_reports, i.n_voices, i.n_disputes, i.dismissed, i.title, c.id FROM incident i "
    "JOIN incident_claim ic ON ic.incident = i.num JOIN claim c ON c.num = ic.claim"
)


def contents(store: str) -> dict[str, Any]:
    """What a store holds, without moments and row numbers. Ids of incidents are left out: they are drawn from
    the claim that came first, and two that meet later keep the id of the larger."""
    from rashomon.store.engine import open_engine

    opened = open_engine(store, create=False)
    with opened.reading() as connection:
        found: dict[str, Any] = {
            name: sorted(map(tuple, connection.exec_driver_sql(query)), key=repr)
            for name, query in _CONTENTS.items()
        }
        groups: dict[str, tuple[tuple[Any, ...], set[str]]] = {}
        for ref, *seen, claim in connection.exec_driver_sql(_GROUPS):
            groups.setdefault(ref, (tuple(seen), set()))[1].add(claim)
        found["incidents"] = {frozenset(claims): seen for seen, claims in groups.values()}
        tables = "SELECT version_num FROM alembic_version"
        found["form"] = connection.exec_driver_sql(tables).scalar()
    opened.close()
    return found


@dataclass
class Tally:
    """What was seen in one case."""

    kills: int = 0
    ended: int = 0
    acknowledged: int = 0
    early: int = 0
    seconds: float = 0.0


class Results:
    """Tallies that outlast an interruption: a line of JSON for each time that a case has ended."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._found: dict[str, Tally] = {}
        for line in path.read_text("utf-8").splitlines() if path is not None and path.exists() else []:
            with contextlib.suppress(json.JSONDecodeError):  # the last line, where writing it was interrupted
                name, known = json.loads(line)
                self._found[name] = Tally(**known)

    def of(self, name: str) -> Tally:
        """What was seen of a case so far."""
        return self._found.setdefault(name, Tally())

    def keep(self, name: str) -> None:
        """Write down what was seen of a case so far."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([name, vars(self._found[name])]) + "\n")


@dataclass
class Case:
    """A piece of work. `lines`: it writes a file of reports too. `later`: it makes a store of a later form,
    which is looked at as it is."""

    name: str
    work: Callable[..., None]
    known: dict[str, Any] = field(default_factory=dict)
    before: str | None = None
    lines: bool = False
    later: bool = False


class Fault(Exception):
    """What must not be."""


class Bench:
    """Runs cases on one kind of database; `target` names a store, `copy` makes one like another."""

    def __init__(self, folder: Path, seed: int, results: Results, server: Any = None) -> None:
        self.folder, self.seed, self.results, self.server = folder, seed, results, server
        self.dice = random.Random(seed)
        self.spawn = multiprocessing.get_context("forkserver")
        self.spawn.set_forkserver_preload(["store_kills_preload"])
        self._made = 0

    def target(self, like: str | None) -> str:
        """A new place for a store; a copy of a store that is closed, where one is named."""
        self._made += 1
        name = f"s{os.getpid()}_{self._made}"
        if self.server is not None:
            if like is not None:
                words = f"CREATE DATABASE {name} TEMPLATE {like.partition('@/')[2].partition('?')[0]}"
                self.server.run("psql", "-h", str(self.server.folder), "-U", "desk", "-c", words, "postgres")
                return str(self.server.url(name))
            return str(self.server.create(name))
        path = self.folder / f"{name}.db"
        if like is not None:
            shutil.copy(like, path)
        return str(path)

    def start(self, case: Case, store: str, acked: Path) -> Any:
        process = self.spawn.Process(target=child, args=(case.work, store, str(acked), case.known))
        process.start()
        return process

    def clean(self, case: Case) -> tuple[str, float]:
        """The store of a run that nobody disturbs, and its seconds."""
        store, acked = self.target(case.before), self.folder / f"{case.name}.clean"
        begun = time.monotonic()
        process = self.start(case, store, acked)
        process.join(_PATIENCE_SECONDS * 3)
        if process.exitcode != 0 or not acked.read_text().endswith("end\n"):
            process.kill()
            raise Fault(f"{case.name}: the clean run failed:\n{Path(f'{acked}.err').read_text()[-3000:]}")
        return store, time.monotonic() - begun

    def run(self, case: Case, kills: int, say: Callable[[str], None]) -> Tally:
        """Kill a case so often, with what was done before. Raises Fault."""
        tally, begun = self._tally(case.name), time.monotonic()
        if tally.kills >= kills:
            return tally
        clean, length = self.clean(case)
        wanted = contents(clean)
        lines = sorted(lines_of(clean)) if case.lines else []
        while tally.kills < kills:
            store = self.target(case.before)
            acked = self.folder / f"{case.name}.{tally.ended}.acked"
            mine = 0
            while True:
                process, since = self.start(case, store, acked), time.monotonic()
                if tally.kills < kills and mine < 25:
                    process.join(self.dice.uniform(0.0, length))
                else:
                    process.join(_PATIENCE_SECONDS * 3)
                if process.exitcode is None:
                    process.kill()
                    process.join()
                    tally.kills += 1
                    mine += 1
                    self.look(case, store, acked, f"{case.name}, kill {tally.kills}", tally)
                    continue
                if process.exitcode != 0:
                    raise Fault(f"{case.name} failed:\n{Path(f'{acked}.err').read_text()[-3000:]}")
                if not mine:  # the machine was busier with the clean run than it is now
                    length = min(length, time.monotonic() - since)
                break
            self.look(case, store, acked, f"{case.name}, end {tally.ended}", tally)
            found = contents(store)
            for part, held in wanted.items():
                if found[part] != held:
                    raise Fault(
                        f"{case.name}: {part} differ from a clean run: {differing(found[part], held)}"
                    )
            if case.lines and sorted(set(lines_of(store))) != sorted(set(lines)):
                raise Fault(f"{case.name}: the lines differ from a clean run")
            tally.acknowledged += len(set(acked.read_text().splitlines())) - 1
            tally.ended += 1
            tally.seconds, begun = tally.seconds + time.monotonic() - begun, time.monotonic()
            self.results.keep(case.name)
            say(f"{case.name}: {tally.kills} of {kills} kills, {tally.seconds:.0f} s")
        return tally

    def _tally(self, name: str) -> Tally:
        """What was seen of a case so far; the dice fall otherwise than they did then."""
        tally = self.results.of(name)
        self.dice = random.Random(f"{self.seed} {name} {tally.kills}")
        return tally

    def crash(self, case: Case, crashes: int, say: Callable[[str], None]) -> Tally:
        """Crash the server under a case that goes on by itself when it is there again."""
        tally, begun = self._tally(CRASH), time.monotonic()
        if tally.kills >= crashes:
            return tally
        clean, length = self.clean(case)
        wanted = contents(clean)
        while tally.kills < crashes:
            store, acked = self.target(case.before), self.folder / f"crash.{tally.ended}.acked"
            process = self.start(case, store, acked)
            until = time.monotonic() + _PATIENCE_SECONDS
            while (
                not acked.exists() or not acked.read_text()
            ):  # where it is not there at the start, that is told
                time.sleep(0.02)
                if time.monotonic() > until:
                    raise Fault(f"{case.name} does not start")
            for _ in range(3):
                process.join(self.dice.uniform(0.0, length / 3))
                if process.exitcode is not None or tally.kills == crashes:
                    break
                self.server.crash()
                time.sleep(self.dice.uniform(0.0, 1.5))
                self.server.start()
                tally.kills += 1
            process.join(_PATIENCE_SECONDS)
            if process.exitcode != 0:
                process.kill()
                raise Fault(f"{case.name} did not go on:\n{Path(f'{acked}.err').read_text()[-3000:]}")
            self.look(case, store, acked, "after a crash", tally)
            if contents(store) != wanted:
                raise Fault("what is stored differs from a clean run")
            tally.acknowledged += len(set(acked.read_text().splitlines())) - 1
            tally.ended += 1
            tally.seconds, begun = tally.seconds + time.monotonic() - begun, time.monotonic()
            self.results.keep(CRASH)
            say(f"{case.name}: {tally.kills} of {crashes} crashes, {tally.seconds:.0f} s")
        return tally

    def look(self, case: Case, store: str, acked: Path, when: str, tally: Tally) -> None:
        """Look at a store after a kill. Raises Fault."""
        from rashomon.errors import StoreMissing, StoreTooNew
        from rashomon.store.desk import Desk

        said = acked.read_text().splitlines() if acked.exists() else []
        tally.early += not said
        if case.lines:  # written before there is a store
            there = set(lines_of(store))
            if lost := {line[5:] for line in said if line.startswith("line ")} - there:
                raise Fault(f"{when}: {len(lost)} lines were acknowledged, and are lost")
        stored = [line.split() for line in said if not line.startswith("line ")]
        try:
            desk = Desk(store, create=self.server is not None)
        except StoreTooNew:
            if not case.later:
                raise
            return
        except StoreMissing:  # killed before it was made
            if stored:
                raise Fault(f"{when}: something was acknowledged and there is no store") from None
            return
        with desk:
            broken = [finding for finding in desk.examine() if finding.state == "broken"]
            if broken:
                raise Fault(f"{when}: {broken}")
            notes = {each.note for each in desk.corrections.all()}
            for words in stored:
                match words:
                    case ["report", ref, claims]:
                        kept = desk.report(ref)
                        if kept is None or len(kept.claims) != int(claims):
                            raise Fault(f"{when}: {ref} was acknowledged, and is not there whole")
                    case ["correction", note] if note not in notes:
                        raise Fault(f"{when}: the correction of {note} was acknowledged, and is lost")


def lines_of(store: str) -> list[str]:
    """Ids of the reports in the file beside a store; a last line that was cut off is not counted."""
    path = Path(store).with_suffix(".jsonl")
    found = []
    for line in path.read_bytes().splitlines(keepends=True) if path.exists() else []:
        if line.endswith(b"\n"):
            found.append(json.loads(line)["id"])
    return found


def differing(found: Any, wanted: Any) -> str:
    """The first few entries of one that are not in the other."""
    one, other = (
        {each} if isinstance(each, str) else set(map(repr, each.items() if isinstance(each, dict) else each))
        for each in (found, wanted)
    )
    return f"not wanted: {sorted(one - other)[:3]}; missing: {sorted(other - one)[:3]}"[:2_000]


@contextmanager
def feed(count: int) -> Iterator[tuple[str, int]]:
    """The address and the port of a feed of invented articles; some have a page."""
    from source_web import web

    def entry(number: int, address: str) -> str:
        made = told(number)
        link = f"<link>{address}/{number}</link>" if number % 6 == 0 else ""
        whole = made["text"] + " Nobody else was in the square that evening." * 40 * (number % 6 > 0)
        day = f"{1 + number % 27:02} May 2024 09:00:00 GMT"
        return (f"<item><guid>g{number}</guid><title>Arrests {number}</title>{link}<pubDate>{day}</pubDate>"
                f"<content:encoded>{whole}</content:encoded></item>")  # fmt: skip

    with web() as served:
        items = "".join(entry(number, served.base) for number in range(count))
        space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        told_of = f"<rss version='2.0' {space}><channel><title>Hill Courier</title>{items}</channel></rss>"
        served.pages = {"/feed": told_of.encode()}
        for number in range(0, count, 6):
            words = f"<p>{told(number)['text']} {'The market stayed shut for the rest of the day. ' * 12}</p>"
            served.pages[f"/{number}"] = f"<html><body><article>{words}</article></body></html>"
        yield served.url("/feed"), served.port


def cases(bench: Bench, folder: Path, size: int, address: str, port: int) -> list[Case]:
    """All cases, each with the store that it begins with."""
    from rashomon.store import migrations

    reports, few = folder / "reports.jsonl", folder / "few.jsonl"
    reports.write_text("".join(json.dumps(told(n)) + "\n" for n in range(size)), encoding="utf-8")
    few.write_text("".join(json.dumps(told(n)) + "\n" for n in range(12)), encoding="utf-8")
    start = folder / "start.jsonl"
    start.write_text("".join(json.dumps(told(n)) + "\n" for n in range(max(8, size // 3))), encoding="utf-8")
    steps = folder / "steps"
    steps.mkdir()
    (steps / "v9001_next.py").write_text(STEP.replace("{head}", migrations.HEAD), encoding="utf-8")
    intake = Case("intake", add, {"reports": str(reports)})
    told_of = Case("reconcile", reconcile, {"first": 0, "count": max(9, size // 2)})
    filled = bench.clean(Case("start", add, {"reports": str(start)}))[0]
    return [
        intake,
        told_of,
        Case("reading", add, {"reports": str(few), "real": True}),
        Case("watch", watch, {"feed": address, "port": port}, lines=True),
        Case("reread", reread, before=filled),
        Case("forget", forget, before=filled),
        Case("migrate", migrate, {"steps": str(steps)}, before=filled, later=True),
    ]


CRASH = "crash of the server"
SHARES = {"intake": 4, "reconcile": 4, "reading": 1, "watch": 3, "reread": 3, "forget": 2, "migrate": 3}


def run(
    kills: int, *, size: int = 40, seed: int = 0, only: list[str] | None = None, server: Any = None,
    crashes: int = 0, say: Callable[[str], None] = lambda _line: None, results: Path | None = None,
) -> dict[str, Tally]:  # fmt: skip
    """Kill the cases so often in all, each by its share. Raises Fault."""
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    found: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory(prefix="rashomon-kills-") as name, feed(24) as (address, port):
        folder = Path(name)
        bench = Bench(folder, seed, Results(results), server)
        every = cases(bench, folder, size, address, port)
        if server is not None:
            every = [case for case in every if not case.lines]  # it keeps a file beside the store
        chosen = [case for case in every if not only or case.name in only]
        total = sum(SHARES[case.name] for case in chosen)
        for case in chosen:
            share = max(1, round(kills * SHARES[case.name] / total))
            found[case.name] = bench.run(case, share, say)
        if crashes:
            found[CRASH] = bench.crash(every[0], crashes, say)
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--crashes", type=int, default=12, help="of the server, with --postgresql")
    parser.add_argument("--size", type=int, default=40, help="reports of the larger cases")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append", choices=sorted(SHARES))
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--results", type=Path, help="a file: what was seen is kept there, and gone on from")
    given = parser.parse_args()

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    try:
        if given.postgresql:
            from postgres_server import server

            with server() as running:
                found = run(given.kills, size=given.size, seed=given.seed, only=given.only, server=running,
                            crashes=given.crashes, say=say, results=given.results)  # fmt: skip
        else:
            found = run(given.kills, size=given.size, seed=given.seed, only=given.only, say=say,
                        results=given.results)  # fmt: skip
    except Fault as fault:
        raise SystemExit(f"FAULT: {fault}") from None
    print(f"{'case':<22}{'kills':>7}{'before a word':>15}{'ended':>7}{'acknowledged':>14}{'seconds':>9}")
    for name, tally in found.items():
        print(f"{name:<22}{tally.kills:>7,}{tally.early:>15,}{tally.ended:>7,}{tally.acknowledged:>14,}"
              f"{tally.seconds:>9,.0f}")  # fmt: skip
    print(f"{sum(tally.kills for tally in found.values()):,} kills: every store whole, nothing lost, "
          "nothing half there, every end equal to the clean run's")  # fmt: skip


if __name__ == "__main__":
    main()
