"""The desk as an application, and as a server of one process."""

from __future__ import annotations

import gc
import logging
import traceback
from collections.abc import Collection
from typing import Any

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Reference, SecurityScheme

import rashomon
from rashomon.desk import alerts_page, api, correcting, corrections_api, pages, people, signing, wellbeing
from rashomon.desk.answers import on_error
from rashomon.desk.described import Described
from rashomon.desk.forwarded import Forwarded
from rashomon.desk.gate import Gate
from rashomon.desk.identity import Identity, Rules
from rashomon.desk.limits import SignIns
from rashomon.desk.measures import Measures
from rashomon.desk.observing import Observed
from rashomon.desk.security import Guard, is_loopback
from rashomon.store.desk import Desk

_log = logging.getLogger("rashomon.desk")
SCHEMES: dict[str, SecurityScheme | Reference] = {
    "token": SecurityScheme(
        type="http", scheme="bearer", bearer_format="rsh_...",
        description="A token of `rashomon token add`, in the header Authorization.",
    ),
    "session": SecurityScheme(
        type="apiKey", name="rashomon-8765", security_scheme_in="cookie",
        description="Of people who signed in at /sign-in; the name of the cookie ends with the desk's port. "
        "What changes something carries the page's token too, in the header x-csrf-token, or is JSON.",
    ),
}  # fmt: skip


def create_app(desk: Desk, names: Collection[str] = (), rules: Rules | None = None) -> Observed:
    """The desk over a store, for any ASGI server.

    From outside in: every request is watched, its address is that which trusted proxies tell, its host and
    length are checked, whoever asks is known and let in, and a page answers.

    Args:
        desk: the store; it stays open.
        names: host names that are answered besides this machine's own.
        rules: who may reach it, and who asks.
    """
    rules = rules or Rules()
    measures = Measures(desk)
    identity = Identity(desk, rules)
    shown = Router(
        "/",
        route_handlers=[
            pages.today,
            pages.incidents,
            pages.incident,
            pages.reports,
            pages.report,
            pages.search,
            pages.static,
            people.actors,
            people.actor,
            people.voices,
            people.voice,
            people.dyads,
            people.dyad,
            alerts_page.alerts,
            *correcting.HANDLERS,
            signing.sign_in,
            signing.sign_out,
            api.pages,
        ],
        include_in_schema=False,  # pages are for people
    )
    app = Litestar(
        route_handlers=[
            shown,
            wellbeing.health,
            wellbeing.live,
            wellbeing.ready,
            wellbeing.metrics,
            api.router,
            corrections_api.router,
        ],
        state=State({"desk": desk, "complain": _complain, "measures": measures, "sign_ins": SignIns()}),
        on_shutdown=[identity.close],
        exception_handlers={Exception: on_error},
        compression_config=CompressionConfig(backend="gzip", gzip_compress_level=6, minimum_size=600),
        openapi_config=OpenAPIConfig(
            title="Rashomon desk",
            version=rashomon.__version__,
            path="/api/v1/schema",
            description="Incidents, the claims and reports they are made of, and where accounts differ.",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],  # the others load scripts from elsewhere
            security=[{"token": []}, {"session": []}],
            components=Described(security_schemes=SCHEMES, schemas=corrections_api.schemas()),
            use_handler_docstrings=True,  # the page /api and the schema say what each address gives
        ),
        logging_config=None,
        debug=False,
    )
    guarded = Guard(Gate(app, identity, rules.per_minute), names, anywhere=rules.anywhere)
    return Observed(Forwarded(guarded, rules.trusted), measures)


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
    rules: Rules | None = None,
    tls: tuple[str, str] | None = None,
) -> None:
    """Answer requests until it is stopped. `tls`: the files of a certificate and of its key.

    Raises:
        OSError: the address cannot be listened on, or a file cannot be read.
        InputError: certificate and key are none, or do not belong together.
    """
    import socket

    import uvicorn

    from rashomon.desk.patience import Patient, tls_context

    rules = rules or Rules(anywhere=not is_loopback(host))
    app = create_app(desk, {*names, host} if rules.anywhere else names, rules)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Patient,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # believed by the desk itself, of named proxies only
        timeout_graceful_shutdown=3,
        limit_concurrency=256,
        h11_max_incomplete_event_size=32_768,
    )
    if tls is not None:
        config.load()
        config.ssl = tls_context(*tls)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(256)  # whoever is told the address may come at once
        gc.collect()
        gc.freeze()  # what is there from the beginning stays: looking through it again costs requests 0.1 s
        if on_ready is not None:
            on_ready(listener.getsockname()[1])
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        listener.close()


__all__ = ["create_app", "serve"]
