"""What Dagster's own processes see of a deployment: the whole lineage, without opening anything."""

import shutil
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest

from pipelines.defs.resources import starting
from pipelines.lib.jobs import BUILD_JOB, RUN_JOB, build_definitions
from store import migrate_store, open_store

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


def test_a_build_leaves_the_sources_alone(definitions: dg.Definitions) -> None:
    everything = definitions.resolve_job_def(RUN_JOB).asset_layer.executable_asset_keys
    built = definitions.resolve_job_def(BUILD_JOB).asset_layer.executable_asset_keys
    assert {key.path[0] for key in everything - built} == {"source"}


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
