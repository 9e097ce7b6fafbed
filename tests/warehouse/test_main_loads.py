"""Which data sets come from one load all but a few: what of their keys can have been sent twice."""

from datetime import date
from pathlib import Path

import pytest

from warehouse.builds.main_loads import MainLoad, main_load, told_once
from warehouse.builds.model import Dataset, Load

DEVICE = Dataset("device", ("imei", "msisdn"), {"imei": "VARCHAR", "msisdn": "VARCHAR"})


def sent(rows: int, *, mode: str = "upsert", key: tuple[str, ...] = ("imei",), source: str = "dms") -> Load:
    name = f"{source}-{rows}"
    return Load("device", source, name, date(2026, 7, 1), mode, (Path(name),), key=key, rows=rows)


@pytest.mark.parametrize(
    ("loads", "found"),
    [
        ([sent(5)], MainLoad(0, alone=True)),
        ([sent(9, mode="append"), sent(5)], MainLoad(1, alone=True)),
        ([sent(1), sent(4)], MainLoad(1, alone=False)),
        (
            [sent(1), sent(1), sent(7)],
            None,
        ),  # of several, whose keys may repeat one another, there are too many
        ([sent(5, key=())], None),
        ([sent(5, key=("imei", "tac"))], None),  # one key of the data set may have several rows in the load
        ([sent(9, mode="append")], None),
        ([], None),
    ],
)
def test_the_main_load(loads: list[Load], found: MainLoad | None) -> None:
    assert main_load(DEVICE, list(enumerate(loads))) == found


def test_a_file_that_was_replaced_is_no_second_telling() -> None:
    twice = [sent(5, mode="full"), sent(6, mode="full")]
    assert told_once([DEVICE], twice) == {"device"}
    assert told_once([DEVICE], [*twice, sent(6, mode="full", source="other")]) == set()
