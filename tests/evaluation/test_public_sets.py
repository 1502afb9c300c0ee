"""The public sets: each room reads its format (fixtures in our own words) and counts as its rules say."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from eval_fakes import FakeReader, at, claim, day, figure, party, place, voice
from msgspec import structs

from rashomon import ontology
from rashomon.errors import InstallationError, MalformedInput
from rashomon.evaluation import (
    case2021,
    geo,
    gvdb,
    india_police,
    muc4,
    muc4_templates,
    plv,
    polnear,
    time,
    uner,
)
from rashomon.evaluation.plover_roots import root_of
from rashomon.evaluation.spans import head_offset, token_f1, tokens
from rashomon.model import Claim, Place, Report, Span, Voice
from rashomon.reading.pairs import PairEvent

PLV = """sentence_id\tsentence\tmarked_sentence\tsource\ttarget\tgold_root
1\tThe dairy board fined Oslo shops.\tThe <s>dairy board</s> fined <t>Oslo shops</t>.\tdairy board\tOslo shops\tSANCTION
2\tTeachers of Orl walked out.\t<s>Teachers of Orl</s> walked out.\tTeachers of Orl\ta recipient\tPROTEST
3\t"Guards freed Bo, and Bo left"\t"<s>Guards</s> freed <t>Bo</t>, and <t>Bo</t> left"\tGuards\tBo\tYIELD
"""  # noqa: E501


def test_plv_pairs_and_sentences(tmp_path: Path) -> None:
    path = tmp_path / "plv.tsv"
    path.write_text(PLV.replace("\n", "\r\n"), encoding="utf-8", newline="")
    rows = plv.load(path)
    assert [r.text for r in rows][2] == "Guards freed Bo, and Bo left"
    assert rows[2].recipient == ((13, 15), (21, 23))
    assert rows[1].recipient == ()
    assert rows[0].text[slice(*rows[0].actor[0])] == "dairy board"

    def told(report: Report) -> list[Claim]:
        text = report.text
        if "fined" in text:  # the root is right, the recipient is not: no event of this pair
            return [
                claim(
                    report,
                    "SANCTION",
                    "fined",
                    actors=(party(text, "dairy board"),),
                    recipients=(party(text, "The"),),
                )
            ]
        if "walked" in text:
            return [claim(report, "PROTEST", "walked out", actors=(party(text, "Teachers of Orl"),))]
        return [
            claim(
                report, "RETREAT", "freed", actors=(party(text, "Guards"),), recipients=(party(text, "Bo"),)
            ),
            claim(report, "AID", "left", actors=(party(text, "Guards"),), recipients=(party(text, "Bo"),)),
        ]

    result = plv.evaluate(rows, FakeReader(told))
    assert result["end to end: root found for the pair"].hits == 2
    assert result["root found in the sentence, roles aside"].hits == 3
    # PROTEST and YIELD are right, AID and SANCTION are not, eleven roots have nothing
    assert result["end to end: macro-F1"].value == pytest.approx(2 / 15)
    assert any("events_of_pair" in note for note in result.notes)


def test_plv_with_the_pair_given(tmp_path: Path) -> None:
    path = tmp_path / "plv.tsv"
    path.write_text(PLV, encoding="utf-8")
    asked: list[tuple[object, object]] = []

    class Classifier(FakeReader):
        def events_of_pair(
            self, sentence: str, actor: tuple[int, int] | None, recipient: tuple[int, int] | None
        ) -> list[PairEvent]:
            asked.append((actor, recipient))
            if "Bo" in sentence:  # together they outweigh AID
                told = (("CONCEDE", "happened", 0.3), ("RETREAT", "happened", 0.3), ("AID", "happened", 0.4))
            else:
                told = (("SANCTION", "happened", 0.9), ("PROTEST", "happened", 0.1))
            return [PairEvent("freed", type_, status, share) for type_, status, share in told]

    result = plv.evaluate(plv.load(path), Classifier())
    assert result["pair given: right"].hits == 2
    assert asked[1] == ((0, 15), None)


@pytest.mark.parametrize(
    ("type_", "status", "trigger", "root"),
    [
        ("RETREAT", "happened", "freed", "YIELD"),
        ("RETREAT", "planned", "free", "AGREE"),
        ("CONCEDE", "happened", "agreed to lift", "AGREE"),
        ("CONCEDE", "happened", "lifted", "YIELD"),
        ("AID", "planned", "send", "AGREE"),
        ("AID", "denied", "send", "REJECT"),
        ("ASSAULT", "conditional", "strike", "THREATEN"),
        ("ASSAULT", "denied", "fire", "ASSAULT"),
        ("RETREAT", "requested", "release", "REQUEST"),
        ("ACCUSE", "planned", "sue", "ACCUSE"),
        ("AGREE", "happened", "signed a pact", "SUPPORT"),
        ("AGREE", "planned", "sign", "AGREE"),
        ("AGREE", "happened", "signalled its readiness", "AGREE"),
    ],
)
def test_intentions_have_roots_of_their_own(type_: str, status: str, trigger: str, root: str) -> None:
    assert root_of(type_, status, trigger) == root


def test_plv_refuses_another_table(tmp_path: Path) -> None:
    path = tmp_path / "plv.tsv"
    path.write_text("a\tb\n1\t2\n", encoding="utf-8")
    with pytest.raises(MalformedInput, match="a column is missing"):
        plv.load(path)
    path.write_text(PLV.replace("YIELD", "DANCE"), encoding="utf-8")
    with pytest.raises(MalformedInput, match="DANCE"):
        plv.load(path)


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("Teachers of Orl", "Teachers"),
        ("Port Guard", "Port Guard"),
        ("cooks, among them a boy", "cooks"),
        ("Mayor Ann Birk", "Mayor Ann Birk"),
        ("of late", "of late"),
    ],
)
def test_heads(text: str, head: str) -> None:
    assert head_offset(party(text, text)) == len(head) - 1


def test_tokens_of_pieces() -> None:
    text = "the old cook said so"
    assert tokens(text, [(4, 12)]) == {4, 8}
    assert token_f1(tokens(text, [(0, 12)]), tokens(text, [(4, 17)])) == pytest.approx(2 / 3)
    assert token_f1(frozenset(), frozenset()) == 0.0


MUC_TEXT = """DEV-MUC3-0901 (XYZ)

   PORTO NOVO, 5 MAR 91 (DPX) -- [REPORT] [TEXT] MASKED MEN TOOK TWO
