"""Stores for the tests: SQLite always; PostgreSQL too where its server is installed, on a throw-away
cluster."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "reconcile")]

from fake_reader import FakeReader  # noqa: E402
from postgres_server import NoServer, Server, server  # noqa: E402

from rashomon.store.desk import Desk  # noqa: E402


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server of this session's own: no port, on a socket in its own folder."""
    try:
        with server() as running:
            yield running
    except NoServer as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def postgres(postgres_server: Server) -> str:
    """The URL of its databases, with {} for their name."""
    return postgres_server.url("{}")


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new store can be made, once in each kind of database."""
    if request.param == "sqlite":
        return str(tmp_path / "desk.db")
    running: Server = request.getfixturevalue("postgres_server")
    return running.create(f"t{abs(hash(request.node.nodeid)):x}")


@pytest.fixture
def desk(target: str) -> Iterator[Desk]:
    """An empty store with a reader that needs no model."""
    with Desk(target, reader=FakeReader()) as opened:
        yield opened
