"""What a claim is about: PLOVER's contexts ("military", "election"), by a table of cues.

A cue of `knowledge/tables/context_cues.csv` is a type, a mode ("COERCE arrest"), a sector of an actor or
recipient ("MIL"), or words of the quote. Words are compared in small letters, hyphens read as spaces; a star
at the end of a cue's last word lets the word go on ("election*"). Several contexts may hold, or none.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from rashomon import ontology
from rashomon.errors import InstallationError

_WORD = re.compile(r"[^\W_]+")


class _Cue(NamedTuple):
    """The words of a cue after its first, whether the last of all may go on, and what the cue shows."""

    rest: tuple[str, ...]
    open_end: bool
    context: str


class _Cues(NamedTuple):
    types: dict[str, frozenset[str]]  # "CONSULT" or "COERCE arrest" -> contexts
    sectors: dict[str, frozenset[str]]
    words: dict[str, tuple[_Cue, ...]]  # cues by their whole first word
    stems: dict[str, tuple[str, ...]]  # contexts by stem, for cues of one open word
    stem_lengths: tuple[int, ...]


def contexts_of(
    type_name: str, mode: str | None, quote_text: str, parties_codes: Iterable[str | None] = ()
) -> tuple[str, ...]:
    """The contexts of a claim, in the ontology's order.

    `parties_codes` are the codes of its actors and recipients ("XKX COP"); without a sector they say nothing.
    """
    found = {context for context, _ in shown(type_name, mode, quote_text, parties_codes)}
    return tuple(context for context in ontology.CONTEXTS if context in found)


def shown(
    type_name: str, mode: str | None, quote_text: str, parties_codes: Iterable[str | None] = ()
) -> Iterator[tuple[str, str]]:
    """Each context that a cue shows, with that cue; one context may come several times."""
    cues = _cues()
    for key in (type_name, f"{type_name} {mode}"):
        for context in cues.types.get(key, ()):
            yield context, key
    for code in parties_codes:
        if code:
            sector = code.rpartition(" ")[2]
            for context in cues.sectors.get(sector, ()):
                yield context, sector
    yield from _shown_by_words(quote_text)


@lru_cache(maxsize=64)
def _shown_by_words(quote_text: str) -> tuple[tuple[str, str], ...]:
    """Contexts by the words of a quote; claims of one sentence have it in common."""
    return tuple(_find(quote_text))


def _find(quote_text: str) -> Iterator[tuple[str, str]]:
    tokens = _WORD.findall(quote_text.lower())
    for position, token in enumerate(tokens):
        by_stem, cues = _of_word(token)
        for context in by_stem:
            yield context, token
        for cue in cues:
            if _follows(cue, tokens, position + 1):
                yield cue.context, " ".join((token, *cue.rest))


@lru_cache(maxsize=1 << 15)
def _of_word(token: str) -> tuple[tuple[str, ...], tuple[_Cue, ...]]:
    """The contexts that a word shows by its stem, and the cues that begin with it."""
    cues = _cues()
    stems = (token[:length] for length in cues.stem_lengths if length <= len(token))
    by_stem = tuple(context for stem in stems for context in cues.stems.get(stem, ()))
    return by_stem, cues.words.get(token, ())


def _follows(cue: _Cue, tokens: list[str], start: int) -> bool:
    if not cue.rest:
        return True
    there = tokens[start : start + len(cue.rest)]
    if len(there) < len(cue.rest) or tuple(there[:-1]) != cue.rest[:-1]:
        return False
    return there[-1].startswith(cue.rest[-1]) if cue.open_end else there[-1] == cue.rest[-1]


@cache
def _cues() -> _Cues:
    source = resources.files("rashomon.knowledge") / "tables" / "context_cues.csv"
    try:
        text = source.read_text(encoding="utf-8")
    except OSError as error:
        raise InstallationError(
            "the table context_cues.csv is missing", hint="reinstall: pip install --force-reinstall rashomon"
        ) from error
    types: dict[str, set[str]] = {}
    sectors: dict[str, set[str]] = {}
    words: dict[str, list[_Cue]] = {}
    stems: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        context, kind, cue = row["context"], row["kind"], row["cue"]
        if kind in ("type", "mode"):
            types.setdefault(cue, set()).add(context)
        elif kind == "sector":
            sectors.setdefault(cue, set()).add(context)
        else:
            open_end = cue.endswith("*")
            first, *rest = cue.removesuffix("*").split()
            if open_end and not rest:
                stems.setdefault(first, []).append(context)
            else:
                words.setdefault(first, []).append(_Cue(tuple(rest), open_end, context))
    return _Cues(
        types={key: frozenset(contexts) for key, contexts in types.items()},
        sectors={key: frozenset(contexts) for key, contexts in sectors.items()},
        words={key: tuple(entries) for key, entries in words.items()},
        stems={key: tuple(contexts) for key, contexts in stems.items()},
        stem_lengths=tuple(sorted({len(stem) for stem in stems})),
    )


__all__ = ["contexts_of", "shown"]
