"""Which unit tests run through which functions: mutants are asked by those of their function alone."""

import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pytest

from tests.segments.mutation.patching import ROOT
from tests.segments.mutation.probes import traced

FOLDERS = (
    "tests/segments/compiler",
    "tests/segments/conditions",
    "tests/segments/laws_extra",
    "tests/segments/service",
)
SLOW = "not hundred_thousand and not guard and not anything and (test_shape or not clickhouse)"
"""Tests that are left out: they measure time, start another engine (shapes are compiled only), or draw at random."""

QUIETLY = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain", f"--rootdir={ROOT}")
"""Rewriting asserts takes longer than most tests, and nobody reads the messages."""


def touched() -> dict[str, frozenset[str]]:
    """Functions of the product by the tests that run them, for tests that pass."""
    tracer = _Tracer()
    folders = [str(ROOT / folder) for folder in FOLDERS if (ROOT / folder).is_dir()]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        pytest.main([*QUIETLY, "-k", SLOW, *folders], plugins=[tracer])
    return {name: places for name, places in tracer.places.items() if name not in tracer.failed}


class _Tracer:
    def __init__(self) -> None:
        self.places: dict[str, frozenset[str]] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[Any]:
        with traced() as places:
            yield
        self.places[f"{item.path}::{item.nodeid.split('::', 1)[1]}"] = frozenset(places)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(f"{ROOT / report.nodeid}")
