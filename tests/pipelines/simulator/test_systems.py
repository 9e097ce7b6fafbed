"""Files of the systems around the billing, read by readers that know nothing of how they were written."""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from pipelines.simulator.plan import Plan
from tests.pipelines.simulator.written import control_of, open_bytes, open_text


def _json_lines(path: Path) -> list[dict[str, Any]]:
    with open_bytes(path) as file:
        return [json.loads(line, parse_float=Decimal) for line in file]


def _statuses(path: Path) -> list[dict[str, Any]]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return [
        {"tin": company["tin"]} | status for company in content["companies"] for status in company["statuses"]
    ]


def _entities(path: Path) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["data"]["items"]
    return items


def _elements(path: Path) -> list[dict[str, str]]:
    """Attributes and texts of all elements below each record, by name."""
    with open_bytes(path) as file:
        root = etree.parse(file).getroot()
    records = root[0] if len(root) == 1 else root
    return [_flat(record) for record in records]


def _flat(record: Any) -> dict[str, str]:
    found = {}
    for element in record.iter():
        found[etree.QName(element).localname] = element.text or ""
        found |= {f"{etree.QName(element).localname}@{name}": value for name, value in element.attrib.items()}
    return found


def _sheet(path: Path) -> list[dict[str, Any]]:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return [dict(zip(rows[2], row, strict=True)) for row in rows[3:]]


@dataclass(frozen=True)
class Form:
    """How an independent reader understands a file: what makes a row good."""

    read: Callable[[Path], list[dict[str, Any]]]
    key: Callable[[dict[str, Any]], Any]
    day: Callable[[dict[str, Any]], str]
    pattern: str = "%Y-%m-%d"
    needed: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    def good(self, path: Path) -> list[dict[str, Any]]:
        """Rows that can be read and are not there already."""
        rows: dict[Any, dict[str, Any]] = {}
        for row in self.read(path):
            if self._is_sound(row):
                rows.setdefault(self.key(row), row)
        return list(rows.values())

    def _is_sound(self, row: dict[str, Any]) -> bool:
        try:
            datetime.strptime(self.day(row), self.pattern)  # noqa: DTZ007
            for name in self.numbers:
                Decimal(str(row[name] or 0).replace(",", "."))
        except (ValueError, InvalidOperation):
            return False
        key = self.key(row)
        return all(key if isinstance(key, tuple) else (key,)) and all(row[name] for name in self.needed)


MOMENT, DOTTED = "%Y-%m-%d %H:%M:%S", "%d.%m.%Y"
DOTTED_MOMENT = f"{DOTTED} %H:%M:%S"


def _csv(encoding: str, delimiter: str) -> Callable[[Path], list[dict[str, Any]]]:
    def read(path: Path) -> list[dict[str, Any]]:
        with open_text(path, encoding) as file:
            return list(csv.DictReader(file, delimiter=delimiter))

    return read


