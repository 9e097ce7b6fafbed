"""dbt as a child that dies with its run: `python -m pipelines.lib.bound FOLDER RUN_PROCESS ARGS...`."""

import ctypes
import os
import signal
import sys
from pathlib import Path

import psutil

from pipelines.lib.ownership import register_child

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Bind this process to the run, work in its folder, become dbt."""
    folder, run_process, *arguments = sys.argv[1:]
    _die_with(int(run_process))
    register_child(Path(folder), psutil.Process())
    os.chdir(folder)
    from dbt.cli.main import cli  # noqa: PLC0415 (after binding: importing dbt takes seconds)

    cli(arguments)


def _die_with(parent: int) -> None:
    """Let the kernel kill this process when its parent dies; elsewhere the next run ends leftovers."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit("the run is gone")


if __name__ == "__main__":
    main()
