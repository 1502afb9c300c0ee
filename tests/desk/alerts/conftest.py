"""Stores for the tests of alerts, in both kinds of database: the fixtures of the tests of the store."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [
    str(HERE),
    str(HERE.parent),
    *(str(HERE.parents[1] / name) for name in ("", "reconcile", "store")),
]

_spec = importlib.util.spec_from_file_location("store_conftest", HERE.parents[1] / "store" / "conftest.py")
assert _spec is not None and _spec.loader is not None
_fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)
desk, postgres_server, target = _fixtures.desk, _fixtures.postgres_server, _fixtures.target
