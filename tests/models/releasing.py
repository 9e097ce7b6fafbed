"""A release of what lies in an inbox, without orchestrator and dbt: ingestion, the models' own SQL, publication."""

from contextlib import closing
from pathlib import Path

from pipelines.ingest.run import ingest
from pipelines.lib.canonical import canonical_datasets
from pipelines.lib.inputs import read_inputs
from store import open_store
from tests.models.model_runner import build_models
from warehouse.builds.numbers import allocate_numbers
from warehouse.builds.prepare import prepare_database
from warehouse.connection import connect
from warehouse.releases.layout import table_layouts
from warehouse.releases.publish import ManifestParts, Work, publish_database
from warehouse.settings import load_settings


def release(home: Path) -> str:
    """Load what is new, build, publish; the id of the release."""
    settings = load_settings(home)
    with closing(open_store(home)) as store:
        ingest(settings, store).raise_for_problems()
    inputs = read_inputs(settings)
    allocate_numbers(home, inputs.of("customer"))
    work = home / "runs" / str(inputs.as_of)
    work.mkdir(parents=True)
    database = work / "build.duckdb"
    prepare_database(
        database,
        home,
        datasets=canonical_datasets(),
        extensions=inputs.extensions,
        loads=inputs.loads,
        as_of=inputs.as_of,
    )
    with closing(connect(database)) as connection:
        build_models(connection, *sorted(table_layouts(inputs.catalog)))
    parts = ManifestParts(as_of=inputs.as_of, known_on=inputs.known_on, time_zone=settings.time_zone)
    return publish_database(home, database, inputs.catalog, parts, Work(work / "publish")).release_id
