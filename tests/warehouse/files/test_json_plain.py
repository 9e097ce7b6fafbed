"""Lines read by their shapes say what they say when each is read alone: values, rejects, keys and numbers of lines."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from warehouse.catalog.model import ValueType
from warehouse.files.json_blocks import take_apart
from warehouse.files.json_lines import JsonLines
from warehouse.files.model import ColumnRule, JsonLinesFormat

PATHS = ("a", "b/c", "b/d/1", "e", "list/0/a", "b")
RULES = tuple(
    ColumnRule(path, ValueType.INTEGER if path in {"a", "e"} else ValueType.TEXT, source=path)
    for path in PATHS
)
READ_ALONE, READ_BY_SHAPE = 1_000_000, 1
NUMBERS = (
    "0", "-0", "5.0", "5.00", "1.10", "1e2", "1.0E+2", "0.30000000000000004", "12345678901234567890", "-7.25", "100",
    "01", "1.", ".5", "-", "+1", "1.2.3", "--1", "1-2", "NaN", "Infinity", "-Infinity", "1e999", "0x1F",
)  # fmt: skip
PIECES = (
    '"', "\\", "{", "}", "[", "]", ":", ",", " ", "0", "1", ".", "-", "e", "\t", "\r", "\x00", "null", "Ж", "\\ud800",
    '"a":1,', '"a" :1,', '"a": 1,', '""', '":"', '": "', "[1, 2]", "tru", "\u2028", "\ufeff",
)  # fmt: skip
written = st.one_of(
    st.sampled_from(NUMBERS),
    st.sampled_from(["null", "true", "false", '""', "{}", "[]", "[1,2.50]", '[{"a":7}]', '"\\u0041\\n"']),
    st.text("ab:,{}[]0 1-.Ж", max_size=6).map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.text(max_size=4).map(json.dumps),
    st.decimals(-(10**25), 10**25, places=4).map(lambda number: f"{number:f}"),
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """An object as somebody could write it: spaces or none, keys in any order, some of them twice."""
    colon, comma = draw(st.sampled_from([(":", ","), (": ", ", "), (" : ", " ,")]))

    def members(keys: list[str]) -> str:
        drawn = draw(st.lists(st.sampled_from(keys), max_size=5))
        kept = drawn if draw(st.integers(0, 9)) == 0 else list(dict.fromkeys(drawn))
        return "{" + comma.join(f'"{key}"{colon}{value(key)}' for key in kept) + "}"

    def value(key: str) -> str:
        return members(["c", "d", "a", "k:1"]) if key == "b" and draw(st.booleans()) else draw(written)

    return members(["a", "b", "e", "list", "x", "0"])


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A line with something in a place, or something less, or bytes that are no text."""
    line = draw(documents())
    place, gone = draw(st.integers(0, len(line))), draw(st.integers(0, 2))
    piece = draw(st.sampled_from(PIECES).map(str.encode) | st.just(b"\xc3\x28"))
    return line[:place].encode() + piece + line[place + gone :].encode()


def read(path: Path, decimal: str) -> dict[str, Any]:
    """Everything that the reader tells."""
    reader = JsonLines(path, JsonLinesFormat(decimal=decimal), RULES)
    batches = list(reader.batches())
    rows = [
        row
        for each in batches
        for row in zip(map(int, each.lines), *(column.to_pylist() for column in each.columns), strict=True)
    ]
    return {
        "rows": rows,
        "rejects": sorted(reader.rejects, key=lambda reject: reject.line),
        "names": reader.names,
        "missing": reader.missing(),
        "unmapped": reader.unmapped(),
    }


def both(path: Path, content: bytes, decimal: str = ".") -> tuple[dict[str, Any], dict[str, Any]]:
    """What is told by shapes, and line by line."""
    path.write_bytes(content)
    told = []
    for seldom in (READ_BY_SHAPE, READ_ALONE):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("warehouse.files.json_plain.SELDOM", seldom)
            told.append(read(path, decimal))
    return told[0], told[1]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(documents().map(str.encode) | spoilt() | st.just(b""), min_size=1, max_size=8),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
    st.sampled_from([".", ","]),
)
@example([b'{"a":5.0,"b":{"c":"5.0"}}', b'{"a" :1,"b" :2}', b'{"k":"v","a:1,":2}'], b"\n", True, ",")
def test_both_ways_agree(tmp_path: Path, lines: list[bytes], end: bytes, whole: bool, decimal: str) -> None:
    by_shape, alone = both(tmp_path / "f.jsonl", end.join(lines) + end * whole, decimal)
    assert by_shape == alone


def test_both_ways_agree_over_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.files.json_blocks.BLOCK", 1000)
    kinds = (
        '{{"a":{0},"b":{{"c":"Ж{0}"}}}}',
        '{{"e":{0}.50}}',
        '{{"a":"{0}\\n"}}',
        "[{0}]",
        '{{"x":null}}',
        "",
    )
    content = "\n".join(kinds[number % 7 % 6].format(number) for number in range(2000))
    by_shape, alone = both(tmp_path / "f.jsonl", content.encode())
    assert by_shape == alone
    assert len(by_shape["rows"]) > 1000


def test_what_looks_alike_has_one_shape() -> None:
    apart = take_apart(b'{"a":"x","b":1.50}\n{"a":"","b":-7}\n{"a":"\\n","b":1}\n{"a":"y","b":1e3}\n')
    assert apart.shapes.to_pylist()[0] == '{"a":"","b":0}\n'
    assert apart.shape[0] == apart.shape[1]
    assert apart.doubtful.tolist() == [False, False, True, True]
    assert apart.texts().to_pylist()[:8:2] == ["x", "1.50", "", "-7"]
