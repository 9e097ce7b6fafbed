"""A customer who was merged into another is no customer any more: all that is said of the old id is the survivor's."""

from typing import Any

from tests.models.model_runner import built, one


def customers(**merged_into: str | None) -> list[dict[str, Any]]:
    return [
        {"customer_id": name, "kind": "person", "merged_into": into, "phone": f"90000000{place}"}
        for place, (name, into) in enumerate(merged_into.items(), 1)
    ]


def owners(target: str, key: str, **rows: Any) -> dict[str, int | None]:
    """customer_no by key in a mart table."""
    with built(target, **rows) as mart:
        return dict(mart.execute(f'select "{key}", customer_no from "{target}"').fetchall())


def test_the_number_of_the_merged_retires_and_the_profile_is_the_survivors() -> None:
    contract = [{"contract_id": "K1", "customer_id": "A"}, {"contract_id": "K2", "customer_id": "B"}]
    with built("customer_360", customer=customers(A="B", B=None, C=None), contract=contract) as mart:
        found = mart.execute("select customer_id, customer_no, contract_count from customer_360 order by 1")
        assert found.fetchall() == [("B", 2, 2), ("C", 3, 0)]


def test_a_chain_of_mergers_leads_to_its_end() -> None:
    contract = [{"contract_id": f"K{name}", "customer_id": name} for name in "ABCD"]
    found = owners("dim_contract", "contract_id", customer=customers(A="B", B="C", C=None), contract=contract)
    assert found == {"KA": 3, "KB": 3, "KC": 3, "KD": None}


def test_nobody_is_merged_in_a_circle_into_oneself_or_into_somebody_unknown() -> None:
    register = customers(A="B", B="A", C="C", D="nobody", E="A", F="D")
    with built("int_customer_number", customer=register) as mart:
        found = dict(mart.execute("select customer_id, customer_no from int_customer_number").fetchall())
    assert found == {"A": 1, "B": 2, "C": 3, "D": 4, "E": 5, "F": 4}


def test_flags_consents_and_contacts_of_the_old_id_are_the_survivors() -> None:
    register = customers(A="B", B=None)
    flag = [{"flag_id": "F", "customer_id": "A", "flag_kind": "vip"}]
    consent = [{"consent_id": "N", "customer_id": "A"}]
    contact = [{"contact_id": "T", "customer_id": "A"}]
    assert owners("fct_flag", "flag_id", customer=register, flag=flag) == {"F": 2}
    assert owners("fct_consent", "consent_id", customer=register, consent=consent) == {"N": 2}
    assert owners("fct_contact", "contact_id", customer=register, contact=contact) == {"T": 2}


def test_a_transfer_that_names_the_tax_id_of_both_is_the_survivors() -> None:
    register = [{**row, "tax_id": "300000001"} for row in customers(A="B", B=None)]
    payment = [{"payment_id": "P", "tax_id": "300 000 001"}]
    assert owners("fct_payment", "payment_id", customer=register, payment=payment) == {"P": 2}


def test_the_survivor_is_found_by_the_old_id_and_by_the_addresses_of_both() -> None:
    with built("customer_identifier", customer=customers(A="B", B=None)) as mart:
        found = mart.execute(
            "select kind, value, customer_no, candidates from customer_identifier order by 1, 2"
        )
        assert found.fetchall() == [
            ("merged_id", "A", 2, 1),
            ("phone", "+998900000001", 2, 1),
            ("phone", "+998900000002", 2, 1),
        ]
        ids = mart.execute("select count(distinct identifier_id) from customer_identifier").fetchall()
        assert ids == [(3,)]


def test_links_of_the_merged_are_the_survivors_and_none_leads_to_oneself() -> None:
    link = [
        {"customer_id": "A", "related_customer_id": "B", "link_kind": "informal"},
        {"customer_id": "A", "related_customer_id": "C", "link_kind": "formal"},
    ]
    with built("int_customer_link", customer=customers(A="B", B=None, C=None), customer_link=link) as mart:
        row = one(mart, "select * from int_customer_link where customer_no = 2")
        assert (row["customer_id"], row["related_customer_no"], row["link_kind"]) == ("B", 3, "formal")
        assert mart.execute("select count(*) from int_customer_link").fetchall() == [(2,)]


def test_what_registries_say_of_a_company_that_was_merged_away_is_not_said_of_the_survivor() -> None:
    register = [
        {**row, "tax_id": f"30000000{place}"} for place, row in enumerate(customers(A="B", B=None), 1)
    ]
    status = [
        {"tax_id": "300000001", "registry": "tax_service", "status": "liquidated"},
        {"tax_id": "300000002", "registry": "tax_service", "status": "active"},
    ]
    organisation = [{"tax_id": "300000001", "director": "One"}, {"tax_id": "300000002", "director": "Two"}]
    rows = {"customer": register, "legal_status": status, "organisation": organisation}
    with built("int_customer_legal", **rows) as mart:
        found = one(mart, "select * from int_customer_legal")
    assert (found["customer_no"], found["director"]) == (2, "Two")
    assert (found["liquidated_count"], found["registry_active_count"]) == (0, 1)
