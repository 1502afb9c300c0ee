"""What a bulk reading would be: what there is to read, and how fast this machine reads some of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rashomon.bulk.engines import Engine
from rashomon.bulk.options import Options
from rashomon.bulk.plan import Shard
from rashomon.bulk.reading import reader_of
from rashomon.bulk.records import records
from rashomon.bulk.running import OnProgress, survey
from rashomon.bulk.scanning import LEFT_OUT, OWN, REPEAT
from rashomon.errors import InputError
from rashomon.reading.intake import check

_TRIAL_SHARDS = 4
_TRIAL_REPORTS = 6  # of each shard
_TRIAL_SECONDS = 30.0


class Seen(NamedTuple):
    """What there is: records by fate, words to read, and the rate of a trial (0 where there was none)."""

    files: int
    shards: int
    records: int
    own: int
    words: int
    copies: int
    repeats: int
    left_out: int
    broken: int
    tried: int
    words_a_second: float
    not_read: list[str]


def look(
    inputs: list[str],
    out: Path,
    work: Path,
    options: Options,
    engine: Callable[[], Engine],
    on_progress: OnProgress,
) -> Seen:
    """Look at an archive, and read a few of its reports for a trial.

    Raises:
        InputError: there is nothing to read.
        InstallationError: the model or a table is missing or damaged.
    """
    made: list[Engine] = []
    try:
        surveyed = survey(inputs, out, work, options, lambda: _kept(made, engine), on_progress)
    finally:
        for each in made:
            each.close()
    broken = sum(
        int(((s.texts == 0) & (f == OWN)).sum()) for s, f in zip(surveyed.scans, surveyed.fates, strict=True)
    )
    tried, rate = _trial(
        [s for s, w in zip(surveyed.shards, surveyed.words_to_read(), strict=True) if w], options
    )
    return Seen(
        files=len({shard.url for shard in surveyed.shards}), shards=len(surveyed.shards),
        records=sum(len(s.texts) for s in surveyed.scans), own=surveyed.count(OWN) - broken,
        words=sum(surveyed.words_to_read()), copies=surveyed.count(0), repeats=surveyed.count(REPEAT),
        left_out=surveyed.count(LEFT_OUT), broken=broken, tried=tried, words_a_second=rate,
        not_read=surveyed.not_read,
    )  # fmt: skip


def _kept(made: list[Engine], engine: Callable[[], Engine]) -> Engine:
    made.append(engine())
    return made[0]


def _trial(shards: list[Shard], options: Options) -> tuple[int, float]:
    """How many reports were tried, and the words a second of it; the first report is for warming up."""
    step = max(len(shards) // _TRIAL_SHARDS, 1)
    reader, tried, words, spent = reader_of(options.reader), 0, 0, 0.0
    for shard in shards[::step][:_TRIAL_SHARDS]:
        of_shard = 0
        for arrival, _ in records(shard, options):
            if arrival.report is None:
                continue
            begun = time.perf_counter()
            try:
                reader.read_checked(check(arrival.report, options.max_chars))
            except InputError:
                continue
            tried, of_shard = tried + 1, of_shard + 1
            if tried > 1:
                words += len(arrival.report.text.split())
                spent += time.perf_counter() - begun
            if of_shard >= _TRIAL_REPORTS or spent > _TRIAL_SECONDS:
                break
    return tried, words / spent if spent else 0.0


__all__ = ["Seen", "look"]
