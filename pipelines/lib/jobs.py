"""The Dagster definitions of one deployment."""

from pathlib import Path

import dagster as dg

from pipelines.defs.cadence import daily_schedule, shortest
from pipelines.defs.models import model_assets
from pipelines.defs.release import release_asset
from pipelines.defs.resources import starting
from pipelines.defs.sensors import file_sensor
from pipelines.defs.sources import raw_assets, source_assets
from pipelines.lib.dbt_project import manifest_path
from pipelines.lib.inputs import declared_cadences, declared_datasets, has_connectors
from warehouse.settings import load_settings

RUN_JOB = "run"
BUILD_JOB = "build"


def build_definitions(home: Path, run: dg.ResourceDefinition | None = None) -> dg.Definitions:
    """Assets and jobs of the deployment in `home`. `run`: the run of this process, if there is one already.

    `run` ingests, builds and publishes; `build` leaves the sources alone. Steps run one after another in one
    process, because they share the run's private build database.
    """
    settings = load_settings(home)
    declared, cadences = declared_datasets(settings), declared_cadences(settings)
    every = shortest(cadences.values())
    sources = source_assets(declared, cadences)
    everything = dg.AssetSelection.all()
    jobs = [
        dg.define_asset_job(RUN_JOB, everything),
        dg.define_asset_job(BUILD_JOB, everything - dg.AssetSelection.assets(sources)),
    ]
    return dg.Definitions(
        assets=[
            sources,
            raw_assets(declared),
            model_assets(manifest_path(), declared, every),
            release_asset(every),
        ],
        jobs=jobs,
        schedules=[daily_schedule(settings, RUN_JOB, wanted=has_connectors(settings))],
        sensors=[file_sensor(home, RUN_JOB)],
        resources={"run": run or starting(home)},
        executor=dg.in_process_executor,
    )
