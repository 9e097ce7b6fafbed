"""A run killed at any moment and started again gives what an undisturbed run gives."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.releases.reader import current_release_id, open_release

# Killed one after another, so that each restart meets what all the kills before it left behind.
EARLY = [
    "locked",
    "defined",
    "file 1 of 4: customers_20260601.csv",
    "file 3 of 4: customers_20260701.csv",
    "ingested",
    "compacted",
    "numbers",
    "prepared",
    "dbt started",
]
LATE = ["model dim_contract", "table customer_360", "manifest", "feed", "pointer"]


@pytest.fixture(scope="module")
def undisturbed(july: Callable[[], Any]) -> dict[str, Any]:
    """What a run that nobody disturbs makes of the extracts of July."""
    deployment = july()
    deployment.run()
    return content(deployment.home)


@pytest.mark.parametrize(
    "steps", [EARLY, LATE], ids=["before and at the start of dbt", "from dbt to the pointer"]
)
def test_killed_runs_end_in_the_same_release(
    steps: list[str], released: Any, undisturbed: dict[str, Any], july: Callable[[], Any]
) -> None:
    deployment = july()
    before = current_release_id(deployment.home)
    for step in steps:
        deployment.kill_after(step)
        readable = content(deployment.home)
        moved = readable["release"] != before
        assert moved == (step == "pointer")
        assert readable == (undisturbed if moved else content(released.home)), step
    report = deployment.run()
    assert content(deployment.home) == undisturbed
    assert report["is_new"] == (steps is EARLY)
    assert working_files(deployment.home) == []


def test_a_rebuild_from_raw_and_an_idle_run_give_the_same_release(
    undisturbed: dict[str, Any], july: Callable[[], Any]
) -> None:
    """New customers arrived in a later extract; their numbers are part of raw."""
    deployment = july()
    deployment.run("ingest")
    for name in ("tables", "releases", "cache", "runs"):
        shutil.rmtree(deployment.home / name)
    (deployment.home / "CURRENT").unlink()
    assert deployment.run("build")["is_new"] is True
    assert content(deployment.home) == undisturbed
    # A later day over the same input: expressions give other answers, no stored column does.
    settings = deployment.home / "vitrina.yml"
    settings.write_text(settings.read_text(encoding="utf-8") + "as_of: 2026-07-02\n", encoding="utf-8")
    assert deployment.run("build")["as_of"] == "2026-07-02"
    assert content(deployment.home)["tables"] == undisturbed["tables"]
    assert deployment.run("build")["is_new"] is False


def test_compacted_raw_gives_the_same_release(undisturbed: dict[str, Any], july: Callable[[], Any]) -> None:
    deployment = july()
    deployment.run("ingest")
    packs = deployment.run("compact")["packs"]
    assert [(pack["dataset"], pack["loads"]) for pack in packs] == [("contract", 2), ("customer", 2)]
    assert deployment.run("compact") == {"packs": []}
    assert not list((deployment.home / "raw").glob("*/*/*/manifest.json"))
    deployment.run()
    assert content(deployment.home) == undisturbed
    assert working_files(deployment.home) == []


def test_of_two_runs_at_once_one_works_and_the_other_says_so(july: Callable[[], Any]) -> None:
    deployment = july()
    first = deployment.stopped_after("locked")
    refused = deployment.run(exit_code=1)
    assert "a run is at work already" in refused["error"]
    assert str(first.pid) in refused["error"]
    os.kill(first.pid, signal.SIGCONT)
    code, output = first.finish()
    assert code == 0, output


def test_a_bad_file_leaves_the_previous_release_in_use(july: Callable[[], Any]) -> None:
    deployment = july()
    before = current_release_id(deployment.home)
    deployment.bring({"customers_20260702.csv": "number,kind,name\nE,B2C,Олег\n"})
    refused = deployment.run(exit_code=2)
    assert "customers_20260702.csv" in refused["error"]
    assert current_release_id(deployment.home) == before


def content(home: Path) -> dict[str, Any]:
    """Whatever a reader of the current release sees."""
    release = open_release(home)
    table = release.manifest.tables["customer_360"]
    with duckdb.connect(str(home / str(table.cache)), read_only=True) as cache:
        rows = cache.sql(
            "select customer_no, customer_id, full_name, contract_count from customer_360"
        ).fetchall()
    versions = {name: (each.version, each.rows) for name, each in release.manifest.tables.items()}
    return {"release": release.manifest.release_id, "tables": versions, "customers": rows}


def working_files(home: Path) -> list[str]:
    """What runs should not leave behind: anything but their journals, and half-written files anywhere."""
    private = [path for path in (home / "runs").glob("*/*") if path.name != "journal.jsonl"]
    aside = [path for name in ("tables", "cache", "releases") for path in (home / name).rglob(".*")]
    return [str(path) for path in (*private, *aside)]
