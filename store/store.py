"""The opened store: units of work, and who holds a key."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, DatabaseError

from store.connect import STORE_FILE, connect, store_url
from store.unit_of_work import UnitOfWork, reading, transaction
from store.upgrade import StoreError, require_current
from store.values import User


class Store:
    """The operational store of a deployment. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def unit_of_work(self, actor: str) -> Iterator[UnitOfWork]:
        """One transaction on behalf of `actor`: everything in it happens, or nothing does."""
        with transaction(self._engine, actor) as work:
            yield work

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """A consistent view for reading; it waits for no writer."""
        with reading(self._engine) as work:
            yield work

    def authenticate(self, key: str, now: datetime | None = None) -> User | None:
        """The active user whose valid key this is; `now` (UTC) decides whether a key has run out."""
        with self.reading() as work:
            holder = work.api_keys.holder(key, now or datetime.now(UTC))
            return None if holder is None else work.users.get(holder)

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()


def open_store(location: Path | str) -> Store:
    """The store of a deployment folder (a Path: SQLite inside it) or at a database URL (a text).

    Raises StoreError when it is not there, can't be reached, or has the schema of another version.
    """
    if isinstance(location, Path) and not (location / STORE_FILE).is_file():
        raise StoreError(f"{location / STORE_FILE}: there is no operational store; `vitrina init` makes one")
    try:
        engine = connect(store_url(location))
    except (ImportError, ArgumentError) as error:
        raise StoreError(f"the store can't be opened: {error}") from error
    try:
        require_current(engine)
    except DatabaseError as error:
        engine.dispose()
        where = engine.url.render_as_string(hide_password=True)
        raise StoreError(f"{where}: the store can't be opened: {error.orig}") from error
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)
