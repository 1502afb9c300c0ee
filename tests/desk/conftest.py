"""A desk that runs: a real server in a thread of the tests, over a store of made and of hostile reports."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "reconcile"), str(HERE.parent / "store")]

from desk_builders import hostile, told_twice  # noqa: E402
from desk_running import Running, serving  # noqa: E402
from store_builders import many  # noqa: E402

from rashomon.store.desk import Desk  # noqa: E402


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    pytest.importorskip("litestar", reason="THE DESK IS NOT TESTED: pip install 'rashomon[desk]'")
    with Desk(tmp_path_factory.mktemp("desk") / "desk.db") as desk:
        desk.add([*many(40), *told_twice(), *hostile()])
        with serving(desk) as running:
            yield running
