"""The gold sets by name: where the files of each lie, and how it is measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rashomon.errors import SourceMissing
from rashomon.evaluation import (
    accounts,
    case2021,
    ecb,
    geo,
    gvdb,
    india_police,
    maverick,
    muc4,
    plv,
    polnear,
    reference,
    time,
    uner,
)
from rashomon.evaluation.gold import folder, load_stories, story_files
from rashomon.evaluation.outputs import ReaderSource, read_stories
from rashomon.evaluation.results import Result

Runner = Callable[[Path, ReaderSource, int | None], Result]

PLACES: dict[str, tuple[str, ...]] = {
    "accounts": ("accounts/dev", "dev", "accounts"),
    "reference": ("reference",),
    "plv": ("bench/plv",),
    "muc4": ("bench/muc4",),
    "india_police": ("bench/india_police",),
    "case2021": ("bench/case2021",),
    "polnear": ("bench/polnear",),
    "geo": ("bench/geo",),
    "time": ("bench/time",),
    "gvdb": ("bench/gvdb",),
    "ecb": ("bench/ecb",),
    "maverick": ("bench/maverick",),
    "uner": ("train/UNER_English-PUD",),
}
"""Where each set lies under the data folder: the first that exists."""

PATTERNS: dict[str, str] = {
    "accounts": "*.yaml",
    "reference": "*.yaml",
    "plv": "*.tsv",
    "muc4": "*",
    "india_police": "*.jsonl",
    "case2021": "*.tsv",
    "polnear": "*",
    "geo": "*.xml",
    "time": "*.tml",
    "gvdb": "*.tsv",
    "ecb": "*.xml",
    "maverick": "*.tsv",
    "uner": "*.iob2",
}
"""The files of a set that its figures rest on."""

HELP = {
    "accounts": "Claims, fields, incidents and disputes against the accounts set.",
    "reference": "The reference report: required claims found and lacking.",
    "plv": "PLV: the PLOVER root of sentences, pair given and end to end.",
    "muc4": "MUC-4: slots of incident templates.",
    "india_police": "IndiaPoliceEvents: what police did, sentence by sentence.",
    "case2021": "CASE 2021 task 2: types and modes of snippets.",
    "polnear": "PolNeAR: sources and contents of attributions.",
    "geo": "LGL and GeoVirus: places, gold spans and end to end.",
    "time": "WikiWars: values of time expressions.",
    "gvdb": "Gun violence articles: tolls, day, city.",
    "ecb": "ECB+: which reports tell the same happening, among look-alikes.",
    "maverick": "MAVERICK: disputes and updates about tolls.",
    "uner": "UNER English-PUD: mentions.",
}


def place(data: Path, name: str) -> Path:
    """The folder of a set.

    Raises:
        SourceMissing: it is not there.
    """
    return folder(data, *PLACES[name])


def files(data: Path, name: str) -> list[Path]:
    """The files that the figures of a set rest on, sorted.

    Raises:
        SourceMissing: there are none.
    """
    found = sorted(
        path
        for path in place(data, name).rglob(PATTERNS[name])
        if path.is_file() and not path.name.startswith(".")
    )
    if not found:
        raise SourceMissing(f"no files of the set {name!r}", where=str(place(data, name)))
    return found


def story_paths(data: Path, pattern: str | None) -> list[Path]:
    """Story files of a glob pattern, or those of the accounts set."""
    return story_files(pattern) if pattern else files(data, "accounts")


def _accounts(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    stories = load_stories(files(data, "accounts")[:limit])
    outputs = read_stories(reader(), stories)
    return accounts.result(accounts.score(stories, outputs), outputs.notes)


def _reference(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    stories = load_stories(files(data, "reference")[:limit])
    outputs = read_stories(reader(), stories)
    return reference.result(accounts.score(stories, outputs), outputs.notes)


def _plv(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    return plv.evaluate([each for path in files(data, "plv") for each in plv.load(path)][:limit], reader())


def _muc4(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    found, keys = muc4.load(place(data, "muc4"))
    return muc4.evaluate(found[:limit], keys, reader())


def _india_police(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    return india_police.evaluate(india_police.load(place(data, "india_police"))[:limit], reader())


def _case2021(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    snippets, left = case2021.load(files(data, "case2021")[0])
    return case2021.evaluate(snippets[:limit], left, reader())


def _polnear(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    return polnear.evaluate(polnear.load(place(data, "polnear"))[:limit], reader())


def _geo(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    table, root = geo.load_places(), place(data, "geo")
    sets = [
        (name, geo.load(root / file)[:limit])
        for name, file in (("LGL", "lgl.xml"), ("GeoVirus", "GeoVirus.xml"))
    ]
    return geo.evaluate(sets, reader(), table)


def _time(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    return time.evaluate(time.load(place(data, "time"))[:limit])


def _gvdb(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    return gvdb.evaluate([each for path in files(data, "gvdb") for each in gvdb.load(path)][:limit], reader())


def _ecb(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    return ecb.evaluate(ecb.load(place(data, "ecb"))[:limit], reader())


def _maverick(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    loaded = [maverick.load(path) for path in files(data, "maverick")]
    rows = [row for found, _ in loaded for row in found]
    return maverick.evaluate(rows[:limit], sum(left for _, left in loaded))


def _uner(data: Path, reader: ReaderSource, limit: int | None) -> Result:
    return uner.evaluate([each for path in files(data, "uner") for each in uner.load(path)][:limit], reader())


SETS: dict[str, Runner] = {
    "accounts": _accounts,
    "reference": _reference,
    "plv": _plv,
    "muc4": _muc4,
    "india_police": _india_police,
    "case2021": _case2021,
    "polnear": _polnear,
    "geo": _geo,
    "time": _time,
    "gvdb": _gvdb,
    "ecb": _ecb,
    "maverick": _maverick,
    "uner": _uner,
}
"""Every set, in the order of the page."""
