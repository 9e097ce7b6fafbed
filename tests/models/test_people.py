"""Staff, flags, consent, contact persons, documents, surveys and prospects, worked out by hand."""

from datetime import date, datetime
from typing import Any

from tests.models.people_models import built

CUSTOMERS = [{"customer_id": "A"}, {"customer_id": "B"}, {"customer_id": "C"}]


def rows(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = connection.sql(sql).fetchall()
    return found


def day(month: int, number: int = 1) -> date:
    return date(2026, month, number)


def at(month: int, hour: int = 12) -> datetime:
    return datetime(2026, month, 1, hour)  # noqa: DTZ001 - UTC as raw holds it


def unit(name: str, parent: str | None, kind: str = "department") -> dict[str, Any]:
    return {"unit_id": name, "name": f"Unit {name}", "unit_kind": kind, "parent_unit_id": parent}


def test_units_know_their_way_to_the_root_and_their_branch() -> None:
    units = [unit("1", None, "company"), unit("2", "1", "branch"), unit("3", "2"), unit("4", "3")]
    units += [unit("8", "lost"), unit("9", "10"), unit("10", "9")]
    with built(CUSTOMERS, org_unit=units) as connection:
        found = rows(connection, "select unit_id, path, depth, branch_unit_id, branch_name from dim_org_unit")
    places = {row[0]: row[1:] for row in found}
    assert places == {
        "1": ("Unit 1", 0, None, None),
        "2": ("Unit 1 / Unit 2", 1, "2", "Unit 2"),
        "3": ("Unit 1 / Unit 2 / Unit 3", 2, "2", "Unit 2"),
        "4": ("Unit 1 / Unit 2 / Unit 3 / Unit 4", 3, "2", "Unit 2"),
        "8": ("Unit 8", 0, None, None),
        "9": ("Unit 10 / Unit 9", 1, None, None),
        "10": ("Unit 9 / Unit 10", 1, None, None),
    }


def test_who_answers_now_is_the_row_without_an_end_or_the_latest() -> None:
    def answers(customer: str, line: str, employee: str | None, *days: date | None) -> dict[str, Any]:
        begin, end = days
        return {
            "customer_id": customer, "line": line, "employee_id": employee,
            "unit_id": None if employee else "2", "valid_from": begin, "valid_to": end,
        }  # fmt: skip

    said = [
        answers("A", "sales", "e1", day(1), None),
        answers("A", "sales", "e2", day(2), day(3)),  # began later, but is over
        answers("A", "service", "e1", day(1), day(2)),
        answers("A", "service", "e2", day(3), day(4)),
        answers("B", "telemarketing", None, day(1), None),
        answers("B", "sales", "stranger", day(1), None),
        answers("nobody", "sales", "e1", day(1), None),
    ]
    staff = [
        {"employee_id": "e1", "full_name": "One", "unit_id": "3", "deputy_id": "e2"},
        {"employee_id": "e2", "full_name": "Two", "unit_id": "1"},
    ]
    units = [unit("1", None, "company"), unit("2", "1", "branch"), unit("3", "2")]
    with built(CUSTOMERS, org_unit=units, employee=staff, responsible=said) as connection:
        wanted = "customer_no, {0}_employee, {0}_unit_id, {0}_branch_id, {0}_since, {0}_until"
        table = " from int_customer_responsible order by 1"
        found = {
            line: rows(connection, "select " + wanted.format(line) + table)
            for line in ("sales", "service", "telemarketing", "collection")
        }
        counts = rows(connection, f"select customer_no, responsible_employee_count {table}")
        kept = rows(connection, "select customer_no, count(*) from bridge_responsible group by 1 order by 1")
        deputies = rows(connection, "select employee_id, deputy_name from dim_employee order by 1")
    nothing = (None,) * 5
    assert found["sales"] == [(1, "One", "3", "2", day(1), None), (2, None, None, None, day(1), None)]
    assert found["service"] == [(1, "Two", "1", None, day(3), day(4)), (2, *nothing)]
    assert found["telemarketing"] == [(1, *nothing), (2, None, "2", "2", day(1), None)]
    assert found["collection"] == [(1, *nothing), (2, *nothing)]
    assert counts == [(1, 2), (2, 1)]
    assert kept == [(1, 4), (2, 2), (None, 1)]
    assert deputies == [("e1", "Two"), ("e2", None)]


def test_a_flag_is_set_as_long_as_it_has_no_end() -> None:
    flags = [
        {"flag_id": "1", "customer_id": "A", "flag_kind": "vip", "set_on": day(1), "ended_on": day(2)},
        {"flag_id": "2", "customer_id": "A", "flag_kind": "vip", "set_on": day(3), "author": "e1"},
        {"flag_id": "3", "customer_id": "A", "flag_kind": "difficult_customer", "set_on": day(2)},
        {"flag_id": "4", "customer_id": "B", "flag_kind": "key_customer", "ended_on": day(2)},
        {"flag_id": "5", "customer_id": "nobody", "flag_kind": "vip"},
    ]
    staff = [{"employee_id": "e1", "full_name": "One"}]
    with built(CUSTOMERS, flag=flags, employee=staff) as connection:
        found = rows(connection, "select * from int_customer_flags order by customer_no")
        authors = rows(connection, "select customer_no, author_name from fct_flag order by flag_id")
    assert found == [(1, 3, 2, True, False, True, day(3)), (2, 1, 0, False, False, False, None)]
    assert authors == [(1, None), (1, "One"), (1, None), (2, None), (None, None)]


def consent(number: str, whose: str | None, decision: str, moment: datetime | None, **more: Any) -> Any:
    said = {"consent_id": number, "customer_id": whose, "decision": decision, "stated_at": moment}
    return said | {"stated_at__date": moment and moment.date(), "channel": "sms"} | more


def test_the_newest_statement_about_marketing_counts() -> None:
    persons = [{"contact_person_id": "p", "customer_id": "C"}]
    said = [
        consent("1", "A", "given", at(1)),
        consent("2", "A", "withdrawn", at(2), purpose="marketing"),
        consent("3", "A", "given", at(3), purpose="third_party"),
        consent("4", "A", "given", at(1), channel="email"),
        consent("5", "B", "withdrawn", at(1)),  # of one instant the withdrawal counts, whatever the ids
        consent("6", "B", "given", at(1)),
        consent("7", "B", "given", None, channel="push"),
        consent("8", None, "given", at(4), contact_person_id="p"),  # names the contact person alone
        consent("9", "nobody", "given", at(4), contact_person_id="p"),
        consent("10", None, "given", at(4), channel="call"),
    ]
    with built(CUSTOMERS, consent=said, contact_person=persons) as connection:
        found = rows(
            connection,
            "select customer_no, consent_sms, consent_sms_on, consent_email, consent_push, consent_push_on, "
            "consent_call, last_consent_withdrawn_on from int_customer_consents order by 1",
        )
        kept = rows(connection, "select consent_id from fct_consent where customer_no is null order by 1")
    assert found == [
        (1, "withdrawn", day(2), "given", None, None, None, day(2)),
        (2, "withdrawn", day(1), None, "given", None, None, day(1)),
        (3, "given", day(4), None, None, None, None, None),
    ]
    assert kept == [("10",), ("9",)]


def test_the_main_contact_is_still_there_and_decides() -> None:
    def person(number: str, whose: str, influence: str | None, *days: date | None) -> dict[str, Any]:
        begin, end = days
        return {
            "contact_person_id": number, "customer_id": whose, "surname": f"Name{number}", "name": "Yo",
            "surname__folded": f"name{number}", "name__folded": "yo", "influence": influence,
            "valid_from": begin, "valid_to": end,
        }  # fmt: skip

    persons = [
        person("1", "A", "decisive", day(1), day(2)),
        person("2", "A", "low", day(1), None),
        person("3", "A", "high", day(3), None),
        person("4", "A", "high", day(2), None),
        person("5", "B", None, None, None),
        person("6", "B", None, None, None),
        person("7", "C", "low", day(1), day(2)),
        person("8", "nobody", "decisive", day(1), None),
    ]
    with built(CUSTOMERS, contact_person=persons) as connection:
        found = rows(
            connection,
            "select customer_no, contact_person_count, open_contact_person_count, main_contact_name, "
            "main_contact_name__folded from int_customer_contact_persons order by 1",
        )
        kept = rows(connection, "select full_name from dim_contact_person where customer_no is null")
    assert found == [
        (1, 4, 3, "Name4 Yo", "name4 yo"),
        (2, 2, 2, "Name5 Yo", "name5 yo"),
        (3, 1, 0, "Name7 Yo", "name7 yo"),
    ]
    assert kept == [("Name8 Yo",)]


def test_the_document_issued_last_and_the_code_word() -> None:
    def document(whose: str, number: str, issued: date | None) -> dict[str, Any]:
        named = {"customer_id": whose, "document_kind": "passport", "series": "AA", "number": number}
        return named | {"issued_on": issued}

    documents = [
        document("A", "1", day(1)),
        document("A", "2", day(2)),
        document("A", "3", day(2)),
        document("A", "4", None),
        document("nobody", "5", day(1)),
    ]
    words = [
        {"customer_id": "A", "code_word_hash": "x", "set_on": day(1)},
        {"customer_id": "B", "code_word_hash": "y"},
        {"customer_id": "nobody", "code_word_hash": "z"},
    ]
    with built(CUSTOMERS, identity_document=documents, code_word=words) as connection:
        found = rows(
            connection,
            "select customer_no, document_number, document_issued_on, code_word_hash, code_word_set_on "
            "from int_customer_documents order by 1",
        )
        ids = rows(connection, "select document_id, number from dim_identity_document order by 1")
    assert found == [(1, "AA3", day(2), "x", day(1)), (2, None, None, "y", None)]
    # An id never tells the number.
    assert ids == [("A:1", "4"), ("A:2", "1"), ("A:3", "2"), ("A:4", "3"), ("nobody:1", "5")]


def test_the_last_answer_of_each_kind_of_survey() -> None:
    def answer(number: str, whose: str, kind: str | None, score: int | None, moment: datetime | None) -> Any:
        said = {"answer_id": number, "customer_id": whose, "survey_kind": kind, "score": score}
        return said | {"answered_at": moment, "answered_at__date": moment and moment.date()}

    answers = [
        answer("1", "A", "nps", 3, at(1)),
        answer("2", "A", "nps", None, at(2)),  # the newest answer says nothing: so does the profile
        answer("3", "A", "csi", 4, at(1)),
        answer("4", "B", "csi", 1, at(1)),
        answer("5", "B", "csi", 2, at(1)),
        answer("6", "B", "csi", 5, None),
        answer("7", "nobody", "nps", 9, at(3)),
    ]
    with built(CUSTOMERS, survey=answers) as connection:
        found = rows(
            connection,
            "select customer_no, survey_count, last_survey_kind, last_survey_score, last_survey_on, "
            "last_nps_score, last_nps_on, last_csi_score, last_csi_on from int_customer_surveys order by 1",
        )
        kept = rows(connection, "select answer_id from fct_survey where customer_no is null")
    assert found == [
        (1, 3, "nps", None, day(2), None, day(2), 4, day(1)),
        (2, 3, "csi", 2, day(1), None, None, 2, day(1)),
    ]
    assert kept == [("7",)]


def test_a_prospect_with_the_tax_id_of_others_has_candidates() -> None:
    def customer(name: str, tax_id: str | None, origin: str | None = None) -> dict[str, Any]:
        return {"customer_id": name, "tax_id": tax_id, "origin": origin}

    customers = [
        customer("D1", "301", "directory"),
        customer("D2", "30-1", "other directory"),
        customer("D3", "302", "directory"),
        customer("D4", None, "directory"),
        customer("B", "301"),
        customer("A", "301"),
        customer("E", None),
    ]
    with built(customers) as connection:
        found = rows(connection, "select * from int_customer_prospects order by customer_no")
    assert found == [
        (1, "directory", 3, "B"),
        (2, "other directory", 3, "B"),
        (3, "directory", 0, None),
        (4, "directory", 0, None),
    ]


def test_a_transfer_is_the_customers_not_that_of_a_prospect_with_their_tax_id() -> None:
    customers = [
        {"customer_id": "D1", "tax_id": "301", "origin": "directory"},
        {"customer_id": "A", "tax_id": "301"},
        {"customer_id": "D2", "tax_id": "302", "origin": "directory"},
    ]
    payments = [
        {"payment_id": "1", "tax_id": "301"},
        {"payment_id": "2", "tax_id": "302"},
        {"payment_id": "3", "tax_id": "30-1"},
    ]
    with built(customers, payment=payments) as connection:
        found = rows(connection, "select payment_id, customer_no from fct_payment order by 1")
    assert found == [("1", 2), ("2", None), ("3", 2)]
