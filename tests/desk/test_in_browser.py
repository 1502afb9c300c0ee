"""The pages in a real browser, with hostile words in every field: nothing runs, nothing leaves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from desk_builders import PAYLOAD, hostile, told_twice
from desk_running import Running, served

from rashomon.desk.identity import Rules
from rashomon.desk.security import POLICY
from rashomon.store.desk import Desk

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
try:
    from playwright.sync_api import sync_playwright
except ModuleNotFoundError:
    sync_playwright = None  # type: ignore[assignment]
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="THE DESK IS NOT TESTED IN A BROWSER: no chromium here"),
    pytest.mark.skipif(
        sync_playwright is None, reason="THE DESK IS NOT TESTED IN A BROWSER: pip install playwright"
    ),
    pytest.mark.slow,
]


class Watched:
    """A page of a browser, with all that it must not do."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base = page, base
        self.trouble: list[str] = []
        page.on("dialog", lambda dialog: (self.trouble.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", self._request)
        page.on("pageerror", lambda error: self.trouble.append(f"error {error}"))
        page.on("console", self._console)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((f"{self.base}/", "data:,")):
            self.trouble.append(f"request {request.url}")

    def _console(self, message: Any) -> None:
        if "Content Security Policy" in message.text or "Refused" in message.text:
            self.trouble.append(f"console {message.text}")

    def open(self, path: str) -> Any:
        answer = self.page.goto(self.base + path)
        self.page.wait_for_load_state("networkidle")
        return answer


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def watched(browser: Any, running: Running) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield Watched(context.new_page(), running.base)
    context.close()


def paths(running: Running) -> list[str]:
    """Every page, asked about hostile things, and with hostile words in every field of the address."""
    evil = quote(PAYLOAD, safe="")
    incidents = [each.id for each in running.desk.incidents(limit=1000) if "<script" in each.title]
    reports = [each.id for each in running.desk.reports(limit=1000) if "<script" in (each.title or "")]
    claims = [each.claim.id for each in running.desk.claims(limit=1000) if "<script" in each.claim.id]
    assert incidents and len(reports) == 3 and claims
    from rashomon.desk.filters import READERS

    return [
        "/",
        "/incidents",
        "/incidents?disputed=yes",
        "/reports",
        "/alerts",
        "/search",
        "/search?q=script",
        f"/search?q={evil}",
        "/actors",
        "/voices",
        "/dyads",
        "/dyad?a=SRB&b=XKX",
        f"/dyad?a={evil}&b=XKX",
        f"/actor?name={evil}",
        f"/voice?name={evil}",
        f"/voice?name={evil}%200",
        "/api",
        f"/nothing/{evil}",
        f"/report?id={evil}",
        f"/reports?publisher={evil}&words={evil}",
        f"/incidents?{evil}={evil}",
        *(f"/incidents?{name}={evil}" for name in READERS),
        "/corrections",
        f"/corrections?by={evil}",
        f"/corrections?kind={evil}",
        f"/corrections?{evil}={evil}",
        f"/corrections?before={evil}&done={evil}",
        f"/claim?id={evil}",
        f"/sign-in?next={evil}",
        *(f"/claim?id={quote(ref, safe='')}" for ref in claims),
        *(f"/incidents/{quote(ref, safe='')}/correct" for ref in incidents),
        *(f"/incidents/{quote(ref, safe='')}/correct?with={evil}" for ref in incidents[:1]),
        *(f"/incidents/{quote(ref, safe='')}?voices=200&corrected=1" for ref in incidents[:1]),
        *(f"/incidents/{quote(ref, safe='')}" for ref in incidents),
        *(f"/report?id={quote(ref, safe='')}" for ref in reports),
    ]


def harmless(watched: Watched, where: str) -> None:
    """Nothing of what stands on the page ran, asked for anything elsewhere, or became an element."""
    assert watched.trouble == [], (where, watched.trouble)
    bad = "document.querySelectorAll('main script, main img, main iframe, main [onerror]').length"
    assert watched.page.evaluate(bad) == 0, where
    assert "49" not in watched.page.title()
    wide = watched.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, (where, wide)


def test_hostile_words_stay_words_on_every_page(running: Running, watched: Watched) -> None:
    for path in paths(running):
        answer = watched.open(path)
        assert answer.headers["content-security-policy"] == POLICY, path
        assert answer.status in (200, 400, 404), (path, answer.status)
        harmless(watched, path)


def test_every_page_is_among_them(running: Running) -> None:
    from rashomon.desk.app import create_app

    app: Any = create_app(running.desk)
    while not hasattr(app, "routes"):
        app = app._app
    asked = " ".join(paths(running))
    for route in app.routes:
        plain = route.path.partition("{")[0]
        if "GET" in getattr(route, "methods", ()) and not plain.startswith(("/api", "/static", "/health")):
            assert plain in asked or plain in NOT_PAGES, f"{route.path} is not tried with hostile words"


NOT_PAGES = ("/corrections/gold.yaml", "/metrics")


def test_hostile_words_that_people_type_stay_words(browser: Any, tmp_path: Path) -> None:
    with Desk(tmp_path / "evil.db") as desk:
        desk.add([*told_twice(), *hostile()])
        with served(desk, rules=Rules(person=PAYLOAD)) as running:
            context = browser.new_context(viewport={"width": 390, "height": 844})
            watched = Watched(context.new_page(), running.base)
            page = watched.page

            def press(name: str) -> None:
                with page.expect_navigation():
                    page.get_by_role("button", name=name, exact=True).click()
                page.wait_for_load_state("networkidle")
                harmless(watched, f"{name} {page.url}")

            ref = next(each.id for each in desk.incidents(limit=9) if "<script" in each.title)
            mill = next(each for each in desk.incidents(limit=9) if each.n_claims == 3)
            form = f"/incidents/{quote(ref, safe='')}/correct"
            watched.open(form)
            for words in (PAYLOAD, mill.id):  # with htmx the list changes in place, without it the page
                page.fill("#with", words)
                page.get_by_role("button", name="Find", exact=True).click()
                page.wait_for_timeout(700)
                page.wait_for_load_state("networkidle")
                harmless(watched, page.url)
            page.locator(f"[name=other][value='{mill.id}']").wait_for()
            page.check("#o1")
            page.fill("#note-m", PAYLOAD)
            press("Merge")
            assert len(desk.corrections.all()) == 1
            after = f"/incidents/{quote(desk.corrections.all()[0].body['incidents'][0], safe='')}/correct"
            watched.open(after)
            page.check("#c1")
            page.fill("#note-s", PAYLOAD)
            press("Split off")
            watched.open(after)
            page.fill("#note-d", PAYLOAD)
            press("Dismiss")
            watched.open(after)
            press("Restore")
            one = next(each.claim for each in desk.claims(limit=99) if "<script" in each.claim.id)
            watched.open(f"/claim?id={quote(one.id, safe='')}")
            for name in ("actor-0-name", "recipient-2-name", "voice-name", "place-name", "figure-0-whom"):
                page.fill(f"#f-{name}", f"{PAYLOAD} typed")
            page.fill("#f-place-lat", "1.5")
            page.fill("#note", PAYLOAD)
            page.fill("#f-voice-code", "<svg onload=alert(1)>"[:20])
            press("Write the correction")
            assert page.locator("#p-voice-code").count() == 1
            page.fill("#f-voice-code", "")
            press("Write the correction")
            assert "corrected=" in page.url and desk.corrections.claim(one.id).corrected  # type: ignore[union-attr]
            watched.open("/actor?name=Serbian+soldiers")
            page.get_by_text("This is another name").click()
            page.fill("#sa-into", PAYLOAD)
            page.fill("#sa-note", PAYLOAD)
            press("Write the correction")
            for path in (
                "/corrections",
                "/",
                f"/incidents/{ref}",
                after,
                f"/corrections?by={quote(PAYLOAD)}",
            ):
                watched.open(path)
                harmless(watched, path)
            watched.open("/corrections")
            first = page.get_by_role("button", name="Undo correction").first
            with page.expect_navigation():
                first.click()
            harmless(watched, page.url)
            context.close()


def test_the_policy_would_stop_a_script_that_got_in(watched: Watched) -> None:
    watched.open("/")
    watched.page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x onerror=\"alert(1)\">')"
    )
    watched.page.wait_for_timeout(200)
    assert not [each for each in watched.trouble if each.startswith("dialog")]
    assert [each for each in watched.trouble if each.startswith("console")]


def test_it_is_used_by_keyboard(watched: Watched) -> None:
    watched.open("/incidents")
    watched.page.keyboard.press("Tab")
    assert watched.page.evaluate("document.activeElement.className") == "skip"
    watched.page.keyboard.press("Enter")
    watched.page.keyboard.press("Tab")
    inside = "document.querySelector('main').contains(document.activeElement)"
    assert watched.page.evaluate(inside)
    for _ in range(40):
        watched.page.keyboard.press("Tab")
        outline = watched.page.evaluate(
            "(() => { const e = document.activeElement; const s = getComputedStyle(e); "
            "return e === document.body || s.outlineStyle !== 'none' "
            "|| !!e.closest('.time, .leaflet-container'); })()"
        )
        assert outline, watched.page.evaluate("document.activeElement.outerHTML")
    assert watched.trouble == []


def test_filters_live_in_the_address(running: Running, watched: Watched) -> None:
    if "htmx.js" not in running.get("/incidents").text:
        pytest.skip("THE MAP AND HTMX ARE NOT TESTED: the third-party files are not built (make assets)")
    watched.open("/incidents")
    watched.page.select_option("#f-type", "ASSAULT")
    watched.page.wait_for_url("**/incidents?type=ASSAULT")
    watched.page.locator("#map.leaflet-container canvas").first.wait_for(state="attached")
    watched.page.get_by_role("button", name="Only what this view shows").click()
    watched.page.wait_for_url("**box=**")
    assert "type=ASSAULT" in watched.page.url
    watched.page.go_back()
    watched.page.wait_for_url("**/incidents?type=ASSAULT")
    assert watched.page.input_value("#f-type") == "ASSAULT"
    assert watched.trouble == []
