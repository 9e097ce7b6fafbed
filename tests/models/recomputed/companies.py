"""Registries, e-invoices, links between customers and holdings."""

from dataclasses import replace
from datetime import date

from tests.models.recomputed.extracts import Record
from tests.models.recomputed.portfolio import Profile
from tests.models.recomputed.world import World, digits, folded, grouped, known, last, latest, total

STATES = {
    "active": "registry_active",
    "inactive": "registry_inactive",
    "tax_block": "tax_block",
    "account_block": "account_block",
    "in_liquidation": "liquidation",
}
UNANSWERED = ("sent", "delivered")
HOLDING_SUMS = {
    "holding_charged_total": "charged_total",
    "holding_paid_total": "paid_total",
    "holding_debt_total": "debt_total",
    "holding_overdue_total": "overdue_total",
    "holding_open_subscription_count": "open_subscription_count",
}


class Companies:
    """Attributes of what registries and e-documents say."""

    def __init__(self, world: World) -> None:
        self.world = world
        rows = world.extracts.rows
        self.organisation = {row["tax_id"]: row for row in rows("organisation")}
        self.organisations = grouped(rows("organisation"), self._of_own)
        self.statuses = grouped(rows("legal_status"), self._of_own)
        self.e_invoices = grouped(rows("e_invoice"), lambda row: world.of_tax_id(row["buyer_tax_id"]))

    def _of_own(self, row: Record) -> str | None:
        """Whose the tax id of a registry's row is, but for one that came with somebody merged away."""
        found = self.world.of_tax_id(row["tax_id"])
        own = found and digits(self.world.customers[found]["tax_id"])
        return found if own == digits(row["tax_id"]) else None

    def __call__(self, customer_id: str) -> Profile:
        return {
            **self._organisation(customer_id),
            **self._statuses(customer_id),
            **self._e_invoices(customer_id),
        }

    def _organisation(self, customer_id: str) -> Profile:
        rows = self.organisations.get(customer_id)
        row = rows[0] if rows else None
        parent = self.organisation.get(row["parent_tax_id"] or "") if row else None
        name = parent and parent["name"]
        return {
            "organisation_type": row and row["organisation_type"],
            "registration_no": row and row["registration_no"],
            "company_registered_on": row and row["registered_on"],
            "director": row and row["director"],
            "director__folded": folded(row and row["director"]),
            "parent_tax_id": row and row["parent_tax_id"],
            "parent_company": name,
            "parent_company__folded": folded(name),
        }

    def _statuses(self, customer_id: str) -> Profile:
        rows = self.statuses.get(customer_id, [])
        profile: Profile = {}
        for status, name in STATES.items():
            within = [row for row in rows if row["status"] == status]
            newest = self._ends_last(within)
            profile[f"{name}_count"] = len(within) if rows else None
            profile[f"{name}_since"] = newest and newest["valid_from"]
            profile[f"{name}_until"] = newest and newest["valid_to"]
        liquidated = [row for row in rows if row["status"] == "liquidated"]
        newest = self._ends_last(liquidated)
        profile["liquidated_count"] = len(liquidated) if rows else None
        profile["liquidated_on"] = newest and newest["valid_from"]
        return profile

    @staticmethod
    def _ends_last(rows: list[Record]) -> Record | None:
        return max(
            rows, key=lambda row: (row["valid_to"] or date.max, row["valid_from"] or date.min), default=None
        )

    def _e_invoices(self, customer_id: str) -> Profile:
        rows = self.e_invoices.get(customer_id, [])
        newest = last(rows, "issued_on", "e_invoice_id")
        signed = [row for row in rows if row["status"] == "signed"]
        refused = [row for row in rows if row["status"] == "rejected"]
        return {
            "e_invoice_count": len(rows),
            "signed_e_invoice_count": len(signed),
            "rejected_e_invoice_count": len(refused),
            "unanswered_e_invoice_count": sum(row["status"] in UNANSWERED for row in rows),
            "signed_e_invoice_total": total(known(signed, "amount")),
            "last_e_invoice_on": latest(known(rows, "issued_on")),
            "last_e_invoice_status": newest and newest["status"],
            "last_e_invoice_amount": newest and newest["amount"],
            "last_rejected_e_invoice_on": latest(known(refused, "issued_on")),
        }


class Links:
    """Links and holdings; totals of a holding are made of the profiles of its companies."""

    def __init__(self, world: World, numbers: dict[str, int]) -> None:
        self.world, self.numbers = world, numbers
        now = [row for row in world.extracts.rows("customer_link") if row["valid_to"] is None]
        self.now = [
            replace(row, values={**row.values, "customer_id": one, "related_customer_id": other})
            for row in now
            if (one := world.customer(row["customer_id"]))
            and (other := world.customer(row["related_customer_id"]))
            and one != other
        ]
        holding = [row for row in self.now if row["link_kind"] == "holding"]
        parents = grouped(holding, lambda row: row["customer_id"])
        self.parent = {
            each: newest["related_customer_id"]
            for each, rows in parents.items()
            if (newest := last(rows, "valid_from"))
        }
        members = {*self.parent, *self.parent.values()}
        self.top = {each: self._top(each) for each in members}

    def _top(self, customer_id: str) -> str:
        way = [customer_id]
        while (above := self.parent.get(way[-1])) is not None:
            if above in way:
                circle = way[way.index(above) :]
                return min(circle, key=self.numbers.__getitem__)
            way.append(above)
        return way[-1]

    def add(self, profiles: dict[str, Profile]) -> None:
        """Complete the profiles of all customers."""
        companies = grouped(self.top, self.top.__getitem__)
        for customer_id in profiles:
            profiles[customer_id] |= self._counts(customer_id)
            profiles[customer_id] |= self._holding(customer_id, companies, profiles)

    def _counts(self, customer_id: str) -> Profile:
        profile: Profile = {}
        for kind in ("formal", "informal"):
            ends = [
                (row["customer_id"], row["related_customer_id"])
                for row in self.now
                if row["link_kind"] == kind
            ]
            others = {b for a, b in ends if a == customer_id} | {a for a, b in ends if b == customer_id}
            profile[f"{kind}_link_count"] = len(others - {customer_id})
        return profile

    def _holding(
        self, customer_id: str, companies: dict[str, list[str]], profiles: dict[str, Profile]
    ) -> Profile:
        top = self.top.get(customer_id)
        if top is None:
            nothing = ("role", "customer_id", "name", "name__folded", "company_count")
            return dict.fromkeys([*HOLDING_SUMS, *(f"holding_{name}" for name in nothing)])
        name = self.world.customers[top]["full_name"]
        members = [profiles[each] for each in companies[top]]
        return {
            "holding_role": "top" if top == customer_id else "member",
            "holding_customer_id": top,
            "holding_name": name,
            "holding_name__folded": folded(name),
            "holding_company_count": len(members),
        } | {
            name: total(member[column] for member in members if member[column] is not None)
            for name, column in HOLDING_SUMS.items()
        }
