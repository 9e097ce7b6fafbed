"""Whom a deployment believes: its declaration, what is wrong with one, a release with differences, and the way back."""

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cli.main import main
from pipelines.ingest.raw import list_loads
from pipelines.ingest.yaml_node import DeclarationError
from pipelines.lib.inputs import read_catalog, read_inputs
from pipelines.lib.trace import trace
from segments.service import SegmentService
from store import migrate_store
from tests.models.releasing import release
from warehouse.access import Actor, RowScope
from warehouse.builds.believed import YIELDS
from warehouse.builds.raw_rows import COUNTS, NEWER_FILE, NEWER_ROW
from warehouse.catalog.dictionary import dictionary
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.releases.reader import open_release
from warehouse.settings import load_settings

BILLING = """
source: billing
datasets:
  - dataset: customer
    files: "inbox/customers_{date:%Y%m%d}.csv"
    load: upsert
    columns:
      customer_id: id
      kind: {constant: legal_entity}
      full_name: name
      tax_id: inn
      industry: trade
      region: region
"""
OFFICE = """
source: statistics
datasets:
  - dataset: organisation
    files: "inbox/organisations_{date:%Y%m%d}.csv"
    load: full
    columns: {tax_id: inn, name: name, industry: trade}
"""
CRM = """
source: crm
datasets:
  - dataset: flag
    files: "inbox/flags_{date:%Y%m%d}.csv"
    load: upsert
    columns: {flag_id: id, customer_id: customer, flag_kind: {constant: vip}}
"""
ORDER = """precedence:
  identity: [billing, statistics]
  firmography:
    - statistics
    - billing
"""
FILES = {
    "flags_20260601.csv": "id,customer\nF1,C1\n",
    "customers_20260601.csv": "id,name,inn,trade,region\nC1,Alfa,301,10,Andijon\nC2,Beta,302,20,Buxoro\nC3,,303,30,\n",
    "customers_20260701.csv": "id,name,inn,trade,region\nC1,Alfa,301,11,Andijon\n",
    "organisations_20260601.csv": "inn,name,trade\n301,ALFA,12\n302,Gamma,21\n303,Delta,31\n",
    "organisations_20260701.csv": "inn,name,trade\n3-01,ALFA,12\n302,Gamma,\n",
}

READER = Actor("reader", RowScope(everything=True), None)


