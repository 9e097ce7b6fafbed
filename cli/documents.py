"""Segment documents on the command line: reading them, and saying what is wrong with them."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from rich.table import Table
from rich.text import Text

from cli.state import State, emit_json, stderr
from segments.conditions.problems import DocumentError, Problem
from segments.conditions.read import loads
from warehouse.errors import InputError

BAD_INPUT = 2
STANDARD_INPUT = "-"


def read_document(file: str) -> dict[str, Any]:
    """The document in a file, or on standard input for `-`. Raises InputError naming the file."""
    try:
        content = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from error
    try:
        return loads(content)
    except DocumentError as error:
        raise InputError(f"{file}: {error.problems[0].message}") from error


def refuse(state: State, file: str, problems: Sequence[Problem]) -> NoReturn:
    """Say every problem with the path of its node and leave with exit code 2."""
    if state.json:
        message = "; ".join(f"{p.path or 'document'}: {p.message}" for p in problems)
        emit_json(
            {
                "error": f"{file}: {message}",
                "valid": False,
                "problems": [problem.to_json() for problem in problems],
            }
        )
    else:
        console = stderr()
        console.print(Text(f"{file}: the document is not valid", style="red"))
        console.print(told("what is wrong", ((p.path, p.code, p.message) for p in problems)))
    raise SystemExit(BAD_INPUT)


def told(what: str, rows: Iterable[tuple[str, str, str]]) -> Table:
    """A table of paths, codes and messages."""
    table = Table("node", "code", what, box=None, pad_edge=False)
    for path, code, message in rows:
        table.add_row(Text(path or "document"), Text(code), Text(message))
    return table
