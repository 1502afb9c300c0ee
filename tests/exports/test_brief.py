"""A brief: what stands in which part, with which sources; and nothing of a report gets out of its place."""

from __future__ import annotations

import base64
import csv
import hashlib
import re
import sys
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import pytest
from markdown_it import MarkdownIt
from test_page import ODD, PAYLOADS, Page

from rashomon import ontology
from rashomon.exports import brief_markdown, brief_page
from rashomon.exports.brief import Brief, Part, Sentence, brief
from rashomon.exports.brief_words import listed, spoken, title_of, voices_listed
from rashomon.model import Claim, Figure, Report
from rashomon.reconcile import reconcile
from rashomon.reconcile.building import _incident
from rashomon.reconcile.incidents import Dispute, Position
from rashomon.reconcile.scene import scene as scene_of
from rashomon.reconcile.voices import Outlet

sys.path.insert(0, str(Path(__file__).parents[1] / "reconcile"))
from reconcile_builders import claim, day, figure, party, place, voice

COP, MEN = party("Vrelo police", "SRB COP"), party("herders", "SRB CVL")
GUARD, HERDERS = voice("the border guard", "SRB COP"), voice("the herders", "SRB AGR")
QUOTE = "Guards arrested herders at Vrelo."


@dataclass
class Scene:
    """Claims of one incident and their reports, one after the other."""

    claims: list[Claim] = field(default_factory=list)
    reports: dict[str, Report] = field(default_factory=dict)

    def tell(
        self, outlet: str, on: str, quote: str = QUOTE, trigger: str = "arrested", **fields: Any
    ) -> Scene:
        ref = f"{outlet}-{on}"
        self.reports.setdefault(
            ref, Report(text=quote, id=ref, publisher=outlet, published=on, title=f"Title of {outlet}")
        )
        values: dict[str, Any] = {
            "type": "COERCE", "mode": "arrest", "score": -7.0, "report": ref, "id": f"c-{len(self.claims)}",
            "date": day("2021-03-02"), "place": place("Vrelo", "SRB"), "at": 50 * len(self.claims),
            "actors": (COP,), "recipients": (MEN,),
        }  # fmt: skip
        self.claims.append(claim(quote, trigger, **(values | fields)))
        return self

    def brief(self, disputes: tuple[Dispute, ...] | None = None) -> Brief:
        """The brief of all of it as one incident, whatever would be joined."""
        outlets = {
            ref: Outlet(report.publisher, ref, (report.published or "")[:10])
            for ref, report in self.reports.items()
        }
        incident = _incident(scene_of(self.claims, outlets))
        if disputes is not None:
            incident = msgspec.structs.replace(incident, disputes=disputes)
        return brief(incident, self.claims, self.reports.values())


def part(told: Brief, key: str) -> Part:
    return next(each for each in told.parts if each.key == key)


def texts(told: Brief, key: str) -> list[str]:
    return [sentence.text for sentence in part(told, key).sentences]


def details(told: Brief, key: str, start: str) -> list[str]:
    found = next(sentence for sentence in part(told, key).sentences if sentence.text.startswith(start))
    return [each.text for each in found.details]


def killed(low: int | None, high: int | None = -1) -> tuple[Figure, ...]:
    return (figure("arrested", low, high, "herders"),)


def test_what_all_say_and_where_they_differ() -> None:
    told = (
        Scene()
        .tell("Hill Courier", "2021-03-02", voice=GUARD, figures=killed(3))
        .tell("Valley Post", "2021-03-02", voice=HERDERS, figures=killed(9))
        .brief()
    )
    assert told.title == "Arrests · Vrelo, Serbia · 2 Mar 2021"
    assert told.about == "2 voices · 2 outlets · 2 claims"
    assert texts(told, "all")[0] == (
        "According to the border guard and the herders, people were arrested "
        "(who: Vrelo police; whom: herders)."
    )
    assert texts(told, "differ") == ["Arrested: accounts differ."]
    assert details(told, "differ", "Arrested") == ["The border guard: 3 herders.", "The herders: 9 herders."]
    assert part(told, "some").sentences == () and part(told, "changed").sentences == ()


