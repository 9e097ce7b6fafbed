"""Segment documents on the command line: reading them, and saying what is wrong with them."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

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
        console.print(told("what is wrong", ((p.path, p.code, p.message) for p in problems)), soft_wrap=True)
    raise SystemExit(BAD_INPUT)


def told(what: str, rows: Iterable[tuple[str, str, str]]) -> Text:
    """Paths, codes and messages in columns; a long message runs on, so that it can be searched for."""
    lines = [("node", "code", what), *((path or "document", code, message) for path, code, message in rows)]
    widths = [max(len(line[i]) for line in lines) for i in (0, 1)]
    return Text("\n".join(f"{p.ljust(widths[0])}  {c.ljust(widths[1])}  {m}" for p, c, m in lines))
