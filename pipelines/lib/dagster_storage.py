"""Dagster's SQLite storage with connections that are kept.

Dagster's own opens the file anew for every event and waits for the disk after each: of a run over a few rows that was
more than half. The files are the same, so `dagster dev` and the web server, which keep to Dagster's own, read them as
they are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy as sa
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

BUSY_SECONDS = 600


class KeptEventLog(SqliteEventLogStorage):
    """The event log; one engine for each of its files."""

    def __init__(self, base_dir: str) -> None:
        self._engines: dict[str, sa.Engine] = {}
        self._tables: set[str] = set()
        super().__init__(base_dir)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has it; none of its tables ever goes."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            if shard not in self._engines:
                self._engines[shard] = self._opened(shard)
            with self._engines[shard].connect() as connection, connection.begin():
                yield connection

    def _opened(self, shard: str) -> sa.Engine:
        engine = sa.create_engine(self.conn_string_for_shard(shard), connect_args={"timeout": BUSY_SECONDS})
        sa.event.listen(engine, "connect", _do_not_wait_for_the_disk)
        self._initdb(engine)
        return engine

    def dispose(self) -> None:
        """Close the files."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


class KeptStorage(DagsterSqliteStorage):
    """All of an instance's storage; the event log is the one above."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = KeptEventLog(str(Path(base_dir) / "history" / "runs"))

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> "KeptStorage":
        """As Dagster makes it from the file."""
        return cls.from_local(inst_data=inst_data, **config_value)


def kept_instance(folder: Path) -> dg.DagsterInstance:
    """The instance whose DAGSTER_HOME is `folder`, with this storage beside what its `dagster.yaml` says."""
    storage = {
        "module": KeptStorage.__module__,
        "class": KeptStorage.__name__,
        "config": {"base_dir": str(folder)},
    }
    overrides = {"storage": {"custom": storage}}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder), overrides=overrides))


def _do_not_wait_for_the_disk(connection: Any, _: Any) -> None:
    # A power cut may cost the newest events, never the file.
    connection.execute("PRAGMA synchronous = NORMAL")
