"""What a site's robots.txt asks (RFC 9309), read by protego and kept for a day."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rashomon.errors import FetchFailed, FetchRefused
from rashomon.sources.fetch import Fetched

if TYPE_CHECKING:
    from protego import Protego

ROBOT = "rashomon"
MAX_BYTES = 500 * 1024
_KEPT_SECONDS = 86_400.0
_KEPT_AFTER_FAILURE = 600.0
_SITES = 2_000
_ALLOW_ALL, _ALLOW_NONE = "", "User-agent: *\nDisallow: /"


class Robots:
    """The rules of sites, asked for once a day.

    Args:
        get: fetches a robots.txt.
        clock: seconds.
    """

    def __init__(
        self, get: Callable[[str], Awaitable[Fetched]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._get, self._clock = get, clock
        self._rules: dict[str, tuple[float, Protego, FetchFailed | None]] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def check(self, url: str) -> float | None:
        """The seconds that the site asks for between two requests, if it does.

        Raises:
            FetchRefused: the site asks that this is not fetched, or is itself refused.
            FetchFailed: the rules cannot be had just now: until they can, nothing is fetched.
        """
        rules, failure = await self._of(url)
        if failure is not None:
            said = (
                failure.what if failure.status is None else f"its robots.txt cannot be read: {failure.what}"
            )
            again = FetchFailed(said, hint=failure.hint)
            again.status, again.retry_after = failure.status, failure.retry_after
            raise again
        if not rules.can_fetch(url, ROBOT):
            raise FetchRefused("the site's robots.txt asks that this is not fetched")
        delay = rules.crawl_delay(ROBOT)
        return float(delay) if delay else None

    async def _of(self, url: str) -> tuple[Protego, FetchFailed | None]:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}".lower()
        async with self._asking.setdefault(site, asyncio.Lock()):
            if site not in self._rules or self._rules[site][0] <= self._clock():
                if len(self._rules) >= _SITES:
                    self._forget()
                self._rules[site] = await self._ask(site)
            return self._rules[site][1:]

    async def _ask(self, site: str) -> tuple[float, Protego, FetchFailed | None]:
        from protego import Protego

        failure: FetchFailed | None = None
        text, kept = _ALLOW_ALL, _KEPT_SECONDS
        try:
            answer = await self._get(f"{site}/robots.txt")
            if answer.content_type in {"", "text/plain"} or not answer.body.lstrip().startswith(b"<"):
                text = answer.body.decode("utf-8-sig", "replace").replace("\x00", " ")
        except FetchRefused as error:
            if error.status is None:  # the guard, not the site: then the page is refused as well
                raise FetchRefused(error.what, hint=error.hint) from error
        except FetchFailed as error:
            failure, text, kept = error, _ALLOW_NONE, _KEPT_AFTER_FAILURE
        return self._clock() + kept, Protego.parse(text), failure

    def _forget(self) -> None:
        now = self._clock()
        self._rules = {name: entry for name, entry in self._rules.items() if entry[0] > now}
        while len(self._rules) >= _SITES:
            del self._rules[next(iter(self._rules))]
        self._asking = {name: lock for name, lock in self._asking.items() if lock.locked()}
