"""The matrix on a terminal and on a page: readable at any width, linked to its words, deaf to attacks."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
from pathlib import Path

import msgspec
import pytest
from export_builders import cabra_readings
from rich.cells import cell_len
from rich.console import Console
from test_page import ODD, PAYLOADS, Page, hostile
from test_page_in_browser import dom

from rashomon.comparison import Comparison, Picture, compare
from rashomon.exports.jsonl import matrix_line
from rashomon.exports.matrix_page import render_comparisons
from rashomon.exports.matrix_table import print_comparison
from rashomon.exports.matrix_words import cell_value, row_marks
from rashomon.model import Reading, Report, Voice
from rashomon.reconcile.incidents import Account, Dispute, Incident, OneSided, Position, Update
from rashomon.reconcile.matrix import Cell, Fact, Matrix, matrix

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def printed(comparisons: list[Comparison], width: int, top: int | None = None) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False, color_system=None)
    for comparison in comparisons:
        print_comparison(comparison, console, top)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def attacked(text: str) -> list[Comparison]:
    """Two hostile reports that tell of one thing in two voices each, in one matrix: there is no field that
    does not hold `text`."""
    readings = []
    for number in range(2):
        reading = hostile(text)
        report = msgspec.structs.replace(reading.report, id=f"r{number}{text}", publisher=f"{number}{text}")
        claims = [
            msgspec.structs.replace(
                claim, id=f"c-{number}-{place}{text}", report=report.id,
                voice=Voice("named", text, 0, 1, f"{number}{place}{text}", text),
            )
            for place, claim in enumerate(reading.claims)
        ]  # fmt: skip
        readings.append(Reading(report, tuple(claims), reading.notes))
    told = [claim for reading in readings for claim in reading.claims]
    ids = tuple(claim.id for claim in told)
    incident = Incident(
        f"i-{text}", text, (text,), told[0].date, told[0].place, ids,
        tuple(Account(claim.voice, (claim.id,)) for claim in told),
        (Dispute(text, (Position(text, text, ids[:1]), Position(text, text, ids[1:]))),),
        (Update(text, text, text, text, ids),), (OneSided(text, text, (text,), ids),),
    )  # fmt: skip
    grid = matrix(incident, told, [reading.report for reading in readings])
    picture = Picture(incident, (incident,), grid)
    numbers = {ref: f"1.{place}" for place, ref in enumerate(ids, 1)}
    return [Comparison(text, tuple(readings), (incident,), (picture,), numbers)] * 2


@pytest.mark.parametrize("width", [40, 80, 100, 140, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = printed(compare(cabra_readings()), width).splitlines()
    assert max(cell_len(line) for line in lines) <= width


@pytest.mark.parametrize("width", [80, 140])
def test_the_terminal_shows_every_voice_of_the_matrix_and_a_legend(width: int) -> None:
    comparisons = compare(cabra_readings())
    pictures = comparisons[0].told()
    assert pictures
    out = printed(comparisons, width)
    for word in ("says so", "denies it", "says nothing of it", "explain FILE 2.5", "incidents of cabra-2019"):
        assert word in " ".join(out.split()), word
    for column in pictures[0].matrix.columns:
        assert column.voice.split()[0] in out
    for ref in {cell.claims[0] for fact in pictures[0].matrix.facts for cell in fact.cells if cell.claims}:
        assert comparisons[0].numbers[ref] in out


def test_top_limits_the_matrices_and_says_so() -> None:
    comparisons = compare(cabra_readings())
    count = len(comparisons[0].told())
    assert f"--top {count}" in printed(comparisons, 120, 0)
    assert "--top" not in printed(comparisons, 120, count)


def test_one_report_alone_has_nothing_to_compare() -> None:
    reading = cabra_readings()[2]
    alone = Reading(reading.report, reading.claims[:1])
    assert "No incident is told by two voices" in printed(compare([alone]), 100)
    assert "No incident is told by two voices" in render_comparisons(compare([alone]))


def test_every_link_of_the_page_leads_somewhere_and_ids_are_unique() -> None:
    page = Page(render_comparisons(compare(cabra_readings())))
    identifiers = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(identifiers) == len(set(identifiers))
    for attrs in page.having("a"):
        href = attrs["href"] or ""
        assert not href.startswith("#") or href[1:] in identifiers, href
    refs = page.having("a", **{"class": "ref"})
    assert refs and all(re.fullmatch(r"#w-\d+-\d+", attrs["href"] or "") for attrs in refs)


def test_a_cell_leads_to_the_very_words() -> None:
    readings = cabra_readings()
    source = render_comparisons(compare(readings))
    for report, offset in re.findall(r'href="#w-(\d+)-(\d+)"', source):
        words = readings[int(report)].report.text[int(offset) :][:3]
        marked = re.search(rf'id="w-{report}-{offset}">(?:<[^>]+>)*([^<]*)', source)
        assert marked and marked[1][:3] == words[: len(marked[1][:3])] and marked[1]


def test_the_table_is_one_for_a_screen_reader() -> None:
    comparisons = compare(cabra_readings())
    source = render_comparisons(comparisons)
    page = Page(source)
    columns = comparisons[0].told()[0].matrix.columns
    [table] = source.split("<table")[1:2]
    table = table.split("</table>")[0]
    assert table.count('scope="col"') == len(columns) + 1
    spans = [int(count) for count in re.findall(r'colspan="(\d+)"', table)]
    assert sum(spans) == len(columns)
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table.split("<tbody")[1]):
        assert row.count("<td") == len(columns) and row.count('scope="row"') == 1
        assert len(re.findall(r'class="sr">(asserted|denied|hedged|silent)<', row)) == len(columns)
    assert all(attrs.get("role") == "region" for attrs in page.having("div", **{"class": "scroll"}))


@pytest.mark.parametrize("payload", [*PAYLOADS, ODD])
def test_nothing_of_a_report_escapes_its_place(payload: str) -> None:
    plain = Page(render_comparisons(attacked("men")))
    page = Page(render_comparisons(attacked(payload)))
    assert {name for name, _ in page.elements} == {name for name, _ in plain.elements}
    for tag in ("script", "style", "table", "img", "iframe", "svg"):
        assert len(page.having(tag)) == len(plain.having(tag)), tag
    allowed = {"href", "data-cites"}
    for _, attrs in page.elements:
        assert not any(name.startswith("on") for name in attrs)
        for name in allowed & attrs.keys():
            assert not (attrs[name] or "").lower().startswith("javascript")


@pytest.mark.parametrize("payload", [*PAYLOADS, ODD])
def test_no_attack_reaches_the_terminal_or_breaks_the_lines_of_json(payload: str) -> None:
    comparisons = attacked(payload)
    out = printed(comparisons, 100)
    out.encode("utf-8")
    assert not set(out) & set("\x00\x1b\x07\u202e\u2066\ud800")
    for comparison in comparisons:
        for picture in comparison.pictures:
            assert json.loads(matrix_line(comparison.story, picture))["incidents"]


def test_the_policy_is_strict_and_nothing_is_requested() -> None:
    source = render_comparisons(compare(cabra_readings()))
    [policy] = [a for a in Page(source).having("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in (policy["content"] or "") and "unsafe" not in (policy["content"] or "")
    assert not re.search(r'(?:src|href)="(?:https?:)?//', source)
    assert " style=" not in source


def test_a_matrix_is_a_line_that_reads_back() -> None:
    [comparison] = compare(cabra_readings())
    for picture in comparison.pictures:
        told = json.loads(matrix_line(comparison.story, picture))
        assert list(told) == ["story", "incidents", "matrix"]
        assert msgspec.convert(told["matrix"], Matrix) == picture.matrix


def test_apart_gives_every_incident_a_matrix() -> None:
    readings = cabra_readings()
    [comparison] = compare(readings, apart=True)
    assert [len(picture.parts) for picture in comparison.pictures] == [1] * len(comparison.incidents)
    [joined] = compare(readings)
    assert sum(len(picture.parts) for picture in joined.pictures) == len(comparison.incidents)
    assert len(joined.pictures) < len(comparison.pictures)


def test_a_cell_does_not_repeat_the_name_of_its_row() -> None:
    fact = Fact("actor", "0", "actor: army", ())
    assert cell_value(fact, Cell("asserted", "army")) == ""
    assert cell_value(fact, Cell("hedged", "soldiers", statuses=("possible",))) == "soldiers (possible)"
    told = Cell("asserted", "5", also=("denied",), earlier=("3",))
    assert cell_value(fact, told) == "5 (before: 3) (also denied)"
    assert row_marks(Fact("killed", "", "killed", (), True, True, True)) == "≠↻1"


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_in_a_browser_a_link_of_a_cell_marks_the_words(tmp_path: Path) -> None:
    source = render_comparisons(compare(cabra_readings()))
    probe = (
        "document.querySelector('.ref').click();"
        "document.body.dataset.lit = document.querySelectorAll('.text .lit').length;"
    )
    # The policy allows the page's own script only: the probe is put into it, with its hash.
    script = source.split("<script>")[1].split("</script>")[0]
    longer = script + probe
    digest = "sha256-" + base64.b64encode(hashlib.sha256(longer.encode()).digest()).decode()
    before = "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    after = dom(source.replace(script, longer).replace(before, digest), tmp_path)
    lit = re.search(r'data-lit="(\d+)"', after)
    assert lit and int(lit[1]) > 0


def test_a_report_of_no_claims_is_still_a_page() -> None:
    assert "<html" in render_comparisons(compare([Reading(Report(text="x"), ())]))
    assert "<html" in render_comparisons([])
