"""`vitrina segment` against a small release on disk, through the command's own entry point."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from api.cursors import read_cursor, write_cursor
from cli.main import main
from tests.cli.segment_home import make_home

TASHKENT = {"attr": "region", "op": "eq", "value": "Ташкент"}
OWES_NOTHING = {"attr": "balance", "op": "ge", "value": 0}
PAID = {"fact": "payment", "agg": "count", "window": {"last": 1, "unit": "month"}, "op": "ge", "value": 1}
COUNT_KEYS = {
    *("count", "universe", "as_of", "known_on", "release", "fresh_as_of", "elapsed_ms", "plan"),
    *("windows", "excluded", "remarks", "hash", "engine"),
}


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


Vitrina = Callable[..., Ran]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("deployment"))


@pytest.fixture
def vitrina(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Vitrina:
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["vitrina", "--home", str(home), *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = 0
        try:
            main()
        except SystemExit as leave:
            code = int(leave.code or 0)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def ask(vitrina: Vitrina, tmp_path: Path) -> Vitrina:
    """Run a segment command on a `where`."""

    def run(command: str, where: Any, *arguments: str, entity: str = "customer") -> Ran:
        file = tmp_path / "segment.json"
        content = {"version": 1, "entity": entity, "where": where}
        file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return vitrina("segment", command, str(file), *arguments)

    return run


def test_count_for_people_says_size_share_dates_windows_and_meaning(ask: Vitrina) -> None:
    ran = ask("count", {"all": [TASHKENT, PAID]})
    assert ran.code == 0, ran.err
    assert '“Region” is "Ташкент"' in ran.out
    words = " ".join(ran.out.split())
    for said in ("count 2", "universe 6", "share 33.33%", "as of 2026-07-01", "2026-06-01 2026-07-01 yes"):
        assert said in words


def test_count_as_json_is_the_answer_and_nothing_else(ask: Vitrina) -> None:
    ran = ask("count", TASHKENT, "--json")
    assert ran.code == 0
    assert set(ran.json) == COUNT_KEYS
    assert (ran.json["count"], ran.json["universe"], ran.json["as_of"]) == (3, 6, "2026-07-01")


@pytest.mark.parametrize(("purpose", "code"), [("analysis", 0), ("contact", 0), ("sale", 2)])
def test_count_takes_a_purpose(ask: Vitrina, purpose: str, code: int) -> None:
    assert ask("count", TASHKENT, "--purpose", purpose, "--json").code == code


def test_without_stop_lists_a_count_for_contacts_says_so(ask: Vitrina) -> None:
    told = ask("count", TASHKENT, "--purpose", "contact", "--json").json
    assert ([remark["code"] for remark in told["remarks"]], told["excluded"]) == (["no_stop_lists"], {})
    shown = ask("count", TASHKENT, "--purpose", "contact").out
    assert "nobody is left out" in shown
    assert "nobody was left out" in " ".join(shown.split())
    assert "subtracted" not in shown
    assert "nobody was left out" in " ".join(ask("attrition", TASHKENT, "--purpose", "contact").out.split())
    assert ask("count", TASHKENT, "--json").json["remarks"] == []


def test_a_document_comes_from_standard_input(vitrina: Vitrina) -> None:
    document = json.dumps({"version": 1, "where": OWES_NOTHING}).encode()
    assert vitrina("segment", "count", "-", "--json", stdin=document).json["count"] == 4


def test_as_another_user_the_scope_is_theirs(ask: Vitrina) -> None:
    ran = ask("count", None, "--json", "--as", "tashkent")
    assert (ran.json["count"], ran.json["universe"]) == (3, 3)


@pytest.mark.parametrize(("user", "said"), [("nobody", "no user nobody"), ("gone", "gone is not active")])
def test_who_may_not_ask_is_told(ask: Vitrina, user: str, said: str) -> None:
    ran = ask("count", None, "--as", user)
    assert ran.code == 2
    assert said in ran.err
    assert not ran.out


def test_the_profile_of_a_past_date_is_not_shown(ask: Vitrina) -> None:
    ran = ask("members", None, "--as-of", "2026-06-01", "--attributes", "region,balance", "--json")
    assert ran.code == 2
    assert [p["code"] for p in ran.json["problems"]] == ["no_history", "no_history"]
    assert "region" in ran.json["problems"][0]["message"]
    assert ask("members", None, "--as-of", "2026-06-01", "--json").code == 0


def test_a_forbidden_attribute_is_a_problem_of_its_node(ask: Vitrina) -> None:
    ran = ask("count", {"all": [TASHKENT, {"attr": "phone", "op": "is_set"}]}, "--as", "tashkent", "--json")
    assert ran.code == 2
    assert [(p["path"], p["code"]) for p in ran.json["problems"]] == [("/where/all/1", "forbidden_attribute")]


def test_days_that_are_not_complete_are_told_with_what_is_missing(ask: Vitrina) -> None:
    year = PAID | {"window": {"last": 12, "unit": "month"}}
    assert "no, missing paysys, payment: 2025-11" in ask("count", year).out
    (window,) = ask("count", year, "--json").json["windows"]
    november = {"source": "paysys", "dataset": "payment", "from": "2025-11-01", "before": "2025-12-01"}
    assert (window["incomplete"], window["missing"]) == (True, [november])
    (window,) = ask("count", PAID, "--json").json["windows"]
    assert (window["incomplete"], window["missing"]) == (False, [])


def test_members_go_by_pages_in_the_order_of_the_key(ask: Vitrina) -> None:
    first = ask("members", None, "--limit", "4", "--attributes", "region, balance", "--json").json
    assert [row["id"] for row in first["rows"]] == ["C1", "C2", "C3", "C4"]
    assert first["rows"][1] == {"id": "C2", "region": "Ташкент", "balance": "-5.5"}
    second = ask("members", None, "--limit", "4", "--after", first["next"], "--json").json
    assert ([row["id"] for row in second["rows"]], second["next"]) == (["C5", "C6"], None)


def test_a_cursor_belongs_to_its_question_and_release(ask: Vitrina) -> None:
    following = ask("members", None, "--limit", "4", "--json").json["next"]
    assert read_cursor(following).after == 4
    other = ask("members", TASHKENT, "--after", following)
    assert (other.code, "a cursor of another question" in other.err) == (2, True)
    stale = write_cursor(replace(read_cursor(following), release="20200101-x"))
    old = ask("members", None, "--after", stale)
    assert (old.code, "begin with the first page" in old.err) == (2, True)


def test_members_for_contacts_say_that_there_are_no_stop_lists(ask: Vitrina) -> None:
    told = ask("members", None, "--purpose", "contact", "--json").json
    assert [remark["code"] for remark in told["remarks"]] == ["no_stop_lists"]
    assert "nobody was left out" in ask("members", None, "--purpose", "contact").err
    assert not ask("members", None, "--json").json["remarks"]


def test_members_for_people_show_values_as_they_stand(ask: Vitrina) -> None:
    ran = ask("members", None, "--limit", "4", "--attributes", "phone")
    assert "[red]4[/red]" in ran.out, "a value is no markup"
    assert "C3  -" in ran.out
    following = ran.err.split("--after ")[1].strip()
    assert ask("members", None, "--after", following, "--json").json["rows"][0]["id"] == "C5"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--after", "30"), "--after: '30' is not a cursor of a page before"),
        (("--attributes", "nonsense"), "nonsense"),
        (("--attributes", "balanse"), "customer has no attribute balanse; is it balance?"),
        (("--as-of", "1 July"), "--as-of: '1 July' is not a date"),
        (("--as-of", "2026-07-02"), "2026-07-02"),
        (("--known-on", "1 July"), "--known-on: '1 July' is not a date"),
        (("--known-on", "2026-07-02"), "known on 2026-07-02 is later than the release"),
    ],
)
def test_members_name_the_argument_that_is_wrong(ask: Vitrina, arguments: tuple[str, ...], said: str) -> None:
    ran = ask("members", None, *arguments)
    assert ran.code == 2
    assert said in ran.err


@pytest.mark.parametrize("verb", ["count", "attrition", "sql"])
def test_nothing_is_known_after_the_release(ask: Vitrina, verb: str) -> None:
    ran = ask(verb, None, "--known-on", "2026-07-02")
    assert (ran.code, ran.out) == (2, "")
    assert "known on 2026-07-02 is later than the release" in ran.err


def test_sql_prints_statement_parameters_and_tables(ask: Vitrina) -> None:
    ran = ask("sql", {"all": [TASHKENT, PAID]})
    assert ran.code == 0
    assert "SELECT" in ran.out
    assert "Ташкент" not in ran.out.split("parameter")[0], "values are parameters"
    assert "tables: customer_360, fct_payment" in ran.out
    whole = ask("sql", TASHKENT, "--json").json
    assert set(whole) >= {"sql", "parameters", "tables"}
    assert list(whole["parameters"].values()) == ["Ташкент"]


def test_validate_says_the_meaning_and_what_is_odd(ask: Vitrina) -> None:
    clash = {
        "all": [{"attr": "balance", "op": "gt", "value": 5}, {"attr": "balance", "op": "lt", "value": 3}]
    }
    ran = ask("validate", clash, "--language", "ru")
    assert ran.code == 0
    assert "«Баланс»: больше 5 ден. ед." in ran.out
    assert "contradiction" in ran.out
    found = ask("validate", clash, "--json").json
    assert (found["valid"], [r["code"] for r in found["remarks"]]) == (True, ["contradiction"])


def test_validate_prints_each_problem_with_its_path(ask: Vitrina) -> None:
    broken = {
        "any": [{"attr": "nonsense", "op": "is_set"}, {"not": {"attr": "balance", "op": "eq", "value": "5"}}]
    }
    ran = ask("validate", broken)
    assert ran.code == 2
    assert "/where/any/0" in ran.err
    assert "/where/any/1/not" in ran.err
    assert not ran.out
    found = ask("validate", broken, "--json")
    assert (found.code, found.json["valid"]) == (2, False)
    assert [p["path"] for p in found.json["problems"]] == ["/where/any/0", "/where/any/1/not"]


def test_describe_speaks_both_languages_and_the_purpose(ask: Vitrina) -> None:
    assert ask("describe", TASHKENT).out == 'Every “Customer” for which: “Region” is "Ташкент".\n'
    ran = ask("describe", TASHKENT, "--language", "ru", "--purpose", "contact")
    assert '«Регион»: "Ташкент"' in ran.out
    assert "стоп-листы и согласия здесь не ведутся" in ran.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        (b"", "not a JSON document"),
        (b'{"version": 1, "version": 1, "where": null}', "twice"),
        ("\u043f".encode("cp1251"), "not a JSON document"),
        (b"[1]", "a document is a JSON object"),
    ],
)
def test_a_file_that_is_no_document_is_named(
    vitrina: Vitrina, tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "broken.json"
    if content is not None:
        file.write_bytes(content)
    ran = vitrina("segment", "count", str(file))
    assert ran.code == 2
    assert "broken.json" in ran.err.replace("\n", "")
    assert said in ran.err
    found = vitrina("segment", "count", str(file), "--json")
    assert found.code == 2
    assert said in found.json["error"]


def test_without_a_release_the_way_to_one_is_named(vitrina: Vitrina, home: Path, tmp_path: Path) -> None:
    empty = make_home(tmp_path / "empty")
    (empty / "CURRENT").unlink()
    ran = vitrina("--home", str(empty), "segment", "count", "-", stdin=b'{"version": 1, "where": null}')
    assert ran.code == 2
    assert "vitrina run" in ran.err


def test_attrition_is_an_indented_tree_with_counts(ask: Vitrina) -> None:
    where = {"all": [TASHKENT, {"any": [OWES_NOTHING, PAID]}]}
    ran = ask("attrition", where)
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert '/where/all/0 “Region” is "Ташкент" 3 1 2' in lines
    assert "/where/all/1/any/0 “Balance” is at least 0 currency units 4 1 0" in lines
    assert "      " in ran.out
    nodes = {node["path"]: node for node in ask("attrition", where, "--json").json["nodes"]}
    expected = {"path": "/where/all/0", "count": 3, "unknown": 1, "left_out_only_by_this": 2}
    assert nodes["/where/all/0"] == expected


def test_attrition_of_everyone_has_no_nodes(ask: Vitrina) -> None:
    ran = ask("attrition", None)
    assert ran.code == 0
    assert "satisfy it" not in ran.out


def test_why_tells_what_was_found_and_what_would_turn_it_round(ask: Vitrina) -> None:
    where = {"all": [TASHKENT, {"not": {"attr": "balance", "op": "lt", "value": 0}}]}
    ran = vitrina_lines(ask("why", where, "C2"))
    assert ran[0] == "C2 is not in the segment"
    assert any("“Balance” is less than 0 currency units found: -5.5" in line for line in ran)
    assert ran[-1] == "/where/all/1/not “Balance” is less than 0 currency units"
    unknown = vitrina_lines(ask("why", {"attr": "balance", "op": "lt", "value": 0}, "C3"))
    assert any("found: no value" in line for line in unknown)
    both = {"all": [{"attr": "balance", "op": "gt", "value": 5}, {"attr": "balance", "op": "lt", "value": 9}]}
    assert "the answer turns round when all of this does:" in vitrina_lines(ask("why", both, "C3"))
    found = ask("why", where, "C1", "--as-of", "2026-07-01", "--json").json
    assert (found["id"], found["member"]) == ("C1", True)


def vitrina_lines(ran: Ran) -> list[str]:
    """Lines of the output without the drawing of the tree."""
    assert ran.code == 0, ran.err
    return [" ".join(line.strip("│├└─ ").split()) for line in ran.out.splitlines()]


def test_why_of_nobody_is_bad_input(ask: Vitrina) -> None:
    ran = ask("why", None, "nobody")
    assert ran.code == 2
    assert "no customer nobody" in ran.err
