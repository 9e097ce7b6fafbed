"""Real servers over a real deployment, driven in Chromium by mouse and keyboard."""

import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.telco.deployment import DATA, MISSING, telco_home

PROJECT = Path(__file__).resolve().parents[2]
ARTEFACTS = PROJECT / "artefacts"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True, slots=True)
class Served:
    """A deployment and the addresses it is served at."""

    home: Path
    api: str
    apps: str


@pytest.fixture(scope="session")
def telco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment over the public set of telecom customers."""
    if not DATA.is_dir():
        pytest.skip(MISSING)
    return telco_home(tmp_path_factory)


@pytest.fixture(scope="session")
def served(telco: Path) -> Iterator[Served]:
    """The service and the workspaces, started as a user starts them."""
    command = [sys.executable, "-c", "from cli.main import main; main()", "--json", "--home", str(telco)]
    ports = ["--api-port", str(_free_port()), "--apps-port", str(_free_port())]
    server = subprocess.Popen(
        [*command, "serve", "apps", *ports], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    try:
        yield _addresses(telco, server)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)
        assert server.stdout is not None
        server.stdout.close()


def _addresses(home: Path, server: "subprocess.Popen[str]") -> Served:
    assert server.stdout is not None
    text = ""
    for line in server.stdout:
        # Streamlit greets on standard output before the addresses come.
        text = line if line.startswith("{") else text + line
        if line.startswith("}"):
            addresses = json.loads(text)
            return Served(home, addresses["api"], addresses["apps"])
    raise AssertionError("the servers ended without telling their addresses")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """A page of a browser of its own. Requests to anywhere but loopback fail the test."""
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    foreign: list[str] = []
    with sync_playwright() as playwright, ExitStack() as stack:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=QUIET_FLAGS,
            viewport={"width": 1440, "height": 1000},
        )
        stack.callback(context.close)
        opened = context.new_page()
        opened.on("request", lambda request: _note(foreign, request.url))
        yield opened
    assert foreign == []


def _note(foreign: list[str], url: str) -> None:
    if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")):
        foreign.append(url)
