"""Contacts, responses, service requests, the mobile app."""

from decimal import Decimal

from tests.models.recomputed.extracts import Record
from tests.models.recomputed.people import CHANNELS
from tests.models.recomputed.portfolio import Profile
from tests.models.recomputed.world import (
    World,
    day,
    earliest,
    grouped,
    holder,
    known,
    last,
    latest,
    rounded,
    total,
)

REACHED = ("delivered", "opened", "answered")
INTEREST = ("clicked", "replied", "accepted")
OPEN = ("new", "in_progress", "waiting")


class Communications:
    """Attributes of what was said, asked and done in the app."""

    def __init__(self, world: World) -> None:
        self.world = world
        contacts, responses = world.extracts.rows("contact"), world.extracts.rows("response")
        self.contact = {row["contact_id"]: row for row in contacts}
        self.answered = {row["contact_id"] for row in responses}
        self.contacts = grouped(contacts, self._of_contact)
        self.responses = grouped(responses, self._of_response)
        self.requests = grouped(world.extracts.rows("service_request"), self._of_request)
        self.events = grouped(world.extracts.rows("app_event"), self._of_event)

    def __call__(self, customer_id: str) -> Profile:
        return {
            **self._outgoing(customer_id),
            **self._incoming(customer_id),
            **self._responses(customer_id),
            **self._requests(customer_id),
            **self._app(customer_id),
        }

    def _of_contact(self, row: Record) -> str | None:
        if row["customer_id"]:
            return self.world.customer(row["customer_id"])
        return self.world.of_subscription(row["subscription_id"])

    def _of_response(self, row: Record) -> str | None:
        if row["customer_id"]:
            return self.world.customer(row["customer_id"])
        contact = self.contact.get(row["contact_id"] or "")
        return self._of_contact(contact) if contact else None

    def _of_request(self, row: Record) -> str | None:
        if row["customer_id"]:
            return self.world.customer(row["customer_id"])
        by_number = self.world.of_subscription(row["subscription_id"])
        return by_number or self.world.of_account(row["account_id"])

    def _of_event(self, row: Record) -> str | None:
        if row["customer_id"]:
            return self.world.customer(row["customer_id"])
        when = day(row["event_at"])
        by_number = holder(self.world.numbers.get(row["msisdn"] or "", []), when)
        return by_number or holder(self.world.installations.get(row["app_id"] or "", []), when)

    def _outgoing(self, customer_id: str) -> Profile:
        rows = [row for row in self.contacts.get(customer_id, []) if row["direction"] == "out"]
        newest = last(rows, "contacted_at", "contact_id")
        of_campaign = last([row for row in rows if row["campaign"]], "contacted_at", "contact_id")
        profile = {
            "contact_count": len(rows),
            "reached_contact_count": sum(row["result"] in REACHED for row in rows),
            "answered_contact_count": sum(
                (row["channel"] == "call" and row["result"] == "answered")
                or row["contact_id"] in self.answered
                for row in rows
            ),
            "failed_contact_count": sum(
                row["result"] == "failed" or (row["channel"] == "call" and row["result"] == "not_answered")
                for row in rows
            ),
            "first_contacted_on": day(earliest(known(rows, "contacted_at"))),
            "last_contacted_on": day(latest(known(rows, "contacted_at"))),
            "last_contact_channel": newest and newest["channel"],
            "last_contact_result": newest and newest["result"],
            "last_contact_campaign": of_campaign and of_campaign["campaign"],
        }
        for channel in CHANNELS:
            within = [row for row in rows if row["channel"] == channel]
            profile[f"{channel}_contact_count"] = len(within)
            profile[f"last_{channel}_contact_on"] = day(latest(known(within, "contacted_at")))
        return profile

    def _incoming(self, customer_id: str) -> Profile:
        contacts = [row for row in self.contacts.get(customer_id, []) if row["direction"] == "in"]
        moments = [(row["contacted_at"], row["contact_id"], row["channel"]) for row in contacts]
        moments += [
            (row["received_at"], row["request_id"], row["channel"])
            for row in self.requests.get(customer_id, [])
        ]
        newest = max(moments, default=None)
        return {
            "incoming_contact_count": len(moments),
            "last_incoming_contact_on": newest and day(newest[0]),
            "last_incoming_contact_channel": newest and newest[2],
        }

    def _responses(self, customer_id: str) -> Profile:
        rows = self.responses.get(customer_id, [])
        campaigns = {row["response_id"]: self._campaign(row) for row in rows}
        newest = last(rows, "responded_at", "response_id")
        of_campaign = last(
            [row for row in rows if campaigns[row["response_id"]]], "responded_at", "response_id"
        )
        interest = [row for row in rows if row["response_kind"] in INTEREST]
        bought = [row for row in rows if row["response_kind"] == "bought"]
        left = [row for row in rows if row["response_kind"] == "unsubscribed"]
        profile = {
            "response_count": len(rows),
            "last_response_on": day(latest(known(rows, "responded_at"))),
            "last_response_kind": newest and newest["response_kind"],
            "last_response_campaign": of_campaign and campaigns[of_campaign["response_id"]],
            "interest_response_count": len(interest),
            "last_interest_on": day(latest(known(interest, "responded_at"))),
            "purchase_response_count": len(bought),
            "last_purchase_response_on": day(latest(known(bought, "responded_at"))),
            "response_purchase_total": total(known(bought, "amount")),
            "complaint_response_count": sum(row["response_kind"] == "complained" for row in rows),
            "last_unsubscribed_on": day(latest(known(left, "responded_at"))),
        }
        for channel in CHANNELS:
            within = [row for row in left if self._channel(row) == channel]
            profile[f"{channel}_unsubscribed_on"] = day(latest(known(within, "responded_at")))
        return profile

    def _campaign(self, row: Record) -> str | None:
        contact = self.contact.get(row["contact_id"] or "")
        return row["campaign"] or (contact and contact["campaign"])

    def _channel(self, row: Record) -> str | None:
        contact = self.contact.get(row["contact_id"] or "")
        return contact and contact["channel"]

    def _requests(self, customer_id: str) -> Profile:
        rows = self.requests.get(customer_id, [])
        newest = last(rows, "received_at", "request_id")
        marked = [row for row in rows if row["score"] is not None]
        last_marked = last(marked, "received_at", "request_id")
        marks = known(marked, "score")
        return {
            "service_request_count": len(rows),
            "open_service_request_count": sum(row["status"] in OPEN for row in rows),
            "repeated_service_request_count": sum(row["repeated"] is True for row in rows),
            "first_service_request_on": day(earliest(known(rows, "received_at"))),
            "last_service_request_on": day(latest(known(rows, "received_at"))),
            "last_service_request_topic": newest and newest["topic"],
            "last_service_request_subtopic": newest and newest["subtopic"],
            "last_service_request_channel": newest and newest["channel"],
            "last_service_request_status": newest and newest["status"],
            "service_score_count": len(marks),
            "service_score_mean": rounded(Decimal(sum(marks)) / len(marks)) if marks else None,
            "last_service_score": last_marked and last_marked["score"],
        }

    def _app(self, customer_id: str) -> Profile:
        rows = self.events.get(customer_id, [])
        newest = last(rows, "event_at", "event_id")
        bought = [row for row in rows if row["amount"] is not None]
        return {
            "app_event_count": len(rows),
            "app_installation_count": len(set(known(rows, "app_id"))),
            "first_app_use_on": day(earliest(known(rows, "event_at"))),
            "last_app_use_on": day(latest(known(rows, "event_at"))),
            "last_app_event_kind": newest and newest["event_kind"],
            "app_version": newest and newest["app_version"],
            "app_purchase_count": len(bought),
            "app_purchase_total": total(known(bought, "amount")),
            "last_app_purchase_on": day(latest(known(bought, "event_at"))),
        }
