"""The one place where the embedded engine is opened: quiet, and within its share of the machine."""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

MEMORY = re.compile(r"[1-9][0-9]?%|[1-9][0-9]*(MB|GB)")


@dataclass(frozen=True, slots=True)
class Resources:
    """What one open database may use. `memory`: `40%` of the machine's memory (of its container, where that has
    less), or an amount such as `8GB`; beyond it work goes to disk. `threads`: None = one per core.
    """

    memory: str = "40%"
    threads: int | None = None

    def settings(self) -> dict[str, str]:
        """The engine's settings by name."""
        threads = {} if self.threads is None else {"threads": str(self.threads)}
        return {"enable_progress_bar": "false", "memory_limit": self.memory, **threads}


def connect(
    path: Path | None = None,
    *,
    read_only: bool = False,
    resources: Resources | None = None,
    spill: Path | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open a database file; without `path` a private one in memory.

    `spill`: folder for what does not fit into memory, made when it is needed. Without it that is `PATH.tmp` for a
    file, and for a database in memory there is none: work that does not fit fails.
    """
    connection = duckdb.connect(str(path) if path else ":memory:", read_only=read_only)
    wanted = (resources or Resources()).settings()
    if path is None or spill is not None:
        wanted["temp_directory"] = str(spill or "")
    for name, value in wanted.items():
        connection.execute(f"SET {name} = ?", [value])
    return connection
