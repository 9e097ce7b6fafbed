"""The interactive description: one page that draws the OpenAPI document and fetches nothing from outside."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, RedirectResponse

PAGE = Path(__file__).resolve().parent.parent / "docs.html"

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def get_docs() -> FileResponse:
    """The page; the key that somebody types into it stays in it."""
    return FileResponse(PAGE, media_type="text/html; charset=utf-8")


@router.get("/")
def get_root() -> RedirectResponse:
    """Whoever opens the bare address wants to know what is here."""
    return RedirectResponse("/docs")


@router.get("/openapi.json")
def get_openapi_document() -> RedirectResponse:
    """Where tools look first."""
    return RedirectResponse("/v1/openapi.json")
