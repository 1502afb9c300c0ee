"""`rashomon desk`: the web pages and the API over a store."""

from __future__ import annotations

from enum import StrEnum
from errno import EACCES, EISDIR, ENOENT
from pathlib import Path
from typing import Annotated

import typer

from rashomon._terminal import Messages, printable
from rashomon.options import StoreName


class Log(StrEnum):
    """What is logged of requests."""

    none = "none"
    text = "text"
    json = "json"


def desk(
    store: StoreName,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="0 takes one that is free.")
    ] = 8765,
    show: Annotated[bool, typer.Option("--open", help="Open the pages in a browser.")] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Answer to this host name too. May be repeated."),
    ] = None,
    person: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="NAME",
            envvar="RASHOMON_PERSON",
            show_envvar=True,
            help="Your name, for what you do while nobody has an account.",
        ),
    ] = "local",
    anyone_may_read: Annotated[
        bool,
        typer.Option(
            "--anyone-may-read", help="Whoever reaches the desk reads all of it, without signing in."
        ),
    ] = False,
    cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Answer by TLS with this certificate (PEM).")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The key of the certificate (PEM).")
    ] = None,
    trust_proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            help="Believe X-Forwarded-For and X-Forwarded-Proto of this proxy or network. May be repeated.",
        ),
    ] = None,
    per_minute: Annotated[
        int,
        typer.Option(
            "--requests-a-minute",
            metavar="N",
            min=1,
            help="What one person or token may ask. Strangers: a quarter of it, by address.",
        ),
    ] = 1_200,
    log: Annotated[
        Log, typer.Option(help="A line for each request on standard error: as words, as JSON, or not at all.")
    ] = Log.none,
) -> None:
    """Serve the pages of a store: today, map and timeline, incidents, dyads, actors, voices, reports, search.

    On this machine only unless told otherwise. There nobody needs to sign in until somebody has an account
    (rashomon person add); elsewhere nobody is let in without one. Ctrl-C stops it.
    """
    from rashomon.desk import Rules, serve
    from rashomon.desk.forwarded import networks
    from rashomon.desk.security import check_bind, is_loopback
    from rashomon.errors import InputError
    from rashomon.logs import set_up
    from rashomon.store.desk import Desk
    from rashomon.store.persons import named

    if (cert is None) != (key is None):
        raise typer.BadParameter("--cert and --key go together: the certificate, and its key")
    tls = None if cert is None or key is None else (str(cert), str(key))
    trusted = networks(trust_proxy or ())
    if log is not Log.none:
        set_up("json" if log is Log.json else "text")
    rules = Rules(not is_loopback(host), named(person), anyone_may_read, trusted, per_minute)

    def ready(port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        address = f"{'http' if tls is None else 'https'}://{shown}:{port}/"
        typer.echo(f"The desk of {printable(opened.store.name)} is at {address} - Ctrl-C stops it.")
        if rules.anywhere and tls is None and not trusted:
            typer.echo(
                "Passwords and pages go over the network as plain text: give --cert and --key, or "
                "--trust-proxy with the address of a proxy that does TLS.",
                err=True,
            )
        if show:
            typer.launch(address)

    with Desk(store, create=False, say=Messages().say) as opened:
        check_bind(host, opened.persons.any(), anyone_may_read)
        try:
            serve(opened, host, port, allow_host or (), ready, rules, tls)
        except OSError as error:
            if tls is not None and error.errno in (ENOENT, EACCES, EISDIR):
                raise InputError(
                    f"the file cannot be read: {error.strerror}", where=f"{cert}, {key}",
                    hint="look at the names after --cert and --key",
                ) from error  # fmt: skip
            raise InputError(
                f"cannot listen there: {error.strerror or error}",
                where=f"{host}:{port}",
                hint="is another desk running? choose another --port, or 0 for a free one",
            ) from error


__all__ = ["desk"]
