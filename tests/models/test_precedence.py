"""Which source is believed of an attribute that several claim: today, on past days, and where they differ."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tests.models.model_runner import built
from warehouse.builds.model import Claim, Ordered

MAY, JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (5, 6, 7, 8))
Row = Mapping[str, Any]
BILLING, CRM, OFFICE = "billing", "crm", "statistics"


def ordered(attribute: str, *sources: str, shown: bool = True, kind: str = "VARCHAR") -> Ordered:
    """Registers claim it under its own name, the office of statistics as a company's."""
    column = {"full_name": "name"}.get(attribute, attribute)
    claims = [
        Claim(OFFICE, "organisation", column) if source == OFFICE else Claim(source, "customer", attribute)
        for source in sources
    ]
    return Ordered(attribute, kind, attribute in ("full_name", "email"), shown, sources, tuple(claims))


INDUSTRY, REGION = ordered("industry", OFFICE, BILLING), ordered("region", BILLING, OFFICE)
HEADS = ordered("head_count", OFFICE, BILLING, kind="BIGINT")
PHONE = ordered("phone", BILLING, CRM, shown=False)


def said(source: str = BILLING, since: date = MAY, order: int = 0, **values: Any) -> Row:
    """C1 as a register said it."""
    marks = {"_source": source, "_known_from": since, "_load_order": order, "_row": 0}
    return {"customer_id": "C1", "kind": "legal_entity", "tax_id": "301000001", **marks, **values}


def registered(since: date = MAY, order: int = 0, **values: Any) -> Row:
    """The company of tax id 301 000 001 as the office said it."""
    marks = {"_source": OFFICE, "_known_from": since, "_load_order": order, "_row": 0, "_load_mode": "full"}
    return {"tax_id": "301 000 001", **marks, **values}


