"""A process of the tests that looks and sends, says what it has written down, and is killed."""

from __future__ import annotations

import sys
import time

from rashomon.desk.alerts import outbox, raising
from rashomon.store.desk import Desk

SECONDS = 90.0
"""After these it ends by itself, should the test die before it is killed."""


def main(store: str) -> None:
    settings = outbox.Settings(allow_loopback=True, lease=0.4, first_pause=0.01)
    with Desk(store, create=False) as desk:
        print("open", flush=True)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            raising.run(desk, step=1)
            outbox.deliver(desk, settings, lambda one: print(one.state, one.key, flush=True))


if __name__ == "__main__":
    main(sys.argv[1])
