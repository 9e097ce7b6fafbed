"""`iso`: dates and moments as programs write them, with any offset, become local time; nothing is guessed."""

import gzip
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from warehouse.catalog.model import ValueType
from warehouse.files.convert import Conversion
from warehouse.files.model import ISO, ColumnRule, Converted, JsonLinesFormat
from warehouse.files.readers import look_at

FORM = JsonLinesFormat(date_format=ISO, timestamp_format=ISO, time_zone="Asia/Tashkent")
RULES = (ColumnRule("at", ValueType.TIMESTAMP, source="at"), ColumnRule("day", ValueType.DATE, source="day"))


def convert(folder: Path, records: list[dict[str, str]]) -> Converted:
    path = folder / "file.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(each) + "\n" for each in records).encode()))
    work = folder / "work"
    work.mkdir()
    return Conversion(look_at(path, FORM), FORM, RULES, (), work).run(folder / "out.parquet")


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-07-01T10:00:00Z", "2026-07-01T10:00:00"),
        ("2026-07-01T10:00:00.250+05:00", "2026-07-01T05:00:00.250000"),
        ("2026-07-01 10:00:00-0330", "2026-07-01T13:30:00"),
        ("2026-07-01 10:00:00+05", "2026-07-01T05:00:00"),
        ("2026-07-01T10:00", "2026-07-01T05:00:00"),
        (" 2026-07-01 10:00:00.123456 ", "2026-07-01T05:00:00.123456"),
        ("2026-07-01", "2026-06-30T19:00:00"),
    ],
)
def test_moments(tmp_path: Path, written: str, utc: str) -> None:
    convert(tmp_path, [{"at": written, "day": ""}])
    (moment,) = pq.read_table(tmp_path / "out.parquet")["at"].to_pylist()
    assert moment.isoformat() == utc


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-07-01", "2026-07-01"),
        ("2026-07-01T00:00:00", "2026-07-01"),
        ("2026-06-30T19:00:00Z", "2026-07-01"),
    ],
)
def test_days(tmp_path: Path, written: str, day: str) -> None:
    convert(tmp_path, [{"at": "", "day": written}])
    (found,) = pq.read_table(tmp_path / "out.parquet")["day"].to_pylist()
    assert found.isoformat() == day


@pytest.mark.parametrize(
    "record",
    [
        {"at": "01.07.2026 10:00", "day": ""},
        {"at": "2026-02-30T10:00:00Z", "day": ""},
        {"at": "epoch", "day": ""},
        {"at": "0026-07-01", "day": ""},
        {"at": "2026-07-01T10:00:00 Tashkent", "day": ""},
        {"at": "", "day": "2026-07-01T10:00:00"},
        {"at": "", "day": "20260701"},
    ],
)
def test_what_is_not_iso_is_rejected(tmp_path: Path, record: dict[str, str]) -> None:
    converted = convert(tmp_path, [record, {"at": "2026-07-01T10:00:00Z", "day": "2026-07-01"}])
    assert (converted.accepted, [reject.line for reject in converted.rejects]) == (1, [1])
    assert "of the form iso" in converted.rejects[0].reason
