"""What is wrong with a document, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.errors import InputError


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `path` is the JSON pointer of the node (`/where/all/1`; empty for the document itself).

    `code` is a stable word for programs, `message` a sentence for people.
    """

    path: str
    message: str
    code: str

    def to_json(self) -> dict[str, str]:
        """`{"path", "message", "code"}`."""
        return {"path": self.path, "message": self.message, "code": self.code}


class DocumentError(InputError):
    """A segment document is refused; `problems` lists every fault found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.path or 'document'}: {p.message}" for p in self.problems))
