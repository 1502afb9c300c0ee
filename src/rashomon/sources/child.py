"""A child process that takes hostile bytes apart under limits of processor time, memory and wall time.

Parsers written for honest files can be held for a minute, or filled with memory, by a file made for it. So
such work is done in a child; when it breaks a limit it is ended, that input is refused, and the next one gets
a new child. A child lives on between inputs, since its imports cost more than an input does.

A room with such work gives `serve` its handler under `python -m`, and asks by `Child(module)`. Requests and
answers are frames: one byte of kind (an item, the end, an error), a length (8 bytes, big-endian), a body.
"""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO

import msgspec

from rashomon.errors import InstallationError, MalformedInput

_ITEM, _END, _ERROR = 0, 1, 2
_IMPORT_FAILED = 3
_SIGXCPU = 24
_IDLE = 2
LARGEST_FRAME = 256 * 2**20


class Limits(msgspec.Struct, frozen=True):
    """What one answer may cost: seconds of processor time and of wall time, bytes of address space; and the
    seconds that a new process has to start."""

    cpu_seconds: int = 10
    wall_seconds: float = 30.0
    start_seconds: float = 60.0
    memory_bytes: int = 1536 * 2**20


class Child:
    """The process that does the work; started when first asked, and again after it had to be ended.

    Args:
        module: what `python -m` runs; it calls `serve`.
        subject: what the input is, for messages: "the page".
        hint: what to do when it is refused.
        limits: per answer.
    """

    def __init__(self, module: str, subject: str, hint: str, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._module, self._subject, self._hint = module, subject, hint
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, request: bytes) -> bytes:
        """The one answer to a request.

        Raises:
            MalformedInput: the input could not be taken apart, or broke a limit.
            InstallationError: the child cannot load what it needs.
        """
        return b"".join(self.stream(request))

    def stream(self, request: bytes) -> Iterator[bytes]:
        """The answers to a request, one by one; the limits hold for each. Errors as for `ask`.

        Nothing else can be asked of this child until the last one is taken or the iterator is closed.
        """
        with self._lock:
            done = False
            fresh = not self._alive()
            if fresh:
                self._start()
            process = self._process
            assert process is not None and process.stdin is not None and process.stdout is not None
            try:
                writer = threading.Thread(target=_send, args=(process.stdin, request), daemon=True)
                writer.start()
                while True:
                    answer, late = self._next(process, process.stdout, fresh)
                    fresh = False
                    if answer is None:
                        raise self._broken(late, self.close())
                    kind, body = answer
                    if kind == _END:
                        done = True
                        return
                    if kind == _ERROR:
                        done = True
                        raise MalformedInput(
                            f"{self._subject} cannot be taken apart: {body.decode('utf-8', 'replace')}",
                            hint=self._hint,
                        )
                    yield body
            finally:
                if not done:
                    self.close()

    def close(self) -> int | None:
        """End the child; its exit status, where it has one."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return None
        with contextlib.suppress(OSError):
            process.kill()
        code = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()
        return code

    def stop(self) -> None:
        """End the work from another thread: who waits for an answer gets an error."""
        if (process := self._process) is not None and self._owner == os.getpid():
            with contextlib.suppress(OSError):
                process.kill()

    def _next(
        self, process: subprocess.Popen[bytes], answers: IO[bytes], fresh: bool
    ) -> tuple[tuple[int, bytes] | None, bool]:
        late = threading.Event()
        patience = self.limits.wall_seconds + (self.limits.start_seconds if fresh else 0)
        timer = threading.Timer(patience, _expire, (process, late))
        timer.daemon = True
        timer.start()
        try:
            return _read_frame(answers), late.is_set()
        except (OSError, ValueError):
            return None, late.is_set()
        finally:
            timer.cancel()

    def _alive(self) -> bool:
        return self._process is not None and self._owner == os.getpid() and self._process.poll() is None

    def _start(self) -> None:
        self.close()
        # The child must find this very package, and never something in the current folder.
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path)))
        limits = self.limits
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", self._module, str(limits.cpu_seconds), str(limits.memory_bytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
        except OSError as error:
            raise InstallationError(
                f"the process that takes {self._subject} apart cannot be started: {error.strerror or error}"
            ) from error
        self._owner = os.getpid()

    def _broken(self, late: bool, code: int | None) -> MalformedInput | InstallationError:
        if late or code == -_SIGXCPU:
            return MalformedInput(f"{self._subject} takes too long to take apart", hint=self._hint)
        if code == _IMPORT_FAILED:
            return InstallationError(
                f"what takes {self._subject} apart cannot be loaded",
                hint="pip install --force-reinstall 'rashomon[desk]'",
            )
        return MalformedInput(
            f"{self._subject} broke the process that took it apart, or needs too much memory", hint=self._hint
        )


class Pool:
    """Children of one module, lent out and taken back: an idle one does the next work, else a new one.

    Args:
        module, subject, hint, limits: as for `Child`.
        most: children at work at once; who comes later waits. None where one thread may read several inputs
            in turns, and would wait for itself.
    """

    def __init__(
        self, module: str, subject: str, hint: str, limits: Limits | None = None, *, most: int | None = None
    ) -> None:
        self.limits = limits or Limits()
        self._made_of = (module, subject, hint)
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(most) if most else None
        atexit.register(self.stop)

    def ask(self, request: bytes) -> bytes:
        """As `Child.ask`."""
        return b"".join(self.stream(request))

    def stream(self, request: bytes) -> Iterator[bytes]:
        """As `Child.stream`; several may be under way."""
        with self._places or contextlib.nullcontext(), self._lent() as child:
            yield from child.stream(request)

    def stop(self) -> None:
        """End all children, whatever they are at; the next work gets a new one."""
        with self._lock:
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for child in idle:
            child.close()
        for child in busy:
            child.stop()

    @contextlib.contextmanager
    def _lent(self) -> Iterator[Child]:
        with self._lock:
            child = self._idle.pop() if self._idle else Child(*self._made_of, self.limits)
            self._busy.add(child)
        try:
            yield child
        finally:
            with self._lock:
                self._busy.discard(child)
                kept = len(self._idle) < _IDLE
                if kept:
                    self._idle.append(child)
            if not kept:
                child.close()


def _send(stream: IO[bytes], request: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):  # a child that died is seen where its answer is read
        _write_frame(stream, _ITEM, request)


def _expire(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    with contextlib.suppress(OSError):
        process.kill()


def _write_frame(stream: IO[bytes], kind: int, body: bytes = b"") -> None:
    stream.write(bytes((kind,)) + len(body).to_bytes(8, "big"))
    stream.write(body)
    stream.flush()


def _read_frame(stream: IO[bytes]) -> tuple[int, bytes] | None:
    head = stream.read(9)
    if len(head) < 9:
        return None
    size = int.from_bytes(head[1:], "big")
    if size > LARGEST_FRAME:  # no frame of ours: the child was taken over or is broken
        return None
    body = stream.read(size)
    return (head[0], body) if len(body) == size else None


# ---- what runs in the child ----


def serve(handle: Callable[[bytes], Iterator[bytes]], prepare: Callable[[], None]) -> int:
    """Answer requests until the input ends; the exit status. Nothing but frames may reach the output.

    Args:
        handle: the answers to one request. Whatever it raises becomes an error of that request only.
        prepare: imports what is needed, before memory is limited; may raise ImportError.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    cpu_seconds, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    try:
        prepare()
    except ImportError:
        return _IMPORT_FAILED
    _limit_memory(memory_bytes)
    while (frame := _read_frame(sys.stdin.buffer)) is not None:
        _limit_processor_time(cpu_seconds)
        try:
            for body in handle(frame[1]):
                _write_frame(answers, _ITEM, body)
                _limit_processor_time(cpu_seconds)
        except MemoryError:
            _write_frame(answers, _ERROR, b"it needs too much memory")
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            return 1
        except BaseException as error:  # panics of compiled libraries are no Exception
            said = error.what if isinstance(error, MalformedInput) else type(error).__name__
            _write_frame(answers, _ERROR, said.encode("utf-8", "replace"))
        else:
            _write_frame(answers, _END)
    return 0


def _limit_memory(size: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: wall time is the only limit there
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_processor_time(seconds: int) -> None:
    """The limit is on the life of a process, so it moves on with every answer."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + seconds, hard))
