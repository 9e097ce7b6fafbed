"""Options that the command does not understand are bad input: exit code 2, also as JSON."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import main
from tests.cli.segment_home import make_home


@pytest.mark.parametrize(
    "arguments",
    [
        ["segment", "count"],
        ["segment", "nonsense"],
        ["segment", "count", "x.json", "--nonsense"],
        ["segment", "count", "x.json", "--purpose", "sale"],
        ["segment", "members", "x.json", "--limit", "0"],
        ["segment", "describe", "x.json", "--language", "fr"],
    ],
)
def test_wrong_options_leave_with_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["vitrina", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert not said.out
    monkeypatch.setattr(sys, "argv", ["vitrina", *arguments, "--json"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert json.loads(capsys.readouterr().out)["error"]


def test_brackets_in_a_message_are_no_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["vitrina", "segment", "count", "/nowhere/[red]x[/red]"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "[red]x[/red]" in capsys.readouterr().err


def test_the_installed_command_prints_json_alone_and_leaves_with_its_code(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    file = tmp_path / "segment.json"
    file.write_text('{"version": 1, "where": {"attr": "balance", "op": "gt", "value": 0}}', encoding="utf-8")
    vitrina = [
        str(Path(sys.executable).with_name("vitrina")),
        "--home",
        str(home),
        "segment",
        "count",
        "--json",
    ]
    done = subprocess.run([*vitrina, str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["count"]) == (0, 3), done.stderr
    file.write_text("{", encoding="utf-8")
    refused = subprocess.run([*vitrina, str(file)], capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "segment.json" in json.loads(refused.stdout)["error"]
