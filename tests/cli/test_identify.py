"""`vitrina identify` against a small release on disk."""

import json
import sys
from pathlib import Path

import pytest

from cli.main import main
from tests.cli.segment_home import make_home


def test_an_identifier_is_looked_up_on_a_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path / "home")

    def vitrina(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vitrina", "--home", str(home), "identify", *arguments])
        code = 0
        try:
            main()
        except SystemExit as leave:
            code = int(leave.code or 0)
        return code, *capsys.readouterr()

    assert vitrina("900000001")[1].startswith("900000001: C2 on 2026-07-01\n")
    code, out, _ = vitrina("+998900000001", "--on", "2025-12-31", "--json")
    assert (code, json.loads(out)["customer_id"]) == (0, "C1")
    assert "several customers have it" in vitrina("office@firm.uz", "--kind", "email")[1]
    assert "not known" in vitrina("nobody@firm.uz")[1]
    assert vitrina("1", "--on", "today")[::2] == (
        2,
        "error: --on: 'today' is not a date such as 2026-07-01\n",
    )
    assert vitrina("900000001", "--as", "tashkent")[::2] == (2, "error: tashkent may not use identifiers\n")
