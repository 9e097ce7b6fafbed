"""Raw as the models find it, when declarations have changed between its loads."""

from collections.abc import Mapping
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.lib.canonical import canonical_datasets
from warehouse.builds.model import BuildError, Extension
from warehouse.builds.prepare import prepare_database

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
OLD = Extension("club", {"level": "VARCHAR"})


def club_rows(raw: Any, old: Extension, old_row: Mapping[str, Any], new: Extension) -> list[tuple[Any, ...]]:
    """What the models see of the extension `new` after an older load in the shape of `old`."""
    raw.add(old.dataset(), [{"customer_id": "P1", **old_row}], known_from=JUNE)
    raw.add(new.dataset(), [{"customer_id": "P2"}], known_from=JULY)
    database: Path = raw.home / "build.duckdb"
    prepare_database(
        database, raw.home, datasets=canonical_datasets(), extensions=[new], loads=raw.loads, as_of=JULY
    )
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        return connection.sql("select * from raw.extension_club order by customer_id").fetchall()


def test_a_column_declared_later_is_unknown_in_older_loads(raw: Any) -> None:
    new = Extension("club", {"level": "VARCHAR", "points": "BIGINT"})
    assert club_rows(raw, OLD, {"level": "gold"}, new) == [("P1", "gold", None), ("P2", None, None)]


def test_a_column_no_longer_declared_is_left_out(raw: Any) -> None:
    old = Extension("club", {"level": "VARCHAR", "points": "BIGINT"})
    assert club_rows(raw, old, {"level": "gold", "points": 7}, OLD) == [("P1", "gold"), ("P2", None)]


@pytest.mark.parametrize(
    ("was", "value", "kind", "read"),
    [
        ("BIGINT", 7, "DECIMAL(18,2)", Decimal("7.00")),
        ("DECIMAL(18,2)", Decimal("1.25"), "DECIMAL(18,4)", Decimal("1.2500")),
        ("DATE", date(2026, 5, 1), "TIMESTAMP", datetime(2026, 5, 1)),  # noqa: DTZ001 - as raw holds it
        ("BIGINT", 7, "VARCHAR", "7"),
    ],
)
def test_a_wider_type_reads_older_values(raw: Any, was: str, value: Any, kind: str, read: Any) -> None:
    rows = club_rows(raw, Extension("club", {"x": was}), {"x": value}, Extension("club", {"x": kind}))
    assert rows[0] == ("P1", read)


@pytest.mark.parametrize(("was", "kind"), [("VARCHAR", "BIGINT"), ("DECIMAL(18,2)", "DECIMAL(18,1)")])
def test_a_type_that_does_not_hold_older_values_is_refused(raw: Any, was: str, kind: str) -> None:
    words = r"extension_club\.x: declared as .* now, but load load0000 of source billing"
    with pytest.raises(BuildError, match=words):
        club_rows(raw, Extension("club", {"x": was}), {"x": 1}, Extension("club", {"x": kind}))
