"""Assets of the dbt project; its tests are their checks."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from pipelines.defs.cadence import policy
from pipelines.defs.resources import Run
from pipelines.defs.sources import Declared, raw_key
from pipelines.lib.dbt_project import run_dbt
from pipelines.lib.loads import table_of

MARTS = "marts"
# What dbt does step by step is in the events that it prints; a file of it would go with the run's folder.
NO_LOG_FILE = ("--log-level-file", "none")


class Translator(DagsterDbtTranslator):
    """Adds the lineage that dbt can't see: the deployment's own data sets feed the profile."""

    def __init__(self, declared: Declared, every: str | None) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))
        tables = sorted({table_of(dataset) for _, dataset in declared})
        self._every = every
        self._extensions = [raw_key(table) for table in tables if table.startswith("extension_")]

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """As dagster-dbt makes it, with the extensions in front of the profile; marts say when they are late."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if spec.group_name == MARTS:
            spec = spec.replace_attributes(freshness_policy=policy(self._every))
        if spec.key == dg.AssetKey(["customer_360"]):
            return spec.replace_attributes(deps=[*spec.deps, *self._extensions])
        return spec

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The folder a model stands in: staging, intermediate or marts."""
        return Path(dbt_resource_props["original_file_path"]).parts[0]


def model_assets(manifest: Path, declared: Declared, every: str | None = None) -> dg.AssetsDefinition:
    """Every model of the project, built in the run's private database. `every`: how often sources bring something."""

    @dbt_assets(manifest=manifest, name="models", dagster_dbt_translator=Translator(declared, every))
    def models(context: dg.AssetExecutionContext, run: dg.ResourceParam[Run]) -> Iterator[Any]:
        dbt = run_dbt(run.workspace)
        invocation = dbt.cli([*NO_LOG_FILE, "build"], context=context, target_path=run.workspace.path / "dbt")
        run.workspace.step("dbt started")
        for event in invocation.stream():
            if isinstance(event, dg.Output):
                run.workspace.step(f"model {event.output_name}")
            yield event
        run.workspace.step("dbt finished")

    return models
