"""YAML as a tree that knows where it stands, so that every complaint names the file and the key."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from warehouse.errors import InputError


class DeclarationError(InputError):
    """A source declaration is wrong; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a declaration with the path that leads to it."""

    file: Path
    path: str
    value: Any

    def fail(self, message: str) -> DeclarationError:
        """The error to raise for this place."""
        return DeclarationError(f"{self.file}: {self.path or 'content'}: {message}")

    def at(self, key: str | int) -> "Node":
        """The node below; its value is None where the key is absent."""
        path = f"{self.path}[{key}]" if isinstance(key, int) else f"{self.path}.{key}".lstrip(".")
        value = self.value[key] if isinstance(key, int) else self.value.get(key)
        return Node(self.file, path, value)

    def mapping(self, known: set[str] | None = None) -> "Node":
        """Itself, when it is a mapping with text keys (and, if given, only `known` ones)."""
        if not isinstance(self.value, dict):
            raise self.fail("expected keys and values")
        unknown = [key for key in self.value if known is not None and key not in known]
        if unknown:
            raise self.fail(f"unknown key {', '.join(unknown)}; known are {', '.join(sorted(known or ()))}")
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


class _Loader(yaml.SafeLoader):
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
        return Node(path, "", yaml.load(path.read_text(encoding="utf-8-sig"), _Loader))  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DeclarationError(f"{path}: not YAML: {error}") from error
    except OSError as error:
        raise DeclarationError(f"{path}: can't be read: {error.strerror}") from error
