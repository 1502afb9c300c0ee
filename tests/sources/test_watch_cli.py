from __future__ import annotations

import builtins
import functools
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from source_web import web
from typer.testing import CliRunner, Result

from rashomon.cli import app
from rashomon.sources import arrivals, visit
from rashomon.watch_cli import seconds_of

RSS = b"""<rss version='2.0'><channel><title>Hill Courier</title>
<item><guid>1</guid><title>Bridge shut</title><pubDate>Tue, 28 May 2019 09:00:00 GMT</pubDate>
<description>Police shut the bridge in Vrelo.</description></item></channel></rss>"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Any:
    with web() as served:
        opened = functools.partial(visit.Visitor, guard=served.guard, between=0.0, attempts=1)
        monkeypatch.setattr(visit, "Visitor", opened)
        yield served


def test_reports_are_appended_and_the_next_run_goes_on(outside: Any, tmp_path: Path) -> None:
    outside.pages = {"/feed": RSS}
    listed, out = tmp_path / "feeds.opml", tmp_path / "reports.jsonl"
    listed.write_text(f"<opml><body><outline xmlUrl='{outside.url('/feed')}'/></body></opml>")
    first = run("watch", listed, "--once", "--out", out, "--contact", "desk@example.org\r\nX: y")
    assert first.exit_code == 0 and "reports: 1" in first.stderr, first.output
    assert run("watch", listed, "--once", "--out", out).exit_code == 0
    assert len(out.read_text().splitlines()) == 1
    (entry,) = arrivals([out], max_chars=1000)
    assert entry.report is not None and entry.report.publisher == "Hill Courier"
    assert (tmp_path / "reports.jsonl.state").exists()
    assert outside.asked[0].headers["user-agent"].endswith("(+desk@example.orgX: y)")


def test_without_a_file_reports_go_to_standard_output(outside: Any, tmp_path: Path) -> None:
    outside.pages = {"/feed": RSS}
    done = run("watch", outside.url("/feed"), "--once")
    assert json.loads(done.stdout)["title"] == "Bridge shut" and done.exit_code == 0


def test_lists_of_links(outside: Any, tmp_path: Path) -> None:
    words = "Police shut the bridge in Vrelo on Tuesday after shots were fired. " * 6
    outside.pages = {"/a": f"<html><body><article><p>{words}</p></article></body></html>"}
    listed, out = tmp_path / "list.txt", tmp_path / "out.jsonl"
    listed.write_text(f"{outside.url('/a')}\n{outside.url('/none')}\n")
    done = run("fetch", listed, "-o", out)
    assert done.exit_code == 1 and "reports: 1" in done.stderr and "404" in done.stderr
    again = run("fetch", listed, "-o", out)
    assert again.exit_code == 0 and "reports: 0" in again.stderr
    assert run("fetch", tmp_path / "nothing").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["watch", "none.opml", "--once"], 1, "none.opml"),
        (["watch", "http://127.0.0.1/feed", "--once"], 1, "no public address"),
        (["watch", "http://x.example/", "--every", "5s"], 2, "once a minute"),
        (["watch", "http://x.example/", "--every", "soon"], 2, "length of time"),
        (["watch", "http://x.example/", "--out", "none/x.jsonl"], 2, "folder"),
        (["watch"], 2, "FEEDS"),
        (["read", "x.csv", "--map", "words=a"], 1, "no field"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: list[str], code: int, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    done = run(*arguments)
    shown = done.output + str(done.exception or "")
    assert said in shown and done.exit_code == code, shown


def test_lengths_of_time() -> None:
    assert [seconds_of(each) for each in ("90s", "15m", "2h", "1d", "5", "1.5 h")] == [
        90, 900, 7200, 86_400, 300, 5400
    ]  # fmt: skip


@pytest.mark.parametrize("package", ["httpx2", "stamina", "protego", "httpcore2"])
def test_a_missing_extra_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ImportError(f"No module named {package!r}", name=package)
        return real(name, *rest)

    for name in ("rashomon.sources.fetch", "rashomon.sources.guard", "rashomon.sources.robots"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    done = run("watch", "http://x.example/feed", "--once")
    assert done.exception is not None and "rashomon[desk]" in str(done.exception)
