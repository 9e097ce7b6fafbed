"""A month of one source that does not come leaves everything else working, and is marked until it comes."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from cli.main import main
from pipelines.ingest.run import ingest
from pipelines.lib.inputs import read_inputs
from pipelines.simulator.plan import Plan
from pipelines.simulator.run import simulate
from store import open_store
from warehouse.builds.model import Load
from warehouse.settings import load_settings

ROOT = Path(__file__).resolve().parents[3]
USED = {"billing.yml", "payments.yml"}
APRIL = "usage_20260501"
APRIL_OF_USAGE = {
    "source": "billing",
    "dataset": "usage_monthly",
    "from": "2026-04-01",
    "before": "2026-05-01",
}
WINDOW = ["2026-04-01", "2026-07-01"]
MISSING = "billing, usage_monthly: 2026-04 missing; complete from 2026-05-01 on"
Vitrina: TypeAlias = Callable[..., str]


@pytest.fixture
def vitrina(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Vitrina:
    def call(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["vitrina", *map(str, arguments)])
        main()
        return capsys.readouterr().out

    return call


def run(home: Path, *options: str) -> str:
    """`vitrina run` as a process of its own: its orchestrator leaves threads and warnings behind."""
    command = [
        sys.executable,
        "-c",
        "from cli.main import main; main()",
        "--home",
        str(home),
        *options,
        "run",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def deployment(home: Path, vitrina: Vitrina) -> Path:
    """The example operator with two of its sources, and what the billing knows beyond registers and facts left out."""
    vitrina("init", home, "--example", "operator")
    for path in (home / "sources").iterdir():
        if path.name not in USED:
            path.unlink()
    billing = home / "sources" / "billing.yml"
    registers_and_facts = billing.read_text(encoding="utf-8").partition("  - dataset: tariff\n")[0]
    billing.write_text(registers_and_facts, encoding="utf-8")
    # It orders sources that are not there now.
    (home / "catalog" / "precedence.yml").unlink()
    return home


def document(home: Path, fact: str, measure: str, months: int) -> Path:
    """A segment over the sum of a measure in the last months."""
    window = {"last": months, "unit": "month"}
    leaf = {"fact": fact, "agg": "sum", "measure": measure, "window": window, "op": "gt", "value": 0}
    path = home / f"{fact}-{months}.json"
    path.write_text(json.dumps({"version": 1, "where": leaf}), encoding="utf-8")
    return path


def stated(inbox: Path, files: str) -> Decimal:
    """Data volumes as the billing states them beside its files."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in inbox.glob(files)]
    return sum((Decimal(each["sums"]["DATA_MB"]) for each in found), Decimal())


def corrected(inbox: Path) -> tuple[Decimal, Decimal]:
    """The sums of all charges: as they were first sent, and with the newest file of each month."""
    newest: dict[str, Decimal] = {}
    first: dict[str, Decimal] = {}
    for path in sorted(inbox.glob("billing/charges_*.ctl")):
        total = Decimal(json.loads(path.read_text(encoding="utf-8"))["sums"]["AMOUNT"])
        month = path.name.split("_")[1]
        newest[month] = total
        first.setdefault(month, total)
    return sum(first.values(), Decimal()), sum(newest.values(), Decimal())


def raw_of(home: Path) -> list[Load]:
    """What a build reads: ids of loads derive from their content."""
    return [replace(load, files=()) for load in read_inputs(load_settings(home)).loads]


def traced(home: Path, segment: Path, vitrina: Vitrina) -> None:
    """The rows that count come to what the profile says."""
    ask = partial(vitrina, "--home", home, "--json")
    members = json.loads(ask("segment", "members", segment, "--attributes", "charged_total", "--limit", 3))
    assert len(members["rows"]) == 3
    for member in members["rows"]:
        found = json.loads(ask("trace", member["id"], "charged_total"))
        amounts = [Decimal(row["values"]["amount"]) for row in found["rows"] if row["state"] == "counts"]
        assert Decimal(found["value"]) == Decimal(member["charged_total"]) == sum(amounts)
    told = vitrina("--home", home, "trace", members["rows"][0]["id"], "charged_total")
    assert f"sum {members['rows'][0]['charged_total']}" in told