def test_every_sentence_has_sources_that_quote_its_words() -> None:
    told = (
        Scene()
        .tell("Hill Courier", "2021-03-02", voice=GUARD, figures=killed(3))
        .tell("Valley Post", "2021-03-03", "Twenty were arrested, the herders said.", voice=HERDERS)
        .brief()
    )
    known = {source.number: source for source in told.sources}
    assert list(known) == [1, 2]

    def check(sentence: Sentence) -> None:
        assert sentence.sources or sentence.text.startswith("Nothing of it")
        assert set(sentence.sources) <= set(known)
        for each in sentence.details:
            check(each)

    for each in told.parts:
        for sentence in each.sentences:
            check(sentence)
    second = known[2]
    assert (second.publisher, second.published, second.voice) == ("Valley Post", "2021-03-03", "the herders")
    assert second.quote == "Twenty were arrested, the herders said."


def test_what_one_voice_tells_names_those_who_are_silent() -> None:
    told = (
        Scene()
        .tell("Hill Courier", "2021-03-02", voice=GUARD, figures=killed(3))
        .tell("Valley Post", "2021-03-02", voice=HERDERS)
        .tell("Valley Post", "2021-03-02", "One herder was wounded.", "wounded", type="ASSAULT", mode=None,
              voice=HERDERS, figures=(figure("injured", 1, 1, "herder"),))
        .brief()
    )  # fmt: skip
    assert "Injured, according to the herders: 1 herder." in texts(told, "some")
    assert details(told, "some", "Injured") == ["Nothing of it from the border guard."]
    assert details(told, "some", "Arrested") == ["Nothing of it from the herders."]


def test_a_denial_stands_where_they_differ_each_in_its_own_words() -> None:
    told = (
        Scene()
        .tell("Hill Courier", "2021-03-02", voice=GUARD)
        .tell("Valley Post", "2021-03-02", "The ministry denied that anyone was held.", "held",
              status="denied", voice=voice("the ministry", "SRB GOV"))
        .brief()
    )  # fmt: skip
    assert texts(told, "differ")[0] == "Some tell of arrests, others deny it."
    assert details(told, "differ", "Some tell") == [
        "The border guard: told (who: Vrelo police; whom: herders), in the words “arrested”.",
        "The ministry: denied (who: Vrelo police; whom: herders), in the words “held”.",
    ]


def test_nobody_hurt_is_told_as_none() -> None:
    scene = Scene().tell("Hill Courier", "2021-03-02", voice=GUARD)
    scene.tell(
        "Valley Post", "2021-03-02", "Nobody was hurt, witnesses said.", "hurt", type="ASSAULT", mode=None,
        status="denied", voice=voice("witnesses"), figures=(figure("injured", 0, 0),),
    )  # fmt: skip
    assert "Injured, according to witnesses: none." in texts(scene.brief(), "some")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("planned", "Planned"),
        ("conditional", "On a condition"),
        ("requested", "Asked for"),
        ("possible", "Possible"),
    ],
)
def test_what_is_not_told_as_done_says_so(status: str, words: str) -> None:
    told = Scene().tell("Hill Courier", "2021-03-02", voice=GUARD, status=status).brief()
    assert texts(told, "told")[0] == (
        f"{words}, according to the border guard: arrests (who: Vrelo police; whom: herders)."
    )


def test_a_revised_figure_is_a_change_and_the_older_one_no_claim_of_its_own() -> None:
    told = (
        Scene()
        .tell("Hill Courier", "2021-03-02", voice=GUARD, figures=killed(3))
        .tell("Hill Courier", "2021-03-04", voice=GUARD, figures=killed(7))
        .tell("Valley Post", "2021-03-02", voice=HERDERS)
        .brief()
    )
    assert texts(told, "changed") == ["The border guard revised the figure of arrested: from 3 to 7."]
    assert part(told, "changed").sentences[0].sources == (1, 2)
    assert "Arrested, according to the border guard: 7 herders." in texts(told, "some")
    assert not any(": 3 herders" in text for key in ("all", "some", "differ") for text in texts(told, key))


def test_what_only_the_latest_day_tells_is_a_change() -> None:
    told = (
        Scene()
        .tell("Hill Courier", "2021-03-02", voice=GUARD)
        .tell("Valley Post", "2021-03-05", "A herder was beaten.", "beaten", type="ASSAULT", mode="beat",
              voice=HERDERS)
        .brief()
    )  # fmt: skip
    assert texts(told, "changed") == [
        "First told on 5 Mar 2021: according to the herders, people were beaten "
        "(who: Vrelo police; whom: herders)."
    ]


