"""Sentences a person has read, over the product's own catalogue; together they cover the format."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from segments.conditions.check import check
from segments.conditions.describe import LANGUAGES, describe
from segments.conditions.read import loads, parse
from segments.references import IdList, MemoryReferences, SavedSegment
from tests.segments.world.format import missing
from warehouse.access import Actor, RowScope
from warehouse.catalog.loader import load_catalog, semantic_files

ROOT = Path(__file__).resolve().parents[3]
CASES = yaml.safe_load((Path(__file__).parent / "golden.yml").read_text(encoding="utf-8"))
CATALOG = load_catalog(semantic_files(ROOT / "models"))
EVERYONE = Actor("test", RowScope(everything=True), None)
REFERENCES = MemoryReferences(
    segments=tuple(SavedSegment("churners", n, {"version": 1, "where": None}) for n in (1, 2)),
    lists=(IdList("vip-2026", "customer", "v", pa.array([], pa.string())),),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_the_sentence_is_the_one_a_person_has_read(case: dict[str, Any]) -> None:
    document = parse(loads(json.dumps(case["document"])))
    assert not check(document, CATALOG, EVERYONE, REFERENCES)
    assert {language: describe(document, CATALOG, language) for language in LANGUAGES} == {
        language: case[language] for language in LANGUAGES
    }


def test_together_they_cover_the_format() -> None:
    assert not missing(case["document"] for case in CASES)


def test_the_purpose_is_said() -> None:
    document = parse({"version": 1, "where": None})
    assert describe(document, CATALOG, "ru", purpose="contact").endswith("вычитаются последними.")
    assert describe(document, CATALOG, "en") != describe(document, CATALOG, "en", purpose="contact")
    unlisted = {
        language: describe(document, CATALOG, language, purpose="contact", stop_lists=False)
        for language in LANGUAGES
    }
    assert unlisted["en"].endswith("so nobody is left out.")
    assert unlisted["ru"].endswith("поэтому никто не исключён.")
    assert describe(document, CATALOG, "en", stop_lists=False) == describe(document, CATALOG, "en")