BAKERS IN THE TOWN OF LAGOA YESTERDAY. A BOMB INJURED SEVEN PEOPLE.


DEV-MUC3-0902 (XYZ)

   PORTO NOVO, NO DATE -- [TEXT] PRICES ROSE.
"""

MUC_KEY = """;;; a remark of the annotators
0.  MESSAGE: ID                     DEV-MUC3-0901 (XYZ)
1.  MESSAGE: TEMPLATE               1
2.  INCIDENT: DATE                  04 MAR 91
3.  INCIDENT: LOCATION              BRAZIL: SUL (DEPARTMENT): LAGOA (TOWN)
4.  INCIDENT: TYPE                  KIDNAPPING
9.  PERP: INDIVIDUAL ID             "MASKED MEN"
10. PERP: ORGANIZATION ID           -
18. HUM TGT: NAME                   -
19. HUM TGT: DESCRIPTION            "BAKERS" / "TWO \\"OLD\\" BAKERS"
21. HUM TGT: NUMBER                 2: "BAKERS"
23. HUM TGT: EFFECT OF INCIDENT     -

0.  MESSAGE: ID                     DEV-MUC3-0901 (XYZ)
1.  MESSAGE: TEMPLATE               2
2.  INCIDENT: DATE                  (- 05 MAR 91) / (01 MAR 91 - 03 MAR 91)
3.  INCIDENT: LOCATION              BRAZIL
4.  INCIDENT: TYPE                  BOMBING
9.  PERP: INDIVIDUAL ID             -
10. PERP: ORGANIZATION ID           ? "FRONT"
18. HUM TGT: NAME                   "ANA"
19. HUM TGT: DESCRIPTION            "PEOPLE"
                                    "CLERK": "ANA"
