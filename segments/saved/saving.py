"""One save: the document is checked, named, pinned and kept within one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segments.conditions.canonical import document_hash
from segments.conditions.check import check
from segments.conditions.nodes import Document
from segments.conditions.problems import DocumentError, Problem
from segments.conditions.read import parse
from segments.saved.documents import dumps, referred_lists, referred_segments, with_versions
from segments.saved.errors import ConflictError
from segments.saved.naming import clean_name, free_id, name_key, require_id
from segments.saved.references import WorkReferences, no_ids
from segments.saved.uses import use_problems
from store import NewVersion, Segment, SegmentHead, SegmentUse, SegmentVersion, UnitOfWork
from warehouse.access import Actor
from warehouse.errors import InputError
from warehouse.releases.model import Release


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save left in the store. `changed` is False when the newest version said the same already."""

    segment: Segment
    version: SegmentVersion
    changed: bool


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be saved: a document, for the segment of this id (None = a new one), under this name."""

    document: Mapping[str, Any]
    segment_id: str | None
    name: str | None


def save(work: UnitOfWork, release: Release, actor: Actor, order: Order) -> Saved:
    """Keep the document. Raises DocumentError, ConflictError, InputError, and TakenError of the store."""
    parsed = parse(order.document)
    own = None if order.segment_id is None else work.segments.get(require_id(order.segment_id))
    problems = [*found_problems(work, release, parsed, actor), *use_problems(work, parsed, own)]
    if problems:
        raise DocumentError(problems)
    name = _name(order, parsed, own)
    _require_text(order.document)
    document = pinned(work, {**order.document, "name": name}, parsed)
    digest = document_hash(parse(document))
    own = _holder(work, order, name, own, digest)
    head = _head(work, order, name, parsed, own)
    _keep(work, head, own, actor)
    newest = work.segments.version(head.id)
    changed = newest is None or newest.document_hash != digest
    if changed:
        work.segments.add_version(head.id, _new(document, digest, release.catalog.version), actor.name)
        newest = work.segments.version(head.id)
    kept = work.segments.get(head.id)
    assert kept is not None
    assert newest is not None
    return Saved(kept, newest, changed)


def found_problems(work: UnitOfWork, release: Release, parsed: Document, actor: Actor) -> tuple[Problem, ...]:
    """Faults of a document against the release and what is in the store now."""
    references = WorkReferences(work, release.manifest.as_of, no_ids)
    return check(parsed, release.catalog, actor, references)


def pinned(work: UnitOfWork, document: Mapping[str, Any], parsed: Document) -> dict[str, Any]:
    """The document with every reference to a known segment naming a version: the newest where none is."""
    newest: dict[str, int] = {}
    for reference in referred_segments(parsed.where):
        found = work.segments.version(reference.segment)
        if found is not None:
            newest[found.segment_id] = found.version
    return {**document, "where": with_versions(document["where"], newest)}


def _require_text(document: Mapping[str, Any]) -> None:
    try:
        dumps(document).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"the document holds a character that is none: {error.reason}") from error


def _name(order: Order, parsed: Document, own: Segment | None) -> str:
    """The name asked for, else the document's, else the one the segment has."""
    found = order.name if order.name is not None else parsed.name
    if found is not None:
        return clean_name(found)
    if own is None:
        raise InputError("a segment is saved under a name: give one, or write `name` into the document")
    return own.name


def _holder(work: UnitOfWork, order: Order, name: str, own: Segment | None, digest: str) -> Segment | None:
    """The segment to save into; None = a new one. Raises ConflictError where the name is another's."""
    holder = work.segments.named(name_key(name))
    if own is not None and own.archived_at is not None:
        raise ConflictError(f"the segment {own.id} is archived")
    if holder is None or (own is not None and holder.id == own.id):
        return own
    newest = work.segments.version(holder.id)
    if order.segment_id is None and newest is not None and newest.document_hash == digest:
        return holder
    hint = "" if order.segment_id else f"; a new version of it is saved by naming its id, {holder.id}"
    raise ConflictError(f"the name “{name}” is taken by the segment {holder.id}{hint}")


def _head(work: UnitOfWork, order: Order, name: str, parsed: Document, own: Segment | None) -> SegmentHead:
    if own is not None:
        description = own.description if parsed.description is None else parsed.description
        return SegmentHead(own.id, name, name_key(name), description)
    made = order.segment_id or free_id(name, "segment", lambda one: work.segments.get(one) is not None)
    return SegmentHead(made, name, name_key(name), parsed.description or "")


def _keep(work: UnitOfWork, head: SegmentHead, own: Segment | None, actor: Actor) -> None:
    if own is None:
        work.segments.add(head, actor.name)
    elif (own.name, own.description) != (head.name, head.description):
        work.segments.describe(head)


def _new(document: Mapping[str, Any], digest: str, catalog_version: str) -> NewVersion:
    parsed = parse(document)
    used = {SegmentUse(ref.segment, ref.version or 0) for ref in referred_segments(parsed.where)}
    lists = sorted({ref.list_id for ref in referred_lists(parsed.where)})
    return NewVersion(
        document=dumps(document),
        document_hash=digest,
        entity=parsed.entity,
        catalog_version=catalog_version,
        segments=tuple(sorted(used, key=lambda use: (use.id, use.version))),
        lists=tuple(lists),
    )
