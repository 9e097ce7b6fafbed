"""Operational store: what people and rules decide. The only place with SQLAlchemy statements."""

from store.store import Store, open_store
from store.upgrade import StoreError, migrate_store
from store.values import ApiKey, AuditEntry, LoadEntry, LoadProblem, Role, Run, User

__all__ = [
    "ApiKey",
    "AuditEntry",
    "LoadEntry",
    "LoadProblem",
    "Role",
    "Run",
    "Store",
    "StoreError",
    "User",
    "migrate_store",
    "open_store",
]
