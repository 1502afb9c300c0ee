"""Every page answers, says what it is about, and says what to do where it cannot."""

from __future__ import annotations

import html.parser
from urllib.parse import quote

import pytest
from desk_running import Running

from rashomon.desk.security import POLICY

PAGES = (
    "/",
    "/incidents",
    "/incidents?type=ASSAULT&disputed=yes",
    "/incidents?side=XKX&sort=changed",
    "/reports",
    "/search",
    "/search?q=mill",
    "/actors",
    "/actor?name=SRB+MIL",
    "/voices",
    "/voice?name=the+army",
    "/dyads",
    "/corrections",
    "/corrections?kind=merge&holds=yes",
    "/claim?id=c-mill-0",
    "/dyad?a=SRB&b=Kosovo&by=month",
    "/report?id=mill-0",
    "/api",
)


class Outline(html.parser.HTMLParser):
    """What a page has: its elements with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def of(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.seen if tag in tags]


def incident_of_the_mill(running: Running) -> str:
    return next(each.id for each in running.desk.incidents(words="mill") if each.n_claims == 3)


@pytest.mark.parametrize("path", PAGES)
def test_pages_answer_with_a_strict_policy_and_an_outline(running: Running, path: str) -> None:
    got = running.get(path)
    assert got.status == 200, got.text
    assert got.headers["content-security-policy"] == POLICY
    assert "script-src 'self'" in POLICY and "unsafe" not in POLICY
    assert got.headers["x-content-type-options"] == "nosniff"
    page = Outline(got.text)
    assert len(page.of("h1")) == 1
    assert any(each.get("class") == "skip" and each.get("href") == "#main" for each in page.of("a"))
    assert all("style" not in attributes for _, attributes in page.seen)
    assert not [name for _, attributes in page.seen for name in attributes if name.startswith("on")]
    assert all(each.get("src", "").startswith("/static/") for each in page.of("script"))
    ids = [attributes["id"] for _, attributes in page.seen if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {each.get("for") for each in page.of("label")}
    for field in page.of("input", "select"):
        assert field.get("type") == "hidden" or field["id"] in labelled, field
    for link in page.of("a"):
        assert (link.get("href") or "").startswith(("/", "#", "http")), link


def test_an_incident_shows_matrix_reports_map_figures_and_brief(running: Running) -> None:
    got = running.get(f"/incidents/{incident_of_the_mill(running)}")
    page = Outline(got.text)
    ids = {attributes.get("id") for _, attributes in page.seen}
    assert {"accounts", "brief", "figures", "where", "reports", "history"} <= ids
    assert "the mayor of Vrelo" in got.text and "the army" in got.text
    assert got.text.count('<article class="report"') == 3
    # every link into this page leads somewhere
    for link in page.of("a"):
        if (link.get("href") or "").startswith("#"):
            assert link["href"][1:] in ids, link  # type: ignore[index]


def test_words_of_a_cell_are_marked_in_the_report_of_their_page(running: Running) -> None:
    got = running.get("/report?id=mill-1&at=0")
    assert got.status == 200 and 'id="w-0-0"' in got.text


def test_the_forms_of_an_incident_are_a_page_like_others(running: Running) -> None:
    test_pages_answer_with_a_strict_policy_and_an_outline(
        running, f"/incidents/{incident_of_the_mill(running)}/correct"
    )


def test_paragraphs_hold_no_forms(running: Running) -> None:
    # a browser ends a paragraph where a form begins, and the rest of it stands elsewhere
    for path in (*PAGES, f"/incidents/{incident_of_the_mill(running)}/correct"):
        text = running.get(path).text
        for piece in text.split("<p")[1:]:
            if piece[0] in " >":
                assert "<form" not in piece.partition("</p>")[0], (path, piece[:200])


def test_filters_narrow_the_list(running: Running) -> None:
    assert "mill of Vrelo" in running.get("/incidents?actor=SRB&since=2024-06-01&until=2024-06-30").text
    assert "mill of Vrelo" not in running.get("/incidents?actor=SRB&since=2025-06-01").text
    assert "mill of Vrelo" in running.get("/incidents?box=20,42,22,43").text
    assert "mill of Vrelo" not in running.get("/incidents?box=30,42,32,43").text
    assert "No incident fits" in running.get("/incidents?since=2031-01-01").text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=yesterday", "is no day"),
        ("type=WAR", "is no type of event"),
        ("country=Atlantis9", "is no country"),
        ("box=1,2,3", "is no part of the map"),
        ("box=nan,0,1,1", "beyond the map"),
        ("status=true", "is no status"),
        ("disputed=maybe", "nothing to dispute"),
        ("min_voices=-1", "is no number of voices"),
        ("since=2024-02-02&until=2024-01-01", "before the first day"),
        ("colour=red", "there is no filter"),
        ("words=-", "no word to search for"),
        ("cursor=xyz", "cursor"),
        ("sort=size", "is no order"),
        ("actor=" + "x" * 400, "longer than"),
        ("type=AID&type=AGREE", "given twice"),
    ],
)
def test_filters_that_make_no_sense_are_named_on_the_page(running: Running, query: str, said: str) -> None:
    got = running.get(f"/incidents?{query}")
    assert got.status == 400
    assert said in got.text and 'class="trouble"' in got.text
    told = running.get(f"/api/v1/incidents?{query}")
    assert told.status == 400 and set(told.json["error"]) == {"kind", "what", "hint", "where"}
    assert said in told.json["error"]["what"]


def test_empty_fields_of_a_form_leave_the_address(running: Running) -> None:
    got = running.get("/incidents?type=&actor=SRB&since=")
    assert got.status == 302 and got.headers["location"] == "/incidents?actor=SRB"


def test_every_page_of_a_list_comes_once(running: Running) -> None:
    seen: list[str] = []
    path: str | None = "/incidents"
    while path:
        page = Outline(running.get(path).text)
        seen += [
            each["href"] or ""
            for each in page.of("a")
            if (each.get("href") or "").startswith("/incidents/i-")
        ]
        path = next((each["href"] for each in page.of("a") if each.get("rel") == "next"), None)
    wanted = running.desk.incidents(limit=1000)
    assert [ref.rpartition("/")[2] for ref in seen if "#" not in ref] == [quote(each.id) for each in wanted]


@pytest.mark.parametrize(
    "path", ["/nothing", "/incidents/i-nothing", "/report?id=x", "/voice?name=nobody+here", "/actor?name=zz"]
)
def test_what_is_not_there_is_said_with_what_to_do(running: Running, path: str) -> None:
    got = running.get(path)
    assert got.status == 404 and 'role="alert"' in got.text and 'href="/"' in got.text


@pytest.mark.parametrize(
    "path",
    [
        "/dyad?a=SRB&b=SRB",
        "/dyad?a=SRB&b=Nowhere9",
        "/dyad",
        "/dyad?a=SRB&b=XKX&by=hour",
        "/actor",
        "/report?id=mill-0&at=x",
    ],
)
def test_questions_without_sense_are_refused(running: Running, path: str) -> None:
    got = running.get(path)
    assert got.status == 400 and 'class="trouble"' in got.text


def test_odd_addresses_never_break_it(running: Running) -> None:
    for path in (
        "/incidents?q=%FF%FE",
        "/search?q=%00",
        "/search?q=" + "%22" * 50,
        "/voice?name=%ED%A0%80",
        "/report?id=%00",
        "/incidents/%2e%2e%2f",
        "/static/..%2f..%2fapp.py",
        "/static/vendor/../../app.py",
        "/search?q=NEAR(a+b)+AND+*",
        "/actors?skip=99999999999",
        "/incidents?" + "a=1&" * 300,
    ):
        got = running.get(path)
        assert got.status in (200, 302, 400, 404, 414), (path, got.status, got.text[:300])
        assert "Traceback" not in got.text


def test_health(running: Running) -> None:
    assert running.get("/health").json["status"] == "ok"


def test_the_charset_is_said_once(running: Running) -> None:
    for path in ("/", "/nothing", "/metrics", "/static/desk.css", "/api/v1/incidents?format=csv"):
        assert running.get(path).headers["content-type"].count("charset=utf-8") == 1, path
