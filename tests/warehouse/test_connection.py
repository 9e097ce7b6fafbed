"""What a database may use of the machine, as the engine itself says it."""

from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.connection import Resources, connect
from warehouse.settings import SettingsError, load_settings


def setting(connection: duckdb.DuckDBPyConnection, name: str) -> Any:
    return connection.execute("select current_setting(?)", [name]).fetchall()[0][0]


def test_memory_threads_and_spill_are_what_was_asked_for(tmp_path: Path) -> None:
    with closing(connect(resources=Resources("256MB", 1), spill=tmp_path / "spill")) as connection:
        # More than fits: it goes to the folder that was named, and nowhere else.
        sql = "select sum(a) from (select range as a, 'a longer text ' || range as b from range(10_000_000) order by b)"
        assert connection.sql(sql).fetchall() == [(49999995000000,)]
        found = [setting(connection, name) for name in ("memory_limit", "threads", "enable_progress_bar")]
        assert found == ["244.1 MiB", 1, False]
        assert (tmp_path / "spill").is_dir()


def test_a_file_spills_beside_itself(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "build.duckdb")) as connection:
        assert setting(connection, "temp_directory") == str(tmp_path / "build.duckdb.tmp")


def test_without_a_folder_nothing_is_spilled() -> None:
    with closing(connect()) as connection:
        assert setting(connection, "temp_directory") == ""


def test_a_deployment_says_what_may_be_used(tmp_path: Path) -> None:
    said = tmp_path / "vitrina.yml"
    said.write_text("name: x\ntime_zone: UTC\nmemory: 8GB\nthreads: 3\n")
    assert load_settings(tmp_path).resources == Resources("8GB", 3)
    said.write_text("name: x\ntime_zone: UTC\n")
    assert load_settings(tmp_path).resources == Resources("40%", None)


@pytest.mark.parametrize("wrong", ["memory: 0%", "memory: 8", "memory: 100%", "threads: 0", "threads: true"])
def test_other_words_are_refused(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "vitrina.yml").write_text(f"name: x\ntime_zone: UTC\n{wrong}\n")
    with pytest.raises(SettingsError, match=wrong.partition(":")[0]):
        load_settings(tmp_path)
