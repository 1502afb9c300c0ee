"""What is counted over many rows, kept until the store changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from rashomon.store import overviews
from rashomon.store.desk import Desk
from rashomon.store.engine import Connection

T = TypeVar("T")
_MOST = 64
_lock = threading.Lock()
_kept: OrderedDict[tuple[str, object], tuple[int, Any]] = OrderedDict()


def counted(desk: Desk, name: object, count: Callable[[Connection], T]) -> T:
    """What `count` gives, counted anew only after the store has changed; `name` tells counts apart."""
    key = (desk.store.name, name)
    with desk.store.reading() as connection:
        now = overviews.version(connection)
        with _lock:
            if key in _kept and _kept[key][0] == now:
                _kept.move_to_end(key)
                found: T = _kept[key][1]
                return found
        found = count(connection)
    with _lock:
        _kept[key] = (now, found)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return found


__all__ = ["counted"]
