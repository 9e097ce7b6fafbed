"""One run for identical questions, the newest of a slot wins, and what nobody waits for is stopped."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segments.budget import Budget
from segments.guard import Guard, SupersededError
from tests.segments.service.small import publish
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.engines.port import Cancellation, QueryCancelledError, QueryTimeoutError, Statement


def named(name: str) -> Callable[[Budget], str]:
    return lambda _: name


class Question:
    """Waits until released or cancelled; counts its runs."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.started = threading.Event()
        self.stopped = threading.Event()
        self.runs = 0

    def ask(self, budget: Budget) -> int:
        self.runs += 1
        cancellation = budget.cancellation
        cancellation.on_cancel(self.stopped.set)
        self.started.set()
        while not self.release.wait(0.005):
            if cancellation.cancelled:
                raise QueryCancelledError("stopped")
        return self.runs


class Caller(threading.Thread):
    """Asks in a thread and keeps what came of it."""

    def __init__(self, run: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._run_it = run
        self.answer: Any = None
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = self._run_it()
        except Exception as error:  # noqa: BLE001 - kept for the test
            self.error = error


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_identical_questions_share_one_run() -> None:
    guard: Guard = Guard()
    question = Question()
    callers = [Caller(lambda: guard.run(named("key"), question.ask)) for _ in range(5)]
    other = Caller(lambda: guard.run(named("other"), lambda _: 42))
    other.join(10)
    assert other.answer == 42
    until(lambda: guard._runs["key"].waiting == 5)
    question.release.set()
    for caller in callers:
        caller.join(10)
    assert [caller.answer for caller in callers] == [1] * 5
    assert guard.run(named("key"), question.ask) == 2  # a later one asks anew


def test_a_newer_question_of_the_slot_ends_the_older() -> None:
    guard: Guard = Guard()
    old, new = Question(), Question()
    first = Caller(lambda: guard.run(named("old"), old.ask, slot=("session", "count")))
    old.started.wait(10)
    elsewhere = Caller(lambda: guard.run(named("new"), new.ask, slot=("session", "members")))
    stranger = Caller(lambda: guard.run(named("new"), new.ask, slot=("other session", "count")))
    until(lambda: "new" in guard._runs and guard._runs["new"].waiting == 2)
    assert not old.stopped.is_set()
    second = Caller(lambda: guard.run(named("new"), new.ask, slot=("session", "count")))
    first.join(10)
    assert isinstance(first.error, SupersededError)
    assert old.stopped.wait(10)
    new.release.set()
    for caller in (second, elsewhere, stranger):
        caller.join(10)
        assert caller.answer == 1


def test_nobody_waits_longer_than_the_limit_whoever_began_the_run() -> None:
    guard, question = Guard(0.3), Question()
    caller = Caller(lambda: guard.run(named("key"), question.ask))
    caller.join(10)
    assert isinstance(caller.error, QueryTimeoutError)
    assert str(caller.error) == "longer than 0.3 s"
    assert question.stopped.wait(10)
    assert not guard._runs


def test_a_shared_run_goes_on_for_those_who_still_wait() -> None:
    guard: Guard = Guard()
    shared = Question()
    stays = Caller(lambda: guard.run(named("shared"), shared.ask))
    leaves = Caller(lambda: guard.run(named("shared"), shared.ask, slot=("s", "count")))
    until(lambda: "shared" in guard._runs and guard._runs["shared"].waiting == 2)
    assert guard.run(named("next"), lambda _: 7, slot=("s", "count")) == 7
    leaves.join(10)
    assert isinstance(leaves.error, SupersededError)
    assert not shared.stopped.is_set()
    shared.release.set()
    stays.join(10)
    assert stays.answer == 1


def test_the_same_question_in_the_same_slot_keeps_its_run() -> None:
    guard: Guard = Guard()
    question = Question()
    first = Caller(lambda: guard.run(named("key"), question.ask, slot=("s", "count")))
    question.started.wait(10)
    second = Caller(lambda: guard.run(named("key"), question.ask, slot=("s", "count")))
    first.join(10)
    assert isinstance(first.error, SupersededError)
    question.release.set()
    second.join(10)
    assert (second.answer, question.runs) == (1, 1)


def test_a_cancelled_caller_leaves() -> None:
    guard: Guard = Guard()
    question, cancellation = Question(), Cancellation()
    caller = Caller(lambda: guard.run(named("key"), question.ask, cancellation=cancellation))
    question.started.wait(10)
    cancellation.cancel()
    caller.join(10)
    assert isinstance(caller.error, QueryCancelledError)
    assert question.stopped.wait(10)


def test_faults_reach_every_caller() -> None:
    guard: Guard = Guard()

    def fail(_budget: Budget) -> int:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        guard.run(named("key"), fail)


def test_time_limit_and_stop_reach_the_engine(tmp_path: Path) -> None:
    engine = DuckDBEngine(publish(tmp_path))
    slow = Statement("SELECT count(*) AS n FROM range(100000000000) AS t(i) WHERE sin(i) > 2")
    guard: Guard = Guard(max_seconds=0.3)
    with pytest.raises(QueryTimeoutError, match=r"longer than 0\.3 s"):
        guard.run(named("key"), lambda b: b.query(engine, slow))
    patient: Guard = Guard()
    older = Caller(lambda: patient.run(named("old"), lambda b: b.query(engine, slow), slot=("s", "1")))
    until(lambda: "old" in patient._runs)
    assert patient.run(named("new"), lambda _: 1, slot=("s", "1")) == 1
    older.join(10)
    assert isinstance(older.error, SupersededError)
    assert engine.query(Statement("SELECT 1 AS one")).num_rows == 1
    engine.close()


def test_the_time_of_a_question_begins_before_it_has_a_name() -> None:
    budgets: list[Budget] = []

    def name(budget: Budget) -> str:
        budgets.append(budget)
        return "key"

    Guard(max_seconds=7).run(name, lambda budget: budgets.append(budget) or 1)
    naming, asking = budgets
    assert (naming.seconds, naming.end) == (asking.seconds, asking.end)
    with pytest.raises(QueryTimeoutError, match="longer than 0 s"):
        Guard(max_seconds=0).run(named("key"), Question().ask)


def test_a_question_still_being_named_is_ended_by_a_newer_one() -> None:
    guard, naming, question = Guard(), threading.Event(), Question()

    def slow(budget: Budget) -> str:
        naming.set()
        until(lambda: budget.cancellation.cancelled)
        budget.check()
        return "never"

    older = Caller(lambda: guard.run(slow, question.ask, slot=("s", "count")))
    naming.wait(10)
    assert guard.run(named("new"), lambda _: 7, slot=("s", "count")) == 7
    older.join(10)
    assert isinstance(older.error, SupersededError)
    assert question.runs == 0
    assert guard._slots == guard._runs == {}


def test_faults_of_naming_reach_the_caller_and_leave_nothing() -> None:
    guard = Guard()

    def refused(_budget: Budget) -> str:
        raise ValueError("no such document")

    with pytest.raises(ValueError, match="no such document"):
        guard.run(refused, Question().ask, slot=("s", "count"))
    assert guard._slots == guard._runs == {}
