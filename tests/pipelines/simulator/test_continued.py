"""A later as-of date shows more of the same world; a folder gets the files of the new days only."""

import csv
import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.simulator.extracts import REGISTERS
from pipelines.simulator.plan import EPOCH, Plan, PlanError
from pipelines.simulator.run import simulate
from pipelines.simulator.world import draw_world
from tests.pipelines.simulator.written import open_text

ANCHOR = date(2026, 6, 29)


def _plan(out: Path, days: int, **changes: object) -> Plan:
    plan = Plan(600, 3, 5, out, ANCHOR + timedelta(days), dirty_rate=0.01, block=400, anchor=ANCHOR)
    return replace(plan, **changes)


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_day_by_day_and_all_at_once_give_the_same_bytes(tmp_path: Path) -> None:
    # Over the end of a month, so that monthly files, daily files and whole snapshots come too.
    for days in (0, 1, 4):
        report = simulate(_plan(tmp_path / "days", days, anchor=None))
        assert (report.since is None) == (days == 0)
    simulate(_plan(tmp_path / "once", 4))
    assert _hashes(tmp_path / "days") == _hashes(tmp_path / "once")


def test_what_was_written_stays_as_it_was(tmp_path: Path) -> None:
    simulate(_plan(tmp_path, 0))
    before = {path: value for path, value in _hashes(tmp_path).items() if path.startswith("inbox/")}
    simulate(_plan(tmp_path, 2, anchor=None), workers=1)
    after = _hashes(tmp_path)
    assert before.items() <= after.items()
    new = {Path(path).name for path in after.keys() - before.keys() if ".csv" in path}
    assert {"payments_20260630.csv.gz", "payments_20260701.csv.gz", "usage_20260701.csv.gz"} <= new
    assert not any("20260629" in name for name in new)


def test_another_world_in_the_folder_is_replaced_not_continued(tmp_path: Path) -> None:
    simulate(_plan(tmp_path, 0))
    assert simulate(_plan(tmp_path, 1, seed=6, anchor=None)).since is None
    assert not list(tmp_path.glob("inbox/*/*_20260629.csv"))


def test_registers_sent_as_changes_add_up_to_the_whole(tmp_path: Path) -> None:
    plan = _plan(tmp_path, 3, dirty_rate=0.0, customers=400)
    simulate(plan)
    world, day = draw_world(plan, 0), (plan.as_of - EPOCH).days
    for layout, table in REGISTERS:
        rows: dict[str, list[str]] = {}
        for path in sorted(tmp_path.glob(f"inbox/billing/{layout.name}_*.csv.gz")):
            with open_text(path, layout.encoding) as file:
                rows |= {row[0]: row for row in list(csv.reader(file, delimiter=";"))[1:]}
        whole = table(world, day)
        assert len(rows) == len(whole)
        last = whole.column_names[-1]
        stated = {
            str(key): value for key, value in zip(whole[0].to_pylist(), whole[last].to_pylist(), strict=True)
        }
        assert {key for key, row in rows.items() if row[-1]} == {
            k for k, v in stated.items() if v is not None
        }


def test_a_world_ends_where_it_was_drawn_to(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="2028-06-01"):
        _plan(tmp_path, 800)
    with pytest.raises(PlanError, match="anchor"):
        _plan(tmp_path, -1)


def test_a_folder_whose_plan_was_damaged_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "plan.json").write_text("{")
    with pytest.raises(PlanError, match=r"plan\.json"):
        simulate(_plan(tmp_path, 0))
