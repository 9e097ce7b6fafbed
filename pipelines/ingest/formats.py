"""How a source writes its files: the keys of a data set that say so."""

import codecs

from pipelines.ingest.yaml_node import Node
from warehouse.files.model import CsvFormat
from warehouse.files.scan import is_single_byte

FORMATS = ("csv",)


def read_format(node: Node, time_zone: str) -> CsvFormat:
    """The format of a data set's files; what is not said has the usual value."""
    node.at("format").choice(FORMATS, "csv")
    usual = CsvFormat()
    return CsvFormat(
        encoding=_encoding(node.at("encoding")),
        delimiter=_sign(node.at("delimiter"), usual.delimiter),
        quote=_sign(node.at("quote"), usual.quote, empty=True),
        decimal=node.at("decimal").choice((".", ","), usual.decimal),
        thousands=node.at("thousands").choice(("", " ", ".", ",", "'"), usual.thousands),
        date_format=_pattern(node.at("date_format"), usual.date_format),
        timestamp_format=_pattern(node.at("timestamp_format"), usual.timestamp_format),
        null_values=node.at("null_values").texts(usual.null_values),
        time_zone=time_zone,
        final_newline=_truth(node.at("final_newline")),
    )


def _encoding(node: Node) -> str:
    encoding = node.text("utf-8")
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise node.fail(f"unknown encoding {encoding!r}") from error
    if name not in {"utf-8", "ascii"} and not is_single_byte(name):
        raise node.fail(f"{encoding!r} can't be read: utf-8 and encodings of one byte per letter can")
    return "utf-8" if name == "ascii" else name


def _sign(node: Node, usual: str, *, empty: bool = False) -> str:
    sign = node.text(usual)
    if len(sign) == 1 and sign.isascii() and sign not in "\r\n":
        return sign
    if empty and not sign:
        return sign
    raise node.fail(f"expected one character, found {sign!r}")


def _pattern(node: Node, usual: str) -> str:
    pattern = node.text(usual)
    if "%" not in pattern:
        raise node.fail(f"expected a pattern such as %d.%m.%Y, found {pattern!r}")
    return pattern


def _truth(node: Node) -> bool:
    if node.value is None:
        return False
    if not isinstance(node.value, bool):
        raise node.fail(f"expected true or false, found {node.value!r}")
    return node.value
