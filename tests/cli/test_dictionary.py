"""The data dictionary says what the catalogue says."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.main import main
from pipelines.lib.canonical import MODELS
from warehouse.catalog.dictionary import dictionary
from warehouse.catalog.loader import load_catalog, semantic_files

PAGE = MODELS.parent / "docs" / "dictionary.md"


@pytest.fixture
def vitrina(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    def call(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["vitrina", *map(str, arguments)])
        main()
        return capsys.readouterr().out

    return call


def test_the_page_in_docs_is_that_of_the_catalogue() -> None:
    """`vitrina dictionary --product --out docs/dictionary.md` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == dictionary(load_catalog(semantic_files(MODELS)))


def test_every_row_has_its_cells(vitrina: Callable[..., str]) -> None:
    """A label with a bar or a line break in it must not break the table."""
    rows = [line for line in vitrina("dictionary", "--product").splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} <= {3, 5, 6}


def test_a_deployment_has_its_own_page(tmp_path: Path, vitrina: Callable[..., str]) -> None:
    (tmp_path / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "own.yml").write_text(
        "attributes: {customer: {days_since_registration: {elapsed: {unit: day, of: registered_on}, unit: day, "
        "group: life_cycle, labels: {en: Days known, ru: Дней с регистрации}, missing: {en: Unknown, ru: Нет}, "
        "lineage: customer.registered_on}}}",
        encoding="utf-8",
    )
    vitrina("--home", tmp_path, "dictionary", "--out", tmp_path / "page.md")
    assert "| `days_since_registration` | integer, day | Days known / Дней с регистрации | Unknown |" in (
        tmp_path / "page.md"
    ).read_text(encoding="utf-8")
    catalog = json.loads(vitrina("--home", tmp_path, "--json", "dictionary"))
    assert "days_since_registration" in catalog["entities"]["customer"]["attributes"]
