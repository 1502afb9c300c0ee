"""A polite visit: robots.txt asked, the host's turn awaited, a failure tried again, and no more than that.

    async with Visitor(contact="desk@example.org") as visitor:
        page = await visitor.get("https://...")

The one way to the web for feeds, pages and lists of links.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

import msgspec

from rashomon.errors import FetchFailed, FetchRefused, InputError, MissingExtra
from rashomon.sources.pace import BETWEEN_SECONDS, Pace

if TYPE_CHECKING:
    from rashomon.sources.fetch import Fetched
    from rashomon.sources.guard import Guard, Resolve

_PATIENCE = 20.0  # a host that asks for a longer pause is not waited for: its turn comes another time
_AGAIN_SECONDS = 1.0
_PAGE = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.8,*/*;q=0.1"
FEED = "application/rss+xml,application/atom+xml,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.1"


def needs(package: str, error: ImportError) -> MissingExtra:
    """The error that names what to install, for an import that failed."""
    missing = (error.name or package).partition(".")[0]
    return MissingExtra(f"the package {missing} is needed for this", hint="pip install 'rashomon[desk]'")


def user_agent(contact: str | None = None) -> str:
    """How Rashomon calls itself to sites; `contact` is an address at which its user can be reached."""
    import rashomon

    about = "".join(char for char in contact or "" if char.isascii() and char.isprintable())[:200]
    return f"rashomon/{rashomon.__version__}" + (f" (+{about})" if about else "")


class Visitor:
    """Visits links; an asynchronous context manager.

    Args:
        contact: where the owner of a site reaches whoever runs this: a page or an e-mail address.
        between: seconds between two requests to one host.
        attempts: how often a link is tried in one `get`.
        guard, resolve: as for `Fetcher`.

    Raises MissingExtra where the packages of the extra `desk` are not installed.
    """

    def __init__(
        self,
        *,
        contact: str | None = None,
        between: float = BETWEEN_SECONDS,
        attempts: int = 2,
        guard: Guard | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        try:
            import protego  # noqa: F401
            import stamina  # noqa: F401

            from rashomon.sources.fetch import Fetcher
            from rashomon.sources.guard import system_resolve
            from rashomon.sources.robots import Robots
        except ImportError as error:
            raise needs("httpx2", error) from error
        self._fetcher = Fetcher(user_agent(contact), guard=guard, resolve=resolve or system_resolve)
        self._pace = Pace(between)
        self._robots = Robots(self._rules)
        self._attempts = attempts

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._fetcher.__aexit__(kind, value, trace)

    async def get(
        self,
        url: str,
        *,
        max_bytes: int | None = None,
        accept: str = _PAGE,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Fetched:
        """What a link gives; see `Fetcher.get` for arguments and errors.

        A server that asks for a long pause is not asked again here; `FetchFailed.retry_after` has it.
        """
        import stamina

        from rashomon.sources.fetch import MAX_BYTES
        from rashomon.sources.guard import printable_url

        def again(error: Exception) -> bool | float:
            if not isinstance(error, FetchFailed) or self._pace.wait(url) > _PATIENCE:
                return False
            if error.retry_after is None:
                return True
            return error.retry_after if error.retry_after <= _PATIENCE else False

        validators = {"etag": etag, "last_modified": last_modified}
        limit = MAX_BYTES if max_bytes is None else max_bytes
        async for attempt in stamina.retry_context(
            on=again, attempts=self._attempts, timeout=None, wait_initial=_AGAIN_SECONDS, wait_jitter=1.0
        ):
            with attempt:
                try:
                    return await self._walk(url, True, max_bytes=limit, accept=accept, **validators)
                except InputError as error:
                    error.where = error.where or printable_url(url)
                    raise
        raise AssertionError("stamina gives the last error or an answer")

    async def _walk(self, url: str, by_the_rules: bool, **asked: Any) -> Fetched:
        """From host to host, each under its own rules and at its own pace."""
        from rashomon.sources.fetch import REDIRECTS

        for_good = True
        for _ in range(REDIRECTS + 1):
            delay = await self._robots.check(url) if by_the_rules else None
            async with self._pace.turn(url, delay):
                try:
                    answer = await self._fetcher.get(url, **asked)
                except FetchFailed as error:
                    if error.retry_after:
                        self._pace.leave_alone(url, error.retry_after)
                    raise
            for_good = for_good and answer.for_good
            if answer.elsewhere is None:
                return msgspec.structs.replace(answer, for_good=for_good)
            url = answer.elsewhere
        raise FetchRefused(f"it redirects more than {REDIRECTS} times")

    async def _rules(self, url: str) -> Fetched:
        from rashomon.sources.robots import MAX_BYTES

        return await self._walk(url, False, max_bytes=MAX_BYTES, accept="text/plain,*/*;q=0.1")
