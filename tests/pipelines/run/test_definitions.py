"""What Dagster's own processes see of a deployment: the whole lineage, without opening anything."""

import json
import shutil
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest

from pipelines.defs.cadence import policy, shortest
from pipelines.defs.resources import starting
from pipelines.lib.canonical import MODELS
from pipelines.lib.dbt_project import manifest_path
from pipelines.lib.jobs import BUILD_JOB, RUN_JOB, build_definitions
from pipelines.lib.ownership import owned
from store import migrate_store, open_store
from warehouse.catalog.loader import load_catalog, semantic_files
from warehouse.releases.layout import table_layouts

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "operator"


@pytest.fixture
def definitions(tmp_path: Path) -> dg.Definitions:
    """Of a deployment that has never run: there is no store and no raw."""
    home = tmp_path / "home"
    shutil.copytree(EXAMPLE, home)
    return build_definitions(home)


def test_lineage_goes_from_source_to_release(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    way = [
        dg.AssetKey(["source", "billing", "customer"]),
        dg.AssetKey(["raw", "customer"]),
        dg.AssetKey(["stg_customer"]),
        dg.AssetKey(["dim_customer"]),
        dg.AssetKey(["customer_360"]),
        dg.AssetKey(["release"]),
    ]
    for parent, child in pairwise(way):
        assert parent in graph.get(child).parent_keys, child
    extension = dg.AssetKey(["raw", "extension_loyalty"])
    assert extension in graph.get(dg.AssetKey(["customer_360"])).parent_keys


def test_tests_of_the_models_are_checks_of_the_assets(definitions: dg.Definitions) -> None:
    checks = {
        (key.asset_key.path[-1], key.name) for key in definitions.resolve_asset_graph().asset_check_keys
    }
    assert ("customer_360", "unique_customer_360_customer_no") in checks
    assert len(checks) >= 40


def test_exposures_name_the_tables_of_the_release() -> None:
    manifest = json.loads(manifest_path().read_text(encoding="utf-8"))
    tables = {f"model.vitrina.{name}" for name in table_layouts(load_catalog(semantic_files(MODELS)))}
    read = {each["name"]: set(each["depends_on"]["nodes"]) for each in manifest["exposures"].values()}
    assert read == {"segments": tables, "api": tables, "change_feed": tables}


def test_a_build_leaves_the_sources_alone(definitions: dg.Definitions) -> None:
    everything = definitions.resolve_job_def(RUN_JOB).asset_layer.executable_asset_keys
    built = definitions.resolve_job_def(BUILD_JOB).asset_layer.executable_asset_keys
    assert {key.path[0] for key in everything - built} == {"source"}


def test_sources_and_marts_say_when_they_are_late(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    due = {key.to_user_string(): graph.get(key).freshness_policy for key in graph.get_all_asset_keys()}
    monthly = dg.FreshnessPolicy.time_window(timedelta(days=35), timedelta(days=32))
    assert due["source/payments/payment"] == monthly
    assert due["source/billing/customer"] is None
    assert [due[mart] for mart in ("customer_360", "fct_charge", "release")] == [monthly] * 3
    assert due["stg_customer"] is None
    assert shortest(["month", "day", "month"]) == "day"
    assert policy("day") == dg.FreshnessPolicy.time_window(timedelta(days=2), timedelta(days=1, hours=6))


def test_the_daily_schedule_waits_for_a_run_at_work(definitions: dg.Definitions, tmp_path: Path) -> None:
    (schedule,) = definitions.schedules or ()
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 5 * * *", "Asia/Tashkent")
    # Nothing in a folder tells of what a source of the example is asked for.
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    with dg.build_schedule_context() as context:
        assert len(schedule.evaluate_tick(context).run_requests or ()) == 1
        with owned(tmp_path / "home", "another"):
            assert schedule.evaluate_tick(context).skip_message == "a run is at work"


@pytest.mark.parametrize(("step", "state"), [("pointer", "done"), ("dbt finished", "failed"), ("", "failed")])
def test_runs_of_the_web_interface_enter_the_ledger(tmp_path: Path, step: str, state: str) -> None:
    home = tmp_path / "home"
    shutil.copytree(EXAMPLE, home)
    migrate_store(home)

    @dg.op(required_resource_keys={"run"})
    def work(context: dg.OpExecutionContext) -> None:
        if not step:
            raise RuntimeError("a step that fails")
        context.resources.run.workspace.step(step)

    @dg.job(resource_defs={"run": starting(home)})
    def job() -> None:
        work()

    with dg.DagsterInstance.ephemeral() as instance:
        done = job.execute_in_process(instance=instance, raise_on_error=False)
    with closing(open_store(home)) as store, store.reading() as reading:
        (run,) = reading.runs.last()
    assert (run.run_id, run.state) == (done.run_id, state)
    assert run.finished_at is not None
