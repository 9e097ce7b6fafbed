"""What can be asked."""

from fastapi import APIRouter

from api.catalog_view import catalog_answer
from api.deps import REFUSALS, Caller, ReleaseOf
from api.schemas.catalog import CatalogAnswer

router = APIRouter(tags=["catalogue"], responses=REFUSALS)


@router.get("/catalog", operation_id="get_catalog", summary="Entities, attributes, facts and relations")
def get_catalog(actor: Caller, opened: ReleaseOf) -> CatalogAnswer:
    """Everything a segment document may name, with labels in every language of the catalogue."""
    return catalog_answer(opened.release, actor)
