"""Text -> document -> nodes. Refuses whatever the format does not know, with the path of the node."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from segments.conditions import read_values as values
from segments.conditions.nodes import (
    AGGREGATES,
    CHANGE_AGGREGATES,
    COMPARISONS,
    LIST_VALUE,
    MEASURED_AS,
    OPERATORS,
    QUANTIFIERS,
    WITHOUT_MEASURE,
    AllOf,
    AllWindow,
    AnyOf,
    AttributeTest,
    ChangeTest,
    Document,
    FactTest,
    LastWindow,
    ListRef,
    Node,
    Not,
    RelatedTest,
    SegmentRef,
    SequenceTest,
    Step,
    Value,
)
from segments.conditions.problems import DocumentError, Problem
from segments.conditions.read_values import BadValue

__all__ = ["DocumentError", "Problem", "loads", "parse"]

MAX_NODES, MAX_DEPTH, MAX_VALUES = 500, 20, 100_000
MAX_STEPS = 20  # each step is a level of the statement
DOCUMENT_KEYS = {"version", "entity", "name", "description", "tags", "where"}
NUMERIC_OPERATORS = COMPARISONS | LIST_VALUE | {"between", "is_set", "is_not_set"}


def loads(source: str | bytes) -> dict[str, Any]:
    """JSON text as a dict with Decimal numbers, NaN and infinities among them. Raises DocumentError on anything else,
    equal keys.
    """
    try:
        found = json.loads(
            source,
            parse_float=_decimal,
            parse_int=_decimal,
            parse_constant=Decimal,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError, UnicodeDecodeError) as error:
        raise _refusal("", f"not a JSON document: {error}", "not_json") from error
    if not isinstance(found, dict):
        raise _refusal("", "a document is a JSON object", "not_json")
    return found


def _refusal(path: str, message: str, code: str) -> DocumentError:
    return DocumentError([Problem(path, message, code)])


def _decimal(digits: str) -> Decimal:
    """A number without trailing zeros. One out of range is kept: it is refused at the node it stands in."""
    try:
        return values.number(Decimal(digits))
    except BadValue:
        return Decimal(digits)
    except InvalidOperation:  # an exponent that no Decimal has
        return Decimal("-Infinity" if digits.startswith("-") else "Infinity")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(k for k in keys if keys.count(k) > 1)!r} stands twice in one object")
    return found


def parse(document: Mapping[str, Any]) -> Document:
    """A document's nodes. Raises DocumentError with every fault of the format, each with the node's path."""
    reader = _Reader()
    found = reader.document(document)
    if reader.problems or found is None:
        raise DocumentError(reader.problems)
    return found


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.nodes = 0
        self.values = 0

    def refuse(self, path: str, message: str, code: str = "bad_value") -> None:
        self.problems.append(Problem(path, message, code))

    def attempt(self, path: str, read: Callable[[], Any], otherwise: Any = None) -> Any:
        try:
            return read()
        except BadValue as bad:
            self.refuse(path, str(bad), bad.code)
            return otherwise

    def keys(self, path: str, value: Mapping[str, Any], wanted: set[str], optional: set[str]) -> bool:
        unknown = sorted(str(key) for key in set(value) - wanted - optional)
        missing = sorted(wanted - set(value))
        if unknown:
            self.refuse(path, f"unknown key {', '.join(unknown)}", "unknown_key")
        if missing:
            self.refuse(path, f"{', '.join(missing)} is missing", "missing_key")
        return not unknown and not missing

    def document(self, value: Any) -> Document | None:
        if not isinstance(value, Mapping):
            self.refuse("", "a document is a JSON object")
            return None
        if not self.keys("", value, {"version", "where"}, DOCUMENT_KEYS):
            return None
        version = value["version"]
        if isinstance(version, bool) or version != 1:
            self.refuse("", f"version {values.shown(version)} is not known; it must be 1", "unknown_version")
        entity = self.attempt("", lambda: values.text(value.get("entity", "customer"), "entity"), "")
        words = [self.optional_text(value, key) for key in ("name", "description")]
        tags = self.tags(value.get("tags"))
        where = None if value["where"] is None else self.node(value["where"], "/where", 1)
        return Document(entity, where, words[0], words[1], tags)

    def optional_text(self, value: Mapping[str, Any], key: str) -> str | None:
        found = value.get(key)
        if found is not None and not isinstance(found, str):
            self.refuse("", f"{key} must be a text")
            return None
        return found

    def tags(self, value: Any) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
            self.refuse("", "tags must be a list of texts")
            return ()
        return tuple(value)

    def node(self, value: Any, path: str, depth: int) -> Node | None:
        self.nodes += 1
        if self.nodes == MAX_NODES + 1:
            self.refuse(path, f"more than {MAX_NODES} nodes", "too_many_nodes")
        if depth > MAX_DEPTH:
            self.refuse(path, f"deeper than {MAX_DEPTH} levels", "too_deep")
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            return None
        if not isinstance(value, Mapping):
            self.refuse(path, f"a condition is an object, not {values.shown(value)}")
            return None
        kinds = [kind for kind in READERS if kind in value]
        if len(kinds) != 1:
            message = (
                f"{' and '.join(kinds)} in one condition" if kinds else "not a condition this version knows"
            )
            self.refuse(path, message, "unknown_node")
            return None
        return READERS[kinds[0]](self, value, path, depth)

    def group(self, value: Mapping[str, Any], path: str, depth: int) -> Node | None:
        kind = "all" if "all" in value else "any"
        if not self.keys(path, value, {kind}, set()):
            return None
        items = value[kind]
        if not isinstance(items, list) or not items:
            self.refuse(path, f"{kind} needs a list of at least one condition", "empty")
            return None
        children = [self.node(item, f"{path}/{kind}/{i}", depth + 1) for i, item in enumerate(items)]
        found = tuple(child for child in children if child is not None)
        return AllOf(found, path) if kind == "all" else AnyOf(found, path)

    def negation(self, value: Mapping[str, Any], path: str, depth: int) -> Node | None:
        if not self.keys(path, value, {"not"}, set()):
            return None
        child = self.node(value["not"], f"{path}/not", depth + 1)
        return None if child is None else Not(child, path)

    def operator(self, value: Mapping[str, Any], path: str, allowed: frozenset[str]) -> tuple[str, Value]:
        op = value.get("op")
        if not isinstance(op, str) or op not in allowed:
            known = isinstance(op, str) and op in OPERATORS
            code = "operator_not_allowed" if known else "unknown_operator"
            self.refuse(path, f"operator {values.shown(op)} is not known here", code)
            return "", None
        found = self.attempt(path, lambda: values.operator_value(op, "value" in value, value.get("value")))
        before, self.values = self.values, self.values + (len(found) if isinstance(found, tuple) else 1)
        if before <= MAX_VALUES < self.values:
            self.refuse(path, f"more than {MAX_VALUES} values; upload a list instead", "too_many_values")
        return op, found

    def name(self, value: Mapping[str, Any], key: str, path: str) -> str:
        found = self.attempt(path, lambda: values.text(value.get(key), key), "")
        return str(found)

    def attribute(self, value: Mapping[str, Any], path: str, _depth: int) -> Node | None:
        if not self.keys(path, value, {"attr", "op"}, {"value"}):
            return None
        op, wanted = self.operator(value, path, OPERATORS)
        return AttributeTest(self.name(value, "attr", path), op, wanted, path)

    def where(self, value: Mapping[str, Any], path: str, depth: int) -> Node | None:
        found = value.get("where")
        return None if found is None else self.node(found, f"{path}/where", depth + 1)

    def measure(
        self, value: Mapping[str, Any], path: str, allowed: tuple[str, ...]
    ) -> tuple[str, str | None]:
        agg = value.get("agg")
        if not isinstance(agg, str) or agg not in allowed:
            self.refuse(
                path, f"agg must be one of {', '.join(allowed)}, not {values.shown(agg)}", "unknown_aggregate"
            )
            return "", None
        if agg in WITHOUT_MEASURE:
            if "measure" in value:
                self.refuse(path, f"{agg} takes no measure")
            return agg, None
        if "measure" not in value:
            self.refuse(path, f"{agg} needs a measure", "missing_key")
            return agg, None
        return agg, self.name(value, "measure", path)

    def fact(self, value: Mapping[str, Any], path: str, depth: int) -> Node | None:
        if not self.keys(path, value, {"fact", "agg", "window", "op"}, {"measure", "where", "value"}):
            return None
        agg, measure = self.measure(value, path, AGGREGATES)
        window = self.attempt(path, lambda: values.window(value["window"]), AllWindow())
        where = self.where(value, path, depth)
        op, wanted = self.operator(value, path, OPERATORS)
        return FactTest(self.name(value, "fact", path), agg, measure, window, where, op, wanted, path)

    def change(self, value: Mapping[str, Any], path: str, depth: int) -> Node | None:
        body = value["change"]
        if not self.keys(path, value, {"change", "as", "op"}, {"per_day", "min_base", "value"}):
            return None
        if not isinstance(body, Mapping):
            self.refuse(path, "change must be an object")
            return None
        if not self.keys(path, body, {"fact", "agg", "window", "against"}, {"measure", "where"}):
            return None
        agg, measure = self.measure(body, path, CHANGE_AGGREGATES)
        window = self.attempt(path, lambda: values.window(body["window"]))
        if window is not None and not isinstance(window, LastWindow):
            self.refuse(path, "change takes only a window of the form last + unit")
        if value["as"] not in MEASURED_AS:
            self.refuse(path, f"as must be percent or absolute, not {values.shown(value['as'])}")
        per_day = value.get("per_day", False)
        if not isinstance(per_day, bool):
            self.refuse(path, "per_day must be true or false")
        least = self.attempt(path, lambda: values.number(value.get("min_base", 0)), Decimal(0))
        previous = self.previous(body["against"], path)
        where = self.where(body, f"{path}/change", depth)
        op, wanted = self.operator(value, path, NUMERIC_OPERATORS)
        used = window if isinstance(window, LastWindow) else LastWindow(1, "day")
        fact = self.name(body, "fact", path)
        how = str(value["as"])
        return ChangeTest(
            fact, agg, measure, used, where, previous, how, bool(per_day), least, op, wanted, path
        )

    def previous(self, value: Any, path: str) -> int:
        if not isinstance(value, Mapping) or set(value) != {"previous"}:
            self.refuse(path, "against must be {'previous': N}")
            return 1
        found = value["previous"]
        return int(self.attempt(path, lambda: values.whole(found, 1, "previous", values.MAX_PREVIOUS), 1))

    def related(self, value: Mapping[str, Any], path: str, depth: int) -> Node | None:
        if not self.keys(path, value, {"related", "quantifier"}, {"where", "op", "value"}):
            return None
        relation, quantifier = self.name(value, "related", path), value["quantifier"]
        where = self.where(value, path, depth)
        if quantifier not in QUANTIFIERS:
            self.refuse(path, f"quantifier must be one of {', '.join(QUANTIFIERS)}")
            return None
        if quantifier != "count":
            if "op" in value or "value" in value:
                self.refuse(path, f"the quantifier {quantifier} takes no op and no value")
            return RelatedTest(relation, quantifier, where, path=path)
        op, wanted = self.operator(value, path, NUMERIC_OPERATORS)
        return RelatedTest(relation, quantifier, where, op, wanted, path)

    def segment(self, value: Mapping[str, Any], path: str, _depth: int) -> Node | None:
        if not self.keys(path, value, {"segment"}, {"version"}):
            return None
        version = value.get("version")
        found = None if version is None else self.attempt(path, lambda: values.whole(version, 1, "version"))
        return SegmentRef(self.name(value, "segment", path), found, path)

    def id_list(self, value: Mapping[str, Any], path: str, _depth: int) -> Node | None:
        if not self.keys(path, value, {"list"}, set()):
            return None
        return ListRef(self.name(value, "list", path), path)

    def sequence(self, value: Mapping[str, Any], path: str, depth: int) -> Node | None:
        if not self.keys(path, value, {"sequence", "within"}, {"window"}):
            return None
        within = self.attempt(path, lambda: values.span(value["within"], "within"))
        window = AllWindow()
        if value.get("window") is not None:
            window = self.attempt(path, lambda: values.window(value["window"]), AllWindow())
        items = value["sequence"]
        if not isinstance(items, list) or not items:
            self.refuse(path, "sequence needs a list of at least one step", "empty")
            return None
        if len(items) > MAX_STEPS:
            self.refuse(path, f"more than {MAX_STEPS} steps in a sequence", "too_many_nodes")
            return None
        steps = [self.step(item, f"{path}/sequence/{i}", depth) for i, item in enumerate(items)]
        found = tuple(step for step in steps if step is not None)
        return None if within is None else SequenceTest(found, within, window, path)

    def step(self, value: Any, path: str, depth: int) -> Step | None:
        if not isinstance(value, Mapping):
            self.refuse(path, f"a step is an object, not {values.shown(value)}")
            return None
        if not self.keys(path, value, {"fact"}, {"where"}):
            return None
        return Step(self.name(value, "fact", path), self.where(value, path, depth + 1), path)


READERS: Mapping[str, Callable[[_Reader, Mapping[str, Any], str, int], Node | None]] = {
    "all": _Reader.group,
    "any": _Reader.group,
    "not": _Reader.negation,
    "attr": _Reader.attribute,
    "fact": _Reader.fact,
    "change": _Reader.change,
    "related": _Reader.related,
    "segment": _Reader.segment,
    "list": _Reader.id_list,
    "sequence": _Reader.sequence,
}