21. HUM TGT: NUMBER                 7: "PEOPLE"
                                    1: "ANA"
23. HUM TGT: EFFECT OF INCIDENT     INJURY: "PEOPLE"
                                    DEATH / ? INJURY: "ANA"

0.  MESSAGE: ID                     DEV-MUC3-0901 (XYZ)
1.  MESSAGE: TEMPLATE               3 (OPTIONAL)
2.  INCIDENT: DATE                  01 JAN 90
3.  INCIDENT: LOCATION              CHILE
4.  INCIDENT: TYPE                  ARSON

0.  MESSAGE: ID                     DEV-MUC3-0902 (XYZ)
1.  MESSAGE: TEMPLATE               *
2.  INCIDENT: DATE                  *
4.  INCIDENT: TYPE                  *
"""


@pytest.fixture
def muc(tmp_path: Path) -> Path:
    (tmp_path / "dev-muc3-0901-1000").write_text(MUC_TEXT, encoding="latin-1")
    (tmp_path / "key-dev-0901.muc4").write_text(MUC_KEY, encoding="latin-1")
    return tmp_path


def test_muc_files(muc: Path) -> None:
    messages, keys = muc4.load(muc)
    assert [m.id for m in messages] == ["DEV-MUC3-0901", "DEV-MUC3-0902"]
    assert messages[0].published == "1991-03-05" and messages[1].published is None
    assert messages[0].text.startswith("PORTO NOVO, 5 MAR 91 (DPX) -- MASKED MEN")
    first, second, third = keys["DEV-MUC3-0901"]
    assert "DEV-MUC3-0902" not in keys
    assert first.places == (("BRAZIL", "SUL", "LAGOA"),)
    assert first.victims == ("BAKERS", "TWO OLD BAKERS")
    assert second.dates == (("1990-03-04", "1991-03-05"), ("1991-03-01", "1991-03-03"))
    assert second.numbers == ((7, 7), (1, 1))
    assert second.effects == {"INJURY", "DEATH"}
    assert second.perpetrators == ("FRONT",)
    assert third.optional and not first.optional


@pytest.mark.parametrize(
    ("line", "bounds"),
    [
        ('PLURAL: "BAKERS"', (2, None)),
        ('~50: "BAKERS"', (45, 55)),
        ('3 - 5: "BAKERS"', (3, 5)),
        ('-10: "BAKERS"', (0, 10)),
        ('? 2 / PLURAL: "BAKERS"', (2, 2)),
        ("-", None),
    ],
)
def test_muc_numbers(line: str, bounds: tuple[int, int | None] | None) -> None:
    assert muc4_templates.number(line) == bounds


def test_muc_slots(muc: Path) -> None:
    def told(report: Report) -> list[Claim]:
        text = report.text
        if "BAKERS" not in text:
            return []
        return [
            claim(report, "ASSAULT", "TOOK", mode="abduct", actors=(party(text, "MASKED MEN"),),
                  date=day("1991-03-04"), recipients=(party(text, "BAKERS"),),
                  figures=(figure("abducted", 2, 2),), place=place(text, "LAGOA", "BRA")),
            claim(report, "ASSAULT", "INJURED", mode="explosives", figures=(figure("injured", 7, 7),),
                  date=day("1991-04-01"), place=place(text, "LAGOA", "ARG")),
            claim(report, "ASSAULT", "BOMB", status="denied", figures=(figure("killed", 9, 9),)),
        ]  # fmt: skip

    messages, keys = muc4.load(muc)
    result = muc4.evaluate(messages, keys, FakeReader(told))

    def row(slot: str) -> tuple[float | None, int | None, int | None]:
        p, r = result[f"{slot} P"], result[f"{slot} R"]
        return p.hits, p.total, r.total

    assert row("template") == (2, 2, 2)
    assert row("type") == (2, 2, 2)
    assert row("date") == (1, 2, 2)
    assert row("place") == (1, 2, 2)
    assert row("perpetrator") == (1, 1, 2)
    assert row("victim") == (1, 1, 2)
    assert row("number") == (2, 2, 3)
    assert row("effect") == (1, 1, 2)


def test_muc_counts_what_is_missed_and_what_is_invented(muc: Path) -> None:
    messages, keys = muc4.load(muc)
    silent = muc4.evaluate(messages, keys, FakeReader())
    assert (silent["template R"].hits, silent["template R"].total) == (0, 2)
    loud = muc4.evaluate(
        messages[1:], keys, FakeReader(lambda report: [claim(report, "ASSAULT", "ROSE", mode="explosives")])
    )
    assert (loud["template P"].hits, loud["template P"].total) == (0, 1)


@pytest.mark.parametrize(
    ("figures", "recipients", "entries"),
    [
        (((5, 5), (2, None)), (), [(2, None), (5, 5)]),
        (((5, 5),), ("ANA PRIM",), [(5, 5), (1, 1)]),
        (((1, 1),), ("ANA PRIM",), [(1, 1)]),  # the figure is hers
        (((5, 5), (1, 1)), ("ANA PRIM", "LEO HARDT"), [(1, 1), (5, 5), (1, 1)]),
        ((), ("ANA PRIM", "BAKERS", "MEN"), [(2, None), (1, 1)]),
        ((), ("ANA PRIM", "ANA", "JUAN FLORES", "A HOUSE", "OLD BUSES"), [(1, 1), (1, 1)]),
        ((), (), []),
    ],
)
def test_muc_entries_of_targets(
    figures: Sequence[tuple[int, int | None]],
    recipients: Sequence[str],
    entries: list[tuple[int, int | None]],
) -> None:
    report = Report(text="MEN HIT ANA PRIM, LEO HARDT, JUAN FLORES, BAKERS, A HOUSE AND OLD BUSES.")
    told = claim(
        report,
        "ASSAULT",
        "HIT",
        figures=tuple(figure("injured", low, high) for low, high in figures),
        recipients=tuple(party(report.text, name) for name in recipients),
    )
    assert muc4.Response((told,)).numbers() == entries


@pytest.mark.parametrize(
    ("sectors", "count"),
    [(("CVL",), 1), (("MIL",), 0), (("MIL", "REB"), 0), (("MIL", "CVL"), 1), ((None,), 1)],
)
def test_muc_leaves_out_what_fighters_do_to_fighters(sectors: Sequence[str | None], count: int) -> None:
    report = Report(text="MEN HIT ANA PRIM AND BAKERS.")
    recipients = tuple(
        structs.replace(party(report.text, name), sector=sector)
        for name, sector in zip(("ANA PRIM", "BAKERS"), sectors, strict=False)
    )
    assert len(muc4.responses([claim(report, "ASSAULT", "HIT", recipients=recipients)], report)) == count


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({}, 0),  # an attack on nobody
        ({"mode": "explosives"}, 1),
        ({"figures": (figure("killed", 2, 2),)}, 1),
        ({"mode": "explosives", "date": day("1991-01-20")}, 1),
        ({"mode": "explosives", "date": day("1990-12-20")}, 0),
    ],
)
def test_muc_leaves_out_what_is_aimless_or_old(fields: dict[str, object], count: int) -> None:
    report = Report(text="MEN HIT.", published="1991-03-05")
    assert len(muc4.responses([claim(report, "ASSAULT", "HIT", **fields)], report)) == count


def test_india_police(tmp_path: Path) -> None:
    text = (
        "This story is from May 2, 2003\n\nmolaport: police held six porters. they fired at a cart, killing "
        "one. rain fell."
    )
    sentences = [
        text.split(" police")[0] + " police held six porters.",
        "they fired at a cart, killing one.",
        "rain fell.",
    ]
    labels = [["ANY_ACTION", "ARREST"], ["FORCE", "KILL"], []]
    (tmp_path / "docs.jsonl").write_text(json.dumps({"doc_id": 7, "doc_text": text}) + "\n", encoding="utf-8")
    (tmp_path / "sents.jsonl").write_text(
        "\n".join(
            json.dumps({"doc_id": 7, "sent_id": i, "sent_text": s, "sent_labels": each})
            for i, (s, each) in enumerate(zip(sentences, labels, strict=True))
        ),
        encoding="utf-8",
    )
    document = india_police.load(tmp_path)[0]
    assert document.published == "2003-05-02"
    assert [text[a:b] for a, b in document.sentences] == sentences

    def told(report: Report) -> list[Claim]:
        police = party(report.text, "police", "IND COP")
        return [
            claim(report, "COERCE", "held", mode="arrest"),  # nobody named: not by the strict rule
            claim(
                report,
                "ASSAULT",
                "fired",
                mode="firearms",
                actors=(police,),
                figures=(figure("killed", 1, 1),),
            ),
            claim(report, "ASSAULT", "rain", actors=(police,), status="planned"),
        ]

    result = india_police.evaluate([document], FakeReader(told))
    assert result["ARREST F1"].value == 0.0
    assert result["ARREST, agentless too, F1"].value == 1.0
    assert result["KILL F1"].value == 1.0 and result["FORCE F1"].value == 1.0


def test_case2021_mapping_and_silence(tmp_path: Path) -> None:
    mapping = case2021.mapping()
    for label, wanted in mapping.items():
        kind, _, mode = wanted.partition(" ")
        if kind != case2021.NONE:
            assert ontology.is_mode(kind, mode or None), label
    path = tmp_path / "snippets.tsv"
    path.write_text(
        'x1\tShells hit a "mill" in Orl.\tART_MISS_ATTACK\n'
        "x2\tA dam broke.\tMAN_MADE_DISASTER\nx3\tHm.\tOTHER\n",
        encoding="utf-8",
    )
    snippets, left = case2021.load(path)
    assert [s.wanted for s in snippets] == ["ASSAULT heavy-weapons", "NONE"] and left == 1

    def told(report: Report) -> list[Claim]:
        if "Shells" not in report.text:
            return []
        return [
            claim(report, "ASSAULT", "Shells", mode="aerial", score=-9.5, status="planned"),
            claim(report, "ASSAULT", "hit", mode="heavy-weapons", score=-9.5),
        ]

    result = case2021.evaluate(snippets, left, FakeReader(told))
    assert result["type and mode: macro-F1"].value == 1.0
    assert result["disasters without a claim of conflict"].value == 1.0
    assert case2021.evaluate(snippets, left, FakeReader())["type among the claims"].value == 0.0


def test_unreadable_text_counts_as_missing(tmp_path: Path) -> None:
    path = tmp_path / "snippets.tsv"
    path.write_text("x1\tTexte illisible.\tARREST\nx2\tPolice held a cook.\tARREST\n", encoding="utf-8")
    snippets, left = case2021.load(path)
    reader = FakeReader(lambda report: [claim(report, "COERCE", "held", mode="arrest")])
    result = case2021.evaluate(snippets, left, reader)
    assert result["type among the claims"].hits == 1
    assert any("1 of 2 texts could not be read" in note for note in result.notes)


POLNEAR = "The cook said the soup froze. “It was hot,” Anna added, “after all.” No letter was thought of."
ROLES = (
    ("Attribution", {"Source": ["The cook"], "Cue": ["said"], "Content": ["the soup froze"]}),
    ("Attribution", {"Source": ["Anna"], "Cue": ["added"], "Content": ["“It was hot,”", "“after all.”"]}),
    ("Attribution-no-source", {"Cue": ["was thought"], "Content": ["No letter"]}),
)


def brat() -> str:
    """The attributions of the soup article in brat's form; a content in pieces is one T line."""
    lines: list[str] = []
    for number, (kind, roles) in enumerate(ROLES, start=1):
        names = []
        for role, pieces in roles.items():
            name = f"T{len(lines) + 1}"
            places = ";".join("{} {}".format(*at(POLNEAR, piece)) for piece in pieces)
            lines.append(f"{name}\t{role} {places}\t{' '.join(pieces)}")
            names.append(f"{role}:{name}")
        lines.append(f"E{number}\t{kind}:T0 {' '.join(names)}")
    return "\n".join(lines) + "\n"


