"""Bulk reading over Ray: the same tables, poison and all."""

from __future__ import annotations

from pathlib import Path

import pytest
from bulk_fakes import fingerprint, reports, write_lines

pytest.importorskip("ray")

from rashomon.bulk import Options, run
from rashomon.bulk.pool import Pool
from rashomon.bulk.ray_engine import LOCAL, RayEngine
from rashomon.errors import InputError


@pytest.mark.slow
def test_tables_are_those_of_the_pool(tmp_path: Path) -> None:
    given = reports(40)
    given[7]["text"] = "kill me: the police arrested a man in the square of the town."
    given[21]["text"] = "hang me: the police arrested a man in the square of the town."
    given[30]["text"] = "break me: the police arrested a man in the square of the town."
    path = write_lines(tmp_path / "a.jsonl", given)
    options = Options(max_chars=10_000, shard_bytes=2500, reader="bulk_fakes:dangerous", patience=8.0)
    run([str(path)], tmp_path / "pool", options, lambda: Pool(2))
    over_ray = run([str(path)], tmp_path / "ray", options, lambda: RayEngine(LOCAL, slots=2))
    assert over_ray.manifest.counts.refusals == {"Fault": 1, "Poison": 2}
    assert fingerprint(tmp_path / "ray") == fingerprint(tmp_path / "pool")


def test_a_node_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import ray

    def late(**_: object) -> None:
        raise Exception("The current node timed out during startup.")  # ray has no class for it

    monkeypatch.setattr(ray, "init", late)
    with pytest.raises(InputError, match="timed out during startup") as told:
        RayEngine(LOCAL)
    assert "docs/scale.md" in str(told.value.hint)


def test_an_address_without_a_cluster_is_told() -> None:
    with pytest.raises(InputError, match="no Ray cluster"):
        RayEngine("127.0.0.1:1")
