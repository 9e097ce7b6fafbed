"""Connections: where the store is, and how SQLite is to behave."""

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

STORE_FILE = Path("store") / "vitrina.db"
BUSY_TIMEOUT_MS = 30_000
ONLY_READS = "only_reads"


def store_url(location: Path | str) -> str:
    """The database of a deployment folder (SQLite inside it), or the URL itself."""
    return location if isinstance(location, str) else f"sqlite:///{location / STORE_FILE}"


def connect(url: str) -> Engine:
    """An engine; nothing is opened yet."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def reading_connection(engine: Engine) -> Connection:
    """A connection for one transaction that only reads: all its statements see the same state."""
    options: dict[str, object] = {ONLY_READS: True}
    if engine.dialect.name != "sqlite":
        options |= {"isolation_level": "REPEATABLE READ"}
    return engine.connect().execution_options(**options)


def _set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver opens transactions only before some statements; it is told to leave that to us.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail when another one wrote in between.
    only_reads = connection.get_execution_options().get(ONLY_READS, False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")
