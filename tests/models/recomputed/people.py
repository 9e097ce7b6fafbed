"""Who answers for a customer, flags, consents, contact persons, documents, surveys, prospects, loyalty cards."""

from typing import Any

from tests.models.recomputed.extracts import Record
from tests.models.recomputed.portfolio import Profile
from tests.models.recomputed.world import World, day, digits, folded, grouped, known, last, latest

LINES = ("sales", "service", "telemarketing", "collection")
CHANNELS = ("email", "sms", "telegram", "call", "push")
INFLUENCE = ("decisive", "high", "medium", "low", None)


class People:
    """Attributes of the people around a customer."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.units = {row["unit_id"]: row for row in world.extracts.rows("org_unit")}
        self.employees = {row["employee_id"]: row for row in world.extracts.rows("employee")}
        self.responsible = world.by_customer("responsible")
        self.flags = world.by_customer("flag")
        self.persons = world.by_customer("contact_person")
        person = {row["contact_person_id"]: row for row in world.extracts.rows("contact_person")}
        self.consents = grouped(
            world.extracts.rows("consent"),
            lambda row: world.customer(
                row["customer_id"]
                or (
                    person[row["contact_person_id"]]["customer_id"]
                    if row["contact_person_id"] in person
                    else None
                )
            ),
        )
        self.documents = world.by_customer("identity_document")
        self.code_words = world.by_customer("code_word")
        self.surveys = world.by_customer("survey")
        self.loyalty = world.by_customer("loyalty")

    def __call__(self, customer_id: str) -> Profile:
        profile: Profile = {}
        for part in (
            self._responsible,
            self._flags,
            self._consents,
            self._persons,
            self._papers,
            self._surveys,
            self._prospect,
            self._loyalty,
        ):
            profile |= part(customer_id)
        return profile

    def _responsible(self, customer_id: str) -> Profile:
        rows = self.responsible.get(customer_id, [])
        profile: Profile = {"responsible_employee_count": len(set(known(rows, "employee_id")))}
        for line in LINES:
            of_line = [row for row in rows if row["line"] == line]
            without_end = [row for row in of_line if row["valid_to"] is None]
            profile |= self._line(line, last(without_end or of_line, "valid_from"))
        return profile

    def _line(self, line: str, row: Record | None) -> Profile:
        employee = self.employees.get(row["employee_id"] or "") if row else None
        unit_id = row and (row["unit_id"] or (employee and employee["unit_id"]))
        unit = self.units.get(unit_id or "")
        return {
            f"{line}_employee_id": row and row["employee_id"],
            f"{line}_employee": employee and employee["full_name"],
            f"{line}_unit_id": unit_id,
            f"{line}_unit": unit and unit["name"],
            f"{line}_branch_id": self._branch(unit),
            f"{line}_since": row and row["valid_from"],
            f"{line}_until": row and row["valid_to"],
        }

    def _branch(self, unit: Record | None) -> str | None:
        while unit and unit["unit_kind"] != "branch":
            unit = self.units.get(unit["parent_unit_id"] or "")
        return unit and unit["unit_id"]

    def _flags(self, customer_id: str) -> Profile:
        rows = self.flags.get(customer_id, [])
        on = {row["flag_kind"] for row in rows if row["ended_on"] is None}
        return {
            "flag_count": len(rows),
            "open_flag_count": sum(row["ended_on"] is None for row in rows),
            "flag_vip": "vip" in on,
            "flag_key_customer": "key_customer" in on,
            "flag_difficult_customer": "difficult_customer" in on,
            "last_flag_on": latest(known(rows, "set_on")),
        }

    def _consents(self, customer_id: str) -> Profile:
        rows = [row for row in self.consents.get(customer_id, []) if row["purpose"] in ("marketing", None)]
        profile: Profile = {
            "last_consent_withdrawn_on": day(
                latest(known([row for row in rows if row["decision"] == "withdrawn"], "stated_at"))
            )
        }
        for channel in CHANNELS:
            # of one instant a withdrawal counts: "withdrawn" is the greater word
            newest = last([row for row in rows if row["channel"] == channel], "stated_at", "decision")
            profile[f"consent_{channel}"] = newest["decision"] if newest else "not_asked"
            profile[f"consent_{channel}_on"] = newest and day(newest["stated_at"])
        return profile

    def _persons(self, customer_id: str) -> Profile:
        rows = self.persons.get(customer_id, [])
        there = [row for row in rows if row["valid_to"] is None]
        main = min(
            there or rows,
            key=lambda row: (INFLUENCE.index(row["influence"]), row["valid_from"], row["contact_person_id"]),
            default=None,
        )
        name = main and " ".join(main[part] for part in ("surname", "name", "patronymic") if main[part])
        return {
            "contact_person_count": len(rows),
            "open_contact_person_count": len(there),
            "main_contact_name": name or None,
            "main_contact_name__folded": folded(name or None),
            "main_contact_position": main and main["position"],
            "main_contact_role": main and main["role"],
            "main_contact_influence": main and main["influence"],
            "main_contact_phone": main and main["phone"],
            "main_contact_email": main and main["email"],
        }

    def _papers(self, customer_id: str) -> Profile:
        document = last(self.documents.get(customer_id, []), "issued_on", "series", "number")
        word = last(self.code_words.get(customer_id, []), "set_on")
        return {
            "document_kind": document and document["document_kind"],
            "document_number": document and f"{document['series']}{document['number']}",
            "document_issued_on": document and document["issued_on"],
            "document_issued_by": document and document["issued_by"],
            "document_valid_to": document and document["valid_to"],
            "code_word_hash": word and word["code_word_hash"],
            "code_word_set_on": word and word["set_on"],
        }

    def _surveys(self, customer_id: str) -> Profile:
        rows = self.surveys.get(customer_id, [])

        def newest(kinds: tuple[str, ...]) -> Record | None:
            return last([row for row in rows if row["survey_kind"] in kinds], "answered_at", "answer_id")

        any_kind, nps, csi = newest(("nps", "csi")), newest(("nps",)), newest(("csi",))
        return {
            "survey_count": len(rows),
            "last_survey_kind": any_kind and any_kind["survey_kind"],
            "last_survey_topic": any_kind and any_kind["topic"],
            "last_survey_score": any_kind and any_kind["score"],
            "last_survey_on": any_kind and day(any_kind["answered_at"]),
            "last_nps_score": nps and nps["score"],
            "last_nps_on": nps and day(nps["answered_at"]),
            "last_csi_score": csi and csi["score"],
            "last_csi_on": csi and day(csi["answered_at"]),
        }

    def _prospect(self, customer_id: str) -> Profile:
        row = self.world.customers[customer_id]
        same = self.world.with_tax_id.get(digits(row["tax_id"]) or "", [])
        others = [each for each in same if each != customer_id and each in self.world.customers]
        return {
            "prospect_source": row["origin"],
            "prospect_candidate_count": len(others) if row["origin"] else None,
            "prospect_candidate_id": min(others, default=None) if row["origin"] else None,
        }

    def _loyalty(self, customer_id: str) -> Profile:
        rows: list[Any] = self.loyalty.get(customer_id, [])
        columns = (
            "loyalty_tier",
            "loyalty_points",
            "loyalty_cashback",
            "loyalty_joined_on",
            "nps",
            "loyalty_news",
        )
        return {column: rows[0][column] if rows else None for column in columns}
