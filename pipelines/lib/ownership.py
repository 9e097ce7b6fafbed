"""A run owns its deployment: a lock, a private folder, children that die with it, a journal of its steps."""

import fcntl
import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

LOCK = "run.lock"
RUNS = "runs"
JOURNAL = "journal.jsonl"
CHILDREN = "children"
KEPT_JOURNALS = 20
PUBLISHED = "pointer"
STOP_AFTER = "VITRINA_STOP_AFTER"


class BusyError(Exception):
    """Another run owns the deployment; the message says which."""


@dataclass(slots=True)
class Workspace:
    """The private folder of one run. `listener` hears of every finished step.

    `published`: the step after which the run's release is the current one is finished.
    """

    home: Path
    run_id: str
    listener: Callable[[str], None] = lambda _: None
    started: float = field(default_factory=time.monotonic)
    published: bool = False

    @property
    def path(self) -> Path:
        """The folder; nobody else writes here."""
        return self.home / RUNS / self.run_id

    @property
    def database(self) -> Path:
        """The build database that dbt works in."""
        return self.path / "build.duckdb"

    def step(self, name: str) -> None:
        """Note a finished step, on disk before anything that follows it.

        With VITRINA_STOP_AFTER=NAME the process stops itself there (SIGSTOP), so that an operator, or a test,
        can look at the deployment between two steps, and kill the run exactly there.
        """
        entry = {"step": name, "seconds": round(time.monotonic() - self.started, 3)}
        with (self.path / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(entry, ensure_ascii=False) + "\n")
            journal.flush()
            os.fsync(journal.fileno())
        self.published |= name == PUBLISHED
        self.listener(name)
        if os.environ.get(STOP_AFTER) == name:
            os.kill(os.getpid(), signal.SIGSTOP)


@contextmanager
def owned(home: Path, run_id: str, listener: Callable[[str], None] = lambda _: None) -> Iterator[Workspace]:
    """Own the deployment while the block runs. Raises BusyError at once when another run does.

    What a killed run left behind is ended and removed first: its children, its private folder.
    """
    with _locked(home, run_id):
        end_leftovers(home)
        workspace = Workspace(home, run_id, listener)
        (workspace.path / CHILDREN).mkdir(parents=True)
        workspace.step("locked")
        try:
            yield workspace
        finally:
            _clean(workspace.path)


@contextmanager
def _locked(home: Path, run_id: str) -> Iterator[None]:
    """The lock goes with the process, however it ends: the kernel gives it back."""
    with (home / LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise BusyError(f"{home}: a run is at work already ({holder}); nothing was started") from None
        file.truncate(0)
        file.write(f"run {run_id}, process {os.getpid()}")
        file.flush()
        yield


def is_owned(home: Path) -> bool:
    """Whether a run is at work in the deployment at this moment."""
    try:
        with _locked(home, "nobody"):
            return False
    except BusyError:
        return True


def end_leftovers(home: Path) -> None:
    """End the children of dead runs and remove their private folders; the newest journals stay."""
    folders = sorted((home / RUNS).glob("*"), key=lambda folder: folder.stat().st_mtime_ns, reverse=True)
    for place, folder in enumerate(folders):
        for child in sorted((folder / CHILDREN).glob("*")):
            _end(child)
        _clean(folder)
        if place >= KEPT_JOURNALS:
            shutil.rmtree(folder)


def register_child(folder: Path, process: psutil.Process) -> None:
    """Called by a child of a run: leave word of who it is. The start time tells it from a later process."""
    name = folder / CHILDREN / str(process.pid)
    name.write_text(repr(process.create_time()), encoding="utf-8")


def _end(child: Path) -> None:
    try:
        process = psutil.Process(int(child.name))
        if repr(process.create_time()) == child.read_text(encoding="utf-8"):
            process.kill()
            process.wait()
    except psutil.NoSuchProcess:
        return


def _clean(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != JOURNAL:
            entry.unlink()
