from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rashomon.errors import EmptyText, InputError, MalformedInput, TextTooLong, UnsupportedLanguage
from rashomon.model import Report
from rashomon.reading.characters import readable
from rashomon.reading.intake import NO_DATE, check, limit_of
from rashomon.reading.language import detect, language_name

ENGLISH = (
    "Guards held twelve men in Vrelo after a shop was robbed, and the mayor said that more would follow."
)
FOREIGN = {
    "de": "Die Polizei nahm am Dienstag in Vrelo zwölf Männer fest, teilte das Ministerium am Abend mit.",
    "fr": "Les gendarmes ont arrêté mardi douze hommes près de Vrelo, a annoncé le ministère dans la soirée.",
    "ru": "Полиция задержала во вторник двенадцать мужчин близ Врело, сообщили вечером в министерстве.",
    "zh": "警方星期二在弗雷洛附近逮捕了十二名男子，内政部当晚宣布了这一消息，并表示还会有更多的人被捕。",
    "ar": "اعتقلت الشرطة اثني عشر رجلا يوم الثلاثاء بالقرب من القرية، حسبما أعلنت الوزارة مساء اليوم نفسه.",
}


def notes_of(text: str, **fields: str) -> tuple[str, ...]:
    return check(Report(text=text, published=fields.pop("published", "2019-05-28"), **fields)).notes


@pytest.mark.parametrize("text", ["", " \n\t", "\0\0", "\u202e\u2066", "...\n---", "\ud800"])
def test_nothing_to_read(text: str) -> None:
    with pytest.raises(EmptyText, match="the text is empty"):
        check(Report(text=text))
    with pytest.raises(EmptyText, match="only a headline"):
        check(Report(text=text, title="Twelve held"))


def test_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report(text="The army left. " * 400_000)
    with pytest.raises(TextTooLong, match="6,000,000 characters, the limit is 300,000") as caught:
        check(report)
    assert "RASHOMON_MAX_CHARS" in str(caught.value)
    monkeypatch.setenv("RASHOMON_MAX_CHARS", "7_000_000")
    assert limit_of() == 7_000_000
    assert limit_of(5) == 5
    for bad in ("many", "0", "-5", "1e6", "９"):
        monkeypatch.setenv("RASHOMON_MAX_CHARS", bad)
        with pytest.raises(InputError, match="whole number"):
            limit_of()


@pytest.mark.parametrize("code", FOREIGN)
def test_another_language_is_refused_by_name(code: str) -> None:
    with pytest.raises(UnsupportedLanguage) as caught:
        check(Report(text=FOREIGN[code]))
    assert f"looks {language_name(code)} ({code}); only English is read" in str(caught.value)


@pytest.mark.parametrize("change", [str, str.upper, str.lower])
def test_english_in_any_case(change: type[str]) -> None:
    assert check(Report(text=change(ENGLISH))).report.language == "en"


@pytest.mark.parametrize(
    "text", ["Zwölf Männer in Vrelo.", "Vrelo 2 Čabra 1\nLugovi 0 Hrid 3", "Vrelo: Moro, Zec."]
)
def test_too_little_to_say_is_let_through(text: str) -> None:
    assert check(Report(text=text)).report.language is None


def test_what_a_report_says_of_its_language_holds() -> None:
    assert check(Report(text=FOREIGN["de"], language="en-GB")).report.language == "en"
    with pytest.raises(UnsupportedLanguage, match="is marked as German"):
        check(Report(text=ENGLISH, language="de"))


def test_mostly_foreign_text_under_an_english_line_is_refused() -> None:
    with pytest.raises(UnsupportedLanguage):
        check(Report(text="Read more in German.\n\n" + (FOREIGN["de"] + "\n") * 60))


HEADLINE = "this looks like a headline without a text: few claims can be read from it"
TABLE = "this looks like a table, not running text: few claims can be read from it"
CONTROL = "line 2: control character, such as NUL, read as a blank (2 in the text)"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (f"{ENGLISH}\n{ENGLISH}\0\n\0", CONTROL),
        (f"{ENGLISH}\r\n\u202e{ENGLISH}", "line 2: control for the direction of writing, read as a blank"),
        (f"{ENGLISH}\n\ud800 {ENGLISH}", "line 2: lone surrogate (half a character), replaced by U+FFFD"),
        (f"{ENGLISH}\r\n{ENGLISH}\n", "line ends are mixed: offsets count them as they stand"),
        ("Twelve men held in Vrelo after robbery", HEADLINE),
        ("Vrelo 2 1 Čabra\nLugovi 0 0 Hrid\nMoro 3 2 Zec", TABLE),
    ],
)
def test_what_is_odd_is_noted(text: str, note: str) -> None:
    assert notes_of(text) == (note,)


def test_good_text_has_no_notes() -> None:
    assert notes_of(f"{ENGLISH}\n\n{ENGLISH}\f\n\t{ENGLISH}") == ()


def test_dates() -> None:
    assert check(Report(text=ENGLISH)).notes == (NO_DATE,)
    assert check(Report(text=ENGLISH, published=" ")).report.published is None
    report, notes = check(Report(text=ENGLISH, published="28 May 2019"))
    assert (report.published, notes) == ("2019-05-28", ())
    report, notes = check(Report(text=ENGLISH, published="2999-01-01"))
    assert report.published == "2999-01-01" and "lies in the future" in notes[0]
    report, notes = check(Report(text=ENGLISH, published="last week"))
    assert report.published is None
    assert notes == (
        "the publication date 'last week' is no date (write it as 2019-05-28): relative dates stay open",
    )


def test_fields_of_the_wrong_type_are_refused() -> None:
    report = Report(text=ENGLISH)
    for field, value in (("text", None), ("title", 5), ("published", b"2019-05-28")):
        wrong = msgspec.structs.replace(report, **{field: value})
        with pytest.raises(MalformedInput, match="should be str"):
            check(wrong)


def test_a_report_that_was_let_through_is_looked_at_again() -> None:
    report = check(Report(text=ENGLISH * 20), max_chars=10_000).report
    with pytest.raises(TextTooLong):
        check(report, max_chars=10)
    with pytest.raises(EmptyText):
        check(msgspec.structs.replace(report, text=" "))


@given(st.text(st.characters(codec=None), max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_any_report_is_let_through_or_refused_and_offsets_stay(
    text: str, published: str, language: str
) -> None:
    try:
        report, notes = check(Report(text=text, published=published, language=language, title=text[:10]))
    except InputError as error:
        assert str(error)
        return
    assert len(report.text) == len(text)
    assert all(a == b or b == "\ufffd" for a, b in zip(text, report.text, strict=True))
    msgspec.json.encode(report)
    assert len(readable(text)) == len(text)
    assert len(notes) == len(set(notes))


def test_the_glance_and_the_model_agree() -> None:
    assert detect(ENGLISH * 3).english is None  # known at a glance, without the model
    assert (
        detect("Guards held twelve men near Vrelo, mayor Ana Moro told reporters late Tuesday").code == "en"
    )


@pytest.mark.parametrize("limit", [0, -1, True, "10", 2.5])
def test_a_limit_given_must_be_a_positive_whole_number(limit: object) -> None:
    with pytest.raises(InputError, match="positive whole number"):
        limit_of(limit)  # type: ignore[arg-type]


def test_a_short_text_in_signs_is_refused() -> None:
    with pytest.raises(UnsupportedLanguage):
        check(Report(text="警方星期二在河谷镇逮捕了五名男子，镇长说。工会领袖否认了这一说法。"))
