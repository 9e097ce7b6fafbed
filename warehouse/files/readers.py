"""Which reader takes which format."""

from collections.abc import Sequence
from pathlib import Path

from warehouse.files.content import content_facts
from warehouse.files.csv_rows import CsvRows
from warehouse.files.encodings import EncodingCheck
from warehouse.files.json_lines import JsonLines
from warehouse.files.model import ColumnRule, CsvFacts, CsvFormat, FileFacts, FileFormat, JsonLinesFormat
from warehouse.files.record_rows import RecordReader, RecordRows
from warehouse.files.rows import Rows
from warehouse.files.scan import scan_file


def look_at(path: Path, form: FileFormat) -> FileFacts:
    """One pass over the bytes. Raises FileError for a file that is missing, empty or not in its encoding."""
    if isinstance(form, CsvFormat):
        return scan_file(path, form)
    return content_facts(path, EncodingCheck(path, form.encoding).take)


def open_rows(facts: FileFacts, form: FileFormat, rules: Sequence[ColumnRule], scratch: Path) -> Rows:
    """The rows of the file; `scratch` is a private folder for copies of it."""
    if isinstance(form, CsvFormat) and isinstance(facts, CsvFacts):
        return CsvRows(facts, form, rules, scratch)
    return RecordRows(facts.path, form, rules, _reader(facts.path, form, rules), scratch)


def _reader(path: Path, form: FileFormat, rules: Sequence[ColumnRule]) -> RecordReader:
    if isinstance(form, JsonLinesFormat):
        return JsonLines(path, form, rules)
    raise TypeError(f"no reader for {type(form).__name__}")
