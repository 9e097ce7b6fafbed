"""What `vitrina status` says of sources: both watermarks, age, holes, and whether the numbers agree."""

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cli.sources import SourceStatus, print_source_status, source_status, source_status_json
from cli.status import ReleaseStatus, print_release_status, release_status_json
from pipelines.ingest.run import ingest
from store import migrate_store, open_store
from warehouse.disk import disk_use
from warehouse.releases.feed import Edge, TableChanges
from warehouse.releases.model import ControlTotal, Coverage, Manifest
from warehouse.settings import load_settings

SOURCE = """
source: billing
datasets:
  - dataset: charge
    files: "inbox/charges_{period:%Y%m}.csv"
    load: append
    columns: {charge_id: id, account_id: {constant: a}, charged_on: day, amount: sum}
  - dataset: payment
    files: "inbox/payments_{date:%Y%m%d}.csv"
    load: append
    every: day
    columns: {payment_id: id, account_id: {constant: a}, amount: sum}
  - dataset: account
    files: "inbox/accounts_{date:%Y%m%d}.csv"
    load: full
    columns: {account_id: id, contract_id: {constant: k}}
  - dataset: extension
    name: club
    entity: customer
    files: "inbox/club_{date:%Y%m%d}.csv"
    columns:
      customer_id: id
      club_points: {column: points, type: integer, labels: {ru: Баллы, en: Points}}
"""
AS_OF = date(2026, 8, 1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Charges of June are missing, and payments of one day; no club file has come."""
    home = tmp_path_factory.mktemp("status")
    (home / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    for folder in ("sources", "inbox"):
        (home / folder).mkdir()
    (home / "sources" / "billing.yml").write_text(SOURCE, encoding="utf-8")
    files = {
        "charges_202605.csv": "id,day,sum\n1,2026-05-10,5\n2,2026-05-31,x\n2,2026-05-31,1\n",
        "charges_202607.csv": "id,day,sum\n3,2026-07-20,7\n",
        "accounts_20260701.csv": "id\nL1\n",
    }
    files |= {f"payments_202607{day}.csv": f"id,sum\np{day},1\n" for day in (20, 21, 23)}
    for name, content in files.items():
        (home / "inbox" / name).write_text(content, encoding="utf-8")
    migrate_store(home)
    with closing(open_store(home)) as store:
        ingest(load_settings(home), store)
    return home


def status(home: Path, totals: Sequence[ControlTotal] = ()) -> SourceStatus:
    current = Manifest("r", AS_OF, AS_OF, "UTC", "c", "h", {}, {}, (), tuple(totals))
    return source_status(load_settings(home), current)


def printed(found: SourceStatus) -> str:
    console = Console(file=StringIO(), width=200)
    print_source_status(found, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_each_source_tells_when_it_was_loaded_and_how_far_its_days_go(home: Path) -> None:
    document = json.loads(json.dumps(source_status_json(status(home))))
    charges, payments, accounts, club = document["sources"]
    loaded = datetime.fromisoformat(charges["loaded_at"])
    assert abs(datetime.now(UTC) - loaded) < timedelta(hours=1)
    days = ("known_from", "told_until", "age_days", "complete_from", "complete_before")
    assert [charges[day] for day in days] == ["2026-08-01", "2026-07-20", 0, "2026-07-01", "2026-08-01"]
    assert [payments[day] for day in days] == ["2026-07-23", None, 9, "2026-07-22", "2026-07-23"]
    assert charges["missing"] == [{"from": "2026-06-01", "before": "2026-07-01"}]
    assert [accounts["missing"], club["missing"]] == [[], []]
    assert [accounts[day] for day in days] == ["2026-07-01", None, 31, None, None]
    assert [club[day] for day in ("loaded_at", *days)] == [None] * 6
    rows = ("rows_in", "accepted", "rejected", "duplicates")
    assert [charges[name] for name in rows] == [4, 3, 1, 0]


def test_people_see_the_hole_and_what_never_came(home: Path) -> None:
    text = printed(status(home))
    assert "from 2026-07-01 (2026-06 missing), before 2026-08-01" in text
    assert "billing, charge: 2026-06 missing; complete from 2026-07-01 on" in text
    assert "billing, payment: 2026-07-21 missing; complete from 2026-07-22 on" in text
    assert text.count(" on\n") == 2
    assert "never loaded" in text


def test_totals_of_a_release_stand_at_their_sources(home: Path) -> None:
    agreeing = ControlTotal("charge.amount", Decimal(13), Decimal(13), Decimal(13))
    raw_alone = ControlTotal("payment.rows", None, Decimal(3), None)
    found = status(home, [agreeing, raw_alone])
    charges, payments, accounts, _ = source_status_json(found)["sources"]
    assert charges["control_totals"] == [
        {
            "name": "charge.amount",
            "source": "13",
            "left_out": "0",
            "raw": "13",
            "mart": "13",
            "tolerance_percent": "0",
            "agrees": True,
        }
    ]
    assert [total["agrees"] for total in payments["control_totals"]] == [True]
    assert accounts["control_totals"] == []
    assert "source = raw = mart" in printed(found).split("Rows")[1]
    lost = status(home, [ControlTotal("charge.amount", Decimal(13), Decimal(13), Decimal(12))])
    assert source_status_json(lost)["sources"][0]["control_totals"][0]["agrees"] is False
    assert "not: charge.amount" in printed(lost)


def test_a_sum_that_no_source_maps_is_not_compared(home: Path) -> None:
    unmapped = ControlTotal("account.balance", None, None, None)
    found = status(home, [ControlTotal("account.rows", None, Decimal(1), Decimal(1)), unmapped])
    accounts = source_status_json(found)["sources"][2]
    assert [(each["raw"], each["agrees"]) for each in accounts["control_totals"]] == [
        ("1", True),
        (None, None),
    ]
    assert "raw = mart" in printed(found).split("Rows")[1]
    alone = ReleaseStatus(Manifest("r", AS_OF, AS_OF, "UTC", "c", "h", {}, {}, (), (unmapped,)), (), ())
    console = Console(file=StringIO(), width=200)
    print_release_status(alone, console)
    assert isinstance(console.file, StringIO)
    (line,) = [line for line in console.file.getvalue().splitlines() if "account.balance" in line]
    assert "not compared" in line
    assert "0.00" not in line


def test_status_tells_what_changed_and_how_much_of_the_disk_is_used() -> None:
    changes = TableChanges("customer_360", ("customer_no",), inserted=1200, updated=0, deleted=3)
    edges = (
        Edge("20260630-a", "20260701-b", AS_OF, {"customer_360": changes}),
        Edge("x", "20260630-a", AS_OF, {}),
    )
    current = Manifest("20260701-b", AS_OF, AS_OF, "Asia/Tashkent", "c", "h", {}, {}, ())
    disk = {"raw": 26_000_000_000, "store": 4_200_000}
    told = release_lines(ReleaseStatus(current, ("20260701-b",), (), edges, disk, budget_gb=25))
    assert "Changed since release 20260630-a: customer_360 1,200 new / 3 deleted" in told
    assert "Changed since release x" not in told
    assert "Disk: 26.0 GB of 25 GB (raw 26.0 GB, store 4 MB)" in told
    assert "More than its budget" in told
    roomy = ReleaseStatus(current, (), (), edges, disk, budget_gb=27)
    assert "More than its budget" not in release_lines(roomy)
    assert release_status_json(roomy)["changes"][0]["tables"]["customer_360"]["deleted"] == 3


def test_rows_that_count_for_nobody_are_told() -> None:
    facts = {"payment": Coverage(None, None, unowned=1200), "charge": Coverage(None, None)}
    current = Manifest("20260701-b", AS_OF, AS_OF, "Asia/Tashkent", "c", "h", {}, facts, ())
    status = ReleaseStatus(current, (), ())
    assert "Rows of no known customer, in no profile: payment 1,200\n" in release_lines(status)
    assert release_status_json(status)["unowned"] == {"payment": 1200, "charge": 0}


def release_lines(status: ReleaseStatus) -> str:
    console = Console(file=StringIO(), width=200)
    print_release_status(status, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_disk_is_counted_by_folder_and_each_file_once(tmp_path: Path) -> None:
    for folder in ("raw/charge", "tables", "notes"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "raw" / "charge" / "part").write_bytes(b"x" * 10_000)
    (tmp_path / "tables" / "same").hardlink_to(tmp_path / "raw" / "charge" / "part")
    (tmp_path / "notes" / "list.txt").write_bytes(b"y" * 5_000)
    used = disk_use(tmp_path)
    assert used["raw"] + used["tables"] in range(10_000, 17_000)
    assert used["other"] in range(5_000, 9_000)
    assert used["feed"] == 0
