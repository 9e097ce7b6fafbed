"""Judges one mutant: puts it in the place of the product in this (forked) process and asks the probes."""

import ast
import gc
import importlib
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from random import Random
from tempfile import TemporaryDirectory
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from tests.segments.mutation import patching
from tests.segments.mutation.mutants import Mutant, code_of
from tests.segments.mutation.probes import KINDS, Prepared, Probe, remembered
from tests.segments.mutation.unit_tests import QUIETLY

PER_KIND = {
    "refused": 400,
    "reference": 1000,
    "engine": 150,
    "count": 40,
    "attrition": 40,
    "why": 25,
    "scoped reference": 40,
    "scoped": 30,
    "attributes reference": 10,
    "attributes": 30,
    "placeholders": 60,
}
"""How many probes of a kind a mutant has to survive, drawn from those that run through its function."""

BY_HAND = ("reference", "engine", "refused")
"""Kinds of which every fitting golden case is asked: somebody wrote it for the one mistake that it shows."""

CLICK_MODULES = ("segments.compiler.engines", "segments.compiler.render", "segments.compiler.sql")
"""Mutants of these are asked on ClickHouse too: there its forms of statements are written."""

CLICK_QUESTIONS = 6
SLOW = "not hundred_thousand and not guard"
"""Unit tests that are left out: they measure time."""


def judge(mutant: Mutant, content: bytes, prepared: Prepared) -> str | None:
    """What killed the mutant, or None."""
    code = code_of(mutant)
    if mutant.function is None or runs_at_import(mutant) or not _replaced(mutant, code):
        return _judge_anew(mutant, code, content)
    for results in remembered():
        results.cache_clear()
    return _first_catch(mutant, prepared) or failing_test(mutant, prepared)


def _judge_anew(mutant: Mutant, code: CodeType, content: bytes) -> str | None:
    """Import the product again with the changed module: what it defines reaches every importer."""
    kept = {
        "tests.segments.mutation." + name for name in ("patching", "mutants", "mutators", "forking", "judge")
    }
    for name in [name for name in sys.modules if name.startswith(patching.PRODUCT_AND_TESTS)]:
        if name not in kept:
            del sys.modules[name]
    patching.install({mutant.module: code})
    try:
        probes = importlib.import_module("tests.segments.mutation.probes")
        again = probes.loaded(content)
        return _first_catch(mutant, again) or failing_test(mutant, again)
    except Exception as error:  # noqa: BLE001 - a product that can't be imported is caught
        return f"import: {type(error).__name__}: {error}"


def _replaced(mutant: Mutant, code: CodeType) -> bool:
    """Exchange the code of the function, in whatever hands it already is; False where that can't be."""
    assert mutant.function is not None
    found = _function(sys.modules[mutant.module], mutant.function)
    changed = next(_codes(code, mutant.function), None)
    if found is None or changed is None or found.__code__.co_freevars != changed.co_freevars:
        return False
    if found.__code__ == changed:  # the change is in the default of a parameter, which is no code of its own
        return False
    found.__code__ = changed
    return True


def _function(module: ModuleType, qualified: str) -> FunctionType | None:
    found: Any = module
    for part in qualified.split("."):
        found = vars(found).get(part)
        for inner in ("fget", "func", "__func__"):
            found = getattr(found, inner, found)
        while hasattr(found, "__wrapped__"):
            found = found.__wrapped__
    return found if isinstance(found, FunctionType) else None


def _codes(code: CodeType, qualified: str) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if inner.co_qualname == qualified:
                yield inner
            yield from _codes(inner, qualified)


@cache
def _called_at_import(module: str) -> frozenset[str]:
    """Functions that the module's own statements call, such as those that fill a table of functions."""
    tree = ast.parse(patching.source_path(module).read_text(encoding="utf-8"))
    plain = [node for node in tree.body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    calls = (node.func for statement in plain for node in ast.walk(statement) if isinstance(node, ast.Call))
    return frozenset(called.id for called in calls if isinstance(called, ast.Name))


def runs_at_import(mutant: Mutant) -> bool:
    """Whether what the function makes is in the hands of others before its code could be exchanged."""
    return mutant.function in _called_at_import(mutant.module)


def ready() -> None:
    """Once, before the first child: what need not be done in each of them."""
    remembered()
    gc.freeze()  # children would copy every page by looking at it


def _first_catch(mutant: Mutant, prepared: Prepared) -> str | None:
    for probe in _chosen(mutant, prepared):
        caught = _caught(lambda probe=probe: probe.check(prepared.stages[probe.stage]))  # type: ignore[misc]
        if caught is not None:
            return f"{probe.kind}: {caught}"
    return None


def _caught(work: Callable[[], Any]) -> str | None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - mutants fail in any way
        return f"{type(error).__name__}: {str(error)[:150]}"
    return None


def _chosen(mutant: Mutant, prepared: Prepared) -> Iterator[Probe]:
    """Probes that run through the mutant, kind by kind, evenly picked."""
    place = f"{mutant.module} {mutant.function}"
    fitting = [probe for probe in prepared.probes if mutant.function is None or place in probe.touches]
    for kind in KINDS:
        of_kind = [probe for probe in fitting if probe.kind == kind]
        if kind == "clickhouse":
            yield from _on_clickhouse(mutant, of_kind, prepared)
        else:
            yield from _some(of_kind, PER_KIND[kind])


def _some(probes: list[Probe], number: int) -> Iterator[Probe]:
    by_hand = [probe for probe in probes if probe.kind in BY_HAND and probe.stage.endswith(".yml")]
    others = [probe for probe in probes if probe.kind not in BY_HAND or not probe.stage.endswith(".yml")]
    yield from by_hand
    yield from Random(0).sample(others, min(len(others), max(number - len(by_hand), 0)))


def _on_clickhouse(mutant: Mutant, probes: list[Probe], prepared: Prepared) -> Iterator[Probe]:
    if not mutant.module.startswith(CLICK_MODULES):
        return
    different = [probe for probe in probes if differs(probe, prepared)]
    yield from different[:: len(different) // CLICK_QUESTIONS + 1]


def differs(probe: Probe, prepared: Prepared) -> bool:
    """Whether ClickHouse is asked something new; a statement that can't be made is new as well."""
    from tests.segments.mutation.probes import click_statement, fingerprint

    stage = prepared.stages[probe.stage]
    try:
        return fingerprint(click_statement(stage, probe.document)) not in stage.click
    except Exception:  # noqa: BLE001
        return True


def failing_test(mutant: Mutant, prepared: Prepared) -> str | None:
    """The first unit test that fails; they are slower to start than probes and come last."""
    place = f"{mutant.module} {mutant.function}"
    return failing(
        [t for t, touched in prepared.tests.items() if mutant.function is None or place in touched]
    )


def failing(tests: list[str]) -> str | None:
    """The first of the tests (names of nodes) that fails."""
    if not tests:
        return None
    failed = _Failed()
    with TemporaryDirectory() as own, redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        # A folder of its own: cleaning up behind each other, runs at once would fail for no fault of the mutant.
        status = pytest.main(["-x", f"--basetemp={own}/tests", *QUIETLY, *tests], plugins=[failed])
    return failed.name or (None if status == 0 else f"tests can't be run ({int(status)})")


class _Failed:
    name: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.name = f"test: {report.nodeid}"
