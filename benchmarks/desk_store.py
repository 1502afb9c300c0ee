"""A large constructed store, for measuring the desk: invented reports, claims and incidents, written straight
into the tables. Reading and reconciling them is not what is measured, so neither is done.

What is common is common as in the news: a few countries, towns, outlets, voices and words make up most of it
(Zipf), and some days have many times the incidents of others. Incidents are told by 1 to 6 claims, one in a
hundred by 30, a few by 200; one in six is disputed. A report tells of one to four incidents of its day.

A million claims take some minutes: rows go in first, indexes and the index of words come after.
"""

from __future__ import annotations

import datetime
import random
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

import msgspec

from rashomon.model import Claim, Date, Figure, Party, Place, Span, Voice, publisher_voice
from rashomon.reconcile.incidents import Account, Dispute, Incident, Position
from rashomon.store import schema
from rashomon.store.desk import Desk
from rashomon.store.dyads import rows_of
from rashomon.store.fulltext import INDEXED, day_row, sqlite_fill
from rashomon.store.rows import Told, encoded, facets, incident_columns, key_of, party_rows, span, words_of

_LANDS = (
    "UKR RUS ISR PSE SYR SDN MMR ETH YEM IRQ NGA COD SOM MLI AFG PAK IND MEX COL HTI LBN IRN TUR LBY EGY "
    "CAF TCD NER BFA MOZ CMR KEN SSD ZAF ZWE UGA BDI RWA PHL THA IDN BGD LKA NPL CHN TWN KOR PRK JPN VEN "
    "PER ECU BOL BRA CHL ARG GTM HND SLV NIC SRB XKX BIH ARM AZE GEO MDA BLR KAZ KGZ TJK UZB DZA TUN MAR"
)
_TYPES = (
    "ASSAULT COERCE PROTEST ACCUSE MOBILIZE AGREE AID THREATEN REQUEST RETREAT CONSULT SUPPORT COOPERATE "
    "REJECT SANCTION CONCEDE"
)
_WORDS = (
    "market bridge convoy harvest school clinic road river station council mayor soldiers villagers strike "
    "drone barracks checkpoint border miners teachers"
)
_SOUNDS = "ba dre ki lo mu ne po ra si ta vo za gri hal jen ost"
LANDS, TYPES, WORDS = _LANDS.split(), _TYPES.split(), _WORDS.split()
"""The commonest of each first; of words, the commonest of the constructed texts."""
SECTORS = ("GOV", "MIL", "COP", "REB", "CVL")
MODES = (None, "aerial", "arrest", "demo", "firearms", "heavy-weapons", "riot")
STATUSES = ("happened",) * 14 + ("denied", "planned", "possible", "requested", "ongoing", "conditional")
_AT = "2026-01-01T00:00:00.000Z"
_FIRST = datetime.date(2015, 1, 1)
_DAYS = 4_000
_BATCH = 40_000


def zipf(count: int, flat: float = 2.0) -> list[float]:
    """Cumulative weights: the n-th is 1 / (n + flat)."""
    return list(accumulate(1 / (rank + flat) for rank in range(count)))


class Makings:
    """What the constructed reports are about; of one seed the same every time."""

    def __init__(self, seed: int = 7) -> None:
        self.dice = dice = random.Random(seed)
        sounds = _SOUNDS.split()
        invented = sorted({a + b + c for a in sounds for b in sounds for c in sounds})
        dice.shuffle(invented)
        self.words = WORDS + invented
        self.word_weights = zipf(len(self.words), 8)
        self.pool = dice.choices(self.words, cum_weights=self.word_weights, k=400_000)
        self.lands, self.land_weights = LANDS, zipf(len(LANDS))
        self.types, self.type_weights = TYPES, zipf(len(TYPES))
        self.towns = {
            land: [(f"{invented[n * 40 + k].title()} {k + 1}", -60 + n * 2.2 % 120, -30 + n * 3.1 % 80)
                   for k in range(40)]
            for n, land in enumerate(LANDS)
        }  # fmt: skip
        self.town_weights = zipf(40)
        self.outlets = [
            (f"{word.title()} {kind}", dice.choices(LANDS, cum_weights=self.land_weights)[0])
            for word in invented[-100:]
            for kind in ("Courier", "Radio", "Post")
        ]
        self.outlet_weights = zipf(len(self.outlets))
        hot = set(dice.sample(range(_DAYS), 200))
        self.day_weights = list(accumulate(20.0 if day in hot else 1 + day / _DAYS for day in range(_DAYS)))
        self.days = [(_FIRST + datetime.timedelta(days=day)).isoformat() for day in range(_DAYS)]

    def text(self, words: int) -> list[str]:
        """A stretch of words, common ones often."""
        at = self.dice.randrange(len(self.pool) - words)
        return self.pool[at : at + words]


