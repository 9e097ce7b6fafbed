"""Parquet files of others: exact numbers, moments in local time, and files that can't be read."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.warehouse.files.record_files import AMOUNT, ID, NAME, RULES, convert, refusals
from warehouse.catalog.model import ValueType
from warehouse.files.model import ColumnRule, FileError, ParquetFormat

FORM = ParquetFormat(time_zone="Asia/Tashkent")


def parquet(columns: dict[str, pa.Array]) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


def test_every_type_is_read_without_loss(tmp_path: Path) -> None:
    moment = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
    content = parquet(
        {
            "id": pa.array([9007199254740993, 2], pa.int64()),
            "name": pa.array([{"a": [1, None]}, None]),
            "amount": pa.array([Decimal("1234567890123456.78"), None], pa.decimal128(18, 2)),
            "float": pa.array([0.1 + 0.2, 1e6]),
            "small": pa.array([12345.67, None], pa.float32()),
            "born": pa.array([date(1990, 2, 1), None]),
            "at": pa.array([moment, None], pa.timestamp("ns", "UTC")),
            "local": pa.array([moment.replace(tzinfo=None), None], pa.timestamp("us")),
            "bytes": pa.array([b"x", None]),
            "new": pa.array([1, 1]),
        }
    )
    rules = (
        ID,
        NAME,
        AMOUNT,
        ColumnRule("float", ValueType.DECIMAL, 2, source="float"),
        ColumnRule("small", ValueType.DECIMAL, 2, source="small"),
        ColumnRule("born", ValueType.DATE, source="born"),
        ColumnRule("at", ValueType.TIMESTAMP, source="at"),
        ColumnRule("local", ValueType.TIMESTAMP, source="local"),
        ColumnRule("bytes", ValueType.TEXT, source="bytes"),
    )
    converted, rows = convert(tmp_path / "f.parquet", content, FORM, rules)
    assert converted.rejects == ()
    assert converted.unmapped == ("new",)
    local = datetime(2026, 7, 1, 9)  # noqa: DTZ001
    first = [value for name, value in rows[0].items() if not name.endswith("__date")]
    assert first[:3] == ["9007199254740993", '{"a": [1, null]}', Decimal("1234567890123456.78")]
    assert first[3:5] == [Decimal("0.30"), Decimal("12345.67")]
    assert first[5:] == [
        date(1990, 2, 1),
        local.replace(hour=4),
        local.replace(day=30, month=6, hour=23),
        "x",
    ]
    assert [rows[1]["id"], rows[1]["float"], rows[1]["at"]] == ["2", Decimal(1_000_000), None]


def test_values_that_can_not_be_trusted_cost_their_row(tmp_path: Path) -> None:
    content = parquet(
        {
            "id": pa.array(["1", "2", None, "4", "1"]),
            "name": pa.array([b"a", b"\xff", b"c", b"d", b"a"]),
            "amount": pa.array([1.0, 1.0, 1.0, float("nan"), 1.0]),
            "count": pa.array([1.0, 1.0, 1.0, 1.0, 1.0]),
        }
    )
    converted, rows = convert(tmp_path / "f.parquet", content, FORM)
    assert [row["id"] for row in rows] == ["1"]
    assert [(line, column, reason) for line, column, _, reason in refusals(converted)] == [
        (2, "name", "bytes that are no text"),
        (3, "id", "no value where one is required"),
        (4, "amount", "not a number"),
    ]
    assert converted.duplicates == 1


GOOD = parquet({"id": pa.array([1]), "name": pa.array(["a"])})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"id,name\n1,a\n", "not a Parquet file that can be read"),
        (GOOD[:-10], "not a Parquet file that can be read"),
        (GOOD, "no record has 'amount' .*; the records have: id, name"),
    ],
)
def test_a_file_that_is_not_what_is_declared_names_itself(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(FileError, match=message) as error:
        convert(tmp_path / "f.parquet", content, FORM, RULES)
    assert str(tmp_path / "f.parquet") in str(error.value)
