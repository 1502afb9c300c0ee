"""The web desk: pages and a REST API over a store, from one process.

from rashomon.desk import create_app, serve
"""

from __future__ import annotations

from rashomon.errors import MissingExtra

try:
    from rashomon.desk.app import create_app, serve
    from rashomon.desk.identity import Rules
except ModuleNotFoundError as error:
    if (error.name or "").startswith("rashomon"):
        raise
    raise MissingExtra(
        f"the package {error.name} is needed for the desk's pages", hint="pip install 'rashomon[desk]'"
    ) from error

__all__ = ["Rules", "create_app", "serve"]
