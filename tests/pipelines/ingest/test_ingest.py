"""From files to raw: repeats, other names, changed declarations, control totals, kills."""

import hashlib
import os
import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import ingest_deployment as deployment
import pyarrow.parquet as pq
import pytest

from pipelines.ingest import raw
from pipelines.ingest.lock import raw_lock
from pipelines.ingest.raw import list_loads
from store import LoadEntry, open_store
from warehouse.errors import InputError
from warehouse.files.parquet import read_rejects


def ledger(home: Path) -> tuple[LoadEntry, ...]:
    store = open_store(home)
    with store.reading() as work:
        entries = work.loads.all()
    store.close()
    return entries


def contents(home: Path) -> dict[str, str]:
    """Hash of every file of raw that readers see; ingestion's own begin with a dot."""
    files = sorted(path for path in (home / "raw").rglob("*") if path.is_file() and path.name[0] != ".")
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_files_become_loads_and_every_row_is_accounted_for(home: Path) -> None:
    report = deployment.run(home)
    assert report.problems == ()
    customers, payments = list_loads(home)
    assert (customers.accepted, customers.rejected, customers.duplicates, customers.rows_in) == (2, 2, 1, 5)
    assert (payments.accepted, payments.rejected, payments.sums) == (2, 1, {"amount": Decimal("9.25")})
    assert customers.known_from == date(2026, 7, 1)
    assert [check["ok"] for check in payments.controls] == [True, True]
    assert customers.rejects is not None
    assert [reject.line for reject in read_rejects(customers.rejects, 10)] == [4, 6]
    assert [entry.load_id for entry in ledger(home)] == [customers.load_id, payments.load_id]


def test_raw_has_the_canonical_columns_and_types(home: Path) -> None:
    deployment.run(home)
    _, payments = list_loads(home)
    schema = pq.read_schema(payments.files[0])
    assert [(field.name, str(field.type)) for field in schema] == [
        ("payment_id", "string"),
        ("account_id", "string"),
        ("paid_at", "timestamp[us]"),
        ("paid_at__date", "date32[day]"),
        ("method", "string"),
        ("amount", "decimal128(18, 2)"),
        ("tax_id", "string"),
        ("purpose", "string"),
    ]


def test_a_repeat_does_nothing(home: Path) -> None:
    deployment.run(home)
    before = contents(home)
    report = deployment.run(home)
    assert report.new == ()
    assert contents(home) == before
    assert len(ledger(home)) == 2


def test_the_same_content_under_another_name_is_said_and_not_loaded(home: Path) -> None:
    deployment.run(home)
    deployment.write(home, "customers_20260702.csv", deployment.CUSTOMERS)
    report = deployment.run(home)
    assert report.new == ()
    assert "customers_20260702.csv: nothing to do, same content as customers_20260701.csv" in [
        outcome.message for outcome in report.outcomes
    ]


def test_a_changed_declaration_loads_anew_and_back_again(home: Path) -> None:
    deployment.run(home)
    source = home / "sources" / "billing.yml"
    first = list_loads(home)[0]
    source.write_text(deployment.SOURCE.replace("B2B:", "B2X: legal_entity, B2B:"), encoding="utf-8")
    deployment.run(home)
    second = list_loads(home)[0]
    assert (second.accepted, second.supersedes) == (3, first.load_id)
    source.write_text(deployment.SOURCE, encoding="utf-8")
    deployment.run(home)
    third = list_loads(home)[0]
    assert (third.accepted, third.supersedes) == (2, second.load_id)
    assert len(list_loads(home)) == 2
    assert len(ledger(home)) == 4


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("payments_20260701.csv", "", "payments_20260701.csv: the file is empty"),
        ("payments_20260701.csv", "ID;ACC;SUM\n", "payments_20260701.csv: the file has no rows"),
        ("payments_20260701.csv", "ID;ACC\np1;a\n", "payments_20260701.csv: line 1: no column 'SUM'"),
        ("payments_20260701.csv", "ID;ACC;SUM\np1;a;10.50\n", "rows: the source says 3, arrived 1"),
        (
            "payments_20260701.csv",
            "ID;ACC;SUM\np1;a;x\np2;a;y\np3;a;1\n",
            "2 of 3 rows can't be read.*line 2",
        ),
        ("payments_20260701.ctl", '{"rows": 3, "sums": {"SUM": "9.24"}}', "says 9.24, arrived 9.25"),
        ("payments_20260701.ctl", "rows=3", "payments_20260701.ctl: not control totals"),
        ("payments_20260701.ctl", '{"sums": {"NO": 1}}', "'NO' is not a mapped column"),
    ],
)
def test_a_bad_file_stops_only_itself_and_leaves_nothing(
    home: Path, name: str, content: str, message: str
) -> None:
    deployment.write(home, name, content)
    report = deployment.run(home)
    assert [load.dataset for load in list_loads(home)] == ["customer"]
    assert list(raw.scratch_folder(home).iterdir()) == []
    with pytest.raises(InputError, match=message):
        report.raise_for_problems()
    store = open_store(home)
    with store.reading() as work:
        assert [problem.file for problem in work.loads.problems()] == ["payments_20260701.csv"]
    store.close()


