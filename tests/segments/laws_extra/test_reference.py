"""The reference's own words: folding, so that two equal mistakes on either side can't hide each other."""

import pytest

from segments.conditions.matches import Reference
from segments.conditions.reference.values import fold
from tests.segments.golden.case_files import CASES, load_case
from warehouse.access import RowScope


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ёлка", "елка"),
        ("OʻZBEKISTON", "o'zbekiston"),
        ("`´ʹʻʼʽ‘’‛′＇｀", "'" * 12),
        ("Straße", "straße"),
        ("ＡＢ ①", "ab 1"),
        ("a b", "a b"),
        ("İstanbul", "istanbul"),
        ("~ - _", "~ - _"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_condition_without_a_value_has_none_to_tell() -> None:
    data = load_case(CASES / "counts_and_lists.yml").data
    row = data.tables["customer_360"][0]
    with pytest.raises(KeyError, match="list"):
        Reference(data).value({"list": "some"}, "customer", row)


def test_a_document_is_about_customers_where_it_does_not_say() -> None:
    reference = Reference(load_case(CASES / "counts_and_lists.yml").data)
    assert reference.members({"version": 1, "where": None}) == frozenset(reference.universe("customer"))


def test_who_sees_everything_is_answered_as_if_there_were_no_scope() -> None:
    reference = Reference(load_case(CASES / "scope_of_the_reader.yml").data)
    assert reference.seen_by(RowScope(everything=True)) is reference
    assert not reference.seen_by(RowScope()).universe("customer")
