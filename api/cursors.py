"""Page cursors: opaque to callers, they name the release and the question of the first page, and the last key."""

import base64
import binascii
import json
import re
from dataclasses import dataclass

from api.errors import ApiError
from api.schemas.problem import Finding
from warehouse.catalog.model import Entity

# A release id becomes a folder name: nothing that could lead elsewhere.
RELEASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
MAX_KEY = 2**32
QUESTION = 16
"""Signs of a question's key that tell it from others."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins; no release = the current one. `question` tells one question from others."""

    release: str | None = None
    question: str = ""
    after: str | int | None = None


def write_cursor(cursor: Cursor) -> str:
    """The text callers hand back."""
    return (
        base64.urlsafe_b64encode(json.dumps([cursor.release, cursor.question, cursor.after]).encode())
        .decode()
        .rstrip("=")
    )


def read_cursor(text: str | None) -> Cursor:
    """The cursor of a text. Raises ApiError 422 for a text we did not write."""
    if text is None:
        return Cursor()
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _not_a_cursor() from error
    if not isinstance(parts, list) or len(parts) != 3:
        raise _not_a_cursor()
    release, question, after = parts
    if not isinstance(release, str) or not RELEASE_ID.fullmatch(release):
        raise _not_a_cursor()
    if not isinstance(question, str) or not isinstance(after, (str, int)) or isinstance(after, bool):
        raise _not_a_cursor()
    return Cursor(release, question, after)


def require_same(cursor: Cursor, question: str, key: type[str] | type[int]) -> None:
    """Refuse (ApiError 422) a cursor of another question, or one whose key is none of this entity's.

    A page of one question continued by another would leave out members without a word.
    """
    if cursor.after is None:
        return
    if cursor.question != question:
        raise _not_a_cursor("a cursor of another question: begin with the first page")
    if not isinstance(cursor.after, key) or not _is_storable(cursor.after):
        raise _not_a_cursor()


def key_type(entity: Entity) -> type[str] | type[int]:
    """Customers are paged by their number, other entities by their text key."""
    return int if entity.key == entity.customer else str


def _is_storable(after: str | int) -> bool:
    """Whether the engine can compare keys with it: half of a surrogate pair is no character."""
    if isinstance(after, int):
        return 0 <= after < MAX_KEY
    try:
        after.encode()
    except UnicodeEncodeError:
        return False
    return True


def _not_a_cursor(message: str = "not a cursor of a page before") -> ApiError:
    return ApiError(422, "not a cursor", (Finding(path="/query/after", message=message),))
