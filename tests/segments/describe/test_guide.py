"""docs/segments.md is true: its examples are valid, its sentences exact, nothing of the format left out."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from cli.segment import app
from segments.conditions.check import check
from segments.conditions.describe import describe
from segments.conditions.lint import findings
from segments.conditions.nodes import UNITS, Document
from segments.conditions.problems import DocumentError
from segments.conditions.read import loads, parse
from tests.segments.describe.test_golden import CATALOG, EVERYONE, REFERENCES, ROOT
from tests.segments.world.format import missing

GUIDE = (ROOT / "docs" / "segments.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"^```json(?P<refused> refused)?\n(?P<text>.*?)^```\n(\n> (?P<said>[^\n]*)\n)?", re.M | re.S
)
BLOCKS = list(BLOCK.finditer(GUIDE))


def read(text: str) -> Document:
    """A block: a whole document, or a node for customers."""
    content = loads(text)
    return parse(content if "version" in content else {"version": 1, "where": content})


@pytest.mark.parametrize("block", [b for b in BLOCKS if not b["refused"]], ids=lambda b: b["text"][:40])
def test_examples_are_valid_and_mean_what_is_said(block: re.Match[str]) -> None:
    document = read(block["text"])
    assert not check(document, CATALOG, EVERYONE, REFERENCES)
    if block["said"]:
        assert describe(document, CATALOG, "en") == block["said"].strip()


@pytest.mark.parametrize("block", [b for b in BLOCKS if b["refused"]], ids=lambda b: b["text"][:40])
def test_what_is_called_refused_is(block: re.Match[str]) -> None:
    try:
        problems = check(read(block["text"]), CATALOG, EVERYONE, REFERENCES)
    except DocumentError as error:
        problems = error.problems
    assert [problem.path for problem in problems] == ["/where"]


def examples() -> Iterator[dict[str, Any]]:
    """Every valid example as a document."""
    for block in BLOCKS:
        if not block["refused"]:
            content = json.loads(block["text"])
            yield content if "version" in content else {"version": 1, "where": content}


def test_the_whole_format_has_an_example() -> None:
    # The units of each kind of window are said once, together.
    unsaid = {f"{kind}: {unit}" for kind in ("last", "this", "rolling", "within") for unit in UNITS}
    assert not missing(examples()) - unsaid
    assert {unit for unit in UNITS if f"`{unit}`" in GUIDE} == set(UNITS)


def test_every_remark_of_the_linter_is_explained() -> None:
    codes = set(re.findall(r"`(\w+)`", str(findings.Finding.__doc__))) - {"path"}
    assert len(codes) >= 9
    assert not {code for code in codes if f"| `{code}` |" not in GUIDE}


def test_every_command_is_in_the_guide() -> None:
    commands = typer.main.get_group(app).commands
    assert len(commands) >= 7
    assert not {name for name in commands if not re.search(rf"vitrina segment {name}\b", GUIDE)}
