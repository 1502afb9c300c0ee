from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fake_reader import FakeReader
from typer.testing import CliRunner, Result

from rashomon import api
from rashomon.cli import app

GOOD = "Guards arrested twelve men in Vrelo, and the mayor said that more would be arrested."
GERMAN = "Die Polizei nahm am Dienstag in Vrelo zwölf Männer fest, teilte das Ministerium am Abend mit."
REPORT_FIELDS = ["id", "title", "published", "publisher", "url", "sha256", "story", "dateline"]
# The command as a process of its own, with a reader that needs no model.
PROCESS = (
    "import rashomon.api; from fake_reader import FakeReader; rashomon.api.load_reader = FakeReader; "
    "from rashomon.cli import main; main()"
)


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "load_reader", FakeReader)
    monkeypatch.setenv("COLUMNS", "120")


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def process(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", PROCESS, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=120, cwd=Path(__file__).parent)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A file of five lines; the second is cut in half, the third foreign, the fourth empty."""
    good = [json.dumps({"text": GOOD, "story": story}) for story in "ab"]
    rows = [good[0], '{"text": "Gua', json.dumps({"text": GERMAN}), '{"text": " "}', good[1]]
    path = tmp_path / "mixed.jsonl"
    path.write_text("".join(f"{row}\n" for row in rows), "utf-8")
    return path


def test_a_report_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"date 2019-05-28 Men at a gate.\n\n{GOOD}\n")
    result = run("read", path, "--publisher", "Hill Courier")
    (line,) = lines(result)
    assert result.exit_code == 0 and result.stderr == ""
    report = line["report"]
    assert isinstance(report, dict) and list(report) == REPORT_FIELDS
    assert (report["published"], report["publisher"]) == ("2019-05-28", "Hill Courier")
    assert [claim["trigger"]["text"] for claim in line["claims"]] == ["arrested", "arrested"]  # type: ignore[attr-defined]


def test_standard_input() -> None:
    assert len(lines(run("read", "-", stdin=GOOD.encode()))) == 1
    rows = "".join(json.dumps({"text": GOOD}) + "\n" for _ in range(3))
    assert len(lines(run("read", "-", stdin=rows.encode()))) == 3


def test_refusals_name_file_and_line_and_the_rest_is_read(mixed: Path) -> None:
    result = run("read", mixed, mixed.parent / "none.txt")
    assert result.exit_code == 1
    assert len(lines(result)) == 2
    refused = [line for line in result.stderr.splitlines() if line.startswith("rashomon: ")]
    assert [line.removeprefix(f"rashomon: {mixed}") for line in refused[:3]] == [
        ":2: the JSON is cut short (a report is one whole object on one line)",
        ":3: the text looks German (de); only English is read "
        "(translate it, or set its language to en if it is)",
        ":4: the text is empty (give the report's words)",
    ]
    assert refused[3].endswith("none.txt: there is no such file (look at the spelling)")


def test_notes_name_file_and_line_and_quiet_holds_them_back(mixed: Path) -> None:
    note = f"note: {mixed}:5: no publication date: relative dates stay open"
    assert note in run("read", mixed).stderr.splitlines()
    assert "note:" not in run("read", mixed, "--quiet").stderr


def test_a_note_that_comes_often_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text((json.dumps({"text": GOOD}) + "\n") * 12)
    notes = run("read", path).stderr.splitlines()
    assert len(notes) == 6
    assert notes[-1] == "note: 7 more reports: no publication date: relative dates stay open"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the text is empty"),
        (b"Guards held men\0 in Vrelo.\0", "line 1: control character, such as NUL"),
        ("Guards held \u202emen in Vrelo.".encode(), "line 1: control for the direction"),
        (b"Guards held men in Vrelo.\nThe caf\xe9 shut.", "line 2 is not UTF-8"),
        ("Guards held č".encode() + b"\xff men.", "line 1 holds bytes that are not UTF-8"),
        (b"Guards held men.\r\nThe shop shut.\n", "line ends are mixed"),
        (b"Men held in Vrelo", "headline without a text"),
        (b'{"text": "Guards he', "<stdin>:1: the JSON is cut short"),
        (b'{"text": "Guards \\ud800 held men."}', "lone surrogate"),
        (b"Guards held men. " * 300_000, "over the limit of 300,000 characters"),
        (b"%PDF-1.4 ...", "this is a PDF, not text"),
    ],
)
def test_bad_input_is_an_error_or_a_note(data: bytes, words: str) -> None:
    result = run("read", "-", "--published", "2019-05-28", stdin=data)
    assert words in result.stderr
    assert result.exit_code == (1 if "rashomon: " in result.stderr else 0)
    assert "<stdin>" in result.stderr
    for line in lines(result):
        assert line["report"]


