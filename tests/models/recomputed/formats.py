"""Rows of extract files, read with nothing but the standard library: an opinion independent of the ingestion."""

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Row = tuple[int, dict[str, Any]]
"""Number of the line (or record, from 1) and what it says, by the names that the declaration uses."""


def read_rows(path: Path, declared: dict[str, Any], columns: list[str]) -> Iterator[Row]:
    """The rows of one file; `columns` are the names or paths that the declaration maps."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    readers = {"csv": _csv, "jsonl": _jsonl, "json": _json, "xml": _xml, "excel": _excel}
    yield from readers[declared.get("format", "csv")](content, declared, columns)


def _csv(content: bytes, declared: dict[str, Any], columns: list[str]) -> Iterator[Row]:
    text = io.StringIO(content.decode(declared.get("encoding", "utf-8")), newline="")
    reader = csv.reader(text, delimiter=declared.get("delimiter", ","), quotechar=declared.get("quote", '"'))
    names = next(reader)
    for cells in reader:
        yield reader.line_num, dict(zip(names, cells, strict=True))


def _jsonl(content: bytes, declared: dict[str, Any], columns: list[str]) -> Iterator[Row]:
    for number, line in enumerate(content.decode("utf-8").splitlines(), 1):
        record = _loads(line)
        yield number, {path: _step(record, path) for path in columns}


def _json(content: bytes, declared: dict[str, Any], columns: list[str]) -> Iterator[Row]:
    document = _loads(content.decode("utf-8"))
    chains = _descend([document], declared["records"].split("/"))
    for number, chain in enumerate(chains, 1):
        row = {}
        for path in columns:
            up = path.count("../")
            row[path] = _step(chain[-1 - up], path.replace("../", ""))
        yield number, row


def _descend(chain: list[Any], steps: list[str]) -> Iterator[list[Any]]:
    """From the document to each record, with what encloses it; every element of a list is followed."""
    if not steps:
        yield chain
        return
    found = chain[-1].get(steps[0], [])
    for each in found if isinstance(found, list) else [found]:
        yield from _descend([*chain, each], steps[1:])


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def _step(value: Any, path: str) -> Any:
    for name in path.split("/"):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _xml(content: bytes, declared: dict[str, Any], columns: list[str]) -> Iterator[Row]:
    root = ElementTree.fromstring(content)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    first, _, rest = declared["records"].partition("/")
    assert root.tag == first
    for number, record in enumerate(root.findall(rest), 1):
        yield number, {path: _element(record, path) for path in columns}


def _element(record: ElementTree.Element, path: str) -> str | None:
    where, _, attribute = path.rpartition("@")
    found = record.find(where.rstrip("/")) if where.rstrip("/") else record
    if "@" not in path:
        found = record.find(path)
        return None if found is None else found.text
    return None if found is None else found.get(attribute)


def _excel(content: bytes, declared: dict[str, Any], columns: list[str]) -> Iterator[Row]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        shared = _shared_texts(archive)
        dates = _date_styles(archive)
        sheet = _plain(archive.read(_sheet_path(archive, declared["sheet"])))
    names: list[Any] = []
    for row in sheet.iter("row"):
        number = int(row.get("r", "0"))
        cells = {_letters(cell): _cell(cell, shared, dates) for cell in row.findall("c")}
        if number == declared["header_row"]:
            names = list(cells.items())
        elif number > declared["header_row"] and any(value is not None for value in cells.values()):
            yield number, {name: cells.get(letter) for letter, name in names}


def _plain(content: bytes) -> ElementTree.Element:
    root = ElementTree.fromstring(content)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _shared_texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    entries = _plain(archive.read("xl/sharedStrings.xml")).findall("si")
    return ["".join(text.text or "" for text in entry.iter("t")) for entry in entries]


def _sheet_path(archive: zipfile.ZipFile, name: str) -> str:
    sheets = [sheet.get("name") for sheet in _plain(archive.read("xl/workbook.xml")).iter("sheet")]
    return f"xl/worksheets/sheet{sheets.index(name) + 1}.xml"


def _date_styles(archive: zipfile.ZipFile) -> set[int]:
    """Positions of the cell formats that show a number as a date."""
    styles = _plain(archive.read("xl/styles.xml"))
    own = {int(each.get("numFmtId", "0")): each.get("formatCode", "") for each in styles.iter("numFmt")}
    formats = styles.find("cellXfs")
    kinds = [int(each.get("numFmtId", "0")) for each in formats] if formats is not None else []
    return {i for i, kind in enumerate(kinds) if 14 <= kind <= 22 or re.search("[dy]", own.get(kind, ""))}


def _letters(cell: ElementTree.Element) -> str:
    return (cell.get("r") or "").rstrip("0123456789")


def _cell(cell: ElementTree.Element, shared: list[str], dates: set[int]) -> Any:
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter("t")) or None
    value = cell.findtext("v")
    if value is None:
        return None
    if cell.get("t") == "s":
        return shared[int(value)]
    if cell.get("t") == "str":
        return value
    if int(cell.get("s", "0")) in dates:
        return date(1899, 12, 30) + timedelta(days=int(Decimal(value)))
    return Decimal(value)
