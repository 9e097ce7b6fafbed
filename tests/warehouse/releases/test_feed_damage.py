"""The change feed where something is damaged, cut short or declared otherwise than before."""

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from cli.status import release_status, release_status_json
from store import migrate_store
from tests.warehouse.releases.states import CUSTOMER, FIRST, PAYMENT, SEMANTIC, A, B, publish, told
from warehouse.catalog.loader import load_catalog
from warehouse.catalog.model import Catalog
from warehouse.releases.changes import changes
from warehouse.releases.feed import FeedError, edges
from warehouse.releases.publish import ManifestParts, publish_tables
from warehouse.releases.reader import current_release_id, open_release
from warehouse.releases.tables import CONTENT
from warehouse.settings import load_settings

C = replace(A, people=A.people[:1])
BETWEEN_CUSTOMERS = [(2, "deleted"), (3, "updated"), (4, "inserted")]


def declared(folder: Path, text: str = SEMANTIC) -> Catalog:
    path = folder / "semantic.yml"
    path.write_text(text, encoding="utf-8")
    return load_catalog([path])


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return declared(tmp_path)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def publish_payments(home: Path, catalog: Catalog, payments: pa.Table) -> str:
    parts = ManifestParts(as_of=FIRST, known_on=FIRST, time_zone="Asia/Tashkent")
    return publish_tables(home, A.tables() | {PAYMENT: payments}, catalog, parts).release_id


