"""Columns of a declaration: a canonical column from a source column, or typed columns of a deployment's
own.
"""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial

from pipelines.ingest.canonical import CanonicalColumn, CanonicalDataset
from pipelines.ingest.formats import read_pattern, read_truth
from pipelines.ingest.yaml_node import Faults, Node
from warehouse.catalog.model import OPERATORS, TEXT_SEARCH, AllowedValue, Attribute, Sensitivity, ValueType
from warehouse.files.model import ColumnRule

MAPPING_KEYS = {"column", "constant", "values", "true", "false", "format", "required", "optional"}
EXTENSION_KEYS = MAPPING_KEYS | {
    "type", "scale", "labels", "group", "unit", "description", "null_meaning", "sensitivity", "folded",
    "value_labels",
}  # fmt: skip
LANGUAGES = {"ru", "uz", "en"}
MAX_SCALE = 9
# Heading of the catalogue for attributes whose declaration names none.
EXTENSION_GROUP = "extension"


def mapped_columns(node: Node, dataset: CanonicalDataset) -> tuple[ColumnRule, ...]:
    """One rule per canonical column, in canonical order; columns the source does not map are NULL."""
    faults, mapped = Faults(), dict(node.items())
    faults.attempt(lambda: node.mapping({column.name for column in dataset.columns}))
    rules = [
        faults.attempt(partial(_canonical_rule, column, mapped.get(column.name)))
        for column in dataset.columns
    ]
    for column in dataset.columns:
        if column.required and column.name not in mapped:
            faults.add(node.fail(f"{column.name} must be mapped"))
    faults.raise_all()
    return tuple(rule for rule in rules if rule is not None)


def _canonical_rule(column: CanonicalColumn, node: Node | None) -> ColumnRule:
    rule = ColumnRule(
        name=column.name,
        type=column.type,
        scale=column.scale,
        allowed=column.values,
        required=column.required,
        folded=column.folded,
    )
    return rule if node is None else _rule(rule, node, MAPPING_KEYS)


def extension_columns(
    node: Node, key: str, lineage: str
) -> tuple[tuple[ColumnRule, ...], tuple[Attribute, ...]]:
    """The key's rule and one rule and attribute per declared column, in the order of the declaration."""
    faults, columns = Faults(), dict(node.items())
    whose, keyed = columns.pop(key, None), ColumnRule(key, ValueType.TEXT, required=True)
    if whose is None:
        faults.add(node.fail(f"{key} must be mapped: it says whose the values are"))
    rules = [] if whose is None else [faults.attempt(lambda: _rule(keyed, whose, MAPPING_KEYS))]
    if not columns:
        faults.add(node.fail("no column besides the key"))
    made = {name: faults.attempt(partial(_extension_rule, name, entry)) for name, entry in columns.items()}
    attributes = [
        faults.attempt(partial(_attribute, rule, columns[name], lineage))
        for name, rule in made.items()
        if rule is not None
    ]
    faults.raise_all()
    rules += made.values()
    return (
        tuple(rule for rule in rules if rule is not None),
        tuple(each for each in attributes if each is not None),
    )


def _extension_rule(name: str, node: Node) -> ColumnRule:
    if not name.isascii() or not name.isidentifier() or name != name.lower() or "__" in name:
        raise node.fail("names of columns are lower case letters, digits and single _")
    kind = ValueType(node.mapping(EXTENSION_KEYS).at("type").choice(tuple(ValueType)))
    scale = node.mapping().at("scale").whole(2 if kind is ValueType.DECIMAL else 0)
    if scale > MAX_SCALE:
        raise node.at("scale").fail(f"at most {MAX_SCALE} decimal places")
    folded = node.mapping().at("folded").value is True
    return _rule(ColumnRule(name, kind, scale=scale, folded=folded), node, EXTENSION_KEYS)


def _rule(rule: ColumnRule, node: Node, known: set[str]) -> ColumnRule:
    if isinstance(node.value, str):
        return _checked(replace(rule, source=node.value), node)
    node = node.mapping(known)
    source, constant = node.at("column").optional_text(), node.at("constant").value
    if (source is None) == (constant is None):
        raise node.fail("expected one of `column` and `constant`")
    if constant is not None:
        return replace(rule, constant=_constant(rule, node.at("constant")))
    faults, form = Faults(), node.at("format")
    made = replace(
        rule,
        source=source,
        values=faults.value(lambda: _values(node.at("values")), {}),
        true_values=faults.value(node.at("true").texts, ()),
        false_values=faults.value(node.at("false").texts, ()),
        optional=faults.value(lambda: read_truth(node.at("optional")), instead=False),
        format=faults.attempt(lambda: read_pattern(form, "")) if form.value is not None else None,
        required=rule.required or faults.value(lambda: read_truth(node.at("required")), instead=False),
    )
    faults.raise_all()
    return _checked(made, node)


