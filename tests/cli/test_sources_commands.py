"""`vitrina rejects`, `vitrina datasets` and `vitrina segment attributes`: what a person who maps a file has to know."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from cli.main import main
from pipelines.ingest.canonical import canonical_datasets
from pipelines.ingest.run import ingest
from store import migrate_store, open_store
from tests.cli.segment_home import make_home
from warehouse.settings import load_settings

SOURCE = """
source: {source}
datasets:
  - dataset: customer
    files: "inbox/{source}_{{date:%Y%m%d}}.csv"
    load: full
    max_rejected_percent: 90
    columns: {{customer_id: ID, kind: {{column: KIND, values: {{B2C: person}}}}}}
"""
Vitrina: TypeAlias = Callable[..., tuple[int, str, str]]


@pytest.fixture
def vitrina(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Vitrina:
    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vitrina", *arguments])
        code = 0
        try:
            main()
        except SystemExit as leave:
            code = int(leave.code or 0)
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two sources: five bad rows each in a file of today, and one more in an older file of the second."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "inbox").mkdir()
    (tmp_path / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    bad = "".join(f"{i},bad{i}\n" for i in range(5))
    for source in ("crm", "shop"):
        (tmp_path / f"sources/{source}.yml").write_text(SOURCE.format(source=source), encoding="utf-8")
        (tmp_path / f"inbox/{source}_20260702.csv").write_text("ID,KIND\na,B2C\n" + bad, encoding="utf-8")
    (tmp_path / "inbox/shop_20260701.csv").write_text("ID,KIND\na,B2C\nb,OLD\n", encoding="utf-8")
    migrate_store(tmp_path)
    store = open_store(tmp_path)
    try:
        ingest(load_settings(tmp_path), store)
    finally:
        store.close()
    return tmp_path


def test_every_rejected_row_can_be_listed(home: Path, vitrina: Vitrina) -> None:
    every = json.loads(vitrina("rejects", "--home", str(home), "--json")[1])
    assert every["total"] == len(every["rejects"]) == 11
    assert every["rejects"][0]["file"] == "shop_20260702.csv"
    assert every["rejects"][-1] == {
        "source": "shop",
        "dataset": "customer",
        "file": "shop_20260701.csv",
        "line": 3,
        "column": "KIND",
        "value": "OLD",
        "reason": "not one of B2C",
        "record": '{"ID": "b", "KIND": "OLD"}',
        "replaced_by": "shop_20260702.csv",
    }
    assert {row["replaced_by"] for row in every["rejects"][:-1]} == {None}
    chosen = json.loads(
        vitrina("rejects", "--home", str(home), "--json", "--source", "crm", "--limit", "2")[1]
    )
    assert chosen["total"] == 5
    assert [row["line"] for row in chosen["rejects"]] == [3, 4]


def test_rejected_rows_for_people_say_how_many_are_left(home: Path, vitrina: Vitrina) -> None:
    _, out, _ = vitrina("rejects", "--home", str(home), "--file", "20260701")
    assert "shop_20260701.csv: 1 of 2 rows rejected (shop, customer)" in out
    assert "this file is replaced by shop_20260702.csv: its rows count no more" in out
    assert "replaced" not in vitrina("rejects", "--home", str(home), "--source", "crm")[1]
    assert "more; --limit" not in out
    assert "8 more; --limit" in vitrina("rejects", "--home", str(home), "--limit", "3")[1]
    assert vitrina("rejects", "--home", str(home), "--file", "nothing")[1] == "no rejected rows\n"
    assert vitrina("rejects", "--home", str(home), "--source", "shpo")[::2] == (
        2,
        "error: no file of source shpo has been loaded\n",
    )


def test_status_shows_rejected_rows_of_every_source(home: Path, vitrina: Vitrina) -> None:
    told = json.loads(vitrina("status", "--home", str(home), "--json")[1])["rejects"]
    newest = ["crm_20260702.csv"] * 3 + ["shop_20260702.csv"] * 3
    assert [row["file"] for row in told] == newest
    _, out, _ = vitrina("status", "--home", str(home))
    assert out.count("and 2 more") == 2
    assert "vitrina rejects" in out


def test_status_goes_on_with_what_can_be_read(home: Path, vitrina: Vitrina) -> None:
    (home / "sources" / "shop.yml").write_text("source: shop\ndatasets:\n  - dataset: x\n", encoding="utf-8")
    code, out, _ = vitrina("status", "--home", str(home), "--json")
    told = json.loads(out)
    assert (code, [each["source"] for each in told["sources"]]) == (0, ["crm"])
    assert any(
        "shop.yml: line 3: datasets[0].dataset: 'x' is not" in fault for fault in told["declaration_faults"]
    )
    _, out, _ = vitrina("status", "--home", str(home))
    assert "shop.yml: line 3: datasets[0].dataset: 'x' is not" in out
    code, _, error = vitrina("ingest", "--home", str(home))
    assert (code, "shop.yml: line 3" in error) == (2, True)


def test_a_data_set_says_what_it_needs(vitrina: Vitrina) -> None:
    everything = vitrina("datasets")[1]
    assert all(name in everything for name in canonical_datasets())
    _, out, _ = vitrina("datasets", "payment")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert "must be mapped, key" in lines["payment_id"]
    assert "business date" in lines["paid_at"]
    assert "cash, card, bank, app, terminal" in lines["method"]
    columns = json.loads(vitrina("datasets", "payment", "--json")[1])["datasets"][0]["columns"]
    assert columns[0] == {"name": "payment_id", "type": "text", "scale": 0, "required": True, "values": []}
    code, _, error = vitrina("datasets", "paiment")
    assert code == 2
    assert "no canonical data set 'paiment'; there are customer, contract" in error


def test_attributes_are_those_that_the_asker_may_use(tmp_path: Path, vitrina: Vitrina) -> None:
    home = str(make_home(tmp_path / "home"))

    def names(*arguments: str) -> list[tuple[str, str, str]]:
        answer = json.loads(vitrina("segment", "attributes", "--home", home, "--json", *arguments)[1])
        return [(each["of"], each["use"], each["name"]) for each in answer["attributes"]]

    assert ("customer", "attribute", "phone") in names()
    assert ("customer", "attribute", "phone") not in names("--as", "tashkent")
    assert names("payment") == [("payment", "measure", "amount")]
    assert names("--find", "баланс") == [("customer", "attribute", "balance")]
    assert "eq" in vitrina("segment", "attributes", "--home", home, "--json", "--find", "баланс")[1]
    assert "measure" in vitrina("segment", "attributes", "payment", "--home", home)[1]
    code, _, error = vitrina("segment", "attributes", "paiment", "--home", home)
    assert (code, "no entity or fact 'paiment'; there are customer" in error) == (2, True)