def test_the_limit_can_be_moved_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.txt"
    path.write_text("The army left the town. " * 60_000)
    assert "300,000" in run("read", path).stderr
    assert run("read", path, "--max-chars", "2000000").exit_code == 0
    assert "100" in run("read", path, "--max-chars", "100").stderr
    monkeypatch.setenv("RASHOMON_MAX_CHARS", "2000000")
    assert run("read", path).exit_code == 0
    monkeypatch.setenv("RASHOMON_MAX_CHARS", "much")
    assert process("read", path).returncode == 1


def test_compare_adds_a_line_a_story(mixed: Path) -> None:
    found = lines(run("compare", mixed))
    assert [list(line) for line in found] == [["report", "claims"]] * 2 + [["story", "incidents"]] * 2
    assert [line["story"] for line in found[2:]] == ["a", "b"]
    claims = [claim["id"] for line in found[:2] for claim in line["claims"]]  # type: ignore[attr-defined]
    incidents = [incident for line in found[2:] for incident in line["incidents"]]  # type: ignore[attr-defined]
    assert sorted(ref for incident in incidents for ref in incident["claims"]) == sorted(claims)
    assert incidents[0]["accounts"][0]["voice"]["kind"] == "publisher"
    assert {"disputes", "updates", "one_sided"} <= incidents[0].keys()


@pytest.mark.parametrize("command", ["read", "compare"])
def test_tables_are_for_people(mixed: Path, command: str) -> None:
    result = run(command, mixed, "--format", "table")
    assert result.exit_code == 1
    assert "COERCE" in result.stdout.upper() and "{" not in result.stdout


def test_a_page_is_written_as_a_whole(mixed: Path, tmp_path: Path) -> None:
    target = tmp_path / "claims.html"
    result = run("read", mixed, "--output", target)
    assert result.exit_code == 1 and result.stdout == ""
    assert "<html" in target.read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.html", "mixed.jsonl"]


def test_output_that_fails_leaves_the_old_file(
    mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "claims.jsonl"
    target.write_text("old")
    target.chmod(0o640)

    def fails() -> FakeReader:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(api, "load_reader", fails)
        assert run("read", mixed, "--output", target).exit_code != 0
    assert target.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.jsonl", "mixed.jsonl"]
    run("read", mixed, "--output", target)
    assert target.read_text().count("\n") == 2
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "arguments",
    [
        ["read"],
        ["read", "a.txt", "--format", "xml"],
        ["read", "a.txt", "--published", "05/06/2019"],
        ["read", "a.txt", "--max-chars", "0"],
        ["read", "a.txt", "--output", "/no/such/folder/x.jsonl"],
        ["look"],
    ],
)
def test_what_is_not_understood_is_status_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_version_and_help() -> None:
    assert run("--version").stdout.startswith("rashomon ")
    for arguments in ([], ["--help"]):
        assert "compare" in run(*arguments).output
    for command in ("read", "compare", "doctor"):
        assert run(command, "-h").exit_code == 0


