"""How pages are put together: templates, words, addresses, and the files that pages load.

Everything that a template prints is escaped, and characters that hide or reorder text are shown as code
points: report texts, names and titles are hostile until they are on the page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rashomon import ontology
from rashomon.desk import access, ahead, decided_words
from rashomon.errors import InputError
from rashomon.exports import phrases
from rashomon.exports.sheet import template
from rashomon.knowledge import countries
from rashomon.model import Date
from rashomon.store.records import IncidentRecord

_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".txt": "text/plain",
    ".svg": "image/svg+xml",
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # what a browser's field for dates can hold
_WEB = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


class Asset:
    """A file that pages load; `address` changes with its content, so browsers may keep it for good."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name, self.content = name, content
        self.kind = _TYPES["." + name.rpartition(".")[2]]
        self.address = f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


@cache
def assets() -> dict[str, Asset]:
    """The files that pages load, by name. Those of `vendor/` are missing in a checkout where nobody has built
    them (`make assets`)."""
    found = {"desk.css": Asset("desk.css", _style().encode()), "marks.js": _exported("page.js", "marks.js")}
    folder = resources.files("rashomon.desk") / "static"
    for part, prefix in ((folder, ""), (folder / "vendor", "vendor/")):
        if not part.is_dir():
            continue
        for each in part.iterdir():
            if (
                each.is_file()
                and "." + each.name.rpartition(".")[2] in _TYPES
                and prefix + each.name not in found
            ):
                found[prefix + each.name] = Asset(prefix + each.name, each.read_bytes())
    shares = "".join(f".l{share}{{left:{share / 10:g}%}}" for share in range(1001))
    found["shares.css"] = Asset("shares.css", shares.encode())
    return found


def _exported(name: str, to: str) -> Asset:
    return Asset(to, template(name).encode())


def _style() -> str:
    """The style of the exports' pages, each within its own part of the page, and the desk's own."""
    own = (resources.files("rashomon.desk") / "static" / "desk.css").read_text(encoding="utf-8")
    parts = [template("palette.css", "page.css", "matrix.css")]
    parts += [f".{name} {{\n{template(f'{name}.css')}\n}}" for name in ("tension", "brief")]
    return "\n".join([*parts, own])


def address(path: str, /, **fields: Any) -> str:
    """A path with its fields, those that are empty left out."""
    kept = {name: value for name, value in fields.items() if value not in (None, "")}
    encoded = urlencode({name: _valid(str(value)) for name, value in kept.items()})
    return f"{path}?{encoded}" if encoded else path


def incident_address(ref: str) -> str:
    """Where an incident is shown."""
    return f"/incidents/{quote(_valid(ref), safe='')}"


def _valid(text: str) -> str:
    return phrases.valid(text).replace("\0", "")


def country_name(code: str | None) -> str:
    """A country's name; the code where no table has it."""
    row = countries.country(code or "")
    return row.name if row is not None else code or ""


def acts(record: IncidentRecord) -> str:
    """What an incident is, in words: "assault: aerial, shelling"."""
    one = record.incident
    return f"{one.type.lower()}: {', '.join(one.modes)}" if one.modes else one.type.lower()


@cache
def quad(kind: str) -> int:
    """The quadrant of a type of event, 1 to 4; 3 where the ontology does not have it."""
    try:
        return ontology.event_type(kind).quad
    except InputError:  # an odd type in a store made elsewhere is shown, not refused
        return 3


def when(record: IncidentRecord) -> str:
    """When an incident was, in words; when it was published where nobody tells its day."""
    one = record.incident
    if record.dated and one.date is not None:
        return phrases.date_words(one.date)
    return f"published {phrases.date_words(Date(record.last_day, record.last_day, 'day'))}"


def disputed_fields(record: IncidentRecord) -> list[str]:
    """What accounts of an incident differ on, each once."""
    return list(dict.fromkeys(each.field for each in record.incident.disputes))


def web_address(url: str | None) -> str | None:
    """An address that may become a link; None for "javascript:" and all that is not the web."""
    return url if url and _WEB.fullmatch(url) and phrases.one_line(url) == url else None


def marked(text: str, marks: tuple[tuple[int, int], ...]) -> Markup:
    """A piece of text with some stretches marked."""
    pieces, at = [], 0
    for start, end in marks:
        if start < at or end > len(text):
            continue
        pieces += [
            Markup.escape(phrases.reveal(text[at:start])),
            Markup("<mark>{}</mark>").format(phrases.reveal(text[start:end])),
        ]
        at = end
    return Markup("").join([*pieces, Markup.escape(phrases.reveal(text[at:]))])


def pairs(values: Iterable[str], lower: bool = False) -> list[tuple[str, str]]:
    """Values of a choice with the words for them."""
    return [(value, value.lower() if lower else value) for value in values]


def _printed(value: Any) -> Any:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return phrases.reveal(value)


@cache
def environment() -> Environment:
    """The templates."""
    made = Environment(
        loader=PackageLoader("rashomon.desk", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "address": address,
        "incident_address": incident_address,
        "acts": acts,
        "quad": quad,
        "when": when,
        "all_ahead": ahead.all_ahead,
        "disputed_fields": disputed_fields,
        "country_name": country_name,
        "plural": phrases.counted,
        "web_address": web_address,
        "place_words": phrases.place_words,
        "date_words": phrases.date_words,
        "assets": assets(),
        "voice_name": phrases.voice_name,
        "party_names": phrases.party_names,
        "figure_words": phrases.figure_words,
        "event_name": phrases.event_name,
        "marked": marked,
        "pairs": pairs,
        "correction_told": decided_words.told,
        "person": access.here,
        "csrf_field": access.csrf_field,
        "csrf_headers": access.csrf_headers,
    }
    # an id as it is: it is no text to read, and has to come back from a form unchanged
    made.filters["exact"] = lambda text: Markup.escape(_valid(str(text)))
    made.tests["day"] = lambda value: _DAY.fullmatch(str(value)) is not None
    made.tests["ahead"] = ahead.is_ahead
    made.tests["has"] = lambda some, value: value in some
    made.filters["line"] = lambda text: phrases.one_line(str(text))
    return made


def render(name: str, values: Mapping[str, Any]) -> str:
    """A page from its template."""
    return environment().get_template(name).render(values)


__all__ = [
    "Asset",
    "address",
    "assets",
    "country_name",
    "environment",
    "incident_address",
    "quad",
    "render",
    "web_address",
    "when",
]
