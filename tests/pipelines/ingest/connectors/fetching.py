"""Fetching in tests: a data set, and what of it has landed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.ingest.connectors.fetch import Surroundings, Wanted, fetch
from pipelines.ingest.connectors.landing import landing_of, read_lines
from pipelines.ingest.connectors.model import (
    Auth,
    Connector,
    Database,
    DatabaseCursor,
    Paging,
    Patience,
    Rest,
    RestCursor,
)

Records = list[dict[str, Any]]


def database(path: Path, **changes: Any) -> Database:
    cursor = changes.pop("cursor", None)
    usual: dict[str, Any] = {
        "url": f"sqlite:///{path}", "table": "payment", "query": None, "chunk_rows": 100, "by_day": False,
        "timeout_s": 5, "cursor": None if cursor is None else DatabaseCursor(cursor),
    }  # fmt: skip
    return Database(**usual | changes)


def rest(url: str, **changes: Any) -> Rest:
    cursor = changes.pop("cursor", None)
    usual: dict[str, Any] = {
        "url": url, "records": (), "params": {}, "headers": {}, "auth": None, "paging": Paging("none"),
        "cursor": RestCursor(**{"start": None} | cursor) if cursor else None,
        "patience": Patience(timeout_s=1, attempts=3, backoff_s=0.01, total_s=5),
    }  # fmt: skip
    return Rest(**usual | changes)


def bearer(token: str) -> Auth:
    return Auth("bearer", {"token": token})


def pull(
    around: Surroundings, connector: Connector, load: str = "append", key: Sequence[str] = ()
) -> Records:
    """What one fetch brings, all landing files together."""
    wanted = Wanted("src", "payment", connector, load, tuple(key))
    return [record for path in fetch(wanted, around, tuple) for record in read(path)]


def read(path: Path) -> Records:
    return [json.loads(line) for line in read_lines(path)]


def names(around: Surroundings) -> list[str]:
    return [extract.name for extract in landing_of(around.home, "src", "payment", ()).extracts]
