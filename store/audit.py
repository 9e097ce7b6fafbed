"""The audit log: repositories note each change, the unit of work writes the notes in the same transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from store.storable import storable
from store.tables import audit
from store.tables.audit import SUBJECT_LENGTH
from store.values import AuditEntry


class Audit:
    """Changes of one transaction by one actor."""

    def __init__(self, connection: Connection, actor: str) -> None:
        self._connection, self._actor = connection, actor
        self._notes: list[dict[str, Any]] = []

    def note(self, action: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """Remember a change, for example `note("user.create", "anna")`."""
        subject = storable(subject, SUBJECT_LENGTH)
        self._notes.append(
            {"actor": self._actor, "action": action, "subject": subject, "details": dict(details or {})}
        )

    def write(self) -> None:
        """Write what was noted."""
        if self._notes:
            self._connection.execute(insert(audit), self._notes)
            self._notes.clear()

    def last(self, limit: int) -> tuple[AuditEntry, ...]:
        """The newest entries first."""
        rows = self._connection.execute(select(audit).order_by(audit.c.audit_id.desc()).limit(limit))
        return tuple(AuditEntry(row.actor, row.action, row.subject, row.details, row.at) for row in rows)
