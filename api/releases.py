"""The release the service answers from: follows the pointer, and keeps what running requests opened."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from segments.service import SegmentService
from warehouse.engines.port import Engine
from warehouse.releases.model import Release
from warehouse.releases.reader import ReleaseError


@dataclass(frozen=True, slots=True)
class OpenRelease:
    """One release with the engine over it and the questions it answers."""

    release: Release
    engine: Engine
    segments: SegmentService


@dataclass(slots=True)
class _Shelf:
    opened: OpenRelease
    readers: int = 0


class Releases:
    """Open releases by id. A release that is no longer current is closed when its last reader leaves.

    `current` reads the pointer (cheap, called per request), `open_one` opens the release of an id.
    """

    def __init__(
        self, home: Path, current: Callable[[Path], str | None], open_one: Callable[[Path, str], OpenRelease]
    ) -> None:
        self._home = home
        self._current = current
        self._open_one = open_one
        self._shelves: dict[str, _Shelf] = {}
        self._lock = threading.Lock()

    @contextmanager
    def lease(self, release_id: str | None = None) -> Iterator[OpenRelease]:
        """The current release (or an older one by id) for the length of one request.

        Raises ReleaseError when there is none.
        """
        wanted = release_id or self._current(self._home)
        if wanted is None:
            raise ReleaseError("there is no release yet; `vitrina run` makes the first one")
        with self._lock:
            shelf = self._shelf(wanted)
            shelf.readers += 1
        try:
            yield shelf.opened
        finally:
            with self._lock:
                shelf.readers -= 1
            self._close_unused()

    def close(self) -> None:
        """Close everything; called when the service stops and no request is running."""
        with self._lock:
            for shelf in self._shelves.values():
                shelf.opened.engine.close()
            self._shelves.clear()

    def _shelf(self, release_id: str) -> _Shelf:
        shelf = self._shelves.get(release_id)
        if shelf is None:
            shelf = _Shelf(self._open_one(self._home, release_id))
            self._shelves[release_id] = shelf
        return shelf

    def _close_unused(self) -> None:
        current = self._current(self._home)
        with self._lock:
            unused = [key for key, shelf in self._shelves.items() if key != current and not shelf.readers]
            for key in unused:
                self._shelves.pop(key).opened.engine.close()
