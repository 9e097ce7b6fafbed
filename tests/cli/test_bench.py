"""`vitrina bench`: the form of its answer, and that both sides say the same."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RESULT_KEYS = {
    "name", "ours_s", "reference_s", "ratio", "same_answer", "runs", "cpu_s", "peak_mb", "p99_ms", "note",
}  # fmt: skip


def vitrina(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from cli.main import main; main()", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict:
    data = tmp_path_factory.mktemp("bench")
    done = vitrina("bench", "ingest", "--customers", "400", "--pairs", "1", "--data", str(data), "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_report_has_the_promised_form(document: dict) -> None:
    assert (document["bench"], document["customers"]) == ("ingest", 400)
    assert document["machine"]["processors"] > 0
    assert all(set(result) == RESULT_KEYS for result in document["results"])


def test_every_result_of_the_targets_is_there(document: dict) -> None:
    wanted = json.loads((ROOT / "benchmarks" / "targets.json").read_text(encoding="utf-8"))["ingest"]
    assert [result["name"] for result in document["results"]] == list(wanted)


def test_ours_and_the_reference_say_the_same_of_dirty_files(document: dict) -> None:
    assert [result["note"] for result in document["results"] if not result["same_answer"]] == []
    assert [result["name"] for result in document["results"] if result["ratio"] is None] == [
        "daily_increment"
    ]


def test_an_unknown_benchmark_is_bad_input(tmp_path: Path) -> None:
    done = vitrina("bench", "nothing", "--data", str(tmp_path), "--json")
    assert done.returncode == 2
    assert "unknown benchmark nothing; there are ingest" in json.loads(done.stdout)["error"]
