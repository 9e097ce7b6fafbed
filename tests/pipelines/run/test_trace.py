"""From a value of the profile back to the rows of the sources."""

from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest

from pipelines.ingest.run import ingest
from pipelines.lib.canonical import MODELS, canonical_datasets
from pipelines.lib.trace import Traced, TraceError, find_origins, trace
from store import migrate_store, open_store
from warehouse.builds.origin import COUNTS, NEWER_FILE, NEWER_ROW
from warehouse.catalog.loader import load_catalog, semantic_files
from warehouse.catalog.model import CUSTOMER
from warehouse.settings import Settings, load_settings

SOURCE = """
source: billing
datasets:
  - dataset: customer
    files: "inbox/customers_{date:%Y%m%d}.csv"
    load: upsert
    columns: {customer_id: id, kind: {constant: person}, full_name: name, tax_id: inn}
  - dataset: contract
    files: "inbox/contracts_{date:%Y%m%d}.csv"
    load: full
    columns: {contract_id: id, customer_id: customer}
  - dataset: account
    files: "inbox/accounts_{date:%Y%m%d}.csv"
    load: full
    columns: {account_id: id, contract_id: contract}
  - dataset: charge
    files: "inbox/charges_{period:%Y%m}_{date:%Y%m%d}.csv"
    load: append
    columns: {charge_id: id, account_id: account, charged_on: day, amount: sum}
  - dataset: payment
    files: "inbox/payments_{date:%Y%m%d}.csv"
    load: append
    columns: {payment_id: id, account_id: account, tax_id: inn, paid_at: time, amount: sum}
  - dataset: extension
    name: club
    entity: customer
    files: "inbox/club_{date:%Y%m%d}.csv"
    columns:
      customer_id: id
      club_points: {column: points, type: integer, labels: {ru: Баллы, en: Points}}
"""
FILES = {
    "customers_20260601.csv": "id,name,inn\nC1,Old,111\nC2,Other,222\n",
    "customers_20260701.csv": "id,name,inn\nC1,New,111\n",
    "contracts_20260601.csv": "id,customer\nK1,C1\nK2,C2\n",
    "contracts_20260701.csv": "id,customer\nK1,C1\nK2,C2\nK3,C1\n",
    "accounts_20260701.csv": "id,contract\nL1,K1\nL2,K2\nL3,K3\n",
    "charges_202605_20260601.csv": "id,account,day,sum\n1,L1,2026-05-10,5\n2,L2,2026-05-10,7\n",
    "charges_202605_20260610.csv": "id,account,day,sum\n1,L1,2026-05-10,6\n",
    "charges_202606_20260701.csv": "id,account,day,sum\n3,L3,2026-06-30,11\n",
    "payments_20260701.csv": "id,account,inn,time,sum\n1,L1,,2026-06-30 23:30:00,20\n2,,111,2026-06-02 10:00:00,30\n",
    "club_20260701.csv": "id,points\nC1,4\nC2,5\n",
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("traced")
    (home / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    for folder in ("sources", "inbox"):
        (home / folder).mkdir()
    (home / "sources" / "billing.yml").write_text(SOURCE, encoding="utf-8")
    for name, content in FILES.items():
        (home / "inbox" / name).write_text(content, encoding="utf-8")
    migrate_store(home)
    with closing(open_store(home)) as store:
        ingest(load_settings(home), store).raise_for_problems()
    return load_settings(home)


def rows(traced: Traced, column: str) -> list[tuple[str, object, str]]:
    return [(traced.files[row.load.load_id], row.values[column], row.state) for row in traced.rows]


def test_of_rows_sent_again_the_newest_counts(settings: Settings) -> None:
    assert rows(trace(settings, "C1", "full_name"), "full_name") == [
        ("customers_20260601.csv", "Old", NEWER_ROW),
        ("customers_20260701.csv", "New", COUNTS),
    ]


def test_a_sum_leads_to_the_rows_of_all_accounts_and_says_which_file_was_replaced(settings: Settings) -> None:
    traced = trace(settings, "C1", "charged_total")
    assert [origin.name for origin in traced.origins] == ["charge.amount"]
    assert rows(traced, "amount") == [
        ("charges_202605_20260601.csv", Decimal(5), NEWER_FILE),
        ("charges_202605_20260610.csv", Decimal(6), COUNTS),
        ("charges_202606_20260701.csv", Decimal(11), COUNTS),
    ]


def test_a_month_of_the_profile_leads_to_the_rows_of_that_month(settings: Settings) -> None:
    assert rows(trace(settings, "C1", "charged_2026_06"), "amount") == [
        ("charges_202606_20260701.csv", Decimal(11), COUNTS)
    ]
    # An instant counts on its local day.
    paid = trace(settings, "C1", "paid_2026_06")
    assert paid.month == date(2026, 6, 1)
    assert rows(paid, "amount") == [
        ("payments_20260701.csv", Decimal(20), COUNTS),
        ("payments_20260701.csv", Decimal(30), COUNTS),
    ]


def test_rows_of_a_full_extract_that_was_replaced_do_not_count(settings: Settings) -> None:
    assert [
        (file, state) for file, _, state in rows(trace(settings, "C2", "contract_count"), "contract_id")
    ] == [
        ("contracts_20260601.csv", NEWER_FILE),
        ("contracts_20260701.csv", COUNTS),
    ]


def test_an_attribute_of_an_extension_leads_to_its_file(settings: Settings) -> None:
    assert rows(trace(settings, "C2", "club_points"), "club_points") == [("club_20260701.csv", 5, COUNTS)]


def test_a_customer_without_rows_has_none(settings: Settings) -> None:
    assert trace(settings, "C9", "charged_total").rows == ()


@pytest.mark.parametrize("name", ["nonsense", "charged_2026_13", "nothing_2026_06"])
def test_what_is_no_attribute_is_refused(settings: Settings, name: str) -> None:
    with pytest.raises(TraceError, match=f"no attribute {name}"):
        trace(settings, "C1", name)


def test_the_lineage_of_every_attribute_names_data_sets_and_columns() -> None:
    catalog = load_catalog(semantic_files(MODELS))
    columns = {dataset.name: dataset.columns for dataset in canonical_datasets()}
    for name in catalog.entities[CUSTOMER].attributes:
        origins, _ = find_origins(catalog, name, {})
        assert origins, name
        for origin in origins:
            assert origin.dataset in columns, f"{name}: {origin.name}"
            assert origin.column is None or origin.column in columns[origin.dataset], f"{name}: {origin.name}"
