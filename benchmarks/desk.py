"""How fast the desk answers over a large store: the 95th percentile of each kind of page.

    python benchmarks/desk.py --claims 100000                  makes a store in a temporary folder, then asks
    python benchmarks/desk.py --claims 100000 --store big.db   keeps it, and uses it again

The store is constructed: invented reports, claims and incidents are written straight into its tables, for
reading and reconciling them is not what is measured here. Incidents are told by 1 to 6 claims, one in a
hundred by 30, a few by 200; one in six is disputed. Requests go to a real server on this machine, one after
the other, with gzip, over a connection that is kept. On a machine that does other work besides, the time that
the desk itself computes (CPU) tells more than the time by the clock. Besides times, the sizes over the wire
are printed: of each page, and of the first page with all that it loads.
"""

from __future__ import annotations

import argparse
import http.client
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "reconcile"), str(ROOT / "tests" / "store")]

TOWNS = [
    (f"{a}{b}", 10 + n * 0.37 % 30, 38 + n * 0.21 % 12)
    for n, (a, b) in enumerate(
        (a, b)
        for a in ("Vre", "Kame", "Dubra", "Lip", "Suvo", "Ostra", "Mala", "Gorna", "Brezo", "Jase")
        for b in ("lo", "njar", "va", "nik", "brod", "polje", "gora", "vica", "grad", "vac")
    )
]
LANDS = ("SRB", "XKX", "MOZ", "PER", "UKR", "RUS", "ISR", "PSE", "SDN", "ETH")
TYPES = (
    "ASSAULT",
    "COERCE",
    "PROTEST",
    "ACCUSE",
    "MOBILIZE",
    "AGREE",
    "AID",
    "THREATEN",
    "REQUEST",
    "RETREAT",
)
SECTORS = ("GOV", "MIL", "COP", "REB", "CVL")
WORDS = [
    "market",
    "bridge",
    "convoy",
    "harvest",
    "school",
    "clinic",
    "road",
    "river",
    "station",
    "council",
    "mayor",
    "soldiers",
    "villagers",
    "strike",
    "drone",
    "barracks",
    "checkpoint",
    "border",
    "miners",
    "teachers",
]


def sizes(claims: int) -> Iterator[int]:
    """How many claims tell each incident, until there are enough."""
    draw = random.Random(1)
    left, number = claims, 0
    while left > 0:
        size = (
            200
            if number % 9_000 == 17
            else 30
            if number % 100 == 3
            else draw.choice((1, 1, 2, 2, 3, 3, 4, 6))
        )
        size = min(size, left)
        left -= size
        number += 1
        yield size


