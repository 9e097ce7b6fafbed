"""Declarations become a catalogue, or an error that names file and key."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.lib.canonical import MODELS
from tests.warehouse.semantic_text import CUSTOMER
from warehouse.catalog.loader import (
    CatalogError,
    catalog_from_json,
    catalog_to_json,
    load_catalog,
    semantic_files,
)
from warehouse.catalog.model import OPERATORS, TEXT_SEARCH, Attribute, Case, Elapsed, Historic, ValueType

LABELS = {"en": "Score", "ru": "Балл"}
SCORE = Attribute("score", ValueType.INTEGER, LABELS, column="score", operators=OPERATORS[ValueType.INTEGER])
GROUPS = "groups:\n  main: {labels: {en: Main, ru: Главное}}"
HEAD = (
    GROUPS
    + CUSTOMER
    + """      born: {type: date, labels: {en: Born, ru: Дата}, missing: {en: Unknown, ru: Нет}}
"""
)
CASE = """
        case: {branches: [{when: {WHEN}, then: THEN}], otherwise: }
        values: {a: {en: a, ru: b}}
        labels: {en: a, ru: b}
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(text: str) -> Path:
        path = tmp_path / f"part{len(list(tmp_path.iterdir()))}.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def add(tmp_path: Path) -> Write:
    """Writes a deployment's additions, which lie in a folder of their own."""

    def write_file(text: str) -> Path:
        path = tmp_path / "catalog" / "additions.yml"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def test_the_products_catalogue_survives_json() -> None:
    catalog = load_catalog(semantic_files(MODELS))
    assert catalog_from_json(json.loads(json.dumps(catalog_to_json(catalog)))) == catalog
    customer = catalog.entities["customer"].attributes
    assert len(customer) >= 40
    assert customer["age"].derived == Elapsed("year", "birth_date")
    assert isinstance(customer["status"].derived, Case)
    assert {"en", "ru"} <= set.intersection(*(set(attribute.labels) for attribute in customer.values()))


def test_the_version_follows_the_content(write: Write) -> None:
    first = load_catalog([write(HEAD)])
    same = load_catalog([write("# a comment\n" + HEAD)])
    other = load_catalog([write(HEAD.replace("Дата", "Рождение"))])
    assert first.version == same.version != other.version


def test_text_search_wants_a_folded_copy(write: Write) -> None:
    plain = load_catalog([write(HEAD)]).entities["customer"].attributes["customer_id"]
    folded = HEAD.replace("customer_id: {type: text,", "customer_id: {type: text, folded: true,")
    searched = load_catalog([write(folded)]).entities["customer"].attributes["customer_id"]
    assert not plain.operators & TEXT_SEARCH
    assert (searched.folded, searched.operators) == ("customer_id__folded", OPERATORS[ValueType.TEXT])


def test_a_source_brings_attributes_and_the_deployment_presents_them(write: Write, add: Write) -> None:
    addition = add("""
attributes:
  customer:
    score: {type: integer, labels: {en: Loyalty, ru: Лояльность}, group: main, missing: {en: "-", ru: "-"}}
    age: {elapsed: {unit: year, of: born}, labels: {en: Age, ru: Возраст}}
""")
    attributes = (
        load_catalog([write(HEAD), addition], {"customer": {"score": SCORE}}).entities["customer"].attributes
    )
    assert attributes["score"].labels["en"] == "Loyalty"
    assert attributes["age"].derived == Elapsed("year", "born")


BESIDE = "attributes: {customer: {height: {type: text, labels: {en: a, ru: b}}}}"


def test_files_beside_an_entitys_own_declare_attributes_of_it(write: Write) -> None:
    # Whichever of the files is read first.
    for paths in ([write(HEAD), write(BESIDE)], [write(BESIDE), write(HEAD)]):
        attributes = load_catalog(paths).entities["customer"].attributes
        assert list(attributes) == ["customer_id", "born", "height"]
        assert attributes["height"].column == "height"


def test_what_stands_beside_is_taken_for_sources_and_for_other_files(write: Write) -> None:
    head, one, two = write(HEAD), write(BESIDE), write(BESIDE)
    with pytest.raises(CatalogError, match=r"attributes\.customer: height: declared twice") as failure:
        load_catalog([head, one, two])
    assert str(two) in str(failure.value)
    with pytest.raises(CatalogError, match="extension of customer declares height, which exists already"):
        load_catalog([head, one], {"customer": {"height": SCORE}})


