"""Why an incident is one, for a terminal and as one line of JSON."""

from __future__ import annotations

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rashomon.explain_incident import IncidentExplanation
from rashomon.exports import phrases
from rashomon.exports.jsonl import encode
from rashomon.reconcile.reasons import Link, Neighbour
from rashomon.reconcile.tables import BIAS

_SIGNS = 12
"""Signs of the whole incident that a terminal shows; the JSON has all."""
_OF_LINK = 5
_LEAST = 0.005


def line(found: IncidentExplanation) -> bytes:
    """One JSON object: `incident` as `rashomon compare` prints it, `numbers` of the claims that are named,
    and the fields of `Reasons`; of a claim kept out also its `reason`."""
    reasons = msgspec.to_builtins(found.reasons)
    for told, neighbour in zip(reasons["kept_out"], found.reasons.kept_out, strict=True):
        told["reason"] = neighbour.reason
    named = [*found.incident.claims, *(each.claim for each in found.reasons.kept_out)]
    numbers = {ref: found.numbers[ref] for ref in named if ref in found.numbers}
    del reasons["incident"]
    return encode({"incident": found.incident, "numbers": numbers, **reasons})


def print_explanation(found: IncidentExplanation, console: Console) -> None:
    """What held the incident together, then its claims with their best links, then what stayed outside."""
    incident, reasons = found.incident, found.reasons
    heading = Text("incident ", style="bold")
    heading.append(phrases.one_line(" ".join((incident.type.lower(), *incident.modes))))
    heading.append(f"  {phrases.one_line(incident.id)}", style="not bold dim")
    heading.append(f"\n{_size(found)}", style="not bold dim")
    console.print(heading)
    if reasons.mean is not None:
        console.print(
            Text(
                f"Log odds that two of its claims are of one happening, on average: {reasons.mean:+.2f}; "
                f"groups are joined above {reasons.enough:+.2f}.",
                style="dim",
            )
        )
        console.print(Text("\nwhat held its claims together, and what spoke against it", style="bold cyan"))
        console.print(Padding(_signs(found), (0, 0, 0, 2)))
    console.print(Text("\nits claims, each with those that it fits best", style="bold cyan"))
    for member in reasons.members:
        console.print(Padding(_named(found, member.claim), (0, 0, 0, 2)))
        if member.copy_of is not None:
            console.print(
                Padding(Text(f"a copy of {_number(found, member.copy_of)}", style="dim"), (0, 0, 0, 6))
            )
        for link in member.links:
            console.print(Padding(_link(found, link), (0, 0, 0, 6)))
    console.print(Text("\nnear by, and kept out", style="bold cyan"))
    if not reasons.kept_out:
        console.print(Padding(Text("nothing else came near", style="dim"), (0, 0, 0, 2)))
    for neighbour in reasons.kept_out:
        for text, indent in _outside(found, neighbour):
            console.print(Padding(text, (0, 0, 0, indent)))


def _size(found: IncidentExplanation) -> str:
    claims = len(found.incident.claims)
    reports = len({found.claims[ref].report for ref in found.incident.claims})
    counts = ((claims, "claim"), (reports, "report"), (len(found.incident.accounts), "voice"))
    return ", ".join(f"{count:,} {noun}{'s' * (count != 1)}" for count, noun in counts)


def _signs(found: IncidentExplanation) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(justify="right")
    table.add_column()
    table.add_column(style="dim")
    told = [each for each in found.reasons.signs if abs(each.mean) >= _LEAST and each.sign != BIAS]
    start = [each for each in found.reasons.signs if each.sign == BIAS]
    for each in [*told[:_SIGNS], *start]:
        style = "green" if each.mean > 0 else "red"
        where = f"in {each.pairs:,} of {found.reasons.pairs:,} pair{'s' * (found.reasons.pairs != 1)}"
        table.add_row(Text(f"{each.mean:+.2f}", style=style), Text(phrases.one_line(each.sign)), where)
    if len(told) > _SIGNS:
        rest = sum(each.mean for each in told[_SIGNS:])
        table.add_row(Text(f"{rest:+.2f}", style="dim"), f"{len(told) - _SIGNS} more (--json has all)", "")
    return table


def _number(found: IncidentExplanation, ref: str) -> str:
    return found.numbers.get(ref, phrases.one_line(ref))


def _named(found: IncidentExplanation, ref: str) -> Text:
    claim = found.claims[ref]
    report = found.reports.get(claim.report)
    text = Text(f"{_number(found, ref)}  ", style="bold")
    text.append(f"{phrases.event_name(claim)}: “{phrases.one_line(claim.trigger.text)}”", style="not bold")
    says = phrases.voice_name(claim.voice)
    outlet = phrases.one_line(report.publisher or "") if report is not None else ""
    text.append(f"  {says}{f', in {outlet}' if outlet else ''}", style="not bold dim")
    return text


def _link(found: IncidentExplanation, link: Link) -> Text:
    text = Text(f"with {_number(found, link.other)} ", style="dim")
    text.append(f"{link.odds:+.2f}", style="green" if link.odds > 0 else "red")
    told = [f"{phrases.one_line(sign)} {weight:+.2f}" for sign, weight in link.signs if sign != BIAS]
    text.append(f"  {', '.join(told[:_OF_LINK])}", style="dim")
    return text


def _outside(found: IncidentExplanation, neighbour: Neighbour) -> list[tuple[Text, int]]:
    name = _named(found, neighbour.claim)
    name.append(f"  {phrases.one_line(neighbour.incident)}", style="not bold dim")
    return [(name, 2), (Text(neighbour.reason), 6), (_link(found, neighbour.link), 6)]


__all__ = ["line", "print_explanation"]
