"""Runs a function in a forked child with a time limit, so that what it imports and breaks dies with it."""

import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ended:
    """How a child ended: with a JSON value, by the time limit, or by dying."""

    value: Any = None
    timed_out: bool = False
    died: bool = False


def in_child(work: Callable[[], Any], timeout_s: float) -> Ended:
    """What `work` returned in a child; an exception that leaves it is a death, told on stderr."""
    read, write = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.close(read)
        _work(work, write)
    os.close(write)
    try:
        return _awaited(child, read, timeout_s)
    finally:
        os.close(read)


def _work(work: Callable[[], Any], write: int) -> None:
    status = 1
    try:
        with os.fdopen(write, "w") as pipe:
            json.dump(work(), pipe)
        status = 0
    except BaseException:  # noqa: BLE001 - a child must never return into the parent's code
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)  # neither the parent's exit handlers nor its buffers belong to the child


def _awaited(child: int, read: int, timeout_s: float) -> Ended:
    ready, _, _ = select.select([read], [], [], timeout_s)
    if not ready:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return Ended(timed_out=True)
    with os.fdopen(os.dup(read)) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return Ended(value=json.loads(told)) if status == 0 else Ended(died=True)
