"""An HTTP server on loopback whose answers a test writes down: also those that no server should give."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Answer:
    """What the server says. `cut`: it closes after so many bytes; `trickle_s`: pause before each byte."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    trickle_s: float = 0.0
    wait_s: float = 0.0


@dataclass
class Asked:
    """One request."""

    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    body: str = ""


class Server:
    """`answer` is called for every request; `asked` keeps them all."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Answer] = lambda _: Answer(b"[]")
        self.ended = threading.Event()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Handler(BaseHTTPRequestHandler):
    """Hands requests to the test's server and sends what it answers."""

    script: Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            path=parts.path,
            parameters={name: values[-1] for name, values in parse_qs(parts.query).items()},
            headers=dict(self.headers.items()),
            body=self.rfile.read(length).decode(),
        )
        self.script.asked.append(asked)
        self._say(self.script.answer(asked))

    def do_POST(self) -> None:
        self.do_GET()

    def _say(self, answer: Answer) -> None:
        self.script.ended.wait(answer.wait_s)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        # The other side may have gone while we waited.
        with suppress(OSError):
            self.end_headers()
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        if answer.trickle_s:
            self._trickle(answer)
            return
        self.wfile.write(answer.body[: answer.cut])
        if answer.cut is not None:
            self.connection.shutdown(socket.SHUT_RDWR)

    def _trickle(self, answer: Answer) -> None:
        for byte in answer.body:
            if self.script.ended.wait(answer.trickle_s):
                return
            self.wfile.write(bytes([byte]))

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def serving(port: int = 0) -> Iterator[Server]:
    """A server on a free port (or `port`) while the block runs."""
    server = Server()
    handler = type("Scripted", (Handler,), {"script": server})
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as http:
        server.port = http.server_address[1]
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            http.shutdown()
            thread.join()
