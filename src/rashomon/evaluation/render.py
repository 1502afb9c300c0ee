"""Results as Markdown: the same text on the terminal and in docs/evaluation.md."""

from __future__ import annotations

from collections.abc import Sequence

from rashomon.evaluation.bootstrap import RESAMPLES
from rashomon.evaluation.results import Measure, Result, Table

HEAD = f"""# Evaluation

Every figure on this page was printed by `{{command}}`; nothing is typed by hand. In brackets: the 95%
bootstrap interval over documents ({RESAMPLES:,} resamples, fixed seed). Missing output counts as wrong. The
gold sets are for measuring only; no text of theirs is in the project, and nothing was trained on them.
"""


def number(value: float | None, unit: str) -> str:
    """A figure as the tables show it: three digits of a share, one of a quantity."""
    if value is None:
        return "-"
    if value == float("inf"):
        return "none"
    return f"{value:.3f}" if not unit else f"{value:.1f}"


def cell(measure: Measure) -> str:
    """Value and interval."""
    if measure.low is None or measure.high is None:
        return number(measure.value, measure.unit)
    low, high = number(measure.low, measure.unit), number(measure.high, measure.unit)
    return (
        f"{number(measure.value, measure.unit)} [{low}, {high}]{' ' + measure.unit if measure.unit else ''}"
    )


def counts(measure: Measure) -> str:
    """The counts that the value is made of."""
    if measure.total is None:
        return ""
    if measure.hits is None:
        return f"{measure.total:,}"
    return f"{measure.hits:,g} of {measure.total:,}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with columns padded, so that it reads well unrendered."""
    clean = [[_cell(text) for text in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in clean) for i in range(len(header))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
        for row in clean
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def section(result: Result, pictures: bool = False) -> str:
    """One set: what it is, its measures, its notes and tables, and its pictures where they lie beside the
    page (`images/`)."""
    rows = [(m.name, cell(m), counts(m)) for m in result.measures]
    parts = [f"## {result.title}", result.about, table(("measure", "value", "counts"), rows)]
    parts += [f"Note: {note}." if not note.endswith(".") else f"Note: {note}" for note in result.notes]
    if pictures:
        parts += [f"![{_cell(each.words)}](images/{each.file})" for each in result.pictures]
    parts += [_titled(each) for each in result.tables if each.rows]
    return "\n\n".join(parts)


def _titled(each: Table) -> str:
    return f"{each.title}:\n\n{table(each.header, each.rows)}"


def page(results: Sequence[Result], absent: Sequence[tuple[str, str]], command: str) -> str:
    """The whole page: one overview, then a section a set; `absent` are (set, reason) that could not be
    measured."""
    overview = [
        (f"{result.name}: {name}", cell(result[name]), counts(result[name]))
        for result in results
        for name in result.headline
    ]
    parts = [HEAD.format(command=command).strip(), table(("measure", "value", "counts"), overview)]
    if absent:
        parts.append(table(("not measured", "why"), list(absent)))
    return "\n\n".join([*parts, *(section(result, pictures=True) for result in results)]) + "\n"
