"""A question has its time from its arrival on: compiling is part of it, and a cancellation stops that too."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from segments.budget import Budget
from segments.service import SegmentService
from tests.segments.service.small import ADMIN, publish
from tests.segments.service.test_count import DROPPED, NEVER_PAID, VIP, doc
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.engines.port import Cancellation, QueryCancelledError, QueryTimeoutError, Statement
from warehouse.releases.reader import open_release

BALANCE = {"attr": "balance", "op": "gt", "value": 1}
DOCUMENT = doc({"all": [{"not": VIP}, BALANCE, DROPPED, NEVER_PAID]})
ASKED: dict[str, Callable[[SegmentService, Budget], Any]] = {
    "count": lambda service, budget: service.count(DOCUMENT, ADMIN, budget=budget),
    "attrition": lambda service, budget: service.count(DOCUMENT, ADMIN, attrition=True, budget=budget),
    "members": lambda service, budget: service.members(DOCUMENT, ADMIN, budget=budget),
    "why": lambda service, budget: service.why(DOCUMENT, "C1", ADMIN, budget=budget),
    "sensitivity": lambda service, budget: service.sensitivity(
        DOCUMENT, "/where/all/1", ADMIN, budget=budget
    ),
    "key": lambda service, budget: service.key(DOCUMENT, ADMIN, budget=budget),
    "sql": lambda service, budget: service.sql(DOCUMENT, ADMIN, budget=budget),
}


class Kept(DuckDBEngine):
    """Counts its statements and keeps what the last was allowed."""

    statements = 0
    allowed = 0.0

    def query(self, statement: Statement, *, timeout_s: float = 30.0, **other: Any) -> pa.Table:
        self.statements += 1
        self.allowed = timeout_s
        return super().query(statement, timeout_s=timeout_s, **other)


class Clock:
    """Stands still and counts who looks at it; after `ticks` looks `then` happens."""

    def __init__(self, ticks: int | None = None, then: Callable[[], None] = lambda: None) -> None:
        self.looks = 0
        self.now = 1000.0
        self._ticks = ticks
        self._then = then

    def __call__(self) -> float:
        self.looks += 1
        if self.looks == self._ticks:
            self._then()
        return self.now


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kept, Path]]:
    home = tmp_path_factory.mktemp("small")
    opened = Kept(publish(home))
    yield opened, home
    opened.close()


@pytest.fixture
def service(engine: tuple[Kept, Path]) -> SegmentService:
    engine[0].statements = 0
    return SegmentService(open_release(engine[1]), engine[0])


def statements(service: SegmentService) -> int:
    assert isinstance(service.engine, Kept)
    return service.engine.statements


@pytest.mark.parametrize("kind", ASKED)
def test_nothing_is_asked_of_the_engine_when_the_time_is_spent(service: SegmentService, kind: str) -> None:
    clock = Clock()
    spent = Budget.start(30, clock=clock)
    clock.now += 30
    with pytest.raises(QueryTimeoutError, match="longer than 30 s"):
        ASKED[kind](service, spent)
    assert statements(service) == 0


@pytest.mark.parametrize("kind", ASKED)
def test_a_cancellation_is_heard_between_any_two_nodes(service: SegmentService, kind: str) -> None:
    untouched = Clock()
    ASKED[kind](service, Budget.start(30))  # from here on the size of the universe is known
    ASKED[kind](service, Budget.start(30, clock=untouched))
    before_engine = Clock()
    with pytest.raises(QueryCancelledError):
        ASKED[kind](service, stopped_after(1, before_engine))
    assert before_engine.looks == 2  # the start, and the look at which it was cancelled
    looks, step = untouched.looks, max(untouched.looks // 7, 1)
    for ticks in range(2, looks - 1, step):
        clock = Clock()
        with pytest.raises(QueryCancelledError):
            ASKED[kind](service, stopped_after(ticks, clock))
        assert clock.looks <= ticks + 2


def stopped_after(ticks: int, clock: Clock) -> Budget:
    cancellation = Cancellation()
    clock._ticks, clock._then = ticks + 1, cancellation.cancel
    return Budget.start(30, cancellation, clock)


def test_each_node_is_a_moment_to_stop_at(service: SegmentService) -> None:
    def looks(nodes: int) -> int:
        clock = Clock()
        service.key(doc({"any": [BALANCE] * nodes}), ADMIN, budget=Budget.start(30, clock=clock))
        return clock.looks

    assert looks(400) - looks(300) >= 100

    def rendered(nodes: int) -> int:
        clock = Clock()
        service.sql(doc({"any": [BALANCE] * nodes}), ADMIN, budget=Budget.start(30, clock=clock))
        return clock.looks

    assert rendered(400) - rendered(300) >= 500  # nodes, their lowering, the parts of the statement


def test_the_engine_gets_what_is_left_and_the_answer_names_the_whole(service: SegmentService) -> None:
    clock = Clock()
    budget = Budget.start(30, clock=clock)
    clock.now += 29.75
    service.count(doc(VIP), ADMIN, budget=budget)
    assert isinstance(service.engine, Kept)
    assert service.engine.allowed == 0.25
    slow = Statement("SELECT count(*) AS n FROM range(100000000000) AS t(i) WHERE sin(i) > 2")
    with pytest.raises(QueryTimeoutError, match="longer than 30 s"):
        budget.query(service.engine, slow)
