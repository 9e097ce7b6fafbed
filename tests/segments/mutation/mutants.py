"""The mutants of the compiler, the reading and checking of documents, and the reference evaluator."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from types import CodeType

from tests.segments.mutation.mutators import changes
from tests.segments.mutation.patching import ROOT, source_path

TARGETS = (
    "segments/compiler",
    "segments/conditions/reference",
    "segments/conditions/matches.py",
    "segments/conditions/canonical.py",
    "segments/conditions/check.py",
    "segments/conditions/read.py",
    "segments/conditions/read_values.py",
    "segments/conditions/types.py",
)


@dataclass(frozen=True)
class Mutant:
    """One change. `number` counts the module's changes; `function` is the outermost one around, if any."""

    module: str
    number: int
    kind: str
    function: str | None
    line: int


def modules() -> list[str]:
    """Names of the modules that are mutated."""
    files = [file for target in TARGETS for file in sorted(_files(target))]
    return [file.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for file in files]


def _files(target: str) -> Iterator[str]:
    if target.endswith(".py"):
        yield target
    else:
        yield from (str(path.relative_to(ROOT)) for path in (ROOT / target).rglob("*.py"))


@cache
def _source(module: str) -> str:
    return source_path(module).read_text(encoding="utf-8")


def mutants_of(module: str) -> list[Mutant]:
    """All mutants of a module."""
    found = enumerate(changes(ast.parse(_source(module))))
    return [
        Mutant(module, number, change.kind, change.function, change.statement.lineno)
        for number, change in found
    ]


def code_of(mutant: Mutant) -> CodeType:
    """The changed module, compiled."""
    tree = ast.parse(_source(mutant.module))
    changes(tree)[mutant.number].apply()
    return compile(ast.fix_missing_locations(tree), str(source_path(mutant.module)), "exec")


@cache
def _parts(module: str) -> list[tuple[str, int]]:
    """Functions, methods and other statements, formatted in one way, with the number of their changes."""
    body = ast.parse(_source(module)).body
    nodes = [part for node in body for part in (node.body if isinstance(node, ast.ClassDef) else [node])]
    return [(ast.unparse(node), len(changes(ast.Module([node], [])))) for node in nodes]


def shown(mutant: Mutant) -> tuple[str, str]:
    """The first line that differs, before and after, formatted in one way; lasts as long as the line does."""
    parts, number = iter(_parts(mutant.module)), mutant.number
    text, made = next(parts)
    while number >= made:
        number -= made
        text, made = next(parts)
    tree = ast.parse(text)
    changes(tree)[number].apply()
    after = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
    differing = ((a or "", b or "") for a, b in zip_longest(text.splitlines(), after) if a != b)
    one, two = next(differing, ("", ""))
    return one.strip(), two.strip()