def test_polnear(tmp_path: Path) -> None:
    (tmp_path / "attributions").mkdir()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "soup_2016-01-01_cold.txt").write_text(POLNEAR, encoding="utf-8")
    for annotator in ("aa11", "bb22"):  # the second reads the same article: it is left out
        (tmp_path / "attributions" / f"soup_2016-01-01_cold_{annotator}.ann").write_text(
            brat(), encoding="utf-8"
        )
    articles = polnear.load(tmp_path)
    assert len(articles) == 1
    article = articles[0]
    assert [a.direct for a in article.attributions] == [False, True] and len(article.sourceless) == 1

    def told(report: Report) -> list[Claim]:
        cook = voice(report.text, "The cook")
        start, end = at(report.text, "said")
        cue = Span("said", start, end)
        return [
            claim(
                report,
                "ASSAULT",
                "froze",
                voice=Voice("named", cook.text, cook.start, cook.end, cook.name, cue=cue),
            )
        ]

    result = polnear.evaluate(articles, FakeReader(told))
    assert (result["attribution R"].hits, result["attribution R"].total) == (1, 2)
    assert result["indirect R"].value == 1.0 and result["direct R"].value == 0.0

    class Attributing(FakeReader):
        def attributions(self, text: str) -> list[SimpleNamespace]:
            hit = SimpleNamespace(source=(42, 46), content=(30, 60), manner="direct")
            loose = SimpleNamespace(
                source=(0, 8), content=(62, 71), manner="indirect"
            )  # words the gold gives nobody
            return [hit, loose, SimpleNamespace(source=None, content=(0, 8), manner="indirect")]

    asked = polnear.evaluate(articles, Attributing())
    assert (asked["attribution P"].hits, asked["attribution P"].total) == (1, 1)
    assert asked["direct F1"].value == 1.0


