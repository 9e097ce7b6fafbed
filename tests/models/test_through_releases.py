"""A merger, a number that is given to somebody else and a corrected month, through two releases and the feed."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from segments.service import SegmentService
from store import migrate_store
from tests.models.releasing import release
from warehouse.access import Actor, RowScope
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.releases.changes import changes
from warehouse.releases.reader import open_release, read_manifest

SOURCE = """
source: billing
datasets:
  - dataset: customer
    files: "inbox/customers_{date:%Y%m%d}.csv"
    load: full
    columns: {customer_id: id, kind: {constant: person}, merged_into: {column: merged_into, optional: true}}
  - dataset: contract
    files: "inbox/contracts_{date:%Y%m%d}.csv"
    load: full
    columns: {contract_id: id, customer_id: customer}
  - dataset: account
    files: "inbox/accounts_{date:%Y%m%d}.csv"
    load: full
    columns: {account_id: id, contract_id: contract}
  - dataset: subscription
    files: "inbox/subscriptions_{date:%Y%m%d}.csv"
    load: full
    columns: {subscription_id: id, account_id: account, msisdn: number, activated_on: begin, deactivated_on: end}
  - dataset: charge
    files: "inbox/charges_{period:%Y%m}_{date:%Y%m%d}.csv"
    load: append
    columns: {charge_id: id, account_id: account, charged_on: day, amount: amount}
  - dataset: app_event
    files: "inbox/events_{date:%Y%m%d}.csv"
    load: append
    columns: {event_id: id, msisdn: number, event_at: at}
