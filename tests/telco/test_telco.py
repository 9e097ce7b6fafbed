"""The public set of 7,043 telecom customers: mapping files alone, then the known numbers."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.client import VitrinaClient
from tests.telco.deployment import DATA, MISSING, ROOT, telco_home, vitrina

SEGMENTS = ROOT / "examples" / "telco_churn" / "segments"
KNOWN = {
    "all": 7043,
    "gone": 1869,
    "month_to_month": 3875,
    "month_to_month_gone": 1655,
    "fibre_month_to_month_new": 916,
    "no_total_charges": 11,
}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=MISSING)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return telco_home(tmp_path_factory)


@pytest.mark.parametrize(("name", "count"), KNOWN.items())
def test_the_command_line_gives_the_known_numbers(home: Path, name: str, count: int) -> None:
    answer = vitrina("--home", home, "segment", "count", SEGMENTS / f"{name}.json")
    assert (answer["count"], answer["universe"], answer["as_of"]) == (count, 7043, "2020-01-01")


def test_the_share_of_the_gone_is_the_published_one() -> None:
    assert f"{100 * KNOWN['gone'] / KNOWN['all']:.2f}" == "26.54"


def test_the_service_gives_the_same_numbers(home: Path) -> None:
    key = (home / "secrets" / "admin.key").read_text(encoding="utf-8").strip()
    with closing(VitrinaClient(app=create_app(home), key=key)) as client:
        counts = {name: client.count(document(name))["count"] for name in KNOWN}
    assert counts == KNOWN


def document(name: str) -> dict[str, Any]:
    return json.loads((SEGMENTS / f"{name}.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]
