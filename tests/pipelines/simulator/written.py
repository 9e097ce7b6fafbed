"""What a writer wrote, read back from its bytes, packed or not."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import IO, Any, cast

from pipelines.simulator.parts import Part


def rows_of(part: Part) -> list[dict[str, Any]]:
    """Rows of a CSV (any delimiter of ours), or records of JSON lines."""
    content = part.header + part.body
    if part.path.endswith(".gz"):
        content = gzip.decompress(content)
    if ".jsonl" in part.path:
        return [json.loads(line) for line in content.splitlines()]
    text = content.decode("cp1251" if "/offices/" in part.path else "utf-8")
    delimiter = next(sign for sign in "\t|;," if sign in text.split("\n", 1)[0])
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def open_bytes(path: Path) -> IO[bytes]:
    """The content of a file."""
    return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def open_text(path: Path, encoding: str) -> IO[str]:
    """The content of a file as text, its line breaks as they are."""
    return io.TextIOWrapper(cast("Any", open_bytes(path)), encoding, newline="")


def control_of(path: Path) -> Path:
    """The file with the control totals of an extract."""
    return path.with_name(path.name.partition(".")[0] + ".ctl")
