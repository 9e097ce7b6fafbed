"""Sentences a person has read, over the product's own catalogue; together they cover the format."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from segments.conditions.check import check
from segments.conditions.describe import LANGUAGES, describe
from segments.conditions.nodes import AGGREGATES, OPERATORS, QUANTIFIERS, UNITS
from segments.conditions.read import loads, parse
from segments.references import IdList, MemoryReferences, SavedSegment
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
NODES = {"all", "any", "not", "attr", "fact", "change", "related", "segment", "list", "sequence"}
WINDOWS = {"last", "this", "from", "all"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_the_sentence_is_the_one_a_person_has_read(case: dict[str, Any]) -> None:
    document = parse(loads(json.dumps(case["document"])))
    assert not check(document, CATALOG, EVERYONE, REFERENCES)
    assert {language: describe(document, CATALOG, language) for language in LANGUAGES} == {
        language: case[language] for language in LANGUAGES
    }


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """All objects of a document."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)


def test_together_they_cover_the_format() -> None:
    found = [part for case in CASES for part in parts(case["document"])]
    assert {key for part in found for key in part} >= NODES
    assert {part.get("op") for part in found} >= OPERATORS
    assert {part.get("agg") for part in found} >= set(AGGREGATES)
    assert {part.get("quantifier") for part in found} >= set(QUANTIFIERS)
    windows = [part["window"] for part in found if "window" in part]
    assert {next(iter(window)) for window in windows} >= WINDOWS
    assert {window["unit"] for window in windows if "last" in window} == set(UNITS)
    assert {window["this"] for window in windows if "this" in window} == set(UNITS)
    assert {part["unit"] for part in found if "n" in part} == set(UNITS)
    assert {part["as"] for part in found if "as" in part} == {"percent", "absolute"}


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
