"""The one form of identifiers: however people write them, it is the same, and it is final."""

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.identifiers import define_macro, forms_by_kind, normalise

KINDS = ("msisdn", "phone", "email", "telegram", "instagram", "app_id", "tax_id", "account", "other")


@pytest.mark.parametrize(
    ("kind", "written", "form"),
    [
        ("msisdn", "+998 90 000-00-01", "+998900000001"),
        ("msisdn", "998900000001", "+998900000001"),
        ("msisdn", " (90) 000-00-01 ", "+998900000001"),
        ("phone", "00998900000001", "+998900000001"),
        ("phone", "+44 20 7946 0958", "+442079460958"),
        ("phone", "+901234567", "+901234567"),
        ("phone", "001234567", "+1234567"),
        ("msisdn", "99890", None),
        ("msisdn", "998900000001.0", None),
        ("msisdn", "9,98901E+11", None),
        ("msisdn", "9989000000019989000000", None),
        ("msisdn", "٩٩٨٩٠٠٠٠٠٠٠٠١", None),
        ("email", "Ivan@Mail.RU", "ivan@mail.ru"),
        ("email", "ИВАН@почта.рф", "иван@почта.рф"),
        ("email", "two@at@signs", None),
        ("email", "nobody", None),
        ("telegram", "https://t.me/Anna_1", "anna_1"),
        ("telegram", "@Anna_1", "anna_1"),
        ("telegram", "123456789", "123456789"),
        ("telegram", "not a name", None),
        ("instagram", "https://www.instagram.com/Anna.B/", "anna.b"),
        ("tax_id", "300 000 001", "300000001"),
        ("tax_id", "INN300000001", None),
        ("account", " L-00017 ", "L-00017"),
        ("app_id", "aB", "aB"),
        ("account", "  ", None),
    ],
)
def test_the_one_form(kind: str, written: str, form: str | None) -> None:
    assert forms_by_kind(written, [kind]).get(kind) == form


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(KINDS), st.lists(st.text() | st.text("+998 0()-@.aBt/"), max_size=30))
def test_a_form_is_final_and_the_marts_have_the_same(kind: str, written: list[str]) -> None:
    values = pa.array(written, pa.string())
    forms = normalise(kind, values)
    known = forms.drop_null()
    assert normalise(kind, known) == known
    with duckdb.connect() as connection:
        define_macro(connection, "identifier_value")
        arriving = {"value": pa.array([one.strip() for one in written], pa.string())}
        connection.register(
            "arriving", pa.table(arriving | {"kind": pa.array([kind] * len(written), pa.string())})
        )
        stored = connection.sql("select identifier_value(kind, value) as form from arriving").to_arrow_table()
    assert stored.column("form").to_pylist() == forms.to_pylist()
