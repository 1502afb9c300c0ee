"""How long a store with many claims takes to answer.

    python benchmarks/store_speed.py --claims 1000000 --store big.db

Some hundred made reports (`made_reports.py`) are added in the ordinary way; their rows are then copied inside
SQLite, under other numbers, names and days, until there are as many claims as asked for. Copies share most of
their words and half of their actors, so the commonest of both are commoner than in a store of real reports.
Where reconciling would find claims (`claim_filing`) is not copied: nothing is added to such a store.

Then each kind of question is asked a number of times with other values, each in a new transaction. Told are
the median, the 95th percentile and the longest time on the clock, and the 95th percentile of the processor's.
With `--threads 2` two ask at once.

    python benchmarks/store_speed.py --store big.db --intake 100

adds a hundred new reports to an empty store and to that one, and tells how much longer it takes there. What
is copied or constructed is not filed for reconciling, so this measures the writing of rows and indexes, not
the looking for neighbours among a million claims.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import msgspec  # noqa: E402
from made_reports import Maker  # noqa: E402

from rashomon.model import Claim, Reading  # noqa: E402
from rashomon.store.desk import Desk  # noqa: E402
from rashomon.store.fulltext import INDEXED, sqlite_fill  # noqa: E402

BASE = 500
MOVED = "date({0}, '+' || ({1} * 11 % 2000) || ' days')"


def fill(path: Path, claims: int) -> None:
    """Make the store."""
    with Desk(path) as desk:
        begun, cpu = time.perf_counter(), time.process_time()
        desk.add(Maker().readings(BASE))
        spent = time.perf_counter() - begun, time.process_time() - cpu
        print(f"{BASE} reports added in {spent[0]:.1f} s, {spent[1]:.1f} s of the processor", file=sys.stderr)
    with sqlite3.connect(path, isolation_level=None) as connection:
        (have,) = connection.execute("SELECT count(*) FROM claim").fetchone()
        connection.executescript(
            "PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; PRAGMA foreign_keys=OFF; BEGIN;"
            "DROP TRIGGER report_text_learn; DROP TRIGGER incident_text_learn;"
        )
        shifts = {table: connection.execute(f"SELECT max(num) FROM {table}").fetchone()[0]
                  for table in ("report", "claim", "incident")}  # fmt: skip
        for copy in range(1, -(-claims // have)):
            for statement in _copies(connection, shifts, copy):
                connection.execute(statement)
            if copy % 20 == 0:
                print(f"  {(copy + 1) * have:,} claims", file=sys.stderr, flush=True)
        for table in INDEXED:
            connection.execute(f"INSERT INTO {table}_index ({table}_index) VALUES ('delete-all')")
            rows = [row for (row,) in connection.execute(f"SELECT day_row FROM {table}")]
            for statement in sqlite_fill(table, rows):
                connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
    connection.close()


def _copies(connection: sqlite3.Connection, shifts: dict[str, int], copy: int) -> Iterator[str]:
    """Statements that copy all tables once more."""
    r, c, i = (shifts[table] * copy for table in ("report", "claim", "incident"))
    moved = {name: MOVED.format(name, copy) for name in ("day", "published", "first_day", "last_day")}
    named = {name: f"{name} || '-{copy}'" for name in ("id", "sha256", "content", "link")}
    one_of = f"' {copy % 50}'"
    text = f"text || ' copy{copy} number' || num || 'x{copy}'"
    body = f"""replace(body, '"id":"' || id || '"', '"id":"' || id || '-{copy}"')"""
    own_actor = f"CASE WHEN claim % 2 THEN key || {one_of} ELSE key END"
    own_value = (
        "CASE WHEN kind = 'actor' AND incident % 2 AND value = lower(value) "
        f"THEN value || {one_of} ELSE value END"
    )

    def day_row(table: str, day: str, shift: int) -> str:
        moved = f"CAST(julianday({day}) - 1721424.5 AS INTEGER) << 32"
        return f"(SELECT {moved} | {table}.num FROM {table} WHERE {table}.num = {table}_text.num + {shift})"

    # what is of another number, and what else is other
    changed: dict[str, tuple[str, str, dict[str, str]]] = {
        "report": ("num", "report", {"num": f"num + {r}", "original": f"original + {r}", **named, **moved}),
        "report_text": ("num", "report", {
            "num": f"num + {r}", "text": text, "day_row": day_row("report", "day", r),
        }),
        "claim": ("num", "claim", {"num": f"num + {c}", "report": f"report + {r}", **named, **moved}),
        "claim_party": ("claim", "claim", {"claim": f"claim + {c}", "key": own_actor, **moved}),
        "incident": ("num", "incident", {"num": f"num + {i}", "body": body, **named, **moved}),
        "incident_claim": (
            "incident", "incident", {"incident": f"incident + {i}", "claim": f"claim + {c}"}
        ),
        "incident_facet": (
            "incident", "incident", {"incident": f"incident + {i}", "value": own_value, **moved}
        ),
        "incident_text": ("num", "incident", {
            "num": f"num + {i}", "day_row": day_row("incident", "last_day", i),
        }),
    }  # fmt: skip
    for table, (key, counted, new) in changed.items():
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        told = ", ".join(new.get(name, name) for name in columns)
        yield f"INSERT INTO {table} SELECT {told} FROM {table} WHERE {key} <= {shifts[counted]}"


def questions(desk: Desk, dice: random.Random) -> dict[str, Callable[[], object]]:
    """What is asked; each with other values every time."""
    with desk.store.reading() as connection:

        def some(query: str) -> list[str]:
            return [row[0] for row in connection.exec_driver_sql(query)]

        countries = some("SELECT DISTINCT country FROM incident WHERE num < 2000 AND country IS NOT NULL")
        actors = some("SELECT DISTINCT value FROM incident_facet WHERE kind = 'actor' LIMIT 3000")
        voices = some("SELECT DISTINCT value FROM incident_facet WHERE kind = 'voice' LIMIT 3000")
        ids = some("SELECT id FROM incident WHERE num % 997 = 3 LIMIT 500")
        reports = some("SELECT id FROM report WHERE num % 97 = 3 LIMIT 500")
        titles = some("SELECT title FROM report_text WHERE num <= 500")
        types = some("SELECT DISTINCT type FROM incident WHERE num < 2000")
    words = [word for title in titles for word in title.lower().split()]

    def day() -> str:
        return f"{dice.randrange(2019, 2024)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 28):02}"

    def deep() -> object:
        cursor = None
        for _ in range(10):
            cursor = desk.incidents(country=dice.choice(countries[:5]), cursor=cursor).cursor
            if cursor is None:
                break
        return cursor

    def claims_of(ref: str) -> object:
        return desk.incident(ref)

    return {
        "newest incidents": lambda: desk.incidents(),
        "last changed": lambda: desk.incidents(sort="changed"),
        "country": lambda: desk.incidents(country=dice.choice(countries)),
        "country, type, span": lambda: desk.incidents(
            country=dice.choice(countries), type=dice.choice(types), since=(since := day()),
            until=f"{since[:4]}-12-31"),
        "span long ago": lambda: desk.incidents(until=f"{dice.randrange(2019, 2021)}-06-30"),
        "disputed": lambda: desk.incidents(disputed=True, until=day()),
        "disputed field, country": lambda: desk.incidents(disputed="killed", country=dice.choice(countries)),
        "actor": lambda: desk.incidents(actor=dice.choice(actors)),
        "actor and voice": lambda: desk.incidents(actor=dice.choice(actors), voice=dice.choice(voices)),
        "actor, status, country": lambda: desk.incidents(
            actor=dice.choice(actors), status="denied", country=dice.choice(countries)),
        "box": lambda: desk.incidents(
            box=(w := dice.uniform(-170, 150), s := dice.uniform(-50, 30), w + 10, s + 10)),
        "words in incidents": lambda: desk.incidents(words=dice.choice(words)),
        "two words in incidents, country": lambda: desk.incidents(
            words=f"{dice.choice(words)} {dice.choice(words)}", country=dice.choice(countries)),
        "search, any word": lambda: desk.search(dice.choice(words)),
        "search, two words": lambda: desk.search(f"{dice.choice(words)} {dice.choice(words)}"),
        "search, the commonest word": lambda: desk.search("struck"),
        "search, a rare word": lambda: desk.search(f"copy{dice.randrange(1, 30)}"),
        "count of a country": lambda: desk.count(country=dice.choice(countries)),
        "count of all": lambda: desk.count(),
        "incident page": lambda: claims_of(dice.choice(ids)),
        "report page": lambda: desk.report(dice.choice(reports)),
        "claims of a country and type": lambda: desk.claims(
            country=dice.choice(countries), type=dice.choice(types)),
        "claims of an actor": lambda: desk.claims(actor=dice.choice(actors)),
        "ten pages on (all ten)": deep,
    }  # fmt: skip


def ask(desk: Desk, times: int, threads: int) -> None:
    """Ask, and print how long it took."""
    print(f"{'':36}{'median':>9}{'p95':>9}{'longest':>9}{'p95 CPU':>9}   ms, {threads} at once")
    worst = 0.0
    for name in questions(desk, random.Random(0)):
        spent: list[tuple[float, float]] = []

        def one(seed: int, name: str = name, spent: list[tuple[float, float]] = spent) -> None:
            question = questions(desk, random.Random(seed))[name]
            for _ in range(times):
                begun, cpu = time.perf_counter(), time.thread_time()
                question()
                spent.append((time.perf_counter() - begun, time.thread_time() - cpu))

        running = [threading.Thread(target=one, args=(seed,)) for seed in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        clock, cpu = sorted(each[0] for each in spent), sorted(each[1] for each in spent)
        at = int(0.95 * (len(spent) - 1))
        worst = max(worst, cpu[at])
        figures = (clock[len(clock) // 2], clock[at], clock[-1], cpu[at])
        print(f"{name:36}" + "".join(f"{1000 * figure:9.1f}" for figure in figures), flush=True)
    print(f"worst p95 of the processor: {1000 * worst:.1f} ms")


def _renamed(reading: Reading, with_: str, years: int) -> Reading:
    """A reading under ids of its own, so many years later: near nothing that was added before."""
    replace = msgspec.structs.replace

    def later(day: str) -> str:
        return f"{int(day[:4]) + years}{'-02-28' if day[4:10] == '-02-29' else day[4:10]}"

    def moved(one: Claim) -> Claim:
        date = one.date and replace(one.date, first=later(one.date.first), last=later(one.date.last))
        return replace(one, id=with_ + one.id, report=report.id, date=date)

    day = reading.report.published
    report = replace(reading.report, id=with_ + reading.report.id, published=day and later(day))
    return replace(reading, report=report, claims=tuple(map(moved, reading.claims)))


def intake(path: Path, count: int) -> None:
    """Add reports to an empty store and to a large one, and print how long it took."""
    seed = time.time_ns() % 1_000_000  # new ones each time: what is known is passed over

    def made(seed: int, count: int) -> list[Reading]:
        return [_renamed(each, f"s{seed}-", 20 + seed % 5_000) for each in Maker(seed).readings(count)]

    spent: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, store in (("empty", Path(folder) / "empty.db"), ("large", path)):
            with Desk(store) as desk:
                desk.add(made(seed + 1_000_000, 5))  # tables are read, caches begun
                readings = made(seed, count)
                begun, cpu = time.perf_counter(), time.process_time()
                added = desk.add(readings)
                spent[name] = time.perf_counter() - begun, time.process_time() - cpu
            states = Counter(each.state for each in added)
            claims = sum(each.claims for each in added)
            print(f"{name}: {dict(states)}, {claims:,} claims, {spent[name][1] * 1e3 / count:.1f} ms of the "
                  f"processor a report, {spent[name][0] * 1e3 / count:.1f} ms on the clock")  # fmt: skip
    print(f"ratio of the processor's time: {spent['large'][1] / spent['empty'][1]:.2f}")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--claims", type=int, default=1_000_000)
    parser.add_argument("--store", type=Path, required=True, help="a file; made where it is not there")
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--intake", type=int, default=0, metavar="REPORTS", help="add so many, ask nothing")
    given = parser.parse_args()
    if not given.store.exists():
        begun = time.perf_counter()
        fill(given.store, given.claims)
        print(f"filled in {time.perf_counter() - begun:,.0f} s", file=sys.stderr)
    if given.intake:
        intake(given.store, given.intake)
        return
    with Desk(given.store) as desk:
        with desk.store.reading() as connection:
            counts = {table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
                      for table in ("report", "claim", "incident")}  # fmt: skip
        print(", ".join(f"{count:,} {table}s" for table, count in counts.items()),
              f"{given.store.stat().st_size / 1e9:.2f} GB", sep=", ")  # fmt: skip
        ask(desk, given.times, given.threads)


if __name__ == "__main__":
    main()
