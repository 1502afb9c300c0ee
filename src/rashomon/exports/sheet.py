"""What the HTML pages are built with: templates, escaping, hashes; and `sheet`, a page that needs no script.

Every page is a single file with a strict content security policy: no request leaves it, and only its own
style (and script) run, by their hashes. Attributes `style=` are not allowed by it: what is placed by numbers
is SVG, or a class in the style that is hashed.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from rashomon.exports import phrases

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


def sheet(*, title: str, summary: str, body: str, footer: str, style: str = "") -> str:
    """A page without script. `title`, `summary` and `footer` are plain text, `body` is HTML, and `style` is
    CSS of ours that goes with it."""
    css = template("palette.css", "sheet.css") + style
    return fill(
        template("sheet.html"),
        {
            "title": escape(phrases.one_line(title)),
            "summary": escape(phrases.one_line(summary)),
            "style": css,
            "style_hash": digest(css),
            "body": body,
            "footer": escape(phrases.one_line(footer)),
        },
    )


def escape(text: str) -> str:
    """Text for HTML, in an element or a quoted attribute; harmful characters stand as their code points."""
    return html.escape(phrases.reveal(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """A template filled in, in one pass, so that a report which speaks of "{{script}}" is not filled in."""
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)], text)


def digest(content: str) -> str:
    """The source expression of a content security policy that allows this content."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def template(*names: str) -> str:
    """Files of the folder `templates`, one after the other."""
    return "\n".join(_file(name) for name in names)


@cache
def _file(name: str) -> str:
    return (resources.files("rashomon.exports") / "templates" / name).read_text(encoding="utf-8").strip()


__all__ = ["digest", "escape", "fill", "sheet", "template"]
