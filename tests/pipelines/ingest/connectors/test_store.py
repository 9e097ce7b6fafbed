"""The operational store as a source: what people saved and did comes back as data."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from pipelines.ingest.raw import list_loads
from pipelines.lib.inputs import read_inputs
from store import open_store
from tests.pipelines.ingest.connectors.deployment import held, make, run
from warehouse.settings import load_settings

EXAMPLE = Path(__file__).resolve().parents[4] / "examples" / "operator" / "sources" / "store.yml"
ACCOUNTS = """
  - dataset: account
    files: "inbox/accounts_{date:%Y%m%d}.csv"
    load: full
    columns: {account_id: id, contract_id: contract}
"""


def test_segments_lists_and_audit_come_back(tmp_path: Path) -> None:
    home = make(tmp_path / "home", files=ACCOUNTS)
    (home / "sources" / "store.yml").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    (home / "inbox").mkdir()
    (home / "inbox" / "accounts_20260601.csv").write_text("id,contract\na,k\n", encoding="utf-8")
    with closing(open_store(home)) as store, store.unit_of_work("anna") as work:
        work.users.add("bek", {"roles": ["analyst"]})
    assert run(home).problems == ()
    assert held(home, "audit_entry", "action") == ["user.create"]
    assert held(home, "audit_entry", "actor") == ["anna"]
    # Empty tables are none the worse, and our own work moves no business date.
    assert {load.dataset for load in list_loads(home)} == {"account", "audit_entry"}
    assert read_inputs(load_settings(home)).as_of == date(2026, 6, 1)
    assert run(home).new == ()
    with closing(open_store(home)) as store, store.unit_of_work("bek") as work:
        work.users.add("guli", {})
    assert [load.accepted for load in run(home).new] == [1]
    assert held(home, "audit_entry", "subject") == ["bek", "guli"]
    with closing(open_store(home)) as store, store.reading() as work:
        moments = sorted(
            entry.at.replace(tzinfo=None) for entry in work.audit.last(50) if "user" in entry.action
        )
    assert held(home, "audit_entry", "happened_at") == moments


def test_a_list_brings_its_members_once(tmp_path: Path) -> None:
    home = make(tmp_path / "home")
    (home / "sources" / "store.yml").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    upload(home, "vip", ["C1", "C2"], "2026-07-01 10:00:00")
    assert run(home).problems == ()
    upload(home, "debt", ["C2"], "2026-07-05 10:00:00")
    assert [(load.dataset, load.accepted) for load in run(home).new] == [
        ("uploaded_list", 2),
        ("list_member", 1),
    ]
    assert held(home, "list_member", "member_id") == ["C1", "C2", "C2"]


def upload(home: Path, name: str, members: list[str], at: str) -> None:
    count = len(members)
    with closing(sqlite3.connect(home / "store" / "vitrina.db")) as connection, connection:
        connection.execute(
            "insert into uploaded_list (id, name, name_key, entity, key, owner, content_hash, rows, accepted, "
            "rejected, duplicates, unknown, created_at) values (?, ?, ?, 'customer', 'customer_id', 'anna', '', ?, ?, "
            "0, 0, 0, ?)",
            [name, name, name, count, count, at],
        )
        connection.executemany(
            "insert into uploaded_list_member values (?, ?)", [(name, member) for member in members]
        )