BILLING, PLAIN = _csv("cp1251", ";"), _csv("utf-8", ",")
PERSONNEL, REGISTER = _csv("utf-8", "\t"), _csv("utf-8", "|")
FORMS = {
    "dms/devices": Form(
        _json_lines,
        lambda row: (row["device"]["imei"], row["msisdn"], row["seen"]["first"]),
        lambda row: row["seen"]["first"],
    ),
    "app/events": Form(_json_lines, itemgetter("id"), itemgetter("at"), MOMENT, (), ("amount",)),
    "service_desk/requests": Form(
        _json_lines, itemgetter("id"), itemgetter("created"), MOMENT, (), ("score",)
    ),
    "tax_service/companies": Form(_statuses, itemgetter("tin", "code"), itemgetter("since")),
    "my_gov/entities": Form(_entities, itemgetter("tin"), itemgetter("since")),
    "bank/statement": Form(
        _elements, itemgetter("Document@id"), itemgetter("Moment"), DOTTED_MOMENT, (), ("Amount",)
    ),
    "e_documents/e_invoices": Form(
        _elements, itemgetter("Invoice@id"), itemgetter("Date"), "%Y-%m-%d", (), ("Total", "Vat")
    ),
    "statistics/organisations": Form(
        _sheet, itemgetter("tax_id"), lambda row: str(row["registered_on"]), "%Y-%m-%d", (), ("head_count",)
    ),
    "billing/daily_usage": Form(
        BILLING, itemgetter("SUBS_ID", "USE_DT"), itemgetter("USE_DT"), DOTTED, (), ("VOICE_MIN", "DATA_MB")
    ),
    "billing/invoices": Form(
        BILLING, itemgetter("INV_ID"), itemgetter("ISSUE_DT"), DOTTED, ("ACC_ID", "DUE_DT"), ("AMOUNT", "VAT")
    ),
    "billing/balances": Form(
        BILLING, itemgetter("ACC_ID"), itemgetter("BAL_DT"), DOTTED, (), ("BALANCE", "OVERDUE")
    ),
    "billing/subscription_services": Form(
        BILLING, itemgetter("SUBS_ID", "SERV_ID", "ON_DT"), itemgetter("ON_DT"), DOTTED, (), ("FEE",)
    ),
    "billing/tariffs": Form(BILLING, itemgetter("TARIFF_ID"), itemgetter("FROM_DT"), DOTTED, (), ("FEE",)),
    "billing/services": Form(BILLING, itemgetter("SERV_ID"), itemgetter("FROM_DT"), DOTTED, (), ("FEE",)),
    "billing/links": Form(
        BILLING, itemgetter("CUST_ID", "REL_ID", "KIND"), itemgetter("FROM_DT"), DOTTED, (), ("SHARE",)
    ),
    "contacts/contacts": Form(PLAIN, itemgetter("contact_id"), itemgetter("sent_at"), MOMENT),
    "contacts/responses": Form(PLAIN, itemgetter("response_id"), itemgetter("at"), MOMENT),
    "contacts/identifiers": Form(PLAIN, itemgetter("kind", "value", "customer"), itemgetter("since")),
    "hr/units": Form(PERSONNEL, itemgetter("unit_code"), itemgetter("opened"), DOTTED),
    "hr/employees": Form(PERSONNEL, itemgetter("tab_no"), itemgetter("hired"), DOTTED),
    "crm/responsible": Form(REGISTER, itemgetter("client", "line", "since"), itemgetter("since")),
    "crm/contact_persons": Form(REGISTER, itemgetter("id"), itemgetter("since"), needed=("client",)),
    "crm/flags": Form(REGISTER, itemgetter("id"), itemgetter("set_on"), needed=("client",)),
    "surveys/answers": Form(PLAIN, itemgetter("answer"), itemgetter("at"), MOMENT, (), ("score",)),
    "consents/consents": Form(_json_lines, itemgetter("id"), itemgetter("at"), MOMENT),
    "offices/documents": Form(
        BILLING, itemgetter("CUST_ID", "DOC_TYPE", "DOC_SERIES", "DOC_NO"), itemgetter("ISSUE_DT"), DOTTED
    ),
    "offices/code_words": Form(
        BILLING, itemgetter("CUST_ID"), itemgetter("SET_DT"), DOTTED, needed=("HASH",)
    ),
    "directory/companies": Form(
        _sheet, itemgetter("entry"), lambda row: str(row["listed"]), "%Y-%m-%d", (), ("employees",)
    ),
}


def _files(plan: Plan, name: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    stated = json.loads((plan.out / "truth" / "dirty.json").read_text(encoding="utf-8"))
    for path in sorted(plan.out.glob(f"inbox/{name}_2*")):
        if path.suffix != ".ctl":
            yield path, stated[str(path.relative_to(plan.out))]


def _good(plan: Plan, name: str) -> list[dict[str, Any]]:
    return [row for path, _ in _files(plan, name) for row in FORMS[name].good(path)]


@pytest.mark.parametrize("name", FORMS)
def test_truth_and_controls_state_what_is_in_the_files(simulation: Plan, name: str) -> None:
    form, files = FORMS[name], list(_files(simulation, name))
    assert files
    for path, stated in files:
        good = form.good(path)
        assert (len(form.read(path)), len(good)) == (stated["lines"], stated["accepted"])
        control = json.loads(control_of(path).read_text(encoding="utf-8"))
        assert control == {"rows": stated["lines"], "sums": stated["sums_of_accepted"]}
        for column in form.numbers:
            total = sum(Decimal(str(row[column] or 0).replace(",", ".")) for row in good)
            told = {name.lower(): value for name, value in control["sums"].items()}
            assert Decimal(told.get(column.lower(), total)) == total


def test_signs_of_json_and_xml_inside_texts_stay_texts(simulation: Plan) -> None:
    titles = {
        row["title"] for path, _ in _files(simulation, "service_desk/requests") for row in _json_lines(path)
    }
    assert "Списали лишнее за услугу «Музыка»" in titles
    purposes = {row["Purpose"] for row in _good(simulation, "bank/statement")}
    assert any(text.startswith("Оплата услуг связи, л/с 1") for text in purposes)


def _registered(plan: Plan, name: str, key: str) -> dict[str, dict[str, Any]]:
    (path,) = plan.out.glob(f"inbox/billing/{name}_2*.csv.gz")
    rows: dict[str, dict[str, Any]] = {}
    for row in BILLING(path):
        rows.setdefault(row[key], row)
    return rows


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ".") or 0)


