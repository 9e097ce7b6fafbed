"""Segment documents that come with the deployment, to begin with."""

from fastapi import APIRouter

from api.actors import SEGMENTS
from api.deps import REFUSALS, ContextOf, permitted
from api.schemas.examples import Example, Examples
from segments.conditions.read import DocumentError, loads

router = APIRouter(
    prefix="/segments", tags=["segments"], responses=REFUSALS, dependencies=[permitted(SEGMENTS)]
)


@router.get("/examples", operation_id="list_example_segments", summary="Documents to begin with")
def list_example_segments(context: ContextOf) -> Examples:
    """The documents in `segments/` of the deployment folder, by file name."""
    examples, unreadable = [], []
    for path in sorted((context.settings.home / "segments").glob("*.json")):
        try:
            text = path.read_text(encoding="utf-8")
            name = loads(text).get("name")
        except (DocumentError, UnicodeDecodeError):
            unreadable.append(path.name)
            continue
        examples.append(
            Example(file=path.name, name=name if isinstance(name, str) else path.stem, document=text)
        )
    return Examples(examples=examples, unreadable=unreadable)
