"""Small changes of Python syntax: what a mutant of a statement can be.

`changes(tree)` lists them in a fixed order; each is a closure that changes that very tree. Left alone: types,
docstrings, asserts, decorators, imports, words of messages (f-strings, arguments of raised and reported faults).
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
COMMUTATIVE = frozenset({"plus", "times", "min", "max", "isinstance"})
"""Calls whose swapped arguments mean the same; of isinstance they are no program."""

REPORTING = frozenset(
    [
        "refuse",
        "_fault",
        "_refusal",
        "Problem",
        "BadValue",
        "TypeFault",
        "InputError",
        "UnsupportedError",
        "whole",
        "unit",
        "day",
        "span",
    ]
)
"""Calls whose texts are words for people: what was refused, or the name of what is read."""


@dataclass(frozen=True)
class Change:
    """A change in words, the statement it is made in, and the outermost function around it (None = module)."""

    kind: str
    statement: ast.stmt
    function: str | None
    apply: Callable[[], None]


@dataclass
class _Place:
    """Where the walk is."""

    names: tuple[str, ...] = ()
    function: str | None = None
    statement: ast.stmt = field(default_factory=ast.Pass)
    quiet: bool = False

    def into(self, node: ast.AST, quiet: bool) -> "_Place":
        names, function = self.names, self.function
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and function is None:
            names = (*names, node.name)
            function = ".".join(names) if isinstance(node, ast.FunctionDef) else None
        statement = node if isinstance(node, ast.stmt) else self.statement
        return _Place(names, function, statement, quiet or self.quiet)


def changes(tree: ast.Module) -> list[Change]:
    """Every change of the module, in the order of the text."""
    return list(_of_children(tree, _Place()))


def _of_children(node: ast.AST, place: _Place) -> Iterator[Change]:
    for name, value in ast.iter_fields(node):
        if name in SKIPPED_FIELDS:
            continue
        children = value if isinstance(value, list) else [value]
        for i, child in enumerate(children):
            if isinstance(child, ast.AST) and not _left_alone(child, place):
                slot = _Slot(node, name, i if isinstance(value, list) else None)
                yield from _of(child, slot, place.into(child, _reports(child)))


SKIPPED_FIELDS = {"annotation", "returns", "decorator_list", "ctx", "bases"}


def _left_alone(node: ast.AST, place: _Place) -> bool:
    if isinstance(node, (ast.Assert, ast.Import, ast.ImportFrom, ast.Delete, ast.JoinedStr)):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return True
    return isinstance(node, ast.Assign) and place.function is None and _names_types(node)


def _names_types(node: ast.Assign) -> bool:
    """`__all__`, and names for types such as `Sql = exp.Expr` or `Node = Mapping[str, Any]`."""
    target = node.targets[0]
    if isinstance(target, ast.Name) and target.id == "__all__":
        return True
    plain = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp)
    return (
        isinstance(target, ast.Name)
        and target.id[0].isupper()
        and not target.id.isupper()
        and isinstance(node.value, plain)
    )


def _reports(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise):
        return True
    if not isinstance(node, ast.Call):
        return False
    return _called(node) in REPORTING


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@dataclass(frozen=True)
class _Slot:
    """Where a node hangs in its parent."""

    parent: ast.AST
    name: str
    index: int | None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.name, node)
        else:
            getattr(self.parent, self.name)[self.index] = node


def _of(node: ast.AST, slot: _Slot, place: _Place) -> Iterator[Change]:
    for kind, apply in _here(node, slot, place):
        yield Change(kind, place.statement, place.function, apply)
    yield from _of_children(node, place)


Found = Iterator[tuple[str, Callable[[], None]]]


def _put(items: list[Any], i: int, item: Any) -> None:
    items[i] = item


def _drop(items: list[Any], i: int) -> None:
    del items[i]


def _here(node: ast.AST, slot: _Slot, place: _Place) -> Found:
    for mutate in MUTATORS:
        yield from mutate(node, slot, place)


def _comparison(node: ast.AST, _slot: _Slot, _place: _Place) -> Found:
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            yield "comparison", partial(_put, node.ops, i, BOUNDARY[type(op)]())


def _and_or(node: ast.AST, _slot: _Slot, _place: _Place) -> Found:
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and/or", lambda: setattr(node, "op", other)


def _not(node: ast.AST, slot: _Slot, _place: _Place) -> Found:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        yield "drop not or minus", lambda: slot.put(node.operand)


def _arithmetic(node: ast.AST, _slot: _Slot, _place: _Place) -> Found:
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in ARITHMETIC:
        yield "arithmetic", lambda: setattr(node, "op", ARITHMETIC[type(node.op)]())


def _constant(node: ast.AST, _slot: _Slot, place: _Place) -> Found:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield "constant", lambda: setattr(node, "value", not value)
    elif isinstance(value, int):
        yield "constant + 1", lambda: setattr(node, "value", value + 1)
        yield "constant - 1", lambda: setattr(node, "value", value - 1)
    elif isinstance(value, str) and not place.quiet:
        yield "text", lambda: setattr(node, "value", f"{value}~")


def _condition(node: ast.AST, _slot: _Slot, _place: _Place) -> Found:
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        test = node.test
        yield "negated condition", lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), test))
    if isinstance(node, ast.comprehension):
        for i, test in enumerate(node.ifs):
            negated = ast.UnaryOp(ast.Not(), test)
            yield "negated filter", partial(_put, node.ifs, i, negated)


def _returned(node: ast.AST, _slot: _Slot, _place: _Place) -> Found:
    nothing = (None, "Constant(value=None)")
    if isinstance(node, ast.Return) and (node.value and ast.dump(node.value)) not in nothing:
        yield "return None", lambda: setattr(node, "value", ast.Constant(None))


def _deleted(node: ast.AST, slot: _Slot, _place: _Place) -> Found:
    stored = isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Attribute, ast.Subscript))
    if stored or isinstance(node, (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)):
        yield "deleted statement", lambda: slot.put(ast.Pass())


def _swapped(node: ast.AST, _slot: _Slot, _place: _Place) -> Found:
    if not isinstance(node, ast.Call) or _called(node) in REPORTING | COMMUTATIVE:
        return
    if len(node.args) < 2 or any(isinstance(argument, ast.Starred) for argument in node.args[:2]):
        return
    if ast.dump(node.args[0]) != ast.dump(node.args[1]):
        swapped = [node.args[1], node.args[0], *node.args[2:]]
        yield "swapped arguments", lambda: setattr(node, "args", swapped)


def _case(node: ast.AST, _slot: _Slot, _place: _Place) -> Found:
    if isinstance(node, ast.Match) and len(node.cases) > 1:
        for i in range(len(node.cases)):
            yield "deleted case", partial(_drop, node.cases, i)
    if isinstance(node, ast.match_case) and node.guard is not None:
        guard = node.guard
        yield "negated guard", lambda: setattr(node, "guard", ast.UnaryOp(ast.Not(), guard))


MUTATORS = (
    _comparison, _and_or, _not, _arithmetic, _constant, _condition, _returned, _deleted, _swapped, _case,
)  # fmt: skip
