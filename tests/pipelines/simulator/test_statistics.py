"""The operator looks like one: shares, growth, seasons, churn with a prelude, accounts that add up."""

import csv
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow.parquet as pq
import pytest

from pipelines.simulator.arrays import NEVER
from pipelines.simulator.plan import Plan
from pipelines.simulator.run import simulate
from pipelines.simulator.world import World, draw_world
from tests.pipelines.simulator.written import open_bytes, open_text

DOTTED = "%d.%m.%Y"


def _rows(plan: Plan, name: str, key: str) -> dict[str, dict[str, str]]:
    """Good rows by key: broken copies come later in the file and are left out by the first-come rule."""
    rows: dict[str, dict[str, str]] = {}
    paths = sorted(plan.out.glob(f"inbox/*/{name}_*.csv*"))
    # Of a month that was sent again the newest file counts.
    in_force = {path.name.split("_")[1] if name == "charges" else path.name: path for path in paths}
    for path in in_force.values():
        delimiter, encoding = (",", "utf-8") if name in {"payments", "loyalty"} else (";", "cp1251")
        with open_text(path, encoding) as file:
            for row in csv.DictReader(file, delimiter=delimiter):
                if row[key]:
                    rows.setdefault(row[key], row)
    return rows


def _transfers(plan: Plan) -> dict[str, tuple[str, Decimal]]:
    """Account named (or empty) and amount of the bank's transfers; broken copies have no readable amount."""
    found: dict[str, tuple[str, Decimal]] = {}
    for path in sorted(plan.out.glob("inbox/bank/statement_*.xml.gz")):
        for document in ElementTree.parse(open_bytes(path)).findall(".//{*}Document"):
            try:
                amount = _money(document.findtext("{*}Amount", ""))
            except InvalidOperation:
                continue
            account = document.findtext("{*}Payer/{*}PersonalAccount", "")
            found.setdefault(document.attrib["id"], (account, amount))
    return found


def _truth(plan: Plan) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(plan.out / "truth" / "customers.parquet").to_pylist()
    return rows


