"""A PostgreSQL server of one's own: in a folder of its own, on a socket in it; it can be stopped, crashed and
started again."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class NoServer(Exception):
    """There is none here; says why."""


def _binaries() -> Path | None:
    """Where the server of PostgreSQL is."""
    found = shutil.which("initdb")
    homes = [Path(found).resolve().parent] if found else []
    homes += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((home for home in homes if (home / "postgres").exists() and (home / "initdb").exists()), None)


class Server:
    """A cluster; `url(name)` is where a database of it is."""

    def __init__(self, home: Path, folder: Path, account: dict[str, Any], fsync: bool) -> None:
        self._home, self.folder, self._account, self._fsync = home, folder, account, fsync
        self._environment = {
            "PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(folder)
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, name: str) -> str:
        return f"postgresql://desk@/{name}?host={self.folder}"

    def run(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(self._home / program), *words], check=True, cwd=self.folder, env=self._environment,
            capture_output=True, timeout=120, **self._account,
        )  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [
                str(self._home / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder),
                "-c", "listen_addresses=", "-c", f"fsync={'on' if self._fsync else 'off'}",
                "-c", "max_connections=40",
            ],
            cwd=self.folder, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            **self._account,
        )  # fmt: skip
        for _ in range(300):
            try:
                self.run("psql", "-h", str(self.folder), "-U", "desk", "-c", "SELECT 1", "postgres")
                return
            except subprocess.CalledProcessError:
                if self._process.poll() is not None:
                    raise
                time.sleep(0.1)
        raise TimeoutError("the server does not answer")

    def stop(self) -> None:
        """Stop it, without waiting for its clients."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """As `pg_ctl stop -m immediate`: nothing is put in order."""
        self._end(signal.SIGQUIT)

    def create(self, name: str) -> str:
        """Make a database; its URL."""
        self.run("psql", "-h", str(self.folder), "-U", "desk", "-c", f"CREATE DATABASE {name}", "postgres")
        return self.url(name)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)
            self._process = None


@contextmanager
def server(fsync: bool = False) -> Iterator[Server]:
    """A running server. Raises NoServer."""
    home = _binaries()
    if home is None:
        raise NoServer("PostgreSQL IS NOT TESTED: no initdb here (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="rashomon-pg-"))
    account: dict[str, Any] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise NoServer(
                "PostgreSQL IS NOT TESTED: it does not run as root, and there is no user nobody"
            ) from None
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    cluster = Server(home, folder, account, fsync)
    cluster.run("initdb", "-D", str(folder / "data"), "-U", "desk", "-A", "trust", "-E", "UTF8", "--no-sync")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
