"""A line of totals at the end of a file is no row: it proves that the file is whole, or refuses it."""

import gzip
from pathlib import Path

import ingest_deployment as deployment
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from pipelines.ingest.declaration import read_source
from pipelines.ingest.raw import list_loads
from pipelines.ingest.yaml_node import DeclarationError

SOURCE = """
source: paysys
datasets:
  - dataset: payment
    files: "inbox/pay_*_{date:%Y%m%d}.csv*"
    delimiter: ";"
    decimal: ","
    thousands: " "
    encoding: cp1251
    load: append
    footer: {begins: ИТОГО, rows: 2, sums: {amount: 3}}
    columns: {payment_id: ID, account_id: ACC, amount: SUM}
"""
ROWS = "ID;ACC;SUM\np1;a;1 000,50\np2;b;-1,25\n"
FOOTER = "ИТОГО;2;999,25"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = deployment.make(tmp_path / "home")
    for path in (*home.glob("inbox/*"), *home.glob("sources/*")):
        path.unlink()
    declare(home, SOURCE)
    return home


def declare(home: Path, text: str) -> None:
    (home / "sources" / "paysys.yml").write_text(text, encoding="utf-8")


def send(home: Path, content: str, name: str = "pay_a_20260701.csv", encoding: str = "cp1251") -> None:
    data = content.encode(encoding)
    (home / "inbox" / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)


@pytest.mark.parametrize("end", ["", "\n", "\r\n\n  \n"])
@pytest.mark.parametrize("name", ["pay_a_20260701.csv", "pay_a_20260701.csv.gz"])
def test_the_line_is_compared_and_becomes_no_row(home: Path, end: str, name: str) -> None:
    send(home, ROWS + FOOTER + end, name)
    report = deployment.run(home)
    assert report.problems == ()
    (load,) = report.new
    assert (load.accepted, load.rejected, load.warnings) == (2, 0, ())
    assert pq.read_table(load.files[0]).column("payment_id").to_pylist() == ["p1", "p2"]
    checks = {check["name"]: (check["expected"], check["actual"]) for check in load.controls}
    assert checks == {"rows": ("2", "2"), "sum of amount": ("999.25", "999.25")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "koi8-r"])
def test_it_is_read_in_the_encoding_of_the_file(home: Path, encoding: str) -> None:
    declare(home, SOURCE.replace("cp1251", encoding))
    send(home, ROWS + FOOTER + "\n", encoding=encoding)
    assert [load.accepted for load in deployment.run(home).new] == [2]


def test_lines_of_rejected_rows_stay_those_of_the_file(home: Path) -> None:
    declare(home, SOURCE.replace("sums: {amount: 3}", "sums: {}").replace(", sums: {}", ""))
    send(home, 'ID;ACC;SUM\n"p\n1";a;1\n\np2;b;x\np3;b\np4;c;1\n' + FOOTER.replace("2;", "4;"))
    (load,) = deployment.run(home).new
    assert load.rejects is not None
    lines = pq.read_table(load.rejects).column("line").to_pylist()
    assert (load.accepted, lines) == (2, [5, 6])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (ROWS, "line 3: the file does not end with its line of totals ('ИТОГО', as `footer` declares)"),
        ("ID;ACC;SUM\np1;a;1 000,50\nИТОГО;2;999,25\n", "rows: the source says 2, arrived 1"),
        (ROWS + "ИТОГО;2;99", "sum of amount: the source says 99, arrived 999.25"),
        (ROWS + "ИТОГО;2", "line 4: field 3 of the line of totals should be the sum of amount, found ''"),
        (
            ROWS + "ИТОГО;two;999,25",
            "line 4: field 2 of the line of totals should be the number of rows, found 'two'",
        ),
        (ROWS + "ИТОГО;2,5;999,25", "line 4: 2.5 is no number of rows"),
        (ROWS + FOOTER + "\nИТОГО;2;999,25\n", "rows: the source says 2, arrived 3"),
        ("ИТОГО;2;999,25\n", "line 1: the file does not end with its line of totals"),
        ("ID;ACC;SUM\nИТОГО;1;0\n", "rows: the source says 1, arrived 0|the file has no rows"),
    ],
)
def test_a_file_that_was_cut_or_differs_is_refused(home: Path, content: str, message: str) -> None:
    send(home, content)
    report = deployment.run(home)
    (problem,) = report.refused
    assert any(words in problem.message for words in message.split("|")), problem.message
    assert list_loads(home) == ()


TWO = "footer: [{begins: '8;', sums: {amount: 2}}, {begins: ИТОГО, rows: 2}]"


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ("8;999,25\n\nИТОГО;2\n", None),
        ("8;999,25\nИТОГО;3\n", "rows: the source says 3, arrived 2"),
        ("8;99\nИТОГО;2\n", "sum of amount: the source says 99, arrived 999.25"),
        ("ИТОГО;2\n", "line 3: the file does not end with its line of totals ('8;', as"),
        ("8;999,25\n", "line 4: the file does not end with its line of totals ('ИТОГО', as"),
    ],
)
@pytest.mark.parametrize("name", ["pay_a_20260701.csv", "pay_a_20260701.csv.gz"])
def test_totals_may_stand_in_two_lines(home: Path, end: str, message: str | None, name: str) -> None:
    declare(home, SOURCE.replace("footer: {begins: ИТОГО, rows: 2, sums: {amount: 3}}", TWO))
    send(home, ROWS + end, name)
    report = deployment.run(home)
    if message is None:
        assert report.problems == ()
        assert [(load.accepted, load.rejected, len(load.controls)) for load in report.new] == [(2, 0, 2)]
    else:
        assert message in report.refused[0].message


