"""What a rule says of an incident that changed: alerts that it would raise, with the reason.

What was in the store when a watch was made is no news: reports that came before it are what an incident
grows, and a figure rises, from. Rules look at the reports in the order in which they came, so however many
changes are looked at together, the same alerts come out. Reasons hold numbers, days, names of fields and
codes of countries, never words of a report: a report that is forgotten leaves nothing in them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from rashomon.desk.alerts.rules import Denied, FigureRises, Grown, NewDispute, NewIncident, Rule
from rashomon.knowledge import countries
from rashomon.model import Claim
from rashomon.reconcile.narrators import narrator
from rashomon.reconcile.tension import COUNTED
from rashomon.store.records import IncidentRecord


class Found(msgspec.Struct, frozen=True):
    """An alert that a rule wants to raise. `about` and `level` with the rule are what it is known by."""

    rule: str
    about: str
    level: str
    why: str
    detail: dict[str, Any]


class Stated(msgspec.Struct, frozen=True):
    """A claim of an incident: the row of its report, and the report's publisher or else its id."""

    report: int
    outlet: str
    publisher: str | None
    claim: Claim


class Case(msgspec.Struct, frozen=True):
    """An incident that changed: as it is now, its claims in the order in which their reports came, the fields
    that accounts have come to differ on by the changes that are looked at, whether it came into the store
    since the watch was made, and the last report that was there before the watch."""

    record: IncidentRecord
    told: tuple[Stated, ...]
    disputes: tuple[str, ...]
    fresh: bool
    since_report: int

    def news(self) -> bool:
        """Whether any of its reports came since the watch was made."""
        return any(each.report > self.since_report for each in self.told)

    def levels(self, rule: Rule, raised: Collection[tuple[str, str]]) -> list[str]:
        """The levels at which a rule was raised for it before."""
        return [level for name, level in raised if name == str(rule)]


def judge(rule: Rule, case: Case, raised: Collection[tuple[str, str]]) -> Iterator[Found]:
    """What a rule finds; `raised` are rules and levels of the alerts that there are about this incident.

    The rule about tension is not about incidents: it finds nothing here.
    """
    look = _LOOKS.get(type(rule))
    if look is None:
        return
    for level, why, detail in look(rule, case, raised):
        if (str(rule), level) not in raised:
            told = {"incident": case.record.id, **detail}
            yield Found(str(rule), case.record.id, level, why[0].upper() + why[1:], told)


_Told = Iterator[tuple[str, str, dict[str, Any]]]


def _new_incident(rule: Rule, case: Case, raised: Collection[tuple[str, str]]) -> _Told:
    if case.fresh and case.news():
        reports = len({each.report for each in case.told})
        yield (
            "",
            f"an incident that is new in the store fits the filter; {_many(reports, 'report')} so far.",
            {},
        )


def _grown(rule: Any, case: Case, raised: Collection[tuple[str, str]]) -> _Told:
    noun = "outlet" if rule.outlets is not None else "report"
    wanted = rule.outlets if rule.outlets is not None else rule.reports

    def count(told: Sequence[Stated]) -> int:
        return len({each.outlet if noun == "outlet" else each.report for each in told})

    before = count([each for each in case.told if each.report <= case.since_report])
    now = count(case.told)
    if before < wanted <= now:
        why = f"it is told by {_many(now, noun)} now; the rule asks for {wanted:,}."
        yield "", why, {"count": now}


def _new_dispute(rule: Any, case: Case, raised: Collection[tuple[str, str]]) -> _Told:
    for field in case.disputes:
        if rule.field in (None, field):
            still = any(each.field == field for each in case.record.incident.disputes)
            now = "" if still else "; by the time that this was looked at they no longer did"
            yield field, f"accounts have come to differ on: {field}{now}.", {"field": field}


def _figure_rises(rule: Any, case: Case, raised: Collection[tuple[str, str]]) -> _Told:
    before = max((int(level) for level in case.levels(rule, raised)), default=None)
    from_: int | None = None
    for number, value in _figures(rule.kind, case.told):
        if from_ is None:
            if rule.at_least is None:
                from_ = value  # the first number that is told is what others rise from
                continue
            if value < rule.at_least:
                continue
            rose, asked = True, f"the rule asks for at least {rule.at_least:,}"
        else:
            least = max(from_ + 1, rule.at_least or 0)
            rose = rule.factor is not None and value >= max(least, rule.factor * from_)
            asked = f"the rule asks for {rule.factor or 0:g} times {from_:,}"
        if not rose:
            continue
        was, from_ = from_, value
        # what was told anew, or found elsewhere, may not raise again what was raised
        high = before is not None and (rule.factor is None or value < rule.factor * before)
        if number <= case.since_report or (high and value != before):
            continue
        rise = f"rose from {was:,} to {value:,}" if was is not None else f"reached {value:,}"
        yield (
            str(value),
            f"{rule.kind}, as somebody tells it, {rise}; {asked}.",
            {"kind": rule.kind, "value": value},
        )


def _figures(kind: str, told: Sequence[Stated]) -> Iterator[tuple[int, int]]:
    """The highest number that each report tells to have come about, in the order in which they came."""
    highest: dict[int, int] = {}
    for each in told:
        if each.claim.status not in COUNTED or each.claim.frame != "current":
            continue
        for figure in each.claim.figures:
            if figure.kind == kind and figure.low is not None:
                highest[each.report] = max(figure.low, highest.get(each.report, figure.low))
    yield from highest.items()


def _denied(rule: Any, case: Case, raised: Collection[tuple[str, str]]) -> _Told:
    denials = [each for each in case.told if each.claim.status == "denied" and _by(rule.by, each)]
    if denials and all(each.report > case.since_report for each in denials):
        who = f"a voice of {countries.name_of(rule.by)}" if rule.by else "a voice"
        yield "", f"{who} says that it, or a part of it, did not happen.", {}


def _by(country: str | None, each: Stated) -> bool:
    return country is None or narrator(each.claim, each.publisher).country == country


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"


_LOOKS: Mapping[type[Rule], Callable[[Any, Case, Collection[tuple[str, str]]], _Told]] = {
    NewIncident: _new_incident,
    Grown: _grown,
    NewDispute: _new_dispute,
    FigureRises: _figure_rises,
    Denied: _denied,
}

__all__ = ["Case", "Found", "Stated", "judge"]
