"""`vitrina` with its imports done once: each request on standard input becomes a process of its own.

A request is one line of JSON: `{"arguments", "environment", "output"}` starts a process and answers its number,
`{"wait": NUMBER}` answers its exit code (negative: the signal that ended it).
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pipelines.run
from cli.main import main

assert pipelines.run.run_pipeline  # Dagster's imports are what costs time


def serve() -> None:
    """Answer until standard input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        answer = _wait(request["wait"]) if "wait" in request else _start(request)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _wait(process_id: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])


def _start(request: dict[str, Any]) -> int:
    process_id = os.fork()
    if process_id:
        return process_id
    os.environ.update(request["environment"])
    descriptor = os.open(Path(request["output"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["vitrina", *request["arguments"]]
    code: Any = 1
    try:
        main()
        code = 0
    except SystemExit as stopped:
        code = stopped.code or 0
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
