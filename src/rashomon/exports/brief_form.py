"""The form of a brief: parts, sentences with the numbers of their sources, and the sources themselves."""

from __future__ import annotations

import msgspec


class Source(msgspec.Struct, frozen=True):
    """What a sentence rests on: `number` is its number in the brief, `claim` the first of the claims that it
    is the source of, `quote` the quoted words, `publisher`, `published`, `title` and `url` those of the
    report as far as they are known, `also` the outlets that print a copy of it."""

    number: int
    claim: str
    voice: str
    quote: str
    publisher: str | None
    published: str | None
    title: str | None
    url: str | None
    also: tuple[str, ...] = ()


class Sentence(msgspec.Struct, frozen=True):
    """A sentence with the numbers of its sources; `details` say the same voice by voice."""

    text: str
    sources: tuple[int, ...]
    details: tuple[Sentence, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """One part of a brief: `key` is told, all, some, differ or changed; `empty` is what to say if nothing is
    in it."""

    key: str
    title: str
    sentences: tuple[Sentence, ...]
    empty: str


class Heard(msgspec.Struct, frozen=True):
    """A voice that is heard: its name, its side in words, and the outlets that carry it."""

    voice: str
    side: str
    outlets: tuple[str, ...]
    copies: int


class Brief(msgspec.Struct, frozen=True):
    """A brief: `about` counts voices, outlets and claims."""

    incident: str
    title: str
    about: str
    parts: tuple[Part, ...]
    voices: tuple[Heard, ...]
    sources: tuple[Source, ...]


__all__ = ["Brief", "Heard", "Part", "Sentence", "Source"]
