"""What only shows in files of many rows: order, lines and repeats across the parts that are read at once."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from warehouse.catalog.model import ValueType
from warehouse.files import duplicates, encodings
from warehouse.files.convert import Conversion
from warehouse.files.encodings import Utf8Copier
from warehouse.files.model import ColumnRule, Converted, CsvFormat
from warehouse.files.scan import scan_file

FORM = CsvFormat(encoding="cp1251", delimiter=";", decimal=",")
RULES = (
    ColumnRule("id", ValueType.TEXT, source="ID", required=True),
    ColumnRule("amount", ValueType.DECIMAL, 2, source="SUM"),
    ColumnRule("word", ValueType.TEXT, source="WORD"),
)
ROWS = 300_000
WIDTH = "я" * 100  # several buffers of the reader, so that several threads take part


def convert(folder: Path, lines: list[str]) -> tuple[Converted, list[str]]:
    path = folder / "file.csv"
    path.write_bytes("\n".join(["ID;SUM;WORD", *lines, ""]).encode("cp1251"))
    (folder / "scratch").mkdir()
    conversion = Conversion(scan_file(path, FORM), FORM, RULES, ("id",), folder / "scratch")
    converted = conversion.run(folder / "part.parquet")
    return converted, pq.read_table(folder / "part.parquet", columns=["id"])["id"].to_pylist()


def test_order_and_lines_hold_in_a_file_of_many_parts(tmp_path: Path) -> None:
    lines = [f"{row};{row},50;{WIDTH}" for row in range(ROWS)]
    spoilt = {7: "7;x;", 150_001: "150001;1", ROWS - 2: f"{ROWS - 2};1,234;", 200_000: "5;99,00;"}
    for row, text in spoilt.items():
        lines[row] = text
    lines[250_000] = lines[9]
    converted, ids = convert(tmp_path, lines)
    gone = {*spoilt, 250_000}
    assert ids == [str(row) for row in range(ROWS) if row not in gone]
    assert (converted.accepted, converted.duplicates) == (ROWS - 5, 1)
    # The header is line 1, so row r stands on line r + 2.
    assert [reject.line for reject in converted.rejects] == [row + 2 for row in sorted(spoilt)]
    assert [reject.column for reject in converted.rejects] == ["SUM", None, "id", "SUM"]


def test_repeats_are_found_whatever_part_their_hashes_are_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "AT_ONCE", 10)
    lines = [f"{row};{row},00;" for row in range(100)]
    converted, ids = convert(tmp_path, [*lines, *lines[::7], "3;4,00;", "3;3,0;"])
    assert ids == [str(row) for row in range(100)]
    assert converted.duplicates == len(lines[::7]) + 1
    assert [(reject.line, reject.value) for reject in converted.rejects] == [(117, "3")]


def test_a_refused_row_takes_no_key(tmp_path: Path) -> None:
    converted, ids = convert(tmp_path, ["1;x;", "1;1,00;", "1;1,00;"])
    assert ids == ["1"]
    assert (converted.accepted, converted.duplicates, len(converted.rejects)) == (1, 1, 1)


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "utf-16", "cp932"])
def test_text_is_the_same_whatever_blocks_it_is_decoded_in(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "BLOCK", 3)
    letters = np.array(list("ab;1\nЖя"))
    text = "".join(letters[np.random.default_rng(1).integers(0, len(letters), 500)])
    content, copier = text.encode(encoding), Utf8Copier(encoding)
    chunks = [copier.take(content[start : start + 7]) for start in range(0, len(content), 7)]
    assert b"".join([*chunks, copier.take(b"", final=True)]).decode() == text
