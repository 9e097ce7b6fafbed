"""The reference's own words: folding, so that two equal mistakes on either side can't hide each other."""

import pytest

from segments.conditions.reference.values import fold


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
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded
