"""How fast the desk answers over a large store: the 95th percentile of each kind of page.

    python benchmarks/desk.py --claims 1000000                  makes a store in a temporary folder, then asks
    python benchmarks/desk.py --claims 1000000 --store big.db   keeps it, and uses it again

The store is constructed (`desk_store`). Requests go to a real server on this machine, one after the other,
with gzip, over a connection that is kept; an address is asked once, but for the first page, so what the desk
keeps of earlier answers helps little. On a machine that does other work besides, the time that the desk
itself computes (CPU) tells more than the time by the clock. Besides times, the sizes over the wire are
printed: of each page, and of the first page with all that it loads.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "benchmarks")]

import desk_store  # noqa: E402

from rashomon.store.records import cursor_of  # noqa: E402


class Asking:
    """Addresses of pages, drawn as people would ask: common things often, rare ones at times."""

    def __init__(self, claims: int) -> None:
        self.make = desk_store.Makings()
        self.dice = random.Random(3)
        sizes = list(desk_store.sizes(claims))
        self.incidents = len(sizes)
        self.large = [number for number, size in enumerate(sizes, 1) if size == 200]
        self.claims = claims

    def land(self) -> str:
        return self.dice.choices(self.make.lands, cum_weights=self.make.land_weights)[0]

    def word(self) -> str:
        return self.dice.choices(self.make.words, cum_weights=self.make.word_weights)[0]

    def day(self) -> str:
        return self.dice.choice(self.make.days)

    def town(self) -> str:
        return self.dice.choices(self.make.towns[self.land()], cum_weights=self.make.town_weights)[0][0]

    def outlet(self) -> str:
        return self.dice.choices(self.make.outlets, cum_weights=self.make.outlet_weights)[0][0]

    def ref(self) -> str:
        return f"i-{self.dice.randint(1, self.incidents):08}"

    def words(self) -> str:
        return " ".join(self.dice.choice(("killed", "army", self.word(), self.word())) for _ in range(
            self.dice.choice((1, 2, 3))))  # fmt: skip

    def voice(self) -> str:
        one = self.dice.random()
        if one < 0.3:
            return self.outlet()
        return f"{self.word()} of {self.town()}" if one < 0.6 else self.code() if one < 0.8 else self.land()

    def code(self) -> str:
        return f"{self.land()} {self.dice.choice(desk_store.SECTORS)}"

    def actor(self) -> str:
        named = "army", f"{self.word()} mil", f"people of {self.town()}"
        return self.dice.choice((self.land(), self.code(), *named))

    def box(self) -> str:
        _, lon, lat = self.dice.choice(self.make.towns[self.land()])
        size = self.dice.choice((1, 5, 30))
        corners = max(lon - size, -180), max(lat - size, -90), min(lon + size, 180), min(lat + size, 90)
        return ",".join(f"{corner:.2f}" for corner in corners)

    def fields(self) -> dict[str, Callable[[], dict[str, str]]]:
        """One way to ask by each filter."""
        dice = self.dice

        def span() -> dict[str, str]:
            first, last = sorted((self.day(), self.day()))
            return dice.choice(({"since": first}, {"until": last}, {"since": first, "until": last}))

        return {
            "type": lambda: {"type": dice.choices(self.make.types, cum_weights=self.make.type_weights)[0]},
            "country": lambda: {"country": self.land()},
            "actor": lambda: {"actor": self.actor()},
            "voice": lambda: {"voice": self.voice()},
            "outlet": lambda: {"publisher": self.outlet()},
            "side": lambda: {"side": self.land()},
            "status": lambda: {"status": dice.choice(("happened", "denied", "planned", "ongoing"))},
            "mode": lambda: {"mode": dice.choice([mode for mode in desk_store.MODES if mode])},
            "disputed": lambda: {"disputed": dice.choice(("yes", "no", "killed", "actor", "place"))},
            "days": span,
            "words": lambda: {"words": self.words()},
            "box": lambda: {"box": self.box()},
            "min_voices": lambda: {"min_voices": str(dice.choice((2, 5, 20, 100, 500)))},
        }

    def several(self, count: int = 0) -> dict[str, str]:
        """So many filters at once; two to four for 0."""
        fields = self.fields()
        asked: dict[str, str] = {}
        for name in self.dice.sample(sorted(fields), count or self.dice.choice((2, 2, 3, 4))):
            asked |= fields[name]()
        return asked

    def kinds(self, rounds: int) -> dict[str, list[str]]:
        """What is asked, by kind of page."""
        dice = self.dice

        def many(path: str, fields: Callable[[], dict[str, str]], times: int = rounds) -> list[str]:
            return list(dict.fromkeys(f"{path}?{urlencode(fields(), quote_via=quote)}" for _ in range(times)))

        def deep(sort: str, top: int) -> dict[str, str]:
            at = self.day() if sort != "changed" else f"2026-01-{dice.randint(1, 15):02}T12:00:00.000Z"
            return {"cursor": cursor_of(sort, (at, dice.randint(1, top)))}

        lists = {
            "list": [
                "/incidents",
                "/incidents?sort=changed",
                *many("/incidents", lambda: deep("day", self.incidents)),
                *many("/incidents", lambda: {"sort": "changed", **deep("changed", self.incidents)}),
            ]
        }
        for name, field in self.fields().items():
            lists[f"filter: {name}"] = many("/incidents", field)
        lists["filter: several"] = many("/incidents", self.several, 3 * rounds)
        lists["filter: several, by change"] = many(
            "/incidents", lambda: {**self.several(), "sort": "changed"}
        )
        lists["filter: several, deep"] = many(
            "/incidents", lambda: {**self.several(), **deep("day", self.incidents)}
        )
        return {
            "today": ["/"] * rounds,
            **lists,
            "map points": ["/api/v1/points", *many("/api/v1/points", self.several)],
            "search": many("/search", lambda: {"q": self.words()}, 2 * rounds),
            "search: a phrase": many(
                "/search", lambda: {"q": '"' + " ".join(self.make.text(2)) + '"'}
            ),
            "search: how it begins": many("/search", lambda: {"q": self.word()[:4] + "*"}, rounds // 2),
            "incident": [f"/incidents/{self.ref()}" for _ in range(rounds)],
            "incident, 200 claims": [f"/incidents/i-{number:08}" for number in self.large[:rounds]],
            "reports": [
                "/reports",
                *many("/reports", lambda: {"publisher": self.outlet(), "since": self.day()}, rounds // 2),
                *many("/reports", lambda: {"words": self.words(), "until": self.day()}, rounds // 2),
            ],
            "report": [f"/report?id=r-{dice.randint(1, self.claims // 3):08}" for _ in range(rounds)],
            "actors, voices, dyads": ["/actors", "/voices", "/dyads"],
            "actor": many("/actor", lambda: {"name": self.actor()}),
            "voice": many("/voice", lambda: {"name": self.voice()}),
            "dyad": many(
                "/dyad",
                lambda: dict(zip("ab", dice.sample(self.make.lands[:12], 2), strict=True))
                | dice.choice(({}, {"since": self.day()}, {"by": "month"})),
            ),
            "API: incidents": many("/api/v1/incidents", lambda: dice.choice(list(self.fields().values()))()),
            "API: incidents, two": many("/api/v1/incidents", lambda: self.several(2)),
            "API: CSV, Atom, GeoJSON": many(
                "/api/v1/incidents",
                lambda: {**self.several(), "format": dice.choice(("csv", "atom", "geojson"))},
            ),
            "API: incidents, deep": many(
                "/api/v1/incidents", lambda: {**self.several(), "limit": "50", **deep("day", self.incidents)}
            ),
            "API: claims": many(
                "/api/v1/claims",
                lambda: {key: value for key, value in self.several().items()
                         if key in ("country", "type", "mode", "actor", "voice", "status", "since", "until")}
                | dice.choice(({}, deep("claims", self.claims))),
                2 * rounds,
            ),
            "API: claims, CSV": many(
                "/api/v1/claims", lambda: {"country": self.land(), "status": "denied", "format": "csv"}
            ),
            "metrics": ["/metrics"] * 2,
            "API: changes": many("/api/v1/changes", lambda: {"after": str(dice.randint(0, self.incidents))}),
            "API: tension": many(
                "/api/v1/tension", lambda: dict(zip("ab", dice.sample(self.make.lands[:12], 2), strict=True))
            ),
        }  # fmt: skip


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
    while True:
        began = time.perf_counter()
        try:
            connection.request("GET", path, headers={"accept-encoding": "gzip", "accept": "*/*"})
            answer = connection.getresponse()
        except ConnectionError:  # on a busy machine the server may have tired of waiting for us
            connection.close()
            continue
        body = answer.read()
        return time.perf_counter() - began, answer.status, body


def measure(store: str, claims: int, rounds: int, only: str) -> None:
    """Start the desk, ask, print."""
    command = [sys.executable, "-m", "rashomon.cli", "desk", "--store", store, "--port", "0"]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}
    )
    try:
        assert server.stdout is not None
        port = int(re.search(r":(\d+)/ ", server.stdout.readline())[1])  # type: ignore[index]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1500)
        fetch(connection, "/")
        load = os.getloadavg()[0]
        print(f"{claims:,} claims; {os.cpu_count()} cores, load {load:.1f} with this; times in milliseconds")
        heads = "".join(f"{name:>9}" for name in ("CPU p50", "CPU p95", "wall p50", "wall p95"))
        print(f"{'page':28}{'asked':>6}{heads}{'KB':>7}  slowest")
        for kind, paths in Asking(claims).kinds(rounds).items():
            if any(part in kind for part in only.split(",")):
                _ask(connection, server.pid, kind, paths)
        for name, path in (("first page", "/"), ("map and timeline", "/incidents")):
            print(f"{name} with all that it loads: {loaded(connection, path) / 1024:.1f} KB")
        print(f"load at the end: {os.getloadavg()[0]:.1f}")
    finally:
        server.terminate()
        server.wait(20)


def _ask(connection: http.client.HTTPConnection, pid: int, kind: str, paths: list[str]) -> None:
    """Ask for some pages, and print how long they took."""
    worked: list[tuple[float, float, str]] = []
    wire = 0
    for path in paths:
        before = busy(pid)
        took, status, body = fetch(connection, path)
        worked.append((busy(pid) - before, took, path))
        if status not in (200, 404):
            raise SystemExit(f"{path}: status {status}")
        wire = max(wire, len(body))
    if len(worked) < 2:
        return
    cuts = [statistics.quantiles([each[at] for each in worked], n=20, method="inclusive") for at in (0, 1)]
    figures = (cuts[0][9], cuts[0][18], cuts[1][9], cuts[1][18])
    slow = max(worked)
    print(
        f"{kind:28}{len(worked):6}" + "".join(f"{1e3 * figure:9.1f}" for figure in figures)
        + f"{wire / 1024:7.1f}  {1e3 * slow[0]:.0f} {slow[2]}",
        flush=True,
    )  # fmt: skip


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
    """The command."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--claims", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--only", default="", help="kinds of pages: parts of their names, with commas")
    options.add_argument("--store", help="a file or an empty database; a file that is there is used as it is")
    options.add_argument("--filled", action="store_true", help="the database has been filled before")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = given.store or str(Path(folder) / "desk.db")
        if not given.filled and ("://" in store or not Path(store).exists()):
            began = time.monotonic()
            desk_store.fill(store, given.claims)
            print(f"filled in {time.monotonic() - began:,.0f} s", file=sys.stderr)
        measure(store, given.claims, given.rounds, given.only)


if __name__ == "__main__":
    main()
