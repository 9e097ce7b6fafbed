"""Runs in the ledger of the operational store. The pointer, not the ledger, says what is current."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from pipelines.lib.ownership import Workspace
from store.store import Store
from warehouse.releases.reader import current_release_id

ACTOR = "pipeline"
UNPUBLISHED = "it ended before a release was published; Dagster keeps the log of its steps"


@contextmanager
def recorded(store: Store, workspace: Workspace) -> Iterator[None]:
    """Keep the run in the ledger, from before its first step until after its last.

    A run that is killed between the pointer and the ledger stays without an end here; the next one marks it as
    abandoned. A failure of a step that Dagster's own process does not pass on shows in the missing release.
    """
    with store.unit_of_work(ACTOR) as work:
        work.runs.start(workspace.run_id, datetime.now(UTC))
    try:
        yield
    except BaseException as error:
        _finish(store, workspace, "failed", message=str(error))
        raise
    if workspace.published:
        _finish(store, workspace, "done", release=current_release_id(workspace.home))
    else:
        _finish(store, workspace, "failed", message=UNPUBLISHED)


def _finish(
    store: Store, workspace: Workspace, state: str, message: str = "", release: str | None = None
) -> None:
    with store.unit_of_work(ACTOR) as work:
        work.runs.finish(workspace.run_id, state, datetime.now(UTC), message=message, release_id=release)