def test_a_mended_file_is_loaded_and_its_problem_forgotten(home: Path) -> None:
    deployment.write(home, "payments_20260701.csv", "")
    deployment.run(home)
    deployment.write(home, "payments_20260701.csv", deployment.PAYMENTS)
    assert deployment.run(home).problems == ()
    store = open_store(home)
    with store.reading() as work:
        assert work.loads.problems() == ()
    store.close()


def test_a_missing_file_is_told_unless_it_was_loaded_before(home: Path) -> None:
    (home / "inbox" / "customers_20260701.csv").unlink()
    report = deployment.run(home)
    assert [problem.dataset for problem in report.problems] == ["customer"]
    assert "no such file" in report.problems[0].message
    (home / "inbox" / "payments_20260701.csv").unlink()
    assert [problem.dataset for problem in deployment.run(home).problems] == ["customer"]


def test_a_small_difference_within_the_tolerance_is_kept_in_the_manifest(home: Path) -> None:
    source = home / "sources" / "billing.yml"
    text = deployment.SOURCE.replace('.ctl"}', '.ctl", tolerance: 1}')
    source.write_text(text, encoding="utf-8")
    deployment.write(home, "payments_20260701.ctl", '{"rows": 3, "sums": {"SUM": "9.30"}}')
    assert deployment.run(home).problems == ()
    check = list_loads(home)[1].controls[1]
    assert (check["expected"], check["actual"], check["ok"]) == ("9.30", "9.25", True)


def test_only_the_named_source_is_read_and_an_unknown_one_is_refused(home: Path) -> None:
    with pytest.raises(InputError, match="unknown source bank; declared are billing"):
        deployment.run(home, ["bank"])


def test_two_at_once_one_says_so(home: Path) -> None:
    with raw_lock(home), pytest.raises(InputError, match="another ingestion is at work"):
        deployment.run(home)


def test_a_load_renamed_into_raw_but_not_in_the_ledger_is_entered(home: Path, tmp_path: Path) -> None:
    other = deployment.make(tmp_path / "other")
    deployment.run(other)
    (other / "raw").rename(home / "raw")
    report = deployment.run(home)
    assert report.new == ()
    assert len(ledger(home)) == 2


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import ingest_deployment as deployment
left = int(sys.argv[3])
def audit(event, args):
    global left
    if event in {"open", "os.rename", "os.mkdir", "os.remove", "sqlite3.connect"} and sys.argv[1] in str(args):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(audit)
deployment.run(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("step", range(0, 36, 3))
def test_killed_anywhere_and_started_again_gives_the_same_raw(home: Path, tmp_path: Path, step: int) -> None:
    undisturbed = deployment.make(tmp_path / "undisturbed")
    deployment.run(undisturbed)
    command = [sys.executable, "-c", KILLED, str(home), str(Path(__file__).parent), str(step)]
    ended = subprocess.run(command, check=False, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
    assert ended.returncode == -signal.SIGKILL
    deployment.run(home)
    assert contents(home) == contents(undisturbed)
    assert [entry.load_id for entry in ledger(home)] == [entry.load_id for entry in ledger(undisturbed)]
