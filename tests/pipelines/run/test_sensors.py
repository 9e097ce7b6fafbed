"""Watched folders: when new files ask for a run, and when they don't."""

import os
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from pipelines.defs.sensors import file_sensor
from pipelines.ingest.run import ingest
from pipelines.lib.jobs import RUN_JOB, build_definitions
from pipelines.lib.ownership import owned
from store import migrate_store, open_store
from warehouse.settings import load_settings

SOURCE = """
source: crm
datasets:
  - dataset: customer
    files: "inbox/customers_{date:%Y%m%d}.csv"
    load: full
    columns: {customer_id: id, kind: {constant: person}}
"""
Tick = Callable[[], dg.SensorResult]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    for name in ("sources", "inbox"):
        (tmp_path / name).mkdir()
    (tmp_path / "sources" / "crm.yml").write_text(SOURCE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def tick(home: Path) -> Tick:
    """One look of the sensor, which remembers what it saw."""
    sensor, cursors = file_sensor(home, RUN_JOB), [""]

    def look() -> dg.SensorResult:
        with dg.build_sensor_context(cursor=cursors[-1] or None) as context:
            result = sensor(context)
        assert isinstance(result, dg.SensorResult)
        cursors.append(result.cursor or "")
        return result

    return look


def bring(home: Path, name: str, content: str) -> None:
    (home / "inbox" / name).write_text(content, encoding="utf-8")


def reason(result: dg.SensorResult) -> str:
    assert not result.run_requests
    return str(result.skip_reason)


def test_a_file_asks_for_one_run_once_it_is_whole(home: Path, tick: Tick) -> None:
    assert "no new files" in reason(tick())
    bring(home, "customers_20260701.csv", "id\n")
    assert "still arriving: customers_20260701.csv" in reason(tick())
    bring(home, "customers_20260701.csv", "id\n1\n")
    assert "still arriving" in reason(tick())
    requests = tick().run_requests or []
    assert len(requests) == 1
    assert "a run was asked for already" in reason(tick())


def test_what_is_in_raw_asks_for_nothing(home: Path, tick: Tick) -> None:
    bring(home, "customers_20260701.csv", "id\n1\n")
    migrate_store(home)
    store = open_store(home)
    ingest(load_settings(home), store)
    store.close()
    assert "no new files" in reason(tick())
    bring(home, "customers_20260701.csv", "id\n1\n2\n")
    tick()
    assert len(tick().run_requests or []) == 1


def test_a_refused_file_asks_again_only_when_it_changes(home: Path, tick: Tick) -> None:
    bring(home, "customers_20260701.csv", "number\n1\n")
    tick()
    first = (tick().run_requests or [])[0].run_key
    assert "already" in reason(tick())
    os.utime(home / "inbox" / "customers_20260701.csv", ns=(1, 1))
    tick()
    second = (tick().run_requests or [])[0].run_key
    assert first != second


def test_while_a_run_is_at_work_the_files_wait(home: Path, tick: Tick) -> None:
    bring(home, "customers_20260701.csv", "id\n1\n")
    tick()
    with owned(home, "somebody"):
        assert "a run is at work" in reason(tick())
    assert len(tick().run_requests or []) == 1


def test_a_wrong_declaration_is_told_and_does_not_stop_the_sensor(home: Path, tick: Tick) -> None:
    (home / "sources" / "crm.yml").write_text("source: crm\n", encoding="utf-8")
    assert "crm.yml" in reason(tick())
    (home / "sources" / "crm.yml").write_text(SOURCE, encoding="utf-8")
    assert "no new files" in reason(tick())


def test_the_deployment_has_the_sensor_switched_on(home: Path) -> None:
    sensor = build_definitions(home).resolve_sensor_def("new_files")
    assert sensor.job_name == RUN_JOB
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