LGL = """<?xml version="1.0" encoding="utf-8"?>
<articles><article docid="1"><title>Bridge</title><text><![CDATA[Trucks left Lagoa & Orl for Sandby.]]></text>
<toponyms><toponym><start>12</start><end>17</end><phrase>Lagoa</phrase><gaztag geonameid="11"><lat>10.0</lat><lon>20.0</lon></gaztag></toponym>
<toponym><start>20</start><end>23</end><phrase>Orl</phrase><gaztag geonameid="12"><lat>0.0</lat><lon>0.0</lon></gaztag></toponym>
<toponym><start>28</start><end>34</end><phrase>Sandby</phrase></toponym></toponyms></article></articles>
"""  # noqa: E501


class Gazetteer:
    def resolve(
        self,
        mentions: Sequence[Span],
        text: str,
        *,
        title: str | None,
        dateline: str | None,
        country_hints: Mapping[str, float],
    ) -> list[Place | None]:
        known = {"Lagoa": (11, 10.5, 20.5), "Sandby": (13, 1.0, 1.0)}
        return [
            Place(
                m.text, m.start, m.end, m.text, known[m.text][0], lat=known[m.text][1], lon=known[m.text][2]
            )
            if m.text in known
            else None
            for m in mentions
        ]


def test_geo(tmp_path: Path) -> None:
    path = tmp_path / "lgl.xml"
    path.write_text(LGL, encoding="utf-8")
    articles = geo.load(path)
    assert [t.geonameid for t in articles[0].toponyms] == [11, 12, None]

    class Finder(FakeReader):
        def mentions(self, text: str) -> list[tuple[tuple[int, int], str]]:
            return [
                (at(text, "Lagoa"), "LOC"),
                (at(text, "Sandby"), "LOC"),
                (at(text, "Trucks"), "LOC"),
                (at(text, "Orl"), "ORG"),
            ]

    result = geo.evaluate([("LGL", articles)], Finder(), Gazetteer())
    assert (result["LGL: exact GeoNames id"].hits, result["LGL: exact GeoNames id"].total) == (1, 2)
    assert (result["LGL: within 161 km"].hits, result["LGL: within 161 km"].total) == (1, 2)
    assert result["LGL: median error"].value == pytest.approx(78, abs=1)  # of 78 km and nothing, the lower
    assert (result["LGL: span P"].hits, result["LGL: span P"].total) == (2, 3)
    # Sandby is not grounded by the set: neither right nor wrong
    assert (result["LGL: end to end P"].hits, result["LGL: end to end P"].total) == (1, 2)
    assert result["LGL: end to end R"].total == 2
    blind = geo.evaluate([("LGL", articles)], FakeReader(), Gazetteer())
    assert any("offers no `mentions`" in note for note in blind.notes)


