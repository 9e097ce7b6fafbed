"""Raw files of a made-up deployment, small enough to be worked out by hand."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.lib.canonical import canonical_datasets
from warehouse.builds.model import Dataset, Load

DATASETS = {dataset.name: dataset for dataset in canonical_datasets()}


class RawFiles:
    """Writes loads one after another; `loads` holds them in order."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.loads: list[Load] = []

    def add(
        self,
        dataset: str | Dataset,
        rows: Sequence[Mapping[str, Any]],
        *,
        known_from: date,
        mode: str = "upsert",
        source: str = "billing",
    ) -> Load:
        """One load with these rows; columns that a row leaves out are NULL."""
        shape = DATASETS[dataset] if isinstance(dataset, str) else dataset
        load_id = f"load{len(self.loads):04d}"
        file = self.home / "raw" / shape.name / source / load_id / "part-00000.parquet"
        file.parent.mkdir(parents=True)
        with duckdb.connect() as connection:
            columns = ", ".join(f'"{name}" {kind}' for name, kind in shape.columns.items())
            connection.execute(f"create table rows ({columns})")
            marks = ", ".join("?" for _ in shape.columns)
            for row in rows:
                unknown = set(row) - set(shape.columns)
                assert not unknown, unknown
                connection.execute(f"insert into rows values ({marks})", [row.get(c) for c in shape.columns])
            connection.execute(f"copy rows to '{file}' (format parquet)")
        load = Load(shape.name, source, load_id, known_from, mode, (file,))
        self.loads.append(load)
        return load
