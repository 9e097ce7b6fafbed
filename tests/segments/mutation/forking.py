"""Runs functions in forked children with a time limit, so that what they import and break dies with them."""

import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Work = Callable[[], Any]


@dataclass(frozen=True)
class Ended:
    """How a child ended: with a JSON value, by the time limit, or by dying."""

    value: Any = None
    timed_out: bool = False
    died: bool = False


@dataclass(frozen=True)
class _Child:
    pid: int
    pipe: int
    deadline: float

    def ended(self) -> Ended:
        """After its pipe became readable, or its time was over."""
        try:
            if time.monotonic() > self.deadline and not select.select([self.pipe], [], [], 0)[0]:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                return Ended(timed_out=True)
            with os.fdopen(os.dup(self.pipe)) as pipe:
                told = pipe.read()
            _, status = os.waitpid(self.pid, 0)
            return Ended(value=json.loads(told)) if status == 0 else Ended(died=True)
        finally:
            os.close(self.pipe)


def in_child(work: Work, timeout_s: float) -> Ended:
    """What `work` returned in a child; an exception that leaves it is a death, told on stderr."""
    ((_, ended),) = in_children([(None, work)], 1, timeout_s)
    return ended


def in_children(
    works: Iterable[tuple[Any, Work]], processes: int, timeout_s: float
) -> Iterator[tuple[Any, Ended]]:
    """Each named work in a child of its own, so many at a time, in the order in which they end."""
    waiting, running = iter(works), dict[int, tuple[Any, _Child]]()
    while True:
        while len(running) < processes and (following := next(waiting, None)) is not None:
            child = _started(following[1], timeout_s)
            running[child.pipe] = (following[0], child)
        if not running:
            return
        for pipe in _ready(child for _, child in running.values()):
            name, child = running.pop(pipe)
            yield name, child.ended()


def _ready(children: Iterable[_Child]) -> list[int]:
    """Pipes of those that have something to tell or whose time is over; waits until there is one."""
    by_pipe = {child.pipe: child for child in children}
    first = min(child.deadline for child in by_pipe.values())
    told, _, _ = select.select(list(by_pipe), [], [], max(first - time.monotonic(), 0) + 0.01)
    late = [pipe for pipe, child in by_pipe.items() if time.monotonic() > child.deadline]
    return list({*told, *late})


def _started(work: Work, timeout_s: float) -> _Child:
    read, write = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        _work(work, write)
    os.close(write)
    return _Child(pid, read, time.monotonic() + timeout_s)


def _work(work: Work, write: int) -> None:
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