def test_what_all_outlets_carry_is_told_by_all_whatever_the_voices() -> None:
    scene = Scene().tell("Hill Courier", "2021-03-02", voice=GUARD)
    scene.tell("Valley Post", "2021-03-02", "Some were arrested, the guard said.", voice=GUARD)
    scene.tell("Valley Post", "2021-03-02", "Herders fled.", "fled", type="ASSAULT", mode=None, voice=HERDERS)
    assert texts(scene.brief(), "all")[0].startswith(
        "In both outlets: according to the border guard, people were"
    )


def test_of_one_voice_alone_nothing_is_compared() -> None:
    told = Scene().tell("Hill Courier", "2021-03-02").brief()
    assert [each.key for each in told.parts] == ["told", "changed"]
    assert texts(told, "told")[0].startswith("According to Hill Courier, people were arrested")


def test_an_outlet_and_a_quoted_voice_of_its_name_are_told_apart() -> None:
    scene = Scene().tell("Hill Courier", "2021-03-02")
    scene.tell("Hill Courier", "2021-03-02", voice=voice("Hill Courier"), figures=killed(2))
    told = scene.brief()
    assert sorted(each.voice for each in told.voices) == ["Hill Courier", "Hill Courier (quoted)"]
    assert "Arrested, according to Hill Courier (quoted): 2 herders." in texts(told, "some")


def test_many_who_are_silent_are_counted() -> None:
    scene = Scene().tell("Hill Courier", "2021-03-02", voice=GUARD, figures=killed(3))
    for number in range(6):
        scene.tell(f"Post {number}", "2021-03-02")
    assert details(scene.brief(), "some", "Arrested") == ["Nothing of it from 6 other voices."]


def test_equal_words_of_one_voice_are_one_source() -> None:
    told = (
        Scene()
        .tell("Hill Courier", "2021-03-02", voice=GUARD, at=0)
        .tell("Hill Courier", "2021-03-02", voice=GUARD, trigger="Guards", at=0, figures=killed(2), id="c-b")
        .brief()
    )
    assert len(told.sources) == 1


def test_long_words_are_cut_around_the_event() -> None:
    quote = "far " * 300 + "arrested " + "away " * 300
    (source,) = Scene().tell("Hill Courier", "2021-03-02", quote).brief().sources
    assert "arrested" in source.quote and len(source.quote) < 420
    assert source.quote.startswith("… ") and source.quote.endswith(" …")


def test_every_act_of_the_ontology_has_words() -> None:
    folder = resources.files("rashomon.exports")
    rows = list(csv.DictReader((folder / "brief_deeds.csv").read_text("utf-8").splitlines()))
    wanted = {(name, "") for name in ontology.TYPES}
    wanted |= {(name, mode.name) for name in ontology.TYPES for mode in ontology.event_type(name).modes}
    assert {(row["type"], row["mode"]) for row in rows} == wanted
    assert all(row["clause"] and row["noun"] for row in rows)


def test_frames_use_only_words_that_are_given() -> None:
    folder = resources.files("rashomon.exports")
    rows = csv.DictReader((folder / "brief_frames.csv").read_text("utf-8").splitlines())
    given = {"voices", "Voices", "clause", "noun", "who", "words", "value", "head", "Head", "status"}
    given |= {"Status", "Voice", "before", "after", "day", "text", "outlets"}
    assert {name for row in rows for name in re.findall(r"\{(\w+)\}", row["frame"])} <= given


def test_long_lists_are_counted() -> None:
    assert listed([]) == "nobody" and listed(["a"]) == "a" and listed(["a", "b"]) == "a and b"
    assert listed(list("abcde")) == "a, b, c, d and e" and listed(list("abcdef")) == "a, b, c, d and 2 others"


def hostile(text: str) -> Brief:
    scene = Scene()
    name = voice(text or "x", "SRB COP")
    for outlet, on in ((text, "2021-03-02"), (f"{text}2", "2021-03-04")):
        scene.tell(
            outlet, on, f"{text} arrested {text}", voice=name, type=text or "X", mode=text, date=day(text),
            actors=(party(text, "SRB COP"),), recipients=(party(text, text),), place=place(text, text),
            figures=(figure("arrested", len(scene.claims), whom=text), figure(text, 1, 2, text)),
        )  # fmt: skip
    scene.tell("Valley Post", "2021-03-02", voice=HERDERS, status="denied", type=text or "X", mode=text)
    scene.reports = {
        ref: Report(text="x", id=ref, publisher=r.publisher, published=text, title=text, url=text)
        for ref, r in scene.reports.items()
    }
    return scene.brief()


