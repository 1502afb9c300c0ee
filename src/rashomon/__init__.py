"""Rashomon: event data that keeps every account.

Reads news reports and says who did what to whom, where, when, and according to whom.

    import rashomon
    report = rashomon.Report(text="...", published="2019-05-28", publisher="...")
    claims = rashomon.read(report)
    incidents = rashomon.reconcile(claims)

Names are loaded when they are first used, so `import rashomon` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Not lazy: the folder of the same name would stand in the function's place once it is imported.
from rashomon.reconcile import reconcile

if TYPE_CHECKING:
    from rashomon.api import ClaimList, read, read_many
    from rashomon.errors import (
        EmptyText,
        InputError,
        InstallationError,
        MalformedInput,
        MissingExtra,
        RashomonError,
        SourceMissing,
        StoreError,
        TextTooLong,
        UnsupportedLanguage,
    )
    from rashomon.model import Claim, Reading, Report
    from rashomon.reconcile.incidents import Incident
    from rashomon.store.desk import Desk

    __version__: str

_HOMES = {
    "ClaimList": "api", "read": "api", "read_many": "api",
    "Desk": "store.desk",
    "Claim": "model", "Reading": "model", "Report": "model",
    "Incident": "reconcile.incidents",
    "EmptyText": "errors", "InputError": "errors", "InstallationError": "errors", "MalformedInput": "errors",
    "MissingExtra": "errors", "RashomonError": "errors", "SourceMissing": "errors", "StoreError": "errors",
    "TextTooLong": "errors",
    "UnsupportedLanguage": "errors",
}  # fmt: skip

__all__ = [
    "Claim", "ClaimList", "Desk", "EmptyText", "Incident", "InputError", "InstallationError",
    "MalformedInput", "MissingExtra", "RashomonError", "Reading", "Report", "SourceMissing", "StoreError",
    "TextTooLong", "UnsupportedLanguage", "__version__", "read", "read_many", "reconcile",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            value: Any = version("rashomon")
        except PackageNotFoundError:  # run from a source tree that was never installed
            value = "0+unknown"
    elif name in _HOMES:
        value = getattr(import_module(f"rashomon.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module 'rashomon' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
