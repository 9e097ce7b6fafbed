"""Around every request: an id for it, and a limit on the size of its body."""

import re
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.schemas.problem import PROBLEM_MEDIA_TYPE, Problem

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
MAX_BODY_BYTES = 4 * 1024 * 1024
"""Room for a document with 100,000 values; longer lists are uploaded as lists."""
MAX_UPLOAD_BYTES = 64 * 1024 * 1024
"""Room for a list of 3 million customers."""
UPLOADS = "/v1/lists"


class RequestId:
    """Give each request an id (the caller's own where it is a plain token) and answer with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope["request_id"] = _given_id(scope) or uuid.uuid4().hex

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        await self._app(scope, receive, send_with_id)


class BodyLimit:
    """Refuse bodies above the limit, by their declared length or as soon as more arrives than was allowed."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await self._body(scope, receive)
        if body is None:
            await self._refuse(scope, send)
            return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        most = self._most(scope)
        declared = _header(scope, b"content-length")
        if declared.isdigit() and int(declared) > most:
            return None
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size > most:
                return None
            parts.append(part)
            more = message.get("more_body", False)
        return b"".join(parts)

    def _most(self, scope: Scope) -> int:
        return max(self._max, MAX_UPLOAD_BYTES) if scope["path"] == UPLOADS else self._max

    async def _refuse(self, scope: Scope, send: Send) -> None:
        problem = Problem(
            title="Content Too Large",
            status=413,
            detail=f"the body is larger than {self._most(scope)} bytes; upload a list instead of many values",
            instance=scope["path"],
            request_id=scope.get("request_id", ""),
        )
        body = problem.model_dump_json().encode()
        headers = [
            (b"content-type", PROBLEM_MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        await send(
            {"type": "http.response.start", "status": 413, "headers": [*headers, (b"connection", b"close")]}
        )
        await send({"type": "http.response.body", "body": body})


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _given_id(scope: Scope) -> str:
    given = _header(scope, b"x-request-id")
    return given if REQUEST_ID.fullmatch(given) else ""
