"""Tables of the operational store, one module per noun."""

from store.tables.access import api_key, role, user, user_role
from store.tables.audit import audit
from store.tables.base import metadata
from store.tables.list import uploaded_list, uploaded_list_member, uploaded_list_row
from store.tables.load import load, load_problem
from store.tables.run import run
from store.tables.segment import segment, segment_uses_list, segment_uses_segment, segment_version

__all__ = [
    "api_key",
    "audit",
    "load",
    "load_problem",
    "metadata",
    "role",
    "run",
    "segment",
    "segment_uses_list",
    "segment_uses_segment",
    "segment_version",
    "uploaded_list",
    "uploaded_list_member",
    "uploaded_list_row",
    "user",
    "user_role",
]
