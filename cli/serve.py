"""`vitrina serve`: API, workspaces and Dagster on loopback ports, ending together."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.state import State, emit_json, state_of, stderr
from store import open_store
from warehouse.errors import InputError
from warehouse.settings import load_settings

PROJECT = Path(__file__).resolve().parent.parent
DAGSTER_CONFIGURATION = PROJECT / "dagster_home" / "dagster.yaml"
ADMIN_KEY = Path("secrets") / "admin.key"
STARTING_S = 90.0
ENDING_S = 10.0
PORTS_TRIED = 50
STANDARD_ERROR = 2


class What(StrEnum):
    """What to serve."""

    API = "api"
    APPS = "apps"
    DAGSTER = "dagster"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Service:
    """One server to start: a Python module with arguments, and the port it will listen on (0: on none)."""

    name: str
    port: int
    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = PROJECT


def serve(
    context: typer.Context,
    what: Annotated[What, typer.Argument(help="What to serve.")] = What.ALL,
    host: Annotated[
        str, typer.Option(help="Address to listen on; other than loopback on your own risk.")
    ] = "127.0.0.1",
    api_port: Annotated[int, typer.Option(help="Port of the API, or the next free one.")] = 8000,
    apps_port: Annotated[int, typer.Option(help="Port of the workspaces, or the next free one.")] = 8501,
    dagster_port: Annotated[int, typer.Option(help="Port of Dagster, or the next free one.")] = 3000,
) -> None:
    """Serve until Ctrl-C, or until one of the servers ends."""
    state = state_of(context)
    settings = load_settings(state.home)
    # A store of another version is told here, in one line, instead of by a server that dies.
    open_store(settings.store_url or settings.home).close()
    home = settings.home
    wanted = set(What) - {What.ALL} if what is What.ALL else {what}
    services = _services(
        home, host, wanted, {What.API: api_port, What.APPS: apps_port, What.DAGSTER: dagster_port}
    )
    with _running(services) as children:
        _announce(state, host, services, children)
        _watch(services, children)


def _services(home: Path, host: str, wanted: set[What], ports: Mapping[What, int]) -> tuple[Service, ...]:
    taken: set[int] = set()
    made: list[Service] = []
    api_port = free_port(host, ports[What.API], taken)
    # The workspaces reach the product through the API alone, so it comes with them.
    if wanted & {What.API, What.APPS}:
        made.append(_api(home, host, api_port))
    if What.APPS in wanted:
        made.append(_apps(home, host, free_port(host, ports[What.APPS], taken), api_port))
    if What.DAGSTER in wanted:
        made += [_dagster(home, host, free_port(host, ports[What.DAGSTER], taken)), _daemon(home)]
    return tuple(made)


def free_port(host: str, first: int, taken: set[int]) -> int:
    """The first port from `first` on that nobody listens on; noted in `taken`. Raises InputError."""
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        if port not in taken and _is_free(host, port):
            taken.add(port)
            return port
    raise InputError(f"no free port between {first} and {first + PORTS_TRIED}")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _api(home: Path, host: str, port: int) -> Service:
    arguments = ("api.app:app_from_environment", "--factory", "--host", host, "--port", str(port))
    quiet = ("--log-level", "warning", "--no-server-header")
    return Service("api", port, "uvicorn", arguments + quiet, {"VITRINA_HOME": str(home)})


def _apps(home: Path, host: str, port: int, api_port: int) -> Service:
    address = ("--server.address", host, "--server.port", str(port))
    environment = {
        "VITRINA_API_URL": f"http://{host}:{api_port}",
        "VITRINA_API_KEY": _admin_key(home),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH")))),
    }
    return Service("apps", port, "streamlit", ("run", "main.py", *address), environment, PROJECT / "apps")


def _dagster(home: Path, host: str, port: int) -> Service:
    arguments = ("-h", host, "-p", str(port), "-m", "pipelines.definitions", "--log-level", "warning")
    return Service("dagster", port, "dagster_webserver", arguments, _dagster_environment(home))


def _daemon(home: Path) -> Service:
    """Looks into the watched folders and starts the runs that they ask for."""
    arguments = ("run", "-m", "pipelines.definitions", "--log-level", "warning")
    return Service("daemon", 0, "dagster._daemon", arguments, _dagster_environment(home))


def _dagster_environment(home: Path) -> dict[str, str]:
    """Of Dagster's processes; its folder is there before the first run, too."""
    folder = home / "dagster"
    folder.mkdir(exist_ok=True)
    shutil.copyfile(DAGSTER_CONFIGURATION, folder / DAGSTER_CONFIGURATION.name)
    search = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    return {"VITRINA_HOME": str(home), "DAGSTER_HOME": str(folder), "PYTHONPATH": search}


def _admin_key(home: Path) -> str:
    path = home / ADMIN_KEY
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; `vitrina init` writes the administrator's key") from error


@contextlib.contextmanager
def _running(services: Sequence[Service]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The servers as children that end with this process, however it ends."""
    # Set in so many words: a shell starts background processes with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    children: list[subprocess.Popen[bytes]] = []
    try:
        for service in services:
            children.append(_start(service))  # noqa: PERF401 - what is started must be known when the next fails
        yield children
    except KeyboardInterrupt:
        stderr().print("stopping")
    finally:
        _end(children)


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _start(service: Service) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cli.child", str(os.getpid()), service.module, *service.arguments]
    environment = {**os.environ, **service.environment}
    # A group of its own: Ctrl-C reaches this process alone, which then ends the children in order.
    # What servers say goes where messages go: standard output holds this command's result alone.
    return subprocess.Popen(
        command, cwd=service.folder, env=environment, start_new_session=True, stdout=STANDARD_ERROR
    )


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in reversed(children):
        _signal_group(child, signal.SIGTERM)
    deadline = time.monotonic() + ENDING_S
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, deadline - time.monotonic()))
        _signal_group(child, signal.SIGKILL)
        child.wait()


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _announce(
    state: State, host: str, services: Sequence[Service], children: Sequence[subprocess.Popen[bytes]]
) -> None:
    """Print the addresses once each server answers."""
    for service, child in zip(services, children, strict=True):
        if service.port:
            _wait_until_open(host, service, child)
    addresses = {service.name: f"http://{host}:{service.port}" for service in services if service.port}
    if state.json:
        emit_json(addresses)
        sys.stdout.flush()
        return
    for name, address in addresses.items():
        stderr().print(f"{name:8} {address}")
    stderr().print("Ctrl-C ends all of them")


def _wait_until_open(host: str, service: Service, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTING_S
    while child.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((host, service.port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{service.name} did not start")


def _watch(services: Sequence[Service], children: Sequence[subprocess.Popen[bytes]]) -> None:
    while True:
        for service, child in zip(services, children, strict=True):
            if child.poll() is not None:
                raise RuntimeError(f"{service.name} ended with exit code {child.returncode}")
        time.sleep(0.5)
