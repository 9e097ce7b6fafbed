"""Tables of the operational store, one module per noun."""

from store.tables.access import api_key, role, user, user_role
from store.tables.audit import audit
from store.tables.base import metadata
from store.tables.load import load, load_problem
from store.tables.run import run

__all__ = ["api_key", "audit", "load", "load_problem", "metadata", "role", "run", "user", "user_role"]
