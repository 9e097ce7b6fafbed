"""Questions about a segment document: is it valid, how many, who, with which statement."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Header, Query, Response

from api.actors import SEGMENTS
from api.context import Context
from api.cursors import QUESTION, Cursor, key_type, read_cursor, require_same, write_cursor
from api.deps import DOCUMENT_REFUSALS, Caller, ContextOf, DocumentOf, PageOf, ReleaseOf, permitted, refusal
from api.errors import ApiError
from api.parameters import CountRequestOf, DaysOf, MembersRequestOf, PurposeOf, Slot
from api.releases import OpenRelease
from api.schemas.problem import Finding
from api.schemas.segments import (
    Count,
    Description,
    Language,
    Members,
    Purpose,
    Remark,
    SegmentDocument,
    Sensitivity,
    Sql,
    Validation,
    Why,
)
from api.tables import ARROW_MEDIA_TYPE, arrow_bytes, columns_of, rows_of
from segments.budget import Budget
from segments.conditions.describe import conditions_in_words, describe
from segments.conditions.read import DocumentError, parse
from segments.saved import SavedSegments
from segments.saved.documents import dumps
from warehouse.access import Actor
from warehouse.catalog.model import Entity
from warehouse.releases.reader import ReleaseError

DOCUMENT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A segment document; nodes as the document format has them.",
        "content": {"application/json": {"schema": SegmentDocument.model_json_schema()}},
    }
}
ARROW: dict[str, Any] = {ARROW_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}
STREAM_HEADERS: dict[str, Any] = {
    "X-Next-Cursor": {
        "description": "With an Arrow stream: `next`; empty = this was the last",
        "schema": {"type": "string"},
    },
    "X-Remarks": {
        "description": "With an Arrow stream: codes of `remarks`, with commas between them",
        "schema": {"type": "string"},
    },
}

Answer = TypeVar("Answer")

router = APIRouter(
    prefix="/segments",
    tags=["segments"],
    responses=DOCUMENT_REFUSALS,
    dependencies=[permitted(SEGMENTS)],
)


@router.post(
    "/validate",
    operation_id="validate_segment",
    summary="Problems of a document, and remarks",
    openapi_extra=DOCUMENT_BODY,
)
def validate_segment(
    document: DocumentOf,
    actor: Caller,
    opened: ReleaseOf,
    context: ContextOf,
    own: Annotated[
        str | None,
        Query(alias="id", description="The saved segment this is; it is not told as its own double"),
    ] = None,
) -> Validation:
    """Everything that keeps the document from being answered, each with the path of its node.

    A valid document may be odd (it never holds, a part of it changes nothing ...): `remarks` say so.
    """
    try:
        problems = opened.segments.check(document, actor)
    except DocumentError as error:
        problems = error.problems
    findings = [Finding(path=p.path, message=p.message, code=p.code) for p in problems]
    remarks = [] if findings else _remarks(SavedSegments(context.store, opened.release), document, own)
    return Validation(valid=not findings, problems=findings, remarks=remarks)


def _remarks(saved: SavedSegments, document: dict[str, Any], own: str | None) -> list[Finding]:
    return [Finding(path=r.path, message=r.message, code=r.code) for r in saved.lint(document, own)]


@router.post("/count", operation_id="count_segment", summary="Size of a segment", openapi_extra=DOCUMENT_BODY)
def count_segment(
    document: DocumentOf,
    actor: Caller,
    opened: ReleaseOf,
    context: ContextOf,
    days: DaysOf,
    asked: CountRequestOf,
) -> Count:
    """The exact number of entities, the universe it was taken from and the dates it looked at.

    Identical questions at the same time share one run. A question with the `X-Query-Slot` of an older one
    that still runs takes its place: the older one is stopped and answered with 409.
    """
    how: dict[str, Any] = {**asdict(days), "purpose": asked.purpose.value}
    key = partial(opened.segments.key, document, actor, **how)
    ask = partial(opened.segments.count, document, actor, **how)
    answer = context.questions.run(
        # Paths in an answer are those of the document as it was written.
        lambda budget: ("count", key(budget=budget), dumps(document["where"]), asked.attrition),
        lambda budget: ask(attrition=asked.attrition, budget=budget),
        slot=_place(actor, asked.slot),
    )
    return Count.model_validate(answer.to_json())


@router.post(
    "/members",
    operation_id="list_segment_members",
    summary="Members of a segment, by pages",
    response_model=Members,
    responses={
        200: {"content": ARROW, "headers": STREAM_HEADERS},
        410: refusal("The release of the first page is gone; begin with the first page"),
    },
    openapi_extra=DOCUMENT_BODY,
)
def list_segment_members(
    document: DocumentOf,
    actor: Caller,
    context: ContextOf,
    paging: PageOf,
    days: DaysOf,
    wanted: MembersRequestOf,
    accept: Annotated[
        str, Header(description=f"`{ARROW_MEDIA_TYPE}` for an Arrow stream")
    ] = "application/json",
) -> Any:
    """Rows in the order of the key. A cursor keeps to the release of its first page.

    With `Accept: application/vnd.apache.arrow.stream` the rows come as an Arrow stream and the cursor in
    the header `X-Next-Cursor`, the codes of remarks in `X-Remarks`.
    """
    cursor = read_cursor(paging.after)
    budget = Budget.start()
    with _lease(context, cursor) as opened:
        asked: dict[str, Any] = {**asdict(days), "purpose": wanted.purpose.value, "budget": budget}
        question = opened.segments.key(document, actor, **asked)[:QUESTION]
        require_same(cursor, question, key_type(_entity(opened, document)))
        page = opened.segments.members(
            document, actor, after=cursor.after, limit=paging.limit, attributes=wanted.attributes, **asked
        )
        manifest = opened.release.manifest
        following = (
            None if page.next is None else write_cursor(Cursor(manifest.release_id, question, page.next))
        )
    if ARROW_MEDIA_TYPE in accept:
        return Response(
            arrow_bytes(page.rows),
            headers={
                "X-Next-Cursor": following or "",
                "X-Remarks": ",".join(remark.code for remark in page.remarks),
            },
            media_type=ARROW_MEDIA_TYPE,
        )
    return Members(
        release=manifest.release_id,
        as_of=page.context.as_of,
        known_on=page.context.known_on,
        columns=columns_of(page.rows),
        rows=rows_of(page.shown()),
        next=following,
        remarks=[Remark.model_validate(remark.to_json()) for remark in page.remarks],
    )


@router.post(
    "/sql", operation_id="get_segment_sql", summary="The statement of a segment", openapi_extra=DOCUMENT_BODY
)
def get_segment_sql(document: DocumentOf, actor: Caller, opened: ReleaseOf, days: DaysOf) -> Sql:
    """The engine's statement and its bound parameters, as a count runs it."""
    return Sql.model_validate(opened.segments.sql(document, actor, **asdict(days)).to_json())


