"""Encodings of source files. The reader takes utf-8; whatever is written otherwise is read through a copy."""

import codecs
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from warehouse.files.model import FileError

# Codecs of Python's own that take text apart in other ways than an encoding does.
_NOT_OF_FILES = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}
_ASCII = bytes(range(128))
BLOCK = 64 << 10
"""Bytes that are decoded together; small, so that one letter does not cost the decoding of much else."""


@cache
def encoding_of_files(name: str) -> str | None:
    """Python's name of an encoding that files can be read in; None for anything else.

    A byte order mark is never part of the data, so utf-8 with one is utf-8; ascii is utf-8 too.
    """
    try:
        found = codecs.lookup(name).name
        readable = "a;1\n".encode(found).decode(found) == "a;1\n"
    except (LookupError, TypeError, ValueError):
        return None
    if not readable or found.replace("-", "_") in _NOT_OF_FILES:
        return None
    return "utf-8" if found in {"ascii", "utf-8-sig"} else found


@cache
def is_single_byte(encoding: str) -> bool:
    """True when every byte stands for one character by itself, the ASCII ones for themselves (cp1251, ...)."""
    if encoding == "utf-8" or _ASCII.decode(encoding, errors="ignore") != _ASCII.decode():
        return False
    text = "".join(bytes([code]).decode(encoding, errors="ignore") for code in range(256))
    return len(text) > 200 and all(len(letter.encode(encoding)) == 1 for letter in text)


def is_plain(encoding: str) -> bool:
    """True when line breaks, delimiters and quotes are the same bytes as in utf-8."""
    return encoding == "utf-8" or is_single_byte(encoding)


class Utf8Copier:
    """Chunks of a file in `encoding` to chunks of utf-8, with one kind of line break where `unify` is set.

    In an encoding of one byte per letter, bytes without meaning stay as they are: the reader refuses their
    rows. In the others nothing after such bytes could be trusted: UnicodeDecodeError.
    """

    def __init__(self, encoding: str, *, unify: bool = False) -> None:
        errors = "surrogateescape" if is_plain(encoding) else "strict"
        self._decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)(errors)
        self._by_letter = is_single_byte(encoding)
        self._unify, self._held = unify, b""

    def take(self, chunk: bytes, *, final: bool = False) -> bytes:
        """The next bytes of utf-8; `final` with the last chunk (which may be empty)."""
        if self._by_letter:
            blocks = (chunk[start : start + BLOCK] for start in range(0, len(chunk), BLOCK))
            chunk = b"".join(self._decoded(block, final=final) for block in blocks)
        elif self._decoder is not None:
            chunk = self._decoded(chunk, final=final)
        return self._unified(chunk, final=final) if self._unify else chunk

    def _decoded(self, text: bytes, *, final: bool) -> bytes:
        # Files of numbers are ASCII nearly everywhere, and that is the same in utf-8. Where letters are more
        # than a byte, a decoder may be in the middle of one.
        if self._decoder is None or (self._by_letter and text.isascii()):
            return text
        return self._decoder.decode(text, final).encode("utf-8", "surrogateescape")

    def _unified(self, chunk: bytes, *, final: bool) -> bytes:
        chunk = self._held + chunk
        # A carriage return at the end of a chunk may have its line feed in the next one.
        self._held = b"\r" if chunk.endswith(b"\r") and not final else b""
        return chunk[: len(chunk) - len(self._held)].replace(b"\r\n", b"\n")


def is_utf8(chunk: bytes) -> bool:
    """True for the beginning of a text in utf-8; it may end inside a character."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(chunk, final=False)
    except UnicodeDecodeError:
        return False
    return True


@dataclass(slots=True)
class EncodingCheck:
    """Refuses a file that is declared in an encoding of one byte per letter and is in utf-8."""

    path: Path
    encoding: str
    done: bool = False

    def take(self, chunk: bytes) -> None:
        """Look at the next chunk; the first one with other letters than ASCII tells."""
        if self.done or chunk.isascii():
            return
        self.done = True
        if is_single_byte(self.encoding) and is_utf8(chunk):
            raise FileError(f"{self.path}: declared as {self.encoding}, but its bytes are utf-8")
