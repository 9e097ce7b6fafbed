"""What assets are given: the deployment, and the run that owns it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg

from pipelines.ingest.run import Progress
from pipelines.lib.clock import local_day
from pipelines.lib.ledger import recorded
from pipelines.lib.ownership import Workspace, owned
from store import open_store
from store.store import Store
from warehouse.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Run:
    """One run at work: settings of its deployment, the store, its private folder, the day it is there."""

    settings: Settings
    store: Store
    workspace: Workspace
    today: date

    def ingested(self, progress: Progress) -> None:
        """Note an ingested file."""
        self.workspace.step(f"file {progress.done} of {progress.total}: {progress.file.name}")


def running(run: Run) -> dg.ResourceDefinition:
    """The run of this process, which owns the deployment already."""
    return dg.ResourceDefinition.hardcoded_resource(run)


def starting(home: Path) -> dg.ResourceDefinition:
    """For runs started by Dagster's own process: the deployment is taken when the run starts.

    They enter the ledger as those of the command line do.
    """

    @dg.resource
    def run(context: dg.InitResourceContext) -> Iterator[Run]:
        settings = load_settings(home)
        assert context.run is not None
        with (
            closing(open_store(settings.store_url or home)) as store,
            owned(home, context.run.run_id) as workspace,
            recorded(store, workspace),
        ):
            yield Run(settings, store, workspace, local_day(settings))

    return run
