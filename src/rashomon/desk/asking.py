"""What questions of the API are made of: filters, pages, forms; and the errors that every answer may be."""

from __future__ import annotations

from typing import Annotated, Any

from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter

from rashomon.desk import filters
from rashomon.desk.answers import Asking, FaultBody
from rashomon.errors import InputError
from rashomon.store.queries import IncidentFilter

ERRORS = {
    400: ResponseSpec(FaultBody, description="The question cannot be understood"),
    401: ResponseSpec(FaultBody, description="Nobody is signed in, or the token opens nothing"),
    403: ResponseSpec(FaultBody, description="Whoever asks may not do this"),
    404: ResponseSpec(FaultBody, description="There is no such thing"),
    406: ResponseSpec(FaultBody, description="No such form"),
    414: ResponseSpec(FaultBody, description="The address is too long"),
    429: ResponseSpec(FaultBody, description="Too many requests; retry-after says when to try again"),
    503: ResponseSpec(FaultBody, description="The store cannot be reached just now"),
}
_HELP = {
    "words": 'Words of quotes, names and titles: "a phrase", -without, begin*',
    "type": "PLOVER type, as ASSAULT",
    "mode": "PLOVER mode, as aerial",
    "country": "Where: a name or ISO 3166 alpha-3",
    "side": "A country whose voices or outlets tell of it",
    "actor": "Actor or recipient: a name, or a code as XKX COP",
    "voice": "Who vouches: a name or a code",
    "publisher": "Which outlet carries it",
    "status": "Of any claim: happened, denied ...",
    "disputed": "yes, no, or the field that is disputed",
    "since": "From this day on, as 2019-05-28",
    "until": "Up to this day, as 2019-05-28",
    "box": "west,south,east,north in degrees",
    "min_voices": "Told by at least so many voices",
}


def query(name: str, description: str) -> QueryParameter:
    """What a parameter is, for the schema and the page /api; it need not be given."""
    return QueryParameter(name=name, required=False, description=description)


def _told(name: str) -> Any:
    return query(name, _HELP[name])


def asked(
    request: Asking,
    words: Annotated[str | None, _told("words")] = None,
    type: Annotated[str | None, _told("type")] = None,
    mode: Annotated[str | None, _told("mode")] = None,
    country: Annotated[str | None, _told("country")] = None,
    side: Annotated[str | None, _told("side")] = None,
    actor: Annotated[str | None, _told("actor")] = None,
    voice: Annotated[str | None, _told("voice")] = None,
    publisher: Annotated[str | None, _told("publisher")] = None,
    status: Annotated[str | None, _told("status")] = None,
    disputed: Annotated[str | None, _told("disputed")] = None,
    since: Annotated[str | None, _told("since")] = None,
    until: Annotated[str | None, _told("until")] = None,
    box: Annotated[str | None, _told("box")] = None,
    min_voices: Annotated[str | None, _told("min_voices")] = None,
) -> IncidentFilter:
    """The filters of incidents. They are declared for the schema, and read as pages read them."""
    return filters.asked(request.query_params.multi_items()).require()


Cursor = Annotated[str | None, query("cursor", "Where the last page ended: `cursor` of its answer")]
Limit = Annotated[str | None, query("limit", "How many: 1 to 1000; 50 without")]
Form = Annotated[
    str | None, query("format", "json, csv, parquet, geojson or atom; claims have no geojson and atom")
]
Since = Annotated[str | None, query("since", "From this day on, as 2019-05-28")]
Until = Annotated[str | None, query("until", "Up to this day, as 2019-05-28")]
Ref = Annotated[
    str, PathParameter(description="The incident's id; that of one which was merged into it leads to it too")
]


def limit_of(value: str | None) -> int:
    if not value:
        return 50
    if not (value.isascii() and value.isdigit() and len(value) < 6 and 1 <= int(value) <= 1_000):
        raise InputError(f"{value[:40]!r} is no length of a page", where="limit", hint="1 to 1000")
    return int(value)


def only(request: Asking, *names: str) -> None:
    for name in request.query_params:
        if name not in names:
            raise InputError(
                f"there is no parameter {name[:40]!r}", where=name[:40], hint=f"there are {', '.join(names)}"
            )


__all__ = [
    "ERRORS", "Cursor", "Form", "Limit", "Ref", "Since", "Until", "asked", "limit_of", "only", "query",
]  # fmt: skip
