"""A seed means one operator: nothing about how the work is split may show in the bytes."""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from pipelines.simulator.blocks import draw_block
from pipelines.simulator.plan import Plan
from pipelines.simulator.run import simulate


def _plan(out: Path, **changes: object) -> Plan:
    return replace(Plan(900, 3, 11, out, date(2026, 7, 1), dirty_rate=0.02, block=400), **changes)


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 11), ("b", 11), ("c", 12)):
        simulate(_plan(tmp_path / name, seed=seed))
    first, second, other = (_hashes(tmp_path / name) for name in "abc")
    assert first == second
    # Price lists and the units of the organisation are the same for everybody.
    same = {path for path in first if ".csv" in path and first[path] == other.get(path)}
    assert {Path(path).name.rpartition("_")[0] for path in same} <= {"tariffs", "services", "units"}


def test_the_number_of_processes_does_not_show(tmp_path: Path) -> None:
    simulate(_plan(tmp_path / "one"), workers=1)
    simulate(_plan(tmp_path / "two"), workers=2)
    assert _hashes(tmp_path / "one") == _hashes(tmp_path / "two")


def test_blocks_do_not_depend_on_each_other_or_on_their_number(tmp_path: Path) -> None:
    small, large = _plan(tmp_path, customers=400), _plan(tmp_path, customers=1_200)
    draw_block(large, 2)
    alone, among = draw_block(small, 0), draw_block(large, 0)
    assert [(part.path, part.body) for part in alone.parts] == [
        (part.path, part.body) for part in among.parts
    ]
    assert alone.truth == among.truth


def test_a_second_simulation_replaces_the_first_and_leaves_other_files_alone(tmp_path: Path) -> None:
    simulate(_plan(tmp_path / "both", customers=900, months=5))
    foreign = tmp_path / "both" / "inbox" / "billing" / "usage_20200101.csv.gz"
    foreign.write_text("not ours")
    simulate(_plan(tmp_path / "both", customers=300, months=2))
    assert foreign.read_text() == "not ours"
    foreign.unlink()
    simulate(_plan(tmp_path / "fresh", customers=300, months=2))
    assert _hashes(tmp_path / "both") == _hashes(tmp_path / "fresh")


def test_no_file_has_its_name_before_all_are_complete(tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        assert done < total
        raise StoppedError

    with pytest.raises(StoppedError):
        simulate(_plan(tmp_path), progress=stop)
    assert not [*tmp_path.rglob("*.csv"), *tmp_path.rglob("*.gz")]
    simulate(_plan(tmp_path))
    assert not list(tmp_path.rglob("*.part"))


def test_streams_of_random_numbers_differ(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    streams = [(block, name) for block in range(3) for name in ("lives", "usage", "dirty 1", "dirty 2")]
    firsts = {plan.rng(block, name).integers(0, 2**62) for block, name in streams}
    assert len(firsts) == len(streams)
    assert plan.rng(0, "lives").random() == np.float64(plan.rng(0, "lives").random())
