"""What holds of what was sent: files sent again, corrected periods, snapshots, columns that come and go."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import ingest_deployment as deployment
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.raw import RawLoad, list_loads
from pipelines.lib.inputs import read_inputs
from warehouse.builds.sql import in_force
from warehouse.settings import load_settings

SOURCE = """
source: billing
datasets:
  - dataset: customer
    files: "inbox/customers_{date:%Y%m%d}.csv"
    load: LOAD
    columns: {customer_id: id, kind: {constant: person}, head_count: staff}
  - dataset: charge
    files: "inbox/PATTERN.csv"
    load: append
    columns: {charge_id: id, account_id: {constant: a}, charged_on: day, amount: sum}
"""
DATED = "charges_{date:%Y%m%d}"


class Sent:
    """A deployment to which files are sent one after another."""

    def __init__(self, home: Path) -> None:
        self.home = home
        for path in (home / "inbox").iterdir():
            path.unlink()
        self.declare()
        self.send("customers_20260101.csv", "id,staff\nA,1\n")
        self.send("charges_20260101.csv", "id,day,sum\n0,2025-12-31,1\n")

    def declare(self, load: str = "full", pattern: str = DATED, more: str = "") -> None:
        text = SOURCE.replace("LOAD", load).replace("PATTERN", pattern) + more
        (self.home / "sources" / "billing.yml").write_text(text, encoding="utf-8")

    def send(self, name: str, content: str) -> None:
        deployment.write(self.home, name, content)

    def forget(self, pattern: str) -> None:
        for path in (self.home / "inbox").glob(pattern):
            path.unlink()

    def load(self) -> tuple[RawLoad, ...]:
        report = deployment.run(self.home)
        assert report.problems == ()
        return report.new

    def refused(self) -> str:
        (problem,) = deployment.run(self.home).problems
        return problem.message

    def ids(self, dataset: str, column: str) -> list[str]:
        """What counts now of a column, in order."""
        loads = in_force(read_inputs(load_settings(self.home)).of(dataset))
        return values([file for load in loads for file in load.files], column)

    def loads(self, dataset: str) -> list[RawLoad]:
        return [load for load in list_loads(self.home) if load.dataset == dataset]


def values(files: Sequence[Path], column: str) -> list[str]:
    rows = [value for file in files for value in pq.ParquetFile(file).read()[column].to_pylist()]
    return sorted(map(str, rows))


@pytest.fixture
def sent(home: Path) -> Sent:
    return Sent(home)


def test_a_day_of_events_sent_again_replaces_that_day_and_stays_in_raw(sent: Sent) -> None:
    sent.send("charges_20260702.csv", "id,day,sum\n1,2026-07-01,5\n2,2026-07-01,6\n")
    sent.send("charges_20260703.csv", "id,day,sum\n3,2026-07-02,7\n")
    sent.load()
    sent.send("charges_20260702.csv", "id,day,sum\n1,2026-07-01,5.50\n4,2026-07-01,1\n")
    (corrected,) = sent.load()
    assert sent.ids("charge", "amount") == ["1.00", "1.00", "5.50", "7.00"]
    assert len(sent.loads("charge")) == 4
    assert sent.load() == ()
    # What was corrected is corrected back: the first file's content is in raw, but no longer in force.
    sent.send("charges_20260702.csv", "id,day,sum\n1,2026-07-01,5\n2,2026-07-01,6\n")
    (back,) = sent.load()
    assert (corrected.sequence, back.sequence) == (1, 2)
    assert sent.ids("charge", "amount") == ["1.00", "5.00", "6.00", "7.00"]
    assert sent.load() == ()


def test_a_newer_file_of_a_month_replaces_that_month_alone(sent: Sent) -> None:
    sent.forget("charges*")
    sent.declare(pattern="charges_{period:%Y%m}_known_{date:%Y%m%d}")
    sent.send("charges_202605_known_20260601.csv", "id,day,sum\n1,2026-05-10,1\n2,2026-05-11,2\n")
    sent.send("charges_202606_known_20260701.csv", "id,day,sum\n3,2026-06-10,3\n4,2026-05-31,4\n")
    sent.load()
    sent.send("charges_202605_known_20260715.csv", "id,day,sum\n1,2026-05-10,10\n")
    (corrected,) = sent.load()
    assert corrected.period == (date(2026, 5, 1), date(2026, 6, 1))
    # The late record of May that came with June is June's file's: a correction of May leaves it alone.
    assert sent.ids("charge", "charge_id") == ["1", "3", "4"]
    assert sent.ids("charge", "amount") == ["10.00", "3.00", "4.00"]
    assert sent.load() == ()
    # What is found only later but was known earlier does not push out what is newer.
    sent.send("charges_202605_known_20260610.csv", "id,day,sum\n9,2026-05-10,9\n")
    sent.load()
    assert sent.ids("charge", "charge_id") == ["1", "3", "4"]
    assert sent.load() == ()


def test_a_month_without_another_date_is_known_when_it_has_ended(sent: Sent) -> None:
    sent.forget("charges*")
    sent.declare(pattern="charges_{period:%Y%m}_*")
    for region, name in enumerate(("tashkent", "buxoro")):
        sent.send(f"charges_202606_{name}.csv", f"id,day,sum\n{region},2026-06-10,1\n")
    sent.load()
    assert {load.known_from for load in sent.loads("charge")} == {date(2026, 7, 1)}
    assert sent.ids("charge", "charge_id") == ["0", "1"]
    sent.send("charges_202606_buxoro.csv", "id,day,sum\n2,2026-06-10,1\n")
    sent.load()
    assert sent.ids("charge", "charge_id") == ["0", "2"]


@pytest.mark.parametrize("mode", ["full", "snapshot", "upsert"])
def test_a_state_sent_again_under_its_name_holds_whatever_its_hash(sent: Sent, mode: str) -> None:
    """Loads of one day are in the order in which they came, not in that of their ids."""
    sent.declare(mode)
    for staff in range(2, 8):
        sent.send("customers_20260702.csv", f"id,staff\nA,{staff}\n")
        sent.load()
    newest = sent.loads("customer")[-1]
    assert values(newest.files, "head_count") == ["7"]
    assert (mode == "upsert") or sent.ids("customer", "head_count") == ["7"]
    assert sent.load() == ()


def test_files_of_one_day_side_by_side_are_loaded_once(sent: Sent) -> None:
    sent.forget("customers*")
    (sent.home / "sources" / "billing.yml").write_text(
        SOURCE.replace("LOAD", "upsert").replace("PATTERN", DATED).replace("customers_{", "customers_*_{"),
        encoding="utf-8",
    )
    for name in "abc":
        sent.send(f"customers_{name}_20260702.csv", f"id,staff\n{name},1\n")
    assert len(sent.load()) == 4
    assert sent.load() == ()


def test_keys_missing_in_a_snapshot_are_deleted_and_listed(sent: Sent) -> None:
    sent.declare("snapshot")
    sent.send("customers_20260701.csv", "id,staff\nA,1\nB,1\nC,1\n")
    sent.send("customers_20260702.csv", "id,staff\nC,2\nD,1\n")
    sent.load()
    june, july, last = sent.loads("customer")
    assert (june.deleted, july.deleted, last.deleted) == (0, 0, 2)
    assert last.deletions is not None
    assert values([last.deletions], "customer_id") == ["A", "B"]
    assert last.compared_with == july.load_id
    assert sent.ids("customer", "customer_id") == ["C", "D"]


def test_a_snapshot_that_lacks_too_many_keys_is_refused(sent: Sent) -> None:
    sent.declare("snapshot")
    rows = [f"K{number},1" for number in range(100)]
    sent.send("customers_20260701.csv", "\n".join(["id,staff", *rows, ""]))
    sent.load()
    sent.send("customers_20260702.csv", "\n".join(["id,staff", *rows[:60], ""]))
    message = sent.refused()
    assert "customers_20260702.csv: 40 of the 100 keys of customers_20260701.csv are missing" in message
    assert len(sent.ids("customer", "customer_id")) == 100
    text = (sent.home / "sources" / "billing.yml").read_text(encoding="utf-8")
    allowed = text.replace("load: snapshot", "load: snapshot\n    max_deleted_percent: 40")
    (sent.home / "sources" / "billing.yml").write_text(allowed, encoding="utf-8")
    assert [load.deleted for load in sent.load()] == [40]


def test_a_new_column_is_kept_and_reported_until_somebody_ignores_it(sent: Sent) -> None:
    sent.send("customers_20260701.csv", "id,staff,Colour,empty\nA,1,red,\nA,1,blue,\nB,x,,\nC,2,green,\n")
    (load,) = (each for each in sent.load() if each.dataset == "customer" and each.unmapped)
    assert load.unmapped == ("Colour", "empty")
    assert "columns that no rule reads, kept in raw as text: Colour, empty" in load.warnings[0]
    # A column that nobody reads makes no conflict of rows that say the same.
    assert (load.accepted, load.duplicates, load.rejected) == (2, 1, 1)
    assert values(load.files, "unmapped.Colour") == ["green", "red"]
    path = sent.home / "sources" / "billing.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("load: full", "load: full\n    ignore: [Colour, empty]"),
        encoding="utf-8",
    )
    sent.send("customers_20260702.csv", "id,staff,Colour,empty\nA,2,red,\n")
    (load,) = sent.load()
    assert load.unmapped == ()
    assert "unmapped.Colour" not in pq.read_schema(load.files[0]).names


def test_columns_that_the_file_does_not_tell_apart_are_reported_and_not_kept(sent: Sent) -> None:
    sent.send("customers_20260701.csv", "id,staff,x,X,,y\nA,1,1,2,3,4\n")
    load = sent.load()[-1]
    assert load.unmapped == ("x", "X", "", "y")
    assert pq.read_schema(load.files[0]).names[-1] == "unmapped.y"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,number\nA,1\n", "line 1: no column 'staff'"),
        ("id,staff\nA,few\nB,many\nC,3\n", "2 of 3 rows can't be read"),
    ],
)
def test_a_missing_or_retyped_column_refuses_the_file_and_what_was_known_holds(
    sent: Sent, content: str, message: str
) -> None:
    sent.load()
    sent.send("customers_20260701.csv", content)
    assert message in sent.refused()
    assert sent.ids("customer", "customer_id") == ["A"]


def test_a_day_without_events_is_told_by_its_control_totals(sent: Sent) -> None:
    more = '    control_totals: {file: "inbox/charges_{date:%Y%m%d}.ctl"}\n'
    sent.declare(more=more)
    sent.send("charges_20260101.ctl", '{"rows": 1}')
    sent.send("charges_20260702.csv", "id,day,sum\n")
    sent.send("charges_20260702.ctl", '{"rows": 0}')
    assert [load.rows_in for load in sent.load() if load.dataset == "charge"] == [1, 0]
    sent.send("charges_20260703.csv", "id,day,sum\n")
    sent.send("charges_20260703.ctl", '{"sums": {"sum": 0}}')
    assert "the file has no rows" in sent.refused()


def test_the_days_that_rows_tell_of_end_where_they_were_known(sent: Sent) -> None:
    sent.send("charges_20260702.csv", "id,day,sum\n1,2026-06-30,5\n2,2026-07-01,6\n3,2062-07-01,6\n")
    load = sent.load()[-1]
    assert load.business_dates == (date(2026, 6, 30), date(2026, 7, 1))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("load: append", "load: append\n    max_deleted_percent: 5", "only a snapshot says what is deleted"),
        ("load: append", "load: append\n    every: week", "'week' is not one of day, month"),
        (DATED, "charges_{period:%m}", "the period needs %Y"),
        ("load: append", 'load: append\n    control_totals: {file: "x_{period:%Y%m}"}', "carry no period"),
    ],
)
def test_a_wrong_declaration_is_named(sent: Sent, old: str, new: str, message: str) -> None:
    from pipelines.ingest.declaration import load_sources
    from pipelines.ingest.yaml_node import DeclarationError

    path = sent.home / "sources" / "billing.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DeclarationError, match=message):
        load_sources(load_settings(sent.home))


def test_manifests_of_earlier_versions_are_read(sent: Sent) -> None:
    """They say nothing of slots; a file that is sent again after them still replaces a state."""
    import json

    sent.load()
    for load in list_loads(sent.home):
        path = load.path / "manifest.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        for key in ("slot", "sequence", "period", "business_dates", "deleted"):
            del content[key]
        del content["file"]["parts"]
        path.write_text(json.dumps(content), encoding="utf-8")
    assert sent.load() == ()
    sent.send("customers_20260101.csv", "id,staff\nB,1\n")
    sent.load()
    assert sent.ids("customer", "customer_id") == ["B"]


def test_engine_reads_a_part_with_kept_columns(sent: Sent) -> None:
    sent.send("customers_20260701.csv", 'id,staff,"a ""b"" \'c\'"\nA,1,x\n')
    load = sent.load()[-1]
    with duckdb.connect() as con:
        (row,) = con.sql(f"select * from read_parquet('{load.files[0]}')").fetchall()
    assert row[-1] == "x"


def test_new_keys_of_records_are_kept_too(sent: Sent) -> None:
    text = (sent.home / "sources" / "billing.yml").read_text(encoding="utf-8")
    records = text.replace("inbox/customers_{date:%Y%m%d}.csv", "inbox/customers_{date:%Y%m%d}.jsonl")
    records = records.replace("load: full", "load: full\n    format: jsonl")
    (sent.home / "sources" / "billing.yml").write_text(records, encoding="utf-8")
    lines = ['{"id": "A", "staff": 1, "colour": "red"}', '{"id": "B", "staff": "x", "size": {"cm": 1}}']
    sent.send("customers_20260701.jsonl", "\n".join([*lines, '{"id": "C", "staff": 2}', ""]))
    (load,) = (each for each in sent.load() if each.dataset == "customer")
    assert (load.accepted, load.rejected, set(load.unmapped)) == (2, 1, {"colour", "size"})
    assert values(load.files, "unmapped.colour") == ["None", "red"]
    assert sent.load() == ()
