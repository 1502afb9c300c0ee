"""An explanation for a terminal, and as one line of JSON."""

from __future__ import annotations

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rashomon.explain import Explanation
from rashomon.exports import phrases
from rashomon.reading.trace import Decision, Option

_BAR = 10
_SHOWN, _ALWAYS = 0.01, 2  # options further down with a score below this are left to the JSON


def line(explanation: Explanation) -> bytes:
    """One JSON object: `report` (id), `number`, `claim` as `rashomon read` prints it, `fields`."""
    return msgspec.json.encode(
        {
            "report": explanation.report.id,
            "number": explanation.number,
            "claim": explanation.claim,
            "fields": explanation.fields,
        }
    )


def print_explanation(explanation: Explanation, console: Console) -> None:
    """The claim in its words, then a part for each field: what it says, the rules, the options."""
    claim, report = explanation.claim, explanation.report
    heading = Text(f"claim {explanation.number}, {phrases.event_name(claim)}", style="bold")
    heading.append(f"  {claim.id}", style="not bold dim")
    heading.append(f"\n{phrases.one_line(report.title or report.id)}", style="not bold dim")
    console.print(heading)
    console.print(Padding(_quote(explanation), (1, 0, 1, 2)))
    for decision in explanation.fields:
        console.print(_title(decision))
        for why in decision.why:
            indent = 4 if why.startswith("  ") else 2
            console.print(Padding(Text(phrases.one_line(why), style="dim"), (0, 0, 0, indent)))
        shown = [
            option
            for rank, option in enumerate(decision.options)
            if option.taken or rank < _ALWAYS or option.score is None or abs(option.score) >= _SHOWN
        ]
        if shown:
            console.print(Padding(_options(shown, bars=decision.field != "gazetteer"), (0, 0, 0, 2)))


def _quote(explanation: Explanation) -> Text:
    """The sentence with the words that name the event."""
    quote, trigger = explanation.claim.quote, explanation.claim.trigger
    start, end = trigger.start - quote.start, trigger.end - quote.start
    text = Text(phrases.reveal(quote.text[:start].replace("\n", " ")))
    text.append(f"[{phrases.one_line(trigger.text)}]", style="bold reverse")
    text.append(phrases.reveal(quote.text[end:].replace("\n", " ")))
    return text


def _title(decision: Decision) -> Text:
    title = Text(f"{decision.field:<11}", style="bold cyan")
    title.append(phrases.one_line(decision.value), style="bold default")
    return title


def _options(options: list[Option], *, bars: bool) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("taken", width=1)
    table.add_column("score", width=6, justify="right")
    if bars:
        table.add_column("bar", width=_BAR)
    table.add_column("option", overflow="fold", ratio=1)
    for option in options:
        style = "green" if option.taken else "default"
        words = Text(phrases.one_line(option.value), style=style)
        if option.start is not None and bars:
            words.append(f"  at {option.start}", style="dim")
        if option.why:
            words.append(f"  {phrases.one_line(option.why)}", style="dim italic")
        if option.parts:
            parts = sorted(option.parts.items(), key=lambda entry: -abs(entry[1]))
            told = ", ".join(
                f"{name} {worth:+.2f}" if not bars else f"{name} {worth:.2f}" for name, worth in parts
            )
            words.append(f"\n{told}", style="dim")
        score = "" if option.score is None else f"{option.score:.3f}"
        cells = [Text("✓" if option.taken else " ", style="bold green"), Text(score, style=style)]
        if bars:
            full = round(_BAR * min(1.0, max(0.0, option.score or 0.0)))
            cells.append(Text("█" * full, style=style if option.taken else "dim"))
        table.add_row(*cells, words)
    return table


__all__ = ["line", "print_explanation"]
