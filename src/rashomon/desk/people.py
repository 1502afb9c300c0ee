"""The pages of those who act and those who tell: actors, voices, and pairs of countries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, get_args

import msgspec
from litestar import Response, get
from litestar.datastructures import State
from litestar.response import Redirect
from markupsafe import Markup

from rashomon.desk.answers import Asking, Missing, page
from rashomon.desk.filters import asked as read_filters
from rashomon.desk.kept import counted
from rashomon.desk.pages import LISTED, desk_of, next_page, whole_number
from rashomon.desk.shown import address
from rashomon.errors import InputError
from rashomon.exports import tension as told
from rashomon.exports import tension_page
from rashomon.exports.phrases import one_line
from rashomon.reconcile.tension import Period, Tension, dyad_of, summed
from rashomon.store import dyads as store_dyads
from rashomon.store import overviews
from rashomon.store.desk import Desk
from rashomon.store.queries import day_of
from rashomon.store.records import ClaimRecord
from rashomon.store.rows import key_of

T = TypeVar("T")


def _some(request: Asking, path: str, whole: list[T], step: int = 60) -> tuple[list[T], str | None]:
    """A page of a list that was counted, and the address of the next."""
    skip = whole_number(request.query_params.get("skip"), "skip")
    fields = {name: value for name, value in request.query_params.items() if name != "skip"}
    more = address(path, **fields, skip=skip + step) if skip + step < len(whole) else None
    return whole[skip : skip + step], more


def _named(request: Asking, what: str) -> str:
    name = (request.query_params.get("name") or "").strip()
    if not name:
        raise InputError(f"which {what}?", where="name", hint="choose one from the list, or give its name")
    return name[:300]


@get("/actors", sync_to_thread=True)
def actors(request: Asking, state: State) -> Response[bytes]:
    """Who acts and to whom it is done, in the latest claims."""
    some, more = _some(request, "/actors", counted(desk_of(state), "parties", overviews.parties))
    return page("heard", title="Actors", path="/actor", some=some, more=more, latest=overviews.LATEST)


@get("/voices", sync_to_thread=True)
def voices(request: Asking, state: State) -> Response[bytes]:
    """Who is heard in the latest claims."""
    desk = desk_of(state)
    some, more = _some(request, "/voices", counted(desk, "voices", overviews.voices))
    with desk.store.reading() as connection:  # outlets have their names, others that of what they said last
        named = overviews.told_names(connection, [each.key for each in some if each.name == each.key])
    some = [msgspec.structs.replace(each, name=named.get(each.key, each.name)) for each in some]
    return page("heard", title="Voices", path="/voice", some=some, more=more, latest=overviews.LATEST)


@get("/actor", sync_to_thread=True)
def actor(request: Asking, state: State) -> Response[bytes]:
    """What an actor did and what was done to it, as reports tell."""
    desk, name = desk_of(state), _named(request, "actor")
    with desk.store.reading() as connection:
        profile = overviews.party_profile(connection, name)
    if not profile.claims:
        raise Missing(
            f"no claim names {one_line(name)[:80]!r}", hint="look for it in the list of actors, or search"
        )
    found = desk.incidents(actor=name, cursor=request.query_params.get("cursor") or None, limit=LISTED)
    names = {key_of(each): each for each, _ in reversed(profile.names)}  # the commonest spelling of each
    return page(
        "actor",
        names=list(names.values())[::-1],
        name=name,
        profile=profile,
        found=found,
        more=next_page(request, "/actor", found.cursor),
        paged="cursor" in request.query_params,
    )


@get("/voice", sync_to_thread=True)
def voice(request: Asking, state: State) -> Response[bytes]:
    """What a voice tells, and how often others tell it otherwise."""
    desk, name = desk_of(state), _named(request, "voice")
    mine = key_of(name)
    with desk.store.reading() as connection:
        profile = overviews.voice_profile(connection, name, lambda other: key_of(other) == mine)
    claims = desk.claims(voice=name, cursor=request.query_params.get("cursor") or None, limit=LISTED)
    publisher = desk.publisher(name)
    if not claims and publisher is None and not profile.incidents:
        raise Missing(
            f"nobody is called {one_line(name)[:80]!r} here", hint="look for it in the list of voices"
        )
    shown = publisher.name if publisher else next((_name(each) for each in claims), None) or name
    return page(
        "voice",
        name=name,
        shown=shown,
        profile=profile,
        claims=claims,
        publisher=publisher,
        more=next_page(request, "/voice", claims.cursor),
        paged="cursor" in request.query_params,
    )


def _name(record: ClaimRecord) -> str | None:
    voice = record.claim.voice
    return voice.name or voice.text


@get("/dyads", sync_to_thread=True)
def dyads(request: Asking, state: State) -> Response[Any]:
    """Pairs of countries of which one does something to the other."""
    if "a" in request.query_params or "b" in request.query_params:
        return Redirect(address("/dyad", a=request.query_params.get("a"), b=request.query_params.get("b")))
    some, more = _some(request, "/dyads", counted(desk_of(state), "dyads", overviews.dyads))
    named = [(pair, told.dyad_words(pair), count) for pair, count in some]
    return page("dyads", some=named, more=more, latest=overviews.LATEST)


class ReadDyad(msgspec.Struct, frozen=True):
    """What is told between two countries; `whole` is false where only the latest incidents are counted."""

    pair: tuple[str, str]
    by: Period
    since: str | None
    until: str | None
    result: Tension
    whole: bool
    counted: int


def read_dyad(desk: Desk, params: Mapping[str, str]) -> ReadDyad:
    """The dyad that an address asks for: a, b, by, since, until.

    Raises:
        InputError: one of them cannot be understood.
    """
    one, other = _country(params.get("a"), "a"), _country(params.get("b"), "b")
    if one == other:
        raise InputError("a dyad is of two countries", where="b", hint="choose another one")
    by: Any = params.get("by") or "day"
    if by not in get_args(Period):
        raise InputError(f"{by[:40]!r} is no period", where="by", hint="day, week or month")
    since, until = (day_of(params.get(name) or None, name) for name in ("since", "until"))
    pair = dyad_of(one, other)
    between = counted(
        desk,
        ("dyad", pair, since, until),
        lambda connection: store_dyads.between(connection, pair, since, until),
    )
    result = summed(between.told, by=by, homes=between.homes)
    return ReadDyad(pair, by, since, until, result, between.whole, len(between.told))


@get("/dyad", sync_to_thread=True)
def dyad(request: Asking, state: State) -> Response[bytes]:
    """Tension between two countries, as each side tells it."""
    read = read_dyad(desk_of(state), request.query_params)
    points = read.result.points
    shown = Markup(tension_page.section(read.result, read.pair, set())) if points else Markup("")
    notes = [note.split("; say where")[0] for note in told.left_out(read.result)]
    if not read.whole:
        notes.append(f"only the latest {read.counted:,} incidents are counted: give a first and a last day")
    return page("dyad", read=read, words=told.dyad_words(read.pair), shown=shown, notes=notes)


def _country(value: str | None, name: str) -> str:
    from rashomon.knowledge.actors import ABOVE_STATES

    if not value:
        raise InputError("a dyad is of two countries", where=name, hint="for instance a=SRB and b=XKX")
    if value.upper() in ABOVE_STATES:
        return value.upper()
    read = read_filters([("country", value)])
    for problem in read.problems.values():
        raise InputError(problem.what, where=name, hint=problem.hint)
    return read.filter.country or ""


__all__ = ["actor", "actors", "dyad", "dyads", "read_dyad", "voice", "voices"]
