"""What a run tells Dagster is where Dagster's own tools look for it."""

from pathlib import Path

import dagster as dg

from pipelines.lib.dagster_storage import KeptEventLog, kept_instance
from pipelines.run import dagster_folder


@dg.asset
def told() -> None:
    return None


@dg.asset_check(asset=told)
def has_rows() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def test_the_events_of_runs_are_read_by_the_storage_of_dagster(tmp_path: Path) -> None:
    folder = dagster_folder(tmp_path)
    with kept_instance(folder) as instance:
        assert isinstance(instance.event_log_storage, KeptEventLog)
        runs = [dg.materialize([told, has_rows], instance=instance).run_id for _ in range(2)]
        written = [len(instance.all_logs(run)) for run in runs]
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        assert {run.run_id for run in instance.get_runs()} == set(runs)
        assert [len(instance.all_logs(run)) for run in runs] == written
        event = instance.get_latest_materialization_event(dg.AssetKey("told"))
        assert event is not None
        assert event.run_id == runs[1]
        key = dg.AssetCheckKey(dg.AssetKey("told"), "has_rows")
        (check,) = instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).values()
        assert check.run_id == runs[1]
