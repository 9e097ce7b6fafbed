"""A deployment whose sources are fetched, ingested whole."""

import atexit
import shutil
import tempfile
from contextlib import closing
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.ingest.raw import list_loads
from pipelines.ingest.run import IngestReport, ingest
from store import migrate_store, open_store
from warehouse.settings import load_settings

TODAY = date(2026, 7, 10)


def make(home: Path, **sources: str) -> Path:
    (home / "sources").mkdir(parents=True)
    (home / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    for name, text in sources.items():
        declare(home, name, text)
    shutil.copytree(_migrated(), home / "store")
    return home


@cache
def _migrated() -> Path:
    """A new operational store, made once: the migrations take longer than most tests."""
    home = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, home)
    migrate_store(home)
    return home / "store"


def declare(home: Path, name: str, text: str) -> None:
    (home / "sources" / f"{name}.yml").write_text(f"source: {name}\ndatasets:\n{text}", encoding="utf-8")


def run(home: Path, today: date = TODAY) -> IngestReport:
    with closing(open_store(home)) as store:
        return ingest(load_settings(home), store, today=today)


def held(home: Path, dataset: str, column: str) -> list[object]:
    """A column of all loads of a data set, in the order in which they count."""
    loads = [load for load in list_loads(home) if load.dataset == dataset]
    files = [file for load in loads for file in load.files]
    return [value for file in files for value in pq.read_table(file, columns=[column])[column].to_pylist()]
