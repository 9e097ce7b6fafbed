"""Keeps questions short and few: a time limit, one run for identical questions, the newest of an editor wins.

An editor that changes its segment asks again in the same slot of the same session: the older question is then
of no use to anyone and is stopped, in compiling or in the engine itself, unless someone else waits for the same
answer.
"""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from segments.budget import MAX_SECONDS, Budget
from warehouse.engines.port import Cancellation, QueryCancelledError

Answer = TypeVar("Answer")
Name = Callable[[Budget], Hashable]
"""What names everything an answer depends on; it may take time itself."""


class SupersededError(QueryCancelledError):
    """A newer question of the same slot and session took this one's place."""


@dataclass(eq=False, slots=True)
class _Run:
    """One question being answered, for everyone who waits for it."""

    budget: Budget
    waiting: int = 0
    done: bool = False
    answer: Any = None
    error: Exception | None = None


@dataclass(eq=False, slots=True)
class _Ticket:
    """One caller, the run it waits for (None: its question has no name yet), and why it no longer waits."""

    budget: Budget
    key: Hashable = None
    run: _Run | None = None
    left: QueryCancelledError | None = None

    def ended(self) -> bool:
        """Whether there is nothing to wait for any more."""
        return self.left is not None or (self.run is not None and self.run.done)


class Guard:
    """Runs questions for many threads; each run has a thread of its own, so that callers can leave it."""

    def __init__(self, max_seconds: float = MAX_SECONDS) -> None:
        self._max_seconds = max_seconds
        self._changed = threading.Condition()
        self._runs: dict[Hashable, _Run] = {}
        self._slots: dict[tuple[str, str], _Ticket] = {}

    def run(
        self,
        name: Name,
        ask: Callable[[Budget], Answer],
        *,
        slot: tuple[str, str] | None = None,
        cancellation: Cancellation | None = None,
    ) -> Answer:
        """The answer to `ask`; callers whose questions have equal names at the same time share one run.

        The time of a question begins here, before it is named. `slot` is (session, place in it). Raises
        SupersededError where a newer call took the slot, QueryCancelledError after `cancellation`, else what
        `name` and `ask` raise.
        """
        ticket = _Ticket(Budget.start(self._max_seconds))
        self._take(slot, ticket)
        if cancellation is not None:
            cancellation.on_cancel(lambda: self._dismiss(ticket, QueryCancelledError("cancelled")))
        try:
            self._join(ticket, name(ticket.budget), ask)
            self._wait(ticket)
        except QueryCancelledError as error:
            raise ticket.left or error from None
        finally:
            self._leave(ticket, slot)
        found: Answer = _outcome(ticket)
        return found

    def _take(self, slot: tuple[str, str] | None, ticket: _Ticket) -> None:
        if slot is None:
            return
        with self._changed:
            older, self._slots[slot] = self._slots.get(slot), ticket
        if older is not None:
            self._dismiss(older, SupersededError("a newer question took this one's place"))

    def _join(self, ticket: _Ticket, key: Hashable, ask: Callable[[Budget], Any]) -> None:
        ticket.budget.check()
        with self._changed:
            found = self._runs.get(key)
            run = found or _Run(replace(ticket.budget, cancellation=Cancellation()))
            run.waiting += 1
            self._runs[key], ticket.key, ticket.run = run, key, run
        if found is None:
            threading.Thread(target=self._answer, args=[key, run, ask], daemon=True).start()

    def _answer(self, key: Hashable, run: _Run, ask: Callable[[Budget], Any]) -> None:
        try:
            run.answer = ask(run.budget)
        except Exception as error:  # noqa: BLE001 - handed on to every caller that waits
            run.error = error
        with self._changed:
            run.done = True
            self._close(key, run)
            self._changed.notify_all()

    def _wait(self, ticket: _Ticket) -> None:
        """Until the run has ended or the caller's own time has: it may have joined a younger run."""
        with self._changed:
            ended = self._changed.wait_for(ticket.ended, timeout=ticket.budget.left())
        if not ended:
            raise ticket.budget.spent()

    def _dismiss(self, ticket: _Ticket, reason: QueryCancelledError) -> None:
        with self._changed:
            if ticket.ended():
                return
            ticket.left = reason
            self._changed.notify_all()
        ticket.budget.cancellation.cancel()

    def _leave(self, ticket: _Ticket, slot: tuple[str, str] | None) -> None:
        """Stop the run when its last caller goes before it has ended."""
        with self._changed:
            if slot is not None and self._slots.get(slot) is ticket:
                del self._slots[slot]
            run = ticket.run
            if run is None:
                return
            run.waiting -= 1
            useless = run.waiting == 0 and not run.done
            if useless:
                self._close(ticket.key, run)
        if useless:
            run.budget.cancellation.cancel()

    def _close(self, key: Hashable, run: _Run) -> None:
        if self._runs.get(key) is run:
            del self._runs[key]


def _outcome(ticket: _Ticket) -> Any:
    if ticket.left is not None:
        raise ticket.left
    assert ticket.run is not None
    if ticket.run.error is not None:
        raise ticket.run.error
    return ticket.run.answer