def test_geovirus_form(tmp_path: Path) -> None:
    path = tmp_path / "GeoVirus.xml"
    path.write_text(
        "<articles><article><text>Flu in Orl.</text><locations><location><name>Orl</name><start>8</start>"
        "<end>11</end><lat>1.5</lat><lon>2</lon></location></locations></article></articles>",
        encoding="utf-8",
    )
    assert geo.load(path)[0].toponyms == (geo.Toponym(7, 10, 1.5, 2.0, None),)
    path.write_text("<articles><article>", encoding="utf-8")
    with pytest.raises(MalformedInput, match="neither LGL nor GeoVirus"):
        geo.load(path)


def test_distances() -> None:
    assert geo.distance_km(0, 0, 0, 180) == pytest.approx(math.pi * 6371.0088)
    assert geo.distance_km(48.2, 16.4, 48.2, 16.4) == 0


def test_time(tmp_path: Path) -> None:
    path = tmp_path / "war.tml"
    path.write_text(
        '<?xml version="1.0" ?><TimeML><DCT><TIMEX3 value="2009-12-19">2009-12-19</TIMEX3></DCT><TEXT>\n'
        'The siege of <TIMEX3 value="1911">1911</TIMEX3> ended &amp; <TIMEX3 value="1912-05-03">3 May '
        '1912</TIMEX3> saw a truce, <TIMEX3 value="PAST_REF">long ago</TIMEX3>.</TEXT></TimeML>',
        encoding="utf-8",
    )
    document = time.load(tmp_path)[0]
    assert document.written == "2009-12-19"
    assert [document.text[t.start : t.end] for t in document.timexes] == ["1911", "3 May 1912", "long ago"]
    result = time.evaluate([document])
    assert (result["calendar value R"].hits, result["calendar value R"].total) == (2, 2)
    assert result["value R"].total == 3
    path.write_text("<TimeML><TEXT>", encoding="utf-8")
    with pytest.raises(MalformedInput, match=r"war\.tml"):
        time.load(tmp_path)


