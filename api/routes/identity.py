"""From a number, address or id of any channel to the customer."""

from typing import Annotated, Any

from fastapi import APIRouter, Body

from api.actors import CUSTOMERS
from api.deps import DOCUMENT_REFUSALS, Caller, ReleaseOf, permitted
from api.schemas.identity import Identification, IdentifyRequest
from segments.identity import identify

router = APIRouter(tags=["customers"], responses=DOCUMENT_REFUSALS, dependencies=[permitted(CUSTOMERS)])


@router.post(
    "/identify",
    operation_id="identify",
    summary="Whose a number, address or id is",
    response_model=Identification,
)
def identify_customer(
    asked: Annotated[IdentifyRequest, Body(examples=[{"value": "+998 90 123-45-67", "on": "2026-07-01"}])],
    actor: Caller,
    opened: ReleaseOf,
) -> dict[str, Any]:
    """Among the customers whom the caller may see. Where several have it, none is chosen."""
    return identify(opened.segments, asked.value, actor, kind=asked.kind, on=asked.on).to_json()
