"""Watched folders: files that raw does not hold yet ask for a run, once they have stopped growing."""

import hashlib
import json
from pathlib import Path

import dagster as dg

from pipelines.ingest.declaration import load_sources
from pipelines.ingest.patterns import find_files
from pipelines.ingest.raw import all_loads
from pipelines.lib.ownership import is_owned
from warehouse.errors import InputError
from warehouse.settings import Settings, load_settings

INTERVAL_S = 30
SEEN, ASKED = "seen", "asked"


def new_files(settings: Settings) -> tuple[Path, ...]:
    """Files that fit a declaration and are in raw neither under their name nor in their size, by path.

    Raises InputError where a declaration, or a file's name, is wrong.
    """
    known = {(load.source, load.dataset, load.file_name, load.size) for load in all_loads(settings.home)}
    found = {
        file.path
        for source in load_sources(settings)
        for dataset in source.datasets
        if dataset.connector is None
        for file in find_files(settings, dataset.files)
        if (source.name, dataset.dataset, file.path.name, file.path.stat().st_size) not in known
    }
    return tuple(sorted(found))


def file_sensor(home: Path, job: str) -> dg.SensorDefinition:
    """Asks for one run of `job` per set of new files; a file that is refused does not ask again until it changes."""

    @dg.sensor(
        name="new_files",
        job_name=job,
        minimum_interval_seconds=INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        return _look(home, json.loads(context.cursor or "{}"))

    return sensor


def _look(home: Path, before: dict[str, str]) -> dg.SensorResult:
    try:
        files = new_files(load_settings(home))
    except InputError as error:
        return _wait(before, str(error))
    if not files:
        return _wait({}, "no new files")
    state = _state(files)
    if state == before.get(ASKED):
        return _wait(before, f"a run was asked for already; not in raw: {_names(files)}")
    if state != before.get(SEEN):
        return _wait({SEEN: state}, f"still arriving: {_names(files)}")
    if is_owned(home):
        return _wait(before, "a run is at work")
    request = dg.RunRequest(run_key=state, tags={"new_files": _names(files)})
    return dg.SensorResult(run_requests=[request], cursor=json.dumps({ASKED: state}))


def _wait(cursor: dict[str, str], reason: str) -> dg.SensorResult:
    return dg.SensorResult(skip_reason=reason, cursor=json.dumps(cursor))


def _state(files: tuple[Path, ...]) -> str:
    """Changes when a file comes, goes or is written to."""
    stats = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(json.dumps(stats).encode()).hexdigest()[:32]


def _names(files: tuple[Path, ...]) -> str:
    shown = ", ".join(path.name for path in files[:5])
    return shown if len(files) <= 5 else f"{shown} and {len(files) - 5} more"
