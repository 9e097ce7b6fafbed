"""Statements that run on an engine now: each can be stopped for a reason, and closing stops them all."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from warehouse.engines.port import Cancellation, EngineError, QueryCancelledError, QueryTimeoutError

REPEAT_S = 0.02


class Running:
    """One statement. `interrupt` is repeated until it has ended: before it has begun nothing hears it."""

    def __init__(self, interrupt: Callable[[], object]) -> None:
        self._interrupt = interrupt
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._reason: EngineError | None = None

    def stop(self, reason: EngineError) -> None:
        """End the statement; the first reason counts."""
        with self._lock:
            if self._reason is not None or self._ended.is_set():
                return
            self._reason = reason
        threading.Thread(target=self._repeat, daemon=True).start()

    def _repeat(self) -> None:
        while not self._ended.wait(REPEAT_S):
            with self._lock:  # never after the end: what was interrupted may be closed by then
                if not self._ended.is_set():
                    self._interrupt()

    def end(self) -> None:
        """Nothing is interrupted any more."""
        with self._lock:
            self._ended.set()

    def check(self) -> None:
        """Raise the reason if there is one."""
        if self._reason is not None:
            raise self._reason


class Statements:
    """The statements of one engine. Safe to use from several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._now: set[Running] = set()
        self._closed = False

    @contextmanager
    def running(
        self, interrupt: Callable[[], object], timeout_s: float, cancellation: Cancellation | None
    ) -> Iterator[Running]:
        """For the length of one statement. Raises EngineError once closed, and the reason of a stop so far."""
        one = Running(interrupt)
        self._enter(one)
        timer = threading.Timer(timeout_s, one.stop, args=[QueryTimeoutError(f"longer than {timeout_s:g} s")])
        timer.daemon = True
        timer.start()
        try:
            if cancellation is not None:
                cancellation.on_cancel(lambda: one.stop(QueryCancelledError("cancelled")))
            one.check()
            yield one
        finally:
            timer.cancel()
            one.end()
            self._leave(one)

    def _enter(self, one: Running) -> None:
        with self._changed:
            if self._closed:
                raise EngineError("the release is closed")
            self._now.add(one)

    def _leave(self, one: Running) -> None:
        with self._changed:
            self._now.discard(one)
            self._changed.notify_all()

    def close(self, within_s: float) -> None:
        """Take no more statements, stop those that run and wait for their end, at most so long."""
        with self._changed:
            self._closed = True
            now = list(self._now)
        for one in now:
            one.stop(QueryCancelledError("the release is closed"))
        end = time.monotonic() + within_s
        with self._changed:
            self._changed.wait_for(lambda: not self._now, timeout=max(end - time.monotonic(), 0))
