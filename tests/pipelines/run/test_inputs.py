"""What a build is given, after declarations have changed and files have gone."""

from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.ingest.run import ingest
from pipelines.lib.inputs import BuildInputs, read_inputs
from store import migrate_store, open_store
from warehouse.builds.model import BuildError
from warehouse.settings import load_settings

CUSTOMERS = """
source: crm
datasets:
  - dataset: customer
    files: "inbox/customers_{date:%Y%m%d}.csv"
    format: csv
    load: LOAD
    columns: {customer_id: id, kind: {constant: person}}
    control_totals: {file: "inbox/customers_{date:%Y%m%d}.ctl"}
"""
EXTENSION = """
source: SOURCE
datasets:
  - dataset: extension
    name: SOURCE
    entity: customer
    files: "inbox/SOURCE_{date:%Y%m%d}.csv"
    format: csv
    load: full
    columns:
      customer_id: id
"""
COLUMN = "      {name}: {{column: {name}, type: integer, labels: {{en: {name}, ru: {name}}}}}\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    for folder in ("sources", "inbox"):
        (tmp_path / folder).mkdir()
    migrate_store(tmp_path)
    bring(tmp_path, "customers_20260601.csv", "id\nA\nB\n")
    bring(tmp_path, "customers_20260601.ctl", '{"rows": 2}')
    declare(tmp_path, "crm", CUSTOMERS.replace("LOAD", "full"))
    return tmp_path


def bring(home: Path, name: str, content: str) -> None:
    (home / "inbox" / name).write_text(content, encoding="utf-8")


def declare(home: Path, name: str, content: str) -> None:
    (home / "sources" / f"{name}.yml").write_text(content, encoding="utf-8")


def extension(source: str, *columns: str) -> str:
    return EXTENSION.replace("SOURCE", source) + "".join(COLUMN.format(name=name) for name in columns)


def loaded(home: Path) -> BuildInputs:
    settings = load_settings(home)
    with closing(open_store(home)) as store:
        ingest(settings, store).raise_for_problems()
    return read_inputs(settings)


def test_a_column_dropped_from_a_declaration_leaves_the_catalogue_too(home: Path) -> None:
    declare(home, "club", extension("club", "points", "level"))
    bring(home, "club_20260601.csv", "id,points,level\nA,1,2\n")
    loaded(home)
    (home / "inbox" / "club_20260601.csv").unlink()
    declare(home, "club", extension("club", "points"))
    bring(home, "club_20260701.csv", "id,points\nA,3\n")
    inputs = loaded(home)
    assert [dict(each.columns) for each in inputs.extensions] == [{"points": "BIGINT"}]
    assert "points" in inputs.catalog.entities["customer"].attributes
    assert "level" not in inputs.catalog.entities["customer"].attributes


def test_two_extensions_with_one_column_are_refused(home: Path) -> None:
    for source in ("club", "poll"):
        declare(home, source, extension(source, "points"))
        bring(home, f"{source}_20260601.csv", "id,points\nA,1\n")
    with pytest.raises(BuildError, match="points: brought by the extensions club and poll"):
        loaded(home)


@pytest.mark.parametrize(("mode", "stated"), [("full", 3), ("append", 5), ("upsert", None)])
def test_stated_totals_are_those_of_what_is_in_force(home: Path, mode: str, stated: int | None) -> None:
    declare(home, "crm", CUSTOMERS.replace("LOAD", mode))
    bring(home, "customers_20260701.csv", "id\nA\nB\nC\n")
    bring(home, "customers_20260701.ctl", '{"rows": 3}')
    announced = loaded(home).announced
    assert announced == ({} if stated is None else {"customer.rows": Decimal(stated)})


def test_sources_known_from_different_days_give_the_newest_as_of(home: Path) -> None:
    declare(home, "club", extension("club", "points"))
    bring(home, "club_20260815.csv", "id,points\nA,1\n")
    inputs = loaded(home)
    assert (inputs.as_of, inputs.known_on) == (date(2026, 8, 15), date(2026, 8, 15))
    assert {state.dataset: state.known_from for state in inputs.states} == {
        "customer": date(2026, 6, 1),
        "extension.club": date(2026, 8, 15),
    }
