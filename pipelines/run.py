"""One run of a deployment: ingest, build, check, publish, through Dagster in this process."""

import json
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing, redirect_stdout
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from pipelines.defs.resources import Run, running
from pipelines.lib.clock import local_day
from pipelines.lib.dagster_storage import kept_instance
from pipelines.lib.freshness import with_holes
from pipelines.lib.inputs import read_inputs
from pipelines.lib.jobs import BUILD_JOB, RUN_JOB, build_definitions
from pipelines.lib.ledger import recorded
from pipelines.lib.ownership import owned
from store import open_store
from warehouse.builds.checks import unknown_customers
from warehouse.builds.model import BuildError
from warehouse.releases.reader import current_release_id, read_manifest
from warehouse.settings import load_settings

DAGSTER = "dagster"
CONFIGURATION = Path(__file__).resolve().parents[1] / "dagster_home" / "dagster.yaml"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run left behind. `is_new` is false when the current release says the same already.

    `unknown_customers` counts, per extension, rows that belong to no known customer. `unavailable` says which
    sources could not be fetched: the release holds what they said before. `missing` names the files that were due
    and did not come: their facts are incomplete there.
    """

    run_id: str
    release: str
    is_new: bool
    as_of: date
    known_on: date
    customers: int
    unknown_customers: Mapping[str, int]
    seconds: float
    unavailable: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self) | {"as_of": self.as_of.isoformat(), "known_on": self.known_on.isoformat()}


def run_pipeline(
    home: Path, *, ingest: bool = True, listener: Callable[[str], None] = lambda _: None
) -> RunReport:
    """Run the deployment's job. `listener` hears of each finished step.

    Raises BusyError when another run owns the deployment, InputError for what its sources or declarations
    got wrong; the current release stays in use then.
    """
    started = time.monotonic()
    settings = load_settings(home)
    with (
        closing(open_store(settings.store_url or home)) as store,
        owned(home, str(uuid.uuid4()), listener) as workspace,
        recorded(store, workspace),
    ):
        before = current_release_id(home)
        run = Run(settings, store, workspace, local_day(settings))
        _execute(run, RUN_JOB if ingest else BUILD_JOB)
        return _report(run, before, time.monotonic() - started)


def dagster_folder(home: Path) -> Path:
    """DAGSTER_HOME of the deployment, with its configuration in place."""
    folder = home / DAGSTER
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(CONFIGURATION, folder / CONFIGURATION.name)
    return folder


def _execute(run: Run, job: str) -> None:
    definitions = build_definitions(run.settings.home, running(run))
    run.workspace.step("defined")
    with kept_instance(dagster_folder(run.settings.home)) as instance:
        _close_dead_runs(instance)
        # dbt's own words would mix with the result on standard output.
        log = (run.workspace.path / "dbt.txt").open("w", encoding="utf-8")
        try:
            with log, redirect_stdout(log):
                definitions.resolve_job_def(job).execute_in_process(
                    run_config=QUIET, instance=instance, run_id=run.workspace.run_id
                )
        except DagsterDbtCliRuntimeError as error:
            raise BuildError(_model_failure(run.workspace.path / "dbt", error)) from error


def _close_dead_runs(instance: dg.DagsterInstance) -> None:
    """We own the deployment, so a run that Dagster believes at work was killed."""
    unfinished = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.NOT_STARTED])
    for dead in instance.get_runs(filters=unfinished):
        instance.report_run_failed(dead, "the process of this run has ended")


def _model_failure(target: Path, error: Exception) -> str:
    """Which models and tests failed, as dbt's results name them."""
    results = target / "run_results.json"
    if not results.exists():
        return f"the models could not be built: {error}"
    failed = [
        f"{each['unique_id']}: {each['message']}"
        for each in json.loads(results.read_text(encoding="utf-8"))["results"]
        if each["status"] in {"error", "fail"}
    ]
    return "models or their tests failed, nothing is published: " + "; ".join(failed)


def _report(run: Run, before: str | None, seconds: float) -> RunReport:
    home = run.settings.home
    current = current_release_id(home)
    assert current is not None
    manifest = read_manifest(home, current)
    return RunReport(
        run_id=run.workspace.run_id,
        release=current,
        is_new=current != before,
        as_of=manifest.as_of,
        known_on=manifest.known_on,
        customers=manifest.tables["customer_360"].rows,
        unknown_customers=unknown_customers(
            run.workspace.database, read_inputs(run.settings).extensions, run.settings.resources
        ),
        seconds=round(seconds, 1),
        unavailable=_unavailable(run),
        missing=tuple(each.message for each in with_holes(run.settings)),
    )


def _unavailable(run: Run) -> tuple[str, ...]:
    """Files that raw refuses end a run before this; what is left was not there to be read."""
    with run.store.reading() as work:
        return tuple(problem.message for problem in work.loads.problems())
