"""Keeps questions short and few: a time limit, one run for identical questions, the newest of an editor wins.

An editor that changes its segment asks again in the same slot of the same session: the older question is then
of no use to anyone and is stopped in the engine itself, unless someone else waits for the same answer.
"""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from warehouse.engines.port import Cancellation, QueryCancelledError

MAX_SECONDS = 30.0
Answer = TypeVar("Answer")
Ask = Callable[[float, Cancellation], Answer]
"""Answers one question within so many seconds; the handle stops it."""


class SupersededError(QueryCancelledError):
    """A newer question of the same slot and session took this one's place."""


@dataclass(eq=False, slots=True)
class _Run(Generic[Answer]):
    """One question being answered, for everyone who waits for it."""

    cancellation: Cancellation = field(default_factory=Cancellation)
    waiting: int = 0
    done: bool = False
    answer: Answer | None = None
    error: Exception | None = None


@dataclass(eq=False, slots=True)
class _Ticket(Generic[Answer]):
    """One caller of a run, and why it no longer waits."""

    run: _Run[Answer]
    left: QueryCancelledError | None = None


class Guard(Generic[Answer]):
    """Runs questions for many threads; each run has a thread of its own, so that callers can leave it."""

    def __init__(self, max_seconds: float = MAX_SECONDS) -> None:
        self._max_seconds = max_seconds
        self._changed = threading.Condition()
        self._runs: dict[Hashable, _Run[Answer]] = {}
        self._slots: dict[tuple[str, str], _Ticket[Answer]] = {}

    def run(
        self,
        key: Hashable,
        ask: Ask[Answer],
        *,
        slot: tuple[str, str] | None = None,
        cancellation: Cancellation | None = None,
    ) -> Answer:
        """The answer to `ask`; callers with an equal `key` at the same time share one run.

        `key` names everything the answer depends on; `slot` is (session, place in it). Raises SupersededError
        where a newer call took the slot, QueryCancelledError after `cancellation`, else what `ask` raises.
        """
        ticket = self._enter(key, ask, slot)
        if cancellation is not None:
            cancellation.on_cancel(lambda: self._dismiss(ticket, QueryCancelledError("cancelled")))
        try:
            with self._changed:
                self._changed.wait_for(lambda: ticket.run.done or ticket.left is not None)
        finally:
            self._leave(key, ticket, slot)
        return _outcome(ticket)

    def _enter(self, key: Hashable, ask: Ask[Answer], slot: tuple[str, str] | None) -> _Ticket[Answer]:
        with self._changed:
            run = self._runs.get(key)
            is_new = run is None
            if run is None:
                run = self._runs[key] = _Run()
            run.waiting += 1
            ticket = _Ticket(run)
            older = None if slot is None else self._slots.get(slot)
            if slot is not None:
                self._slots[slot] = ticket
        if older is not None:
            self._dismiss(older, SupersededError("a newer question took this one's place"))
        if is_new:
            threading.Thread(target=self._answer, args=[key, run, ask], daemon=True).start()
        return ticket

    def _answer(self, key: Hashable, run: _Run[Answer], ask: Ask[Answer]) -> None:
        try:
            run.answer = ask(self._max_seconds, run.cancellation)
        except Exception as error:  # noqa: BLE001 - handed on to every caller that waits
            run.error = error
        with self._changed:
            run.done = True
            self._close(key, run)
            self._changed.notify_all()

    def _dismiss(self, ticket: _Ticket[Answer], reason: QueryCancelledError) -> None:
        with self._changed:
            if not ticket.run.done and ticket.left is None:
                ticket.left = reason
                self._changed.notify_all()

    def _leave(self, key: Hashable, ticket: _Ticket[Answer], slot: tuple[str, str] | None) -> None:
        """Stop the run when its last caller goes before it has ended."""
        with self._changed:
            if slot is not None and self._slots.get(slot) is ticket:
                del self._slots[slot]
            ticket.run.waiting -= 1
            useless = ticket.run.waiting == 0 and not ticket.run.done
            if useless:
                self._close(key, ticket.run)
        if useless:
            ticket.run.cancellation.cancel()

    def _close(self, key: Hashable, run: _Run[Answer]) -> None:
        if self._runs.get(key) is run:
            del self._runs[key]


def _outcome(ticket: _Ticket[Answer]) -> Answer:
    if ticket.left is not None:
        raise ticket.left
    if ticket.run.error is not None:
        raise ticket.run.error
    assert ticket.run.answer is not None
    return ticket.run.answer