def test_a_withheld_month_is_marked_until_it_comes(tmp_path: Path, vitrina: Vitrina) -> None:
    home, whole = deployment(tmp_path / "home", vitrina), deployment(tmp_path / "whole", vitrina)
    simulate(Plan(120, 4, 6, whole, date(2026, 7, 1), block=200))
    shutil.copytree(whole / "inbox", home / "inbox", dirs_exist_ok=True)
    volume, april = (stated(whole / "inbox", f"billing/{name}.ctl") for name in ("usage_*", APRIL))
    assert 0 < april < volume
    wrong, right = corrected(whole / "inbox")
    for kind in ("csv.gz", "ctl"):
        (home / f"inbox/billing/{APRIL}.{kind}").unlink()
    usage, charges = document(tmp_path, "usage", "data_mb", 3), document(tmp_path, "charge", "amount", 3)
    later = document(tmp_path, "usage", "data_mb", 2)

    def count(segment: Path) -> tuple[int, list[Any]]:
        answer = json.loads(vitrina("--home", home, "--json", "segment", "count", segment))
        return answer["count"], [tuple(window.values())[1:] for window in answer["windows"]]

    def status() -> tuple[dict[str, Any], dict[str, Any], Decimal]:
        told = json.loads(vitrina("--home", home, "--json", "status"))
        missing = {each["dataset"]: each["missing"] for each in told["sources"] if each["missing"]}
        totals = {each["name"]: each for each in told["control_totals"]}
        volumes = totals["usage_monthly.data_mb"]
        assert all(each["agrees"] for each in totals.values())
        assert volumes["source"] == volumes["raw"] == volumes["mart"]
        # A corrected month holds its place alone.
        assert Decimal(totals["charge.amount"]["mart"]) == right != wrong
        return missing, told["facts"], Decimal(volumes["mart"])

    # People read of it where the run ends.
    assert MISSING in run(home)
    missing, facts, held = status()
    assert missing == {"usage_monthly": [{"from": "2026-04-01", "before": "2026-05-01"}]}
    assert facts["usage"] == {"complete_from": "2026-05-01", "complete_before": "2026-07-01"}
    assert facts["charge"] == {"complete_from": "2026-03-01", "complete_before": "2026-07-01"}
    assert held == volume - april
    assert MISSING in vitrina("--home", home, "status")
    first, windows = count(usage)
    assert first > 0
    april_of_usage = {
        "source": "billing",
        "dataset": "usage_monthly",
        "from": "2026-04-01",
        "before": "2026-05-01",
    }
    assert windows == [(*WINDOW, True, [april_of_usage])]
    charged, windows = count(charges)
    assert charged > 0
    assert windows == [(*WINDOW, False, [])]
    assert count(later)[1] == [("2026-05-01", "2026-07-01", False, [])]

    # The file is delivered after all.
    for kind in ("csv.gz", "ctl"):
        shutil.copy(whole / f"inbox/billing/{APRIL}.{kind}", home / "inbox/billing")
    report = json.loads(run(home, "--json"))
    assert (report["is_new"], report["missing"]) == (True, [])
    missing, facts, held = status()
    assert missing == {}
    assert facts["usage"] == {"complete_from": "2026-03-01", "complete_before": "2026-07-01"}
    assert held == volume
    assert "missing" not in vitrina("--home", home, "status")
    last, windows = count(usage)
    assert last >= first
    assert windows == [(*WINDOW, False, [])]
    assert count(charges) == (charged, [(*WINDOW, False, [])])
    traced(home, charges, vitrina)
    with closing(open_store(whole)) as store:
        ingest(load_settings(whole), store).raise_for_problems()
    assert raw_of(home) == raw_of(whole)
