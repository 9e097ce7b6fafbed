"""A month of charges is sent with errors and again, put right: what counts then is what was planted."""

import csv
import re
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.ingest.raw import RawLoad, list_loads
from pipelines.ingest.run import ingest
from pipelines.lib.loads import replaced_by
from pipelines.simulator.plan import Plan
from pipelines.simulator.run import simulate
from store import migrate_store, open_store
from tests.pipelines.simulator.written import open_text
from warehouse.settings import load_settings

EXAMPLE = Path(__file__).parents[3] / "examples" / "operator"
MARCH = date(2026, 3, 1)
FIRST, AGAIN = "charges_202603_20260401.csv.gz", "charges_202603_20260410.csv.gz"


def _truth(out: Path) -> list[dict[str, Any]]:
    return pq.read_table(out / "truth" / "charge_corrections.parquet").to_pylist()


def _amounts(path: Path) -> dict[str, Decimal]:
    """Charge -> amount; broken copies stand behind the good lines."""
    with open_text(path, "cp1251") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    found: dict[str, Decimal] = {}
    for row in rows:
        if row["CHARGE_ID"] and re.fullmatch(r"\d+,\d\d", row["AMOUNT"]):
            found.setdefault(row["CHARGE_ID"], Decimal(row["AMOUNT"].replace(",", ".")))
    return found


def test_the_truth_says_what_was_wrong_and_what_is_right(simulation: Plan) -> None:
    truth = _truth(simulation.out)
    assert {(row["month"], row["corrected_on"]) for row in truth} == {(MARCH, date(2026, 4, 10))}
    billing = simulation.out / "inbox" / "billing"
    first, again = _amounts(billing / FIRST), _amounts(billing / AGAIN)
    right = {row["charge_id"]: row["amount"] for row in truth}
    stated = {row["charge_id"]: row["stated"] for row in truth if row["stated"] is not None}
    assert 0 < len(stated) < len(right) < len(again) / 10
    assert all(stated[number] > right[number] for number in stated)
    assert {number: first.get(number) for number in right} == {number: stated.get(number) for number in right}
    assert {number: again[number] for number in right} == right
    untouched = again.keys() - right.keys()
    assert {number: first.get(number) for number in untouched} == {
        number: again[number] for number in untouched
    }
    assert len(list(billing.glob("charges_*.csv.gz"))) == simulation.months + 1


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The example operator, of whose sources only the charges are asked for."""
    home = tmp_path / "deployment"
    shutil.copytree(EXAMPLE, home)
    billing = home / "sources" / "billing.yml"
    _, _, charges = billing.read_text(encoding="utf-8").partition("  - dataset: charge\n")
    charges = charges.partition("  - dataset:")[0]
    billing.write_text(f"source: billing\ndatasets:\n  - dataset: charge\n{charges}", encoding="utf-8")
    migrate_store(home)
    return home


def _charges(home: Path) -> dict[str, RawLoad]:
    """The loads of charges by file, after another ingestion."""
    with closing(open_store(home)) as store:
        ingest(load_settings(home), store, ["billing"]).raise_for_problems()
    return {load.file_name: load for load in list_loads(home) if load.dataset == "charge"}


def test_the_corrected_month_replaces_the_first_one(home: Path) -> None:
    plan = Plan(150, 1, 4, home, date(2026, 7, 1), block=200)
    simulate(plan)
    june = "charges_202606_20260701.csv.gz"
    before = _charges(home)
    assert set(before) == {june}
    # Nine days later: the same operator lives on.
    simulate(replace(plan, as_of=date(2026, 7, 10)))
    loads = _charges(home)
    again = loads["charges_202606_20260710.csv.gz"]
    replaced = replaced_by(list(loads.values()))
    assert {name: load.file_name for name, load in replaced.items()} == {
        before[june].load_id: again.file_name
    }
    right = {row["charge_id"]: row["amount"] for row in _truth(home)}
    rows = pq.read_table(again.files[0], columns=["charge_id", "amount"]).to_pylist()
    held = {row["charge_id"]: row["amount"] for row in rows}
    assert right
    assert right.items() <= held.items()
    told = {row["charge_id"]: row["stated"] for row in _truth(home)}
    first = pq.read_table(before[june].files[0], columns=["charge_id", "amount"]).to_pylist()
    stated = {row["charge_id"]: row["amount"] for row in first}
    assert all(stated.get(number) == amount for number, amount in told.items())
    # Day by day or at once: the same files.
    simulate(replace(plan, out=home.parent / "once", as_of=date(2026, 7, 10), anchor=date(2026, 7, 1)))
    for name in loads:
        path = Path("inbox", "billing", name)
        assert (home / path).read_bytes() == (home.parent / "once" / path).read_bytes()
