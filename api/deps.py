"""What endpoints ask for: the caller, the release, the document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.actors import actor_of, permissions_of
from api.context import Context
from api.errors import ApiError
from api.releases import OpenRelease
from api.schemas.problem import Problem
from segments.conditions.read import loads
from store import User
from warehouse.access import Actor

_bearer = HTTPBearer(auto_error=False, description="API key of a user or system")


def refusal(description: str) -> dict[str, Any]:
    """How a refusal is described in OpenAPI."""
    return {"description": description, "model": Problem}


REFUSALS: dict[int | str, dict[str, Any]] = {
    401: refusal("No key, or an unknown one"),
    403: refusal("The caller lacks the right"),
    500: refusal("The service failed; the log has the reason under the request id"),
    503: refusal("There is no release yet"),
}
CARD_REFUSALS: dict[int | str, dict[str, Any]] = REFUSALS | {
    404: refusal("There is no such customer for the caller")
}
DOCUMENT_REFUSALS: dict[int | str, dict[str, Any]] = REFUSALS | {
    409: refusal("The question was cancelled by a newer one"),
    413: refusal("The body is too large"),
    422: refusal("The document or a parameter is not valid; `problems` says what and where"),
    504: refusal("The question took too long and was stopped"),
}


def get_context(request: Request) -> Context:
    """The running service's context."""
    context: Context = request.app.state.context
    return context


ContextOf = Annotated[Context, Depends(get_context)]


def get_user(
    context: ContextOf, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> User:
    """Whose key it is; refuses without a key or with an unknown one."""
    if credentials is None:
        raise ApiError(401, "an API key is wanted: Authorization: Bearer KEY")
    user = context.store.authenticate(credentials.credentials)
    if user is None:
        raise ApiError(401, "unknown API key")
    return user


def get_actor(user: Annotated[User, Depends(get_user)]) -> Actor:
    """Who asks."""
    return actor_of(user)


Caller = Annotated[Actor, Depends(get_actor)]


def permitted(permission: str) -> Any:
    """The dependency that refuses callers without a permission."""

    def check(user: Annotated[User, Depends(get_user)]) -> None:
        if permission not in permissions_of(user):
            raise ApiError(403, f"{user.name} has no permission for {permission}")

    return Depends(check)


def get_release(context: ContextOf, actor: Caller) -> Iterator[OpenRelease]:  # noqa: ARG001 - the key is checked first
    """The current release, kept open for the length of the request."""
    with context.releases.lease() as opened:
        yield opened


ReleaseOf = Annotated[OpenRelease, Depends(get_release)]


async def get_document(request: Request, actor: Caller) -> dict[str, Any]:  # noqa: ARG001 - the key is checked first
    """The segment document of the body, its numbers exact."""
    return loads(await request.body())


DocumentOf = Annotated[dict[str, Any], Depends(get_document)]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page, and how many rows of it."""

    after: Annotated[str | None, Query(description="`next` of the page before")] = None
    limit: Annotated[int, Query(ge=1, le=10_000, description="Rows per page")] = 100


PageOf = Annotated[PageRequest, Depends()]
