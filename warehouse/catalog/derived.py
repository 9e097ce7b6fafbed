"""How a value follows from others, as declared in YAML: `elapsed`, `case` and `number`."""

from collections.abc import Mapping
from typing import Any

from warehouse.catalog.declared import Declared
from warehouse.catalog.model import Case, Derived, Elapsed, Number, ValueType, WindowSum

DERIVED: Mapping[str, ValueType] = {
    "elapsed": ValueType.INTEGER,
    "case": ValueType.TEXT,
    "number": ValueType.DECIMAL,
}
"""The keys of derived attributes and the type each gives."""
MOST_MONTHS = 120
"""No sum reaches further back."""
PAIRS = frozenset({"difference", "ratio", "share", "change"})
SUMS = frozenset({"sum", "mean"})


def derived_key(declared: Declared) -> str | None:
    """Which of the keys is there; None for a stored attribute."""
    found = [key for key in DERIVED if declared.has(key)]
    if len(found) > 1:
        raise declared.fail(f"either {' or '.join(f'`{key}`' for key in found)}")
    return found[0] if found else None


def read_derived(declared: Declared) -> Derived | None:
    """What is under the key, or None for a stored attribute."""
    match derived_key(declared):
        case "elapsed":
            return _elapsed(declared.at("elapsed").only("unit", "of"))
        case "case":
            return _case(declared.at("case").only("branches", "otherwise"))
        case "number":
            return _number(declared.at("number"))
    return None


def _number(declared: Declared) -> Number:
    form, place = _single(declared.only(*SUMS, *PAIRS, "total"))
    if form in SUMS:
        return Number("value", (_window(place, mean=form == "mean"),))
    operands = tuple(_operand(element) for element in place.elements())
    if len(operands) != 2 and (form in PAIRS or len(operands) < 2):
        raise place.fail("expected two operands" + ("" if form in PAIRS else " or more"))
    return Number(form, operands)


def _operand(declared: Declared) -> WindowSum | str:
    kind, place = _single(declared.only(*SUMS, "attr"))
    return place.text() if kind == "attr" else _window(place, mean=kind == "mean")


def _single(declared: Declared) -> tuple[str, Declared]:
    found = list(declared.items())
    if len(found) != 1:
        raise declared.fail(f"expected one key, not {len(found)}")
    return found[0]


def _window(declared: Declared, *, mean: bool) -> WindowSum:
    declared.only("fact", "measure", "months", "back")
    months = _months(declared.at("months"), 1)
    back = _months(declared.at("back"), 0) if declared.has("back") else 0
    if months + back > MOST_MONTHS:
        raise declared.fail(f"reaches {months + back} months back; the most is {MOST_MONTHS}")
    return WindowSum(declared.at("fact").text(), declared.at("measure").text(), months, back, mean)


def _months(declared: Declared, least: int) -> int:
    n = declared.content
    if type(n) is not int or n < least:
        raise declared.fail(f"expected a number of months from {least} on")
    return n


def _elapsed(declared: Declared) -> Elapsed:
    unit = declared.at("unit")
    if unit.content not in {"day", "month", "year"}:
        raise unit.fail("expected day, month or year")
    return Elapsed(unit=unit.text(), of=declared.at("of").text())


def _case(declared: Declared) -> Case:
    branches = tuple(_branch(branch) for branch in declared.at("branches").elements())
    if not branches:
        raise declared.fail("a case has at least one branch")
    otherwise = declared.at("otherwise")
    return Case(branches=branches, otherwise=None if otherwise.content is None else otherwise.text())


def _branch(declared: Declared) -> tuple[dict[str, Any], str]:
    declared.only("when", "then")
    when = declared.at("when")
    _refuse_inexact(when)
    return dict(when.mapping()), declared.at("then").text()


def _refuse_inexact(declared: Declared) -> None:
    """Conditions are kept as JSON: no binary floats, which decide inexactly, and no YAML dates."""
    content = declared.content
    if isinstance(content, dict):
        for value in dict(declared.items()).values():
            _refuse_inexact(value)
    elif isinstance(content, list):
        for element in declared.elements():
            _refuse_inexact(element)
    elif not isinstance(content, str | int | bool):
        raise declared.fail(f"expected a text, a whole number or true / false, not {content!r}")
