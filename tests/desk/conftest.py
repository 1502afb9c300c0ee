"""A desk that runs: a real server in a thread of the tests, over a store of made and of hostile reports."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "reconcile"), str(HERE.parent / "store")]

from desk_builders import hostile, told_twice  # noqa: E402
from desk_running import Running  # noqa: E402
from store_builders import many  # noqa: E402

from rashomon.store.desk import Desk  # noqa: E402


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    pytest.importorskip("litestar", reason="THE DESK IS NOT TESTED: pip install 'rashomon[desk]'")
    import uvicorn

    from rashomon.desk import create_app

    with Desk(tmp_path_factory.mktemp("desk") / "desk.db") as desk:
        desk.add([*many(40), *told_twice(), *hostile()])
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        config = uvicorn.Config(create_app(desk), log_level="error", lifespan="on", access_log=False)  # type: ignore[arg-type]
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        yield Running(desk, listener.getsockname()[1])
        server.should_exit = True
        thread.join(10)
        listener.close()
