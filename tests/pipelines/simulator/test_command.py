"""`vitrina simulate` and what it refuses."""

import json
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli.simulate import simulate
from pipelines.simulator.plan import Plan, PlanError

app = typer.Typer()
app.command()(simulate)


def test_the_command_writes_files_and_says_how_much(tmp_path: Path) -> None:
    arguments = ["--customers", "150", "--months", "2", "--seed", "5", "--out", str(tmp_path), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    files = list(tmp_path.rglob("*.csv"))
    assert said["files"] == len(files) == 5 + 3 * 2
    assert said["lines"] == sum(len(path.read_bytes().splitlines()) - 1 for path in files)
    assert said["bytes"] == sum(path.stat().st_size for path in files)
    assert {path.name for path in (tmp_path / "truth").iterdir()} == {
        "customers.parquet",
        "dirty.json",
        "plan.json",
    }


def test_files_carry_their_business_date(tmp_path: Path) -> None:
    arguments = ["--customers", "20", "--months", "2", "--as-of", "2026-03-01", "--out", str(tmp_path)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert (tmp_path / "inbox/billing/customers_20260301.csv").is_file()
    names = sorted(path.name for path in (tmp_path / "inbox/payments").glob("*.csv"))
    assert names == ["payments_20260201.csv", "payments_20260301.csv"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"customers": 0}, "customers"),
        ({"customers": 10_000_000}, "customers"),
        ({"months": 0}, "months"),
        ({"seed": -1}, "seed"),
        ({"dirty_rate": 0.9}, "dirty_rate"),
        ({"as_of": date(1999, 1, 1)}, "as_of"),
        ({"block": 0}, "block"),
    ],
)
def test_arguments_out_of_range_are_named(changes: dict[str, object], named: str, tmp_path: Path) -> None:
    arguments = {"customers": 10, "months": 1, "seed": 1, "out": tmp_path, "as_of": date(2026, 7, 1)}
    with pytest.raises(PlanError, match=named):
        Plan(**{**arguments, **changes})  # type: ignore[arg-type]
