"""`vitrina serve`: free ports, clear refusals, and children that end with their parent, however it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest

from cli.serve import free_port
from tests.api.deployment import Deployment, make_deployment

PROJECT = Path(__file__).resolve().parents[2]
WAIT_S = 30.0


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    made = make_deployment(tmp_path_factory.mktemp("served"))
    (made.home / "secrets").mkdir()
    (made.home / "secrets" / "admin.key").write_text(made.admin, encoding="utf-8")
    return made


def start(home: Path, what: str, *options: str) -> "subprocess.Popen[str]":
    command = [
        sys.executable,
        "-c",
        "from cli.main import main; main()",
        "--json",
        "--home",
        str(home),
        "serve",
        what,
    ]
    return subprocess.Popen([*command, *options], cwd=PROJECT, stdout=subprocess.PIPE, text=True)


def address(server: "subprocess.Popen[str]") -> str:
    assert server.stdout is not None
    lines = iter(server.stdout.readline, "")
    text = "".join(line for _, line in zip(range(3), lines, strict=False))
    return str(json.loads(text)["api"])


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        assert free_port("127.0.0.1", taken, set()) > taken


def test_two_services_never_get_one_port() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        first = probe.getsockname()[1]
    taken: set[int] = set()
    assert free_port("127.0.0.1", first, taken) != free_port("127.0.0.1", first, taken)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_children_end_with_their_parent(deployment: Deployment, how: signal.Signals) -> None:
    server = start(deployment.home, "api", "--api-port", str(_unused()))
    url = address(server)
    assert httpx.get(f"{url}/v1/health").json()["status"] == "ok"
    children = psutil.Process(server.pid).children(recursive=True)
    assert children
    server.send_signal(how)
    server.communicate(timeout=WAIT_S)
    until(
        lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
    )
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/v1/health")


def test_what_a_server_prints_stays_out_of_the_result(tmp_path: Path) -> None:
    """Dagster's server, for one, logs to standard output; with --json a reader wants one document there."""
    (tmp_path / "loud.py").write_text("print('a line of the server')\n", encoding="utf-8")
    code = (
        "from pathlib import Path; from cli.serve import Service, _start; "
        f"child = _start(Service('loud', 0, 'loud', (), {{}}, Path({str(tmp_path)!r}))); child.wait()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": f"{PROJECT}{os.pathsep}{tmp_path}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, "a line of the server" in done.stderr) == ("", True)


def test_a_folder_that_is_no_deployment_is_refused(tmp_path: Path) -> None:
    server = start(tmp_path, "api")
    out, _ = server.communicate(timeout=WAIT_S)
    assert server.returncode == 2
    assert "vitrina init" in json.loads(out)["error"]


def _unused() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
