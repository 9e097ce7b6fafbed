"""From a value of the profile back to the rows of the sources."""

import shutil
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.ingest.compact import compact
from pipelines.ingest.raw import list_loads
from pipelines.ingest.run import ingest
from pipelines.lib.canonical import MODELS, canonical_datasets
from pipelines.lib.inputs import read_inputs
from pipelines.lib.loads import to_load
from pipelines.lib.trace import Traced, TraceError, find_origins, trace
from store import migrate_store, open_store
from warehouse.builds.model import Dataset, Load
from warehouse.builds.origin import NOT_THEIRS, Origins
from warehouse.builds.owners import OWNED_BY, REACHED
from warehouse.builds.raw_rows import COUNTS, NEWER_FILE, NEWER_ROW, RawRows, is_among
from warehouse.catalog.loader import load_catalog, semantic_files
from warehouse.catalog.model import CUSTOMER
from warehouse.connection import Resources, connect
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
  - dataset: subscription
    files: "inbox/numbers_{date:%Y%m%d}.csv"
    load: full
    columns: {subscription_id: id, account_id: account, msisdn: number, activated_on: since, deactivated_on: until}
  - dataset: device
    files: "inbox/devices_{date:%Y%m%d}.csv"
    load: upsert
    columns: {imei: imei, msisdn: number, subscription_id: subscription, first_seen_on: day}
  - dataset: app_event
    files: "inbox/events_{date:%Y%m%d}.csv"
    load: append
    columns: {event_id: id, msisdn: number, app_id: app, event_at: time}
  - dataset: identifier
    files: "inbox/ids_{date:%Y%m%d}.csv"
    load: upsert
    columns: {kind: kind, value: value, customer_id: customer, valid_from: since, valid_to: until}
  - dataset: contact_person
    files: "inbox/persons_{date:%Y%m%d}.csv"
    load: upsert
    columns: {contact_person_id: id, customer_id: customer}
  - dataset: consent
    files: "inbox/consents_{date:%Y%m%d}.csv"
    load: append
    columns: {consent_id: id, customer_id: customer, contact_person_id: person, decision: said}
  - dataset: contact
    files: "inbox/contacts_{date:%Y%m%d}.csv"
    load: append
    columns: {contact_id: id, customer_id: customer, subscription_id: number, contacted_at: time}
  - dataset: response
    files: "inbox/responses_{date:%Y%m%d}.csv"
    load: append
    columns: {response_id: id, contact_id: contact, responded_at: time}
  - dataset: extension
    name: club
    entity: customer
    files: "inbox/club_{date:%Y%m%d}.csv"
    columns:
      customer_id: id
      club_points: {column: points, type: integer, labels: {ru: Баллы, en: Points}}
