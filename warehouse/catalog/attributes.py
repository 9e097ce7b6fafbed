"""Attributes as declared in YAML -> `Attribute` values."""

from warehouse.catalog.declared import Declared
from warehouse.catalog.derived import DERIVED, derived_key, read_derived
from warehouse.catalog.model import (
    OPERATORS,
    TEXT_SEARCH,
    AllowedValue,
    Attribute,
    Historic,
    Sensitivity,
    ValueType,
)

KEYS = (
    *("type", "column", "labels", "group", "unit", "scale", "description", "missing", "values", "operators"),
    *("sensitivity", "folded", *DERIVED, "reveals", "lineage", "historic"),
)


def read_attribute(name: str, declared: Declared) -> Attribute:
    """One attribute. Without `column` it lives in the column of its own name; derived ones have none."""
    declared.only(*KEYS)
    derived = read_derived(declared)
    kind = _value_type(declared)
    folded = read_flag(declared, "folded")
    column = None if derived else declared.text_or("column", name)
    if folded and (kind is not ValueType.TEXT or column is None):
        raise declared.fail("`folded` is for stored texts")
    return Attribute(
        name=name,
        type=kind,
        labels=declared.at("labels").labels(),
        group=declared.text_or("group", ""),
        unit=declared.text_or("unit", ""),
        scale=_scale(declared, kind),
        description=declared.at("description").labels() if declared.has("description") else {},
        null_meaning=declared.at("missing").labels() if declared.has("missing") else {},
        values=_values(declared),
        operators=_operators(declared, kind, folded),
        sensitivity=_sensitivity(declared),
        column=column,
        folded=f"{column}__folded" if folded else None,
        derived=derived,
        reveals=declared.at("reveals").texts() if declared.has("reveals") else (),
        lineage=declared.text_or("lineage", ""),
        historic=_historic(declared, column),
    )


def read_attributes(declared: Declared) -> dict[str, Attribute]:
    """All attributes under a key, in the file's order."""
    return {name: read_attribute(name, value) for name, value in declared.items()}


def _value_type(declared: Declared) -> ValueType:
    key = derived_key(declared)
    if key is not None:
        return DERIVED[key]
    kind = declared.at("type")
    if kind.content not in set(ValueType):
        raise kind.fail(f"unknown type {kind.content!r}; known are {', '.join(ValueType)}")
    return ValueType(kind.content)


def _scale(declared: Declared, kind: ValueType) -> int:
    if not declared.has("scale"):
        if kind is ValueType.DECIMAL:
            raise declared.fail("a decimal states its `scale`")
        return 0
    scale = declared.at("scale")
    if kind is not ValueType.DECIMAL or type(scale.content) is not int or not 0 <= scale.content <= 18:
        raise scale.fail("the scale of a decimal is a whole number from 0 to 18")
    return scale.content


def read_flag(declared: Declared, key: str) -> bool:
    if not declared.has(key):
        return False
    value = declared.at(key)
    if not isinstance(value.content, bool):
        raise value.fail("expected true or false")
    return value.content


def _values(declared: Declared) -> tuple[AllowedValue, ...]:
    if not declared.has("values"):
        return ()
    return tuple(AllowedValue(value, labels.labels()) for value, labels in declared.at("values").items())


def _operators(declared: Declared, kind: ValueType, folded: bool) -> frozenset[str]:
    fitting = OPERATORS[kind] if folded or kind is not ValueType.TEXT else OPERATORS[kind] - TEXT_SEARCH
    if not declared.has("operators"):
        return fitting
    wanted = declared.at("operators")
    unfit = sorted(set(wanted.texts()) - fitting)
    if unfit:
        raise wanted.fail(f"{', '.join(unfit)} does not fit {kind}{'' if folded else ' without folded copy'}")
    return frozenset(wanted.texts())


def _sensitivity(declared: Declared) -> Sensitivity:
    value = declared.text_or("sensitivity", Sensitivity.INTERNAL)
    if value not in set(Sensitivity):
        raise declared.at("sensitivity").fail(f"unknown; known are {', '.join(Sensitivity)}")
    return Sensitivity(value)


def _historic(declared: Declared, column: str | None) -> Historic | None:
    if not declared.has("historic"):
        return None
    value = declared.at("historic")
    if value.content not in set(Historic):
        raise value.fail(f"unknown {value.content!r}; known are {', '.join(Historic)}")
    if column is None:
        raise value.fail(
            "`historic` is for stored attributes; a derived one follows from those it is made of"
        )
    return Historic(value.text())
