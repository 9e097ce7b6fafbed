"""A moment that is shown names the same moment when it is copied into a document."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from segments.answers import plain
from segments.moments import as_instants, local
from tests.segments.golden.case_files import load_cases
from tests.segments.proof.evaluators import ENGINES, InService
from tests.segments.proof.run import Open
from tests.segments.world.exchange import EVERYONE, as_read

CASE = next(case for case in load_cases() if case.file == "seed_16_date_and_timestamp.yml")


@pytest.mark.parametrize("start", ENGINES)
def test_what_why_and_members_show_can_be_asked_for(start: Open, tmp_path: Path) -> None:
    opened = start(CASE.data, tmp_path)
    assert isinstance(opened, InService)
    asked = as_read({"version": 1, "entity": "customer", "where": {"attr": "last_login", "op": "is_set"}})
    page = opened.service.members(asked, EVERYONE, attributes=["last_login"])
    assert page.rows.schema.field("last_login").type == pa.timestamp("us", tz="UTC")
    rows = page.to_json()["rows"]
    assert rows
    for row in rows:
        answer = opened.service.why(asked, row["id"], EVERYONE).to_json()
        assert answer["tree"]["found"] == row["last_login"]
        again = {"attr": "last_login", "op": "eq", "value": row["last_login"]}
        assert row["id"] in opened.ids(as_read({"version": 1, "entity": "customer", "where": again}))
        assert datetime.fromisoformat(row["last_login"]).tzinfo is not None
    opened.close()


@pytest.mark.parametrize(
    ("moment", "zone", "shown"),
    [
        ("2026-06-29T20:00:00", "Asia/Tashkent", "2026-06-30T01:00:00+05:00"),
        ("2026-06-29T20:00:00+00:00", "Asia/Tashkent", "2026-06-30T01:00:00+05:00"),
        ("2026-10-25T00:30:00", "Europe/Berlin", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T01:30:00", "Europe/Berlin", "2026-10-25T02:30:00+01:00"),
        ("1900-01-01T00:00:00", "Asia/Tashkent", "1900-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:00", "Asia/Tashkent", "9999-12-31T23:59:00+00:00"),
    ],
)
def test_a_moment_is_shown_in_one_way(moment: str, zone: str, shown: str) -> None:
    assert plain(local(datetime.fromisoformat(moment), ZoneInfo(zone))) == shown


def test_only_moments_are_marked() -> None:
    table = pa.table({"d": [date(2026, 1, 1)], "t": pa.array([0], pa.timestamp("us"))})
    assert [str(field.type) for field in as_instants(table).schema] == [
        "date32[day]",
        "timestamp[us, tz=UTC]",
    ]
