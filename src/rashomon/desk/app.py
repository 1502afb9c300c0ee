"""The desk as an application, and as a server of one process."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Collection
from typing import Any

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

import rashomon
from rashomon.desk import api, correcting, corrections_api, pages, people
from rashomon.desk.access import Person, Visit, with_all
from rashomon.desk.answers import on_error
from rashomon.desk.gate import Gate
from rashomon.desk.security import Guard, is_loopback
from rashomon.store.desk import Desk

_log = logging.getLogger("rashomon.desk")


def create_app(
    desk: Desk, names: Collection[str] = (), *, anywhere: bool = False, person: str = "local"
) -> Guard:
    """The desk over a store, for any ASGI server.

    Args:
        desk: the store; it stays open.
        names: host names that are answered besides this machine's own.
        anywhere: whether any address of numbers is answered as well.
        person: how whoever sits at this machine is called while nobody has an account.
    """
    secret = secrets.token_bytes(32)

    async def who(_scope: Any) -> Visit:
        if anywhere:
            return Visit()
        return Visit(Person(person, with_all(("admin",)), "local"), secret)

    app = Litestar(
        route_handlers=[
            pages.today,
            pages.incidents,
            pages.incident,
            pages.reports,
            pages.report,
            pages.search,
            pages.static,
            pages.health,
            people.actors,
            people.actor,
            people.voices,
            people.voice,
            people.dyads,
            people.dyad,
            *correcting.HANDLERS,
            api.pages,
            api.router,
            corrections_api.router,
        ],
        state=State({"desk": desk, "complain": _complain}),
        exception_handlers={Exception: on_error},
        compression_config=CompressionConfig(backend="gzip", gzip_compress_level=6, minimum_size=600),
        openapi_config=OpenAPIConfig(
            title="Rashomon desk",
            version=rashomon.__version__,
            path="/api/v1/schema",
            description="Incidents, the claims and reports they are made of, and where accounts differ.",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],  # the others load scripts from elsewhere
        ),
        logging_config=None,
        debug=False,
    )
    return Guard(Gate(app, who), names, anywhere=anywhere)


def _complain(where: str, error: Exception) -> None:
    """Tell whoever runs the desk; texts of reports stay out of it."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    told = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    _log.error("%s at %s: %s", type(error).__name__, where[:120], told)


def serve(
    desk: Desk,
    host: str,
    port: int,
    names: Collection[str] = (),
    on_ready: Any = None,
    person: str = "local",
) -> None:
    """Answer requests until it is stopped.

    Raises:
        OSError: the address cannot be listened on.
    """
    import socket

    import uvicorn

    anywhere = not is_loopback(host)
    app = create_app(desk, {*names, host} if anywhere else names, anywhere=anywhere, person=person)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        limit_concurrency=256,
    )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(256)  # whoever is told the address may come at once
        if on_ready is not None:
            on_ready(listener.getsockname()[1])
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        listener.close()


__all__ = ["create_app", "serve"]
