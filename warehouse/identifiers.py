"""The one form of an identifier: what the marts store and what people type are compared in it.

The rules stand once, as SQL: the build database carries them as the macro `raw.identifier_value(kind, value)`, and
`normalise` runs the same expression over the values that people bring.
"""

from collections.abc import Sequence

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.connection import connect
from warehouse.files.expressions import literal

COUNTRY_CODE = "998"
NATIONAL_DIGITS = 9
"""Digits of a telephone number of the operator's country, without the country code."""
NUMBERS = ("msisdn", "phone", "tax_id")
"""Kinds whose one form keeps all digits of what was written, in their order."""
SHORTEST = 7
"""Digits that every form of a telephone number ends with."""
LOOKED_FOR = 8
"""Up to so many numbers a search for the digits is cheaper than the one form of every value."""

_DIGITS = "regexp_replace(value, '[^0-9]', '', 'g')"
_INTERNATIONAL = f"regexp_replace({_DIGITS}, '^00', '')"
_WHOLE = f"regexp_full_match(value, '[+]?{COUNTRY_CODE}[0-9]{{{NATIONAL_DIGITS}}}')"
_NUMBER = "regexp_full_match(value, '[ (]*[+]?[ (]*[0-9][0-9 ()-]*')"
_NATIONAL = f"(length({_DIGITS}) = {NATIONAL_DIGITS} and not regexp_matches(value, '[+]|^[ (]*00'))"
_PHONE = f"""
    case
        when {_WHOLE} then '+' || ltrim(value, '+')
        when not {_NUMBER} then null
        when {_NATIONAL} then '+{COUNTRY_CODE}' || {_DIGITS}
        when length({_INTERNATIONAL}) between 7 and 15 then '+' || {_INTERNATIONAL}
    end"""
_EMAIL = r"case when regexp_full_match(value, '[^@\s]+@[^@\s]+') then lower(value) end"
_NAME = "regexp_replace(lower(value), '^(https?://)?(www[.])?(t[.]me|telegram[.]me|instagram[.]com)/|^@|/$', '', 'g')"
_MESSENGER = f"case when regexp_full_match({_NAME}, '[a-z0-9_.]+') then {_NAME} end"
_TAX_ID = f"case when regexp_full_match(value, '[0-9][0-9 -]*') then {_DIGITS} end"
NORMAL_FORM = f"""
    case
        when kind in ('msisdn', 'phone') then {_PHONE}
        when kind = 'email' then {_EMAIL}
        when kind in ('telegram', 'instagram') then {_MESSENGER}
        when kind = 'tax_id' then {_TAX_ID}
        else nullif(value, '')
    end"""
"""SQL over `kind` and `value` (trimmed, NFC): the one form, NULL where it can't be such an identifier.

Telephone numbers become E.164; a number without country code is one of the operator's own country. E-mail addresses
and names in messengers are lower case, of tax ids the digits count; of other kinds the value is taken as it stands.
"""


def normalise(kind: str, values: pa.Array) -> pa.Array:
    """The one form of each value of a kind, NULL where it can't be such an identifier. Texts in, texts out."""
    kinds = pa.DictionaryArray.from_arrays(pa.array([0] * len(values), pa.int8()), [kind])
    return _forms(pa.table({"kind": kinds, "value": pc.utf8_trim_whitespace(values)}))


def forms_by_kind(value: str, kinds: Sequence[str]) -> dict[str, str]:
    """The one form of a value by each of the kinds that it can be."""
    asked = pa.table({"kind": pa.array(kinds, pa.string()), "value": [value.strip()] * len(kinds)})
    forms = zip(kinds, _forms(asked).to_pylist(), strict=True)
    return {kind: form for kind, form in forms if form is not None}


def is_one_of(macro: str, kind: str, column: str, forms: Sequence[str]) -> str:
    """SQL: the one form of a column (trimmed texts) is one of `forms` (none: false); `macro` as of `define_macro`.

    For few numbers the digits are looked for first, in their order with anything between: a sixth of the work.
    """
    if not forms:
        return "false"
    exact = f"{macro}({literal(kind)}, {column}) in ({', '.join(map(literal, forms))})"
    if kind not in NUMBERS or len(forms) > LOOKED_FOR:
        return exact
    likely = " or ".join(f"{column} like '%{'%'.join(form[-SHORTEST:])}%'" for form in forms)
    return f"case when {likely} then {exact} else false end"


def _forms(arriving: pa.Table) -> pa.Array:
    with connect() as connection:
        connection.register("arriving", arriving)
        found = connection.sql(f"select {NORMAL_FORM} as form from arriving")  # noqa: S608
        return found.to_arrow_table().column("form").combine_chunks()


def define_macro(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Make `name(kind, value)` in a database; `name` is one of our own."""
    connection.execute(f"create macro {name}(kind, value) as ({NORMAL_FORM})")
