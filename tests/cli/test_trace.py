"""Who may use `vitrina trace`, and what it says to others; its answers are proven in tests/pipelines/run."""

import sys
from pathlib import Path

import pytest

from cli.main import main
from tests.cli.segment_home import make_home


def test_rows_of_raw_are_shown_to_those_who_may_see_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path / "home")

    def refused(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["vitrina", "--home", str(home), *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == 2
        return capsys.readouterr().err

    all_rights = "tashkent may not see rows of raw: that needs the right to all customers and attributes"
    assert all_rights in refused("--as", "tashkent", "trace", "C1", "region")
    assert "C99: the release has no such customer" in refused("trace", "C99", "region")
    assert "nothing has been loaded yet" in refused("trace", "C1", "region")
