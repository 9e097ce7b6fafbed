"""`truth/dirty.json` and the control files state what an independent reader of the CSV finds."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

from pipelines.simulator.plan import Plan
from pipelines.simulator.run import simulate
from tests.pipelines.simulator.written import control_of, open_text


@dataclass(frozen=True)
class Form:
    """How an independent reader understands a file."""

    key: tuple[str, ...]
    days: tuple[str, ...]
    needed: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    day: str = "%d.%m.%Y"
    delimiter: str = ";"
    encoding: str = "cp1251"

    def as_day(self, text: str) -> datetime:
        return datetime.strptime(text, self.day)  # noqa: DTZ007


FORMS = {
    "customers": Form(("CUST_ID",), ("BIRTH_DT", "REG_DT", "CLOSE_DT"), numbers=("STAFF_CNT",)),
    "contracts": Form(("CONTR_ID",), ("SIGN_DT", "END_DT"), ("CUST_ID",)),
    "accounts": Form(("ACC_ID",), ("OPEN_DT", "CLOSE_DT"), ("CONTR_ID",), ("BALANCE",)),
    "subscriptions": Form(("SUBS_ID",), ("ACT_DT", "DEACT_DT"), ("ACC_ID",)),
    "usage": Form(("SUBS_ID", "PERIOD"), ("PERIOD",), (), ("VOICE_MIN", "DATA_MB", "SMS_CNT", "ROAM_MIN")),
    "charges": Form(("CHARGE_ID",), ("CHARGE_DT",), ("ACC_ID",), ("AMOUNT",)),
    "payments": Form(
        ("payment_id",), ("paid_at",), ("account",), ("amount",), "%Y-%m-%d %H:%M:%S", ",", "utf-8"
    ),
    "loyalty": Form(("client_id",), ("joined_on",), (), ("points", "cashback"), "%Y-%m-%d", ",", "utf-8"),
}


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _parses(text: str, parse: Callable[[str], object]) -> bool:
    try:
        parse(text)
    except (ValueError, InvalidOperation):
        return False
    return True


def _fault(row: dict[str, str], form: Form) -> str | None:
    if not all(row[column] for column in (*form.needed, *form.key)):
        return "missing_key"
    if not all(_parses(row[column], _number) for column in form.numbers if row[column]):
        return "bad_number"
    if not all(_parses(row[column], form.as_day) for column in form.days if row[column]):
        return "bad_date"
    return None


def _found(path: Path, form: Form) -> tuple[Counter[str], dict[str, Decimal]]:
    counts: Counter[str] = Counter()
    sums = dict.fromkeys(form.numbers, Decimal(0))
    seen = set()
    with open_text(path, form.encoding) as file:
        for row in csv.DictReader(file, delimiter=form.delimiter):
            assert None not in row
            assert None not in row.values()
            fault = _fault(row, form)
            identity = tuple(row[column] for column in form.key)
            if fault is None and identity in seen:
                fault = "duplicate_key"
            counts[fault or "good"] += 1
            if fault is None:
                seen.add(identity)
                for column in form.numbers:
                    sums[column] += _number(row[column] or "0")
    return counts, sums


@pytest.mark.parametrize("name", FORMS)
def test_truth_and_controls_state_what_is_in_the_files(simulation: Plan, name: str) -> None:
    truth = json.loads((simulation.out / "truth" / "dirty.json").read_text())
    total: Counter[str] = Counter()
    for path in sorted(simulation.out.glob(f"inbox/*/{name}_*.csv*")):
        stated = truth[str(path.relative_to(simulation.out))]
        counts, sums = _found(path, FORMS[name])
        broken = {**stated["rejected"], "duplicate_key": stated["duplicates"]}
        assert counts == Counter({"good": stated["accepted"], **broken})
        assert stated["lines"] == counts.total()
        control = json.loads(control_of(path).read_text())
        assert control == {"rows": counts.total(), "sums": stated["sums_of_accepted"]}
        assert {column: Decimal(value) for column, value in control["sums"].items()}.items() <= sums.items()
        total += counts
    # Three percent of lines were asked to be broken: the test would be empty without them.
    assert total["duplicate_key"]
    assert total["missing_key"]


def test_every_kind_of_fault_is_there(simulation: Plan) -> None:
    truth = json.loads((simulation.out / "truth" / "dirty.json").read_text()).values()
    for kind in ("missing_key", "bad_number", "bad_date"):
        assert sum(entry["rejected"][kind] for entry in truth)
    share = sum(entry["lines"] - entry["accepted"] for entry in truth) / sum(
        entry["lines"] for entry in truth
    )
    assert 0.027 < share < 0.033


def test_without_dirt_every_line_is_good(tmp_path: Path, simulation: Plan) -> None:
    report = simulate(replace(simulation, out=tmp_path, dirty_rate=0.0, customers=200))
    assert report.broken == 0
    truth = json.loads((tmp_path / "truth" / "dirty.json").read_text()).values()
    assert sum(entry["accepted"] for entry in truth) == report.lines
