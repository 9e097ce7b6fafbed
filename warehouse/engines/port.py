"""The engine port: plain values in, Arrow out. Adapters stand beside this module; nothing else names an engine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL in the engine's own dialect with bound parameters; no text of a user is ever part of `sql`."""

    sql: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


class EngineError(Exception):
    """The engine refused or failed; the message is fit for a log, not for a user."""


class QueryTimeoutError(EngineError):
    """The statement ran longer than it may; the engine has really stopped it."""


class QueryCancelledError(EngineError):
    """The statement was cancelled by `Cancellation.cancel`; the engine has really stopped it."""


class Cancellation:
    """Handle by which another thread stops a running statement."""

    def __init__(self) -> None:
        self._stop: list[Any] = []
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled

    def on_cancel(self, stop: Any) -> None:
        """Register what ends the running statement; called at once if already cancelled."""
        self._stop.append(stop)
        if self._cancelled:
            stop()

    def cancel(self) -> None:
        """Stop the statement that carries this handle."""
        self._cancelled = True
        for stop in list(self._stop):
            stop()


class Engine(Protocol):
    """One open release on one engine. Methods may be called from several threads at once."""

    @property
    def name(self) -> str:
        """`duckdb` or `clickhouse`: the key under which the compiler keeps the engine's differences."""

    def query(
        self, statement: Statement, *, timeout_s: float = 30.0, cancellation: Cancellation | None = None
    ) -> pa.Table:
        """Run to the end and return all rows. Raises EngineError and its kinds."""

    def stream(
        self, statement: Statement, *, timeout_s: float = 30.0, cancellation: Cancellation | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Rows in batches with bounded memory."""

    def close(self) -> None:
        """Give back what the engine holds."""
