"""What a form sent."""

from __future__ import annotations

import msgspec

from rashomon.desk import bodies
from rashomon.desk.access import FIELD
from rashomon.desk.answers import Asking

_LONGEST_NOTE = 1_000


class Sent(msgspec.Struct, frozen=True):
    """The fields of a form, by name, each with its values in order."""

    fields: dict[str, tuple[str, ...]]

    def one(self, name: str) -> str:
        """The value of a field, trimmed; "" where it is missing or empty."""
        return self.fields.get(name, ("",))[0].strip()

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field that are not empty."""
        return tuple(filter(None, self.fields.get(name, ())))

    def note(self) -> str | None:
        """The reason that somebody gave."""
        return self.one("note")[:_LONGEST_NOTE] or None

    def plain(self) -> dict[str, str]:
        """The first value of each field."""
        return {name: values[0] for name, values in self.fields.items()}


async def sent(request: Asking) -> Sent:
    """The fields of the form that a request carries.

    Raises:
        InputError: there are too many.
    """
    found: dict[str, list[str]] = {}
    for name, value in bodies.pairs_of(await request.body()):
        if name != FIELD:
            found.setdefault(name, []).append(value.replace("\0", " "))
    return Sent({name: tuple(values) for name, values in found.items()})


__all__ = ["Sent", "sent"]
