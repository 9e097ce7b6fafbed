"""Puts changed source in the place of product modules, before anything of the product is imported.

Works in a process that has imported neither `segments` nor tests that import it: such processes are forked
for one change each (`forking`), so nothing has to be undone.
"""

import importlib.util
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).parents[3]
PRODUCT = ("segments", "tests.segments.world", "tests.segments.golden", "tests.segments.proof")
"""What a changed module can be bound into; none of it may have been imported before."""

PRODUCT_AND_TESTS = ("segments", "tests.segments")


@dataclass(frozen=True)
class Edit:
    """Text of one module and what stands in its place."""

    module: str
    old: str
    new: str


class StaleEditError(Exception):
    """The text to be replaced is not there, or stands there more than once."""


def source_path(module: str) -> Path:
    """File of a module of the product."""
    path = ROOT / Path(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def edited(edits: Sequence[Edit]) -> dict[str, str]:
    """Changed source by module. Raises StaleEditError where an edit does not apply exactly once."""
    sources: dict[str, str] = {}
    for edit in edits:
        source = sources.get(edit.module) or source_path(edit.module).read_text(encoding="utf-8")
        if source.count(edit.old) != 1:
            raise StaleEditError(f"{edit.module} holds {source.count(edit.old)} times: {edit.old}")
        sources[edit.module] = source.replace(edit.old, edit.new)
    return sources


def install(sources: Mapping[str, str | CodeType]) -> None:
    """Make imports of these modules run the given source or code."""
    early = [name for name in sys.modules if name.startswith(PRODUCT)]
    assert not early, f"imported before the change: {early[:3]}"
    for module, source in sources.items():
        code = source if isinstance(source, CodeType) else compile(source, f"<changed {module}>", "exec")
        sys.meta_path.insert(0, _Changed(module, code))


class _Changed(MetaPathFinder, Loader):
    def __init__(self, module: str, code: CodeType) -> None:
        self._module = module
        self._code = code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._module:
            return None
        file = source_path(fullname)
        folder = [str(file.parent)] if file.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            fullname, file, loader=self, submodule_search_locations=folder
        )

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)
