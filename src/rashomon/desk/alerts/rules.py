"""Rules as people write them: a name, and parameters behind a colon.

    new-incident                                   came into the store, and fits the filter
    grown:reports=5  grown:outlets=3               has reached so many
    new-dispute  new-dispute:field=killed          accounts have come to differ (on that field)
    figure-rises:kind=killed,at-least=10,factor=2  a number that is told has reached, or has multiplied
    denied  denied:by=SRB                          somebody (of that country) says it did not happen
    tension:dyad=SRB-XKX,narrator=SRB,days=60      conflict of a dyad beyond its usual range

A rule is kept as it is written out again by `str`: the same rule has always the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import msgspec

from rashomon.desk.filters import DISPUTE_FIELDS
from rashomon.errors import InputError
from rashomon.knowledge import countries
from rashomon.knowledge.actors import ABOVE_STATES
from rashomon.reconcile.tension import ALL, OTHERS, UNPLACED, dyad_of

FIGURES = ("killed", "injured", "arrested", "displaced", "missing", "released", "troops", "protesters")
_LONGEST = 300


class Rule(msgspec.Struct, frozen=True):
    """What a watch wants to hear of."""

    word: ClassVar[str] = ""

    def __str__(self) -> str:
        told = [f"{name}={_written(value)}" for name, value in self._given() if value is not None]
        return f"{self.word}:{','.join(told)}" if told else self.word

    def _given(self) -> list[tuple[str, Any]]:
        defaults = dict(zip(self.__struct_fields__[::-1], self.__struct_defaults__[::-1], strict=False))
        return [
            (name.replace("_", "-"), getattr(self, name))
            for name in self.__struct_fields__
            if getattr(self, name) != defaults.get(name, msgspec.UNSET)
        ]


class NewIncident(Rule, frozen=True):
    """An incident came into the store and fits the filter."""

    word: ClassVar[str] = "new-incident"


class Grown(Rule, frozen=True):
    """An incident has reached so many reports, or outlets."""

    word: ClassVar[str] = "grown"
    reports: int | None = None
    outlets: int | None = None


class NewDispute(Rule, frozen=True):
    """Accounts of an incident have come to differ: on that field, where one is named."""

    word: ClassVar[str] = "new-dispute"
    field: str | None = None


class FigureRises(Rule, frozen=True):
    """A number that somebody tells of an incident has reached `at_least`, or is `factor` times the one that
    it rises from: the first that was told, or the one of the last alert."""

    word: ClassVar[str] = "figure-rises"
    kind: str = ""
    at_least: int | None = None
    factor: float | None = None


class Denied(Rule, frozen=True):
    """A voice (of that country) says that it did not happen."""

    word: ClassVar[str] = "denied"
    by: str | None = None


class TensionRises(Rule, frozen=True):
    """The conflict of a dyad on one day lies beyond what is usual. See `rashomon.desk.alerts.unusual`.

    `days` are those before it that are looked at, `history` the fewest of them that have to have reports;
    `threshold` is in robust standard deviations, `floor` the least of one, in points of score; `incidents`
    are the fewest of the day; `calm` days end a rise.
    """

    word: ClassVar[str] = "tension"
    dyad: str = ""
    narrator: str = ALL
    days: int = 60
    threshold: float = 3.5
    floor: float = 5.0
    history: int = 14
    incidents: int = 2
    calm: int = 3

    @property
    def pair(self) -> tuple[str, str]:
        """The two codes."""
        one, _, other = self.dyad.partition("-")
        return one, other


RULES: Mapping[str, type[Rule]] = {
    kind.word: kind for kind in (NewIncident, Grown, NewDispute, FigureRises, Denied, TensionRises)
}


def _written(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _code(value: str) -> str:
    bare = value.strip()
    if bare.upper() in ABOVE_STATES or countries.country(bare.upper()) is not None:
        return bare.upper()
    code = countries.code_of(bare)
    if code is None:
        raise ValueError("a country: three letters such as XKX, or its name")
    return code


def _dyad(value: str) -> str:
    """Two codes; names may hold hyphens, so every hyphen may be the one between."""
    parts = value.split("-")
    for at in range(1, len(parts)):
        try:
            one, other = _code("-".join(parts[:at])), _code("-".join(parts[at:]))
        except ValueError:
            continue
        if one != other:
            return "-".join(dyad_of(one, other))
    raise ValueError("two countries: SRB-XKX or Serbia-Kosovo")


def _narrator(value: str) -> str:
    return value.lower() if value.lower() in (ALL, OTHERS, UNPLACED) else _code(value)


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not (value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= high):
            raise ValueError(f"a whole number from {low:,} to {high:,}")
        return int(value)

    return read


def _real(low: float, high: float) -> Callable[[str], float]:
    def read(value: str) -> float:
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", value) or not low <= float(value) <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return float(value)

    return read


def _one_of(*values: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.lower() not in values:
            raise ValueError(f"one of {', '.join(values)}")
        return value.lower()

    return read


_READERS: Mapping[tuple[str, str], Callable[[str], Any]] = {
    ("grown", "reports"): _whole(2, 1_000_000),
    ("grown", "outlets"): _whole(2, 1_000_000),
    ("new-dispute", "field"): _one_of(*DISPUTE_FIELDS),
    ("figure-rises", "kind"): _one_of(*FIGURES),
    ("figure-rises", "at-least"): _whole(1, 100_000_000),
    ("figure-rises", "factor"): _real(1.05, 1000),
    ("denied", "by"): _code,
    ("tension", "dyad"): _dyad,
    ("tension", "narrator"): _narrator,
    ("tension", "days"): _whole(20, 400),
    ("tension", "threshold"): _real(1, 50),
    ("tension", "floor"): _real(0.5, 1000),
    ("tension", "history"): _whole(7, 400),
    ("tension", "incidents"): _whole(1, 1000),
    ("tension", "calm"): _whole(1, 60),
}


def rule_of(text: str) -> Rule:
    """A rule from its words.

    Raises:
        InputError: there is no such rule, or a parameter cannot be understood; says what there is.
    """
    word, _, rest = text.strip()[:_LONGEST].partition(":")
    kind = RULES.get(word.strip().lower())
    if kind is None:
        raise InputError(f"there is no rule {word.strip()[:40]!r}", hint=f"there are {', '.join(RULES)}")
    values: dict[str, Any] = {}
    for part in filter(None, (piece.strip() for piece in rest.split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        read = _READERS.get((kind.word, name))
        if read is None or not equals:
            known = [f"{other}=" for of, other in _READERS if of == kind.word]
            hint = f"it takes {', '.join(known)}" if known else "it takes none"
            raise InputError(f"the rule {kind.word} has no parameter {name[:40]!r}", hint=hint)
        if name.replace("-", "_") in values:
            raise InputError(f"{name} is given twice", where=kind.word, hint="give it once")
        try:
            values[name.replace("-", "_")] = read(value)
        except ValueError as error:
            raise InputError(f"{name} is {value[:40]!r}", where=kind.word, hint=str(error)) from None
    made = kind(**values)
    _check(made)
    return made


def _check(rule: Rule) -> None:
    if isinstance(rule, Grown) and (rule.reports is None) == (rule.outlets is None):
        raise InputError("grown to how many?", hint="grown:reports=5, or grown:outlets=3")
    if isinstance(rule, FigureRises) and not rule.kind:
        raise InputError("which figure?", hint="figure-rises:kind=killed,at-least=10")
    if isinstance(rule, FigureRises) and rule.at_least is None and rule.factor is None:
        hint = "figure-rises:kind=killed,at-least=10, or factor=2, or both"
        raise InputError("how far must the figure rise?", hint=hint)
    if isinstance(rule, TensionRises):
        if not rule.dyad:
            raise InputError("tension between whom?", hint="tension:dyad=SRB-XKX")
        if rule.narrator not in (ALL, OTHERS, UNPLACED, *rule.pair):
            hint = f"all, others, unplaced, {' or '.join(rule.pair)}"
            raise InputError(f"{rule.narrator} is no side of {rule.dyad}", where="narrator", hint=hint)
        if rule.history > rule.days:
            raise InputError("history is longer than days", where="tension", hint="give more days")


__all__ = [
    "RULES", "Denied", "FigureRises", "Grown", "NewDispute", "NewIncident", "Rule", "TensionRises", "rule_of",
]  # fmt: skip