def test_the_days_of_a_month_add_up_to_the_month(simulation: Plan) -> None:
    by_day: dict[str, Decimal] = defaultdict(Decimal)
    rows = _good(simulation, "billing/daily_usage")
    for row in rows:
        if row["USE_DT"].endswith(".06.2026"):
            by_day[row["SUBS_ID"]] += _number(row["DATA_MB"])
    form = Form(
        BILLING, itemgetter("SUBS_ID", "PERIOD"), itemgetter("PERIOD"), DOTTED, (), ("VOICE_MIN", "DATA_MB")
    )
    (june,) = simulation.out.glob("inbox/billing/usage_20260701.csv.gz")
    by_month = {
        row["SUBS_ID"]: _number(row["DATA_MB"]) for row in form.good(june) if row["PERIOD"] == "01.06.2026"
    }
    assert len({row["USE_DT"] for row in rows}) == 62
    known = by_day.keys() & by_month.keys()
    # Records that come late are in the file of the month after, which is not there yet.
    assert len(known) >= 0.98 * len(by_day)
    assert {sim: by_day[sim] for sim in known} == {sim: by_month[sim] for sim in known}
    assert 0.07 * len(by_month) < len(known) < 0.13 * len(by_month)


def test_transfers_of_companies_come_by_the_bank_and_nowhere_else(simulation: Plan) -> None:
    customers = _registered(simulation, "customers", "CUST_ID")
    kinds = {row["INN"]: row["CUST_TYPE"] for row in customers.values()}
    transfers = _good(simulation, "bank/statement")
    unnamed = Counter(row["Moment"][3:10] for row in transfers if not row["PersonalAccount"])
    assert 0.07 < unnamed.total() / len(transfers) < 0.13
    assert len(unnamed) >= simulation.months
    assert {kinds.get(row["TIN"], "B2B") for row in transfers} == {"B2B"}
    legal = {key for key, row in customers.items() if row["CUST_TYPE"] == "B2B"}
    for path in simulation.out.glob("inbox/payments/*.csv.gz"):
        assert not [row for row in PLAIN(path) if row["channel"] == "bank" and row["account"][:-2] in legal]


def test_invoices_are_those_of_accounts_that_pay_by_bill(simulation: Plan) -> None:
    contracts = _registered(simulation, "contracts", "CONTR_ID")
    invoices = _good(simulation, "billing/invoices")
    assert {contracts[row["ACC_ID"][:-1]]["PAY_TYPE"] for row in invoices} == {"POST"}
    assert all(_number(row["VAT"]) < _number(row["AMOUNT"]) for row in invoices)


def test_responses_answer_contacts_that_were_made(simulation: Plan) -> None:
    made = {row["contact_id"]: row["sent_at"] for row in _good(simulation, "contacts/contacts")}
    responses = _good(simulation, "contacts/responses")
    answered = [row for row in responses if row["contact"]]
    assert len(answered) > 50
    assert all(made[row["contact"]] < row["at"] for row in answered)
    assert {row["kind"] for row in responses} >= {"clicked", "bought", "unsubscribed"}


def test_devices_follow_one_another_and_imeis_have_a_check_digit(simulation: Plan) -> None:
    seen: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _good(simulation, "dms/devices"):
        seen[row["subscriber"]].append(row["seen"])
        assert _luhn(row["device"]["imei"])
        assert row["device"]["imei"].startswith(row["device"]["tac"])
    for spans in seen.values():
        assert all(before["last"] < after["first"] for before, after in pairwise(spans))
    assert sum(len(spans) > 1 for spans in seen.values()) > 20


def _luhn(number: str) -> bool:
    digits = [int(sign) for sign in reversed(number)]
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(digits)]
    return len(number) == 15 and sum(doubled) % 10 == 0
