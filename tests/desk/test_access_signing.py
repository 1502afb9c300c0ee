"""Signing in and out: by form and by token, what ends it, and what attackers try."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from desk_running import WORDS, Running, served

from rashomon.desk.alerts import watches
from rashomon.desk.forwarded import networks
from rashomon.desk.identity import Rules
from rashomon.desk.signing import safe_next
from rashomon.store.desk import Desk

PRIVATE = ("/", "/incidents", "/report?id=mill-0", "/api", "/api/v1/incidents", "/api/v1/reports/mill-0",
           "/api/v1/schema/openapi.json", "/nothing", "/search?q=mill", "/static", "/healthy")  # fmt: skip


def test_nobody_reads_without_an_account(guarded: Running) -> None:
    for path in PRIVATE:
        got = guarded.get(path)
        assert got.status == 401 and "Bearer" in got.headers["www-authenticate"], path
        assert "mill" not in got.text.replace("mill-0", "") and got.headers["cache-control"] == "no-store"
        shown = guarded.get(path, accept="text/html,*/*")
        if path.startswith("/api/"):
            assert shown.status == 401 and shown.json["error"]["kind"] == "sign_in_needed"
        else:
            assert shown.status == 303 and shown.headers["location"].startswith("/sign-in?next=%2F")
            assert guarded.get(path, hx_request="true").headers["hx-redirect"].startswith("/sign-in?next=")


def test_signing_in_goes_where_one_wanted_and_out_again(guarded: Running) -> None:
    got = guarded.sign_in("ana", WORDS, "/voices?x=1&y=%20")
    assert got.status == 303 and got.headers["location"] == "/voices?x=1&y=%20"
    session, visit = got.cookies
    for flag in ("HttpOnly", "Path=/", "SameSite=lax"):
        assert flag in session and flag in visit
    assert "Secure" not in session and "Domain" not in session and "Max-Age=0" in visit
    cookie = session.partition(";")[0]
    page = guarded.get("/voices", cookie=cookie)
    assert (
        page.status == 200 and "<bdi>Ana</bdi>" in page.text and page.headers["cache-control"] == "no-store"
    )
    assert "Cookie" in page.headers["vary"]
    assert guarded.get("/api/v1/incidents", cookie=cookie).status == 200
    assert "signed in as" in guarded.get("/sign-in", cookie=cookie).text
    out = guarded.post("/sign-out", {}, cookie=cookie)
    assert out.status == 303 and "Max-Age=0" in out.cookies[0] and "cache" in out.headers["clear-site-data"]
    assert guarded.get("/voices", cookie=cookie).status == 401


def test_a_wrong_name_and_a_wrong_password_get_one_answer(guarded: Running) -> None:
    def told(name: str, password: str) -> tuple[int, str]:
        got = guarded.sign_in(name, password)
        assert got.cookies == () or "rashomon-visit" in got.cookies[0]
        return got.status, re.sub(r'value="[^"]*"|x-csrf-token[^}]*', "", got.text)

    wrong = told("Ana", "not these words")
    assert wrong[0] == 403 and "the name or the password is wrong" in wrong[1].lower()
    assert told("Nobody", WORDS) == told("<script>", WORDS) == told("", "") == wrong
    assert "not these words" not in wrong[1]


def test_a_session_is_new_at_each_sign_in(guarded: Running) -> None:
    """What an attacker put into a browser before, or had of an earlier session, opens nothing (fixation)."""
    name = guarded.cookie("Ana").partition("=")[0]
    planted = f"{name}=attacker-attacker-attacker-attacker-1234567"
    after = guarded.sign_in("Ana", WORDS, cookie=planted).cookies[0].partition(";")[0]
    assert after != planted and guarded.get("/", cookie=planted).status == 401


def test_signing_in_again_ends_the_session_before(guarded: Running) -> None:
    first = guarded.cookie("Ana")
    token = re.search(r'name="csrf" value="([^"]+)"', guarded.get("/sign-in", cookie=first).text)
    assert token is not None
    body = f"csrf={token[1]}&name=Bo&password={WORDS.replace(' ', '+')}".encode()
    got = guarded.ask("POST", "/sign-in", body, cookie=first,
                      content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert got.status == 303 and guarded.get("/", cookie=first).status == 401
    assert "<bdi>Bo</bdi>" in guarded.get("/", cookie=got.cookies[0].partition(";")[0]).text


def test_the_form_is_bound_to_a_browser(guarded: Running) -> None:
    """Nobody is signed in as somebody else by a form that another prepared (login CSRF)."""
    form = guarded.get("/sign-in")
    token = re.search(r'name="csrf" value="([^"]+)"', form.text)
    assert token is not None
    body = f"csrf={token[1]}&name=Ana&password={WORDS.replace(' ', '+')}".encode()
    kind = "application/x-www-form-urlencoded"
    assert guarded.ask("POST", "/sign-in", body, content_type=kind).status == 403
    other = guarded.get("/sign-in").cookies[0].partition(";")[0]
    assert guarded.ask("POST", "/sign-in", body, content_type=kind, cookie=other).status == 403
    mine = form.cookies[0].partition(";")[0]
    assert guarded.ask("POST", "/sign-in", body, content_type=kind, cookie=mine, origin="https://evil.example"
                       ).status == 403  # fmt: skip
    assert guarded.ask("POST", "/sign-in", body, content_type=kind, cookie=mine).status == 303


def test_the_token_of_one_session_is_of_no_use_to_another(guarded: Running) -> None:
    ana, bo = guarded.cookie("Ana"), guarded.cookie("Bo")
    token = re.search(r'name="csrf" value="([^"]+)"', guarded.get("/", cookie=bo).text)
    assert token is not None
    got = guarded.ask("POST", "/sign-out", f"csrf={token[1]}".encode(), cookie=ana,
                      content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert got.status == 403 and guarded.get("/", cookie=ana).status == 200


def test_a_new_password_and_a_removal_end_sessions(guarded: Running) -> None:
    ana, bo = guarded.cookie("Ana"), guarded.cookie("Bo")
    guarded.desk.persons.set_password("Ana", "eight mules and a river")
    guarded.desk.persons.remove("Bo")
    assert guarded.get("/", cookie=ana).status == guarded.get("/", cookie=bo).status == 401


def test_signing_out_everywhere(guarded: Running) -> None:
    one, other, bo = guarded.cookie("Ana"), guarded.cookie("Ana"), guarded.cookie("Bo")
    assert guarded.post("/sign-out", {"everywhere": "yes"}, cookie=one).status == 303
    assert guarded.get("/", cookie=other).status == 401 and guarded.get("/", cookie=bo).status == 200


ELSEWHERE = ["https://evil.example", "//evil.example", "/ /evil.example\0",
             "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "evil",
             "/%0d%0aset-cookie:x=1/../..//evil.example\r\n", "", "/\t/evil.example", "///evil.example",
             "http:evil.example", "/sign-out", "/x\u202e", "/" + "x" * 5000]  # fmt: skip


@pytest.mark.parametrize("where", ELSEWHERE)
def test_signing_in_leads_nowhere_else(where: str) -> None:
    assert safe_next(where) == "/"


def test_signing_in_leads_nowhere_else_by_form(guarded: Running) -> None:
    got = guarded.sign_in("Ana", WORDS, "//evil.example/\r\nset-cookie: x=1")
    assert got.headers["location"] == "/" and len(got.cookies) == 2
    assert safe_next("/voice?name=\u00e9%20x&a=b#c") == "/voice?name=%C3%A9%20x&a=b#c"


def test_tokens(guarded: Running) -> None:
    secret, token = guarded.desk.persons.add_token("export", ["read"], 30)
    got = guarded.get("/api/v1/incidents", authorization=f"Bearer {secret}")
    assert got.status == 200 and got.headers["cache-control"] == "no-store"
    assert guarded.get("/", authorization=f"bearer {secret}").status == 200
    deadline = time.monotonic() + 10
    while guarded.desk.persons.tokens()[0].used is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert guarded.desk.persons.tokens()[0].used is not None
    guarded.desk.persons.revoke(token.prefix)
    got = guarded.get("/api/v1/incidents", authorization=f"Bearer {secret}")
    assert got.status == 401 and "opens nothing" in got.json["error"]["what"]


def test_what_is_no_token_is_refused_even_with_a_session(guarded: Running) -> None:
    cookie = guarded.cookie("Ana")
    for shown in ("Bearer ", "Bearer x", "bearer rsh_" + "x" * 43, "Bearer rsh_" + "x" * 9999):
        got = guarded.get("/api/v1/incidents", authorization=shown, cookie=cookie)
        assert got.status == 401 and got.json["error"]["kind"] == "sign_in_needed"


def test_a_token_in_an_address_is_neither_taken_nor_repeated(guarded: Running) -> None:
    secret, _ = guarded.desk.persons.add_token("export", ["read"], 30)
    for path in (
        f"/api/v1/incidents?token={secret}",
        f"/?access_token={secret}",
        f"/sign-in?next=/?t={secret}",
    ):
        got = guarded.get(path)
        assert got.status == 400 and secret not in got.text and "revoke" in got.text
    assert guarded.get(f"/api/v1/incidents/{secret}").status == 401


def test_cookies_that_nobody_gave_out(guarded: Running) -> None:
    good = guarded.cookie("Ana")
    name = good.partition("=")[0]
    for cookie in (f"{name}=", f"{name}={'x' * 9000}", f"{name}=\u00ff",
                   f"{good}; {name}=other", ";=;",
                   f"{name}={name}", "x" * 20_000):  # fmt: skip
        got = guarded.get("/api/v1/incidents", cookie=cookie)
        assert got.status in (400, 401), cookie[:60]


def test_too_many_wrong_sign_ins_wait(guarded: Running) -> None:
    seen = [guarded.sign_in("Ana", f"wrong number {number}") for number in range(6)]
    assert [each.status for each in seen] == [403] * 5 + [429]
    assert int(seen[-1].headers["retry-after"]) >= 1 and "Try again in" in seen[-1].text
    assert guarded.sign_in("Ana", WORDS).status == 429  # right words too: nobody learns that they are right
    unknown = [guarded.sign_in("Zoe", "x").status for _ in range(6)]
    assert unknown[-1] == 429  # an account that is not there waits as well


def test_requests_are_limited(tmp_path: Path, quick_passwords: None) -> None:
    with Desk(tmp_path / "desk.db") as desk:
        secret, _ = desk.persons.add_token("export", ["read"], 30)
        with served(desk, Rules(per_minute=40)) as running:
            shown = {"authorization": f"Bearer {secret}"}
            known = [running.get("/api/v1/incidents", **shown) for _ in range(14)]
            strangers = [running.get("/api/v1/incidents") for _ in range(14)]
            guesses = [running.get("/", authorization=f"Bearer rsh_{'x' * 43}").status for _ in range(3)]
    assert [each.status for each in known[:10]] == [200] * 10
    last = known[-1]
    assert last.status == 429 and last.json["error"]["kind"] == "too_many"
    assert 1 <= int(last.headers["retry-after"]) <= 3
    assert strangers[0].status == 401 and strangers[-1].status == 429 and 429 in guesses


def test_anyone_may_read_where_it_is_said(tmp_path: Path, quick_passwords: None) -> None:
    with Desk(tmp_path / "desk.db") as desk:
        desk.persons.add("Ana", ["correct"], WORDS)
        with served(desk, Rules(anywhere=True, open_reading=True)) as running:
            got = running.get("/")
            assert got.status == 200 and 'href="/sign-in"' in got.text
            assert running.get("/", cookie=running.cookie("Ana")).text.count("<bdi>Ana</bdi>") == 1
            assert running.get("/metrics", x_forwarded_for="10.0.0.9").status == 401


def test_addresses_of_alerts_are_shown_to_those_who_are_known_only(
    tmp_path: Path, quick_passwords: None
) -> None:
    with Desk(tmp_path / "desk.db") as desk:
        desk.persons.add("Ana", ["read"], WORDS)
        mail = "mailto://mail.example.org?from=desk@example.org&to=bo@example.org&tls=no"
        draft = watches.drafted("mills", "", ["new-dispute"], [mail], None)
        desk.store.write(lambda connection: watches.add(connection, draft))
        with served(desk, Rules(anywhere=True, open_reading=True)) as running:
            open_to_all = running.get("/alerts").text
            assert "mills" in open_to_all and "1 address" in open_to_all and "example.org" not in open_to_all
            assert "mail to bo@example.org" in running.get("/alerts", cookie=running.cookie("Ana")).text


def test_where_others_reach_being_here_is_no_account(tmp_path: Path) -> None:
    with Desk(tmp_path / "desk.db") as desk, served(desk, Rules(anywhere=True)) as running:
        assert running.get("/").status == 401


@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded", "x_real_ip", "via", "x_forwarded_host"])
def test_what_comes_through_a_proxy_does_not_sit_here(running: Running, header: str) -> None:
    assert running.get("/", **{header: "127.0.0.1"}).status == 401
    assert running.get("/metrics", **{header: "127.0.0.1"}).status == 401


def test_other_names_do_not_sit_here(tmp_path: Path) -> None:
    with Desk(tmp_path / "desk.db") as desk, served(desk, names=("desk.example",)) as running:
        assert running.get("/", host="desk.example").status == 401
        assert running.get("/", host="localhost").status == 200


def test_only_named_proxies_are_believed(tmp_path: Path, quick_passwords: None) -> None:
    with Desk(tmp_path / "desk.db") as desk:
        desk.persons.add("Ana", ["read"], WORDS)
        told = {"x_forwarded_proto": "https", "x_forwarded_for": "203.0.113.9"}
        with served(desk, Rules(anywhere=True, trusted=networks(["127.0.0.0/8"]))) as running:
            cookie = running.sign_in("Ana", WORDS, **told).cookies[0]
            assert cookie.startswith("__Host-rashomon-") and "Secure" in cookie
        with served(desk, Rules(anywhere=True)) as running:
            assert "Secure" not in running.sign_in("Ana", WORDS, **told).cookies[0]


def test_nothing_of_a_page_is_framed_or_kept(guarded: Running) -> None:
    for path in ("/sign-in", "/"):
        got = guarded.get(path, cookie=guarded.cookie("Ana"))
        assert got.headers["x-frame-options"] == "DENY" and got.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in got.headers["content-security-policy"]
