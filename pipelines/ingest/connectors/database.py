"""Rows of a database by SQLAlchemy, read only, chunk by chunk along the cursor."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnClause,
    Connection,
    Engine,
    Select,
    bindparam,
    column,
    create_engine,
    event,
    literal_column,
    select,
    text,
)
from sqlalchemy import table as table_named
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.expression import FromClause

from pipelines.ingest.connectors.cursors import CursorValue
from pipelines.ingest.connectors.model import Database, DownError, UnavailableError
from pipelines.ingest.connectors.secrets import Secrets

FETCHED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Places:
    """What the placeholders of a URL stand for. `data` is None where the deployment has no such folder."""

    home: Path
    store_url: str
    data: Path | None

    def fill(self, url: str) -> str:
        """The URL with `{store}`, `{home}` and `{data}` filled in."""
        if "{data}" in url and self.data is None:
            raise UnavailableError("`data` is not set in vitrina.yml, but the address needs it")
        known = {"{store}": self.store_url, "{home}": str(self.home), "{data}": str(self.data)}
        for name, value in known.items():
            url = url.replace(name, value)
        return url


class DatabaseReader:
    """One table or query. Open while the block runs; raises UnavailableError for whatever the database refuses."""

    def __init__(self, database: Database, places: Places, secrets: Secrets) -> None:
        self._database, self._places, self._secrets = database, places, secrets
        self._engine: Engine | None = None

    def __enter__(self) -> "DatabaseReader":
        with self._failures():
            url = make_url(self._places.fill(self._secrets.fill(self._database.url)))
            self._engine = _engine(url, self._database.timeout_s)
        return self

    def __exit__(self, *_: object) -> None:
        if self._engine is not None:
            self._engine.dispose()

    def since(self, value: CursorValue | None, limit: int, order: Sequence[str]) -> Iterator[dict[str, Any]]:
        """At most `limit` rows with the cursor at `value` or after it, in the cursor's order."""
        cursor = self._cursor()
        query = self._select().order_by(cursor, *_columns(order)).limit(limit)
        if value is not None:
            query = query.where(cursor >= bindparam("since", value))
        return self._rows(query)

    def at(self, value: CursorValue, order: Sequence[str]) -> Iterator[dict[str, Any]]:
        """All rows with the cursor at `value`."""
        cursor = self._cursor()
        return self._rows(
            self._select().where(cursor == bindparam("since", value)).order_by(*_columns(order))
        )

    def everything(self, order: Sequence[str]) -> Iterator[dict[str, Any]]:
        """All rows."""
        return self._rows(self._select().order_by(*_columns(order)))

    def without_cursor(self) -> bool:
        """Whether there are rows whose cursor is NULL: no fetch along the cursor would ever see them."""
        query = self._select().where(self._cursor().is_(None)).limit(1)
        return any(True for _ in self._rows(query))

    def _cursor(self) -> ColumnClause[Any]:
        assert self._database.cursor is not None
        return column(self._database.cursor.column)

    def _select(self) -> Select[Any]:
        return select(literal_column("*")).select_from(self._from())

    def _from(self) -> FromClause:
        if self._database.table is not None:
            schema, _, name = self._database.table.rpartition(".")
            return table_named(name, schema=schema or None)
        assert self._database.query is not None
        # A colon in the query is the query's own: it names no parameter of ours.
        words = self._secrets.fill(self._database.query).replace(":", "\\:")
        return text(words).columns().subquery("extract_rows")

    def _rows(self, query: Select[Any]) -> Iterator[dict[str, Any]]:
        with self._failures(), self._connection() as connection:
            rows = connection.execution_options(yield_per=FETCHED_AT_ONCE).execute(query)
            names = _names(list(rows.keys()))
            for row in rows:
                yield dict(zip(names, row, strict=True))

    def _connection(self) -> Connection:
        assert self._engine is not None
        return self._engine.connect()

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, ImportError, sqlite3.Error) as error:
            lost = isinstance(error, OperationalError) and error.connection_invalidated
            kind = DownError if lost or _not_connected(error) else UnavailableError
            raise kind(self._secrets.hide(_words(error))) from None
        except UnavailableError as error:
            raise UnavailableError(self._secrets.hide(str(error))) from None


def _columns(names: Sequence[str]) -> list[ColumnClause[Any]]:
    return [column(name) for name in names]


def _names(names: list[str]) -> list[str]:
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise UnavailableError(
            f"the query gives the column {double[0]} more than once; name each column once"
        )
    return names


def _not_connected(error: Exception) -> bool:
    """Whether the database was never reached: then there is no statement that it could have refused."""
    return isinstance(error, OperationalError) and error.statement is None


def _words(error: Exception) -> str:
    """The driver's own words: SQLAlchemy adds statements and addresses of its web site."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {str(cause).strip()}"


def _engine(url: URL, timeout_s: int) -> Engine:
    make = _ENGINES.get(url.get_backend_name(), _other)
    return make(url, timeout_s)


def _sqlite(url: URL, timeout_s: int) -> Engine:
    path = Path(url.database or "")
    if not path.is_file():
        raise UnavailableError(f"{path}: there is no such database")

    def connect() -> sqlite3.Connection:
        # Opened for reading only: the file would be made, or changed, otherwise.
        return sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=timeout_s, check_same_thread=False
        )

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _postgresql(url: URL, timeout_s: int) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    options = f"-c default_transaction_read_only=on -c statement_timeout={timeout_s * 1000 * 60}"
    arguments = {"connect_timeout": timeout_s, "options": options, "keepalives_idle": timeout_s}
    return create_engine(url, connect_args=arguments, poolclass=NullPool)


def _mysql(url: URL, timeout_s: int) -> Engine:
    engine = create_engine(url, connect_args={"connect_timeout": timeout_s}, poolclass=NullPool)
    _at_connect(engine, "SET SESSION TRANSACTION READ ONLY")
    return engine


def _oracle(url: URL, timeout_s: int) -> Engine:  # noqa: ARG001 - its driver takes the time from the address
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("SET TRANSACTION READ ONLY"))
    return engine


def _other(url: URL, timeout_s: int) -> Engine:  # noqa: ARG001
    return create_engine(url, poolclass=NullPool)


def _at_connect(engine: Engine, statement: str) -> None:
    def run(connection: Any, _: object) -> None:
        with contextlib.closing(connection.cursor()) as cursor:
            cursor.execute(statement)

    event.listen(engine, "connect", run)


_ENGINES = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mysql": _mysql,
    "mariadb": _mysql,
    "oracle": _oracle,
}