PARTS = ["What all say", "What only some say", "Where they differ", "What changed since"]
MARKUP = [
    "[x](javascript:alert(1))", "![x](https://evil.example/p.png)", "<https://evil.example>", "1. one",
    "https://evil.example/a", "www.evil.example", "*b* _i_ `c` ~~s~~ | t |", "\\[x](y)", "[^1]: note",
    "# head\n\n- item",
    "- dash", "+ plus", "===", "&lt;b&gt;", "$x$ {#id .class}", "{voices}{clause}", "---\ntitle: x\n---",
]  # fmt: skip


@pytest.mark.parametrize("payload", [*PAYLOADS, *MARKUP, ODD, "x" * 5000])
def test_hostile_text_stays_text_in_markdown(payload: str) -> None:
    source = brief_markdown.render(hostile(payload))
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", source)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    seen = parser.parse(source)
    inner = [child for token in seen for child in token.children or ()]
    kinds = {token.type for token in seen} | {token.type for token in inner}
    address = re.fullmatch(r"https?://[^\s<>\"'\\`]+", payload)
    allowed = {
        "heading_open", "heading_close", "inline", "paragraph_open", "paragraph_close", "bullet_list_open",
        "bullet_list_close", "list_item_open", "list_item_close", "text", "text_special", "softbreak",
    }  # fmt: skip
    assert kinds <= allowed | ({"link_open", "link_close"} if address else set())
    headings = [seen[at + 1].content for at, token in enumerate(seen) if token.type == "heading_open"]
    assert headings[1:] == [*PARTS, "Who is heard", "Sources"]


@pytest.mark.parametrize("payload", [*PAYLOADS, *MARKUP, ODD])
def test_hostile_text_stays_text_in_the_page(payload: str) -> None:
    wild, tame = Page(brief_page.render(hostile(payload))), Page(brief_page.render(hostile("x")))
    kinds = {(tag, name) for tag, attrs in wild.elements for name in attrs}
    assert kinds <= {(tag, name) for tag, attrs in tame.elements for name in attrs} | {("a", "rel")}
    assert {tag for tag, _ in wild.elements} == {tag for tag, _ in tame.elements}
    assert all((attrs["href"] or "").startswith(("#s", "https://evil.example")) for attrs in wild.having("a"))


def test_only_web_addresses_become_links() -> None:
    told = Scene().tell("Hill Courier", "2021-03-02")
    for url, linked in (("https://hill.example/a?b=1&c=2", True), ("javascript:alert(1)", False),
                        ("https://hill.example/\u202egnp", False)):  # fmt: skip
        told.reports = {ref: Report(text="x", id=ref, url=url) for ref in told.reports}
        written = told.brief()
        links = [a for a in Page(brief_page.render(written)).having("a") if a.get("rel")]
        assert bool(links) is linked
        assert (f"<{url}>" in brief_markdown.render(written)) is linked


def test_the_page_has_no_script_and_a_strict_policy() -> None:
    page = Page(brief_page.render(Scene().tell("Hill Courier", "2021-03-02").brief()))
    policy = page.having("meta", **{"http_equiv": "Content-Security-Policy"})[0]["content"] or ""
    wanted = base64.b64encode(hashlib.sha256(page.raw["style"].encode()).digest()).decode()
    assert f"style-src 'sha256-{wanted}'" in policy and policy.startswith("default-src 'none'")
    assert not page.having("script") and not any("style" in attrs for _, attrs in page.elements)
    targets = {attrs["id"] for attrs in page.having("li") if "id" in attrs}
    assert {(attrs["href"] or "")[1:] for attrs in page.having("a")} <= targets


def test_a_brief_of_what_was_reconciled() -> None:
    scene = Scene().tell("Hill Courier", "2021-03-02", voice=GUARD, figures=killed(3))
    (incident,) = reconcile(scene.claims, scene.reports.values())
    told = brief(incident, scene.claims, scene.reports.values())
    assert told.incident == incident.id and told.title == title_of(incident)
    assert "Arrested, according to the border guard: 3 herders." in texts(told, "told")


