"""The release: built tables, checked and published."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import dagster as dg

from pipelines.defs.resources import Run
from pipelines.lib.canonical import MARTS, canonical_datasets
from pipelines.lib.inputs import BuildInputs, read_inputs
from warehouse.builds.checks import check_totals, count_totals, unknown_customers
from warehouse.builds.coverage import coverage
from warehouse.releases.publish import ManifestParts, Published, publish_database

RELEASE = dg.AssetKey(["release"])
IDENTITY_MARTS = ("customer_identifier", "identifier_conflict")
COMPONENTS = ("vitrina", "dbt-core", "dbt-duckdb", "duckdb", "dagster")


def release_asset() -> dg.AssetsDefinition:
    """The last asset: whatever fails before it leaves the current release in use."""
    marts: Sequence[dg.AssetKey] = [dg.AssetKey([table]) for table in (*MARTS.values(), *IDENTITY_MARTS)]

    @dg.asset(key=RELEASE, deps=marts, group_name="release", kinds={"parquet", "duckdb"})
    def release(run: dg.ResourceParam[Run]) -> dg.MaterializeResult[Any]:
        published, strangers = _publish(run)
        return dg.MaterializeResult(
            metadata={
                "release": published.release_id,
                "new": published.is_new,
                "as_of": published.manifest.as_of.isoformat(),
                "customers": published.manifest.tables["customer_360"].rows,
                **{f"{name}: rows of unknown customers": count for name, count in strangers.items()},
            }
        )

    return release


def _publish(run: Run) -> tuple[Published, dict[str, int]]:
    inputs = read_inputs(run.settings)
    database = run.workspace.database
    parts = _parts(run, inputs)
    run.workspace.step("totals")
    published = publish_database(
        run.settings.home,
        database,
        inputs.catalog,
        parts,
        workspace=run.workspace.path / "publish",
        step=run.workspace.step,
    )
    return published, unknown_customers(database, inputs.extensions)


def _parts(run: Run, inputs: BuildInputs) -> ManifestParts:
    """Raises BuildError when raw and mart disagree: nothing is published then."""
    loaded = [dataset for dataset in canonical_datasets() if inputs.of(dataset.name)]
    totals = count_totals(run.workspace.database, loaded, inputs.announced, inputs.extensions)
    check_totals(totals)
    return ManifestParts(
        as_of=inputs.as_of,
        known_on=inputs.known_on,
        time_zone=run.settings.time_zone,
        facts=coverage(run.workspace.database, inputs.catalog, inputs.feeds(), inputs.cadences),
        sources=inputs.states,
        control_totals=totals,
        versions={name: version(name) for name in COMPONENTS},
    )