def fill(store: str, count: int) -> None:
    """Write a constructed store."""
    import sqlalchemy as sa
    from reconcile_builders import claim, day, figure, party, voice

    from rashomon.model import Date, Place, Report
    from rashomon.reconcile.incidents import Account, Dispute, Incident, Position
    from rashomon.store import publishers, schema
    from rashomon.store.desk import Desk
    from rashomon.store.replacing import Numbered, replace
    from rashomon.store.rows import Told, claim_columns, encoded, party_rows

    draw = random.Random(2)
    at = "2026-01-01T00:00:00.000Z"
    outlets = [f"{town} {kind}" for town, _, _ in TOWNS[:40] for kind in ("Courier", "Radio", "Post")]
    number = 0
    with Desk(store) as desk:

        def some(incidents: list[int], first: int) -> None:
            def work(connection: sa.Connection) -> None:
                made: list[Incident] = []
                known: dict[str, Numbered] = {}
                rows: dict[str, list[Any]] = {"report": [], "text": [], "claim": [], "party": []}
                serial = first
                for size in incidents:
                    town, lon, lat = draw.choice(TOWNS)
                    land, kind = draw.choice(LANDS), draw.choice(TYPES)
                    first_day = f"20{draw.randint(15, 25)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
                    mine, accounts = [], []
                    for nth in range(size):
                        serial += 1
                        outlet = draw.choice(outlets)
                        noun, other = draw.sample(WORDS, 2)
                        killed = draw.randint(1, 40)
                        quote = f"The army attacked the {noun} of {town} and killed {killed} near the {other}"
                        text = f"{quote}, the clinic said. It was dispatch {serial}. " + " ".join(
                            draw.choices(WORDS, k=90)
                        )
                        ref = f"r-{serial:08}"
                        report = Report(
                            text=text,
                            published=first_day,
                            publisher=outlet,
                            title=f"{noun} of {town}, {serial}",
                            id=ref,
                        )
                        row = {
                            "id": ref,
                            "sha256": report.sha256,
                            "content": f"{serial:08}",
                            "published": first_day,
                            "day": first_day,
                            "publisher": publishers.number_of(connection, outlet),
                            "notes": "[]",
                            "reader": "made",
                            "added": at,
                            "read": at,
                            "n_claims": 1,
                            "language": "en",
                        }
                        rows["report"].append({"num": serial, **row})
                        rows["text"].append({"num": serial, "title": report.title, "text": text})
                        teller = voice(f"{draw.choice(WORDS)} of {town}", f"{land} {draw.choice(SECTORS)}")
                        one = claim(
                            quote,
                            "attacked",
                            kind,
                            id=f"c-{serial:08}",
                            report=ref,
                            actors=(party(f"{land} army", f"{land} MIL"),),
                            recipients=(party(f"people of {town}", f"{draw.choice(LANDS)} CVL"),),
                            date=day(first_day),
                            figures=(figure("killed", killed, whom="people"),),
                            place=Place(town, 0, 1, town, None, land, None, None, lat, lon, "town"),
                            **({"voice": teller} if nth % 3 else {}),
                        )
                        told = Told(ref, outlet, report.title, first_day)
                        rows["claim"].append(
                            {
                                "num": serial,
                                "id": one.id,
                                "report": serial,
                                "ordinal": 0,
                                "body": encoded(one),
                                "is_copy": 0,
                                **claim_columns(one, told),
                            }
                        )
                        rows["party"] += party_rows(one, serial, told)
                        known[one.id] = Numbered(serial, one, told)
                        mine.append(one)
                        accounts.append(Account(one.voice, (one.id,)))
                    disputes = ()
                    if size > 1 and serial % 3 == 0:
                        names = [
                            (one.voice.name or known[one.id].told.publisher or "", one) for one in mine[:4]
                        ]
                        disputes = (
                            Dispute("killed", tuple(Position(name, "3", (one.id,)) for name, one in names)),
                        )
                    made.append(
                        Incident(
                            f"i-{serial:08}",
                            kind,
                            (),
                            Date(first_day, first_day, "day"),
                            mine[0].place,
                            tuple(one.id for one in mine),
                            tuple(accounts),
                            disputes,
                        )
                    )
                connection.execute(sa.insert(schema.report), rows["report"])
                connection.execute(sa.insert(schema.report_text), rows["text"])
                connection.execute(sa.insert(schema.claim), rows["claim"])
                connection.execute(sa.insert(schema.claim_party), rows["party"])
                replace(connection, made, known, at)

            desk.store.write(work)

        batch: list[int] = []
        began = time.monotonic()
        for size in sizes(count):
            batch.append(size)
            if sum(batch) >= 2_000:
                some(batch, number)
                number += sum(batch)
                batch = []
                print(
                    f"\r{number:,} claims, {time.monotonic() - began:.0f} s",
                    end="",
                    file=sys.stderr,
                    flush=True,
                )
        if batch:
            some(batch, number)
        if desk.store.sqlite:
            with desk.store.engine.connect() as connection:
                connection.exec_driver_sql("ANALYZE")
        desk.store.checkpoint()
        print(file=sys.stderr)