@router.post(
    "/describe", operation_id="describe_segment", summary="A document in words", openapi_extra=DOCUMENT_BODY
)
def describe_segment(
    document: DocumentOf,
    actor: Caller,
    opened: ReleaseOf,
    language: Annotated[Language, Query(description="Language of the words")] = Language.ENGLISH,
    purpose: PurposeOf = Purpose.ANALYSIS,
) -> Description:
    """A sentence exact enough for an audit, and the words of each condition."""
    problems = opened.segments.check(document, actor)
    if problems:
        raise DocumentError(problems)
    parsed, catalog = parse(document), opened.release.catalog
    return Description(
        text=describe(
            parsed,
            catalog,
            language.value,
            purpose=purpose.value,
            stop_lists=opened.segments.references.keeps_stop_lists(),
        ),
        conditions=conditions_in_words(parsed, catalog, language.value),
    )


@router.post(
    "/why",
    operation_id="explain_membership",
    summary="Why an entity is in or out",
    openapi_extra=DOCUMENT_BODY,
)
def explain_membership(
    document: DocumentOf,
    actor: Caller,
    opened: ReleaseOf,
    context: ContextOf,
    id_: Annotated[str, Query(alias="id", description="Business id of the entity")],
    days: DaysOf,
    slot: Slot = None,
) -> Why:
    """Each condition for one entity with the value found, and the smallest change that flips the answer."""
    ask = partial(opened.segments.why, document, id_, actor, **asdict(days))
    return Why.model_validate(_alone(context, actor, slot, lambda budget: ask(budget=budget)).to_json())


@router.post(
    "/sensitivity",
    operation_id="get_segment_sensitivity",
    summary="Size by threshold",
    openapi_extra=DOCUMENT_BODY,
)
def get_segment_sensitivity(
    document: DocumentOf,
    actor: Caller,
    opened: ReleaseOf,
    context: ContextOf,
    path: Annotated[str, Query(description="Path of a condition with lt, le, gt or ge and a number")],
    days: DaysOf,
    slot: Slot = None,
) -> Sensitivity:
    """How many there would be with other thresholds of one condition, from one scan."""
    ask = partial(opened.segments.sensitivity, document, path, actor, **asdict(days))
    return Sensitivity.model_validate(
        _alone(context, actor, slot, lambda budget: ask(budget=budget)).to_json()
    )


def _place(actor: Actor, slot: str | None) -> tuple[str, str] | None:
    return (actor.name, slot) if slot else None


def _alone(context: Context, actor: Actor, slot: str | None, ask: Callable[[Budget], Answer]) -> Answer:
    """The answer to a question that shares its run with nobody."""
    return context.questions.run(lambda _: object(), ask, slot=_place(actor, slot))


def _entity(opened: OpenRelease, document: dict[str, Any]) -> Entity:
    return opened.release.catalog.entities[str(document.get("entity", "customer"))]


@contextmanager
def _lease(context: Context, cursor: Cursor) -> Iterator[OpenRelease]:
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(context.releases.lease(cursor.release))
        except ReleaseError as error:
            if cursor.release is None:
                raise
            raise ApiError(410, "the release of this page is gone; begin with the first page") from error
        yield opened
