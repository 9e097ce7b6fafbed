"""Excel files: blocks write rows as lines of JSON, and the finished file becomes a workbook."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from pipelines.simulator.dirty import Counts
from pipelines.simulator.parts import Part, total

SHEET = ".xlsx"
MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - workbooks of a seed are the same whenever they are written


def sheet_part(path: str, title: str, table: Any, totals: tuple[str, ...] = ()) -> Part:
    """A table as rows of a sheet named `title`: column names stand in the third row, below a heading."""
    header = json.dumps([title, table.column_names], ensure_ascii=False) + "\n"
    dates = {field.name for field in table.schema if pa.types.is_date32(field.type)}
    lines = [
        json.dumps(
            [
                {"date": value.isoformat()} if name in dates and value else value
                for name, value in row.items()
            ],
            ensure_ascii=False,
        )
        for row in table.to_pylist()
    ]
    body = "".join(f"{line}\n" for line in lines)
    sums = {name: total(table[name]) for name in totals}
    return Part(path, header.encode(), body.encode(), Counts(len(table)), sums)


def write_workbook(path: Path) -> None:
    """Replace rows written by `sheet_part` with the workbook they describe. Memory is that of one row."""
    made = path.with_name(path.name + ".workbook")
    with path.open(encoding="utf-8") as rows, _workbook(made) as workbook:
        title, columns = json.loads(next(rows))
        sheet = workbook.add_worksheet(title)
        day = workbook.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_string(0, 0, title)
        for place, name in enumerate(columns):
            sheet.write_string(2, place, name)
        for number, line in enumerate(rows, 3):
            _write_row(sheet, number, json.loads(line), day)
    made.replace(path)


def _workbook(path: Path) -> Any:
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    workbook.set_properties({"created": MADE})
    return workbook


def _write_row(sheet: Any, number: int, values: list[Any], day: Any) -> None:
    for place, value in enumerate(values):
        if isinstance(value, dict):
            moment = datetime.fromisoformat(value["date"])
            sheet.write_datetime(number, place, moment, day)
        elif isinstance(value, str):
            sheet.write_string(number, place, value)
        elif value is not None:
            sheet.write_number(number, place, value)
