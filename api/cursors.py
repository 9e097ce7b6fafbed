"""Page cursors: opaque to callers, they name the release of the first page and the last key seen."""

import base64
import binascii
import json
import re
from dataclasses import dataclass

from api.errors import ApiError
from api.schemas.problem import Finding

# A release id becomes a folder name: nothing that could lead elsewhere.
RELEASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins; no release = the current one."""

    release: str | None = None
    after: str | int | None = None


def write_cursor(cursor: Cursor) -> str:
    """The text callers hand back."""
    return base64.urlsafe_b64encode(json.dumps([cursor.release, cursor.after]).encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> Cursor:
    """The cursor of a text. Raises ApiError 422 for a text we did not write."""
    if text is None:
        return Cursor()
    try:
        release, after = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, binascii.Error) as error:
        raise _not_a_cursor() from error
    if not isinstance(release, str) or not RELEASE_ID.fullmatch(release):
        raise _not_a_cursor()
    if not isinstance(after, (str, int)) or isinstance(after, bool):
        raise _not_a_cursor()
    return Cursor(release, after)


def _not_a_cursor() -> ApiError:
    return ApiError(
        422, "not a cursor", (Finding(path="/query/after", message="not a cursor of a page before"),)
    )
