"""What things are called: labels of the catalogue, made unambiguous, and texts of documents, quoted."""

from collections.abc import Mapping
from typing import Protocol

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


class Labelled(Protocol):
    """Anything of the catalogue with labels by language."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Language -> text."""


def quoted(text: str) -> str:
    """A text of a document in straight quotes; what would print as nothing is written as a code."""
    return '"' + "".join(_shown(letter) for letter in text) + '"'


def _shown(letter: str) -> str:
    if letter in ESCAPES:
        return ESCAPES[letter]
    return letter if letter == " " or letter.isprintable() else f"\\u{{{ord(letter):x}}}"


def title(name: str, among: Mapping[str, Labelled], language: str, marks: str) -> str:
    """The label in the language's quotation marks; the name follows where another has the same label."""
    own = _label(among[name], language, marks)
    if not own:
        return f"[{name}]"
    namesakes = [
        other
        for other, thing in among.items()
        if other != name and _alike(own, _label(thing, language, marks))
    ]
    shown = f"{marks[0]}{own}{marks[1]}"
    return f"{shown} [{name}]" if namesakes else shown


def value_title(value: str, labels: Mapping[str, str], marks: str) -> str:
    """An allowed value by its label, with itself where two labels are alike; other values as they stand."""
    own = _clean(labels.get(value, ""), marks)
    if not own:
        return quoted(value)
    namesakes = [v for v, label in labels.items() if v != value and _alike(own, _clean(label, marks))]
    shown = f"{marks[0]}{own}{marks[1]}"
    return f"{shown} [{quoted(value)}]" if namesakes else shown


def _label(thing: Labelled, language: str, marks: str) -> str:
    return _clean(thing.labels.get(language, ""), marks)


def _clean(label: str, marks: str) -> str:
    plain = label.replace(marks[0], "'").replace(marks[1], "'")
    return " ".join(plain.split())


def _alike(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
