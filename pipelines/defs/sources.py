"""Assets of the sources: each declared data set, and the canonical data sets that they feed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import dagster as dg

from pipelines.defs.cadence import policy
from pipelines.defs.resources import Run
from pipelines.ingest.compact import compact
from pipelines.ingest.lock import RawBusyError
from pipelines.ingest.raw import all_loads, list_loads
from pipelines.ingest.run import Problem, ingest
from pipelines.lib.canonical import canonical_datasets
from pipelines.lib.inputs import read_inputs, source_states
from pipelines.lib.loads import table_of
from pipelines.lib.reconcile import Reconciled, reconcile, require_reconciled
from warehouse.builds.numbers import allocate_numbers
from warehouse.builds.prepare import order_tables, prepare_database
from warehouse.releases.layout import table_layouts
from warehouse.releases.model import SourceState

AVAILABLE, ACCEPTED, ROWS, TOTALS = "available", "accepted", "rows_add_up", "control_totals"
CHECKS = (AVAILABLE, ACCEPTED, ROWS, TOTALS)
Declared = Sequence[tuple[str, str]]


def source_key(source: str, dataset: str) -> dg.AssetKey:
    """A data set as one source brings it."""
    return dg.AssetKey(["source", source, table_of(dataset)])


def raw_key(table: str) -> dg.AssetKey:
    """A data set as the models read it: the key that dagster-dbt gives a dbt source."""
    return dg.AssetKey(["raw", table])


def source_assets(
    declared: Declared, cadences: Mapping[tuple[str, str], str] | None = None
) -> dg.AssetsDefinition:
    """All declared data sets, loaded in one ingestion: over all sources what was known first comes first.

    `cadences`: (source, table) -> how often a file is due.
    """
    keys = [source_key(source, dataset) for source, dataset in declared]
    due = {source_key(*name): (cadences or {}).get((name[0], table_of(name[1]))) for name in declared}

    @dg.multi_asset(
        name="ingest",
        specs=[
            dg.AssetSpec(key, group_name="sources", kinds={"parquet"}, freshness_policy=policy(due[key]))
            for key in keys
        ],
        check_specs=[dg.AssetCheckSpec(name, asset=key) for key in keys for name in CHECKS],
    )
    def ingest_sources(run: dg.ResourceParam[Run]) -> Iterator[dg.MaterializeResult[Any]]:
        report = ingest(run.settings, run.store, progress=run.ingested, today=run.today)
        home = run.settings.home
        counted = reconcile(all_loads(home))
        states = {(each.source, each.dataset): each for each in source_states(list_loads(home))}
        for name in declared:
            problems = [each for each in report.problems if (each.source, each.dataset) == name]
            yield dg.MaterializeResult(
                asset_key=source_key(*name),
                metadata=_metadata(states.get(name)),
                check_results=list(_checks(source_key(*name), problems, counted.get(name, Reconciled()))),
            )
        # Whoever reads the checks has them all; from here on nothing is built on what failed.
        report.raise_for_problems()
        require_reconciled(counted)
        run.workspace.step("ingested")

    return ingest_sources


def _metadata(state: SourceState | None) -> dict[str, Any]:
    if state is None:
        return {}
    return {
        "rows": state.accepted,
        "rejected": state.rejected,
        "loads": state.loads,
        "known from": state.known_from.isoformat(),
    }


def _checks(
    key: dg.AssetKey, problems: Sequence[Problem], counted: Reconciled
) -> Iterator[dg.AssetCheckResult]:
    """A source that could not be fetched fails alone: what it said before stays in use. The other checks, when they
    fail, block publication.
    """
    reasons = {
        AVAILABLE: [each.message for each in problems if each.unavailable],
        ACCEPTED: [each.message for each in problems if not each.unavailable and not each.breach],
        ROWS: counted.rows,
        TOTALS: [*(each.message for each in problems if each.breach), *counted.totals],
    }
    numbers = {
        "rows in": counted.rows_in,
        "accepted": counted.accepted,
        "rejected": counted.rejected,
        "duplicates": counted.duplicates,
    }
    for name, messages in reasons.items():
        told: dict[str, Any] = {"reason": "\n".join(messages)} if messages else {}
        yield dg.AssetCheckResult(
            check_name=name,
            asset_key=key,
            passed=not messages,
            metadata=told | (numbers if name == ROWS else {}),
        )


def raw_assets(declared: Declared) -> dg.AssetsDefinition:
    """Views over raw in the run's build database, and the customer numbers."""
    tables = [dataset.name for dataset in canonical_datasets()]
    tables += sorted({table_of(dataset) for _, dataset in declared} - set(tables))
    specs = [
        dg.AssetSpec(
            raw_key(table),
            deps=[source_key(*each) for each in declared if table_of(each[1]) == table],
            group_name="raw",
            kinds={"parquet"},
        )
        for table in tables
    ]
    numbers = dg.AssetSpec(
        raw_key("customer_no"), deps=[raw_key("customer")], group_name="raw", kinds={"parquet"}
    )

    @dg.multi_asset(name="raw", specs=[*specs, numbers])
    def prepare(run: dg.ResourceParam[Run]) -> Iterator[dg.MaterializeResult[Any]]:
        # While another process ingests, raw stays as it is; a later run compacts.
        with suppress(RawBusyError):
            compact(run.settings.home)
        run.workspace.step("compacted")
        inputs = read_inputs(run.settings)
        new = allocate_numbers(
            run.settings.home,
            inputs.of("customer"),
            spill=run.workspace.path / "spill",
            resources=run.settings.resources,
        )
        run.workspace.step("numbers")
        prepare_database(
            run.workspace.database,
            run.settings.home,
            datasets=canonical_datasets(),
            extensions=inputs.extensions,
            loads=inputs.loads,
            as_of=inputs.as_of,
            resources=run.settings.resources,
        )
        order_tables(run.workspace.database, table_layouts(inputs.catalog))
        run.workspace.step("prepared")
        for table in tables:
            yield dg.MaterializeResult(asset_key=raw_key(table), metadata={"loads": len(inputs.of(table))})
        yield dg.MaterializeResult(asset_key=raw_key("customer_no"), metadata={"new customers": new})

    return prepare
