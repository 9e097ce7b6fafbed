"""Compacts copies of a deployment in processes of its own: killed at each change of a folder, and two at once.

Arguments: the deployment, a folder for the copies. Prints how many kills there were.
"""

import os
import shutil
import signal
import sys
from pathlib import Path

from pipelines.ingest.compact import compact
from pipelines.ingest.lock import RawBusyError

CHANGES = {"os.mkdir", "os.rename", "shutil.rmtree"}
BUSY = 3


def main(home: Path, copies: Path) -> None:
    kills = 0
    while os.waitpid(_child(_copy(home, copies / f"{kills}"), kills), 0)[1] == signal.SIGKILL:
        kills += 1
    both = _copy(home, copies / "both")
    states = [os.waitpid(child, 0)[1] for child in [_child(both), _child(both)]]
    assert {os.waitstatus_to_exitcode(state) for state in states} <= {0, BUSY}, states
    sys.stdout.write(f"{kills}\n")


def _copy(home: Path, target: Path) -> Path:
    shutil.copytree(home / "raw", target / "raw")
    return target


def _child(home: Path, changes: int = -1) -> int:
    """A process that compacts, and is killed just before the change with this number."""
    process = os.fork()
    if process:
        return process
    left = changes

    def count(event: str, _: object) -> None:
        nonlocal left
        if event in CHANGES:
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    sys.addaudithook(count)
    try:
        compact(home, many=1)
    except RawBusyError:
        os._exit(BUSY)
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
