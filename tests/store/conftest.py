"""Stores for the tests: SQLite always; PostgreSQL too where its server is installed, on a throw-away
cluster."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "reconcile")]

from fake_reader import FakeReader  # noqa: E402

from rashomon.store.desk import Desk  # noqa: E402


def _binaries() -> Path | None:
    """Where the server of PostgreSQL is."""
    found = shutil.which("initdb")
    homes = [Path(found).resolve().parent] if found else []
    homes += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((home for home in homes if (home / "postgres").exists() and (home / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of this session's own: loopback only, on a socket in its own folder."""
    home = _binaries()
    if home is None:
        pytest.skip("PostgreSQL IS NOT TESTED: no initdb here (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="rashomon-pg-"))
    account: dict[str, object] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            pytest.skip("PostgreSQL IS NOT TESTED: it does not run as root, and there is no user nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    data = folder / "data"
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(folder)}

    def run(*command: str) -> None:
        subprocess.run(
            command,
            check=True,
            cwd=folder,
            env=environment,
            capture_output=True,
            timeout=120,
            **account,  # type: ignore[call-overload]
        )

    run(str(home / "initdb"), "-D", str(data), "-U", "desk", "-A", "trust", "-E", "UTF8", "--no-sync")
    server = subprocess.Popen(
        [
            str(home / "postgres"), "-D", str(data), "-k", str(folder), "-c", "listen_addresses=",
            "-c", "fsync=off", "-c", "max_connections=40",
        ],
        cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **account,  # type: ignore[call-overload]
    )  # fmt: skip
    try:
        for _ in range(100):
            try:
                run(str(home / "psql"), "-h", str(folder), "-U", "desk", "-c", "SELECT 1", "postgres")
                break
            except subprocess.CalledProcessError:
                if server.poll() is not None:
                    raise
                time.sleep(0.1)
        yield f"postgresql://desk@/{{}}?host={folder}"
    finally:
        server.send_signal(signal.SIGINT)  # do not wait for clients
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new store can be made, once in each kind of database."""
    if request.param == "sqlite":
        return str(tmp_path / "desk.db")
    url: str = request.getfixturevalue("postgres")
    import psycopg

    name = f"t{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(
        url.format("postgres").replace("postgresql+psycopg", "postgresql"), autocommit=True
    ) as server:
        server.execute(f"CREATE DATABASE {name}")
    return url.format(name)


@pytest.fixture
def desk(target: str) -> Iterator[Desk]:
    """An empty store with a reader that needs no model."""
    with Desk(target, reader=FakeReader()) as opened:
        yield opened
