"""Which records are read: the first of equal texts, none twice, a sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from bulk_fakes import reports, write_lines

from rashomon.bulk.options import Options
from rashomon.bulk.plan import plan
from rashomon.bulk.scanning import LEFT_OUT, OWN, REPEAT, Scan, fates, load, scan
from rashomon.bulk.scanning import scan_key as key

OPTIONS = Options(max_chars=10_000)


def scans(path: Path, shard_bytes: int = 1 << 30) -> list[Scan]:
    shards, _ = plan([str(path)], shard_bytes)
    found = []
    for number, shard in enumerate(shards):
        scan(shard, OPTIONS, path.with_suffix(f".{number}.npz"))
        found.append(load(path.with_suffix(f".{number}.npz")))
    return found


def test_the_first_of_equal_texts_is_the_source_whatever_the_shards(tmp_path: Path) -> None:
    given = reports(12)
    given[5] |= {"text": given[2]["text"], "published": given[2]["published"], "publisher": "Valley Echo"}
    given[9] |= {"text": given[2]["text"], "published": given[2]["published"], "title": "Arrests"}
    given[7] |= {"text": given[3]["text"], "published": "2022-01-01"}
    given[10] = dict(given[4])
    path = write_lines(tmp_path / "a.jsonl", given)
    for shard_bytes in (1 << 30, 600):
        found = np.concatenate(fates(scans(path, shard_bytes), 0)).tolist()
        assert found == [OWN, OWN, OWN, OWN, OWN, 2, OWN, OWN, OWN, 2, REPEAT, OWN]


def test_what_is_no_report_is_no_copy_of_another(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", reports(2))
    path.write_bytes(b"broken\n" + path.read_bytes() + b"broken\n")
    assert np.concatenate(fates(scans(path), 0)).tolist() == [OWN] * 4


def test_a_sample_has_its_size_and_does_not_change_with_the_shards(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", reports(50))
    one, many = (np.concatenate(fates(scans(path, size), 10)) for size in (1 << 30, 500))
    assert (one == many).all()
    assert ((one == OWN).sum(), (one == LEFT_OUT).sum()) == (10, 40)


def test_scans_are_named_by_what_they_depend_on(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", reports(5))
    [shard], _ = plan([str(path)], 1 << 30)
    write_lines(tmp_path / "a.jsonl", reports(6))
    [grown], _ = plan([str(path)], 1 << 30)
    assert key(shard, OPTIONS) != key(grown, OPTIONS)
    assert key(shard, OPTIONS) != key(shard, Options(max_chars=10_000, fields={"text": "body"}))
    assert key(shard, OPTIONS) == key(shard, Options(max_chars=10_000, patience=7.0))
