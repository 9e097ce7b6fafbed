"""YAML as a tree that knows where it stands, so that every complaint names the file and the key."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml

from warehouse.errors import InputError

Read = TypeVar("Read")


class DeclarationError(InputError):
    """Source declarations are wrong; each of the `faults` names the file, the line and the key."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(slots=True)
class Faults:
    """What is wrong, collected, so that all of it is told in one attempt."""

    found: list[str] = field(default_factory=list)

    def attempt(self, read: Callable[[], Read]) -> Read | None:
        """What `read` gives; None where it fails."""
        try:
            return read()
        except DeclarationError as error:
            self.add(error)
            return None

    def value(self, read: Callable[[], Read], instead: Read) -> Read:
        """The same with something to go on with."""
        found = self.attempt(read)
        return instead if found is None else found

    def add(self, error: DeclarationError) -> None:
        """Note it; what was noted already is told once."""
        self.found += [fault for fault in error.faults if fault not in self.found]

    def raise_all(self) -> None:
        """Raise DeclarationError with all that was found, if there is any."""
        if self.found:
            raise DeclarationError(*self.found)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a declaration with the path that leads to it. `lines`: path -> line of the file."""

    file: Path
    path: str
    value: Any
    lines: Mapping[str, int] = field(default_factory=dict)

    def fail(self, message: str) -> DeclarationError:
        """The error to raise for this place. What is absent is told with the line of what it belongs to."""
        return self._told(self._line(), message)

    def _told(self, line: int, message: str) -> DeclarationError:
        return DeclarationError(f"{self.file}: line {line}: {self.path or 'content'}: {message}")

    def _line(self) -> int:
        path = self.path
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, 1)

    def at(self, key: str | int) -> "Node":
        """The node below; its value is None where the key is absent."""
        path = f"{self.path}[{key}]" if isinstance(key, int) else f"{self.path}.{key}".lstrip(".")
        value = self.value[key] if isinstance(key, int) else self.value.get(key)
        return replace(self, path=path, value=value)

    def mapping(self, known: set[str] | None = None) -> "Node":
        """Itself, when it is a mapping with text keys (and, if given, only `known` ones)."""
        if not isinstance(self.value, dict):
            raise self.fail("expected keys and values")
        unknown = [key for key in self.value if known is not None and key not in known]
        if unknown:
            message = f"unknown key {', '.join(unknown)}; known are {', '.join(sorted(known or ()))}"
            raise self._told(self.at(unknown[0])._line(), message)
        return self

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Keys and nodes of a mapping."""
        node = self.mapping()
        return ((key, node.at(key)) for key in node.value)

    def elements(self) -> Iterator["Node"]:
        """Nodes of a list that is not empty."""
        if not isinstance(self.value, list) or not self.value:
            raise self.fail("expected a list with at least one entry")
        return (self.at(index) for index in range(len(self.value)))

    def text(self, default: str | None = None) -> str:
        """A text; `default` where the key is absent."""
        if self.value is None and default is not None:
            return default
        if not isinstance(self.value, str):
            raise self.fail(
                f"expected a text, found {self.value!r}" if self.value is not None else "is missing"
            )
        return self.value

    def optional_text(self) -> str | None:
        """A text or nothing."""
        return None if self.value is None else self.text()

    def texts(self, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts; `default` where the key is absent."""
        if self.value is None:
            return default
        return tuple(node.text() for node in self.elements())

    def choice(self, allowed: tuple[str, ...], default: str | None = None) -> str:
        """One of `allowed`."""
        value = self.text(default)
        if value not in allowed:
            raise self.fail(f"{value!r} is not one of {', '.join(allowed)}")
        return value

    def day(self) -> date | None:
        """A date or nothing."""
        if self.value is None or type(self.value) is date:
            return self.value
        raise self.fail(f"expected a date such as 2026-07-01, found {self.value!r}")

    def whole(self, default: int) -> int:
        """A whole number from 0."""
        value = default if self.value is None else self.value
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.fail(f"expected a whole number, found {value!r}")
        return value


class _Loader(yaml.CSafeLoader):
    """Keys are the text that stands there: `010`, `no` and `true` are codes and words, no numbers and no
    truth; and a key stands once.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        own = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key is a text", key.start_mark)
            if own.count(key.value) > 1 and key.tag != MERGE:
                problem = f"the key {key.value!r} stands there twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        self.flatten_mapping(node)
        return {key.value: self.construct_object(entry, deep=deep) for key, entry in node.value}


MERGE = "tag:yaml.org,2002:merge"


def read_yaml(path: Path) -> Node:
    """The whole file as a node."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8-sig"))
        root = loader.get_single_node()
        lines: dict[str, int] = {}
        # Before the values are made: that puts merged keys where none stood.
        _find_lines(root, "", lines, set())
        return Node(path, "", None if root is None else loader.construct_document(root), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise DeclarationError(f"{path}: {where}not YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DeclarationError(f"{path}: not YAML: {error}") from error
    except OSError as error:
        raise DeclarationError(f"{path}: can't be read: {error.strerror}") from error


def _find_lines(node: yaml.Node | None, path: str, lines: dict[str, int], seen: set[int]) -> None:
    """Paths as `Node.at` makes them. What an anchor repeats has the lines of the place that it repeats."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{path}.{key.value}".lstrip(".")
            lines[name] = key.start_mark.line + 1
            _find_lines(value, name, lines, seen)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[f"{path}[{index}]"] = value.start_mark.line + 1
            _find_lines(value, f"{path}[{index}]", lines, seen)
