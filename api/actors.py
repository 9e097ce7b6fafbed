"""Rights of a stored user -> the actor whom a release answers, and what that user may call.

Rights are JSON: `{"scope": {"everything": true}}` or `{"scope": {"allowed": {ATTRIBUTE: [VALUE, ...]}}}`;
`"attribute_groups"`: names of the groups whose personal attributes may be seen, null = all;
`"permissions"`: names of PERMISSIONS. What is absent is not allowed.
"""

from collections.abc import Mapping
from typing import Any

from store import User
from warehouse.access import Actor, RowScope
from warehouse.errors import InputError

SEGMENTS, CUSTOMERS = "segments", "customers"
PERMISSIONS = (SEGMENTS, CUSTOMERS)
ADMIN_RIGHTS: Mapping[str, Any] = {
    "scope": {"everything": True},
    "attribute_groups": None,
    "permissions": list(PERMISSIONS),
}
"""Rights of the local administrator that `vitrina init` creates."""


class RightsError(InputError):
    """Stored rights are not in the form above; such a user sees nothing."""


def actor_of(user: User) -> Actor:
    """The actor of a user. Raises RightsError."""
    return Actor(user.name, _scope(user), _attribute_groups(user))


def permissions_of(user: User) -> frozenset[str]:
    """Names of the permissions the user has. Raises RightsError."""
    return frozenset(_texts(user, user.rights.get("permissions", [])))


def _scope(user: User) -> RowScope:
    scope = user.rights.get("scope", {})
    if not isinstance(scope, Mapping) or not set(scope) <= {"everything", "allowed"}:
        raise _wrong(user, "scope")
    if scope.get("everything") is True:
        return RowScope(everything=True)
    allowed = scope.get("allowed", {})
    if not isinstance(allowed, Mapping):
        raise _wrong(user, "scope")
    return RowScope(allowed=tuple((str(name), _texts(user, allowed[name])) for name in sorted(allowed)))


def _attribute_groups(user: User) -> frozenset[str] | None:
    groups = user.rights.get("attribute_groups", [])
    return None if groups is None else _texts(user, groups)


def _texts(user: User, value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(user, "a list")
    return frozenset(value)


def _wrong(user: User, what: str) -> RightsError:
    return RightsError(f"the rights of user {user.name} are not readable: {what}")
