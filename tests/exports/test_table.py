"""The terminal's tables: readable at two widths, and deaf to what a report tries to tell the terminal."""

from __future__ import annotations

import io

import pytest
from export_builders import Hand, cabra_readings
from rich.cells import cell_len
from rich.console import Console

from rashomon.exports.table import print_readings
from rashomon.model import Reading, Report, Speaker, Voice


def printed(readings: list[Reading], width: int) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False, color_system=None)
    print_readings(readings, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 109, 110, 130, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(cell_len(line) for line in printed(cabra_readings(), width).splitlines()) <= width


@pytest.mark.parametrize("width", [80, 130])
def test_who_whom_where_when_figures_and_voice_are_told(width: int) -> None:
    told = " ".join(printed(cabra_readings(), width).split())
    for words in (
        "Raids break smuggling ring inside the police", "Prishtina Ledger · 2019-05-28 · 8 claims",
        "coerce: arrest", "28 May 2019", "Nov 2018", "Čabra, XKX", "the report", "Gunmen", "conditional",
        "background", "denied", "note: no author was found",
    ):  # fmt: skip
        assert words in told, words


def test_figures_have_their_own_column_in_a_wide_terminal() -> None:
    reading = cabra_readings()[0]
    assert "figures" in printed([reading], 130) and "figures" not in printed([reading], 80)
    assert "24 or more arrested" in printed([reading], 160)


def test_control_codes_bidi_marks_and_markup_have_no_effect() -> None:
    text = "\x1b]0;owned\x07\x1b[2J\u202e[bold red]x[/][link=http://x]\ud800"
    hand = Hand(Report(text=f"Police arrested {text}", title=text, publisher=text, published=text))
    claim = hand.claim(
        "Police arrested", "arrested", "COERCE", "arrest", actors=[hand.party("Police", text, name=text)],
        recipients=[hand.party(text, "XKX CVL")],
    )  # fmt: skip
    out = printed([Reading(hand.report, (claim,), notes=(text,))], 130)
    out.encode("utf-8")
    assert not set(out) & set("\x1b\x07\u202e\ud800")
    assert "‹U+001B›" in out and "‹U+202E›" in out
    assert "[bold red]x[/]" in out.splitlines()[0]


def test_a_chain_of_attribution_is_told() -> None:
    hand = Hand(Report(text="Police said witnesses saw men fire."))
    voice = Voice(
        kind="anonymous", text="witnesses", start=12, end=21, name="witnesses", manner="indirect",
        chain=(Speaker("Police", 0, 6, "Police"),),
    )  # fmt: skip
    claim = hand.claim("men fire", "fire", "ASSAULT", "firearms", voice=voice)
    assert "witnesses, through Police" in " ".join(printed([Reading(hand.report, (claim,))], 200).split())


def test_a_report_without_claims_says_so() -> None:
    assert "no claims" in printed([Reading(Report(text="It rained.", title="Weather"), ())], 80)
