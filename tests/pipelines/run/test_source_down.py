"""In a run a source that is down fails alone: its check says so, the other assets are fresh."""

from contextlib import closing
from datetime import date
from pathlib import Path

import dagster as dg

from pipelines.defs.resources import Run, running
from pipelines.defs.sources import AVAILABLE, source_assets, source_key
from pipelines.lib.inputs import declared_datasets
from pipelines.lib.ownership import owned
from store import migrate_store, open_store
from warehouse.settings import load_settings

FILES = """
source: crm
datasets:
  - dataset: customer
    files: "inbox/customers_{date:%Y%m%d}.csv"
    load: full
    columns: {customer_id: id, kind: {constant: person}}
"""
DOWN = """
source: office
datasets:
  - dataset: account
    rest: {url: "http://127.0.0.1:1/accounts", attempts: 1}
    load: full
    columns: {account_id: id, contract_id: contract}
"""


def test_the_others_are_fresh_and_the_check_of_the_missing_one_says_why(tmp_path: Path) -> None:
    (tmp_path / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    for name in ("sources", "inbox"):
        (tmp_path / name).mkdir()
    (tmp_path / "sources" / "crm.yml").write_text(FILES, encoding="utf-8")
    (tmp_path / "sources" / "office.yml").write_text(DOWN, encoding="utf-8")
    (tmp_path / "inbox" / "customers_20260701.csv").write_text("id\n1\n", encoding="utf-8")
    migrate_store(tmp_path)
    settings = load_settings(tmp_path)
    with closing(open_store(tmp_path)) as store, owned(tmp_path, "run") as workspace:
        run = Run(settings, store, workspace, date(2026, 7, 10))
        assets = source_assets(declared_datasets(settings))
        with dg.DagsterInstance.ephemeral() as instance:
            done = dg.materialize([assets], resources={"run": running(run)}, instance=instance)
    assert done.success
    found = done.get_asset_check_evaluations()
    assert all(each.passed for each in found if each.check_name != AVAILABLE)
    checks = {each.asset_key: each for each in found if each.check_name == AVAILABLE}
    assert checks[source_key("crm", "customer")].passed
    down = checks[source_key("office", "account")]
    assert not down.passed
    assert "connection refused" in str(down.metadata["reason"].value)
    (fresh,) = done.asset_materializations_for_node("ingest")[:1]
    assert fresh.metadata["known from"].value == "2026-07-01"
