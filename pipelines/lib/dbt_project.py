"""The dbt project as a run uses it: parsed once, started as a child that dies with the run."""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagster_dbt import DbtCliResource
from packaging.version import Version

from pipelines.lib.canonical import MODELS
from pipelines.lib.ownership import Workspace

PARSED = "partial_parse.msgpack"
SOURCES = ("*.sql", "*.yml")
FOLDERS = ("staging", "intermediate", "marts", "macros", "tests")


class RunDbt(DbtCliResource):
    """dbt inside the private folder of a run."""

    @cached_property
    def _cli_version(self) -> Version:
        """Known without starting another dbt for it."""
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Any) -> Any:
        """Column metadata would need a second dbt in this process; nobody reads it."""


def run_dbt(workspace: Workspace) -> RunDbt:
    """The resource by which assets call dbt in this run, with `workspace.path / "dbt"` as target path."""
    target = workspace.path / "dbt"
    target.mkdir(exist_ok=True)
    shutil.copy(prepared_project() / PARSED, target / PARSED)
    return RunDbt(
        project_dir=str(MODELS), profiles_dir=str(MODELS), dbt_executable=str(_executable(workspace))
    )


def manifest_path() -> Path:
    """dbt's description of the project, for the asset graph."""
    return prepared_project() / "manifest.json"


def prepared_project() -> Path:
    """Folder with the parsed project; made where missing, shared by all deployments of this installation."""
    folder = _cache_root() / _key()
    if not (folder / PARSED).exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".parsing-"))
        try:
            _parse(aside)
            if not folder.exists():
                aside.rename(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return folder


def _cache_root() -> Path:
    """Beside the models; where the installation is read-only, among the user's caches."""
    if os.access(MODELS, os.W_OK):
        return MODELS / "target" / "parsed"
    caches = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(caches) / "vitrina" / "parsed"


def _key() -> str:
    """Hash of everything that parsing depends on."""
    digest = hashlib.sha256(f"{version('dbt-core')} {version('dbt-duckdb')} {MODELS}".encode())
    files = [path for folder in FOLDERS for pattern in SOURCES for path in (MODELS / folder).rglob(pattern)]
    for path in sorted([MODELS / "dbt_project.yml", MODELS / "profiles.yml", *files]):
        digest.update(str(path.relative_to(MODELS)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _parse(target: Path) -> None:
    code = "from dbt.cli.main import cli; cli()"
    options = [
        "--project-dir",
        MODELS,
        "--profiles-dir",
        MODELS,
        "--target-path",
        target,
        "--log-path",
        target,
    ]
    done = subprocess.run(
        [sys.executable, "-c", code, "parse", *map(str, options)],
        cwd=target,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"dbt can't parse {MODELS}: {done.stdout}{done.stderr}")


def _executable(workspace: Workspace) -> Path:
    path = workspace.path / "dbt.sh"
    words = [sys.executable, "-m", "pipelines.lib.bound", str(workspace.path), str(os.getpid())]
    path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    path.chmod(0o700)
    return path


if __name__ == "__main__":
    prepared_project()
