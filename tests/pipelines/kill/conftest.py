"""A deployment as small as can be, and runs of it as separate processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from store import migrate_store

COMMAND = [sys.executable, "-c", "from cli.main import main; main()"]
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


class Tiny:
    """The deployment and what can be done to it."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def bring(self, files: dict[str, str]) -> None:
        """Extracts arrive."""
        for name, content in files.items():
            (self.home / "inbox" / name).write_text(content, encoding="utf-8")

    def run(self, *, exit_code: int = 0) -> dict[str, Any]:
        """`vitrina run`, undisturbed."""
        done = subprocess.run(self.command(), capture_output=True, text=True, check=False)
        assert done.returncode == exit_code, done.stdout + done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    def command(self) -> list[str]:
        return [*COMMAND, "--home", str(self.home), "--json", "run"]

    def stopped_after(self, step: str) -> subprocess.Popen[str]:
        """A run that has stopped itself after this step, its children still going."""
        process = subprocess.Popen(
            self.command(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "VITRINA_STOP_AFTER": step},
        )
        while psutil.Process(process.pid).status() != psutil.STATUS_STOPPED:
            assert process.poll() is None, f"the run ended before {step!r}: {process.communicate()[0]}"
            time.sleep(0.05)
        return process

    def kill_after(self, step: str) -> None:
        """SIGKILL to the run alone, just after this step; whoever it started must not live on."""
        process = self.stopped_after(step)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        gone, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, f"children live on after {step!r}: {alive}, ended: {gone}"


@pytest.fixture(scope="module")
def new_deployment(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Tiny]:
    """Makes empty deployments."""

    def make() -> Tiny:
        home = tmp_path_factory.mktemp("deployment")
        (home / "vitrina.yml").write_text("name: Tiny\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
        (home / "sources").mkdir()
        (home / "sources" / "crm.yml").write_text(SOURCE, encoding="utf-8")
        (home / "inbox").mkdir()
        migrate_store(home)
        return Tiny(home)

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
        shutil.copytree(released.home, home)
        deployment = Tiny(home)
        deployment.bring(JULY)
        return deployment

    return make