def deployment(home: Path) -> Path:
    for folder in ("sources", "inbox", "catalog"):
        (home / folder).mkdir(parents=True)
    (home / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    for name, text in (("billing", BILLING), ("statistics", OFFICE), ("crm", CRM)):
        (home / "sources" / f"{name}.yml").write_text(text, encoding="utf-8")
    for name, content in FILES.items():
        (home / "inbox" / name).write_text(content, encoding="utf-8")
    (home / "catalog" / "precedence.yml").write_text(ORDER, encoding="utf-8")
    migrate_store(home)
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment with a release."""
    home = deployment(tmp_path_factory.mktemp("believed") / "home")
    release(home)
    return home


def test_a_group_is_shown_with_its_order_and_only_what_several_claim_is_compared(home: Path) -> None:
    inputs = read_inputs(load_settings(home))
    assert [(each.attribute, each.sources, each.shown) for each in inputs.precedence] == [
        ("full_name", ("billing", "statistics"), False),
        ("industry", ("statistics", "billing"), True),
    ]
    assert inputs.catalog.groups["firmography"].sources == ("statistics", "billing")
    page = dictionary(read_catalog(load_settings(home), list_loads(home)))
    assert "first of these is believed: statistics, billing.\n" in page.partition("### customer: Company")[2]


def test_without_the_file_nothing_is_ordered(home: Path) -> None:
    file = home / "catalog" / "precedence.yml"
    file.unlink()
    try:
        inputs = read_inputs(load_settings(home))
    finally:
        file.write_text(ORDER, encoding="utf-8")
    assert inputs.precedence == ()
    assert not any(group.sources for group in inputs.catalog.groups.values())


def test_all_that_is_wrong_is_told_with_its_line(home: Path) -> None:
    wrong = home / "catalog" / "precedence.yml"
    wrong.write_text(
        "precedence:\n  identity: [billing]\n  finance: [billing]\n"
        "  firmography:\n    - crm\n    - bank\n    - billing\n    - billing\n",
        encoding="utf-8",
    )
    try:
        with pytest.raises(DeclarationError) as told:
            read_inputs(load_settings(home))
    finally:
        wrong.write_text(ORDER, encoding="utf-8")
    groups = "identity, demography, firmography, life_cycle"
    assert [fault.removeprefix(f"{wrong}: ") for fault in told.value.faults] == [
        "line 2: precedence.identity: statistics has no place in the order, but says full_name",
        f"line 3: precedence.finance: no group of attributes that sources claim; known are {groups}",
        "line 5: precedence.firmography[0]: crm says nothing of this group (industry, head_count)",
        "line 6: precedence.firmography[1]: unknown source bank; declared are billing, crm, statistics",
        "line 8: precedence.firmography[3]: billing stands there twice",
        "line 4: precedence.firmography: statistics has no place in the order, but says industry",
    ]


def states(home: Path, customer: str, attribute: str) -> list[tuple[str, str]]:
    traced = trace(load_settings(home), customer, attribute)
    return [(traced.files[row.load.load_id], row.state) for row in traced.rows]


def test_the_way_back_leads_to_the_row_of_the_claim_that_is_believed(home: Path) -> None:
    assert states(home, "C1", "industry") == [
        ("customers_20260601.csv", NEWER_ROW),
        ("customers_20260701.csv", YIELDS),
        ("organisations_20260601.csv", NEWER_FILE),
        ("organisations_20260701.csv", COUNTS),
    ]
    # The office has cleared it, which stands; whom it leaves out it says nothing about.
    assert [state for _, state in states(home, "C2", "industry")] == [YIELDS, NEWER_FILE, COUNTS]
    assert states(home, "C3", "industry") == [
        ("customers_20260601.csv", COUNTS),
        ("organisations_20260601.csv", NEWER_FILE),
    ]
    assert [state for _, state in states(home, "C2", "full_name")] == [COUNTS, NEWER_FILE, YIELDS]
    assert states(home, "C1", "region") == [
        ("customers_20260601.csv", NEWER_ROW),
        ("customers_20260701.csv", COUNTS),
    ]
    traced = trace(load_settings(home), "C1", "industry").to_json()
    assert (traced["precedence"], traced["lineage"]) == (
        ["statistics", "billing"],
        ["customer.industry", "organisation.industry"],
    )


def test_differences_are_counted_shown_and_asked_for(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["vitrina", "--home", str(home), *arguments])
        main()
        return capsys.readouterr().out

    assert json.loads(said("--json", "status"))["conflicts"] == [
        {"attribute": "full_name", "chosen": "billing", "other": "statistics", "customers": 1},
        {"attribute": "industry", "chosen": "statistics", "other": "billing", "customers": 1},
    ]
    line = "full_name 1 (billing before statistics), industry 1 (statistics before billing)"
    assert f"Customers whom sources describe differently: {line}" in " ".join(said("status").split())
    opened = open_release(home)
    engine = DuckDBEngine(opened)
    differs = {"attr": "chosen_value", "op": "eq", "value": "12"}
    where = {"related": "attribute_conflicts", "quantifier": "any", "where": differs}
    found = SegmentService(opened, engine).members({"version": 1, "where": where}, READER)
    assert found.rows.column("id").to_pylist() == ["C1"]
    (file,) = opened.manifest.tables["attribute_conflict"].files
    values = [
        (row["attribute"], row["chosen_value"], row["other_value"])
        for row in pq.read_table(home / file).to_pylist()
    ]
    assert sorted(values) == [("full_name", None, None), ("industry", "12", "11")]
    engine.close()
