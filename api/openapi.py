"""The OpenAPI document: as FastAPI makes it, with every refusal as the problem document it is."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.schemas.problem import PROBLEM_MEDIA_TYPE

PROBLEM = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI) -> None:
    """Give the application its document, made once when first asked for."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            app.openapi_schema = _with_problems(made)
        return app.openapi_schema

    # FastAPI's own way to change the document.
    app.openapi = document  # type: ignore[method-assign]


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    response["content"] = PROBLEM
    for name in FRAMEWORKS_OWN:
        document["components"]["schemas"].pop(name, None)
    return document
