"""What is in a shard, without reading it: how many reports and words, its hash, and which texts are copies.

All shards are scanned before any is read. So which report is the original and which the copy is settled by
the order of the input alone, however the shards are then scheduled, and how long it will take can be told.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.bulk.files import whole
from rashomon.bulk.options import Options, key_of
from rashomon.bulk.plan import Shard
from rashomon.bulk.records import records
from rashomon.model import Report
from rashomon.sources.wire import parse_published

Keys = NDArray[np.uint64]
Counts = NDArray[np.int64]

OWN, LEFT_OUT, REPEAT = -1, -2, -3
"""Fates of a record beside "a copy of record n": it is read; it is not in the sample; it is word for word,
with its id and publisher, a report met before."""


class Scan(msgspec.Struct, frozen=True):
    """What one shard holds, a number for each record: `texts` are keys of text and day (0 where it is no
    report), `reports` keys of the whole report, `words` how many words. `lines` are the lines of the file
    that the shard takes."""

    sha256: str
    lines: int
    texts: Keys
    reports: Keys
    words: Counts


def scan(shard: Shard, options: Options, to: Path) -> None:
    """Scan a shard and keep what was seen. Raises OSError where the file cannot be read."""
    texts: list[int] = []
    reports: list[int] = []
    words: list[int] = []
    content, last, lines = hashlib.sha256(), "", 0
    for arrival, sha256 in records(shard, options):
        if sha256:
            last, lines = sha256, max(lines, int(arrival.where))
            continue
        report = arrival.report
        if arrival.where.isdigit():
            lines = int(arrival.where)
        texts.append(text_key(report) if report is not None else 0)
        reports.append(_number(f"{report.id}\0{report.sha256}") if report is not None else 0)
        words.append(_words(report.text) if report is not None else 0)
        content.update(texts[-1].to_bytes(8) + reports[-1].to_bytes(8))
    with whole(to) as file:
        np.savez(
            file,
            sha256=np.array(last or content.hexdigest()),
            lines=np.array(lines),
            texts=np.array(texts, np.uint64),
            reports=np.array(reports, np.uint64),
            words=np.array(words, np.int64),
        )


def load(path: Path) -> Scan:
    """What was seen. Raises OSError or ValueError where it is not there or damaged."""
    with np.load(path, allow_pickle=False) as kept:
        return Scan(str(kept["sha256"]), int(kept["lines"]), kept["texts"], kept["reports"], kept["words"])


def scan_key(shard: Shard, options: Options) -> str:
    """The name under which a scan is kept: it changes with the file and with how columns are read."""
    fields = ",".join(f"{k}={v}" for k, v in sorted(options.fields.items()))
    place = f"{shard.form}:{shard.group}:{shard.start}:{shard.end}"
    return key_of(shard.url, shard.stamp, place, fields, options.publisher or "", str(options.max_chars))


def text_key(report: Report) -> int:
    """Equal where one reading serves for both: the same text, read on the same day in the same language."""
    published = (parse_published(report.published) if report.published else None) or ""
    return _number(f"{report.text}\0{published}\0{report.language or ''}") or 1


def fates(scans: list[Scan], sample: int) -> list[Counts]:
    """What becomes of each record of each shard: the number of the record whose copy it is, counted through
    all shards, or OWN, LEFT_OUT, REPEAT."""
    sizes = [len(each.texts) for each in scans]
    texts = np.concatenate([each.texts for each in scans]) if scans else np.zeros(0, np.uint64)
    reports = np.concatenate([each.reports for each in scans]) if scans else np.zeros(0, np.uint64)
    fate = np.full(len(texts), OWN, np.int64)
    fate[_not_first(reports)] = REPEAT
    if sample:
        here = np.flatnonzero((fate == OWN) & (texts != 0))
        # the least of scrambled keys: spread over the archive, and the same in every run
        chosen = here[np.argsort(reports[here] * np.uint64(0x9E3779B97F4A7C15), kind="stable")[:sample]]
        keep = np.zeros(len(texts), bool)
        keep[chosen] = True
        fate[~keep] = LEFT_OUT
    live = np.flatnonzero((fate == OWN) & (texts != 0))
    _, first, inverse = np.unique(texts[live], return_index=True, return_inverse=True)
    source = live[first[inverse]]
    copies = source != live
    fate[live[copies]] = source[copies]
    return np.split(fate, np.cumsum(sizes)[:-1]) if sizes else []


def _not_first(keys: Keys) -> NDArray[np.bool_]:
    """Which are not the first with their key; 0 is no key."""
    _, first = np.unique(keys, return_index=True)
    later = np.ones(len(keys), bool)
    later[first] = False
    return np.asarray(later & (keys != 0), np.bool_)


def _number(text: str) -> int:
    digest: Any = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest())


def _words(text: str) -> int:
    return len(text.split())


__all__ = ["LEFT_OUT", "OWN", "REPEAT", "Scan", "fates", "load", "scan", "scan_key", "text_key"]
