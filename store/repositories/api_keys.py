"""API keys: 256 random bits that only their holder knows; the store keeps the SHA-256."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from store.audit import Audit
from store.tables import api_key, user
from store.values import ApiKey


class ApiKeys:
    """Keys of users and systems."""

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection, self._audit = connection, audit

    def create(self, user_name: str, label: str = "", expires_at: datetime | None = None) -> str:
        """A new key for a user, told this once."""
        key = secrets.token_urlsafe(32)
        values = {"user_name": user_name, "key_sha256": digest(key), "label": label, "expires_at": expires_at}
        self._connection.execute(insert(api_key).values(**values))
        self._audit.note("key.create", user_name, {"label": label})
        return key

    def holder(self, key: str, now: datetime) -> str | None:
        """Name of the active user whose valid key this is."""
        row = self._connection.execute(
            select(api_key.c.user_name, api_key.c.expires_at)
            .join(user, user.c.name == api_key.c.user_name)
            .where(api_key.c.key_sha256 == digest(key), api_key.c.revoked_at.is_(None), user.c.active)
        ).one_or_none()
        if row is None or (row.expires_at is not None and row.expires_at <= now):
            return None
        return str(row.user_name)

    def revoke(self, key_id: int, revoked_at: datetime) -> None:
        """End a key. Raises LookupError for an unknown one."""
        ended = update(api_key).where(api_key.c.key_id == key_id).values(revoked_at=revoked_at)
        if not self._connection.execute(ended).rowcount:
            raise LookupError(f"no key {key_id}")
        self._audit.note("key.revoke", str(key_id))

    def all(self) -> tuple[ApiKey, ...]:
        """All keys, ended ones too."""
        rows = self._connection.execute(select(api_key).order_by(api_key.c.key_id))
        return tuple(
            ApiKey(
                row.key_id,
                row.user_name,
                row.label,
                row.created_at,
                row.expires_at,
                row.revoked_at is not None,
            )
            for row in rows
        )


def digest(key: str) -> str:
    """What the store keeps of a key. 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()
