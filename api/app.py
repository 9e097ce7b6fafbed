"""The service: `create_app(home)` makes it; nothing is opened before it starts."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from api import errors, openapi
from api.context import open_context
from api.middleware import BodyLimit, RequestId
from api.routes import catalog, customers, docs, examples, health, identity, saved, segments

HOME_VARIABLE = "VITRINA_HOME"
DESCRIPTION = """Customer profiles, segments and cards of one deployment.

Every endpoint but `/v1/health` wants `Authorization: Bearer KEY`.
Failures are problem documents (RFC 9457)."""


def create_app(home: Path) -> FastAPI:
    """The application over one deployment folder. Opens settings and store when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.context = open_context(home)
        try:
            yield
        finally:
            app.state.context.close()

    app = FastAPI(
        title="Vitrina",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestId)
    errors.install(app)
    for module in (health, catalog, segments, examples, saved, identity, customers):
        app.include_router(module.router, prefix="/v1")
    app.include_router(docs.router)
    openapi.install(app)
    return app


def app_from_environment() -> FastAPI:
    """The application over the folder VITRINA_HOME; for servers that start applications by name."""
    return create_app(Path(os.environ[HOME_VARIABLE]))
