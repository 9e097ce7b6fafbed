"""One deployment over the public telco set for the whole test run, whoever asks first."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("VITRINA_DATA", ROOT.parent / "shared" / "data")) / "telco_ibm"
MISSING = f"the public telco set is not at {DATA}; VITRINA_DATA names the folder that holds telco_ibm"


def vitrina(*arguments: object) -> Any:
    """One command of the command line, its JSON answer."""
    command = [sys.executable, "-c", "from cli.main import main; main()", *map(str, arguments), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def telco_home(factory: pytest.TempPathFactory) -> Path:
    """The deployment's folder: the pipeline runs once, also where several processes share the tests.

    Tests read it; whoever wants to change something makes a deployment of its own.
    """
    base = factory.getbasetemp()
    # Each process of a shared run has a folder of its own below the run's.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home = shared / "telco-home"
    with FileLock(shared / "telco.lock"):
        if not (home / "CURRENT").exists():
            vitrina("init", home, "--example", "telco_churn", "--data", DATA)
            report = vitrina("--home", home, "run")
            assert (report["as_of"], report["customers"]) == ("2020-01-01", 7043)
    return home