def test_each_voice_calls_those_it_names_in_its_own_words() -> None:
    scene = Scene().tell("Hill Courier", "2021-03-02", voice=GUARD, recipients=(party("girls", "SRB CVL"),))
    scene.tell("Valley Post", "2021-03-02", voice=HERDERS, recipients=(party("Civilians", "SRB CVL"),))
    assert details(scene.brief(), "all", "According to") == [
        "The border guard (who: Vrelo police; whom: girls), in the words “arrested”.",
        "The herders (who: Vrelo police; whom: civilians), in the words “arrested”.",
    ]


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("army", "the army"), ("village chief", "the village chief"), ("Police", "police"),
        ("Witnesses", "witnesses"), ("policemen", "policemen"),
        ("member of the council", "the member of the council"),
        ("the mayor", "the mayor"), ("Kosovo Police", "Kosovo Police"), ("Serbs", "Serbs"), ("Lee", "Lee"),
        ("Hill Courier", "Hill Courier"), ("state television", "state television"), ("<b>", "<b>"), ("", ""),
    ],
)  # fmt: skip
def test_voices_stand_in_a_sentence_as_people_write_them(name: str, inside: str) -> None:
    assert voices_listed([spoken(name)]) == inside


def test_a_voice_that_tells_one_act_and_denies_another_is_not_all_saying_the_same() -> None:
    scene = Scene().tell("Hill Courier", "2021-03-02", voice=GUARD)
    scene.tell("Hill Courier", "2021-03-02", "The guard held no women.", "held", status="denied", voice=GUARD,
               recipients=(party("women", "SRB CVL"),))  # fmt: skip
    scene.tell("Valley Post", "2021-03-02", voice=HERDERS)
    told = scene.brief()
    assert texts(told, "differ") == ["They tell of arrests, but deny some of it."]
    assert "The border guard: denied (who: Vrelo police; whom: women), in the words “held”." in details(
        told, "differ", "They tell"
    )


def test_who_it_was_done_to_is_one_question_however_many_answers() -> None:
    dispute = Dispute(
        "recipient",
        (Position("the border guard", "smugglers", ("c-0",)), Position("the herders", "herders", ("c-1",))),
    )
    scene = Scene().tell(
        "Hill Courier", "2021-03-02", voice=GUARD, recipients=(party("smugglers", "SRB CRM"),)
    )
    scene.tell("Valley Post", "2021-03-02", voice=HERDERS)
    told = scene.brief(disputes=(dispute,))
    assert texts(told, "differ") == ["To whom it was done: accounts differ."]
    assert sorted(details(told, "differ", "To whom")) == [
        "The border guard: smugglers.", "The herders: herders.",
    ]  # fmt: skip


def test_a_number_that_only_the_latest_day_gives_is_a_change() -> None:
    scene = Scene().tell("Hill Courier", "2021-03-02", voice=GUARD, figures=killed(3))
    scene.tell("Valley Post", "2021-03-04", voice=HERDERS, figures=killed(9))
    assert "First told on 4 Mar 2021: arrested, according to the herders: 9 herders." in texts(
        scene.brief(), "changed"
    )
    scene = Scene().tell("Hill Courier", "2021-03-02", voice=GUARD, figures=killed(3))
    scene.tell("Valley Post", "2021-03-04", voice=HERDERS, figures=killed(3))
    assert not any("3 herders" in text for text in texts(scene.brief(), "changed"))


def test_a_copy_is_no_second_source_and_no_outlet_of_its_own() -> None:
    scene = Scene()
    for outlet, on in (("Hill Courier", "2021-03-02"), ("Coast Mail", "2021-03-04")):
        scene.tell(outlet, on, voice=GUARD)
        scene.tell(outlet, on, "Herders fled to the river before dawn.", "fled", type="ASSAULT", mode=None,
                   voice=HERDERS)  # fmt: skip
    scene.tell("Valley Post", "2021-03-02", "Twelve were taken away, they said.", "taken", voice=HERDERS)
    told = scene.brief()
    assert told.about.startswith("2 voices · 3 outlets, 1 of them with copies only")
    guard = next(source for source in told.sources if source.voice == "the border guard")
    assert (guard.publisher, guard.also) == ("Hill Courier", ("Coast Mail",))
    assert "also in Coast Mail" in brief_markdown.render(told)
    both = "According to the border guard and the herders, people"
    assert any(text.startswith(both) for text in texts(told, "all"))
    assert texts(told, "changed") == []


def test_who_tells_of_the_act_is_not_silent_about_how_it_was_done() -> None:
    scene = Scene().tell("Hill Courier", "2021-03-02", voice=GUARD)
    scene.tell("Valley Post", "2021-03-02", "They were searched.", "searched", mode=None, voice=HERDERS)
    arrests = next(s for s in part(scene.brief(), "some").sentences if "people were arrested" in s.text)
    assert arrests.details == ()
