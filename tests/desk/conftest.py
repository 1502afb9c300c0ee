"""A desk that runs: a real server in a thread of the tests, over a store of made and of hostile reports."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "reconcile"), str(HERE.parent / "store")]

from desk_builders import hostile, told_twice  # noqa: E402
from desk_running import WORDS, Running, served  # noqa: E402
from store_builders import many  # noqa: E402

from rashomon.store.desk import Desk  # noqa: E402


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    pytest.importorskip("litestar", reason="THE DESK IS NOT TESTED: pip install 'rashomon[desk]'")
    with Desk(tmp_path_factory.mktemp("desk") / "desk.db") as desk:
        desk.add([*many(40), *told_twice(), *hostile()])
        with served(desk) as one:
            yield one


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little: how much they cost otherwise is the store's tests' affair."""
    make_quick(monkeypatch)


def make_quick(patch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    from rashomon.store import passwords

    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    patch.setattr(passwords, "_hasher", lambda: cheap)
    patch.setattr(passwords, "_of_nobody", lambda: cheap.hash("nobody"))


@pytest.fixture(scope="session")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with Ana, who may correct, Bo, who may read, and Cleo, who may all."""
    file = tmp_path_factory.mktemp("peopled") / "desk.db"
    with pytest.MonkeyPatch.context() as patch, Desk(file) as desk:
        make_quick(patch)
        desk.add(told_twice())
        for name, scope in (("Ana", "correct"), ("Bo", "read"), ("Cleo", "admin")):
            desk.persons.add(name, [scope], WORDS)
    return file


@pytest.fixture
def guarded(tmp_path: Path, peopled: Path, quick_passwords: None) -> Iterator[Running]:
    """A desk that lets nobody in but Ana, Bo and Cleo."""
    pytest.importorskip("litestar", reason="THE DESK IS NOT TESTED: pip install 'rashomon[desk]'")
    with Desk(shutil.copy(peopled, tmp_path / "desk.db")) as desk, served(desk) as one:
        yield one
