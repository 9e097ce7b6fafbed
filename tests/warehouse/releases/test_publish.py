"""Publication: immutable content, one pointer, nothing half done."""

import json
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tests.warehouse.semantic_text import CUSTOMER, PAYMENT, REGION
from warehouse.catalog.declared import CatalogError
from warehouse.catalog.loader import load_catalog
from warehouse.catalog.model import Catalog
from warehouse.connection import Resources
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.engines.port import Statement
from warehouse.releases.model import TableVersion
from warehouse.releases.publish import ManifestParts, Published, Work, publish_database, publish_tables
from warehouse.releases.reader import ReleaseError, current_release_id, open_release
from warehouse.releases.retention import stored_releases
from warehouse.releases.tables import ensure_cache

DEBT = "      debt: {type: decimal, scale: 2, labels: {en: Debt, ru: Долг}, missing: {en: Unknown, ru: Не известен}}\n"
SEMANTIC = CUSTOMER + REGION + DEBT + "facts:\n" + PAYMENT


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    path = tmp_path / "semantic.yml"
    path.write_text(SEMANTIC, encoding="utf-8")
    return load_catalog([path])


def customers(*numbers: int, region: str = "Tashkent") -> pa.Table:
    return pa.table(
        {
            "customer_no": pa.array(numbers, pa.uint32()),
            "customer_id": [f"C{number}" for number in numbers],
            "region": [region for _ in numbers],
            "debt": pa.array([None for _ in numbers], pa.decimal128(18, 2)),
        }
    )


def payments(*amounts: int) -> pa.Table:
    return pa.table(
        {
            "customer_no": pa.array([1 for _ in amounts], pa.uint32()),
            "paid_on": [date(2026, 6, 1) for _ in amounts],
            "payment_id": [f"P{place}" for place, _ in enumerate(amounts)],
            "amount": pa.array(amounts, pa.int64()),
        }
    )


def publish(home: Path, catalog: Catalog, table: pa.Table, *, known_on: date = date(2026, 7, 1)) -> Published:
    parts = ManifestParts(as_of=date(2026, 7, 1), known_on=known_on, time_zone="Asia/Tashkent")
    return publish_tables(home, {"customer_360": table, "fct_payment": payments(5, 7)}, catalog, parts)


def test_a_release_is_readable_as_published(tmp_path: Path, catalog: Catalog) -> None:
    published = publish(tmp_path, catalog, customers(3, 1, 2))
    release = open_release(tmp_path)
    assert published.is_new
    assert release.manifest == published.manifest
    assert release.catalog == catalog
    table = release.manifest.tables["customer_360"]
    assert (table.rows, table.columns["customer_no"], table.columns["debt"]) == (
        3,
        "UINTEGER",
        "DECIMAL(18,2)",
    )
    with duckdb.connect(str(tmp_path / str(table.cache)), read_only=True) as cache:
        assert [row[0] for row in cache.sql("select customer_no from customer_360").fetchall()] == [1, 2, 3]


def test_equal_content_is_the_same_release_in_any_row_order(tmp_path: Path, catalog: Catalog) -> None:
    first = publish(tmp_path, catalog, customers(1, 2, 3))
    second = publish(tmp_path, catalog, customers(3, 2, 1))
    assert (second.release_id, second.is_new) == (first.release_id, False)


def test_repeated_rows_are_content(tmp_path: Path, catalog: Catalog) -> None:
    """A hash that cancels equal rows out would take 2 + 2 repeated rows for none."""
    once = publish(tmp_path, catalog, customers(1, 2))
    twice = publish(tmp_path, catalog, customers(1, 2, 2, 2))
    assert once.release_id != twice.release_id


def test_files_that_lie_ready_are_taken_over(tmp_path: Path, catalog: Catalog) -> None:
    """Not copied: what a build of millions wrote would lie on disk twice. The content decides the version."""
    ready, database = tmp_path / "ready", tmp_path / "build.duckdb"
    ready.mkdir()
    with duckdb.connect(str(database)) as connection:
        for name, table in {"customer_360": customers(1, 2), "fct_payment": payments(5, 7)}.items():
            connection.register("arriving", table)
            connection.execute(f"copy arriving to '{ready / name}.parquet' (format parquet)")
            connection.execute(f"create view {name} as from '{ready / name}.parquet'")
            connection.unregister("arriving")
    written = (ready / "fct_payment.parquet").stat().st_ino
    parts = ManifestParts(as_of=date(2026, 7, 1), known_on=date(2026, 7, 1), time_zone="Asia/Tashkent")
    work = Work(tmp_path / "work", tables=ready)
    published = publish_database(tmp_path / "home", database, catalog, parts, work)
    (taken,) = published.manifest.tables["fct_payment"].files
    assert (tmp_path / "home" / taken).stat().st_ino == written
    assert not ready.exists()
    assert publish(tmp_path / "home", catalog, customers(2, 1)).release_id == published.release_id