"""
JULY_1, JULY_3 = date(2026, 7, 1), date(2026, 7, 3)
READER = Actor("reader", RowScope(everything=True), None)
BEFORE = {
    "customers_20260701": "id\nAnna\nBoris\nClara\n",
    "contracts_20260701": "id,customer\nK1,Anna\nK2,Boris\nK3,Clara\n",
    "accounts_20260701": "id,contract\nA1,K1\nA2,K2\nA3,K3\n",
    "subscriptions_20260701": "id,account,number,begin,end\n"
    "S1,A1,998900000001,2024-01-01,\nS2,A2,998900000002,2024-01-01,\nS3,A3,998900000003,2024-01-01,\n",
    "charges_202605_20260601": "id,account,day,amount\nC1,A1,2026-05-31,100.00\nC2,A2,2026-05-31,50.00\n"
    "C3,A3,2026-05-31,7.00\n",
    "charges_202606_20260701": "id,account,day,amount\nC4,A1,2026-06-30,1.00\nC5,A2,2026-06-30,2.00\n",
    "events_20260701": "id,number,at\nE1,998900000001,2026-06-01 10:00:00\n",
}
# Boris was merged into Anna; Anna gave up her number, which is Clara's since July; May was put right.
AFTER = {
    "customers_20260703": "id,merged_into\nAnna,\nBoris,Anna\nClara,\n",
    "subscriptions_20260703": "id,account,number,begin,end\nS1,A1,998900000001,2024-01-01,2026-06-20\n"
    "S2,A2,998900000002,2024-01-01,\nS3,A3,998900000003,2024-01-01,\nS4,A3,998900000001,2026-07-01,\n",
    "charges_202605_20260703": "id,account,day,amount\nC1,A1,2026-05-31,90.00\nC3,A3,2026-05-31,7.00\n"
    "C6,A3,2026-05-30,5.00\n",
    "events_20260703": "id,number,at\nE2,998900000001,2026-06-25 10:00:00\nE3,998900000001,2026-07-02 10:00:00\n",
}
ANNA, BORIS, CLARA = 1, 2, 3


@dataclass(frozen=True)
class Releases:
    """The folder, and the releases of the first and the third of July."""

    home: Path
    before: str
    after: str

    def rows(self, table: str, *columns: str, of: str = "") -> set[tuple[Any, ...]]:
        """Rows of a table of the newer release, or of another."""
        version = read_manifest(self.home, of or self.after).tables[table]
        rows = [row for file in version.files for row in pq.read_table(self.home / file).to_pylist()]
        return {tuple(row[column] for column in columns) for row in rows}

    def told(self, table: str) -> set[tuple[Any, ...]]:
        """What the feed tells of a table: its keys and what became of them."""
        found = changes(self.home, table, self.before, self.after)
        return set() if found is None else {tuple(row.values()) for row in found.rows.to_pylist()}


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    home = tmp_path_factory.mktemp("operator") / "home"
    for folder in ("sources", "inbox"):
        (home / folder).mkdir(parents=True)
    (home / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    (home / "sources" / "billing.yml").write_text(SOURCE, encoding="utf-8")
    migrate_store(home)
    made = []
    for extracts in (BEFORE, AFTER):
        for name, content in extracts.items():
            (home / "inbox" / f"{name}.csv").write_text(content, encoding="utf-8")
        made.append(release(home))
    return Releases(home, *made)


def test_before_there_are_three(releases: Releases) -> None:
    profiles = releases.rows(
        "customer_360", "customer_no", "contract_count", "charged_2026_05", of=releases.before
    )
    assert profiles == {
        (ANNA, 1, Decimal("100.00")),
        (BORIS, 1, Decimal("50.00")),
        (CLARA, 1, Decimal("7.00")),
    }


def test_after_the_merger_there_are_two_and_the_month_is_as_corrected(releases: Releases) -> None:
    profiles = releases.rows(
        "customer_360", "customer_no", "customer_id", "contract_count", "charged_2026_05", "charged_2026_06"
    )
    assert profiles == {
        (ANNA, "Anna", 2, Decimal("90.00"), Decimal("3.00")),
        (CLARA, "Clara", 1, Decimal("12.00"), None),
    }


def test_what_was_bound_to_the_merged_is_the_survivors(releases: Releases) -> None:
    assert releases.rows("dim_contract", "contract_id", "customer_no") == {("K1", 1), ("K2", 1), ("K3", 3)}
    found = releases.rows("customer_identifier", "kind", "value", "customer_no")
    assert ("merged_id", "Boris", ANNA) in found
    assert ("msisdn", "+998900000002", ANNA) in found


def test_a_number_is_each_holders_in_its_days(releases: Releases) -> None:
    found = releases.rows("customer_identifier", "value", "customer_no", "valid_from", "valid_to")
    assert {row[1:] for row in found if row[0] == "+998900000001"} == {
        (ANNA, date(2024, 1, 1), date(2026, 6, 20)),
        (CLARA, date(2026, 7, 1), None),
    }
    events = releases.rows("fct_app_event", "event_id", "customer_no")
    assert events == {("E1", ANNA), ("E2", None), ("E3", CLARA)}, "nobody had the number on June 25th"


def test_the_feed_tells_whom_it_touched(releases: Releases) -> None:
    assert releases.told("customer_360") == {
        (ANNA, "updated"),
        (BORIS, "deleted"),
        (CLARA, "updated"),
    }
    assert releases.told("dim_subscription") == {("S1", "updated"), ("S2", "updated"), ("S4", "inserted")}


def test_the_feed_tells_the_rows_of_the_corrected_month_and_of_the_merged(releases: Releases) -> None:
    last_of_may, last_of_june = date(2026, 5, 31), date(2026, 6, 30)
    assert releases.told("fct_charge") == {
        ("C1", last_of_may, "updated"),
        ("C2", last_of_may, "deleted"),
        ("C6", date(2026, 5, 30), "inserted"),
        ("C5", last_of_june, "updated"),
    }


@pytest.fixture(scope="module")
def service(releases: Releases) -> Iterator[SegmentService]:
    opened = open_release(releases.home)
    with closing(DuckDBEngine(opened)) as engine:
        yield SegmentService(opened, engine)


@pytest.mark.parametrize(
    ("as_of", "known_on", "number", "open_ones", "holders"),
    [
        (JULY_1, JULY_1, "998900000001", True, ["Anna"]),
        (JULY_1, JULY_3, "998900000001", True, []),  # Anna had given it up; it became Clara's on that day
        (JULY_3, JULY_3, "998900000001", True, ["Clara"]),
        (JULY_3, JULY_3, "998900000001", False, ["Anna", "Clara"]),
        (JULY_1, JULY_1, "998900000002", True, ["Anna"]),  # history follows the survivor
    ],
)
def test_history_tells_whose_a_number_was_as_known_then(
    service: SegmentService, as_of: date, known_on: date, number: str, *, open_ones: bool, holders: list[str]
) -> None:
    where = [{"attr": "msisdn", "op": "eq", "value": number}]
    where += [{"attr": "deactivated_on", "op": "is_not_set"}] if open_ones else []
    document = {
        "version": 1,
        "where": {"related": "subscriptions", "quantifier": "any", "where": {"all": where}},
    }
    page = service.members(document, READER, as_of=as_of, known_on=known_on)
    assert page.rows.column("id").to_pylist() == holders
