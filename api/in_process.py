"""The service in the caller's own process: httpx requests go straight to an application, without a port."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx

T = TypeVar("T")


class InProcessTransport(httpx.BaseTransport):
    """Runs an ASGI application, its start and stop included, on an event loop of its own.

    The loop's thread is a daemon: a process that forgets to close the transport still ends.
    """

    def __init__(self, app: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="in-process-service", daemon=True)
        self._thread.start()
        self._lifespan = app.router.lifespan_context(app)
        self._inner = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        try:
            self._wait(self._lifespan.__aenter__())
        except BaseException:
            self._stop_loop()
            raise

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; called by httpx, from any thread."""
        request.read()
        return self._wait(self._handle(request))

    def close(self) -> None:
        """Stop the application."""
        if self._thread.is_alive():
            self._wait(self._lifespan.__aexit__(None, None, None))
            self._wait(self._loop.shutdown_default_executor())
            self._stop_loop()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _stop_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        stream = response.stream
        if not isinstance(stream, httpx.AsyncByteStream):
            raise TypeError("the application answered with a synchronous stream")
        body = b"".join([part async for part in stream])
        return httpx.Response(response.status_code, headers=response.headers, content=body)
