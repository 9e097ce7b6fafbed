"""The numbers a column can hold, by its storage type."""

from decimal import Decimal

import pytest

from segments.compiler.operands import stored_range
from warehouse.catalog.model import ValueType

WHOLE = [
    ("TINYINT", -(2**7), 2**7 - 1),
    ("SMALLINT", -(2**15), 2**15 - 1),
    ("INTEGER", -(2**31), 2**31 - 1),
    ("BIGINT", -(2**63), 2**63 - 1),
    ("UTINYINT", 0, 2**8 - 1),
    ("USMALLINT", 0, 2**16 - 1),
    ("UINTEGER", 0, 2**32 - 1),
    ("UBIGINT", 0, 2**64 - 1),
]


@pytest.mark.parametrize(("storage", "low", "high"), WHOLE)
def test_whole_numbers(storage: str, low: int, high: int) -> None:
    found = stored_range(storage, ValueType.INTEGER, 0)
    assert (found.scale, int(found.low), int(found.high)) == (0, low, high)
    assert found.kind == ("wide" if high >= 2**63 else "integer")


def test_decimals() -> None:
    found = stored_range("DECIMAL(18,2)", ValueType.DECIMAL, 5)
    assert (found.scale, found.kind) == (2, "decimal(18,2)")
    assert (found.low, found.high) == (Decimal("-9999999999999999.99"), Decimal("9999999999999999.99"))
    assert stored_range("DECIMAL(4, 1)", ValueType.DECIMAL, 0).high == Decimal("999.9")


def test_unknown_storage_is_as_wide_as_its_kind() -> None:
    assert stored_range(None, ValueType.INTEGER, 0).high == 2**63 - 1
    found = stored_range(None, ValueType.DECIMAL, 3)
    assert (found.scale, found.kind) == (3, "decimal(38,3)")


def test_rounding_to_the_scale() -> None:
    cents = stored_range("DECIMAL(18,2)", ValueType.DECIMAL, 2)
    assert (cents.floor(Decimal("1.005")), cents.ceiling(Decimal("1.005"))) == (
        Decimal("1.00"),
        Decimal("1.01"),
    )
    assert (cents.floor(Decimal("-1.005")), cents.ceiling(Decimal("-1.005"))) == (
        Decimal("-1.01"),
        Decimal("-1.00"),
    )
    assert cents.floor(Decimal("1.01")) == cents.ceiling(Decimal("1.01")) == Decimal("1.01")
