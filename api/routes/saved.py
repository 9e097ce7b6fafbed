"""Saved segments and uploaded lists: what documents may refer to."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Response, status

from api.actors import SEGMENTS
from api.deps import DOCUMENT_REFUSALS, Caller, ContextOf, DocumentOf, ReleaseOf, permitted, refusal
from api.exact_json import dumps
from api.routes.segments import DOCUMENT_BODY
from api.saved_view import history_of, list_of, report_of, result_of, segment_of, version_of
from api.schemas.saved import (
    Encoding,
    Key,
    ListReport,
    SavedSegment,
    SaveResult,
    SegmentHistory,
    SegmentVersion,
)
from api.schemas.saved import SavedSegments as SegmentsAnswer
from api.schemas.saved import UploadedLists as ListsAnswer
from segments.saved import SavedSegments, Upload, UploadedLists
from warehouse.files.keys import KeyFile

SAVED_REFUSALS: dict[int | str, dict[str, Any]] = DOCUMENT_REFUSALS | {
    404: refusal("There is no such segment, version or list"),
    409: refusal("The name is taken, or the segment is archived"),
}
SHOWN_ROWS = 100
"""Rows without a member that an upload answers with."""
router = APIRouter(responses=SAVED_REFUSALS, dependencies=[permitted(SEGMENTS)])


@router.get("/segments", tags=["segments"], operation_id="list_segments", summary="Saved segments")
def list_segments(
    context: ContextOf,
    opened: ReleaseOf,
    archived: Annotated[bool, Query(description="Archived ones too")] = False,
) -> SegmentsAnswer:
    """Saved segments by name, without their documents."""
    found = SavedSegments(context.store, opened.release).all(archived=archived)
    return SegmentsAnswer(segments=[segment_of(one) for one in found])


@router.post(
    "/segments",
    tags=["segments"],
    operation_id="save_segment",
    summary="Save a document",
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": SaveResult, "description": "The newest version said the same already"}},
    openapi_extra=DOCUMENT_BODY,
)
def save_segment(
    document: DocumentOf,
    actor: Caller,
    context: ContextOf,
    opened: ReleaseOf,
    response: Response,
    segment_id: Annotated[
        str | None,
        Query(alias="id", description="The segment to make the next version of, or a new one's id"),
    ] = None,
    name: Annotated[str | None, Query(description="Name; default: the document's")] = None,
) -> SaveResult:
    """As a new segment, or as the next version of one. References without a version are pinned to the newest."""
    saved = SavedSegments(context.store, opened.release).save(
        document, actor, segment_id=segment_id, name=name
    )
    if not saved.changed:
        response.status_code = status.HTTP_200_OK
    return result_of(saved)


@router.get(
    "/segments/{segment_id}", tags=["segments"], operation_id="get_segment", summary="A saved segment"
)
def get_segment(segment_id: str, context: ContextOf, opened: ReleaseOf) -> SegmentHistory:
    """The segment, its versions and where it is used."""
    return history_of(*SavedSegments(context.store, opened.release).history(segment_id))


@router.get(
    "/segments/{segment_id}/versions/{version}",
    tags=["segments"],
    operation_id="get_segment_version",
    summary="One version with its document",
    response_model=SegmentVersion,
)
def get_segment_version(
    segment_id: str, version: int, actor: Caller, context: ContextOf, opened: ReleaseOf
) -> Any:
    """The document as it was saved. Refused where it asks for attributes that the caller may not see."""
    found = SavedSegments(context.store, opened.release).open(segment_id, version, actor)
    # Not through the model: the numbers of a document are exact.
    return Response(dumps(version_of(found)), media_type="application/json")


@router.post(
    "/segments/{segment_id}/archive",
    tags=["segments"],
    operation_id="archive_segment",
    summary="Archive a segment",
)
def archive_segment(segment_id: str, actor: Caller, context: ContextOf, opened: ReleaseOf) -> SavedSegment:
    """It can't be used anew; uses that name a version go on."""
    saved = SavedSegments(context.store, opened.release)
    saved.archive(segment_id, actor)
    return segment_of(saved.history(segment_id)[0])


@router.get("/lists", tags=["lists"], operation_id="list_lists", summary="Uploaded lists")
def list_lists(context: ContextOf, opened: ReleaseOf) -> ListsAnswer:
    """Lists by name, without members."""
    found = UploadedLists(context.store, opened.segments).all()
    return ListsAnswer(lists=[list_of(one) for one in found])


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """What a list is to be called, and how its file is written."""

    name: Annotated[str, Query(description="Name of the list")]
    key: Annotated[Key, Query(description="What the file names customers by")]
    column: Annotated[
        str | None,
        Query(description="Column with the keys; default: the one named as the key, or the only one"),
    ] = None
    encoding: Annotated[Encoding, Query(description="Encoding of the text")] = Encoding.UTF8
    delimiter: Annotated[str, Query(min_length=1, max_length=1)] = ","
    file: Annotated[str, Query(description="Name of the file, for messages")] = "upload"
    expires_on: Annotated[
        date | None, Query(description="From this business date on the list can't be used")
    ] = None

    def upload(self, content: bytes) -> Upload:
        """The file with what is said about it."""
        form = KeyFile(self.file, self.key.value, self.column, self.encoding.value, self.delimiter)
        return Upload(content, form, self.name, self.expires_on)


@router.post(
    "/lists",
    tags=["lists"],
    operation_id="upload_list",
    summary="Upload a list of customers",
    status_code=status.HTTP_201_CREATED,
)
def upload_list(
    content: Annotated[bytes, Body(media_type="text/csv", description="CSV, TXT or Excel, one key per row")],
    asked: Annotated[UploadRequest, Depends()],
    actor: Caller,
    context: ContextOf,
    opened: ReleaseOf,
) -> ListReport:
    """Keeps the customers whom the rows name, and says what became of every row."""
    lists = UploadedLists(context.store, opened.segments)
    made = lists.upload(asked.upload(content), actor)
    return report_of(made, lists.rows(made.id, actor, SHOWN_ROWS), ())


@router.get("/lists/{list_id}", tags=["lists"], operation_id="get_list", summary="An uploaded list")
def get_list(
    list_id: str,
    actor: Caller,
    context: ContextOf,
    opened: ReleaseOf,
    rows: Annotated[
        int, Query(ge=0, le=1_000_000, description="At most so many rows that gave no member")
    ] = SHOWN_ROWS,
) -> ListReport:
    """What became of the rows of the upload, and where the list is used."""
    lists = UploadedLists(context.store, opened.segments)
    found, users = lists.get(list_id)
    return report_of(found, lists.rows(list_id, actor, rows), users)
