"""`rashomon person` and `rashomon token`: who may ask the desk.

rashomon person add Ana --scope correct --store desk.db     the password is asked for
rashomon token add "nightly export" --days 90 --store desk.db
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rashomon._terminal import Messages, printable
from rashomon.errors import InputError
from rashomon.options import StoreName, Yes, ask_first

if TYPE_CHECKING:
    from rich.table import Table

    from rashomon.store.desk import Desk

person = typer.Typer(no_args_is_help=True, help="People who may sign in to the desk.")
token = typer.Typer(no_args_is_help=True, help="Tokens by which programs may ask the desk.")
_LONGEST_FILE = 4_096


class Scope(StrEnum):
    """What somebody may."""

    read = "read"
    correct = "correct"
    admin = "admin"


Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
Scopes = Annotated[
    list[Scope] | None,
    typer.Option(
        "--scope",
        show_default=False,
        help="read; correct: read, and put right what was read wrongly; admin: all. Default: read.",
    ),
]
PasswordFile = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Take the password from the first line of a file, or - for standard input."
    ),
]


@person.command("add")
def add_person(
    name: Name, store: StoreName, scope: Scopes = None, password_file: PasswordFile = None
) -> None:
    """Let a person sign in to the desk. The password is asked for, twice.

    From the first person or token on nobody is let in without one, on this machine neither.
    """
    from rashomon.store.passwords import checked
    from rashomon.store.persons import named

    with _opened(store) as desk:
        name = named(name)
        if any(each.name.casefold() == name.casefold() for each in desk.persons.all()):
            raise InputError(f"{name!r} has an account already", hint="`rashomon person list` shows all")
        password = checked(_password(name, password_file), name)
        first = not desk.persons.any()
        made = desk.persons.add(name, scope or [Scope.read], password)
    typer.echo(f"{printable(made.name)} may sign in now, with the scope {made.scope}.")
    if first:
        typer.echo("From now on nobody is let in without signing in or a token, on this machine neither.")


@person.command("list")
def list_people(store: StoreName) -> None:
    """List the people and programs that may ask the desk."""
    with _opened(store) as desk:
        found = desk.persons.all()
    if not found:
        typer.echo(
            "Nobody has an account: the desk answers this machine only. To add one: rashomon person add"
        )
        return
    table = _table("name", "scope", "added", "signs in with", "tokens", "signed in")
    for each in found:
        how = "a password" if each.has_password else "tokens only"
        table.add_row(
            printable(each.name), each.scope, each.added[:10], how, str(each.tokens), str(each.sessions)
        )
    _show(table)


@person.command("remove")
def remove_person(name: Name, store: StoreName, yes: Yes = False) -> None:
    """Take away an account, with its tokens and sessions. What the person corrected stays."""
    with _opened(store) as desk:
        _known(desk, name)
        ask_first(f"Remove {name}, with all tokens and sessions?", yes)
        desk.persons.remove(name)
        left = desk.persons.any()
    typer.echo(f"{printable(name)} is removed, signed out, and has no tokens any more.")
    if not left:
        typer.echo("Nobody has an account now: on this machine the desk lets everybody in.")


@person.command("password")
def change_password(name: Name, store: StoreName, password_file: PasswordFile = None) -> None:
    """Change a password. Who is signed in with the old one is signed out."""
    from rashomon.store.passwords import checked

    with _opened(store) as desk:
        _known(desk, name)
        desk.persons.set_password(name, checked(_password(name, password_file), name))
    typer.echo(f"The password of {printable(name)} is changed; all sessions with the old one have ended.")


@person.command("scope")
def change_scope(
    name: Name, scope: Annotated[list[Scope], typer.Option("--scope", help="As for add.")], store: StoreName
) -> None:
    """Change what a person or a program may, from the next request on."""
    with _opened(store) as desk:
        desk.persons.set_scopes(name, scope)
        made = next(each for each in desk.persons.all() if each.num == _known(desk, name))
    typer.echo(f"{printable(made.name)} has the scope {made.scope} now.")


@token.command("add")
def add_token(
    name: Name,
    store: StoreName,
    scope: Scopes = None,
    days: Annotated[int, typer.Option(metavar="N", min=1, max=3660, help="How long it holds.")] = 90,
) -> None:
    """Make a token for a person, or for a program that gets this name. It is shown this once.

    The token alone goes to standard output, so that it can be put into a file; all else to standard error.
    """
    with _opened(store) as desk:
        first = not desk.persons.any()
        known = {each.num for each in desk.persons.all()}
        secret, made = desk.persons.add_token(name, scope or [Scope.read], days)
        new = len(desk.persons.all()) > len(known)
    if new:
        typer.echo(f"{printable(made.person)} is no person here: a program of this name was added.", err=True)
    typer.echo(f"A token of {printable(made.person)}, scope {made.scope}, until {made.ends[:10]}:", err=True)
    typer.echo(secret)
    typer.echo(
        "It is shown this once and kept nowhere. Send it in the header: Authorization: Bearer TOKEN", err=True
    )
    if first:
        typer.echo(
            "From now on nobody is let in without signing in or a token, on this machine neither.", err=True
        )


@token.command("list")
def list_tokens(store: StoreName) -> None:
    """List the tokens, the last first: how each begins, whose it is, until when it holds, its last use."""
    with _opened(store) as desk:
        found = desk.persons.tokens()
    if not found:
        typer.echo("There are no tokens. To make one: rashomon token add NAME")
        return
    table = _table("begins with", "of", "scope", "added", "until", "last used", "state")
    for each in found:
        state = "holds" if each.holds else "revoked" if each.revoked else "ended"
        used = each.used[:16].replace("T", " ") if each.used else "never"
        table.add_row(
            each.prefix, printable(each.person), each.scope, each.added[:10], each.ends[:10], used, state
        )
    _show(table)


@token.command("revoke")
def revoke_token(
    prefix: Annotated[
        str,
        typer.Argument(metavar="TOKEN", show_default=False, help="How it begins, as token list shows it."),
    ],
    store: StoreName,
) -> None:
    """End a token, from the next request on."""
    with _opened(store) as desk:
        gone = desk.persons.revoke(prefix)
    typer.echo(f"The token {gone.prefix}... of {printable(gone.person)} opens nothing any more.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(person, name="person")
    app.add_typer(token, name="token")


@contextmanager
def _opened(store: str) -> Iterator[Desk]:
    from rashomon.store.desk import Desk

    with Desk(store, create=False, say=Messages().say) as desk:
        yield desk


def _known(desk: Desk, name: str) -> int:
    from rashomon.store.persons import key_of

    for each in desk.persons.all():
        if key_of(each.name) == key_of(name):
            return each.num
    raise InputError(f"there is no {name[:80]!r} here", hint="`rashomon person list` shows all")


def _password(name: str, file: str | None) -> str:
    """The password: from the terminal, where it does not show, or the first line of a file."""
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        raise InputError(
            "there is no terminal to ask for the password",
            hint="--password-file FILE, or --password-file - for standard input",
        )
    prompt = f"Password of {printable(name)}"
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt="Once more"))


def _first_line(file: str) -> str:
    try:
        if file == "-":
            raw = sys.stdin.buffer.readline(_LONGEST_FILE)
        else:
            with Path(file).open("rb") as opened:
                raw = opened.readline(_LONGEST_FILE)
        line = raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise InputError("the password is no UTF-8 text", where=file) from None
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", where=file) from error
    if not line:
        raise InputError("there is no password in the first line", where=file)
    return line


def _table(*names: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _show(table: Table) -> None:
    from rich.console import Console

    Console().print(table, markup=False)


__all__ = ["person", "register", "token"]
