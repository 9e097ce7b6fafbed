"""`vitrina segment save ...` and `vitrina list ...` against a small release on disk."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from tests.cli.segment_home import make_home

Vitrina = Callable[..., tuple[int, str, str]]
TASHKENT = {"attr": "region", "op": "eq", "value": "Ташкент"}


@pytest.fixture
def vitrina(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Vitrina:
    home = make_home(tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vitrina", "--home", str(home), *arguments])
        code = 0
        try:
            main()
        except SystemExit as leave:
            code = int(leave.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def write(where: Any, **others: Any) -> str:
    content = {"version": 1, "where": where, **others}
    Path("segment.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return "segment.json"


def test_a_segment_is_saved_shown_counted_and_archived(vitrina: Vitrina) -> None:
    file = write({"all": [TASHKENT, {"attr": "balance", "op": "ge", "value": 7.25}]}, name="Tashkent")
    assert vitrina("segment", "save", file)[:2] == (0, "tashkent version 1 saved\n")
    assert "no new version" in vitrina("segment", "save", file)[1]
    saved = json.loads(vitrina("segment", "save", write(TASHKENT), "--id", "tashkent", "--json")[1])
    assert (saved["version"], saved["changed"], saved["name"]) == (2, True, "Tashkent")
    assert json.loads(vitrina("segment", "count", "tashkent", "--json")[1])["count"] == 3
    assert json.loads(vitrina("segment", "count", "tashkent@1", "--json")[1])["count"] == 2
    rows = json.loads(vitrina("segment", "members", "tashkent@1", "--json")[1])["rows"]
    assert [row["id"] for row in rows] == ["C1", "C6"]
    code, shown, _ = vitrina("segment", "show", "tashkent", "--version", "1", "--json")
    assert code == 0
    assert '"value":7.25' in shown, "the document can be saved again as it is shown"
    assert [one["version"] for one in json.loads(shown)["versions"]] == [1, 2]
    assert vitrina("segment", "archive", "tashkent")[0] == 0
    assert json.loads(vitrina("segment", "list", "--json")[1]) == {"segments": []}
    assert "archived" in vitrina("segment", "list", "--archived")[1]
    assert vitrina("segment", "delete", "tashkent")[0] == 0
    assert "no segment tashkent" in vitrina("segment", "show", "tashkent")[2]


def test_for_people_a_segment_shows_words_document_versions_and_uses(vitrina: Vitrina) -> None:
    vitrina("segment", "save", write(TASHKENT, name="a"))
    vitrina("segment", "save", write({"segment": "a"}, name="[b]"))
    code, shown, _ = vitrina("segment", "show", "a")
    assert code == 0
    for said in ('“Region” is "Ташкент"', '"op":"eq"', "1 *", "used by b version 1"):
        assert said in shown
    assert "[b]" in vitrina("segment", "list")[1], "a name is no markup"
    code, _, refused = vitrina("segment", "delete", "a")
    assert (code, "archive it instead" in refused) == (2, True)


def test_faults_have_paths_and_exit_code_2(vitrina: Vitrina) -> None:
    code, out, _ = vitrina("segment", "save", write({"not": {"segment": "no"}}, name="x"), "--json")
    assert code == 2
    assert [(one["path"], one["code"]) for one in json.loads(out)["problems"]] == [
        ("/where/not", "unknown_segment")
    ]
    code, out, _ = vitrina("segment", "save", write(TASHKENT), "--json")
    assert (code, "name" in json.loads(out)["error"]) == (2, True)
    assert vitrina("segment", "count", "no-such-thing")[0] == 2


def test_validate_names_a_segment_that_says_the_same(vitrina: Vitrina) -> None:
    file = write(TASHKENT, name="a")
    vitrina("segment", "save", file)
    remarks = json.loads(vitrina("segment", "validate", file, "--json")[1])["remarks"]
    assert [one["code"] for one in remarks] == ["same_as_saved"]
    assert json.loads(vitrina("segment", "validate", "a", "--json")[1])["remarks"] == []


def test_a_file_comes_before_a_segment_of_its_name(vitrina: Vitrina) -> None:
    vitrina("segment", "save", write(TASHKENT, name="a"))
    Path("a").write_text('{"version": 1, "where": null}', encoding="utf-8")
    assert json.loads(vitrina("segment", "count", "a", "--json")[1])["count"] == 6


def test_a_list_is_uploaded_used_and_deleted(vitrina: Vitrina) -> None:
    Path("guests.csv").write_bytes("Код;x\r\nC1;1\r\nC9;2\r\nC1;3\r\n;4\r\nC6;5\r\n".encode("cp1251"))
    options = ("--column", "Код", "--encoding", "cp1251", "--delimiter", ";", "--expires", "2026-12-31")
    code, out, _ = vitrina(
        "list", "upload", "guests.csv", "--name", "Гости", "--key", "customer_id", *options
    )
    assert code == 0
    assert "5 rows = 2 accepted + 1 rejected + 1 duplicates + 1 unknown" in out
    assert "3     unknown   C9" in out
    assert [one["id"] for one in json.loads(vitrina("list", "ls", "--json")[1])["lists"]] == ["gosti"]
    file = write({"list": "gosti"}, name="guests")
    assert json.loads(vitrina("segment", "count", file, "--json")[1])["count"] == 2
    vitrina("segment", "save", file)
    shown = json.loads(vitrina("list", "show", "gosti", "--json")[1])
    assert (shown["expires_on"], shown["used_by"]) == ("2026-12-31", [{"id": "guests", "version": 1}])
    assert [row["line"] for row in shown["problem_rows"]] == [3, 5]
    assert vitrina("list", "delete", "gosti")[0] == 0
    code, out, _ = vitrina("segment", "count", "guests", "--json")
    assert (code, json.loads(out)["problems"][0]["code"]) == (2, "deleted_list")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no.csv", "--name", "n", "--key", "customer_id"), "no.csv"),
        (("l.csv", "--name", "n", "--key", "fax"), "no kind of identifier"),
        (("l.csv", "--name", "n", "--key", "msisdn"), "none of the 1 rows names a customer"),
        (("l.csv", "--name", "n", "--key", "customer_id", "--expires", "soon"), "--expires"),
    ],
)
def test_bad_uploads_are_bad_input(vitrina: Vitrina, arguments: tuple[str, ...], said: str) -> None:
    Path("l.csv").write_text("C1\n", encoding="utf-8")
    code, _, refused = vitrina("list", "upload", *arguments)
    assert (code, said in refused) == (2, True)
