"""The time of one question, from its arrival to its answer, and the handle that stops it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa

from warehouse.engines.port import Cancellation, Engine, QueryCancelledError, QueryTimeoutError, Statement

MAX_SECONDS = 30.0
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of `seconds` until `end` (on `clock`), compiling included, and who may stop the question."""

    seconds: float
    end: float
    cancellation: Cancellation = field(default_factory=Cancellation)
    clock: Clock = time.monotonic

    @classmethod
    def start(
        cls,
        seconds: float = MAX_SECONDS,
        cancellation: Cancellation | None = None,
        clock: Clock = time.monotonic,
    ) -> "Budget":
        """So many seconds from now on."""
        return cls(seconds, clock() + seconds, cancellation or Cancellation(), clock)

    def check(self) -> None:
        """Raise QueryCancelledError or QueryTimeoutError where the question may not go on."""
        if self.cancellation.cancelled:
            raise QueryCancelledError("cancelled")
        if self.clock() >= self.end:
            raise self.spent()

    def left(self) -> float:
        """Seconds that are left, at least 0."""
        return max(self.end - self.clock(), 0.0)

    def query(self, engine: Engine, statement: Statement) -> pa.Table:
        """All rows of a statement, in the time that is left. Raises EngineError and its kinds."""
        self.check()
        try:
            return engine.query(statement, timeout_s=self.left(), cancellation=self.cancellation)
        except QueryTimeoutError as error:
            raise self.spent() from error

    def spent(self) -> QueryTimeoutError:
        """What is said when the time is over."""
        return QueryTimeoutError(f"longer than {self.seconds:g} s")
