"""Users and roles."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from store.audit import Audit
from store.tables import role, user, user_role
from store.values import Role, User


class Users:
    """Who may work with the deployment."""

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection, self._audit = connection, audit

    def add(self, name: str, rights: Mapping[str, Any]) -> User:
        """Create a user. Raises ValueError when the name is taken."""
        if self.get(name) is not None:
            raise ValueError(f"there is a user {name} already")
        self._connection.execute(insert(user).values(name=name, rights=dict(rights)))
        self._audit.note("user.create", name, {"rights": dict(rights)})
        return User(name, dict(rights))

    def get(self, name: str) -> User | None:
        """One user with the names of the roles."""
        row = self._connection.execute(select(user).where(user.c.name == name)).one_or_none()
        return None if row is None else User(row.name, row.rights, self._roles(row.name), row.active)

    def all(self) -> tuple[User, ...]:
        """All users by name."""
        rows = self._connection.execute(select(user).order_by(user.c.name)).all()
        return tuple(User(row.name, row.rights, self._roles(row.name), row.active) for row in rows)

    def set_rights(self, name: str, rights: Mapping[str, Any]) -> None:
        """Replace a user's rights. Raises LookupError for an unknown user."""
        self._update(name, {"rights": dict(rights)})
        self._audit.note("user.rights", name, {"rights": dict(rights)})

    def set_active(self, name: str, *, active: bool) -> None:
        """Let a user in or keep them out. Raises LookupError for an unknown user."""
        self._update(name, {"active": active})
        self._audit.note("user.active", name, {"active": active})

    def add_role(self, name: str, rights: Mapping[str, Any]) -> Role:
        """Create a role."""
        self._connection.execute(insert(role).values(name=name, rights=dict(rights)))
        self._audit.note("role.create", name, {"rights": dict(rights)})
        return Role(name, dict(rights))

    def give_role(self, name: str, role_name: str) -> None:
        """Give a user a role."""
        self._connection.execute(insert(user_role).values(user_name=name, role_name=role_name))
        self._audit.note("user.role", name, {"role": role_name})

    def roles(self) -> tuple[Role, ...]:
        """All roles by name."""
        rows = self._connection.execute(select(role).order_by(role.c.name))
        return tuple(Role(row.name, row.rights) for row in rows)

    def _roles(self, name: str) -> tuple[str, ...]:
        own = (
            select(user_role.c.role_name).where(user_role.c.user_name == name).order_by(user_role.c.role_name)
        )
        return tuple(self._connection.scalars(own))

    def _update(self, name: str, values: Mapping[str, Any]) -> None:
        if not self._connection.execute(update(user).where(user.c.name == name).values(**values)).rowcount:
            raise LookupError(f"no user {name}")
