"""Which reader takes which format."""

from collections.abc import Sequence
from pathlib import Path

from warehouse.files.content import content_facts, is_compressed
from warehouse.files.csv_rows import CsvRows
from warehouse.files.encodings import EncodingCheck
from warehouse.files.excel_rows import ExcelRows
from warehouse.files.json_document import JsonDocument
from warehouse.files.json_lines import JsonLines
from warehouse.files.model import (
    ColumnRule,
    CsvFacts,
    CsvFormat,
    ExcelFormat,
    FileFacts,
    FileFormat,
    JsonFormat,
    JsonLinesFormat,
    ParquetFormat,
    XmlFormat,
)
from warehouse.files.parquet_rows import ParquetRows
from warehouse.files.record_rows import RecordReader, RecordRows
from warehouse.files.rows import Rows
from warehouse.files.scan import scan_file
from warehouse.files.xml_records import XmlRecords, declared_encoding

UNPACKED = "unpacked.csv"


def look_at(path: Path, form: FileFormat, scratch: Path | None = None) -> FileFacts:
    """One pass over the bytes. Raises FileError for a file that is missing, empty or not in its encoding.

    `scratch`: a private folder for what a packed file is unpacked to, kept until its rows have been read.
    """
    if isinstance(form, CsvFormat):
        return scan_file(path, form, scratch / UNPACKED if scratch and is_compressed(path) else None)
    if isinstance(form, ExcelFormat | ParquetFormat):
        return content_facts(path)
    encoding = declared_encoding(path) if isinstance(form, XmlFormat) else form.encoding
    return content_facts(path, EncodingCheck(path, encoding).take)


def open_rows(facts: FileFacts, form: FileFormat, rules: Sequence[ColumnRule], scratch: Path) -> Rows:
    """The rows of the file; `scratch` is a private folder for copies of it."""
    if isinstance(form, CsvFormat) and isinstance(facts, CsvFacts):
        return CsvRows(facts, form, rules, scratch)
    return RecordRows(facts.path, form, rules, _reader(facts.path, form, rules), scratch)


def _reader(path: Path, form: FileFormat, rules: Sequence[ColumnRule]) -> RecordReader:
    match form:
        case JsonLinesFormat():
            return JsonLines(path, form, rules)
        case JsonFormat():
            return JsonDocument(path, form, rules)
        case XmlFormat():
            return XmlRecords.of(path, form, rules)
        case ExcelFormat():
            return ExcelRows(path, form, rules)
        case ParquetFormat():
            return ParquetRows(path, form, rules)
    raise TypeError(f"no reader for {type(form).__name__}")
