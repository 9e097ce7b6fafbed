"""What assets are given: the deployment, and the run that owns it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from pipelines.ingest.run import Progress
from pipelines.lib.ownership import Workspace, owned
from store import open_store
from store.store import Store
from warehouse.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Run:
    """One run at work: settings of its deployment, the store, its private folder."""

    settings: Settings
    store: Store
    workspace: Workspace

    def ingested(self, progress: Progress) -> None:
        """Note an ingested file."""
        self.workspace.step(f"file {progress.done} of {progress.total}: {progress.file.name}")


def running(run: Run) -> dg.ResourceDefinition:
    """The run of this process, which owns the deployment already."""
    return dg.ResourceDefinition.hardcoded_resource(run)


def starting(home: Path) -> dg.ResourceDefinition:
    """For runs started by Dagster's own process: the deployment is taken when the run starts."""

    @dg.resource
    def run(context: dg.InitResourceContext) -> Iterator[Run]:
        settings = load_settings(home)
        assert context.run_id is not None
        with owned(home, context.run_id) as workspace:
            yield Run(settings, open_store(home), workspace)

    return run
