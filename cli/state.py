"""What every command shares: the global options, and how results and failures leave the process."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import Console


@dataclass(frozen=True, slots=True)
class State:
    """The global options. `user` is the name given with --as; None = the local administrator."""

    home: Path
    json: bool
    user: str | None


def state_of(context: typer.Context) -> State:
    """The global options of this invocation."""
    state = context.find_root().obj
    if not isinstance(state, State):
        raise TypeError("commands run below the `vitrina` command")
    return state


def stderr() -> Console:
    """Where progress and messages go, so that standard output holds results alone."""
    return Console(file=sys.stderr, highlight=False)


def stdout() -> Console:
    """Where a result for people goes; wide where nobody's window sets a width, so that no column is cut."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def emit_json(document: Mapping[str, Any]) -> None:
    """Print the one JSON document of a command run with --json."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")
