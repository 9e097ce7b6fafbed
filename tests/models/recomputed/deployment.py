"""A deployment of the simulated operator, with the extracts of ten customers written by hand put into its files."""

import gzip
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import yaml

from pipelines.ingest.run import ingest
from pipelines.lib.canonical import canonical_datasets
from pipelines.lib.inputs import read_inputs
from pipelines.simulator.plan import Plan
from pipelines.simulator.run import simulate
from store import migrate_store, open_store
from tests.models.model_runner import build_models
from tests.models.recomputed.portfolio import Profile
from warehouse.builds.numbers import allocate_numbers
from warehouse.builds.prepare import order_sources, prepare_database
from warehouse.connection import connect
from warehouse.releases.reader import current_release_id, read_manifest
from warehouse.settings import load_settings

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "operator"
BY_HAND = Path(__file__).with_name("by_hand")


def operator(home: Path, *, customers: int, months: int, as_of: date, dirty_rate: float) -> Path:
    """The extracts in a deployment's inbox. Stated totals are left out: the hand-written lines are not in them."""
    shutil.copytree(EXAMPLE, home)
    for declaration in (home / "sources").glob("*.yml"):
        text = declaration.read_text(encoding="utf-8")
        declaration.write_text(re.sub(r"\n    control_totals:.*", "", text), encoding="utf-8")
    migrate_store(home)
    anchor = date(2026, 7, 1)
    simulate(Plan(customers, months, 6, home, as_of, dirty_rate=dirty_rate, anchor=anchor))
    encodings = _encodings(home)
    for path in sorted(BY_HAND.glob("*/*")):
        _put(path, _target(home / "inbox" / path.relative_to(BY_HAND)), encodings)
    return home


def _target(named: Path) -> Path:
    """The extract a hand-written file belongs to, which the simulator may have packed."""
    if named.suffix == ".txt":
        return named.with_suffix("")
    packed = named.with_name(named.name + ".gz")
    return packed if packed.exists() else named


def mart(home: Path) -> list[Profile]:
    """The profile as the models make it of what is ingested, without orchestrator, dbt and release."""
    settings = load_settings(home)
    with closing(open_store(home)) as store:
        ingest(settings, store).raise_for_problems()
    inputs = read_inputs(settings)
    allocate_numbers(home, inputs.of("customer"))
    database = home / "runs" / "build.duckdb"
    database.parent.mkdir(exist_ok=True)
    prepare_database(
        database,
        home,
        datasets=canonical_datasets(),
        extensions=inputs.extensions,
        loads=inputs.loads,
        as_of=inputs.as_of,
    )
    order_sources(database, inputs.precedence)
    with closing(connect(database)) as connection:
        build_models(connection, "customer_360", "attribute_conflict")
        return connection.sql("from customer_360").to_arrow_table().to_pylist()  # type: ignore[no-any-return]


def conflicts(home: Path) -> set[tuple[str, ...]]:
    """What sources say differently, in the mart made last: customer, attribute, who is believed, who is not."""
    with closing(connect(home / "runs" / "build.duckdb", read_only=True)) as connection:
        rows = connection.sql("""
            select customer_id, attribute, chosen_source, other_source
            from attribute_conflict join customer_360 using (customer_no)
        """)
        return set(rows.fetchall())


def released(home: Path) -> list[Profile]:
    """The profile in the release that a whole run publishes."""
    run(home)
    release = current_release_id(home)
    assert release
    table = read_manifest(home, release).tables["customer_360"]
    return [row for file in table.files for row in pq.read_table(home / file).to_pylist()]


def run(home: Path) -> None:
    """`vitrina run` as a process of its own: its orchestrator leaves threads and warnings behind."""
    code = "from cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--home", str(home), "--json", "run"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _encodings(home: Path) -> dict[str, str]:
    """Encoding of CSV files by source and first word of their names."""
    found = {}
    for path in (home / "sources").glob("*.yml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["datasets"]:
            if "files" in entry:
                found[entry["files"].partition("_{")[0]] = entry.get("encoding", "utf-8")
    return found


def _put(path: Path, target: Path, encodings: dict[str, str]) -> None:
    """The lines of a hand-written file, at the end of the file of that name or as a file of their own."""
    kind = target.name.removesuffix(".gz").rpartition(".")[2]
    name = str(Path("inbox") / path.parent.name / target.name)
    encoding = encodings[re.sub(r"_\d.*", "", name)] if kind == "csv" else "utf-8"
    ours, theirs = path.read_text(encoding="utf-8"), ""
    if target.exists():
        content = target.read_bytes()
        content = gzip.decompress(content) if target.suffix == ".gz" else content
        encoding = "cp1251" if kind == "xml" and b"windows-1251" in content[:100] else encoding
        theirs = content.decode(encoding)
    made = (_joined(theirs, ours, kind) if theirs else ours).encode(encoding)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(made, mtime=0) if target.suffix == ".gz" else made)


def _joined(theirs: str, ours: str, kind: str) -> str:
    if kind == "csv":
        header, _, rows = ours.partition("\n")
        assert theirs.splitlines()[0] == header
        return theirs + rows
    if kind == "jsonl":
        return theirs + ours
    opening = {"json": r"(?<=\[)\n", "xml": r"(?<=<Documents>)\n|(?<=documents\">)\n"}[kind]
    closing = {"json": "\n]", "xml": "</Documents>" if "</Documents>" in ours else "</Export>"}[kind]
    records = re.split(opening, ours, maxsplit=1)[1].partition(closing)[0]
    before, found, after = theirs.rpartition(closing)
    return before + (",\n" if kind == "json" else "") + records + found + after
