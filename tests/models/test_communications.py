"""Whose a communication, response or request is, and what the profile keeps of them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.models.communication_models import built, found, owners

NOON = datetime(2026, 6, 1, 7)  # noqa: DTZ001 - UTC as raw holds it: noon in Tashkent
A, B, C = ({"customer_id": name, "kind": "person"} for name in "ABC")
SUBSCRIPTIONS = [
    {"subscription_id": "S1", "customer_no": 1},
    {"subscription_id": "S2", "customer_no": 2},
    {"subscription_id": "S0", "customer_no": None},
]


def when(column: str, day: int | None, hour: int = 0) -> dict[str, Any]:
    """An instant and its local date, `day` days after the first of June; None = not known."""
    if day is None:
        return {}
    at = NOON + timedelta(days=day, hours=hour)
    return {column: at, f"{column}__date": at.date()}


def contact(name: str, day: int | None = 0, hour: int = 0, **values: Any) -> dict[str, Any]:
    base = {"contact_id": name, "customer_id": "A", "channel": "sms", "direction": "out", "result": "sent"}
    return {**base, **when("contacted_at", day, hour), **values}


def response(name: str, kind: str | None, day: int | None = 0, **values: Any) -> dict[str, Any]:
    base = {"response_id": name, "response_kind": kind}
    return {**base, **when("responded_at", day), **values}


def request(name: str, day: int | None = 0, **values: Any) -> dict[str, Any]:
    base = {"request_id": name, "customer_id": "A", "channel": "chat", "status": "closed"}
    return {**base, **when("received_at", day), **values}


def june(day: int) -> date:
    return date(2026, 6, day)


def test_the_first_name_given_decides_whose_a_communication_is() -> None:
    contacts = [
        contact("stated"),
        contact("by number", customer_id=None, subscription_id="S2"),
        contact("stated against number", customer_id="A", subscription_id="S2"),
        contact("unknown customer", customer_id="nobody", subscription_id="S2"),
        contact("number of nobody", customer_id=None, subscription_id="S0"),
        contact("unknown number", customer_id=None, subscription_id="?"),
        contact("nothing", customer_id=None, address="+998900000001"),
    ]
    requests = [
        request("r stated", account_id="L2"),
        request("r by number", customer_id=None, subscription_id="S2", account_id="L1"),
        request("r by account", customer_id=None, account_id="L1"),
        request("r unknown number", customer_id=None, subscription_id="?", account_id="L1"),
        request("r unknown account", customer_id=None, account_id="?"),
    ]
    accounts = [{"account_id": "L1", "customer_no": 1}, {"account_id": "L2", "customer_no": 2}]
    tables = {"stg_contact": contacts, "stg_service_request": requests, "dim_account": accounts}
    with built([A, B], dim_subscription=SUBSCRIPTIONS, **tables) as mart:
        expected = {
            "stated": 1,
            "by number": 2,
            "stated against number": 1,
            "unknown customer": None,
            "number of nobody": None,
            "unknown number": None,
            "nothing": None,
            "r stated": 1,
            "r by number": 2,
            "r by account": 1,
            "r unknown number": None,
            "r unknown account": None,
        }
        assert owners(mart, "fct_contact", "contact_id") == expected
        in_service = {name: owner for name, owner in expected.items() if name.startswith("r ")}
        assert owners(mart, "fct_service_request", "request_id") == in_service


def test_a_request_is_an_incoming_communication_beside_a_contact_of_the_same_id() -> None:
    asked = request("7", 2, topic="billing", subtopic="wrong charge", status="new", responsible="12")
    with built([A], stg_contact=[contact("7", campaign="Spring")], stg_service_request=[asked]) as mart:
        rows = mart.sql(
            "select origin, contact_id, contacted_on, direction, channel, campaign, category, subcategory, result, "
            "status, responsible, responded from fct_contact order by origin"
        ).fetchall()
    assert rows == [
        ("contact", "7", june(1), "out", "sms", "Spring", None, None, "sent", None, None, False),
        (
            "service_request",
            "7",
            june(3),
            "in",
            "chat",
            None,
            "billing",
            "wrong charge",
            None,
            "new",
            "12",
            None,
        ),
    ]


def test_a_response_takes_from_its_contact_what_it_does_not_say() -> None:
    contacts = [
        contact("k1", campaign="Spring", subscription_id="S1"),
        contact("twice", 0, campaign="Old", customer_id="B", channel="call"),
        contact("twice", 1, campaign="New", customer_id="A", channel="email"),
        contact("of nobody", customer_id="nobody"),
        contact("quiet"),
    ]
    responses = [
        response("full", "bought", customer_id="B", contact_id="k1", campaign="Own"),
        response("bare", "clicked", contact_id="k1"),
        response("to both", "replied", contact_id="twice"),
        response("stranger", "clicked", customer_id="nobody", contact_id="k1"),
        response("lost", "refused", contact_id="?"),
        response("to nobody", "complained", contact_id="of nobody"),
        response("unasked", None, customer_id="A"),
    ]
    with built([A, B], stg_contact=contacts, stg_response=responses) as mart:
        rows = mart.sql(
            "select response_id, customer_no, subscription_id, campaign, channel, response_type from fct_response"
        ).fetchall()
        responded = dict(
            mart.sql("select contact_id, bool_and(responded) from fct_contact group by 1").fetchall()
        )
    assert {row[0]: row[1:] for row in rows} == {
        "full": (2, "S1", "Own", "sms", "purchase"),
        "bare": (1, "S1", "Spring", "sms", "interest"),
        "to both": (1, None, "New", "email", "interest"),
        "stranger": (None, "S1", "Spring", "sms", "interest"),
        "lost": (None, None, None, None, "delivery"),
        "to nobody": (None, None, None, "sms", "delivery"),
        "unasked": (1, None, None, None, None),
    }
    assert responded == {"k1": True, "twice": True, "of nobody": True, "quiet": False}


def test_contacts_of_a_profile() -> None:
    contacts = [
        contact("c1", 0, result="delivered", campaign="Spring"),
        contact("c2", 4, 1, result="failed", campaign="Summer"),
        contact("c3", 4, 1, channel="call", result="answered"),  # the same instant: the greater id is later
        contact("c4", 2, channel="call", result="not_answered"),
        contact("c5", None, channel="email", result="opened"),  # no date: counted, and no last one
        contact("c6", 9, direction=None, channel="push"),
        contact("c7", 8, direction="in", channel="telegram", result=None),
        contact("c8", 8, customer_id="nobody"),
        contact("c9", None, customer_id="C", channel=None, result=None),
    ]
    answers = [response("r1", "clicked", 1, contact_id="c1"), response("r2", "bought", 2, contact_id="c1")]
    asked = [request("q1", 6, channel="office"), request("q2", None, customer_id="B")]
    tables = {"stg_contact": contacts, "stg_response": answers, "stg_service_request": asked}
    with built([A, B, C], **tables) as mart:
        first, second, third = (found(mart, "int_customer_contacts", number) for number in (1, 2, 3))
    assert first == {
        "customer_no": 1,
        "contact_count": 5,
        "first_contacted_on": june(1),
        "last_contacted_on": june(5),
        "last_contact_channel": "call",
        "last_contact_result": "answered",
        "last_contact_campaign": "Summer",
        "reached_contact_count": 3,
        "failed_contact_count": 2,
        "answered_contact_count": 2,
        "email_contact_count": 1,
        "last_email_contact_on": None,
        "sms_contact_count": 2,
        "last_sms_contact_on": june(5),
        "telegram_contact_count": 0,
        "last_telegram_contact_on": None,
        "call_contact_count": 2,
        "last_call_contact_on": june(5),
        "push_contact_count": 0,
        "last_push_contact_on": None,
        "incoming_contact_count": 2,
        "last_incoming_contact_on": june(9),
        "last_incoming_contact_channel": "telegram",
    }
    assert (second["contact_count"], second["incoming_contact_count"]) == (0, 1)
    assert second["last_incoming_contact_on"] is second["last_incoming_contact_channel"] is None
    assert (third["contact_count"], third["first_contacted_on"], third["last_contact_channel"]) == (
        1,
        None,
        None,
    )


def test_responses_of_a_profile() -> None:
    contacts = [contact("s"), contact("e", channel="email")]
    responses = [
        response("r1", "clicked", 1, contact_id="s", campaign="Spring"),
        response("r2", "accepted", 3, contact_id="s", campaign="Summer"),
        response("r3", "bought", 3, contact_id="s", amount=Decimal("10.50")),
        response("r4", "bought", 2, customer_id="A", amount=None),
        response("r5", "unsubscribed", 2, contact_id="e"),
        response("r6", "unsubscribed", 1, contact_id="e"),
        response("r7", "unsubscribed", 3, customer_id="A"),  # of no channel that is known
        response("r8", "complained", None, customer_id="A"),
        response("r9", "bought", 9, customer_id="nobody", amount=Decimal(99)),
        response("r0", "refused", None, customer_id="B"),
    ]
    with built([A, B], stg_contact=contacts, stg_response=responses) as mart:
        first, second = (found(mart, "int_customer_responses", number) for number in (1, 2))
    assert first == {
        "customer_no": 1,
        "response_count": 8,
        "last_response_on": june(4),
        "last_response_kind": "unsubscribed",
        "last_response_campaign": "Summer",
        "interest_response_count": 2,
        "last_interest_on": june(4),
        "purchase_response_count": 2,
        "last_purchase_response_on": june(4),
        "response_purchase_total": Decimal("10.50"),
        "complaint_response_count": 1,
        "email_unsubscribed_on": june(3),
        "sms_unsubscribed_on": None,
        "telegram_unsubscribed_on": None,
        "call_unsubscribed_on": None,
        "push_unsubscribed_on": None,
        "last_unsubscribed_on": june(4),
    }
    assert (second["response_count"], second["last_response_kind"]) == (1, None)
    assert second["response_purchase_total"] is None


def test_requests_of_a_profile() -> None:
    requests = [
        request("q1", 0, status="new", score=5, repeated=True, topic="billing"),
        request("q2", 3, status="in_progress", score=4, repeated=False, topic="tariff", subtopic="change"),
        request("q3", 3, status="waiting", score=4, repeated=None, topic="roaming", channel="call"),
        request("q4", None, status="closed", repeated=True, topic="documents", score=None),
        request("q5", 1, status="resolved"),
        request("q6", 9, customer_id="nobody", score=1),
        request("q7", None, customer_id="B", status=None),
    ]
    with built([A, B], stg_service_request=requests) as mart:
        first, second = (found(mart, "int_customer_requests", number) for number in (1, 2))
        minutes = mart.sql("select minutes_to_taken, minutes_to_closed from fct_service_request").fetchall()
    assert first == {
        "customer_no": 1,
        "service_request_count": 5,
        "open_service_request_count": 3,
        "repeated_service_request_count": 2,
        "first_service_request_on": june(1),
        "last_service_request_on": june(4),
        "last_service_request_topic": "roaming",
        "last_service_request_subtopic": None,
        "last_service_request_channel": "call",
        "last_service_request_status": "waiting",
        "service_score_count": 3,
        "service_score_mean": Decimal("4.33"),
        "last_service_score": 4,
    }
    assert (second["service_request_count"], second["open_service_request_count"]) == (1, 0)
    assert second["service_score_mean"] is second["last_service_request_on"] is None
    assert set(minutes) == {(None, None)}


@pytest.mark.parametrize(
    ("scores", "mean"), [((1, 2), "1.50"), ((5, 5, 4), "4.67"), ((1,) * 7 + (2,), "1.13")]
)
def test_a_mean_score_is_rounded_half_up(scores: tuple[int, ...], mean: str) -> None:
    requests = [request(f"q{place}", score=score) for place, score in enumerate(scores)]
    with built([A], stg_service_request=requests) as mart:
        assert found(mart, "int_customer_requests", 1)["service_score_mean"] == Decimal(mean)


def test_minutes_of_a_request() -> None:
    taken, closed = when("taken_at", 0, 1), when("closed_at", 2)
    with built([A], stg_service_request=[request("q", 0, **taken, **closed)]) as mart:
        found_minutes = mart.sql("select minutes_to_taken, minutes_to_closed from fct_service_request")
        assert found_minutes.fetchall() == [(60, 2880)]
