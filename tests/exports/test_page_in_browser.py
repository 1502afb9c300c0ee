"""The page in a real browser: its own script runs, and nothing else does."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from export_builders import cabra_readings
from test_page import PAYLOADS, hostile

from rashomon.exports.page import render

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")


def dom(source: str, folder: Path) -> str:
    """The document as it stands after its scripts have run."""
    page = folder / "page.html"
    page.write_text(source, encoding="utf-8")
    assert CHROMIUM
    flags = (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=3000", "--dump-dom",
    )  # fmt: skip
    done = subprocess.run([CHROMIUM, *flags, page.as_uri()], capture_output=True, timeout=120, check=True)
    return done.stdout.decode("utf-8")


def test_the_policy_lets_the_pages_own_script_run(tmp_path: Path) -> None:
    before = render(cabra_readings(), "Čabra")
    assert '<form class="filters" id="filters" hidden>' in before
    assert '<form class="filters" id="filters">' in dom(before, tmp_path)


def test_the_policy_stops_any_other_script(tmp_path: Path) -> None:
    foreign = (
        "<script>document.body.dataset.owned = 'yes'</script><img src=x onerror=\"document.body.id='owned'\">"
    )
    after = dom(render(cabra_readings(), "Čabra").replace("</main>", foreign + "</main>"), tmp_path)
    assert foreign.split(">")[0] in after
    assert "data-owned" not in after and 'id="owned"' not in after


def test_hostile_reports_run_nothing(tmp_path: Path) -> None:
    payloads = [payload.replace("alert(1)", "document.body.id='owned'") for payload in PAYLOADS]
    after = dom(render([hostile(payload) for payload in payloads], payloads[0]), tmp_path)
    assert 'id="owned"' not in after
    assert len(re.findall("<script", after)) == 1 and "<iframe" not in after and "<img" not in after
