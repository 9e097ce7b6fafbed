"""What raw says, wherever it lies: to be compared before and after."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipelines.ingest.raw import all_loads
from pipelines.ingest.raw_load import RawLoad, manifest_text
from warehouse.files.packs import LOAD, ROW


def said(home: Path) -> list[dict[str, Any]]:
    """Per load, in order: its manifest, its columns, its rows and its rejected rows in the order of their file."""
    return [
        {
            "manifest": manifest_text(load),
            "rows": _rows(load.files[0], load),
            "rejects": _rows(load.rejects, load) if load.rejects else None,
        }
        for load in all_loads(home)
    ]


def folders(home: Path) -> list[str]:
    """Folders of raw, by name; those of single loads and those of packs."""
    return sorted(path.parent.name for path in (home / "raw").glob("*/*/*/part-00000.parquet"))


def _rows(file: Path, load: RawLoad) -> tuple[list[str], list[dict[str, Any]]]:
    table = pq.ParquetFile(file).read()
    if load.packed:
        rows = [row for row in table.to_pylist() if row[LOAD] == load.load_id]
        assert [row[ROW] for row in rows] == list(range(len(rows)))
        table = table.drop_columns([LOAD, ROW])
        rows = [{name: row[name] for name in table.column_names} for row in rows]
    else:
        rows = table.to_pylist()
    return [f"{field.name} {field.type}" for field in table.schema], rows