@pytest.mark.parametrize(
    ("addition", "words"),
    [
        (
            "attributes: {customer: {score: {type: text, labels: {en: a, ru: b}}}}",
            "source declares it as integer",
        ),
        (
            "attributes: {customer: {height: {type: text, labels: {en: a, ru: b}}}}",
            "no source declares this column",
        ),
        ("attributes: {customer: {born: {type: date, labels: {en: a, ru: b}}}}", "exists already"),
        ("attributes: {invoice: {}}", "attributes.invoice: unknown entity"),
        ("groups: {main: {labels: {en: a, ru: b}}}", "groups.main: declared twice"),
        ("segments: {}", "unknown key segments"),
        ("groups: {other: {labels: {en: a}}}", "groups.other.labels: `ru` is missing"),
        ("- a list", "expected keys and values"),
        ("groups: [", "cannot be read"),
        (
            "groups: {a: {labels: {en: a, ru: b}}, a: {labels: {en: c, ru: d}}}",
            "the key a stands there twice",
        ),
        (
            "attributes: {customer: {x: {elapsed: {unit: day, of: customer_id}, labels: {en: a, ru: b}}}}",
            "entities.customer.x: `of` must name a stored date",
        ),
        (
            (
                "attributes: {customer: {x: {case: {branches: [{when: {attr: x}, then: a}], otherwise: null}, "
                "values: {a: {en: a, ru: b}}, labels: {en: a, ru: b}}}}"
            ),
            "entities.customer.x: a branch asks for x, which is no stored attribute",
        ),
    ],
)
def test_wrong_additions_are_named(write: Write, add: Write, addition: str, words: str) -> None:
    path = add(addition)
    with pytest.raises(CatalogError, match=words) as failure:
        load_catalog([write(HEAD), path], {"customer": {"score": SCORE}})
    assert str(path) in str(failure.value)


@pytest.mark.parametrize(
    ("attribute", "words"),
    [
        ("{type: number, labels: {en: a, ru: b}}", "x.type: unknown type 'number'"),
        ("{type: decimal, labels: {en: a, ru: b}}", "a decimal states its `scale`"),
        ("{type: date, labels: {en: a, ru: b}, operators: [contains]}", "contains does not fit date"),
        ("{type: text, labels: {en: a, ru: b}, operators: [contains]}", "without folded copy"),
        ("{type: text, labels: {en: a, ru: b}, sensitivity: high}", "x.sensitivity: unknown"),
        ("{type: text, labels: {en: a, ru: b}, group: other}", "x: unknown group other"),
        ("{type: text, column: born, labels: {en: a, ru: b}}", "two attributes live in column born"),
        (
            "{type: text, column: customer_no, labels: {en: a, ru: b}}",
            "x: a column of this name holds something",
        ),
        ("{elapsed: {unit: week, of: born}, labels: {en: a, ru: b}}", "x.elapsed.unit: expected day"),
        ("{elapsed: {unit: day, of: customer_id}, labels: {en: a, ru: b}}", "must name a stored date"),
        ("{case: {branches: [], otherwise: a}, labels: {en: a, ru: b}}", "at least one branch"),
        (
            CASE.replace("WHEN", "attr: height").replace("THEN", "a"),
            "asks for height, which is no stored attribute",
        ),
        (
            CASE.replace("WHEN", "attr: born, value: 1.5").replace("THEN", "a"),
            "when.value: expected a text, a whole number",
        ),
        (
            CASE.replace("WHEN", "attr: born").replace("THEN", "z"),
            "z is not among its `values`",
        ),
    ],
)
def test_wrong_attributes_are_named(write: Write, attribute: str, words: str) -> None:
    with pytest.raises(CatalogError, match=words):
        load_catalog([write(f"{HEAD}      x: {attribute}\n")])


PERSONAL = HEAD.replace("born: {type: date,", "born: {type: date, sensitivity: personal, group: main,")
OTHER_GROUP = PERSONAL.replace("entities:", "  other: {labels: {en: Other, ru: Другое}}\nentities:")
AGE = "elapsed: {unit: year, of: born}, labels: {en: a, ru: b}"
PUPIL = CASE.replace("{WHEN}", "{not: {attr: born, op: is_set}}").replace("THEN", "a")


