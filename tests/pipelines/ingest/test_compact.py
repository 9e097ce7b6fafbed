"""Small loads are put together, and raw says the same: after a kill, a repeat, and whatever comes afterwards."""

import shutil
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import duckdb
import ingest_deployment as deployment
import pyarrow.parquet as pq
import pytest
from raw_contents import folders, said

from pipelines.ingest.compact import Pack, compact
from pipelines.ingest.lock import RawBusyError, raw_lock
from pipelines.ingest.raw import RawLoad, all_loads, list_loads
from pipelines.lib.canonical import canonical_datasets
from pipelines.lib.inputs import read_inputs
from warehouse.builds.numbers import allocate_numbers
from warehouse.builds.prepare import prepare_database
from warehouse.files.parquet import read_rejects
from warehouse.settings import load_settings

SOURCE = """
source: billing
datasets:
  - dataset: customer
    files: "inbox/customers_{date:%Y%m%d}.csv"
    load: LOAD
    columns: {customer_id: id, kind: {constant: person}, head_count: staff}
  - dataset: charge
    files: "inbox/charges_{date:%Y%m%d}.csv"
    load: append
    columns: {charge_id: id, account_id: {constant: a}, charged_on: day, amount: sum}
  - dataset: account
    files: "inbox/accounts_{date:%Y%m%d}.csv"
    load: full
    columns: {account_id: id, contract_id: {constant: k}}
"""
ROOT = Path(__file__).resolve().parents[3]


