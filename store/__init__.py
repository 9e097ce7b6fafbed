"""Operational store: what people and rules decide. The only place with SQLAlchemy statements."""

from store.saved_values import (
    ListCounts,
    ListRow,
    NewVersion,
    Segment,
    SegmentHead,
    SegmentUse,
    SegmentVersion,
    TakenError,
    UploadedList,
)
from store.store import Store, open_store
from store.unit_of_work import UnitOfWork
from store.upgrade import StoreError, migrate_store
from store.values import ApiKey, AuditEntry, LoadEntry, LoadProblem, Role, Run, User

__all__ = [
    "ApiKey",
    "AuditEntry",
    "ListCounts",
    "ListRow",
    "LoadEntry",
    "LoadProblem",
    "NewVersion",
    "Role",
    "Run",
    "Segment",
    "SegmentHead",
    "SegmentUse",
    "SegmentVersion",
    "Store",
    "StoreError",
    "TakenError",
    "UnitOfWork",
    "UploadedList",
    "User",
    "migrate_store",
    "open_store",
]
