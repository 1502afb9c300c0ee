"""Bodies that the desk decodes itself, as the OpenAPI document tells them: made from the structs that decode
them, so that what is told and what is taken are one.

Litestar describes what it decodes; the body of a correction is one of several kinds, which msgspec tells
apart by a tag, and the answers to wrong ones are the desk's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.openapi.spec import Components, OpenAPIMediaType, Operation, Reference, RequestBody

_AT = "#/components/schemas/{name}"


def operation_with(name: str, description: str) -> type[Operation]:
    """An operation whose request has a JSON body: the component `name`. To be given to a handler as
    `operation_class`."""
    body = RequestBody(
        content={"application/json": OpenAPIMediaType(schema=Reference(_AT.format(name=name)))},
        description=description,
        required=True,
    )

    @dataclass
    class WithBody(Operation):
        def __post_init__(self) -> None:
            self.request_body = body

    return WithBody


def components_of(name: str, type: Any) -> dict[str, dict[str, Any]]:
    """The JSON Schema of what a type decodes, by the names of its components; `name` is its own."""
    (own,), parts = msgspec.json.schema_components([type], ref_template=_AT)
    return {**parts, name: own}


@dataclass
class Described(Components):
    """Components of the document with some beside those that Litestar finds in its handlers, which it puts in
    the place of all that were there."""

    def __post_init__(self) -> None:
        self._beside = self.schemas

    def to_schema(self) -> dict[str, Any]:
        """The components as they stand in the document.

        Raises:
            ValueError: two of them have one name.
        """
        made = super().to_schema()
        found = made.get("schemas", {})
        if both := set(found) & set(self._beside):
            raise ValueError(f"two components of the document are called {min(both)}")
        made["schemas"] = {**found, **self._beside}
        return made


__all__ = ["Described", "components_of", "operation_with"]
