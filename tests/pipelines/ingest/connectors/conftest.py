"""Fixtures of the connectors' tests."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipelines.ingest.connectors.fetch import Surroundings
from pipelines.ingest.connectors.secrets import Secrets
from tests.pipelines.ingest.connectors.http_server import Server, serving

TODAY = date(2026, 7, 10)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    """A deployment in Tashkent on 10 July 2026 with one secret."""
    return Surroundings(
        home=tmp_path,
        data=None,
        store_url=f"sqlite:///{tmp_path / 'store' / 'vitrina.db'}",
        zone=ZoneInfo("Asia/Tashkent"),
        today=TODAY,
        secrets=Secrets({"API_TOKEN": "s3cret-token", "DB_PASSWORD": "p4ssw0rd"}),
    )
