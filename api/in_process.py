"""The service in the caller's own process: httpx requests go straight to an application, without a port."""

from contextlib import ExitStack
from typing import Any

import anyio.from_thread
import httpx


class InProcessTransport(httpx.BaseTransport):
    """Runs an ASGI application, its start and stop included, on an event loop of its own thread."""

    def __init__(self, app: Any) -> None:
        self._stack = ExitStack()
        self._portal = self._stack.enter_context(anyio.from_thread.start_blocking_portal())
        try:
            lifespan = app.router.lifespan_context(app)
            self._stack.enter_context(self._portal.wrap_async_context_manager(lifespan))
        except BaseException:
            self._stack.close()
            raise
        self._inner = httpx.ASGITransport(app=app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; called by httpx."""
        request.read()
        return self._portal.call(self._handle, request)

    def close(self) -> None:
        """Stop the application."""
        self._stack.close()

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        stream = response.stream
        if not isinstance(stream, httpx.AsyncByteStream):
            raise TypeError("the application answered with a synchronous stream")
        body = b"".join([part async for part in stream])
        return httpx.Response(response.status_code, headers=response.headers, content=body)
