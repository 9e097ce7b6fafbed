"""The one fold function."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.text import fold, fold_text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ёлка", "елка"),
        ("O‘ZBEK Oʻz O`z Oʼz O´z", "o'zbek o'z o'z o'z o'z"),
        ("ＡＢＣ ﬁ", "abc fi"),
        ("İ", "i"),
        ("", ""),
    ],
)
def test_folds(text: str, folded: str) -> None:
    assert fold_text(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


def test_null_stays_null() -> None:
    assert fold(pa.array([None, "A"])).to_pylist() == [None, "a"]
