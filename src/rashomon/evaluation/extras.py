"""The packages of the `evaluate` extra, imported when a command needs them and not before."""

from __future__ import annotations

import importlib
from typing import Any

from rashomon.errors import MissingExtra

INSTALL = "pip install 'rashomon[evaluate]'"


def need(module: str) -> Any:
    """An optional module.

    Raises:
        MissingExtra: it is not installed; the hint is the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtra(f"the evaluation needs the package {module.partition('.')[0]!r}",
                           hint=f"install it with: {INSTALL}") from error  # fmt: skip
