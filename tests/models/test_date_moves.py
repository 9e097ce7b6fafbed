"""The date moves and no file comes: nothing stored changes; answers change for those who cross a boundary."""

from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.lib.canonical import MODELS, canonical_datasets
from segments.service import SegmentService
from tests.models.conftest import RawFiles, hand_made_raw
from tests.models.model_runner import build_models
from tests.segments.world.exchange import EVERYONE
from warehouse.builds.numbers import allocate_numbers
from warehouse.builds.prepare import prepare_database
from warehouse.catalog.loader import load_catalog, semantic_files
from warehouse.catalog.match import catalog_tables
from warehouse.connection import connect
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.engines.port import Statement
from warehouse.releases.feed import Edge, edges
from warehouse.releases.publish import ManifestParts, publish_tables
from warehouse.releases.reader import open_release

JULY_1, JULY_2, JULY_3 = (date(2026, 7, day) for day in (1, 2, 3))
CATALOG = load_catalog(semantic_files(MODELS))


def published(home: Path, *days: date) -> Path:
    """Releases of one raw as of several days, one after another."""
    raw = hand_made_raw(home)
    allocate_numbers(raw.home, [load for load in raw.loads if load.dataset == "customer"])
    for day in days:
        publish_tables(raw.home, _built(raw, day), CATALOG, ManifestParts(day, JULY_2, "Asia/Tashkent"))
    return raw.home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("date_moves"), JULY_2, JULY_3)


def _built(raw: RawFiles, as_of: date) -> Mapping[str, pa.Table]:
    database = raw.home / f"{as_of}.duckdb"
    datasets = list(canonical_datasets())
    prepare_database(database, raw.home, datasets=datasets, extensions=[], loads=raw.loads, as_of=as_of)
    with closing(connect(database)) as connection:
        build_models(connection, *catalog_tables(CATALOG))
        return {table: connection.table(table).to_arrow_table() for table in catalog_tables(CATALOG)}


def edge(home: Path, before: date, after: date) -> Edge:
    """The feed from the release of one day to that of another."""
    ids = release_id(home, before), release_id(home, after)
    return next(each for each in edges(home) if (each.before, each.after) == ids)


def release_id(home: Path, day: date) -> str:
    (found,) = (home / "releases").glob(f"{day:%Y%m%d}-*")
    return found.name


def profile(home: Path, day: date) -> dict[str, dict[str, Any]]:
    """Rows of the profile in that day's release, by customer."""
    with closing(DuckDBEngine(open_release(home, release_id(home, day)))) as engine:
        table = engine.query(Statement("select * from customer_360", {})).to_pylist()
    return {row["customer_id"]: row for row in table}


def members(home: Path, day: date, where: Any) -> set[str]:
    release = open_release(home, release_id(home, day))
    with closing(DuckDBEngine(release)) as engine:
        document = {"version": 1, "entity": "customer", "where": where}
        page = SegmentService(release, engine).members(document, EVERYONE)
    return set(page.rows.column("id").to_pylist())


def test_no_stored_column_changes_because_the_date_moved(home: Path) -> None:
    assert edge(home, JULY_2, JULY_3).tables == {}


def test_those_who_cross_a_boundary_are_told_by_the_question(home: Path) -> None:
    """P1 paid last on July 1st."""
    yesterday = {"attr": "last_payment_on", "op": "within_last", "value": {"n": 1, "unit": "day"}}
    found = [members(home, day, yesterday) for day in (JULY_2, JULY_3)]
    assert found == [{"P1"}, set()]


@pytest.mark.long
def test_a_month_that_begins_touches_those_who_have_something_in_it(tmp_path: Path) -> None:
    """Payments of July 1st are there already; the profile shows July once it has begun, and counts its months."""
    home = published(tmp_path, JULY_1, JULY_2)
    moved = edge(home, JULY_1, JULY_2)
    assert {name: each.new_columns for name, each in moved.tables.items()} == {"customer_360": True}
    before, after = profile(home, JULY_1), profile(home, JULY_2)
    assert before.keys() == after.keys()
    new = after["P1"].keys() - before["P1"].keys()
    assert {name[-7:] for name in new} == {"2026_07"}
    shown = {each for each, row in after.items() if any(row[name] is not None for name in new)}
    changed = {(each, name) for each, row in before.items() for name in row if row[name] != after[each][name]}
    assert (shown, changed) == ({"P1"}, {("P1", "paid_month_count")})
