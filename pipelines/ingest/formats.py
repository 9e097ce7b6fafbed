"""How a source writes its files: the keys of a data set that say so."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from pipelines.ingest.yaml_node import Faults, Node
from warehouse.files.encodings import encoding_of_files
from warehouse.files.model import (
    ISO,
    CsvFormat,
    ExcelFormat,
    FileFormat,
    JsonFormat,
    JsonLinesFormat,
    ParquetFormat,
    XmlFormat,
)

# The keys that only files of some formats have.
OWN_KEYS = {
    "csv": {"encoding", "delimiter", "quote", "final_newline", "footer"},
    "jsonl": {"encoding"},
    "json": {"encoding", "records"},
    "xml": {"records"},
    "excel": {"sheet", "header_row", "footer"},
    "parquet": set[str](),
}
FORMATS = tuple(OWN_KEYS)
# Offsets (%z) are none of them: timestamps are in the local time of the deployment.
DIRECTIVES = frozenset("YymdjbBaAHIMSfp%")
_TOLD = "%Y %y %m %d %j %b %B %a %A %H %I %M %S %f %p"


def read_format(node: Node, time_zone: str) -> FileFormat:
    """The format of a data set's files; what is not said has the usual value."""
    name, faults = node.at("format").choice(FORMATS, "csv"), Faults()
    for key in sorted(set().union(*OWN_KEYS.values()) - OWN_KEYS[name]):
        if node.at(key).value is not None:
            faults.add(node.at(key).fail(f"files of the format {name} have no {key}"))
    values = _values(node, faults) | {"time_zone": time_zone}
    form = faults.value(lambda: _READERS[name](node, values), FileFormat())
    faults.raise_all()
    return form


def _values(node: Node, faults: Faults) -> dict[str, Any]:
    """How values are written, in any format."""
    usual, found = FileFormat(), dict[str, Any]()
    reads: dict[str, Callable[[Node], object]] = {
        "encoding": _encoding,
        "decimal": lambda at: at.choice((".", ","), usual.decimal),
        "thousands": lambda at: at.choice(("", " ", ".", ",", "'"), usual.thousands),
        "date_format": lambda at: read_pattern(at, usual.date_format),
        "timestamp_format": lambda at: read_pattern(at, usual.timestamp_format),
        "null_values": lambda at: at.texts(usual.null_values),
    }
    for key, read in reads.items():
        found[key] = faults.value(partial(read, node.at(key)), getattr(usual, key))
    faults.attempt(lambda: _check_signs(node, found, (("decimal", "thousands"),)))
    return found


def _csv(node: Node, values: dict[str, Any]) -> FileFormat:
    usual = CsvFormat()
    faults = Faults()
    own: dict[str, Any] = {
        "delimiter": faults.value(lambda: _sign(node.at("delimiter"), usual.delimiter), usual.delimiter),
        "quote": faults.value(lambda: _sign(node.at("quote"), usual.quote, empty=True), usual.quote),
        "footers": faults.value(lambda: _footers(node.at("footer")), usual.footers),
        "final_newline": faults.value(lambda: read_truth(node.at("final_newline")), instead=False),
    }
    signs = (("delimiter", "quote"), ("thousands", "quote"))
    faults.attempt(lambda: _check_signs(node, values | own, signs))
    faults.attempt(lambda: _check_words(node, values["null_values"], own))
    faults.raise_all()
    return CsvFormat(**values, **own)


def _check_words(node: Node, words: Iterable[str], own: Mapping[str, Any]) -> None:
    """A word for "no value" is a whole field: it can't hold what fields are taken apart by."""
    for word in words:
        for key, sign in (("delimiter", own["delimiter"]), ("quote", own["quote"])):
            if sign and sign in word:
                raise node.at("null_values").fail(f"{word!r} can't be a value: it holds the {key} {sign!r}")
        if "\n" in word or "\r" in word:
            raise node.at("null_values").fail(f"{word!r} can't be a value: it holds the end of a line")


def _footers(node: Node) -> tuple[str, ...]:
    """What the lines of totals begin with; which totals stand in them is read by controls.py."""
    return tuple(_footer(each) for each in footer_lines(node))


def footer_lines(node: Node) -> tuple[Node, ...]:
    """The key `footer`: one line, or a list of lines in the order of the file."""
    if node.value is None:
        return ()
    return tuple(node.elements()) if isinstance(node.value, list) else (node,)


def _footer(node: Node) -> str:
    begins = node.at("begins") if isinstance(node.value, dict) else node
    text = begins.text().strip()
    if not text:
        raise begins.fail("expected what the last line begins with")
    return text


def _json(node: Node, values: dict[str, Any]) -> FileFormat:
    return JsonFormat(**values, records=_path(node.at("records"), ""))


def _xml(node: Node, values: dict[str, Any]) -> FileFormat:
    return XmlFormat(**values, records=_path(node.at("records"), None))


def _excel(node: Node, values: dict[str, Any]) -> FileFormat:
    sheet, header_row, footers = node.at("sheet"), node.at("header_row"), _footers(node.at("footer"))
    if header_row.whole(1) < 1:
        raise header_row.fail("rows are counted from 1")
    if isinstance(sheet.value, str):
        return ExcelFormat(**values, sheet=sheet.text(), header_row=header_row.whole(1), footers=footers)
    if sheet.whole(1) < 1:
        raise sheet.fail("sheets are counted from 1")
    return ExcelFormat(**values, sheet=sheet.whole(1), header_row=header_row.whole(1), footers=footers)


_READERS: dict[str, Callable[[Node, dict[str, Any]], FileFormat]] = {
    "csv": _csv,
    "jsonl": lambda _, values: JsonLinesFormat(**values),
    "json": _json,
    "xml": _xml,
    "excel": _excel,
    "parquet": lambda _, values: ParquetFormat(**values),
}


def _path(node: Node, usual: str | None) -> str:
    """The way to the repeated records."""
    path = node.text(usual)
    if path and not all(path.split("/")):
        raise node.fail(f"expected names with / between them, found {path!r}")
    return path


def _check_signs(node: Node, signs: Mapping[str, Any], pairs: Iterable[tuple[str, str]]) -> None:
    for one, other in pairs:
        if signs[one] == signs[other] != "":
            raise node.at(other).fail(f"{signs[other]!r} is the {one} sign already")


def _encoding(node: Node) -> str:
    encoding = node.text("utf-8")
    name = encoding_of_files(encoding)
    if name is None:
        raise node.fail(f"unknown encoding {encoding!r}")
    return name


def _sign(node: Node, usual: str, *, empty: bool = False) -> str:
    sign = node.text(usual)
    if len(sign) == 1 and sign.isascii() and sign not in "\r\n":
        return sign
    if empty and not sign:
        return sign
    raise node.fail(f"expected one character, found {sign!r}")


def read_pattern(node: Node, usual: str) -> str:
    """How dates or timestamps are written: a pattern, or `iso`."""
    pattern = node.text(usual)
    if pattern == ISO:
        return pattern
    parts = re.findall(r"%-?(.|$)", pattern)
    unknown = [part for part in parts if part not in DIRECTIVES]
    if unknown or not {"Y", "y"} & set(parts):
        raise node.fail(f"expected a pattern such as %d.%m.%Y of {_TOLD}, found {pattern!r}")
    return pattern


def read_truth(node: Node) -> bool:
    """True or false; false where the key is absent."""
    if node.value is None:
        return False
    if not isinstance(node.value, bool):
        raise node.fail(f"expected true or false, found {node.value!r}")
    return node.value
