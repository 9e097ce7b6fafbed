"""`vitrina segment save | list | show | archive | delete`, and saved segments in place of files."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from cli.context import OpenDeployment, open_deployment
from cli.documents import read_document, refuse
from cli.state import State, emit_json, state_of, stdout
from segments.answers import plain
from segments.conditions.describe import describe
from segments.conditions.problems import DocumentError
from segments.conditions.read import parse
from segments.saved import Opened, Saved, SavedSegments
from segments.saved.documents import dumps
from store import Segment, SegmentUse, SegmentVersion

app = typer.Typer()
REFERENCE = re.compile(r"([a-z0-9][a-z0-9_-]*)(?:@([1-9][0-9]{0,8}))?\Z")

SegmentId = Annotated[str, typer.Argument(metavar="ID", help="Id of a saved segment.")]


def saved_name(text: str) -> tuple[str, int | None] | None:
    """(id, version) where the argument can only mean a saved segment; a file of that name comes first."""
    found = REFERENCE.match(text)
    if found is None or Path(text).is_file():
        return None
    return found[1], None if found[2] is None else int(found[2])


def read_file_or_saved(text: str) -> Callable[[OpenDeployment], dict[str, Any]]:
    """The document of a file or of standard input (-), read now; of a saved segment (ID or ID@VERSION) when
    a deployment is open.
    """
    name = saved_name(text)
    if name is not None:
        return lambda deployment: _open(deployment, *name).document
    content = read_document(text)
    return lambda _: content


@app.command()
def save(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Segment document; - reads standard input.")],
    segment_id: Annotated[
        str | None, typer.Option("--id", help="Segment to make the next version of, or the id of a new one.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name; default: the document's.")] = None,
) -> None:
    """Save a document: as a new segment, or as the next version of one."""
    state, content = state_of(context), read_document(file)
    with open_deployment(state) as deployment:
        try:
            saved = _segments(deployment).save(content, deployment.actor, segment_id=segment_id, name=name)
        except DocumentError as error:
            refuse(state, file, error.problems)
    if state.json:
        emit_json(head_json(saved.segment) | {"hash": saved.version.document_hash, "changed": saved.changed})
    else:
        stdout().print(Text(_told(saved)), soft_wrap=True)


@app.command("list")
def list_segments(
    context: typer.Context,
    archived: Annotated[bool, typer.Option("--archived", help="Archived ones too.")] = False,
) -> None:
    """The saved segments by name."""
    state = state_of(context)
    with open_deployment(state) as deployment:
        found = _segments(deployment).all(archived=archived)
    if state.json:
        emit_json({"segments": [head_json(one) for one in found]})
    else:
        stdout().print(_table(found))


@app.command()
def show(
    context: typer.Context,
    segment_id: SegmentId,
    version: Annotated[int | None, typer.Option(min=1, help="Which version; default: the newest.")] = None,
) -> None:
    """One version of a segment: the document, what it means, the versions there are, and who uses it."""
    state = state_of(context)
    with open_deployment(state) as deployment:
        opened = _open(deployment, segment_id, version)
        _, versions, users = _segments(deployment).history(segment_id)
        words = describe(parse(opened.document), deployment.release.catalog, "en")
    if state.json:
        print(dumps(opened_json(opened, versions, users) | {"words": words}))
    else:
        _show(opened, versions, users, words)


@app.command()
def archive(context: typer.Context, segment_id: SegmentId) -> None:
    """Keep a segment from new uses; uses that name a version go on."""
    state = state_of(context)
    with open_deployment(state) as deployment:
        _segments(deployment).archive(segment_id, deployment.actor)
    _done(state, segment_id, "archived")


@app.command()
def delete(context: typer.Context, segment_id: SegmentId) -> None:
    """Remove a segment that no other uses."""
    state = state_of(context)
    with open_deployment(state) as deployment:
        _segments(deployment).delete(segment_id, deployment.actor)
    _done(state, segment_id, "deleted")


def head_json(segment: Segment) -> dict[str, Any]:
    """A segment without its document."""
    return {
        "id": segment.id,
        "name": segment.name,
        "description": segment.description,
        "owner": segment.owner,
        "entity": segment.entity,
        "version": segment.version,
        "created_at": plain(segment.created_at),
        "changed_at": plain(segment.changed_at),
        "archived_at": plain(segment.archived_at),
    }


def opened_json(
    opened: Opened, versions: Sequence[SegmentVersion], users: Sequence[SegmentUse]
) -> dict[str, Any]:
    """A segment with the document of one version, its numbers exact (`dumps` writes them)."""
    return head_json(opened.segment) | {
        "version": opened.version.version,
        "hash": opened.version.document_hash,
        "author": opened.version.author,
        "catalog_version": opened.version.catalog_version,
        "document": opened.document,
        "versions": [
            {"version": one.version, "author": one.author, "created_at": plain(one.created_at)}
            for one in versions
        ],
        "used_by": [{"id": use.id, "version": use.version} for use in users],
    }


def _segments(deployment: OpenDeployment) -> SavedSegments:
    return SavedSegments(deployment.store, deployment.release)


def _open(deployment: OpenDeployment, segment_id: str, version: int | None) -> Opened:
    return _segments(deployment).open(segment_id, version, deployment.actor)


def _told(saved: Saved) -> str:
    named = f"{saved.segment.id} version {saved.version.version}"
    return f"{named} saved" if saved.changed else f"{named} says the same: no new version was made"


def _done(state: State, segment_id: str, what: str) -> None:
    if state.json:
        emit_json({"id": segment_id, "state": what})
    else:
        stdout().print(Text(f"{segment_id} {what}"))


def _table(segments: Sequence[Segment]) -> Table:
    table = Table("id", "name", "version", "counts", "owner", "changed", "", box=None, pad_edge=False)
    for one in segments:
        cells = (
            one.id,
            one.name,
            str(one.version),
            one.entity,
            one.owner,
            f"{one.changed_at:%Y-%m-%d %H:%M}",
        )
        table.add_row(*map(Text, cells), "archived" if one.archived_at else "")
    return table


def _show(
    opened: Opened, versions: Sequence[SegmentVersion], users: Sequence[SegmentUse], words: str
) -> None:
    console, segment = stdout(), opened.segment
    state = " (archived)" if segment.archived_at else ""
    console.print(Text(f"{segment.name}{state}", style="bold"))
    for line in (segment.description, words):
        if line:
            console.print(Text(line), soft_wrap=True)
    console.print(Text(dumps(opened.document)), soft_wrap=True)
    table = Table("version", "author", "saved", "hash", box=None, pad_edge=False)
    for one in versions:
        mark = " *" if one.version == opened.version.version else ""
        cells = (
            f"{one.version}{mark}",
            one.author,
            f"{one.created_at:%Y-%m-%d %H:%M}",
            one.document_hash[:12],
        )
        table.add_row(*map(Text, cells))
    console.print()
    console.print(table)
    if users:
        console.print(Text(f"used by {', '.join(f'{use.id} version {use.version}' for use in users)}"))