def _money(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def test_kinds_prospects_and_leavers(simulation: Plan) -> None:
    truth = _truth(simulation)
    share = {
        key: np.mean([bool(row[key]) for row in truth]) for key in ("legal_entity", "prospect", "gone_on")
    }
    assert 0.055 < share["legal_entity"] < 0.085
    assert 0.01 < share["prospect"] < 0.035
    assert 0.06 < share["gone_on"] < 0.25
    assert len(truth) == simulation.customers


def test_the_register_says_what_was_planted(simulation: Plan) -> None:
    customers = _rows(simulation, "customers", "CUST_ID")
    for row in _truth(simulation):
        listed = customers[row["customer_id"]]
        assert listed["CUST_TYPE"] == ("B2B" if row["legal_entity"] else "B2C")
        over = row["gone_on"] or row["merged_into"]
        assert listed["STATUS"] == ("D" if over else "P" if row["prospect"] else "A")
        assert listed["MERGED_TO"] == (row["merged_into"] or "")
        if listed["CLOSE_DT"] and not row["merged_into"]:
            assert listed["CLOSE_DT"] == row["gone_on"].strftime(DOTTED)


def test_contracts_hang_together_and_prospects_have_none(simulation: Plan) -> None:
    customers, contracts = (
        _rows(simulation, "customers", "CUST_ID"),
        _rows(simulation, "contracts", "CONTR_ID"),
    )
    accounts, sims = _rows(simulation, "accounts", "ACC_ID"), _rows(simulation, "subscriptions", "SUBS_ID")
    assert {row["CUST_ID"] for row in contracts.values()} - {""} <= customers.keys()
    assert {row["CONTR_ID"] for row in accounts.values()} <= contracts.keys()
    assert {row["ACC_ID"] for row in sims.values()} - {""} <= accounts.keys()
    without = {row["customer_id"] for row in _truth(simulation) if row["prospect"] or row["merged_into"]}
    holders = {row["CUST_ID"] for row in contracts.values()} - {""}
    assert holders == customers.keys() - without
    numbers = [row["MSISDN"] for row in sims.values()]
    assert all(len(number) == 12 and number.startswith("998") for number in numbers)


def test_tax_ids_are_unique_and_have_nine_digits(simulation: Plan) -> None:
    ids = [row["INN"] for row in _rows(simulation, "customers", "CUST_ID").values() if row["INN"]]
    assert len(set(ids)) == len(ids)
    assert all(len(number) == 9 and number.isdigit() for number in ids)


def test_edge_dates_and_missing_values_are_there(simulation: Plan) -> None:
    customers = _rows(simulation, "customers", "CUST_ID").values()
    births = [row["BIRTH_DT"] for row in customers if row["BIRTH_DT"]]
    assert any(birth.startswith("29.02.") for birth in births)
    assert any(birth.endswith(("1950", "1955", "1960", "1965")) for birth in births)
    for column in ("BIRTH_DT", "GENDER", "REGION_CODE", "EMAIL", "ADDRESS", "VIP_FLAG", "PHONE"):
        assert 0 < sum(not row[column] for row in customers) < len(customers)


def test_an_account_opened_in_the_period_has_its_payments_less_its_charges(simulation: Plan) -> None:
    flow: dict[str, Decimal] = defaultdict(Decimal)
    for row in _rows(simulation, "charges", "CHARGE_ID").values():
        flow[row["ACC_ID"]] -= _money(row["AMOUNT"])
    unknown = 0
    accounts = _rows(simulation, "accounts", "ACC_ID")
    for row in _rows(simulation, "payments", "payment_id").values():
        flow[row["account"]] += _money(row["amount"])
        unknown += row["account"] not in accounts
    for account, amount in _transfers(simulation).values():
        flow[account] += amount
        unknown += account not in accounts
    start = datetime(2025, 11, 1)  # noqa: DTZ001
    new = [
        number
        for number, row in accounts.items()
        if row["BALANCE"] and datetime.strptime(row["OPEN_DT"], DOTTED) >= start  # noqa: DTZ007
    ]
    off = [number for number in new if _money(accounts[number]["BALANCE"]) != flow[number]]
    assert len(new) > 200
    # A payment that names no or an unknown account is missing on the right one.
    assert len(off) <= unknown


def test_nothing_happens_at_or_after_the_as_of_date(simulation: Plan) -> None:
    for name, key, column, form in (
        ("charges", "CHARGE_ID", "CHARGE_DT", DOTTED),
        ("payments", "payment_id", "paid_at", "%Y-%m-%d %H:%M:%S"),
        ("usage", "SUBS_ID", "PERIOD", DOTTED),
    ):
        days = [datetime.strptime(row[column], form) for row in _rows(simulation, name, key).values()]  # noqa: DTZ007
        assert max(days) < datetime(2026, 7, 1)  # noqa: DTZ001
        assert min(days) >= datetime(2025, 11, 1)  # noqa: DTZ001


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return draw_world(Plan(4_000, 24, 3, tmp_path_factory.mktemp("world"), date(2026, 7, 1)), 0)


def test_usage_falls_before_leaving_and_dips_recover(world: World) -> None:
    times, holdings, voice = world.calendar, world.holdings, world.usage.voice
    sims = voice.shape[1]
    begin, end = holdings.sim_begin[:sims], holdings.sim_end[:sims]
    leaver = world.lives.prelude[holdings.sim_customer[:sims]] & (begin < times.starts[0])
    leaver &= (end > times.starts[12]) & (end < times.as_of)
    at = np.flatnonzero(leaver & (voice.sum(axis=0) > 0))
    last = np.searchsorted(times.nexts, end[at], side="right")
    shortly, before = (voice[last - back, at].mean() for back in (1, 6))
    assert shortly < 0.5 * before
    stayer = ~leaver & (begin < times.starts[0]) & (end == NEVER)
    assert voice[-1, stayer].mean() > 0.8 * voice[-6, stayer].mean()
    # One in twenty over 24 months; the world is drawn 24 months further.
    assert 0.08 < world.habits.dipped.mean() < 0.12


def test_customers_grow_and_data_grows_faster(world: World) -> None:
    rows, data = world.usage.row.sum(axis=1), world.usage.data.sum(axis=1)
    assert 1.05 < rows[-1] / rows[0] < 1.6
    assert data[-1] / data[0] > rows[-1] / rows[0]


def test_a_running_month_is_drawn_and_not_told(tmp_path: Any) -> None:
    plan = Plan(300, 2, 3, tmp_path, date(2026, 7, 16))
    world = draw_world(plan, 0)
    assert [int(month) % 12 + 1 for month in world.calendar.months] == [5, 6, 7]
    assert world.calendar.closed == 2
    simulate(plan)
    assert sorted(path.name for path in tmp_path.rglob("usage_*.csv.gz")) == [
        "usage_20260601.csv.gz",
        "usage_20260701.csv.gz",
    ]
    days = [row["paid_at"][:10] for row in _rows(plan, "payments", "payment_id").values()]
    assert "2026-07-01" <= max(days) < "2026-07-16"
