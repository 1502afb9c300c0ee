"""A desk that is corrected through its pages: forms as a browser without scripts sends them."""

from __future__ import annotations

import html.parser
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from rashomon.store.desk import Desk


@dataclass
class Form:
    """A form of a page: where it goes, and its fields as a browser would send them."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def value(self, name: str) -> str:
        return next((value for key, value in self.fields if key == name), "")


class _Forms(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "form":
            self._form = Form(has.get("action") or "", has.get("method") or "get")
            self.found.append(self._form)
        if self._form is None:
            return
        name, value = has.get("name"), has.get("value") or ""
        if tag == "input" and name:
            self._form.choices.setdefault(name, []).append(value)
            if has.get("type") not in ("checkbox", "radio") or "checked" in has:
                self._form.fields.append((name, value))
        elif tag == "select" and name:
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((value, "selected" in has))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select and self._form is not None:
            chosen = [value for value, selected in self._options if selected]
            first = [self._options[0][0]] if self._options else [""]
            self._form.fields += [(self._select, value) for value in (chosen or first)[:1]]
            self._form.choices[self._select] = [value for value, _ in self._options]
            self._select = None


class Browser:
    """Somebody at the desk."""

    def __init__(self, desk: Desk, person: str = "Ana") -> None:
        from litestar.testing import TestClient

        from rashomon.desk import create_app
        from rashomon.desk.identity import Rules

        app: Any = create_app(desk, rules=Rules(person=person))

        async def here(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "client": ("127.0.0.1", 9)}, receive, send)

        self.client: Any = TestClient(here, base_url="http://127.0.0.1")

    def get(self, path: str) -> Any:
        return self.client.get(path, follow_redirects=False)

    def forms(self, path: str) -> list[Form]:
        return _Forms(self.get(path).text).found

    def form(self, path: str, action: str) -> Form:
        return next(each for each in self.forms(path) if action in each.action and each.method == "post")

    def send(self, form: Form, add: list[tuple[str, str]] | None = None, **changes: str) -> Any:
        """Send a form with some fields changed, others added."""
        wanted = {name.replace("_", "-"): value for name, value in changes.items()}
        fields = [(name, wanted.pop(name, value)) for name, value in form.fields]
        fields += [*wanted.items(), *(add or [])]
        return self.client.post(
            form.action.partition("#")[0],
            content=urlencode(fields),
            headers={"content-type": "application/x-www-form-urlencoded"},
            follow_redirects=False,
        )
