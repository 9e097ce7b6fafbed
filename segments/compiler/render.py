"""SQL tree -> text of one engine with bound parameters. What stands in no table raises."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlglot import ErrorLevel, exp

from segments.compiler.engines import DIALECTS, Dialect, UnsupportedError
from segments.compiler.sql import OURS, Parameter, Sql
from warehouse.engines.port import Statement

PLAIN_FUNCTIONS = (
    exp.And,
    exp.Case,
    exp.Cast,
    exp.Coalesce,
    exp.Count,
    exp.If,
    exp.Max,
    exp.Min,
    exp.Or,
    exp.Sum,
)
"""Functions of sqlglot's own that mean the same on every engine."""


def render(
    tree: Sql,
    parameters: Mapping[str, Parameter],
    engine: str,
    *,
    pretty: bool = False,
    between: Callable[[], None] = lambda: None,
) -> Statement:
    """The statement for the engine named so. Raises UnsupportedError; `between` is called between its parts."""
    dialect = DIALECTS.get(engine)
    if dialect is None:
        raise UnsupportedError(f"there is no table for the engine {engine}")
    native = _native(tree, parameters, dialect, between)
    _verify(native, dialect)
    # Engines refuse values that no placeholder asks for; a part may have been built and not used.
    used = {node.name for node in native.find_all(exp.Placeholder)}
    text = native.sql(
        dialect=dialect.name,
        copy=False,  # the tree is ours already
        unsupported_level=ErrorLevel.RAISE,
        normalize_functions=False,
        pretty=pretty,
    )
    return Statement(text, {name: _bindable(known) for name, known in parameters.items() if name in used})


def _native(
    tree: Sql, parameters: Mapping[str, Parameter], dialect: Dialect, between: Callable[[], None]
) -> Sql:
    """The tree with our functions and placeholders in the engine's form, from the leaves up."""
    made = tree.copy()  # the copy ends sharing of parts, so that each place is rewritten once
    for node in reversed(list(made.walk())):
        between()
        if isinstance(node, exp.Anonymous) and node.name.startswith(OURS):
            node.replace(_function(node, dialect))
        elif isinstance(node, exp.Placeholder):
            node.replace(dialect.parameter(node.name, parameters[node.name].kind))
    return made


def _function(node: exp.Anonymous, dialect: Dialect) -> Sql:
    build = dialect.functions.get(node.name.removeprefix(OURS))
    if build is None:
        raise UnsupportedError(f"{dialect.name} has no form of {node.name}")
    return build(*node.expressions)


def _verify(tree: Sql, dialect: Dialect) -> None:
    for node in tree.walk():
        if isinstance(node, exp.Anonymous):
            if node.name not in dialect.native:
                raise UnsupportedError(f"{dialect.name} has no function {node.name}")
        elif isinstance(node, exp.Func) and not isinstance(node, PLAIN_FUNCTIONS):
            raise UnsupportedError(f"{type(node).__name__} is in no table of functions")


def _bindable(parameter: Parameter) -> Any:
    value, kind = parameter.value, parameter.kind
    if isinstance(value, pa.Array):
        return value.to_pylist()
    if isinstance(value, tuple):
        return [_number(item, kind) for item in value]
    return _number(value, kind)


def _number(value: Any, kind: str) -> Any:
    whole = kind.startswith(("integer", "wide"))
    return int(value) if whole and isinstance(value, Decimal) else value
