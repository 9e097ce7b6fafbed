"""`vitrina simulate` and what it refuses."""

import json
from datetime import date
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from cli.simulate import simulate
from cli.state import State
from pipelines.simulator.plan import Plan, PlanError
from tests.pipelines.simulator.written import open_bytes

app = typer.Typer()
app.command()(simulate)


def _vitrina_simulate(home: Path, *arguments: str, json: bool = False) -> Result:
    return CliRunner().invoke(app, arguments, obj=State(home=home, json=json, user=None))


def test_the_command_writes_files_and_says_how_much(tmp_path: Path) -> None:
    out = tmp_path / "extracts"
    arguments = ("--customers", "150", "--months", "2", "--seed", "5", "--out", str(out))
    result = _vitrina_simulate(tmp_path, *arguments, json=True)
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    files = [path for path in (out / "inbox").rglob("*.*") if path.suffix != ".ctl"]
    assert said["files"] == len(files)
    stated = json.loads((out / "truth" / "dirty.json").read_text())
    assert stated.keys() == {str(path.relative_to(out)) for path in files}
    tables = list(out.rglob("*.csv*"))
    assert {path.suffix for path in tables} == {".csv", ".gz"}
    for path in tables:
        with open_bytes(path) as file:
            assert stated[str(path.relative_to(out))]["lines"] == len(file.readlines()) - 1
    assert said["lines"] == sum(each["lines"] for each in stated.values())
    assert said["bytes"] == sum(path.stat().st_size for path in files)
    written = {path.name for path in (out / "truth").iterdir()}
    names = ("customers", "events", "duplicates", "campaign_members", "charge_corrections", "directory")
    told = {f"{name}.parquet" for name in (*names, "registry_differences")}
    assert written == told | {"campaigns.json", "dirty.json", "plan.json", "reachable.json"}


def test_files_carry_their_business_date_and_go_to_the_deployment(tmp_path: Path) -> None:
    result = _vitrina_simulate(tmp_path, "--customers", "20", "--months", "2", "--as-of", "2026-03-01")
    assert result.exit_code == 0
    assert "20 customers: " in result.stdout
    assert (tmp_path / "inbox/billing/customers_20260301.csv.gz").is_file()
    names = sorted(path.name for path in (tmp_path / "inbox/payments").glob("*.csv.gz"))
    assert names == ["payments_20260201.csv.gz", "payments_20260301.csv.gz"]


def test_a_later_date_adds_the_new_days_only(tmp_path: Path) -> None:
    arguments = ("--customers", "150", "--months", "2", "--as-of")
    assert _vitrina_simulate(tmp_path, *arguments, "2026-03-01").exit_code == 0
    later = _vitrina_simulate(tmp_path, *arguments, "2026-03-03", json=True)
    assert json.loads(later.stdout)["since"] == "2026-03-01"
    # Two days of what is sent daily; months and whole snapshots were sent on the first.
    days = sorted(path.name for path in (tmp_path / "inbox/payments").glob("payments_202603*.csv.gz"))
    assert days == [f"payments_2026030{day}.csv.gz" for day in (1, 2, 3)]
    assert len(list((tmp_path / "inbox/billing").glob("charges_*.csv.gz"))) == 2
    again = _vitrina_simulate(tmp_path, *arguments, "2026-03-04")
    assert "150 customers, continued from 2026-03-03: " in again.stdout


def test_bad_arguments_are_bad_input_and_nothing_is_written(tmp_path: Path) -> None:
    result = _vitrina_simulate(tmp_path, "--customers", "0")
    assert isinstance(result.exception, PlanError)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_can_not_be_written_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_text("a file where a folder should be")
    result = _vitrina_simulate(tmp_path, "--customers", "5")
    assert isinstance(result.exception, PlanError)
    assert "inbox" in str(result.exception)


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
