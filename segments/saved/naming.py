"""Names of saved things: what counts as one name, and the short readable id made from it."""

import re
import unicodedata
from collections.abc import Callable

from warehouse.errors import InputError
from warehouse.text import fold_text

ID = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?\Z")
MAX_ID, MAX_NAME = 64, 200
RESERVED = frozenset({"examples"})  # an address of the service below that of the segments
ROOM_FOR_NUMBER = 6
LETTERS = dict(zip("абвгдезийклмнопрстуфыэўқғҳ", "abvgdeziyklmnoprstufyeoqgh", strict=True)) | {
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "",
    "ь": "",
    "ю": "yu",
    "я": "ya",
}


def clean_name(name: str) -> str:
    """The name as it is kept: trimmed, NFC. Raises InputError for none, or one that is too long."""
    found = unicodedata.normalize("NFC", " ".join(name.split()))
    if not found:
        raise InputError("a name is wanted, and it can't be empty")
    if len(found) > MAX_NAME or not found.isprintable():
        raise InputError(f"a name has at most {MAX_NAME} characters that can be printed")
    return found


def name_key(name: str) -> str:
    """Equal for names that read alike."""
    return fold_text(name)


def require_id(given: str) -> str:
    """The id itself. Raises InputError unless it is lower-case letters, digits, - and _."""
    if given in RESERVED:
        raise InputError(f"the id {given} is kept for other use")
    if not ID.match(given):
        raise InputError(f"{given!r} is no id: lower-case latin letters, digits, - and _, at most {MAX_ID}")
    return given


def free_id(name: str, kind: str, taken: Callable[[str], bool]) -> str:
    """The id made from a name; a number is added where it is taken."""
    letters = "".join(LETTERS.get(letter, letter) for letter in fold_text(name).replace("'", ""))
    words = re.sub(
        r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    )
    made = words.strip("-")[: MAX_ID - ROOM_FOR_NUMBER].strip("-") or kind
    number, found = 1, made
    while found in RESERVED or taken(found):
        number += 1
        found = f"{made}-{number}"
    return found
