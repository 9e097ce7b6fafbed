"""Reading of declarations with the place kept: every complaint names file and key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from warehouse.errors import InputError

LANGUAGES = ("en", "ru")


class CatalogError(InputError):
    """A declaration is wrong; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A value of a YAML file together with the file and the path of keys that lead to it."""

    content: Any
    file: str
    path: str = ""

    def fail(self, message: str) -> CatalogError:
        """The error to raise about this place."""
        return CatalogError(f"{self.file}: {self.path or '(top)'}: {message}")

    def only(self, *known: str) -> "Declared":
        """This mapping, refusing every key that is not known."""
        unknown = sorted(str(key) for key in self.mapping() if key not in known)
        if unknown:
            raise self.fail(f"unknown key {', '.join(unknown)}; known are {', '.join(known)}")
        return self

    def mapping(self) -> Mapping[str, Any]:
        """The content as a mapping with text keys; nothing counts as an empty one."""
        if self.content is None:
            return {}
        if not isinstance(self.content, dict) or not all(isinstance(key, str) for key in self.content):
            raise self.fail("expected keys and values")
        return self.content

    def has(self, key: str) -> bool:
        """Whether the key is there, with or without a value."""
        return key in self.mapping()

    def at(self, key: str) -> "Declared":
        """The value of a key that must be there."""
        if not self.has(key):
            raise self.fail(f"`{key}` is missing")
        return self.child(key, self.mapping()[key])

    def child(self, key: str, content: Any) -> "Declared":
        """A value one step below this place."""
        return Declared(content, self.file, f"{self.path}.{key}" if self.path else key)

    def items(self) -> Iterator[tuple[str, "Declared"]]:
        """Keys with their values, in the file's order."""
        return ((key, self.child(key, value)) for key, value in self.mapping().items())

    def elements(self) -> tuple["Declared", ...]:
        """Members of a list."""
        if not isinstance(self.content, list):
            raise self.fail("expected a list")
        return tuple(self.child(str(index), value) for index, value in enumerate(self.content))

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.content, str) or not self.content.strip():
            raise self.fail("expected a text")
        return self.content

    def text_or(self, key: str, default: str) -> str:
        """The text under a key, or the default where the key is absent."""
        return self.at(key).text() if self.has(key) else default

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(element.text() for element in self.elements())

    def labels(self) -> Mapping[str, str]:
        """What people read, in every language of the product."""
        found = {language: self.at(language).text() for language in LANGUAGES}
        return found | {key: value.text() for key, value in self.items() if key not in found}


class _Loader(yaml.CSafeLoader):
    """Refuses a key that stands twice in one mapping: YAML's own loader would quietly keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and names.count(key.value) > 1:
                raise yaml.constructor.ConstructorError(
                    "in a mapping", node.start_mark, f"the key {key.value} stands there twice", key.start_mark
                )
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Declared:
    """One declaration file; an empty one declares nothing."""
    try:
        # A safe loader: it makes plain values alone.
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CatalogError(f"{path}: cannot be read: {error}") from error
    return Declared({} if content is None else content, str(path))