def _values(node: Node) -> dict[str, str]:
    if node.value is None:
        return {}
    # Codes such as 1703 are often written bare in YAML; what counts is their text.
    if isinstance(node.value, list):
        return {entry.text(): entry.text() for entry in node.elements()}
    if not node.value:
        raise node.fail("expected what the source writes and what it means")
    return {key: entry.text() for key, entry in node.items()}


def _checked(rule: ColumnRule, node: Node) -> ColumnRule:
    if rule.values and rule.type is not ValueType.TEXT:
        raise node.at("values").fail(f"only text has values, {rule.name} is {rule.type}")
    wrong = [value for value in rule.values.values() if rule.allowed and value not in rule.allowed]
    if wrong:
        raise node.at("values").fail(f"{wrong[0]!r} is not one of {', '.join(rule.allowed)}")
    if rule.type is ValueType.BOOLEAN and not (rule.true_values and rule.false_values):
        raise node.fail(
            f"{rule.name} is a boolean: say what the source writes, `true: [...]` and `false: [...]`"
        )
    if rule.type is not ValueType.BOOLEAN and (rule.true_values or rule.false_values):
        raise node.fail(f"only a boolean has `true` and `false`, {rule.name} is {rule.type}")
    return rule


def _constant(rule: ColumnRule, node: Node) -> str:
    value = node.value
    try:
        return _CONSTANTS[rule.type](value, rule)
    except (ValueError, TypeError, InvalidOperation, AttributeError) as error:
        raise node.fail(f"{value!r} is not a {rule.type}") from error


def _text_constant(value: object, rule: ColumnRule) -> str:
    if not isinstance(value, str) or (rule.allowed and value not in rule.allowed):
        raise ValueError(value)
    return value


def _whole_constant(value: object, _: ColumnRule) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return str(value)


def _decimal_constant(value: object, rule: ColumnRule) -> str:
    number = Decimal(str(value))
    if number != round(number, rule.scale):
        raise ValueError(value)
    return str(number)


def _boolean_constant(value: object, _: ColumnRule) -> str:
    if not isinstance(value, bool):
        raise TypeError(value)
    return str(value).lower()


def _date_constant(value: object, _: ColumnRule) -> str:
    if type(value) is not date:
        raise TypeError(value)
    return value.isoformat()


def _timestamp_constant(value: object, _: ColumnRule) -> str:
    if not isinstance(value, datetime):
        raise TypeError(value)
    return value.isoformat(" ")


_CONSTANTS = {
    ValueType.TEXT: _text_constant,
    ValueType.INTEGER: _whole_constant,
    ValueType.DECIMAL: _decimal_constant,
    ValueType.BOOLEAN: _boolean_constant,
    ValueType.DATE: _date_constant,
    ValueType.TIMESTAMP: _timestamp_constant,
}


def _attribute(rule: ColumnRule, node: Node, lineage: str) -> Attribute:
    node = node.mapping()
    offered = (
        OPERATORS[rule.type]
        if rule.folded or rule.type is not ValueType.TEXT
        else OPERATORS[rule.type] - TEXT_SEARCH
    )
    return Attribute(
        name=rule.name,
        type=rule.type,
        labels=_labels(node.at("labels"), required=True),
        group=node.at("group").text(EXTENSION_GROUP),
        unit=node.at("unit").text(""),
        scale=rule.scale,
        description=_labels(node.at("description")),
        null_meaning=_labels(node.at("null_meaning")),
        values=_allowed_values(rule, node.at("value_labels")),
        operators=offered,
        sensitivity=Sensitivity(node.at("sensitivity").choice(tuple(Sensitivity), Sensitivity.INTERNAL)),
        column=rule.name,
        folded=f"{rule.name}__folded" if rule.folded else None,
        lineage=f"{lineage}: {rule.source}" if rule.source else f"{lineage}: constant",
    )


def _labels(node: Node, *, required: bool = False) -> dict[str, str]:
    if node.value is None and not required:
        return {}
    labels = {language: entry.text() for language, entry in node.mapping(LANGUAGES).items()}
    if required and not {"ru", "en"} <= set(labels):
        raise node.fail("expected labels in ru and en")
    return labels


def _allowed_values(rule: ColumnRule, node: Node) -> tuple[AllowedValue, ...]:
    values = dict.fromkeys(rule.values.values())
    labels = {} if node.value is None else {value: _labels(entry) for value, entry in node.items()}
    unknown = sorted(set(labels) - set(values))
    if unknown:
        raise node.fail(f"{unknown[0]!r} is not one of the column's values")
    return tuple(AllowedValue(value, labels.get(value, {"en": value, "ru": value})) for value in values)
