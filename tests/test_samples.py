"""The sample reports: well-formed, and what `make demo` and the docs say of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rashomon.model import Report
from rashomon.sources.text import report_from_text

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "samples").glob("*.jsonl"))
REPORTS = [
    Report(**json.loads(line)) for path in FILES for line in path.read_text(encoding="utf-8").splitlines()
]


def test_the_demo_reads_every_sample() -> None:
    named = re.search(r"^SAMPLES := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert named and named.group(1).split() == [
        f"samples/{name}.jsonl" for name in ("cabra", "espinar", "macomia")
    ]
    assert [path.stem for path in FILES] == ["cabra", "espinar", "macomia"]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.id)
def test_a_sample_is_a_whole_report(report: Report) -> None:
    assert report.title and report.publisher and report.story
    assert report.published and re.fullmatch(r"\d{4}-\d{2}-\d{2}", report.published)
    assert 70 <= len(report.text.split()) <= 220
    assert re.match(r"[A-Z]+(, [A-Z][a-z]+)? - ", report.text)


def test_every_story_has_several_reports_and_no_report_stands_twice() -> None:
    stories = [report.story for report in REPORTS]
    assert all(stories.count(story) >= 2 for story in stories)
    assert (
        len({report.id for report in REPORTS}) == len({report.sha256 for report in REPORTS}) == len(REPORTS)
    )


def test_the_plain_text_sample_is_the_agencys_report() -> None:
    agency = next(report for report in REPORTS if report.id == "cabra-agency")
    text = (ROOT / "samples" / "cabra-agency.txt").read_text(encoding="utf-8")
    report = report_from_text(text)
    assert text.endswith(f"\n\n{agency.text}\n")
    assert (report.title, report.publisher, report.published) == (
        agency.title,
        agency.publisher,
        agency.published,
    )
