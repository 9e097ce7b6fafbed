"""`vitrina bench ingest`: one extract of a month into raw against a hand-written COPY of the same file, and
one day's files into a deployment that has its history.

The files of the race are unpacked before it: both sides then read the same bytes. The day and its history lie as they
are sent.
"""

import json
import os
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import ingest_reference as reference
from benchmarks.measure import Task, compare, time_alone
from benchmarks.model import Result, Setup
from benchmarks.operator import control_of, csv_files, declarations, extracts, load, make_home, put
from pipelines.ingest.run import IngestReport
from pipelines.ingest.seen import FILE as SEEN
from pipelines.simulator.packing import plain_name
from warehouse.files.content import open_content

DAY, NEXT_DAY, KNOWN = "2026-06-15", "2026-07-01", "20260702"


def run(setup: Setup) -> Sequence[Result]:
    """The four results of the benchmark, in the order of targets.json."""
    folder = extracts(setup)
    known = declarations()
    usage, payments = known["usage_monthly"], known["payment"]
    newest = [list(csv_files(folder, each["files"]))[-1] for each in (usage, payments)]
    in_utf8 = _unpacked(newest[0], folder, "utf8", usage["encoding"])
    in_cp1251, paid = (_unpacked(file, folder, "plain") for file in newest)
    cases = [
        ("usage_utf8", usage | {"encoding": "utf-8"}, in_utf8, folder / "utf8", reference.USAGE),
        ("usage_cp1251", usage, in_cp1251, folder / "plain", reference.USAGE),
        ("payments", payments, paid, folder / "plain", reference.PAYMENTS),
    ]
    results = [_one_file(setup, *case) for case in cases]
    return [*results, _daily_increment(setup, folder)]


def _unpacked(file: Path, folder: Path, aside: str, encoding: str | None = None) -> Path:
    """The extract as anybody can open it, in the folder `aside`, from `encoding` brought to utf-8; made once."""
    target = (folder / aside / file.relative_to(folder)).with_name(plain_name(file.name))
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(control_of(file), control_of(target))
        with open_content(file) as packed:
            content = packed.read()
        unfinished = target.with_suffix(".partial")
        unfinished.write_bytes(content.decode(encoding).encode() if encoding else content)
        unfinished.rename(target)
    return target


def _one_file(
    setup: Setup, name: str, declaration: dict[str, Any], file: Path, folder: Path, sql: str
) -> Result:
    setup.note(f"ingest: {name}")
    rows = json.loads(control_of(file).read_text(encoding="utf-8"))["rows"]
    ours = Task(partial(_prepare, declaration, file, folder), load, partial(_answer, reference.SUMS[sql]))
    encoding = declaration.get("encoding", "utf-8")
    theirs = Task(
        _nothing, partial(reference.copy, sql, encoding, file), partial(reference.answer, sql, rows)
    )
    return compare(name, ours, theirs, setup.data / "runs", setup.pairs)


def _prepare(declaration: dict[str, Any], file: Path, folder: Path, home: Path) -> None:
    make_home(home, {declaration["dataset"]: declaration})
    put(file, folder, home)


def _nothing(_: Path) -> None:
    return None


def _answer(columns: Sequence[str], _: Path, report: IngestReport) -> dict[str, Any]:
    report.raise_for_problems()
    (loaded,) = report.new
    return {
        "accepted": loaded.accepted,
        "duplicates": loaded.duplicates,
        "rejected": loaded.rejected,
        "unreadable_at_least": True,
        "sums": {column: str((loaded.sums or {})[column]) for column in columns},
    }


def _daily_increment(setup: Setup, folder: Path) -> Result:
    """A day's payments arrive where the history lies in the inbox and in raw: every file is looked at."""
    setup.note("ingest: loading the history once")
    history, (day, rows) = _history(folder), _day(folder)
    setup.note("ingest: daily_increment")
    expected = {"accepted": {"payment": rows}, "unchanged": len(list((history / "inbox").rglob("*.csv*")))}
    task = Task(partial(_bring, history, day, folder / "day"), load, _increment)
    return time_alone("daily_increment", task, expected, setup.data / "runs", setup.pairs)


def _history(folder: Path) -> Path:
    """A deployment with everything loaded that was known before the day; made once."""
    home, known = folder / "history", declarations()
    if not home.exists():
        aside = folder / "history.partial"
        shutil.rmtree(aside, ignore_errors=True)
        files = {name: list(csv_files(folder, each["files"])) for name, each in known.items()}
        make_home(aside, {name: each for name, each in known.items() if files[name]})
        for file in sorted({file for found in files.values() for file in found}):
            put(file, folder, aside)
        load(aside).raise_for_problems()
        aside.rename(home)
    if not (home / "raw" / SEEN).exists():
        # Loaded by a version that did not remember what it had read.
        load(home).raise_for_problems()
    return home


def _day(folder: Path) -> tuple[Path, int]:
    """(file with the payments of one more day, how many): those of a day of the last month, as new ones."""
    last = list(csv_files(folder, declarations()["payment"]["files"]))[-1]
    target = folder / "day" / last.relative_to(folder).with_name(f"payments_{KNOWN}.csv.gz")
    target.parent.mkdir(parents=True, exist_ok=True)
    with reference.quiet(target.parent) as con:
        con.execute(
            f"CREATE TABLE day AS SELECT * REPLACE ('N' || payment_id AS payment_id, "  # noqa: S608
            f"replace(paid_at, '{DAY}', '{NEXT_DAY}') AS paid_at) FROM (SELECT DISTINCT * FROM "
            f"read_csv('{last}', all_varchar = true, header = true, delim = ',', ignore_errors = true)) "
            f"WHERE paid_at LIKE '{DAY} %' AND payment_id IS NOT NULL AND account IS NOT NULL "
            f"AND try_cast(amount AS DECIMAL(18, 2)) IS NOT NULL ORDER BY ALL"
        ).fetchall()
        con.execute(f"COPY day TO '{target}' (HEADER true, COMPRESSION gzip)").fetchall()
        rows, amount = con.sql("SELECT count(*), sum(amount::DECIMAL(18, 2))::VARCHAR FROM day").fetchall()[0]
    totals = {"rows": rows, "sums": {"amount": amount}}
    control_of(target).write_text(json.dumps(totals), encoding="utf-8")
    return target, int(rows)


def _bring(history: Path, day: Path, folder: Path, home: Path) -> None:
    """The deployment as it stands in the morning. Raw never changes, so its files can be shared."""
    shutil.copytree(history, home, symlinks=True, copy_function=_share, dirs_exist_ok=True)
    put(day, folder, home)


def _share(source: str, target: str) -> str:
    path = Path(source)
    if path.suffix == ".parquet":
        os.link(source, target)
        return target
    return shutil.copy2(source, target, follow_symlinks=False)


def _increment(_: Path, report: IngestReport) -> dict[str, Any]:
    report.raise_for_problems()
    return {
        "accepted": {load.dataset: load.accepted for load in report.new},
        "unchanged": sum(outcome.same_as is not None for outcome in report.outcomes),
    }
