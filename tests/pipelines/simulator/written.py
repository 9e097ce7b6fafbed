"""What a writer wrote, read back from its bytes."""

import csv
import gzip
import io
import json
from typing import Any

from pipelines.simulator.parts import Part


def rows_of(part: Part) -> list[dict[str, Any]]:
    """Rows of a CSV (any delimiter of ours), or records of JSON lines."""
    if ".jsonl" in part.path:
        body = gzip.decompress(part.body) if part.path.endswith(".gz") else part.body
        return [json.loads(line) for line in body.splitlines()]
    text = (part.header + part.body).decode("cp1251" if "/offices/" in part.path else "utf-8")
    delimiter = next(sign for sign in "\t|;," if sign in text.split("\n", 1)[0])
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