def test_what_a_killed_run_left_goes_before_caches_are_made(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = publish(tmp_path, catalog, customers(1))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = [tmp_path / name for name in ("tables/customer_360/none", f"cache/.spill.{dead.pid}.tmp")]
    for folder in left:
        folder.mkdir()
    left += [tmp_path / name for name in ("cache/customer_360-none.duckdb", f"cache/.x.{dead.pid}.y.tmp")]
    for file in left[2:]:
        file.write_text("half")
    found: list[Path] = []

    def ensure(home: Path, table: TableVersion, resources: Resources) -> Path:
        found.extend(path for path in left if path.exists())
        return ensure_cache(home, table, resources)

    monkeypatch.setattr("warehouse.releases.publish.ensure_cache", ensure)
    publish(tmp_path, catalog, customers(1, 2))
    assert found == []
    assert open_release(tmp_path, before.release_id).manifest == before.manifest


def test_unchanged_tables_are_shared(tmp_path: Path, catalog: Catalog) -> None:
    first = publish(tmp_path, catalog, customers(1))
    second = publish(tmp_path, catalog, customers(1, 2))
    assert first.manifest.tables["fct_payment"] == second.manifest.tables["fct_payment"]
    assert first.manifest.tables["customer_360"].version != second.manifest.tables["customer_360"].version
    assert open_release(tmp_path, first.release_id).manifest == first.manifest


def test_a_missing_cache_is_made_anew(tmp_path: Path, catalog: Catalog) -> None:
    publish(tmp_path, catalog, customers(1, 2))
    shutil.rmtree(tmp_path / "cache")
    table = open_release(tmp_path).manifest.tables["customer_360"]
    with duckdb.connect(str(tmp_path / str(table.cache)), read_only=True) as cache:
        assert cache.sql("select count(*) from customer_360").fetchall() == [(2,)]


def test_missing_files_are_named(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(ReleaseError, match="no release yet"):
        open_release(tmp_path)
    published = publish(tmp_path, catalog, customers(1))
    with pytest.raises(ReleaseError, match="20990101-none"):
        open_release(tmp_path, "20990101-none")
    file = published.manifest.tables["customer_360"].files[0]
    (tmp_path / file).unlink()
    with pytest.raises(ReleaseError, match=file):
        open_release(tmp_path)


def test_a_damaged_manifest_is_named(tmp_path: Path, catalog: Catalog) -> None:
    published = publish(tmp_path, catalog, customers(1))
    path = tmp_path / "releases" / published.release_id / "manifest.json"
    path.write_text(json.dumps({"release_id": "x"})[:-3], encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"manifest\.json"):
        open_release(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"../../etc", b"two words"])
def test_a_damaged_pointer_is_named(tmp_path: Path, catalog: Catalog, content: bytes) -> None:
    publish(tmp_path, catalog, customers(1))
    (tmp_path / "CURRENT").write_bytes(content)
    with pytest.raises(ReleaseError, match="CURRENT"):
        open_release(tmp_path)


def test_a_pointer_to_a_release_that_is_gone_is_named(tmp_path: Path, catalog: Catalog) -> None:
    published = publish(tmp_path, catalog, customers(1))
    shutil.rmtree(tmp_path / "releases" / published.release_id)
    with pytest.raises(ReleaseError, match=published.release_id):
        open_release(tmp_path)
    assert publish(tmp_path, catalog, customers(1)).release_id == published.release_id
    assert open_release(tmp_path).manifest == published.manifest


@pytest.mark.parametrize("content", ["{}", "[]", '{"release_id": "x", "as_of": "soon"}'])
def test_a_manifest_without_its_keys_is_named(tmp_path: Path, catalog: Catalog, content: str) -> None:
    published = publish(tmp_path, catalog, customers(1))
    path = tmp_path / "releases" / published.release_id / "manifest.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"manifest\.json: no manifest"):
        open_release(tmp_path)


@pytest.mark.parametrize("size", [0, 5000])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, catalog: Catalog, size: int) -> None:
    published = publish(tmp_path, catalog, customers(1, 2))
    cache = tmp_path / str(published.manifest.tables["customer_360"].cache)
    cache.write_bytes(cache.read_bytes()[:size])
    with closing(DuckDBEngine(open_release(tmp_path))) as engine:
        found = engine.query(Statement("select count(*) as n from customer_360", {}))
    assert found.to_pylist() == [{"n": 2}]


