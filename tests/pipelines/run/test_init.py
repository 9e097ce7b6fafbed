"""`vitrina init`: all of a deployment or nothing, and never over what is there."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.actors import actor_of
from cli.main import app
from store import open_store
from warehouse.errors import InputError
from warehouse.settings import load_settings


def init(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["--json", "init", *map(str, arguments)])


def test_a_deployment_has_settings_store_and_an_administrator_with_a_key(tmp_path: Path) -> None:
    done = init(tmp_path / "home")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["created"] is True
    home = tmp_path / "home"
    key = home / "secrets" / "admin.key"
    assert key.stat().st_mode & 0o777 == 0o600
    with closing(open_store(home)) as store:
        user = store.authenticate(key.read_text(encoding="utf-8").strip())
    assert user is not None
    assert actor_of(user).scope.everything
    assert list((home / "sources").glob("*.yml"))
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    init(home)
    key = (home / "secrets" / "admin.key").read_text(encoding="utf-8")
    (home / "vitrina.yml").write_text("name: Mine\ntime_zone: UTC\n", encoding="utf-8")
    again = init(home, "--example", "operator")
    assert (again.exit_code, json.loads(again.stdout)["created"]) == (0, False)
    assert load_settings(home).name == "Mine"
    assert (home / "secrets" / "admin.key").read_text(encoding="utf-8") == key


def test_the_data_folder_is_remembered(tmp_path: Path) -> None:
    data = tmp_path / "it's data"
    data.mkdir()
    assert init(tmp_path / "home", "--example", "telco_churn", "--data", data).exit_code == 0
    assert load_settings(tmp_path / "home").data == data


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--example", "bakery"], "no such example; there are operator, telco_churn"),
        (["--example", "telco_churn"], "name its folder with --data"),
        (["--data", "nowhere"], "no such folder"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_made(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    failed = init(tmp_path / "home", *arguments)
    assert isinstance(failed.exception, InputError)
    assert words in str(failed.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    failed = init(tmp_path)
    assert isinstance(failed.exception, InputError)
    assert "not empty" in str(failed.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