def declare(home: Path, load: str = "upsert") -> None:
    text = SOURCE.replace("LOAD", load)
    (home / "sources" / "billing.yml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def six_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six days of small files; two have rejected rows, one has a column more, one day came twice."""
    home = deployment.make(tmp_path_factory.mktemp("six") / "home")
    for path in (home / "inbox").iterdir():
        path.unlink()
    declare(home)
    for day in range(1, 7):
        staff = "x" if day in {2, 5} else day
        lines = f"id,staff\nA,{day}\nC{day},{staff}\n"
        deployment.write(home, f"customers_2026070{day}.csv", lines)
        deployment.write(home, f"accounts_2026070{day}.csv", f"id\nL{day}\n")
        header, more = ("id,day,sum,note\n", ",hi") if day == 4 else ("id,day,sum\n", "")
        deployment.write(home, f"charges_2026070{day}.csv", f"{header}{day},2026-07-0{day},{day}.10{more}\n")
    deployment.run(home)
    deployment.write(home, "charges_20260703.csv", "id,day,sum\n3,2026-07-03,7\n3a,2026-07-03,1\n")
    deployment.run(home)
    return home


@pytest.fixture
def many(six_days: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(six_days, tmp_path / "many")


def loaded(home: Path) -> tuple[RawLoad, ...]:
    report = deployment.run(home)
    assert report.problems == ()
    return report.new


def built(home: Path, folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the models would read: rows in force with their origin, and the numbers of the customers."""
    inputs = read_inputs(load_settings(home))
    allocate_numbers(home, inputs.of("customer"))
    database = folder / "build.duckdb"
    prepare_database(
        database, home, datasets=canonical_datasets(), extensions=(), loads=inputs.loads, as_of=inputs.as_of
    )
    with duckdb.connect(str(database), read_only=True) as connection:
        queries = {
            name: f"select * from raw.{name} order by _load_order, _row"
            for name in ("customer", "charge", "account")
        } | {"customer_no": "from raw.customer_no order by all"}
        found = {name: connection.sql(query).fetchall() for name, query in queries.items()}
    database.unlink()
    return found


def test_packed_loads_say_what_they_said_and_a_build_reads_the_same(many: Path, tmp_path: Path) -> None:
    before = said(many)
    rows = built(many, tmp_path)
    for file in (many / "raw" / "customer_no").iterdir():
        file.unlink()
    # Of the charges one file has other columns; what is sent whole is read from its newest file alone.
    assert compact(many, many=1) == (
        Pack("billing", "charge", 6, 6),
        Pack("billing", "customer", 6, 6),
    )
    assert len(folders(many)) == 1 + 2 + 6
    assert said(many) == before
    assert built(many, tmp_path) == rows
    second, *_ = [load for load in list_loads(many) if load.rejected]
    assert second.rejects is not None
    assert [reject.value for reject in read_rejects(second.rejects, 9, second.only)] == ["x"]
    # Nothing is left to do, and the files are known.
    assert compact(many, many=1) == ()
    assert loaded(many) == ()


def test_few_loads_stay_by_themselves(many: Path) -> None:
    assert compact(many, many=7) == ()
    assert {pack.dataset for pack in compact(many, many=6)} == {"charge"}


def test_what_comes_after_a_compaction_counts_as_without_it(many: Path, tmp_path: Path) -> None:
    compact(many, many=1)
    deployment.write(many, "charges_20260702.csv", "id,day,sum\n2,2026-07-02,20\n")
    deployment.write(many, "customers_20260630.csv", "id,staff\nA,99\nEARLY,1\n")
    assert len(loaded(many)) == 2
    rows = built(many, tmp_path)
    assert [row[0] for row in rows["charge"]] == ["1", "2", "3", "3a", "4", "5", "6"]
    assert [row[0] for row in rows["customer"]][:2] == ["A", "EARLY"]
    before = said(many)
    # A small pack goes into the next one, with the loads that came since.
    assert compact(many, many=1) == (
        Pack("billing", "customer", 7, 2),
        Pack("billing", "charge", 7, 2),
    )
    assert said(many) == before
    assert built(many, tmp_path) == rows


def test_a_changed_declaration_loads_packed_files_anew(many: Path, tmp_path: Path) -> None:
    compact(many, many=1)
    rows = built(many, tmp_path)
    declare(many, load="snapshot")
    (many / "inbox" / "customers_20260704.csv").unlink()
    new = [load for load in loaded(many) if load.dataset == "customer"]
    packed = {load.load_id: load for load in all_loads(many) if load.packed}
    assert len(new) == 5
    assert {load.supersedes for load in new} < set(packed)
    # Of the fourth day only the packed load is left; of its keys alone, one is missing on the fifth.
    fifth = new[3]
    assert fifth.deletions is not None
    assert pq.read_table(fifth.deletions)["customer_id"].to_pylist() == ["C4"]
    again = built(many, tmp_path)
    # The packed load is what it was when it was made: rows that are updated.
    assert [row[0] for row in again["customer"]] == ["A", "C4", "A", "C6"]
    assert (again["charge"], again["customer_no"]) == (rows["charge"], rows["customer_no"])


def test_killed_at_any_moment_and_started_again_gives_the_same(many: Path, tmp_path: Path) -> None:
    # A pack of customers and two loads become one pack.
    for dataset in ("account", "charge"):
        shutil.rmtree(many / "raw" / dataset)
    away = tmp_path / "away"
    away.mkdir()
    kept = [load.path for load in all_loads(many)][:2]
    for path in kept:
        path.rename(away / path.name)
    compact(many, many=1)
    for path in kept:
        (away / path.name).rename(path)
    before = said(many)
    copies = tmp_path / "copies"
    program = [sys.executable, "-m", "tests.pipelines.ingest.compact_killed", str(many), str(copies)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)
    kills = int(done.stdout)
    assert kills > 8
    compact(many, many=1)
    undisturbed = folders(many)
    states = set()
    for copy in copies.iterdir():
        states.add(tuple(folders(copy)))
        # Wherever it was killed, all loads are there; the next compaction ends where an undisturbed one ends.
        assert said(copy) == before, copy.name
        compact(copy, many=1)
        assert (said(copy), folders(copy)) == (before, undisturbed), copy.name
        assert list((copy / "raw" / ".tmp").iterdir()) == []
    assert len(states) > 3


def test_who_lists_loads_meanwhile_misses_none(many: Path) -> None:
    wanted = [load.load_id for load in all_loads(many)]
    ended = Event()
    seen = []

    def look() -> None:
        while not ended.is_set():
            seen.append([load.load_id for load in all_loads(many)])

    looking = Thread(target=look)
    looking.start()
    compact(many, many=1)
    ended.set()
    looking.join()
    assert len(seen) > 3
    assert all(ids == wanted for ids in seen)


def test_an_ingestion_and_a_compaction_wait_for_each_other(many: Path) -> None:
    with raw_lock(many), pytest.raises(RawBusyError):
        compact(many, many=1)