def test_time_pairs_are_one_to_one_and_prefer_the_same_value() -> None:
    gold = [time.Timex(0, 4, "1911"), time.Timex(10, 20, "1912-05")]
    told = [
        time.Timex(0, 4, "1911"),
        time.Timex(10, 18, "1913"),
        time.Timex(18, 20, "1912-05"),
        time.Timex(30, 31, "x"),
    ]
    assert time.align(gold, told) == [(0, 0), (1, 2)]


def test_gvdb(tmp_path: Path) -> None:
    coded = {
        "date-and-time": {"date": "2015-03-02", "city": {"value": "Orl Falls"}},
        "victim-section": [
            {"victim-was": ["killed", "hospitalized"]},
            {"victim-was": ["hospitalized"]},
            {"victim-was": []},
        ],
    }
    header = "Article id\tArticle url\tArticle title\tFull text\tJson\tWorker"
    text = 'Shots at a "fair" in Orl Falls killed a cook and hurt a clerk on Monday.'
    path = tmp_path / "dev.tsv"
    path.write_text(
        f"{header}\n5\thttp://orl.example/2015/3/3/fair\tFair\t{text}\t{json.dumps(coded)}\tW\n",
        encoding="utf-8",
    )
    article = gvdb.load(path)[0]
    assert (article.killed, article.injured, article.published) == (1, 1, "2015-03-03")

    def told(report: Report) -> list[Claim]:
        shot = claim(report, "ASSAULT", "killed", figures=(figure("killed", 1, 1), figure("injured", 3, 3)),
                     date=day("2015-03-02"), place=place(report.text, "Orl Falls"))  # fmt: skip
        return [
            shot,
            claim(report, "ASSAULT", "Shots", frame="background", figures=(figure("killed", 30, 30),)),
        ]

    result = gvdb.evaluate([article], FakeReader(told))
    assert result["killed: exact"].value == 1.0
    assert result["injured: exact"].value == 0.0 and result["injured: mean absolute error"].value == 2.0
    assert result["date"].value == 1.0 and result["city"].value == 1.0
    silent = gvdb.evaluate([article], FakeReader())
    assert silent["killed: exact"].value == 0.0
    path.write_text(f"{header}\n5\tu\tt\tx\t{{broken\tW\n", encoding="utf-8")
    with pytest.raises(MalformedInput, match="row 1"):
        gvdb.load(path)


