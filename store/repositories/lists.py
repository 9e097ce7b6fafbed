"""Uploaded lists: added whole, never changed, deleted with their members."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from store.audit import Audit
from store.saved_values import ListCounts, ListRow, TakenError, UploadedList
from store.tables import uploaded_list, uploaded_list_member, uploaded_list_row

BATCH = 10_000
COUNTS = ("rows", "accepted", "rejected", "duplicates", "unknown", "ambiguous")


class Lists:
    """Lists of business ids that people uploaded."""

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection, self._audit = connection, audit

    def get(self, list_id: str) -> UploadedList | None:
        """One list without its members, a deleted one too."""
        wanted = select(uploaded_list).where(uploaded_list.c.id == list_id)
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else _list(row)

    def named(self, name_key: str) -> UploadedList | None:
        """The list that has this name, a deleted one too."""
        wanted = select(uploaded_list).where(uploaded_list.c.name_key == name_key)
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else _list(row)

    def all(self) -> tuple[UploadedList, ...]:
        """Lists that were not deleted, by name."""
        wanted = select(uploaded_list).where(uploaded_list.c.deleted_at.is_(None))
        return tuple(
            _list(row) for row in self._connection.execute(wanted.order_by(uploaded_list.c.name_key))
        )

    def add(self, new: UploadedList, members: Iterable[str], rows: Iterable[ListRow]) -> None:
        """Keep a list. Raises TakenError when id or name is taken."""
        values = {key: value for key, value in asdict(new).items() if key not in {"counts", "created_at"}}
        try:
            self._connection.execute(insert(uploaded_list).values(**values, **asdict(new.counts)))
        except IntegrityError as error:
            raise TakenError(
                f"the list {new.id} or its name was uploaded by somebody else meanwhile"
            ) from error
        for batch in _batches({"list_id": new.id, "member_id": member} for member in members):
            self._connection.execute(insert(uploaded_list_member), batch)
        for batch in _batches(_row(new.id, row) for row in rows):
            self._connection.execute(insert(uploaded_list_row), batch)
        self._audit.note(
            "list.upload", new.id, {"name": new.name, "file": new.file_name} | asdict(new.counts)
        )

    def members(self, list_id: str) -> list[str]:
        """The business ids, ascending."""
        member = uploaded_list_member.c
        wanted = select(member.member_id).where(member.list_id == list_id).order_by(member.member_id)
        return list(self._connection.scalars(wanted))

    def rows(self, list_id: str, limit: int | None = None) -> tuple[ListRow, ...]:
        """Rows that gave no member, in the order of the file."""
        row = uploaded_list_row.c
        wanted = select(row.line, row.outcome, row.value, row.reason).where(row.list_id == list_id)
        found = self._connection.execute(wanted.order_by(row.line).limit(limit)).fetchall()
        return tuple(ListRow(**one._mapping) for one in found)

    def delete(self, list_id: str) -> None:
        """Remove members and rows; the head stays to say so. Raises LookupError for an unknown list."""
        gone = (
            update(uploaded_list)
            .where(uploaded_list.c.id == list_id, uploaded_list.c.deleted_at.is_(None))
            .values(deleted_at=func.current_timestamp())
        )
        if not self._connection.execute(gone).rowcount:
            raise LookupError(f"no list {list_id}")
        for table in (uploaded_list_member, uploaded_list_row):
            self._connection.execute(delete(table).where(table.c.list_id == list_id))
        self._audit.note("list.delete", list_id)


def _list(row: Row[Any]) -> UploadedList:
    values = dict(row._mapping)
    counts = ListCounts(**{name: values.pop(name) for name in COUNTS})
    return UploadedList(**values, counts=counts)


def _row(list_id: str, row: ListRow) -> dict[str, Any]:
    # Not `asdict`, which copies deeply: a file can have millions of such rows.
    return {
        "list_id": list_id,
        "line": row.line,
        "outcome": row.outcome,
        "value": row.value,
        "reason": row.reason,
    }


def _batches(values: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    waiting = iter(values)
    while batch := list(islice(waiting, BATCH)):
        yield batch
