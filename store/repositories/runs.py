"""Runs of the pipeline."""

from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from store.audit import Audit
from store.tables import run
from store.values import Run


class Runs:
    """What ran when, and how it ended."""

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection, self._audit = connection, audit

    def start(self, run_id: str, started_at: datetime) -> None:
        """A run begins; runs still marked as running have lost their process (the caller holds the run
        lock).
        """
        stale = update(run).where(run.c.state == "running").values(state="abandoned", finished_at=started_at)
        self._connection.execute(stale)
        self._connection.execute(insert(run).values(run_id=run_id, started_at=started_at, state="running"))
        self._audit.note("run.start", run_id)

    def finish(
        self, run_id: str, state: str, finished_at: datetime, message: str = "", release_id: str | None = None
    ) -> None:
        """A run ends as `done` or `failed`. Raises LookupError for an unknown run."""
        values = {"state": state, "finished_at": finished_at, "message": message, "release_id": release_id}
        if not self._connection.execute(update(run).where(run.c.run_id == run_id).values(**values)).rowcount:
            raise LookupError(f"no run {run_id}")
        self._audit.note("run.finish", run_id, {"state": state, "release_id": release_id})

    def get(self, run_id: str) -> Run | None:
        """One run."""
        row = self._connection.execute(select(run).where(run.c.run_id == run_id)).one_or_none()
        return None if row is None else _run(row)

    def last(self, limit: int = 10) -> tuple[Run, ...]:
        """The newest runs first."""
        rows = self._connection.execute(
            select(run).order_by(run.c.started_at.desc(), run.c.run_id).limit(limit)
        )
        return tuple(_run(row) for row in rows)


def _run(row: Row[tuple[object, ...]]) -> Run:
    return Run(**row._mapping)
