"""Options that the command does not understand are bad input: exit code 2, also as JSON."""

import json
import sys

import pytest

from cli.main import main


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
