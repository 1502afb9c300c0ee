"""How a claim came to be what it is: what each room weighed, what it took, and why.

`rashomon explain` hands a `Trace` to the rooms and reads one claim again; in ordinary reading there is none,
and nothing is written down. Everything in it is what the room itself decided by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from rashomon.reading.words import Words

LISTED = 8  # options of a field that are kept, the best first; what was taken is kept always


class Option(msgspec.Struct, frozen=True):
    """Something that a field could have been.

    `score` is what the room compared (a probability, a pointer's weight, a sum of `parts`), None where there
    is nothing to compare; `why` says why it was not taken, or what spoke for it. Offsets are characters of
    the report's text.
    """

    value: str
    taken: bool
    score: float | None = None
    why: str = ""
    start: int | None = None
    end: int | None = None
    parts: dict[str, float] = {}


class Decision(msgspec.Struct, frozen=True):
    """One field of a claim: what it says, the rules that made it so, and what else it could have been."""

    field: str
    value: str
    why: tuple[str, ...]
    options: tuple[Option, ...]


class Trace:
    """What the rooms write down about one claim, by field."""

    def __init__(self) -> None:
        self._why: dict[str, list[str]] = {}
        self._options: dict[str, list[Option]] = {}

    def say(self, field: str, why: str) -> None:
        """A rule that had its say in a field."""
        self._why.setdefault(field, []).append(why)

    def option(self, field: str, option: Option) -> None:
        """Something that the field could have been."""
        self._options.setdefault(field, []).append(option)

    def words(
        self, field: str, words: Words, span: tuple[int, int], score: float, taken: bool, why: str = ""
    ) -> None:
        """Words of the text that the field could have been: the first, and one after the last."""
        start, end = int(words.starts[span[0]]), int(words.ends[span[1] - 1])
        self.option(field, Option(words.text[start:end], taken, float(score), why, start, end))

    def labels(self, field: str, scores: Mapping[str, float], taken: str) -> None:
        """The labels that a head chose among."""
        for label, score in scores.items():
            self.option(field, Option(label, label == taken, score))

    def decision(self, field: str, value: str) -> Decision:
        """What was written down about a field that came to be `value`, the best options first."""
        options = sorted(self._options.get(field, ()), key=lambda o: (not o.taken, -(o.score or 0.0)))
        kept = [option for rank, option in enumerate(options) if option.taken or rank < LISTED]
        return Decision(field, value, tuple(self._why.get(field, ())), tuple(kept))


def named(labels: Sequence[str], scores: Iterable[float]) -> dict[str, float]:
    """The scores of a head by their labels."""
    return dict(zip(labels, map(float, scores), strict=True))
