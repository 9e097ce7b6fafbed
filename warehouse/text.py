"""The one fold of text: what search by part compares. Data and search terms go through the same function."""

import pyarrow as pa
import pyarrow.compute as pc

# The acute accent stands apart: NFKC would take it to pieces (a space and a combining mark).
_APOSTROPHES = "[\u0060\u00b4\u02b9\u02bb\u02bc\u02bd\u2018\u2019\u201b\u2032\uff07\uff40]"


def fold(values: pa.Array) -> pa.Array:
    """NFKC, simple lower case, `ё` as `е`, every form of the apostrophe as `'`. NULL stays NULL.

    Takes and returns a string array of the same length.
    """
    plain = pc.replace_substring_regex(values, _APOSTROPHES, "'")
    lower = pc.utf8_lower(pc.utf8_normalize(plain, form="NFKC"))
    # Lower case can leave letters that compose, and compatibility forms can bring an apostrophe in.
    composed = pc.utf8_normalize(lower, form="NFKC")
    level = pc.replace_substring(composed, "ё", "е")
    return pc.replace_substring_regex(level, _APOSTROPHES, "'")


def fold_text(value: str) -> str:
    """`fold` of one text."""
    return str(fold(pa.array([value], pa.string()))[0].as_py())
