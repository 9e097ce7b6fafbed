"""The date moves and no file comes: nothing stored changes; answers change for those who cross a boundary."""

from collections.abc import Iterator, Mapping
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


def add_crossers(raw: RawFiles) -> None:
    """Whose boundary lies between the second and the third of July, beside those of the hand-made deployment."""
    added: dict[str, dict[str, Any]] = {
        "customer": {"customer_id": "P2", "kind": "person", "birth_date": date(1990, 7, 3)},
        "responsible": {"customer_id": "P2", "line": "sales", "employee_id": "e1", "valid_to": JULY_2}
        | {"valid_from": date(2026, 6, 1)},
        "customer_link": {"customer_id": "C1", "related_customer_id": "P2", "link_kind": "formal"}
        | {"valid_from": date(2026, 6, 1), "valid_to": JULY_2},
        "subscription": {"subscription_id": "S3", "account_id": "L3", "activated_on": JULY_2},
    }
    for dataset, row in added.items():
        raw.add(dataset, [row], known_from=JULY_1, source="shop")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Releases of one raw as of three days, one after another."""
    raw = hand_made_raw(tmp_path_factory.mktemp("date_moves"))
    add_crossers(raw)
    allocate_numbers(raw.home, [load for load in raw.loads if load.dataset == "customer"])
    for day in (JULY_1, JULY_2, JULY_3):
        publish_tables(raw.home, _built(raw, day), CATALOG, ManifestParts(day, JULY_2, "Asia/Tashkent"))
    return raw.home


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
    return next(each for each in edges(home).whole if (each.before, each.after) == ids)


def release_id(home: Path, day: date) -> str:
    (found,) = (home / "releases").glob(f"{day:%Y%m%d}-*")
    return found.name


def profile(home: Path, day: date) -> dict[str, dict[str, Any]]:
    """Rows of the profile in that day's release, by customer."""
    with closing(DuckDBEngine(open_release(home, release_id(home, day)))) as engine:
        table = engine.query(Statement("select * from customer_360", {})).to_pylist()
    return {row["customer_id"]: row for row in table}


def answers(service: SegmentService, entity: str) -> Iterator[tuple[str, str, Any]]:
    """(entity, attribute, value) of all attributes that are worked out when asked, and who exists."""
    found = CATALOG.entities[entity].attributes.values()
    shown = [each.name for each in found if each.column is None]
    page = service.members({"version": 1, "entity": entity, "where": None}, EVERYONE, attributes=shown)
    for row in page.rows.to_pylist():
        # There is one link: the ids of its ends are hashes.
        whose = "both ends" if entity == "customer_link" else row["id"]
        yield from ((whose, f"{entity}.{name}", value) for name, value in row.items())


def said(home: Path, day: date) -> set[tuple[str, str, Any]]:
    """What the release of the day answers of everything and everyone."""
    release = open_release(home, release_id(home, day))
    with closing(DuckDBEngine(release)) as engine:
        service = SegmentService(release, engine)
        on = {"fact": "active_sims", "agg": "latest", "measure": "active_count", "window": {"all": True}}
        two = {"version": 1, "where": {**on, "op": "ge", "value": 2}}
        found = {each for entity in CATALOG.entities for each in answers(service, entity)}
        return found | {
            (each, "two numbers are on", True)
            for each in service.members(two, EVERYONE).rows.column("id").to_pylist()
        }


def test_no_stored_column_changes_because_the_date_moved(home: Path) -> None:
    """The feed is empty: whatever a day decides stands in the release as a date."""
    assert edge(home, JULY_2, JULY_3).tables == {}


def test_answers_change_for_those_who_cross_a_boundary_alone(home: Path) -> None:
    before, after = said(home, JULY_2), said(home, JULY_3)
    assert (before - after, after - before) == (
        {
            ("P1", "customer.days_since_last_payment", 1),
            ("P2", "customer.age", 35),
            ("P2:sales:2026-06-01", "responsible.responsibility_state", "in_force"),
            ("both ends", "customer_link.link_state", "in_force"),
        },
        {
            ("P1", "customer.days_since_last_payment", 2),
            ("P1", "two numbers are on", True),
            ("P2", "customer.age", 36),
            ("P2:sales:2026-06-01", "responsible.responsibility_state", "ended"),
            ("S3", "subscription.id", "S3"),  # exists from July 2nd: the day after is the first that has it
            ("both ends", "customer_link.link_state", "ended"),
        },
    )


def test_a_month_that_begins_touches_those_who_have_something_in_it(home: Path) -> None:
    """Payments of July 1st are there already; the profile shows July once it has begun, and counts its months.

    The feed tells all keys, since all rows have the new columns, and says so.
    """
    moved = edge(home, JULY_1, JULY_2)
    assert {name: each.new_columns for name, each in moved.tables.items()} == {"customer_360": True}
    before, after = profile(home, JULY_1), profile(home, JULY_2)
    assert before.keys() == after.keys()
    new = after["P1"].keys() - before["P1"].keys()
    assert {name[-7:] for name in new} == {"2026_07"}
    shown = {each for each, row in after.items() if any(row[name] is not None for name in new)}
    changed = {(each, name) for each, row in before.items() for name in row if row[name] != after[each][name]}
    assert (shown, changed) == ({"P1"}, {("P1", "paid_month_count")})
