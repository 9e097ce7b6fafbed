"""Saved segments and their versions."""

from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from store.audit import Audit
from store.saved_values import NewVersion, Segment, SegmentHead, SegmentUse, SegmentVersion, TakenError
from store.tables import segment, segment_uses_list, segment_uses_segment, segment_version


class Segments:
    """Heads that can be renamed and archived, versions that are only added."""

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection, self._audit = connection, audit

    def get(self, segment_id: str) -> Segment | None:
        """One segment as it stands now."""
        row = self._connection.execute(_heads().where(segment.c.id == segment_id)).one_or_none()
        return None if row is None else _segment(row)

    def named(self, name_key: str) -> Segment | None:
        """The segment that has this name."""
        row = self._connection.execute(_heads().where(segment.c.name_key == name_key)).one_or_none()
        return None if row is None else _segment(row)

    def all(self) -> tuple[Segment, ...]:
        """Every segment by name, archived ones too."""
        rows = self._connection.execute(_heads().order_by(segment.c.name_key))
        return tuple(_segment(row) for row in rows)

    def version(self, segment_id: str, version: int | None = None) -> SegmentVersion | None:
        """One version; None = the newest."""
        wanted = _versions().where(segment_version.c.segment_id == segment_id)
        if version is not None:
            wanted = wanted.where(segment_version.c.version == version)
        row = self._connection.execute(
            wanted.order_by(segment_version.c.version.desc()).limit(1)
        ).one_or_none()
        return None if row is None else SegmentVersion(**row._mapping)

    def versions(self, segment_id: str) -> tuple[SegmentVersion, ...]:
        """All versions, the oldest first."""
        wanted = _versions().where(segment_version.c.segment_id == segment_id)
        rows = self._connection.execute(wanted.order_by(segment_version.c.version))
        return tuple(SegmentVersion(**row._mapping) for row in rows)

    def with_hash(self, document_hash: str) -> tuple[SegmentVersion, ...]:
        """Newest versions of segments in use whose document has this hash, by id."""
        newest = _newest()
        wanted = (
            _versions()
            .join(newest, _is_newest(newest))
            .join(segment, segment.c.id == segment_version.c.segment_id)
            .where(segment_version.c.document_hash == document_hash, segment.c.archived_at.is_(None))
        )
        rows = self._connection.execute(wanted.order_by(segment_version.c.segment_id))
        return tuple(SegmentVersion(**row._mapping) for row in rows)

    def add(self, head: SegmentHead, owner: str) -> None:
        """Begin a segment; its first version has to follow. Raises TakenError when id or name is taken."""
        values = {"id": head.id, "owner": owner} | _described(head)
        try:
            self._connection.execute(insert(segment).values(**values))
        except IntegrityError as error:
            raise TakenError(
                f"the segment {head.id} or its name was saved by somebody else meanwhile"
            ) from error
        self._audit.note("segment.create", head.id, {"name": head.name})

    def describe(self, head: SegmentHead) -> None:
        """Rename, describe anew. Raises TakenError for a taken name, LookupError for an unknown segment."""
        try:
            self._update(head.id, _described(head))
        except IntegrityError as error:
            raise TakenError(f"the name {head.name} was taken by somebody else meanwhile") from error
        self._audit.note("segment.describe", head.id, {"name": head.name})

    def add_version(self, segment_id: str, new: NewVersion, author: str) -> int:
        """Add the next version; its number. Raises TakenError when another save took that number."""
        # Where the database lets writers in side by side, they queue here for the number.
        self._connection.execute(select(segment.c.id).where(segment.c.id == segment_id).with_for_update())
        highest = select(func.max(segment_version.c.version)).where(
            segment_version.c.segment_id == segment_id
        )
        version = (self._connection.scalar(highest) or 0) + 1
        try:
            self._insert(segment_id, version, new, author)
        except IntegrityError as error:
            raise TakenError(f"what version {version} of {segment_id} needs was changed meanwhile") from error
        self._update(segment_id, {"changed_at": func.current_timestamp()})
        self._audit.note("segment.version", segment_id, {"version": version, "hash": new.document_hash})
        return version

    def archive(self, segment_id: str) -> None:
        """Keep a segment from new uses. Raises LookupError for an unknown one."""
        self._update(segment_id, {"archived_at": func.current_timestamp()})
        self._audit.note("segment.archive", segment_id)

    def delete(self, segment_id: str) -> None:
        """Remove a segment with its versions. Raises LookupError, and TakenError when others use it."""
        users = self.users(segment_id)
        if users:
            named = ", ".join(f"{use.id} version {use.version}" for use in users)
            raise TakenError(f"the segment {segment_id} is used by {named}; archive it instead")
        if not self._connection.execute(delete(segment).where(segment.c.id == segment_id)).rowcount:
            raise LookupError(f"no segment {segment_id}")
        self._audit.note("segment.delete", segment_id)

    def users(self, segment_id: str) -> tuple[SegmentUse, ...]:
        """Versions of other segments that refer to any version of this one."""
        uses = segment_uses_segment.c
        return self._uses(select(uses.segment_id, uses.version).where(uses.used_id == segment_id))

    def users_of_list(self, list_id: str) -> tuple[SegmentUse, ...]:
        """Versions of segments that refer to a list."""
        uses = segment_uses_list.c
        return self._uses(select(uses.segment_id, uses.version).where(uses.list_id == list_id))

    def uses_of(self, use: SegmentUse) -> tuple[SegmentUse, ...]:
        """The versions that one version refers to directly."""
        uses = segment_uses_segment.c
        return self._uses(
            select(uses.used_id, uses.used_version).where(
                uses.segment_id == use.id, uses.version == use.version
            )
        )

    def _uses(self, wanted: Select[str, int]) -> tuple[SegmentUse, ...]:
        found = (SegmentUse(one, version) for one, version in self._connection.execute(wanted))
        return tuple(sorted(found, key=_place))

    def _insert(self, segment_id: str, version: int, new: NewVersion, author: str) -> None:
        own = {"segment_id": segment_id, "version": version}
        values = {
            "document": new.document,
            "document_hash": new.document_hash,
            "entity": new.entity,
            "author": author,
            "catalog_version": new.catalog_version,
        }
        self._connection.execute(insert(segment_version).values(**own, **values))
        segments = [own | {"used_id": use.id, "used_version": use.version} for use in new.segments]
        if segments:
            self._connection.execute(insert(segment_uses_segment), segments)
        if new.lists:
            self._connection.execute(insert(segment_uses_list), [own | {"list_id": one} for one in new.lists])

    def _update(self, segment_id: str, values: dict[str, object]) -> None:
        changed = update(segment).where(segment.c.id == segment_id).values(**values)
        if not self._connection.execute(changed).rowcount:
            raise LookupError(f"no segment {segment_id}")


def _described(head: SegmentHead) -> dict[str, object]:
    return {"name": head.name, "name_key": head.name_key, "description": head.description}


def _place(use: SegmentUse) -> tuple[str, int]:
    return use.id, use.version


def _newest() -> Any:
    highest = func.max(segment_version.c.version).label("version")
    return select(segment_version.c.segment_id, highest).group_by(segment_version.c.segment_id).subquery()


def _is_newest(newest: Any) -> Any:
    return (segment_version.c.segment_id == newest.c.segment_id) & (
        segment_version.c.version == newest.c.version
    )


def _heads() -> Select[Any]:
    newest = _newest()
    return (
        select(segment, segment_version.c.version, segment_version.c.entity)
        .join(newest, newest.c.segment_id == segment.c.id)
        .join(segment_version, _is_newest(newest))
    )


def _versions() -> Select[Any]:
    return select(segment_version)


def _segment(row: Row[Any]) -> Segment:
    values = dict(row._mapping)
    del values["name_key"]
    return Segment(**values)