"""
FILES = {
    "customers_20260601.csv": "id,name,inn\nC1,Old,111\nC2,Other,222\nC3,One,333\nC4,Two,3 33\n",
    "customers_20260701.csv": "id,name,inn\nC1,New,111\n",
    "contracts_20260601.csv": "id,customer\nK1,C1\nK2,C2\n",
    "contracts_20260701.csv": "id,customer\nK1,C1\nK2,C2\nK3,C1\n",
    "accounts_20260701.csv": "id,contract\nL1,K1\nL2,K2\nL3,K3\n",
    "charges_202605_20260601.csv": "id,account,day,sum\n1,L1,2026-05-10,5\n2,L2,2026-05-10,7\n",
    "charges_202605_20260610.csv": "id,account,day,sum\n1,L1,2026-05-10,6\n",
    "charges_202606_20260701.csv": "id,account,day,sum\n3,L3,2026-06-30,11\n",
    "payments_20260701.csv": "id,account,inn,time,sum\n1,L1,,2026-06-30 23:30:00,20\n2,,11-1,2026-06-02 10:00:00,30\n"
    "3,L2,111,2026-06-03 10:00:00,40\n4,,333,2026-06-04 10:00:00,50\n",
    # The number went from the first customer to the second in March.
    "numbers_20260701.csv": "id,account,number,since,until\n"
    "S1,L1,998901112233,2026-01-01,2026-03-10\nS2,L2,+998 90 111-22-33,2026-03-20,\n",
    "devices_20260701.csv": "imei,number,subscription,day\n"
    "I1,901112233,,2026-02-01\nI2,901112233,,2026-04-01\nI3,,S1,2026-04-02\n",
    "events_20260701.csv": "id,number,app,time\n"
    "1,901112233,X,2026-02-01 10:00:00\n2,901112233,,2026-04-01 10:00:00\n"
    "3,901112233,X,2026-03-15 10:00:00\n4,901112233,Y,2026-03-15 10:00:00\n",
    "ids_20260701.csv": "kind,value,customer,since,until\nAPP_ID,X,C1,2026-01-01,\napp_id,Y,C2,,\n",
    "persons_20260701.csv": "id,customer\nH1,C1\nH2,C2\n",
    "consents_20260701.csv": "id,customer,person,said\n1,C1,,given\n2,,H1,given\n3,C2,H1,given\n4,,H2,given\n",
    "contacts_20260701.csv": "id,customer,number,time\nT1,C1,,2026-06-01 10:00:00\nT2,,S1,2026-06-02 10:00:00\n"
    "T3,C2,S1,2026-06-03 10:00:00\n",
    "responses_20260701.csv": "id,contact,time\nR1,T2,2026-06-02 11:00:00\nR2,T3,2026-06-03 11:00:00\n",
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


@pytest.fixture(scope="module")
def origins(settings: Settings) -> Origins:
    return Origins(canonical_datasets(), read_inputs(settings).loads)


def states(origins: Origins, customer: str, dataset: str, column: str) -> dict[object, str]:
    return {row.values[column]: row.state for row in origins.rows(customer, [dataset])}


def test_an_account_decides_before_the_tax_id_and_a_tax_id_of_several_is_nobodys(origins: Origins) -> None:
    assert states(origins, "C1", "payment", "payment_id") == {"1": COUNTS, "2": COUNTS}
    for customer in ("C3", "C4"):
        assert states(origins, customer, "payment", "payment_id") == {"4": NOT_THEIRS}


def test_a_device_with_a_number_alone_is_of_who_had_it_when_it_was_first_seen(origins: Origins) -> None:
    assert states(origins, "C1", "device", "imei") == {"I1": COUNTS, "I2": NOT_THEIRS, "I3": COUNTS}
    assert states(origins, "C2", "device", "imei") == {"I1": NOT_THEIRS, "I2": COUNTS}


def test_an_event_is_of_who_had_its_number_that_day_else_of_its_installation(origins: Origins) -> None:
    first, second = (states(origins, customer, "app_event", "event_id") for customer in ("C1", "C2"))
    # On 15 March nobody had the number.
    assert first == {"1": COUNTS, "2": NOT_THEIRS, "3": COUNTS, "4": NOT_THEIRS}
    assert second == {"1": NOT_THEIRS, "2": COUNTS, "3": NOT_THEIRS, "4": COUNTS}


def test_what_contact_persons_said_and_what_answers_a_contact_is_found(origins: Origins) -> None:
    assert states(origins, "C1", "consent", "consent_id") == {"1": COUNTS, "2": COUNTS}
    assert states(origins, "C1", "response", "response_id") == {"R1": COUNTS}


def test_rows_whose_key_is_partly_empty_are_found(origins: Origins) -> None:
    assert states(origins, "C1", "identifier", "value") == {"X": COUNTS}


def test_packed_loads_are_read_once(settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(settings.home, tmp_path, dirs_exist_ok=True)
    compact(tmp_path, 1)
    loads = [to_load(load) for load in list_loads(tmp_path)]
    assert {load.packed for load in loads if load.dataset == "customer"} == {True}
    # The customer's rows are asked for twice: for the tax id, and for themselves.
    found = Origins(canonical_datasets(), loads).rows("C1", ["legal_status", "customer"])
    assert [row.values["full_name"] for row in found] == ["Old", "New"]


def test_every_data_set_that_names_a_customer_says_by_which_column() -> None:
    naming = {"customer_id", "related_customer_id", *REACHED}
    for dataset in canonical_datasets():
        assert set(OWNED_BY.get(dataset.name, {})) <= set(dataset.columns), dataset.name
        if dataset.name not in OWNED_BY:
            assert naming.isdisjoint(dataset.columns), dataset.name


def test_the_rows_of_one_customer_are_found_in_little_memory(tmp_path: Path) -> None:
    rows = 3_000_000
    file = tmp_path / "part-00000.parquet"
    with closing(connect()) as connection:
        connection.execute(f"""
            copy (
                select hash(i)::varchar as charge_id, (hash(-i) % 100000)::varchar as account_id,
                    hash(i + 1)::varchar || hash(i + 2)::varchar as purpose
                from range({rows}) as numbers(i)
            ) to '{file}' (format parquet)""")
    columns = {"charge_id": "VARCHAR", "account_id": "VARCHAR", "purpose": "VARCHAR"}
    load = Load("charge", "billing", "a", date(2026, 7, 1), "upsert", (file,))
    with closing(connect(resources=Resources(memory="100MB", threads=1))) as connection:
        raw = RawRows(connection, [Dataset("charge", ("charge_id",), columns)], [load])
        found = raw.stated("charge", [is_among("account_id", ["77"])])
    assert {row.state for row in found} == {COUNTS}
    assert 10 < len(found) < 100


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
