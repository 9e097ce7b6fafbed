"""One process at a time changes raw."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from warehouse.errors import InputError


class RawBusyError(InputError):
    """Another process changes raw at this moment."""


@contextmanager
def raw_lock(home: Path) -> Iterator[None]:
    """Raw belongs to this process while the block runs. Raises RawBusyError at once when it is another's."""
    (home / "raw").mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / "raw" / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise RawBusyError(f"{home}: another ingestion is at work in this deployment") from error
    try:
        yield
    finally:
        lock.release()
