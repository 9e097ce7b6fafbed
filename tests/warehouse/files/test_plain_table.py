"""The fast way from CSV to raw gives what the expressions over texts give, or leaves the file to them."""

import itertools
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from warehouse.catalog.model import ValueType
from warehouse.files import doubts, plain_table, typed_table
from warehouse.files.convert import Conversion
from warehouse.files.doubts import Signs, find_doubts
from warehouse.files.model import ColumnRule, Converted, CsvFormat, FileError
from warehouse.files.plain_table import PlainTable
from warehouse.files.scan import scan_file

FORM = CsvFormat(
    delimiter=";", decimal=",", date_format="%d.%m.%Y", null_values=("NULL",), time_zone="Asia/Tashkent"
)
RULES = (
    ColumnRule("id", ValueType.TEXT, source="ID", required=True),
    ColumnRule("amount", ValueType.DECIMAL, 2, source="SUM"),
    ColumnRule("fee", ValueType.DECIMAL, 2, source="FEE", required=True),
    ColumnRule("born", ValueType.DATE, source="BORN"),
    ColumnRule("at", ValueType.TIMESTAMP, source="AT"),
    ColumnRule("count", ValueType.INTEGER, source="COUNT"),
    ColumnRule("kind", ValueType.TEXT, source="KIND", values={"a": "first", "b": "second"}),
    ColumnRule("paid", ValueType.BOOLEAN, source="PAID", true_values=("1",), false_values=("0",)),
    ColumnRule("later", ValueType.DATE, source="LATER", optional=True),
)
HEADER = "ID;SUM;FEE;BORN;AT;COUNT;KIND;PAID"
ROW = ("7", "1,50", "-20,00", "01.02.1990", "2026-07-01 10:00:00", "3", "a", "1")
Answer = tuple[Converted, list[dict[str, object]]]


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the fast way was gone to its end, file by file."""
    gone: list[bool] = []
    fill = PlainTable.fill

    def noted(table: PlainTable, con: object) -> object:
        result = fill(table, con)  # type: ignore[arg-type]
        gone.append(result is not None)
        return result

    monkeypatch.setattr(PlainTable, "fill", noted)
    return gone


@contextmanager
def texts_alone() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlainTable, "fill", lambda *_: None)
        yield


def line(**values: str) -> str:
    names = HEADER.split(";")
    return ";".join(values.get(name, usual) for name, usual in zip(names, ROW, strict=True))


def convert(folder: Path, lines: Sequence[str], form: CsvFormat, breaks: str = "\n") -> Answer:
    (folder / "scratch").mkdir(parents=True)
    path, target = folder / "file.csv", folder / "part.parquet"
    path.write_bytes(breaks.join([HEADER, *lines, ""]).encode(form.encoding))
    converted = Conversion(scan_file(path, form), form, RULES, ("id",), folder / "scratch").run(target)
    return converted, pq.read_table(target).to_pylist()


def both(folder: Path, lines: Sequence[str], form: CsvFormat = FORM, breaks: str = "\n") -> Converted:
    """What both ways give; they have to agree in everything."""
    fast = convert(folder / "fast", lines, form, breaks)
    with texts_alone():
        assert fast == convert(folder / "texts", lines, form, breaks)
    return fast[0]


@pytest.mark.parametrize("column", ["SUM", "COUNT"])
@pytest.mark.parametrize("decimal", [",", "."])
def test_a_number_is_what_its_text_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ways: list[bool], decimal: str, column: str
) -> None:
    monkeypatch.setattr(plain_table, "ALWAYS", 1 << 20)
    form = replace(FORM, decimal=decimal)
    texts = ["".join(text) for size in (1, 2, 3, 4) for text in itertools.product("5,.-+Exb_", repeat=size)]
    usual = {"SUM": "", "FEE": "1"}
    lines = [line(ID=str(number), **(usual | {column: text})) for number, text in enumerate(texts)]
    accepted = both(tmp_path, lines, form).accepted
    assert 10 <= accepted < 100
    assert ways == [True]


def test_a_day_is_what_its_text_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ways: list[bool]) -> None:
    monkeypatch.setattr(plain_table, "ALWAYS", 1 << 20)
    draw = random.Random(5)
    seeds = {
        "BORN": ["01.02.2020", "29.02.2023", "1.2.2020", "01.02.20", "epoch", "infinity", "01.01.1900"],
        "AT": ["2020-02-01 10:11:12", "2020-02-01 24:00:00", "2020-02-01T1:1:1", "Infinity", "2020-02-01"],
    }
    lines = []
    for number in range(4000):
        source = draw.choice(["BORN", "AT"])
        text = list(draw.choice(seeds[source]))
        for _ in range(draw.randint(0, 2)):
            place = draw.randint(0, len(text))
            text[place : place + draw.randint(0, 1)] = draw.choice("0123456789.-:T+%")
        lines.append(line(ID=str(number), **{source: "".join(text)}))
    assert both(tmp_path, lines).accepted > 500
    assert ways == [True]


DIRTY = [
    *(line(ID=str(number)) for number in range(5)),
    line(ID="3"),
    line(ID="4", SUM="9,00"),
    line(ID=""),
    line(ID="a", SUM="1O5"),
    line(ID="b", SUM="99,995"),
    line(ID="c", SUM="1e3", BORN="x"),
    line(ID="d", SUM="1,500"),
    line(ID="e", SUM="", BORN="", AT="", COUNT="NULL"),
    line(ID="f", FEE="NULL"),
    line(ID="g", FEE="\t5"),
    line(ID="h", BORN="01.01.1900"),
    line(ID="i", BORN="epoch"),
    line(ID="j", BORN="01.02.25"),
    line(ID="k", COUNT="12,7"),
    line(ID="Ж", SUM="1_0", COUNT="x"),
    "l;1,00",
    line(ID="m") + ";more",
    line(ID="b", SUM="5,00"),
    line(ID=" 3"),
    line(ID="Й"),
    line(ID="И\u0306"),
    line(ID="n", COUNT="12.7"),
    line(ID="o", KIND="c"),
    line(ID="p", KIND=""),
    line(ID="q", PAID="yes"),
    line(ID="r", PAID=""),
    line(ID="s", SUM="x1,2345"),
    line(ID="t", SUM=" 5 "),
    line(ID="u "),
]


@pytest.mark.parametrize("breaks", ["\n", "\r\n"])
def test_both_ways_agree_on_every_row_and_line(tmp_path: Path, ways: list[bool], breaks: str) -> None:
    converted = both(tmp_path, DIRTY, breaks=breaks)
    assert ways == [True]
    lines = [each.line for each in converted.rejects]
    assert lines == [8, 9, 10, 11, 12, 15, 16, 18, 19, 20, 21, 22, 23, 28, 29, 31, 33]
    assert (converted.accepted, converted.duplicates) == (14, 3)


def test_letters_of_another_encoding_are_judged_by_their_texts(tmp_path: Path, ways: list[bool]) -> None:
    lines = [line(ID="Ж"), line(ID="2"), line(ID=" Я", SUM="1О5")]
    assert both(tmp_path, lines, replace(FORM, encoding="cp1251")).accepted == 2
    assert ways == [True]


@pytest.mark.parametrize(
    ("odd", "changes"),
    [
        (line(ID="x", SUM="  "), {}),
        (line(ID='"x"'), {}),
        ("", {}),
    ],
)
def test_a_file_that_is_not_plain_is_left_to_the_texts(
    tmp_path: Path, ways: list[bool], odd: str, changes: dict[str, str]
) -> None:
    both(tmp_path, [line(ID="1"), odd, line(ID="2", FEE="x")], replace(FORM, **changes))
    assert ways == [False]


def test_other_formats_are_read_by_texts_column_by_column(tmp_path: Path, ways: list[bool]) -> None:
    form = replace(FORM, thousands=" ", date_format="iso", timestamp_format="iso")
    lines = [line(SUM="1 000,50", COUNT="1 000", BORN="1990-02-01"), line(ID="8", COUNT="1 00")]
    assert both(tmp_path, lines, form).accepted == 1
    assert ways == [True]


def test_more_lines_in_doubt_than_a_few_are_left_to_the_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ways: list[bool]
) -> None:
    monkeypatch.setattr(plain_table, "ALWAYS", 5)
    for name, text in (("SUM", "1,500"), ("SUM", "x"), ("ID", "")):
        lines = [line(ID=str(number)) for number in range(3)] + [line(**{name: text}) for _ in range(6)]
        both(tmp_path / f"{name}{len(text)}", lines)
    assert ways == [False] * 3


def test_a_file_of_too_many_refused_rows_is_refused_either_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fiftieth of a very large file is more than may be refused of any."""
    for module in (plain_table, typed_table):
        monkeypatch.setattr(module, "MAX_REJECTS", 5)
    with pytest.raises(FileError, match="more than 5 rows"):
        convert(tmp_path, [line(ID=str(number), SUM="x") for number in range(6)], FORM)


def test_doubtful_lines_are_found_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.csv"
    odd = {3: "1,2345", 4: "1e5", 9: "я", 15: " 1", 16: "1 ", 21: "\t", 30: "0X1", 39: "1_0"}
    lines = ["A;B;C", *(f"{number};{odd.get(number, '1,23')};a b" for number in range(40))]
    path.write_text("\n".join(lines), encoding="utf-8")
    for block in (16, 24, 64, 1 << 17):
        monkeypatch.setattr(doubts, "BLOCK", block)
        found = find_doubts(path, Signs(",", 2, ";"), 100)
        assert found is not None
        assert found.lines.tolist() == [number + 2 for number in odd]
        wanted = np.array([1, 2, 40, 41])
        assert found.texts(wanted) == [lines[number - 1].encode() for number in wanted]
    monkeypatch.setattr(doubts, "BLOCK", 8)
    assert find_doubts(path, Signs(",", 2, ";"), 100) is None