def sizes(claims: int) -> Iterator[int]:
    """How many claims tell each incident, until there are enough."""
    draw = random.Random(1)
    left, number = claims, 0
    while left > 0:
        large = 200 if number % 9_000 == 17 else 30 if number % 100 == 3 else 0
        size = min(large or draw.choice((1, 1, 2, 2, 3, 3, 4, 6)), left)
        left -= size
        number += 1
        yield size


class _Report(msgspec.Struct):
    num: int
    told: Told
    publisher: int
    parts: list[str]
    length: int = 0
    claims: int = 0


class Constructed:
    """The rows of all tables, batch by batch."""

    def __init__(self, seed: int) -> None:
        self.make = Makings(seed)
        self.reports = self.claims = self.incidents = 0
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.open: dict[str, list[_Report]] = {}

    def publishers(self) -> list[dict[str, Any]]:
        """All outlets; two in three have a country."""
        return [
            {"num": num, "key": key_of(name), "name": name, "country": land if num % 3 else None,
             "source": "hand", "changed": _AT}
            for num, (name, land) in enumerate(self.make.outlets, 1)
        ]  # fmt: skip

    def batch(self, incidents: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
        """The rows of some incidents, given by their numbers of claims, by table."""
        self.rows = {name: [] for name in TABLES}
        self.open = {}
        began: list[_Report] = []
        for size in incidents:
            self._incident(size, began)
        for one in began:
            words, told = " ".join(self.make.text(90)), one.told
            text = ". ".join([*one.parts, words])
            self.rows["report_text"].append(
                {"num": one.num, "title": told.title, "text": text, "day_row": day_row(told.day, one.num)}
            )
            self.rows["report"].append({
                "num": one.num, "id": told.report, "sha256": f"{one.num:064x}", "content": f"{one.num:032x}",
                "published": told.day, "day": told.day, "publisher": one.publisher, "notes": "[]",
                "reader": "made", "added": _AT, "read": _AT, "n_claims": one.claims, "language": "en",
            })  # fmt: skip
        return self.rows

    def _incident(self, size: int, began: list[_Report]) -> None:
        dice, make = self.make.dice, self.make
        self.incidents += 1
        number = self.incidents
        day = dice.choices(make.days, cum_weights=make.day_weights)[0]
        land, foe = dice.choices(make.lands, cum_weights=make.land_weights, k=2)
        kind = dice.choices(make.types, cum_weights=make.type_weights)[0]
        mode = dice.choice(MODES)
        town, lon, lat = dice.choices(make.towns[land], cum_weights=make.town_weights)[0]
        place = Place(town, 0, 1, town, None, land, None, None, lat, lon, "town")
        if dice.random() < 0.1:
            place = Place(None, None, None, land, None, land, precision="country")
        did = f"{dice.choice(make.text(3))} {dice.choice(SECTORS).lower()}" if dice.random() < 0.5 else "army"
        sector = dice.choice(SECTORS)
        actor = Party(did, 0, len(did), did, f"{land} {sector}", land, sector)
        whom = f"people of {town}"
        recipient = Party(whom, 0, len(whom), whom, f"{foe} CVL", foe, "CVL")
        mine: list[Claim] = []
        told: dict[str, Told] = {}
        for one in self._reports(size, day, began):
            mine.append(self._claim(one, kind, mode, place, actor, recipient, day, land))
            told[one.told.report] = one.told
        accounts: dict[str, list[Claim]] = {}
        for each in mine:
            accounts.setdefault(each.voice.name or told[each.report].publisher or "", []).append(each)
        disputes: tuple[Dispute, ...] = ()
        if len(accounts) > 1 and number % 4 == 0:
            some = list(accounts.items())[:4]
            disputes = (Dispute(
                "killed" if number % 8 else "actor",
                tuple(Position(name, "3", tuple(each.id for each in its)) for name, its in some),
            ),)  # fmt: skip
        made = Incident(
            f"i-{number:08}", kind, (mode,) if mode else (), Date(day, day, "day"), place,
            tuple(each.id for each in mine),
            tuple(Account(its[0].voice, tuple(each.id for each in its)) for its in accounts.values()),
            disputes,
        )  # fmt: skip
        row = incident_columns(made, mine, told)
        changed = f"2026-01-{1 + number // 20_000 % 28:02}T{number % 86_400 // 3600:02}:00:00.000Z"
        self.rows["incident"].append({
            "num": number, "id": made.id, "created": _AT, "changed": changed,
            "dismissed": int(number % 500 == 0), **row,
        })  # fmt: skip
        self.rows["incident_claim"] += [{"incident": number, "claim": int(each.id[2:])} for each in mine]
        self.rows["incident_facet"] += [
            {"kind": facet, "value": value, "last_day": row["last_day"], "incident": number}
            for facet, value in facets(made, mine, told)
        ]
        outlets = {ref: one.publisher for ref, one in told.items()}
        self.rows["incident_dyad"] += rows_of(number, row["last_day"], made, mine, outlets)
        self.rows["incident_text"].append(
            {"num": number, "words": words_of(made, mine, told), "day_row": day_row(row["last_day"], number)}
        )
        self.rows["change"].append({
            "num": number, "at": changed, "kind": "new", "incident": made.id,
            "detail": encoded({"claims": size}),
        })  # fmt: skip

    def _reports(self, size: int, day: str, began: list[_Report]) -> Iterator[_Report]:
        """The reports that tell of an incident: some are of its day already and get one more claim."""
        dice, make = self.make.dice, self.make
        there = [one for one in self.open.get(day, ()) if one.claims < 4][: size // 2 + 1]
        yield from there[:size]
        for _ in range(size - len(there)):
            self.reports += 1
            number = dice.choices(range(len(make.outlets)), cum_weights=make.outlet_weights)[0]
            ref, outlet = f"r-{self.reports:08}", make.outlets[number][0]
            title = f"{' '.join(make.text(4))}, {self.reports}".capitalize()
            one = _Report(self.reports, Told(ref, outlet, title, day), number + 1, [])
            began.append(one)
            self.open.setdefault(day, []).append(one)
            yield one

    def _claim(
        self, one: _Report, kind: str, mode: str | None, place: Place, actor: Party, recipient: Party,
        day: str, land: str,
    ) -> Claim:  # fmt: skip
        dice, make = self.make.dice, self.make
        self.claims += 1
        noun, other = make.text(2)
        killed = dice.randint(1, 40)
        words = f"The {actor.name} attacked the {noun} of {place.name} and killed {killed} near the {other}"
        start = one.length
        begins = start + words.index("attacked")
        voice = publisher_voice()
        if dice.random() < 0.6:
            name = f"{make.text(1)[0]} of {place.name}"
            code = f"{land if dice.random() < 0.7 else dice.choice(make.lands)} {dice.choice(SECTORS)}"
            voice = Voice("named", name, 0, len(name), name, code, manner="indirect")
        claim = Claim(
            id=f"c-{self.claims:08}", report=one.told.report, type=kind, mode=mode, contexts=(), quad=4,
            score=-9.0, cameo=None, quote=Span(words, start, start + len(words)),
            trigger=Span("attacked", begins, begins + 8), actors=(actor,), recipients=(recipient,),
            voice=voice, status=dice.choice(STATUSES),
            frame="background" if dice.random() < 0.08 else "current",
            date=Date(day, day, "day") if dice.random() < 0.9 else None, place=place,
            figures=(Figure("killed", killed, killed, "people", start, start + len(words)),), confidence=0.9,
        )  # fmt: skip
        one.parts.append(words)
        one.length += len(words) + 2
        first, last, dated = span(claim.date, one.told.day)
        self.rows["claim"].append({
            "num": self.claims, "id": claim.id, "report": one.num, "ordinal": one.claims, "type": kind,
            "mode": mode, "status": claim.status, "frame": claim.frame, "country": place.country,
            "geonameid": None, "first_day": first, "last_day": last, "dated": dated,
            "voice": key_of(voice.name or one.told.publisher or ""), "copy_key": dice.getrandbits(62),
            "is_copy": 0, "body": encoded(claim),
        })  # fmt: skip
        one.claims += 1
        self.rows["claim_party"] += party_rows(claim, self.claims, one.told)
        return claim


TABLES = (
    "report", "report_text", "claim", "claim_party", "incident", "incident_claim", "incident_facet",
    "incident_dyad", "incident_text", "change",
)  # fmt: skip
"""In the order in which rows refer to each other."""
_SORTED = {
    "incident_facet": "kind, value, last_day, incident", "incident_dyad": "a, b, last_day, incident"
}  # fmt: skip
"""Tables that are in the order of a key that rows do not come in: they are filled at the end."""


def batches(count: int, seed: int) -> Iterator[dict[str, list[dict[str, Any]]]]:
    """The rows of a store of so many claims, by table; the publishers come first."""
    made = Constructed(seed)
    yield {"publisher": made.publishers()}
    some: list[int] = []
    began = time.monotonic()
    for size in sizes(count):
        some.append(size)
        if sum(some) >= _BATCH:
            yield made.batch(some)
            some = []
            if count > _BATCH:
                spent = time.monotonic() - began
                print(f"{made.claims:,} claims, {spent:.0f} s", file=sys.stderr, flush=True)
    if some:
        yield made.batch(some)


def fill(store: str, count: int, seed: int = 7) -> None:
    """Make a store.

    Args:
        store: a file that is not there, or the URL of an empty database.
        count: its claims.
        seed: another one gives another store.
    """
    with Desk(store) as desk:
        if not desk.store.sqlite:
            _fill_postgresql(desk, count, seed)
            return
    with sqlite3.connect(store, isolation_level=None) as connection:
        _fill_sqlite(connection, count, seed)
    connection.close()


def _columns(table: str, rows: Sequence[dict[str, Any]]) -> list[str]:
    columns = schema.metadata.tables[table].columns
    return [column.name for column in columns if column.name in rows[0]]


def _fill_sqlite(connection: sqlite3.Connection, count: int, seed: int) -> None:
    connection.executescript(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-600000; "
        "PRAGMA foreign_keys=OFF; PRAGMA temp_store=FILE; BEGIN"
    )
    later = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
    ).fetchall()
    for kind, name, _ in later:
        connection.execute(f"DROP {kind} {name}")
    for name in _SORTED:
        connection.execute(f"CREATE TEMP TABLE new_{name} AS SELECT * FROM {name}")
    for rows in batches(count, seed):
        for table, its in rows.items():
            if its:
                names = _columns(table, its)
                into = f"temp.new_{table}" if table in _SORTED else table
                connection.executemany(
                    f"INSERT INTO {into} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                    [[row.get(name) for name in names] for row in its],
                )
    for name, order in _SORTED.items():
        connection.execute(f"INSERT INTO {name} SELECT * FROM temp.new_{name} ORDER BY {order}")
        connection.execute(f"DROP TABLE temp.new_{name}")
    for _, _, sql in sorted(later):
        connection.execute(sql)
    for table in INDEXED:
        rows = [row for (row,) in connection.execute(f"SELECT day_row FROM {table}")]
        for statement in sqlite_fill(table, rows):
            connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("PRAGMA analysis_limit=2000")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA journal_mode=WAL")


def _fill_postgresql(desk: Desk, count: int, seed: int) -> None:
    raw = desk.store.engine.raw_connection()
    try:
        with raw.cursor() as cursor:  # type: ignore[no-untyped-call]
            for rows in batches(count, seed):
                for table in ("publisher", *TABLES):
                    if its := rows.get(table):
                        names = _columns(table, its)
                        with cursor.copy(f'COPY "{table}" ({", ".join(names)}) FROM STDIN') as copy:
                            for row in its:
                                copy.write_row([row.get(name) for name in names])
            for table in ("publisher", "report", "claim", "incident", "change"):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'num'), (SELECT max(num) FROM {table}))"
                )
        raw.commit()
        raw.driver_connection.autocommit = True
        with raw.cursor() as cursor:  # type: ignore[no-untyped-call]
            cursor.execute("VACUUM ANALYZE")
    finally:
        raw.close()