@pytest.mark.parametrize(
    ("head", "attribute"),
    [
        (PERSONAL, f"{{{AGE}}}"),
        (PERSONAL, f"{{{AGE}, group: main}}"),
        (PERSONAL, f"{{{AGE}, sensitivity: personal}}"),
        (OTHER_GROUP, f"{{{AGE}, sensitivity: personal, group: other}}"),
        (PERSONAL.replace("personal", "secret"), f"{{{AGE}, sensitivity: personal, group: main}}"),
        (PERSONAL, PUPIL),
    ],
)
def test_what_tells_of_the_protected_is_protected_or_says_so(write: Write, head: str, attribute: str) -> None:
    text = f"{head}      x: {attribute}\n"
    with pytest.raises(
        CatalogError, match=r"customer\.x: born is (personal|secret) \(group main\): .*reveals"
    ):
        load_catalog([write(text)])
    block = attribute == PUPIL
    said = f"{attribute}        reveals: [born]" if block else f"{attribute[:-1]}, reveals: [born]}}"
    known = load_catalog([write(f"{head}      x: {said}\n")])
    assert known.entities["customer"].attributes["x"].reveals == ("born",)
    assert catalog_from_json(json.loads(json.dumps(catalog_to_json(known)))) == known


@pytest.mark.parametrize(
    "attribute",
    [f"{{{AGE}, sensitivity: personal, group: main}}", f"{{{AGE}, sensitivity: secret}}"],
)
def test_what_is_as_protected_as_its_source_reveals_nothing(write: Write, attribute: str) -> None:
    load_catalog([write(f"{PERSONAL}      x: {attribute}\n")])
    with pytest.raises(CatalogError, match="x: `reveals` names born, which it does not"):
        load_catalog([write(f"{PERSONAL}      x: {attribute[:-1]}, reveals: [born]}}\n")])


def test_of_the_products_catalogue_only_the_age_tells_of_something_protected() -> None:
    entities = load_catalog(semantic_files(MODELS)).entities.values()
    told = {attribute.name: attribute.reveals for e in entities for attribute in e.attributes.values()}
    assert {name: sources for name, sources in told.items() if sources} == {"age": ("birth_date",)}


HISTORIC = HEAD.replace("customer: customer_no\n", "customer: customer_no\n    history: hist_customer\n")


def test_historic_attributes_travel_with_the_release(write: Write) -> None:
    catalog = load_catalog([write(HISTORIC.replace("born: {", "born: {historic: known, "))])
    assert catalog.entities["customer"].history == "hist_customer"
    assert catalog.entities["customer"].attributes["born"].historic is Historic.KNOWN
    assert catalog_from_json(json.loads(json.dumps(catalog_to_json(catalog)))) == catalog


@pytest.mark.parametrize(
    ("head", "attribute", "message"),
    [
        (HEAD, "historic: known, ", "born: historic, but the entity has no history table"),
        (HISTORIC, "historic: sometimes, ", "historic: unknown 'sometimes'; known are as_of, known"),
        (HISTORIC, "historic: known, column: held_to, ", "history has another column held_to"),
    ],
)
def test_what_history_cannot_hold_is_refused(write: Write, head: str, attribute: str, message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        load_catalog([write(head.replace("born: {", "born: {" + attribute))])


@pytest.mark.parametrize("kind", Historic)
def test_rows_that_state_their_own_validity_were_there_as_it_is_known(write: Write, kind: Historic) -> None:
    """Where anything holds from the day on which it is said, so does that there is a row at all."""
    more = f"      seen: {{type: text, historic: {kind}, labels: {{en: S, ru: С}}, missing: {{en: Un, ru: Нет}}}}\n"
    born = HISTORIC.replace("born: {", "born: {historic: known, ")
    assert load_catalog([write(born + more)]).entities["customer"].presence is kind


def test_a_derived_attribute_is_not_historic_itself(write: Write) -> None:
    age = "      age: {elapsed: {unit: year, of: born}, historic: known, labels: {en: Age, ru: Возраст}}\n"
    with pytest.raises(CatalogError, match="`historic` is for stored attributes"):
        load_catalog([write(HISTORIC + age)])