def test_a_damaged_table_is_named(tmp_path: Path, catalog: Catalog) -> None:
    published = publish(tmp_path, catalog, customers(1, 2))
    table = published.manifest.tables["customer_360"]
    (tmp_path / str(table.cache)).unlink()
    (tmp_path / table.files[0]).write_bytes(b"PAR1 cut off")
    with pytest.raises(ReleaseError, match=f"customer_360/all-{table.parts[0].version}: damaged"):
        open_release(tmp_path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table.drop(["region"]), "customer_360.region: declared, but not in the table"),
        (
            lambda table: table.append_column("extra", [[1]]),
            "customer_360.extra: in the table, but not declared",
        ),
        (
            lambda table: table.set_column(2, "region", [[5]]),
            "customer_360.region: declared as text, stored as BIGINT",
        ),
        (
            lambda table: table.set_column(3, "debt", pa.array([None], pa.decimal128(18, 3))),
            "customer_360.debt: declared as decimal with scale 2, stored as DECIMAL",
        ),
        (
            lambda table: table.set_column(1, "customer_id", pa.array([None], pa.string())),
            "customer_360.customer_id: 1 rows without a value",
        ),
    ],
)
def test_a_difference_from_the_catalogue_blocks_publication(tmp_path, catalog, change, words):  # type: ignore[no-untyped-def]
    before = publish(tmp_path, catalog, customers(1, 2))
    with pytest.raises(CatalogError, match=words):
        publish(tmp_path, catalog, change(customers(1)))
    assert current_release_id(tmp_path) == before.release_id


def test_old_releases_go_and_take_only_their_own_tables(tmp_path: Path, catalog: Catalog) -> None:
    ids = [publish(tmp_path, catalog, customers(number)).release_id for number in range(1, 8)]
    assert list(stored_releases(tmp_path)) == ids[:1:-1]
    assert len(list((tmp_path / "tables" / "customer_360").iterdir())) == 5
    assert len(list((tmp_path / "tables" / "fct_payment").iterdir())) == 1
    assert len(list((tmp_path / "cache").iterdir())) == 6
    open_release(tmp_path, ids[2])


@pytest.mark.parametrize("killed_at", ["manifest", "pointer"])
def test_what_a_killed_run_stored_is_kept_only_if_it_was_current(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, killed_at: str
) -> None:
    ids = [publish(tmp_path, catalog, customers(number)).release_id for number in (1, 2)]

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    # What forgets old releases is called right after the pointer moved.
    step = {"manifest": "set_current", "pointer": "forget_old"}[killed_at]
    with monkeypatch.context() as patched:
        patched.setattr(f"warehouse.releases.publish.{step}", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(tmp_path, catalog, customers(3))
    left = {path.name for path in (tmp_path / "releases").iterdir()} - set(ids)
    assert len(left) == 1
    if killed_at == "manifest":
        assert list(stored_releases(tmp_path)) == ids[::-1]
    ids += [] if killed_at == "manifest" else left
    ids += [publish(tmp_path, catalog, customers(number)).release_id for number in (4, 5, 6)]
    assert list(stored_releases(tmp_path)) == ids[::-1][:5]
    assert {path.name for path in (tmp_path / "releases").iterdir()} == set(ids[::-1][:5])
    open_release(tmp_path, ids[-5])


def test_a_release_whose_run_was_killed_between_pointer_and_mark_was_published(
    tmp_path: Path, catalog: Catalog
) -> None:
    first = publish(tmp_path, catalog, customers(1)).release_id
    (tmp_path / "releases" / first / "arriving").touch()
    assert stored_releases(tmp_path) == (first,)
    second = publish(tmp_path, catalog, customers(2)).release_id
    assert stored_releases(tmp_path) == (second, first)


def test_returning_to_earlier_content_makes_that_release_current(tmp_path: Path, catalog: Catalog) -> None:
    first = publish(tmp_path, catalog, customers(1))
    publish(tmp_path, catalog, customers(1, 2))
    again = publish(tmp_path, catalog, customers(1))
    assert (again.release_id, again.is_new) == (first.release_id, True)
    assert current_release_id(tmp_path) == first.release_id
    assert stored_releases(tmp_path)[0] == first.release_id