def test_a_release_of_the_layout_before_is_followed_on(home: Path, catalog: Catalog) -> None:
    """Its tables were one file each, without key, and their versions were worked out without the part's name."""
    first = publish(home, catalog, A)
    path = home / "releases" / first / "manifest.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["hash_function"] = (
        f"duckdb-{duckdb.__version__} hash(row), count + sum + xor; sha256 over schema and these"
    )
    for name, table in document["tables"].items():
        (part,) = table.pop("parts")
        del table["key"]
        folder = (home / part["file"]).parent
        rows, total, parity = duckdb.sql(
            f"select {CONTENT} from (select hash(t) as h from '{home / part['file']}' as t)"
        ).fetchall()[0]
        content = json.dumps([name, table["columns"], rows, str(total), str(parity)])
        table["version"] = hashlib.sha256(content.encode()).hexdigest()[:16]
        table["files"] = [f"tables/{name}/{table['version']}/part-00000.parquet"]
        folder.rename(folder.with_name(table["version"]))
        (folder.with_name(table["version"]) / "hashes.parquet").unlink(missing_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    second = publish(home, catalog, B)
    assert told(home, CUSTOMER, first, second) == BETWEEN_CUSTOMERS


def test_an_entity_may_get_another_key(tmp_path: Path, home: Path, catalog: Catalog) -> None:
    """The hashes beside its rows name the key of before."""
    first = publish(home, catalog, A)
    other = declared(tmp_path, SEMANTIC.replace("key: customer_no", "key: customer_id", 1))
    second = publish(home, other, B)
    assert told(home, CUSTOMER, first, second) == [("C2", "deleted"), ("C3", "updated"), ("C4", "inserted")]


def test_a_key_of_another_type_asks_for_a_full_export(home: Path, catalog: Catalog) -> None:
    payments = A.tables()[PAYMENT]
    first = publish_payments(home, catalog, payments)
    numbers = payments.set_column(0, "payment_id", pa.array([1, 2], pa.int64()))
    second = publish_payments(home, catalog, numbers)
    with pytest.raises(FeedError, match=r"fct_payment: .*full export"):
        changes(home, PAYMENT, first, second)


def test_columns_change_while_rows_do_not(tmp_path: Path, home: Path, catalog: Catalog) -> None:
    """Hashes of rows know no names and no widths of numbers: nothing changed, save the columns."""
    first = publish(home, catalog, A)
    renamed = A.tables()[PAYMENT].rename_columns(["payment_id", "customer_no", "paid_on", "sum"])
    second = publish_payments(home, declared(tmp_path, SEMANTIC.replace("amount:", "sum:")), renamed)
    found = changes(home, PAYMENT, first, second)
    assert found is not None
    assert (found.rows.num_rows, found.new_columns) == (0, True)


def test_damaged_hashes_are_worked_out_anew(home: Path, catalog: Catalog) -> None:
    first = publish(home, catalog, A)
    (kept,) = (home / "tables" / CUSTOMER).glob("*/hashes.parquet")
    kept.write_bytes(kept.read_bytes()[:50])
    assert told(home, CUSTOMER, first, publish(home, catalog, B)) == BETWEEN_CUSTOMERS


def test_rows_that_cannot_be_read_are_named_with_the_remedy(home: Path, catalog: Catalog) -> None:
    first = publish(home, catalog, A)
    part = home / open_release(home).manifest.tables[PAYMENT].files[0]
    part.write_bytes(part.read_bytes()[:50])
    with pytest.raises(FeedError, match=rf"{part}.*delete {part.parent} and `vitrina build`"):
        publish(home, catalog, B)
    assert current_release_id(home) == first
    part.unlink()
    part.parent.rmdir()
    assert publish(home, catalog, B) == current_release_id(home)


def test_a_missing_file_is_written_anew_where_its_folder_is_left(home: Path, catalog: Catalog) -> None:
    """A run that is killed while it deletes a table leaves a folder without its file."""
    first = publish(home, catalog, A)
    for table in open_release(home).manifest.tables.values():
        (home / table.files[0]).unlink()
    assert publish(home, catalog, A) == first
    for table in open_release(home).manifest.tables.values():
        (home / str(table.cache)).unlink()
    open_release(home)


def test_a_damaged_step_stops_only_who_needs_it(home: Path, catalog: Catalog) -> None:
    first, second = publish(home, catalog, A), publish(home, catalog, B)
    damaged = home / "feed" / second / first / "feed.json"
    damaged.write_text("{", encoding="utf-8")
    third = publish(home, catalog, C)
    assert current_release_id(home) == third
    assert told(home, CUSTOMER, second, third) == [(3, "deleted"), (4, "deleted")]
    with pytest.raises(FeedError, match=r"full export is needed.*feed\.json: damaged"):
        changes(home, CUSTOMER, first, third)


def test_status_names_what_is_damaged_and_shows_the_rest(home: Path, catalog: Catalog) -> None:
    first, second, third = (publish(home, catalog, state) for state in (A, B, C))
    (home / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    migrate_store(home)
    step = home / "feed" / second / first / "feed.json"
    manifest = home / "releases" / first / "manifest.json"
    step.write_text("{", encoding="utf-8")
    manifest.write_text("{", encoding="utf-8")
    told = release_status(load_settings(home))
    assert told.current is not None
    assert [edge.after for edge in told.changes] == [third]
    assert [message.partition(":")[0] for message in told.damaged] == [str(manifest), str(step)]
    (home / "CURRENT").write_text("two words", encoding="utf-8")
    told = release_status(load_settings(home))
    assert told.current is None
    assert str(home / "CURRENT") in told.damaged[0]
    assert release_status_json(told)["damaged"] == list(told.damaged)


def test_a_damaged_stored_release_stops_no_publication(home: Path, catalog: Catalog) -> None:
    first = publish(home, catalog, A)
    second = publish(home, catalog, B)
    (home / "releases" / first / "manifest.json").write_text("{", encoding="utf-8")
    third = publish(home, catalog, C)
    assert current_release_id(home) == third
    assert told(home, CUSTOMER, second, third) == [(3, "deleted"), (4, "deleted")]
    # What the damaged one uses can't be told: everything stays while it is there.
    assert len(list((home / "tables" / CUSTOMER).iterdir())) == 3
    shutil.rmtree(home / "releases" / first)
    publish(home, catalog, B)
    assert len(list((home / "tables" / CUSTOMER).iterdir())) == 2


def test_a_date_far_ahead_deletes_no_step_until_a_later_one_confirms_it(home: Path, catalog: Catalog) -> None:
    """Releases are published for 1 July, 2 July, a day next year, and the day after that."""
    ahead = FIRST + timedelta(days=400)
    first = publish(home, catalog, A)
    second = publish(home, catalog, B, day=FIRST + timedelta(days=1))
    third = publish(home, catalog, C, day=ahead)
    assert {edge.before for edge in edges(home).whole} == {first, second}
    publish(home, catalog, A, day=ahead)
    assert {edge.before for edge in edges(home).whole} == {first, second, third}
    publish(home, catalog, B, day=ahead + timedelta(days=1))
    assert first not in {edge.before for edge in edges(home).whole}


def test_a_step_that_was_half_forgotten_is_written_again(home: Path, catalog: Catalog) -> None:
    first, second = publish(home, catalog, A), publish(home, catalog, B)
    (home / "feed" / second / first / "feed.json").unlink()
    assert publish(home, catalog, A) == first
    assert not (home / "feed" / second / first).exists()
    publish(home, catalog, B)
    (home / "feed" / second / first / "feed.json").unlink()
    (home / "CURRENT").write_text(first, encoding="utf-8")
    assert publish(home, catalog, B) == second
    assert told(home, CUSTOMER, first, second) == BETWEEN_CUSTOMERS


def test_a_step_back_in_time_is_kept_as_long_as_one_forward(home: Path, catalog: Catalog) -> None:
    """A file with a date far ahead was loaded and taken back."""
    later = FIRST + timedelta(days=40)
    publish(home, catalog, A)
    second = publish(home, catalog, B, day=later)
    publish(home, catalog, A)
    third = publish(home, catalog, C, day=later)
    assert told(home, CUSTOMER, second, third) == [(3, "deleted"), (4, "deleted")]
    assert [edge.as_of for edge in edges(home).whole if edge.before == second] == [later]