BOOK = """
source: paysys
datasets:
  - dataset: payment
    files: "inbox/pay_{date:%Y%m%d}.xlsx"
    format: excel
    decimal: ","
    thousands: "."
    load: append
    footer: [{begins: Всего, sums: {amount: 3}}, {begins: Строк, rows: 2}]
    columns: {payment_id: ID, account_id: ACC, amount: SUM}
"""
SHEET = [["ID", "ACC", "SUM"], ["p1", "a", 1000.5], ["p2", "b", -1.25]]


@pytest.mark.parametrize(
    ("end", "message"),
    [
        (
            [["Всего", None, 999.25], [], [None, "Строк: ", 2], []],
            "field 2 of the line of totals should be the number",
        ),
        ([["Всего", None, 999.25], [], ["Строк", 2], []], None),
        ([["Всего", None, "999,25"], ["Строк", 2]], None),
        ([["Всего", None, 99], ["Строк", 2]], "sum of amount: the source says 99, arrived 999.25"),
        ([["Всего", None, 999.25]], "row 4: the file does not end with its row of totals ('Строк', as"),
        ([], "row 3: the file does not end with its row of totals ('Строк', as"),
    ],
)
def test_a_sheet_may_end_with_rows_of_totals(
    home: Path, end: list[list[object]], message: str | None
) -> None:
    declare(home, BOOK)
    with xlsxwriter.Workbook(home / "inbox" / "pay_20260701.xlsx") as book:
        sheet = book.add_worksheet()
        for place, cells in enumerate([*SHEET, *end]):
            sheet.write_row(place, 0, cells)
    report = deployment.run(home)
    if message is None:
        assert report.problems == ()
        (load,) = report.new
        assert (load.accepted, load.rejected) == (2, 0)
        assert [check["actual"] for check in load.controls] == ["2", "999.25"]
    else:
        assert message in report.refused[0].message


def test_a_month_without_rows_says_so(home: Path) -> None:
    send(home, "ID;ACC;SUM\nИТОГО;0;0,00\n")
    assert [load.accepted for load in deployment.run(home).new] == [0]


def test_a_line_without_declared_totals_is_left_out_alone(home: Path) -> None:
    declare(home, SOURCE.replace("{begins: ИТОГО, rows: 2, sums: {amount: 3}}", '"#"'))
    send(home, ROWS + "# made at 21:00\n")
    (load,) = deployment.run(home).new
    assert (load.accepted, load.rejected, load.controls) == (2, 0, ())
    send(home, ROWS, "pay_b_20260701.csv")
    assert "does not end with its line of totals ('#'" in deployment.run(home).refused[0].message


def test_totals_within_the_tolerance_are_loaded(home: Path) -> None:
    declare(home, SOURCE + "    tolerance: 1\n")
    send(home, ROWS + "ИТОГО;2;1000,00\n")
    assert deployment.run(home).problems == ()


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("footer: {rows: 2}", "footer.begins: is missing"),
        ('footer: " "', "footer: expected what the last line begins with"),
        ("footer: {begins: X, rows: 0}", "footer.rows: fields are counted from 1"),
        ("footer: {begins: X, sums: {ID: 2}}", "footer: sums: 'ID' is not a mapped column with numbers"),
        ("footer: {begins: X, total: 2}", "footer: unknown key total"),
        (
            "footer: [{begins: X, rows: 2}, {begins: Y, rows: 3}]",
            r"footer\[1\]: a total stands in another line",
        ),
        ("footer: {begins: X, rows: 2}\n    control_totals: {rows: 2}", "the footer says it already"),
        ("footer: X\n    format: jsonl", "files of the format jsonl have no footer"),
    ],
)
def test_a_wrong_declaration_is_named(tmp_path: Path, new: str, message: str) -> None:
    path = tmp_path / "source.yml"
    text = SOURCE.replace("footer: {begins: ИТОГО, rows: 2, sums: {amount: 3}}", new)
    if "jsonl" in new:
        text = text.replace('    delimiter: ";"\n', "")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=message):
        read_source(path)


def test_another_footer_is_another_declaration(home: Path) -> None:
    """So that files are loaded anew when what is a row in them changes."""
    plain = SOURCE.replace("    footer: {begins: ИТОГО, rows: 2, sums: {amount: 3}}\n", "")
    hashes = set()
    for text in (SOURCE, plain, SOURCE.replace("ИТОГО", "SUM")):
        declare(home, text)
        hashes.add(read_source(home / "sources" / "paysys.yml").datasets[0].hash)
    assert len(hashes) == 3
