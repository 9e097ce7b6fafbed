"""Rules about our own sources that import contracts can't express."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "apps", "cli", "pipelines", "segments", "signals", "store", "warehouse")

# The pass list and the renderer decide per engine; everywhere above the adapters a definition has one meaning.
ENGINE_NEUTRAL = ("api", "apps", "segments", "signals")
MAY_NAME_ENGINES = {"segments/compiler/engines.py", "segments/compiler/render.py"}
ENGINE_NAME = re.compile(r"duckdb|clickhouse|chdb", re.IGNORECASE)

# Entry points read the clock and pass it on; audit rows and run journals say when a person or a run acted.
WALL_CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
MAY_READ_CLOCK = ("cli/", "store/", "api/", "pipelines/run.py", "pipelines/lib/")


def sources(*packages: str) -> Iterator[tuple[str, str]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


@pytest.mark.parametrize("package", ENGINE_NEUTRAL)
def test_no_engine_is_named_above_the_adapters(package: str) -> None:
    found = [
        f"{name}:{number}"
        for name, text in sources(package)
        if name not in MAY_NAME_ENGINES
        for number, line in enumerate(text.splitlines(), 1)
        if ENGINE_NAME.search(line)
    ]
    assert found == []


def test_as_of_is_never_the_wall_clock() -> None:
    found = []
    for name, text in sources(*PACKAGES):
        if name.startswith(MAY_READ_CLOCK):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                if (owner, node.attr) in WALL_CLOCK:
                    found.append(f"{name}:{node.lineno}")
    assert found == []


def test_every_package_is_listed_by_name() -> None:
    listed = set(re.findall(r'^    "([a-z_.]+)",$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE))
    present = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for package in PACKAGES
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert present - listed == set()


# Entry points: Dagster and Streamlit load these files to start, and they name the deployment by environment.
STARTED_BY_IMPORT = {"pipelines/definitions.py", "apps/main.py"}


def test_importing_opens_no_file_and_no_connection() -> None:
    """Nothing connects at import time: every module of ours is imported with doors shut."""
    modules = [
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name, _ in sources(*PACKAGES)
        if "/migrations/" not in name and name not in STARTED_BY_IMPORT and not name.endswith("/page.py")
    ]
    script = (
        "import socket, sqlite3, importlib, sys\n"
        "import duckdb, sqlalchemy\n"
        "def shut(*a, **k): raise AssertionError('connected at import')\n"
        "duckdb.connect = sqlite3.connect = socket.socket.connect = shut\n"
        "sqlalchemy.create_engine = shut\n"
        f"for name in {modules!r}:\n    importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
