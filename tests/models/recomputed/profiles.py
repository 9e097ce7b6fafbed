"""The whole profile of every customer, worked out of the extracts alone."""

from datetime import date

from tests.models.recomputed.communications import Communications
from tests.models.recomputed.companies import Companies, Links
from tests.models.recomputed.extracts import Extracts
from tests.models.recomputed.people import People
from tests.models.recomputed.portfolio import Portfolio, Profile
from tests.models.recomputed.products import Products
from tests.models.recomputed.world import World

MONTHS_SHOWN = 24
DATED = {"usage_monthly": "month", "charge": "charged_on", "payment": "paid_at"}


def laid_out(extracts: Extracts) -> list[str]:
    """The months of the profile: of those from the first to the last with a row, the newest 24."""
    days = [row[column] for dataset, column in DATED.items() for row in extracts.rows(dataset) if row[column]]
    begun = [day for day in days if date(day.year, day.month, 1) < extracts.as_of]
    months = [day.year * 12 + day.month - 1 for day in begun]
    last = max(months)
    first = max(min(months), last - MONTHS_SHOWN + 1)
    return [f"{month // 12}_{month % 12 + 1:02d}" for month in range(first, last + 1)]


def customer_numbers(extracts: Extracts) -> dict[str, int]:
    """Given at first sight, in the order (known from, source, customer id)."""
    first: dict[str, tuple[date, str, str]] = {}
    for feed in extracts.feeds:
        if feed.dataset == "customer":
            for file in feed.files:
                for record in file.records:
                    key = (record.known_from, record.source, record["customer_id"])
                    first[record["customer_id"]] = min(first.get(record["customer_id"], key), key)
    return {customer_id: number for number, customer_id in enumerate(sorted(first, key=first.__getitem__), 1)}


def profiles(extracts: Extracts) -> dict[str, Profile]:
    """Attribute and value by customer id."""
    world = World(extracts)
    parts = (
        Portfolio(world, laid_out(extracts)),
        Products(world),
        People(world),
        Communications(world),
        Companies(world),
    )
    numbers = customer_numbers(extracts)
    made: dict[str, Profile] = {}
    for customer_id in world.customers:
        made[customer_id] = {"customer_no": numbers[customer_id]}
        for part in parts:
            made[customer_id] |= part(customer_id)
    Links(world, numbers).add(made)
    return made