@pytest.mark.parametrize(
    ("url", "date"),
    [
        ("http://x.example/2016/01/27/a", "2016-01-27"),
        ("http://x.example/article/20150803/NEWS", "2015-08-03"),
        ("http://x.example/2016/13/27/a", None),
        ("http://x.example/8942110", None),
    ],
)
def test_days_in_links(url: str, date: str | None) -> None:
    assert gvdb.published(url) == date


IOB = """# newdoc id = d1
# sent_id = d1-1
# text = Ann Birk's ferry left Orl.
1\tAnn\tB-PER\t-\tx
2\tBirk\tI-PER\t-\tx
3\t's\tO\t-\tx
4\tferry\tO\t-\tx
5\tleft\tO\t-\tx
6\tOrl\tB-LOC\t-\tx
7\t.\tO\t-\tx
"""


def test_uner(tmp_path: Path) -> None:
    path = tmp_path / "pud.iob2"
    path.write_text(IOB, encoding="utf-8")
    documents = uner.load(path)
    assert documents[0].sentences == [
        ("Ann Birk's ferry left Orl.", frozenset({(0, 8, "PER"), (22, 25, "LOC")}))
    ]
    find: Callable[[str], list[tuple[Span, str]]] = lambda text: [  # noqa: E731
        (Span("Ann Birk", 0, 8), "PER"), (Span("Orl", 22, 25), "ORG"), (Span("ferry", 11, 16), "VEH"),
    ]  # fmt: skip
    result = uner.evaluate(documents, _with_mentions(find))
    assert (result["mention R"].hits, result["mention R"].total) == (1, 2)
    assert result["PER F1"].value == 1.0 and result["LOC F1"].value == 0.0
    with pytest.raises(InstallationError, match="mentions"):
        uner.evaluate(documents, FakeReader())
    path.write_text(IOB.replace("\tferry\t", "\tboat\t"), encoding="utf-8")
    with pytest.raises(MalformedInput, match="boat"):
        uner.load(path)


def _with_mentions(find: Callable[[str], list[tuple[Span, str]]]) -> FakeReader:
    class Finder(FakeReader):
        def mentions(self, text: str) -> list[tuple[Span, str]]:
            return find(text)

    return Finder()
