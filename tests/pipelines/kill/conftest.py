"""A deployment as small as can be, and runs of it as separate processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from store import migrate_store

ROOT = Path(__file__).resolve().parents[3]
PRELOADED = Path(__file__).with_name("preloaded.py")
SOURCE = """
source: crm
datasets:
  - dataset: customer
    files: "inbox/customers_{date:%Y%m%d}.csv"
    format: csv
    load: upsert
    columns:
      customer_id: id
      kind: {column: kind, values: {B2C: person, B2B: legal_entity}}
      full_name: name
  - dataset: contract
    files: "inbox/contracts_{date:%Y%m%d}.csv"
    format: csv
    load: upsert
    columns: {contract_id: id, customer_id: cust, signed_on: from, ended_on: to}
"""
JUNE = {
    "customers_20260601.csv": "id,kind,name\nB,B2B,Завод\nA,B2C,Иван\n",
    "contracts_20260601.csv": "id,cust,from,to\nK1,A,2025-01-01,\nK2,B,2024-01-01,\n",
}
JULY = {
    "customers_20260701.csv": "id,kind,name\nA,B2C,Пётр\nD,B2C,Анна\nC,B2B,Бозор\n",
    "contracts_20260701.csv": "id,cust,from,to\nK2,B,2024-01-01,2026-06-15\nK3,D,2026-06-20,\n",
}


class Launcher:
    """Starts `vitrina` processes from one that has its imports done (`preloaded.py`): a run saves seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = subprocess.Popen(
            [sys.executable, str(PRELOADED)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def start(self, arguments: list[str], environment: dict[str, str]) -> "Started":
        """A process of its own."""
        output = self._folder / f"{uuid.uuid4().hex}.txt"
        request = {"arguments": arguments, "environment": environment, "output": str(output)}
        return Started(self._ask(request), output, self)

    def wait(self, pid: int) -> int:
        """Exit code; negative where a signal ended it."""
        return self._ask({"wait": pid})

    def close(self) -> None:
        """End the preloaded process."""
        self._server.communicate()

    def _ask(self, request: dict[str, Any]) -> int:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())


@dataclass(frozen=True)
class Started:
    """A process and what it prints."""

    pid: int
    output: Path
    launcher: Launcher

    def finish(self) -> tuple[int, str]:
        """Exit code and output, once it has ended."""
        return self.launcher.wait(self.pid), self.output.read_text(encoding="utf-8")

    def status(self) -> str:
        return psutil.Process(self.pid).status()


class Tiny:
    """The deployment and what can be done to it."""

    def __init__(self, home: Path, launcher: Launcher) -> None:
        self.home, self.launcher = home, launcher

    def bring(self, files: dict[str, str]) -> None:
        """Extracts arrive."""
        for name, content in files.items():
            (self.home / "inbox" / name).write_text(content, encoding="utf-8")

    def copy(self, home: Path) -> "Tiny":
        """The same deployment at another place."""
        shutil.copytree(self.home, home)
        return Tiny(home, self.launcher)

    def run(self, command: str = "run", *, exit_code: int = 0) -> dict[str, Any]:
        """`vitrina run`, undisturbed."""
        code, output = self.start(command).finish()
        assert code == exit_code, output
        return json.loads(output)  # type: ignore[no-any-return]

    def start(self, command: str = "run", **environment: str) -> Started:
        """`vitrina run`, just started."""
        return self.launcher.start(["--home", str(self.home), "--json", command], environment)

    def stopped_after(self, step: str) -> Started:
        """A run that has stopped itself after this step, its children still going."""
        started = self.start(VITRINA_STOP_AFTER=step)
        while (status := started.status()) != psutil.STATUS_STOPPED:
            assert status != psutil.STATUS_ZOMBIE, f"the run ended before {step!r}: {started.finish()}"
            time.sleep(0.05)
        return started

    def kill_after(self, step: str) -> None:
        """SIGKILL to the run alone, just after this step; whoever it started must not live on."""
        started = self.stopped_after(step)
        children = psutil.Process(started.pid).children(recursive=True)
        os.kill(started.pid, signal.SIGKILL)
        assert started.finish()[0] == -signal.SIGKILL
        gone, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, f"children live on after {step!r}: {alive}, ended: {gone}"


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """One preloaded process for all runs of the module."""
    made = Launcher(tmp_path_factory.mktemp("output"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def new_deployment(tmp_path_factory: pytest.TempPathFactory, launcher: Launcher) -> Callable[[], Tiny]:
    """Makes empty deployments."""

    def make() -> Tiny:
        home = tmp_path_factory.mktemp("deployment")
        (home / "vitrina.yml").write_text("name: Tiny\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
        (home / "sources").mkdir()
        (home / "sources" / "crm.yml").write_text(SOURCE, encoding="utf-8")
        (home / "inbox").mkdir()
        migrate_store(home)
        return Tiny(home, launcher)

    return make


@pytest.fixture(scope="module")
def released(new_deployment: Callable[[], Tiny]) -> Tiny:
    """A deployment with a first release from the extracts of June."""
    deployment = new_deployment()
    deployment.bring(JUNE)
    deployment.run()
    return deployment


@pytest.fixture(scope="module")
def july(released: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Tiny]:
    """Copies of the released deployment to which the extracts of July have come."""

    def make() -> Tiny:
        home = tmp_path_factory.mktemp("july") / "home"
        deployment = released.copy(home)
        deployment.bring(JULY)
        return deployment

    return make
