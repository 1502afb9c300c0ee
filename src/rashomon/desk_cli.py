"""`rashomon desk`: the web pages and the API over a store, on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from rashomon._terminal import printable


def desk(
    store: Annotated[
        str,
        typer.Option(
            metavar="STORE",
            envvar="RASHOMON_STORE",
            show_envvar=True,
            help="A file, such as desk.db, or postgresql://user@host/name.",
        ),
    ] = "desk.db",
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
    no_sign_in: Annotated[
        bool,
        typer.Option("--i-know-there-is-no-sign-in", help="Listen where others reach: they read all of it."),
    ] = False,
) -> None:
    """Serve the pages of a store: today, map and timeline, incidents, dyads, actors, voices, reports, search.

    One process, on this machine only unless told otherwise; Ctrl-C stops it.
    """
    from rashomon.desk import serve
    from rashomon.desk.security import check_bind
    from rashomon.errors import InputError
    from rashomon.store.desk import Desk

    check_bind(host, no_sign_in)

    def ready(port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{port}/"
        typer.echo(f"The desk of {printable(opened.store.name)} is at {address} - Ctrl-C stops it.")
        if show:
            typer.launch(address)

    with Desk(store, create=False) as opened:
        try:
            serve(opened, host, port, allow_host or (), ready, person)
        except OSError as error:
            raise InputError(
                f"cannot listen there: {error.strerror or error}",
                where=f"{host}:{port}",
                hint="is another desk running? choose another --port, or 0 for a free one",
            ) from error


__all__ = ["desk"]
