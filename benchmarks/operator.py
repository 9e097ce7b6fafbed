"""The made-up operator that benchmarks run on: its extracts, and deployments that read some of them."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from benchmarks.model import Setup
from pipelines.ingest.run import IngestReport, ingest
from pipelines.simulator.packing import control_name
from pipelines.simulator.plan import Plan
from pipelines.simulator.run import simulate
from store import migrate_store, open_store
from warehouse.settings import load_settings

EXAMPLE = Path(__file__).parents[1] / "examples" / "operator"
AS_OF = date(2026, 7, 1)
MONTHS = 2
SEED = 1


def extracts(setup: Setup) -> Path:
    """The folder whose `inbox/` holds the operator's extracts of MONTHS months; made once."""
    folder = setup.data / f"operator-{setup.customers}"
    if not folder.exists():
        setup.note(f"simulating {setup.customers:,} customers")
        aside = folder.with_suffix(".partial")
        shutil.rmtree(aside, ignore_errors=True)
        simulate(Plan(setup.customers, MONTHS, SEED, aside, AS_OF), workers=2)
        aside.rename(folder)
    return folder


def declarations() -> dict[str, dict[str, Any]]:
    """The example's declarations of CSV data sets by data set, each with its `source`."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((EXAMPLE / "sources").glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for dataset in content["datasets"]:
            if "files" in dataset and dataset.get("format", "csv") == "csv":
                found.setdefault(dataset["dataset"], dataset | {"source": content["source"]})
    return found


def make_home(home: Path, datasets: Mapping[str, Mapping[str, Any]]) -> None:
    """An empty deployment that reads these data sets."""
    (home / "sources").mkdir(parents=True)
    (home / "vitrina.yml").write_text("name: Benchmark\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    by_source: dict[str, list[dict[str, Any]]] = {}
    for dataset in datasets.values():
        entry = dict(dataset)
        by_source.setdefault(entry.pop("source"), []).append(entry)
    for source, entries in by_source.items():
        text = yaml.safe_dump({"source": source, "datasets": entries}, allow_unicode=True, sort_keys=False)
        (home / "sources" / f"{source}.yml").write_text(text, encoding="utf-8")
    migrate_store(home)


def put(file: Path, extract_folder: Path, home: Path) -> None:
    """Let the extract `file` lie in the inbox of `home`, with its control totals, where it lay before."""
    for path in (file, control_of(file)):
        link = home / path.relative_to(extract_folder)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.resolve())


def control_of(file: Path) -> Path:
    """The control totals of an extract."""
    return Path(control_name(str(file)))


def load(home: Path) -> IngestReport:
    """`vitrina ingest`."""
    with closing(open_store(home)) as store:
        return ingest(load_settings(home), store)


def csv_files(folder: Path, pattern: str) -> Iterator[Path]:
    """The extracts of a declaration's pattern, packed or not, oldest first."""
    yield from sorted(folder.glob(pattern.partition("{")[0] + "*.csv*"))
