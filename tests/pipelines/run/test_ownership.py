"""Who owns a deployment, and what happens to what a dead run left."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from pipelines.lib.ownership import BusyError, end_leftovers, owned, register_child

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def test_only_one_run_owns_a_deployment(tmp_path: Path) -> None:
    with owned(tmp_path, "first") as workspace:
        with pytest.raises(BusyError, match="run first"), owned(tmp_path, "second"):
            pass
        assert workspace.path.is_dir()
    with owned(tmp_path, "third"):
        pass


def test_a_run_leaves_its_journal_alone(tmp_path: Path) -> None:
    heard: list[str] = []
    with owned(tmp_path, "run", heard.append) as workspace:
        workspace.database.write_text("much data", encoding="utf-8")
        workspace.step("built")
    assert heard == ["locked", "built"]
    assert [path.name for path in workspace.path.iterdir()] == ["journal.jsonl"]


def test_children_of_a_dead_run_are_ended(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "dead"
    (folder / "children").mkdir(parents=True)
    with subprocess.Popen(SLEEP) as child:
        register_child(folder, psutil.Process(child.pid))
        end_leftovers(tmp_path)
        assert not psutil.pid_exists(child.pid)
    assert list(folder.iterdir()) == []


def test_a_later_process_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "dead"
    (folder / "children").mkdir(parents=True)
    with subprocess.Popen(SLEEP) as stranger:
        (folder / "children" / str(stranger.pid)).write_text("12345.0", encoding="utf-8")
        end_leftovers(tmp_path)
        assert stranger.poll() is None
        stranger.kill()


def test_old_journals_go(tmp_path: Path) -> None:
    for number in range(25):
        with owned(tmp_path, f"run{number}"):
            pass
    assert len(list((tmp_path / "runs").iterdir())) <= 21
