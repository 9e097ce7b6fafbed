"""Numbers of the catalogue as declared: every form, every fault, protection, a deployment's own."""

import json
from collections.abc import Callable
from dataclasses import replace
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
from warehouse.catalog.model import OPERATORS, Attribute, Catalog, Number, ValueType, WindowSum

GROUPS = "groups:\n  main: {labels: {en: Main, ru: Главное}}"
HEAD = (
    GROUPS
    + CUSTOMER
    + """      limit: {type: decimal, scale: 2, labels: {en: Limit, ru: Предел}}
      heads: {type: integer, labels: {en: Heads, ru: Люди}}
facts:
  payment:
    table: fct_payment
    keys: {customer: customer_no}
    business_date: paid_on
    order: [paid_on]
    labels: {en: Payments, ru: Платежи}
    measures:
      amount: {type: decimal, scale: 2, labels: {en: Amount, ru: Сумма}}
      due_on: {type: date, labels: {en: Due, ru: Срок}}
  visit:
    table: fct_visit
    keys: {}
    business_date: visited_on
    order: [visited_on]
    labels: {en: Visits, ru: Визиты}
    measures:
      minutes: {type: integer, labels: {en: Minutes, ru: Минуты}}
"""
)
SUM = "sum: {fact: payment, measure: amount, months: 3}"
BEFORE = "{mean: {fact: payment, measure: amount, months: 6, back: 1}}"
LAST_3 = WindowSum("payment", "amount", 3)
MEAN_6 = WindowSum("payment", "amount", 6, 1, mean=True)

Read = Callable[[str], Catalog]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The catalogue with an attribute `x` of a deployment's own file."""

    def load(x: str, head: str = HEAD) -> Catalog:
        product, own = tmp_path / "product.yml", tmp_path / "own.yml"
        product.write_text(head, encoding="utf-8")
        own.write_text(
            f"attributes: {{customer: {{x: {{{x}, labels: {{en: X, ru: X}}}}}}}}", encoding="utf-8"
        )
        return load_catalog([product, own])

    return load


@pytest.mark.parametrize(
    ("number", "made"),
    [
        (SUM, Number("value", (LAST_3,))),
        (f"change: [{{{SUM}}}, {BEFORE}]", Number("change", (LAST_3, MEAN_6))),
        (f"share: [{{{SUM}}}, {{attr: limit}}]", Number("share", (LAST_3, "limit"))),
        ("ratio: [{attr: limit}, {attr: heads}]", Number("ratio", ("limit", "heads"))),
        (f"difference: [{{attr: limit}}, {{{SUM}}}]", Number("difference", ("limit", LAST_3))),
        (
            "total: [{attr: limit}, {attr: heads}, {attr: limit}]",
            Number("total", ("limit", "heads", "limit")),
        ),
    ],
)
def test_a_deployment_declares_a_number(read: Read, number: str, made: Number) -> None:
    catalog = read(f"number: {{{number}}}, scale: 1")
    found = catalog.entities["customer"].attributes["x"]
    assert (found.derived, found.type, found.scale, found.column) == (made, ValueType.DECIMAL, 1, None)
    assert found.operators == OPERATORS[ValueType.DECIMAL]
    assert catalog_from_json(json.loads(json.dumps(catalog_to_json(catalog)))) == catalog


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (f"number: {{{SUM}}}", "a decimal states its `scale`"),
        (f"number: {{{SUM}}}, scale: 7", "at most 6 places"),
        ("number: {}, scale: 1", "number: expected one key, not 0"),
        (f"number: {{{SUM}, total: []}}, scale: 1", "number: expected one key, not 2"),
        ("number: {median: []}, scale: 1", "unknown key median"),
        (f"number: {{change: [{{{SUM}}}]}}, scale: 1", "number.change: expected two operands"),
        ("number: {total: [{attr: limit}]}, scale: 1", "number.total: expected two operands or more"),
        ("number: {ratio: [{attr: limit}, {attr: heads}, {attr: limit}]}, scale: 1", "expected two operands"),
        ("number: {ratio: [{attr: limit}, {number: heads}]}, scale: 1", "ratio.1: unknown key number"),
        ("number: {sum: {fact: payment, measure: amount, months: 0}}, scale: 1", "months from 1 on"),
        ("number: {sum: {fact: payment, measure: amount, months: 1.5}}, scale: 1", "months from 1 on"),
        (
            "number: {sum: {fact: payment, measure: amount, months: 1, back: -1}}, scale: 1",
            "months from 0 on",
        ),
        (
            "number: {sum: {fact: payment, measure: amount, months: 1, back: 120}}, scale: 1",
            "the most is 120",
        ),
        ("number: {sum: {fact: refund, measure: amount, months: 1}}, scale: 1", "no fact refund of customer"),
        ("number: {sum: {fact: visit, measure: minutes, months: 1}}, scale: 1", "no fact visit of customer"),
        ("number: {sum: {fact: payment, measure: tax, months: 1}}, scale: 1", "no measure tax"),
        ("number: {sum: {fact: payment, measure: due_on, months: 1}}, scale: 1", "no measure due_on that is"),
        ("number: {ratio: [{attr: limit}, {attr: height}]}, scale: 1", "height is no stored number"),
        (
            "number: {ratio: [{attr: limit}, {attr: customer_id}]}, scale: 1",
            "customer_id is no stored number",
        ),
        ("number: {ratio: [{attr: limit}, {attr: x}]}, scale: 1", "x is no stored number"),
        (f"number: {{{SUM}}}, scale: 1, elapsed: {{unit: day, of: x}}", "either `elapsed` or `number`"),
    ],
)
def test_a_wrong_number_is_named(read: Read, number: str, words: str) -> None:
    with pytest.raises(CatalogError, match=words):
        read(number)


@pytest.mark.parametrize(
    ("before", "source", "number"),
    [
        ("amount: {", "payment.amount", SUM),
        ("heads: {", "heads", "ratio: [{attr: limit}, {attr: heads}]"),
    ],
)
def test_a_number_is_as_protected_as_what_it_is_made_of(
    read: Read, before: str, source: str, number: str
) -> None:
    head = HEAD.replace(before, f"{before}sensitivity: personal, group: main, ")
    plain = f"number: {{{number}}}, scale: 1"
    with pytest.raises(CatalogError, match=rf"x: {source} is personal \(group main\): be so too"):
        read(plain, head)
    read(f"{plain}, sensitivity: personal, group: main", head)
    told: Attribute = read(f"{plain}, reveals: [{source}]", head).entities["customer"].attributes["x"]
    assert told.reveals == (source,)


def test_the_guides_example_is_an_addition_to_the_product(tmp_path: Path) -> None:
    guide = (MODELS.parent / "docs" / "segments.md").read_text(encoding="utf-8")
    own = tmp_path / "own.yml"
    own.write_text(guide.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    catalog = load_catalog([*semantic_files(MODELS), own])
    made = catalog.entities["customer"].attributes["payment_rhythm"].derived
    assert made == Number("change", (replace(LAST_3, months=1), replace(MEAN_6, months=12)))