def today(precedence: Sequence[Ordered], columns: str, **rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    with built("dim_customer", precedence=precedence, **rows) as mart:
        return mart.sql(f"select {columns} from dim_customer order by customer_no").fetchall()


def conflicts(precedence: Sequence[Ordered], **rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    with built("attribute_conflict", precedence=precedence, **rows) as mart:
        return mart.sql("""
            select customer_no, attribute, chosen_source, other_source, chosen_value, other_value, since
            from attribute_conflict order by 1, 2, 4
        """).fetchall()


def history(precedence: Sequence[Ordered], column: str, **rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    with built("hist_customer", precedence=precedence, **rows) as mart:
        return mart.sql(f"""
            select held_from, held_to, present, {column} from hist_customer
            where customer_id = 'C1' order by known_to nulls last, known_from
        """).fetchall()


def test_the_first_who_says_something_is_believed() -> None:
    rows = {
        "customer": [
            said(industry="A", region="Andijon", head_count=5),
            said(customer_id="C2", tax_id="302"),
        ],
        "organisation": [
            registered(industry="B", region="Buxoro", head_count=7),
            registered(tax_id="302", region="Xorazm"),
        ],
    }
    found = today([INDUSTRY, REGION, HEADS], "industry, region, head_count", **rows)
    assert found == [("B", "Andijon", 7), (None, "Xorazm", None)]
    # Without an order the register alone is believed, as it stands.
    assert today([], "industry, region, head_count", **rows) == [("A", "Andijon", 5), (None, None, None)]


def test_what_the_master_never_said_the_next_one_says_and_what_it_cleared_stays_cleared() -> None:
    office = [registered(industry=None)]
    assert today([INDUSTRY], "industry", customer=[said(industry="A")], organisation=office) == [("A",)]
    before = [registered(industry="B", _until=JUNE)]
    rows = {"organisation": [registered(JUNE, 1)], "organisation_replaced": before}
    assert today([INDUSTRY], "industry", customer=[said(industry="A")], **rows) == [(None,)]
    assert conflicts([INDUSTRY], customer=[said(industry="A")], **rows) == []
    # Who says nothing of the company any more does not clear its values.
    gone = {"organisation_replaced": before}
    assert today([INDUSTRY], "industry", customer=[said(industry="A")], **gone) == [("A",)]


def test_of_two_registers_each_attribute_follows_the_order_and_not_the_newest_row() -> None:
    rows = [
        said(BILLING, MAY, 0, phone="901112233", email="a@b", email__folded="a@b"),
        said(CRM, JUNE, 1, phone="902223344", language="uz"),
    ]
    assert today([PHONE], "phone, email, language", customer=rows) == [("901112233", None, "uz")]
    swapped = ordered("phone", CRM, BILLING), ordered("email", BILLING, CRM)
    assert today(swapped, "phone, email, email__folded", customer=rows) == [("902223344", "a@b", "a@b")]
    with built("customer_identifier", precedence=[PHONE], customer=rows) as mart:
        kept = mart.sql("select value from customer_identifier where kind = 'phone'").fetchall()
    assert kept == [("+998901112233",)]


def test_a_difference_of_spelling_is_none() -> None:
    name = ordered("full_name", BILLING, OFFICE, shown=False)
    own = said(full_name="«Ёлка»  МЧЖ", full_name__folded="«елка»  мчж", region="Farg’ona", head_count=3)
    same = registered(name="«ЁЛКА» МЧЖ ", name__folded="«елка» мчж ", region=" FARG'ONA", head_count=3)
    assert conflicts([name, REGION, HEADS], customer=[own], organisation=[same]) == []
    other = registered(name="Сосна", name__folded="сосна", region="Buxoro", head_count=4)
    assert conflicts([name, REGION, HEADS], customer=[own], organisation=[other]) == [
        (1, "full_name", BILLING, OFFICE, None, None, MAY),
        (1, "head_count", OFFICE, BILLING, "4", "3", MAY),
        (1, "region", BILLING, OFFICE, "Farg’ona", "Buxoro", MAY),
    ]
    numbers = [said(phone="+998 90 111-22-33"), said(CRM, order=1, phone="901112233")]
    assert conflicts([PHONE], customer=numbers) == []


def test_a_conflict_stands_since_both_say_what_they_say() -> None:
    rows = {
        "customer": [said(industry="A"), said(since=JULY, order=1, industry="C")],
        "organisation": [registered(AUGUST, 2, industry="B")],
        "organisation_replaced": [
            registered(MAY, industry="A", _until=JUNE),
            registered(JUNE, 1, industry="B", _until=AUGUST),
        ],
    }
    assert [row[1:] for row in conflicts([INDUSTRY], **rows)] == [
        ("industry", OFFICE, BILLING, "B", "C", JULY)
    ]


def test_whose_tax_id_is_in_doubt_no_registry_describes_and_who_is_gone_has_no_conflict() -> None:
    office = [registered(industry="B")]
    twins = [said(industry="A"), said(customer_id="C2", industry="A")]
    assert today([INDUSTRY], "industry", customer=twins, organisation=office) == [("A",), ("A",)]
    # An outside directory raises no doubt; one who was merged away is the survivor's, whom the registry then describes.
    listed = [said(industry="A"), said(customer_id="D1", origin="directory", industry="A")]
    assert today([INDUSTRY], "industry", customer=listed, organisation=office) == [("B",), ("A",)]
    merged = [said(industry="A"), said(customer_id="C2", industry="A", merged_into="C1")]
    assert today([INDUSTRY], "industry", customer=merged, organisation=office) == [("B",)]
    assert [row[0] for row in conflicts([INDUSTRY], customer=merged, organisation=office)] == [1]


def test_of_two_spellings_of_a_tax_id_the_younger_registration_is_the_claim() -> None:
    office = [
        registered(industry="old", registered_on=MAY),
        registered(tax_id="301000001", industry="new", registered_on=JUNE),
    ]
    assert today([INDUSTRY], "industry", customer=[said()], organisation=office) == [("new",)]


def test_history_believes_what_was_said_then_in_the_same_order() -> None:
    rows = {
        "customer": [said(industry="A"), said(since=JULY, order=1, industry="C")],
        "organisation": [registered(AUGUST, 1, industry="D")],
        "organisation_replaced": [registered(JUNE, industry="B", _until=AUGUST)],
    }
    assert history([INDUSTRY], "industry", **rows) == [
        (None, JUNE, True, "A"),
        (JUNE, AUGUST, True, "B"),
    ]
    # The register's own change in July shows in nothing but where it is believed.
    assert history([ordered("industry", BILLING, OFFICE)], "industry", **rows) == [(None, JULY, True, "A")]
    assert history([], "industry", **rows) == [(None, JULY, True, "A")]


def test_a_claim_that_was_always_the_same_makes_no_history() -> None:
    rows = {"customer": [said(industry="A")], "organisation": [registered(industry="B")]}
    assert history([INDUSTRY], "industry", **rows) == []


def test_a_registry_speaks_of_whoever_had_the_tax_id_that_day() -> None:
    rows = {
        "customer": [
            said(tax_id="999", industry="A"),
            said(since=JULY, order=1, industry="A"),
            said(customer_id="C2", industry="X"),
            said(customer_id="C2", since=JUNE, order=1, tax_id=None, industry="X"),
        ],
        "organisation": [registered(industry="B")],
    }
    assert today([INDUSTRY], "customer_id, industry", **rows) == [("C1", "B"), ("C2", "X")]
    assert history([INDUSTRY], "industry", **rows) == [(None, JULY, True, "A")]
    with built("hist_customer", precedence=[INDUSTRY], **rows) as mart:
        second = mart.sql("select held_from, held_to, industry from hist_customer where customer_id = 'C2'")
        assert second.fetchall() == [(None, JUNE, "B")]


def test_the_history_of_a_day_is_what_the_mart_of_that_day_said() -> None:
    """All claims of two attributes, in two orders, day by day."""
    rows = {
        "customer": [
            said(industry="A", region=None),
            said(CRM, JUNE, 1, industry=None, region="Buxoro"),
            said(since=JULY, order=2, industry="C", region="Andijon"),
            said(CRM, AUGUST, 3, industry="D", region=None),
        ],
        "organisation": [registered(AUGUST, 2)],
        "organisation_replaced": [
            registered(JUNE, industry="R", region="Xorazm", _until=JULY),
            registered(JULY, 1, region="Navoiy", _until=AUGUST),
        ],
    }
    for sources in ((BILLING, CRM, OFFICE), (CRM, OFFICE, BILLING)):
        precedence = [ordered("industry", *sources), ordered("region", *sources)]
        with built("hist_customer", precedence=precedence, **rows) as mart:
            past = mart.sql("select held_from, held_to, industry, region from hist_customer").fetchall()
        now = today(precedence, "industry, region", **rows)[0]
        for day in (MAY, JUNE, JULY):
            then = [row[2:] for row in past if (row[0] or MAY) <= day and (row[1] is None or day < row[1])]
            known = {name: [row for row in told if row["_known_from"] <= day] for name, told in rows.items()}
            for name in ("organisation", "organisation_replaced"):
                current = [
                    row for row in known[name] if row.get("_until", AUGUST) > day or "_until" not in row
                ]
                known[name] = [row for row in known[name] if row not in current]
                known.setdefault("now", []).extend(
                    {k: v for k, v in row.items() if k != "_until"} for row in current
                )
            known["organisation_replaced"] += known["organisation"]
            known["organisation"] = known.pop("now")
            assert (then or [now])[0] == today(precedence, "industry, region", **known)[0], (sources, day)
