"""Links told from both ends, and the top company of a holding through chains and circles."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from pipelines.lib.canonical import MODELS
from segments.compiler.bound import Related
from tests.models.model_runner import built, one, person, together
from warehouse.catalog.loader import load_catalog, semantic_files
from warehouse.catalog.model import Sensitivity

Link = Mapping[str, Any]


def link(customer: int | str, related: int | str, kind: str = "holding", **more: Any) -> Link:
    return {
        "customer_id": f"P{customer}",
        "related_customer_id": f"P{related}",
        "link_kind": kind,
        **more,
    }


def people(count: int) -> dict[str, list[Mapping[str, Any]]]:
    return {"customer": [{"customer_id": f"P{n}", "kind": "legal_entity"} for n in range(1, count + 1)]}


def tops(count: int, links: Sequence[Link]) -> dict[int, int]:
    with built("int_holding_member", **people(count), customer_link=links) as mart:
        rows = mart.sql("select customer_no, top_customer_no from int_holding_member").fetchall()
    found = dict(rows)
    assert len(found) == len(rows)
    return found


def test_a_link_is_told_from_both_ends() -> None:
    links = [
        link(1, 2, role="head company"),
        link(1, 3, "formal", role="founder", share_percent="60.00"),
        link(3, 1, "formal", role="branch"),  # stated from the other end too: one link
        link(1, "unknown", "informal", valid_from=date(2026, 1, 1)),
        link(2, 2, "informal"),
    ]
    with built("bridge_customer_link", **people(3), customer_link=links) as mart:
        found = mart.sql("""
            select customer_no, related_customer_no, link_kind, side, related_role, own_role, share_percent
            from bridge_customer_link order by customer_no nulls last, related_customer_no nulls last
        """)
        assert found.fetchall() == [
            (1, 2, "holding", "parent", "head company", None, None),
            (1, 3, "formal", "peer", "founder", "branch", Decimal(60)),
            (1, None, "informal", "peer", None, None, None),
            (2, 1, "holding", "subsidiary", None, "head company", None),
            (3, 1, "formal", "peer", "branch", "founder", Decimal(60)),
            (None, 1, "informal", "peer", None, None, None),
        ]


def test_what_may_be_asked_of_the_linked_company_stands_beside_the_link() -> None:
    rows = together(person(1), person(2), {"customer_link": [link(1, 2)]})
    rows["account"] = [
        {"account_id": "A2-1", "contract_id": "K2", "balance": "-7.00"},
    ]
    with built("bridge_customer_link", **rows) as mart:
        found = one(
            mart,
            "select kind, debt_total, open_subscription_count from bridge_customer_link where customer_no = 1",
        )
        assert found == {"kind": "person", "debt_total": Decimal(7), "open_subscription_count": 1}


def test_the_top_is_found_through_all_levels() -> None:
    chain = [link(n, n + 1) for n in range(1, 40)]
    assert tops(40, chain) == dict.fromkeys(range(1, 41), 40)


def test_circles_end_at_the_company_first_known() -> None:
    assert tops(6, [link(3, 2), link(2, 4), link(4, 3), link(5, 4), link(6, 5)]) == dict.fromkeys(
        (2, 3, 4, 5, 6), 2
    )
    assert tops(1, [link(1, 1)]) == {}


def test_of_several_parents_the_one_linked_last_counts() -> None:
    early, late = date(2024, 1, 1), date(2025, 1, 1)
    links = [link(1, 2, valid_from=late), link(1, 3, valid_from=early), link(1, 4, valid_from=None)]
    assert tops(4, links) == {1: 2, 2: 2}
    equal = [link(1, 2, share_percent="40.00"), link(1, 3, share_percent="60.00"), link(1, 4)]
    assert tops(4, equal) == {1: 3, 3: 3}
    ended = [link(1, 2, valid_from=late, valid_to=date(2026, 1, 1)), link(1, 3), link(4, "unknown")]
    assert tops(4, ended) == {1: 3, 3: 3}


def test_every_shape_of_holding() -> None:
    """120 groups of up to nine companies, each with one drawn parent or none: the top is where the way up ends, or
    the smallest of the circle.
    """
    draw = Random(5)
    parents: dict[int, int] = {}
    for group in range(120):
        size, base = draw.randrange(1, 10), 10 * group
        chosen = draw.sample(range(1, size + 1), draw.randrange(size + 1))
        parents |= {base + child: base + draw.randrange(1, size + 1) for child in chosen}
    real = {child: parent for child, parent in parents.items() if child != parent}
    expected, circles = {}, 0
    for company in {*real, *real.values()}:
        way = [company]
        while way[-1] in real and real[way[-1]] not in way:
            way.append(real[way[-1]])
        circle = way[way.index(real[way[-1]]) :] if way[-1] in real else way[-1:]
        circles += len(circle) > 1
        expected[company] = min(circle)
    assert circles > 20
    assert tops(1200, [link(child, parent) for child, parent in parents.items()]) == expected


def test_totals_of_a_holding_are_beside_each_of_its_companies() -> None:
    charges = [
        {"charge_id": f"c{n}", "account_id": f"A{n}-1", "amount": f"{n}.00", "_load_mode": "append"}
        for n in (1, 2, 3, 4)
    ]
    rows = together(
        *(person(n) for n in (1, 2, 3, 4)),
        {
            "customer_link": [
                link(1, 2),
                link(2, 3),
                link(1, 4, "formal"),
                link(1, 4, "informal", valid_to=date(2026, 1, 1)),
            ]
        },
        {"charge": charges},
    )
    with built("customer_360", **rows) as mart:
        found = mart.sql("""
            select holding_role, holding_customer_id, holding_company_count, holding_charged_total, holding_paid_total,
                holding_open_subscription_count, formal_link_count, informal_link_count
            from customer_360 order by customer_no
        """)
        in_holding = ("P3", 3, Decimal(6), None, 3)
        assert found.fetchall() == [
            ("member", *in_holding, 1, 0),
            ("member", *in_holding, 0, 0),
            ("top", *in_holding, 0, 0),
            (None, None, None, None, None, None, 1, 0),
        ]


def test_who_may_not_see_the_linked_company_does_not_count_the_link() -> None:
    catalog = load_catalog(semantic_files(MODELS))
    parent, child = catalog.entities["customer"], catalog.entities["customer_link"]
    for quantifier in ("any", "none"):
        related = Related(catalog.relations["links"], parent, child, quantifier, None, None, "/where")
        assert related.owner == "related_customer_no"
    # What is said of all companies of a holding needs the right to its group.
    told = [attribute for name, attribute in parent.attributes.items() if name.startswith("holding_")]
    open_to_all = {attribute.name for attribute in told if attribute.sensitivity is Sensitivity.INTERNAL}
    assert open_to_all == {"holding_role"}
    assert {attribute.group for attribute in told} == {"holding"}
