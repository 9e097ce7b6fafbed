"""The release: built tables, checked and published."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

import dagster as dg

from pipelines.defs.cadence import policy
from pipelines.defs.resources import Run
from pipelines.lib.canonical import FACT_PARTS, MARTS, canonical_datasets
from pipelines.lib.inputs import BuildInputs, read_inputs
from warehouse.builds.checks import check_totals, count_conflicts, count_totals, unknown_customers
from warehouse.builds.coverage import coverage
from warehouse.builds.main_loads import told_once
from warehouse.builds.prepare import HISTORIC, release_folder
from warehouse.releases.model import ControlTotal
from warehouse.releases.publish import ManifestParts, Published, Retention, Work, publish_database

RELEASE = dg.AssetKey(["release"])
IDENTITY_MARTS = ("customer_identifier", "identifier_conflict", "attribute_conflict")
PRODUCT_MARTS = ("dim_product", "dim_subscription_product")
HISTORY_MARTS = tuple(f"hist_{name}" for name in HISTORIC)
FURTHER_MARTS = (
    "customer_360",
    *IDENTITY_MARTS,
    *PRODUCT_MARTS,
    *HISTORY_MARTS,
    "fct_active_sims",
    "fct_balance_monthly",
    "bridge_customer_link",
)
SOURCE_IN_RAW, RAW_IN_MART = "source_in_raw", "raw_in_mart"
COMPONENTS = ("vitrina", "dbt-core", "dbt-duckdb", "duckdb", "dagster")


def release_asset(every: str | None = None) -> dg.AssetsDefinition:
    """The last asset: whatever fails before it leaves the current release in use. `every`: as of the models."""
    marts: Sequence[dg.AssetKey] = [dg.AssetKey([table]) for table in (*MARTS.values(), *FURTHER_MARTS)]

    @dg.asset(
        key=RELEASE,
        deps=marts,
        group_name="release",
        kinds={"parquet", "duckdb"},
        freshness_policy=policy(every),
        check_specs=[dg.AssetCheckSpec(name, asset=RELEASE) for name in (SOURCE_IN_RAW, RAW_IN_MART)],
    )
    def release(run: dg.ResourceParam[Run]) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
        inputs = read_inputs(run.settings)
        totals = _totals(run, inputs)
        yield from total_checks(totals)
        # Raises BuildError where they do not agree: nothing is published then.
        check_totals(totals)
        published, strangers = _publish(run, inputs, totals)
        yield dg.MaterializeResult(
            metadata={
                "release": published.release_id,
                "new": published.is_new,
                "as_of": published.manifest.as_of.isoformat(),
                "customers": published.manifest.tables["customer_360"].rows,
                **{f"{name}: rows of unknown customers": count for name, count in strangers.items()},
            }
        )

    return release


def total_checks(totals: Sequence[ControlTotal]) -> Iterator[dg.AssetCheckResult]:
    """One result for the way from the sources to raw, one for that from raw to the marts; with the totals at odds."""
    for name, agrees in ((SOURCE_IN_RAW, _source_agrees), (RAW_IN_MART, _mart_agrees)):
        odd = [total for total in totals if not agrees(total)]
        told = {each.name: f"source {each.source}, raw {each.raw}, mart {each.mart}" for each in odd}
        yield dg.AssetCheckResult(
            asset_key=RELEASE, check_name=name, passed=not odd, metadata={"totals": len(totals), **told}
        )


def _source_agrees(total: ControlTotal) -> bool:
    return total.source_agrees


def _mart_agrees(total: ControlTotal) -> bool:
    return total.mart_agrees


def _totals(run: Run, inputs: BuildInputs) -> tuple[ControlTotal, ...]:
    loaded = [dataset for dataset in canonical_datasets() if inputs.of(dataset.name)]
    return count_totals(
        run.workspace.database,
        loaded,
        inputs.announced,
        inputs.extensions,
        inputs.allowances,
        run.settings.resources,
        told_once(loaded, inputs.loads),
    )


def _publish(
    run: Run, inputs: BuildInputs, totals: tuple[ControlTotal, ...]
) -> tuple[Published, dict[str, int]]:
    database = run.workspace.database
    parts = _parts(run, inputs, totals)
    run.workspace.step("totals")
    published = publish_database(
        run.settings.home,
        database,
        inputs.catalog,
        parts,
        Work(
            run.workspace.path / "publish",
            run.workspace.step,
            run.settings.resources,
            Retention(run.settings.kept_releases, run.settings.kept_feed_days),
            tables=release_folder(database),
        ),
    )
    return published, unknown_customers(database, inputs.extensions, run.settings.resources)


def _parts(run: Run, inputs: BuildInputs, totals: tuple[ControlTotal, ...]) -> ManifestParts:
    return ManifestParts(
        as_of=inputs.as_of,
        known_on=inputs.known_on,
        time_zone=run.settings.time_zone,
        facts=coverage(
            run.workspace.database,
            inputs.catalog,
            inputs.feeds(),
            inputs.cadences,
            FACT_PARTS,
            run.settings.resources,
        ),
        sources=inputs.states,
        control_totals=totals,
        versions={name: version(name) for name in COMPONENTS},
        conflicts=count_conflicts(run.workspace.database, run.settings.resources),
    )
