"""The real ingestion of a simulation finds exactly what `truth/` says: the two sides were written apart."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines.ingest.raw import RawLoad
from pipelines.ingest.run import ingest
from pipelines.simulator.plan import Plan
from pipelines.simulator.run import simulate
from store import open_store
from store.upgrade import migrate_store
from warehouse.settings import load_settings

EXAMPLE = Path(__file__).parents[3] / "examples" / "operator"


def _ingested(home: Path) -> tuple[RawLoad, ...]:
    store = open_store(home)
    try:
        report = ingest(load_settings(home), store)
    finally:
        store.close()
    report.raise_for_problems()
    return report.new


def _truth(out: Path) -> dict[str, tuple[int, int, int]]:
    """Rows accepted, rejected and twice there, by name of the file."""
    truth = json.loads((out / "truth" / "dirty.json").read_text())
    return {
        Path(name).name: (entry["accepted"], sum(entry["rejected"].values()), entry["duplicates"])
        for name, entry in truth.items()
    }


def _found(loads: tuple[RawLoad, ...]) -> dict[str, tuple[int, int, int]]:
    return {load.file_name: (load.accepted, load.rejected, load.duplicates) for load in loads}


@pytest.fixture(scope="module")
def loads(simulation: Plan, tmp_path_factory: pytest.TempPathFactory) -> tuple[RawLoad, ...]:
    home = tmp_path_factory.mktemp("home") / "deployment"
    shutil.copytree(EXAMPLE, home)
    (home / "inbox").symlink_to(simulation.out / "inbox")
    migrate_store(home)
    return _ingested(home)


def test_accepted_rejected_and_duplicates_are_those_of_the_truth(
    loads: tuple[RawLoad, ...], simulation: Plan
) -> None:
    assert _found(loads) == _truth(simulation.out)


def test_the_next_days_are_read_as_they_come(tmp_path: Path) -> None:
    home = tmp_path / "deployment"
    shutil.copytree(EXAMPLE, home)
    migrate_store(home)
    plan = Plan(300, 2, 7, home, date(2026, 6, 30), dirty_rate=0.02, block=200)
    simulate(plan)
    first = _found(_ingested(home))
    simulate(replace(plan, as_of=date(2026, 7, 2)))
    later = _found(_ingested(home))
    assert not first.keys() & later.keys()
    stated = _truth(home)
    assert (first | later).items() <= stated.items()
    # Sent again on the first of the month with nothing changed: nothing is loaded.
    unchanged = {
        "companies_20260701.json",
        "companies_20260701.xlsx",
        "entities_20260701.json",
        "links_20260701.csv",
        "organisations_20260701.xlsx",
        "services_20260701.csv",
        "tariffs_20260701.csv",
    }
    assert stated.keys() - first.keys() - later.keys() == unchanged


def test_all_control_totals_agree_to_the_last_digit(loads: tuple[RawLoad, ...]) -> None:
    checks = [check for load in loads for check in load.controls]
    assert len(checks) > len(loads)
    assert all(check["ok"] and check["tolerance_percent"] == "0" for check in checks)
    assert all(not load.warnings and not load.unmapped for load in loads)


def test_files_become_loads_of_their_business_date(loads: tuple[RawLoad, ...]) -> None:
    for load in loads:
        assert f"_{load.known_from:%Y%m%d}." in load.file_name
