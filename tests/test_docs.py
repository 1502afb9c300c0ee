"""The documentation is tested: what it leaves out, and where it leads, fails here."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path
from typing import get_args

import msgspec
import pytest
import typer.main

import rashomon
from rashomon import ontology
from rashomon.cli import app
from rashomon.exports.formats import FORMATS, fields
from rashomon.model import Claim, Status

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
# Written by `rashomon evaluate all --write`, so not there before the first measurement.
MADE = {"docs/evaluation.md"}


def test_every_command_is_documented() -> None:
    commands = typer.main.get_group(app).commands
    assert {"read", "compare", "doctor", "evaluate"} <= set(commands)
    for name in commands:
        assert any(f"rashomon {name}" in text for text in TEXTS.values()), name


def test_every_setting_is_documented() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    settings = set(re.findall(r"RASHOMON_[A-Z_]+", sources))
    assert settings
    for setting in settings:
        assert f"`{setting}`" in TEXTS["install.md"], setting


def test_every_extra_is_documented() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in project["optional-dependencies"]:
        assert f"`rashomon[{extra}]`" in TEXTS["install.md"], extra


def test_the_words_are_those_of_the_ontology() -> None:
    text = TEXTS["words.md"]
    for name in ontology.TYPES:
        entry = ontology.event_type(name)
        modes = ", ".join(f"`{mode.name}` {mode.score:g}" for mode in entry.modes) or "–"
        assert f"| `{name}` | {entry.quad} | {entry.score:g} | {entry.gloss} | {modes} |" in text
    for context in ontology.CONTEXTS:
        assert f"| `{context}` | {ontology.context_gloss(context)} |" in text
    for status in get_args(Status):
        assert f"| `{status}` |" in text


def test_the_example_of_the_form_is_of_the_form() -> None:
    examples = [
        json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXTS["output.md"], re.DOTALL)
    ]
    reading, story = examples
    claims = msgspec.convert(reading["claims"], list[Claim], strict=True)
    assert json.loads(msgspec.json.encode(claims)) == reading["claims"]
    text = "VRELO - Police arrested two men on Tuesday, the mayor said."
    for piece in re.findall(r'"text": "([^"]*)", "start": (\d+), "end": (\d+)', json.dumps(reading)):
        assert text[int(piece[1]) : int(piece[2])] == piece[0]
    assert set(story["incidents"][0]) == {
        "id", "type", "modes", "date", "place", "claims", "accounts", "disputes", "updates", "one_sided"
    }  # fmt: skip


def test_the_python_of_the_readme_uses_public_names() -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", TEXTS["README.md"], re.DOTALL))
    names = {
        node.attr
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "rashomon"
    }
    assert names and names <= set(rashomon.__all__)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        aim = (page.parent / target).resolve()
        assert aim.exists() or aim.relative_to(ROOT).as_posix() in MADE, target


def test_the_make_targets_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)|^    make ([a-z]+)", "\n".join(TEXTS.values()), re.MULTILINE))
    assert {first or second for first, second in named} <= targets


def test_every_page_can_be_reached_from_the_first() -> None:
    pages = {page.name for page in PAGES if page.parent.name == "docs"}
    reached: set[str] = set()
    waiting = {"README.md"}
    while waiting:
        reached |= waiting
        targets = {t for name in waiting for t in re.findall(r"\]\((?:docs/)?([a-z-]+\.md)\)", TEXTS[name])}
        waiting = (targets & set(TEXTS)) - reached
    assert pages <= reached


def test_terms_are_stated() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for name in ("PLOVER", "GeoNames", "all-MiniLM-L6-v2", "CC BY-SA 4.0"):
        assert name in notice
    assert {path.stem for path in (ROOT / "LICENSES").glob("*.md")} == {"CC-BY-4.0", "CC-BY-SA-4.0", "MIT"}


def test_every_table_names_its_source() -> None:
    tables = ROOT / "src" / "rashomon" / "knowledge" / "tables"
    named = "".join(path.read_text(encoding="utf-8") for path in tables.glob("SOURCES-*.md"))
    files = {path.name for path in tables.iterdir() if path.suffix in {".csv", ".parquet", ".npz"}}
    assert files and {name for name in files if f"`{name}`" not in named} == set()


def test_every_export_says_what_it_keeps_and_loses() -> None:
    for name, form in FORMATS.items():
        assert f"| [`{name}`](#{name}) | {' or '.join(form.rows_of)} | {form.title} |" in TEXTS["exports.md"]
        for entry in fields(name):
            assert f"| {entry.fate} | {entry.field} | {entry.how} |" in TEXTS["exports.md"]
