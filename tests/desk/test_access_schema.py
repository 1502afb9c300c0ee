"""The API against its own description: schemathesis asks what the schema allows, and what it does not.

In process, for a bounded time; whatever is asked, there is no error of the server, every status is one that
the schema tells, and every error has the one shape.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from desk_builders import hostile, told_twice
from store_builders import many

from rashomon.store.desk import Desk

schemathesis = pytest.importorskip(
    "schemathesis", reason="THE SCHEMA IS NOT TESTED: pip install schemathesis"
)
pytestmark = pytest.mark.slow
SECONDS = 60.0
SHAPE = {"kind", "what", "hint", "where"}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The application with a token that may read and correct, and the schema that it tells of itself."""
    from rashomon.desk import Rules, create_app

    with Desk(tmp_path_factory.mktemp("schema") / "desk.db") as desk:
        desk.add([*many(12), *told_twice(), *hostile()])
        secret, _ = desk.persons.add_token("tests", ["read", "correct"], 1)
        app = create_app(desk, rules=Rules(anywhere=True, per_minute=10**9))
        headers = {"authorization": f"Bearer {secret}", "host": "localhost"}
        yield schemathesis.openapi.from_asgi("/api/v1/schema/openapi.json", app, headers=headers), headers


def test_every_answer_is_one_that_the_schema_tells(asked: Any) -> None:
    schema, headers = asked
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 15
    share = SECONDS / len(operations) / 2
    seen: Counter[int] = Counter()
    for operation in operations:
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            ask_about(operation, mode, headers, time.monotonic() + share, seen)
    assert seen[200] > 20 and seen[400] > 10, seen


def ask_about(operation: Any, mode: Any, headers: dict[str, str], until: float, seen: Counter[int]) -> None:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis.errors import Unsatisfiable

    told = frozenset(str(status) for status in operation.definition.raw["responses"])

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        if time.monotonic() < until:
            answer = case.call(headers=headers)
            seen[answer.status_code] += 1
            check(case, answer, told)

    with suppress(Unsatisfiable):  # nothing wrong can be asked where all is right
        ask()


def test_bodies_as_the_schema_tells_them_are_corrections(asked: Any) -> None:
    """All six kinds are tried, and none of them is refused for its form."""
    from hypothesis import HealthCheck, Phase, given, settings

    schema, headers = asked
    operation = schema["/api/v1/corrections"]["POST"]
    seen: Counter[tuple[str, int]] = Counter()

    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE))
    @settings(
        max_examples=120,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        answer = case.call(headers=headers)
        seen[case.body["kind"], answer.status_code] += 1
        assert answer.status_code in (201, 400), answer.text
        assert "this is no correction" not in answer.text, (case.body, answer.text)

    ask()
    kinds = {kind for kind, _ in seen}
    assert kinds == {"merge", "split", "dismiss", "restore", "field", "same_actor"}, seen
    assert seen["same_actor", 201], seen


def check(case: Any, answer: Any, told: frozenset[str]) -> None:
    about = f"{case.method} {case.formatted_path} {case.query} gave {answer.status_code}: {answer.text[:300]}"
    assert answer.status_code < 500, about
    if case.method in ("GET", "POST"):
        assert str(answer.status_code) in told | {"405"}, about
    if answer.status_code >= 400:
        body = json.loads(answer.content)
        assert set(body) == {"error"} and set(body["error"]) == SHAPE, about
        assert body["error"]["kind"] and body["error"]["what"], about
    elif "json" in answer.headers["content-type"][0]:
        json.loads(answer.content)


def test_the_schema_tells_how_to_be_let_in(asked: Any) -> None:
    raw = asked[0].raw_schema
    assert set(raw["components"]["securitySchemes"]) == {"token", "session"}
    assert {"token": []} in raw["security"]
    assert raw["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, item in raw["paths"].items():
        if path.startswith("/api/"):
            for method in {"get", "post"} & set(item):
                told = set(item[method]["responses"])
                assert {"400", "401", "404", "429", "503"} <= told and told & {"200", "201"}, (method, path)


def test_the_description_is_a_file_that_others_read(asked: Any, tmp_path: Path) -> None:
    raw = asked[0].raw_schema
    assert raw["openapi"].startswith("3.") and json.loads(json.dumps(raw)) == raw