def test_messages_cannot_steer_the_terminal(tmp_path: Path) -> None:
    result = run("read", tmp_path / "\x1b[31m\u202enone\n.txt")
    assert "\x1b" not in result.stderr and "\u202e" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_reader_that_goes_away_ends_it_silently(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text((json.dumps({"text": GOOD, "published": "2019-05-28"}) + "\n") * 3000)
    command = subprocess.Popen(
        [sys.executable, "-c", PROCESS, "read", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parent,
    )
    assert command.stdout is not None and command.stderr is not None
    assert command.stdout.readline().startswith(b'{"report"')
    command.stdout.close()
    assert command.stderr.read() == b""
    command.stderr.close()
    assert command.wait(timeout=60) == 1


@pytest.mark.parametrize(
    ("closed", "status", "said"),
    [("<&-", 1, "<stdin>: the text is empty"), (">&-", 1, "standard output is closed"), ("2>&-", 1, "")],
)
def test_closed_streams_are_no_accident(closed: str, status: int, said: str) -> None:
    line = f'"$0" -c "$1" read - {closed}'
    command = ["sh", "-c", line, sys.executable, PROCESS]
    folder = Path(__file__).parent
    done = subprocess.run(command, input=b"", capture_output=True, timeout=120, cwd=folder)
    assert done.returncode == status and b"Traceback" not in done.stderr
    assert said in done.stderr.decode()


def test_a_process_reads_and_says_so_by_its_status(mixed: Path) -> None:
    done = process("read", mixed)
    assert done.returncode == 1
    assert done.stdout.count(b"\n") == 2
    assert b"Traceback" not in done.stderr


def test_a_missing_model_is_an_error_that_says_what_to_do(
    mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import rashomon.api as api\nfrom rashomon.errors import InstallationError\n"
        "def load(): raise InstallationError('the model is missing', hint='pip install rashomon')\n"
        "api.load_reader = load\nfrom rashomon.cli import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code, "read", str(mixed)], capture_output=True, timeout=60)
    assert done.returncode == 1
    assert b"rashomon: the model is missing (pip install rashomon)" in done.stderr
    assert b"Traceback" not in done.stderr


def test_evaluate_is_mounted() -> None:
    done = process("evaluate", "--help")
    assert done.returncode == 0 and b"accounts" in done.stdout


def test_the_table_of_incidents_names_the_outlets(mixed: Path) -> None:
    told = run("compare", mixed, "--format", "table", "--publisher", "Hill Courier").stdout
    table = told[told.index("incidents of") :]
    assert "Hill Courier" in table and "the publisher" not in table


FLOOD = "The Tarn flooded Orlava; Mayor Ilse Kesk said that guards arrested looters at the Orlava mill."
LATER = "Mayor Kesk of Orlava wants the looters that guards arrested at the mill by the Tarn to be tried."
OTHER = "Dockers in Vrelo marched for pay, and their leader Boro Hain was arrested."


def test_compare_finds_the_stories(tmp_path: Path) -> None:
    path = tmp_path / "heap.jsonl"
    rows = [{"text": FLOOD}, {"text": OTHER}, {"text": LATER}, {"text": OTHER, "story": "docks"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    told = lines(run("compare", path, "--group"))
    stories = [line["report"]["story"] for line in told[:4]]  # type: ignore[index]
    assert stories[0] == stories[2] and len(set(stories)) == 3 and stories[3] == "docks"
    assert "orlava" in str(stories[0])
    assert [line["story"] for line in told[4:]] == list(dict.fromkeys(stories))
    table = run("compare", path, "-g", "--format", "table").stdout
    blocks = [table.index(f"incidents of {story}") for story in dict.fromkeys(stories)]
    assert blocks == sorted(blocks) and len(blocks) == 3
    assert table.count("incidents of") == 3 and "these reports" not in table
    plain = lines(run("compare", path))
    assert [line["story"] for line in plain[4:]] == [None, "docks"]


def test_a_story_found_takes_no_name_that_is_given(tmp_path: Path) -> None:
    path = tmp_path / "heap.jsonl"
    path.write_text(json.dumps({"text": OTHER}) + "\n", "utf-8")
    found = lines(run("compare", path, "--group"))[-1]["story"]
    path.write_text(
        "".join(json.dumps(row) + "\n" for row in ({"text": FLOOD, "story": found}, {"text": OTHER}))
    )
    stories = [line["story"] for line in lines(run("compare", path, "--group"))[-2:]]
    assert stories == [found, f"{found}-2"]
