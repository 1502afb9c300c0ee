"""Everything that Rashomon raises on purpose.

    RashomonError
    |-- InputError              a report cannot be read; the message says where and what to do
    |   |-- EmptyText           nothing but white space
    |   |-- TextTooLong         over the limit (`max_chars`)
    |   |-- UnsupportedLanguage not English: nothing is read rather than something wrong
    |   |-- MalformedInput      a broken JSON line, undecodable bytes, a file that is no report
    |   |-- SourceMissing       the file does not exist or may not be opened
    |   |-- FetchRefused        a link that is not followed, or that the site does not give: the same tomorrow
    |   `-- FetchFailed         a link that gave nothing this time: no connection, an error of the server
    |-- StoreError              a store of reports cannot be used; nothing that was acknowledged is lost
    |   |-- StoreMissing        there is no store where one was named
    |   |-- StoreBusy           others write into it, or it cannot be reached just now: try again
    |   |-- StoreChanged        what a person looked at and wants to correct has changed since: look again
    |   |-- StoreFull           the disk has no room; what was being written is not in the store
    |   |-- StoreTooNew         made by a later version of Rashomon
    |   `-- StoreDamaged        the file is no store, or broken
    |-- InstallationError       model or tables are missing, damaged or of another version: reinstall
    `-- MissingExtra            an optional package is needed; the message names the command that installs it

`retryable` is False for all but `FetchFailed` and `StoreBusy`: the same input gives the same error.
"""

from __future__ import annotations


class RashomonError(Exception):
    """Root of the tree. `where` names the file, line or report; `hint` says what to do about it."""

    retryable = False

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        self.what, self.where, self.hint = what, where, hint
        super().__init__(what)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.hint})" if self.hint else text

    def __reduce__(self) -> tuple[object, ...]:  # errors cross process borders in bulk reading
        return _rebuild, (type(self), self.what, self.where, self.hint)

    def at(self, where: str) -> RashomonError:
        """The same error, with the place where it was met."""
        return type(self)(self.what, where=where, hint=self.hint)


def _rebuild(kind: type[RashomonError], what: str, where: str | None, hint: str | None) -> RashomonError:
    return kind(what, where=where, hint=hint)


class InputError(RashomonError):
    """A report that cannot be read."""


class EmptyText(InputError):
    """There is nothing to read."""


class TextTooLong(InputError):
    """The text is over the limit."""


class UnsupportedLanguage(InputError):
    """The text is in a language that the model does not read."""


class MalformedInput(InputError):
    """Bytes that are not what they should be."""


class SourceMissing(InputError):
    """A file that cannot be opened."""


class FetchRefused(InputError):
    """A link that may not be followed, or that the site does not give. `status` is HTTP's, if it came to
    that."""

    status: int | None = None


class FetchFailed(InputError):
    """A link that gave nothing this time. `retry_after`: seconds that the server asks to wait, if it does."""

    retryable = True
    status: int | None = None
    retry_after: float | None = None


class StoreError(RashomonError):
    """A store that cannot be used as asked."""


class StoreMissing(StoreError):
    """There is no store."""


class StoreBusy(StoreError):
    """The store is in use, or cannot be reached, for now."""

    retryable = True


class StoreChanged(StoreError):
    """What is to be corrected is not as it was when somebody looked at it; nothing was written."""


class StoreFull(StoreError):
    """There is no room to write."""


class StoreTooNew(StoreError):
    """The store was made by a later version."""


class StoreDamaged(StoreError):
    """The file is not a store, or is broken."""


class InstallationError(RashomonError):
    """The model or a table is missing or damaged."""


class MissingExtra(RashomonError):
    """An optional dependency is not installed."""