def questions(store: str, rounds: int) -> dict[str, list[str]]:
    """What is asked, by kind."""
    from rashomon.store.desk import Desk

    draw = random.Random(3)
    with Desk(store, create=False) as desk:
        told = [each.id for each in desk.incidents(limit=1000)]
        large = [each.id for each in desk.incidents(min_voices=20, limit=50)]
        deep = []
        cursor = None
        for _ in range(rounds):
            cursor = desk.incidents(cursor=cursor, limit=25).cursor
            deep.append(f"/incidents?cursor={cursor}")

    def filtered() -> str:
        fields = {
            "type": draw.choice(TYPES),
            "country": draw.choice(LANDS),
            "actor": f"{draw.choice(LANDS)} army",
            "voice": quote(f"{draw.choice(WORDS)} of {draw.choice(TOWNS)[0]}"),
            "side": draw.choice(LANDS),
            "status": "happened",
            "disputed": draw.choice(("yes", "killed")),
            "since": f"20{draw.randint(15, 25)}-03-01",
            "until": f"20{draw.randint(16, 25)}-09-01",
            "box": f"{draw.randint(9, 20)},38,30,{draw.randint(40, 50)}",
            "words": draw.choice(WORDS),
        }
        names = draw.sample(sorted(fields), draw.choice((1, 2, 3)))
        if "since" in names and "until" in names and fields["since"] > fields["until"]:
            names.remove("until")
        return "/incidents?" + "&".join(f"{name}={quote(fields[name], safe='%,')}" for name in names)

    def points() -> str:
        return filtered().replace("/incidents?", "/api/v1/points?")

    return {
        "today": ["/"] * rounds,
        "list": ["/incidents"] * (rounds // 2) + deep[: rounds // 2],
        "filter": [filtered() for _ in range(2 * rounds)],
        "points (map)": [points() for _ in range(rounds // 2)],
        "search": [
            f"/search?q={quote(' '.join(draw.sample(WORDS, draw.choice((1, 2, 3)))))}" for _ in range(rounds)
        ],
        "incident": [f"/incidents/{ref}" for ref in draw.choices(told, k=rounds)],
        "incident, 20+ voices": [f"/incidents/{ref}" for ref in draw.choices(large, k=rounds)]
        if large
        else [],
        "voice": [
            f"/voice?name={quote(f'{draw.choice(WORDS)} of {draw.choice(TOWNS)[0]}')}"
            for _ in range(rounds // 2)
        ],
        "actor": [f"/actor?name={draw.choice(LANDS)}+army" for _ in range(rounds // 2)],
        "dyad": [f"/dyad?a={a}&b={b}" for a, b in (draw.sample(LANDS, 2) for _ in range(rounds // 4))],
        "actors, voices, dyads": [draw.choice(("/actors", "/voices", "/dyads")) for _ in range(rounds // 4)],
        "API list": [filtered().replace("/incidents?", "/api/v1/incidents?limit=50&") for _ in range(rounds)],
    }


def busy(pid: int) -> float:
    """Seconds that a process has computed, over its threads; 0 where the system does not say."""
    total = 0
    for each in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            total += int(each.read_text().split()[0])
        except (OSError, ValueError):
            continue
    return total / 1e9


def fetch(connection: http.client.HTTPConnection, path: str) -> tuple[float, int, bytes]:
    """Seconds, status and body as it came over the wire."""
    began = time.perf_counter()
    connection.request("GET", path, headers={"accept-encoding": "gzip", "accept": "*/*"})
    answer = connection.getresponse()
    body = answer.read()
    return time.perf_counter() - began, answer.status, body


def measure(store: str, rounds: int) -> None:
    """Start the desk, ask, print."""
    command = [sys.executable, "-m", "rashomon.cli", "desk", "--store", store, "--port", "0"]
    server = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**__import__("os").environ, "PYTHONPATH": str(ROOT / "src")},
    )
    try:
        assert server.stdout is not None
        port = int(re.search(r":(\d+)/ ", server.stdout.readline())[1])  # type: ignore[index]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        print(
            f"{'page':24}{'requests':>9}{'median ms':>11}{'p95 ms':>9}{'worst ms':>10}"
            f"{'p95 CPU ms':>12}{'KB':>8}"
        )
        for kind, paths in questions(store, rounds).items():
            seconds, worked, wire = [], [], 0
            for path in paths:
                before = busy(server.pid)
                took, status, body = fetch(connection, path)
                worked.append(busy(server.pid) - before)
                if status not in (200, 404):
                    raise SystemExit(f"{path}: status {status}")
                seconds.append(took)
                wire = max(wire, len(body))
            if len(seconds) > 1:
                cuts = statistics.quantiles(seconds, n=20)
                print(
                    f"{kind:24}{len(seconds):9}{1e3 * statistics.median(seconds):11.1f}{1e3 * cuts[18]:9.1f}"
                    f"{1e3 * max(seconds):10.1f}{1e3 * statistics.quantiles(worked, n=20)[18]:12.1f}"
                    f"{wire / 1024:8.1f}",
                    flush=True,
                )
        for name, path in (("first page", "/"), ("map and timeline", "/incidents")):
            print(f"{name} with all that it loads: {loaded(connection, path) / 1024:.1f} KB")
    finally:
        server.terminate()
        server.wait(20)


def loaded(connection: http.client.HTTPConnection, path: str) -> int:
    """Bytes of a page and of what it loads, over the wire."""
    import gzip

    _, _, body = fetch(connection, path)
    page = gzip.decompress(body).decode() if body[:2] == b"\x1f\x8b" else body.decode()
    linked = re.findall(r'(?:href|src|data-world|data-points)="(/static/[^"]+|/api/v1/points[^"]*)"', page)
    return len(body) + sum(
        len(fetch(connection, each.replace("&amp;", "&"))[2]) for each in dict.fromkeys(linked)
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--claims", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=60)
    options.add_argument("--store", help="a file or an empty database; a file that is there is used as it is")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = given.store or str(Path(folder) / "desk.db")
        if "://" in store or not Path(store).exists():
            fill(store, given.claims)
        measure(store, given.rounds)


if __name__ == "__main__":
    main()
