"""Compressed files are read like the file inside; archives that can't be trusted are refused."""

import gzip
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.warehouse.files.record_files import RULES, convert, refusals
from warehouse.files.model import CsvFacts, CsvFormat, FileError, JsonLinesFormat
from warehouse.files.readers import look_at

CSV = 'id,name,amount,count\n1,"two\nlines",1.50,\n2,b,x,\n3,"c",2,\n'.encode("utf-16")
FORM = CsvFormat(encoding="utf-16")


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("f.csv.gz", gzip.compress(CSV, mtime=0)),
        ("f.csv.gz", gzip.compress(CSV[:20], mtime=0) + gzip.compress(CSV[20:], mtime=0)),
        ("F.CSV.GZ", gzip.compress(CSV, mtime=0)),
        ("f.zip", zipped(("x/f.csv", CSV), ("__MACOSX/f.csv", b"x"), ("x/.DS_Store", b"x"))),
        ("f.zip", zipped(("f.csv", CSV), method=zipfile.ZIP_LZMA)),
    ],
)
def test_compressed_files_are_read_with_the_lines_of_what_is_inside(
    tmp_path: Path, name: str, content: bytes
) -> None:
    converted, rows = convert(tmp_path / name, content, FORM)
    assert [row["name"] for row in rows] == ["two\nlines", "c"]
    assert [line for line, *_ in refusals(converted)] == [4]


@pytest.mark.parametrize("form", [CsvFormat(), JsonLinesFormat()])
def test_content_is_the_same_however_it_is_packed(tmp_path: Path, form: CsvFormat | JsonLinesFormat) -> None:
    content = b'{"id":1}\n'
    files = {
        "f": content,
        "f.gz": gzip.compress(content, mtime=1),
        "g.gz": gzip.compress(content, mtime=2),
        "f.zip": zipped(("g", content)),
    }
    for name, packed in files.items():
        (tmp_path / name).write_bytes(packed)
    facts = [look_at(tmp_path / name, form) for name in files]
    assert len({each.sha256 for each in facts}) == 1
    assert [each.size for each in facts] == [len(packed) for packed in files.values()]


LOCKED = bytearray(zipped(("f.csv", CSV)))
for place in (6, LOCKED.index(b"PK\x01\x02") + 8):
    LOCKED[place] |= 1
UNKNOWN = bytearray(zipped(("f.csv", CSV)))
for place in (8, UNKNOWN.index(b"PK\x01\x02") + 10):
    UNKNOWN[place] = 97
FLIPPED = bytearray(zipped(("f.csv", CSV), method=zipfile.ZIP_STORED))
FLIPPED[80] ^= 1


@pytest.mark.parametrize("form", [FORM, JsonLinesFormat()])
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("f.csv.gz", gzip.compress(CSV, mtime=0)[:-20], "damaged or cut"),
        ("f.csv.gz", gzip.compress(CSV, mtime=0)[:-4] + b"\0\0\0\0", "damaged or cut"),
        ("f.csv.gz", CSV, "damaged or cut"),
        ("f.csv.gz", gzip.compress(b"", mtime=0), "the file is empty"),
        ("f.csv.gz", b"", "the file is empty"),
        ("f.zip", zipped(("f.csv", CSV))[:-30], "damaged or cut"),
        ("f.zip", bytes(FLIPPED), "damaged or cut"),
        ("f.zip", CSV, "damaged or cut"),
        ("f.zip", zipped(("a.csv", CSV), ("b.csv", CSV)), "holds one file to be read, this one holds a.csv, b.csv"),
        ("f.zip", zipped(), "this one holds nothing"),
        ("f.zip", bytes(LOCKED), "locked with a password"),
        ("f.zip", bytes(UNKNOWN), "packed in a way that is not known"),
    ],
)  # fmt: skip
def test_an_archive_that_can_not_be_trusted_is_refused(
    tmp_path: Path, form: CsvFormat | JsonLinesFormat, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=message) as error:
        look_at(tmp_path / name, form)
    assert str(tmp_path / name) in str(error.value)


@pytest.mark.parametrize("name", ["f.csv.gz", "f.zip"])
def test_a_file_that_unpacks_without_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("warehouse.files.content.FREE_SIZE", 1 << 20)
    bomb = b"0" * (40 << 20)
    packed = gzip.compress(bomb) if name.endswith("gz") else zipped(("f", bomb))
    (tmp_path / name).write_bytes(packed)
    assert len(packed) * 200 < len(bomb)
    with pytest.raises(FileError, match="200 times its size"):
        look_at(tmp_path / name, CsvFormat())


def test_many_rows_come_out_of_an_archive_as_they_went_in(tmp_path: Path) -> None:
    lines = "".join(f"{number},n{number},{number}.50,{number}\n" for number in range(100_000))
    content = gzip.compress(f"id,name,amount,count\n{lines}".encode(), 1)
    converted, _ = convert(tmp_path / "f.csv.gz", content, CsvFormat(), RULES)
    assert (converted.accepted, converted.sums["count"]) == (100_000, 99_999 * 50_000)


LINES = "id,name,amount,count\n1,Жук,1.50,\n2,b,x,\n"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (LINES, CsvFormat()),
        (LINES, CsvFormat(encoding="cp1251")),
        (LINES, CsvFormat(encoding="utf-16")),
        (LINES + "TOTAL,,,\n", CsvFormat(encoding="cp1251", footers=("TOTAL",))),
        # One kind of line break is made of several only when all have been seen.
        (LINES.replace("x,\n", "x,\r\n"), CsvFormat(encoding="cp1251")),
    ],
)
def test_the_first_pass_keeps_what_the_reader_needs(tmp_path: Path, text: str, form: CsvFormat) -> None:
    path = tmp_path / "f.csv.gz"
    converted, rows = convert(path, gzip.compress(text.encode(form.encoding), mtime=0), form)
    assert [(row["id"], row["name"]) for row in rows] == [("1", "Жук")]
    assert [line for line, *_ in refusals(converted)] == [3]
    kept = look_at(path, form, tmp_path)
    assert isinstance(kept, CsvFacts)
    assert kept.copy is not None
    assert kept.copy.read_bytes() == text.partition("TOTAL")[0].encode()
    assert replace(kept, copy=None) == look_at(path, form)
