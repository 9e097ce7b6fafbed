"""Customers one by one."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.actors import CUSTOMERS
from api.card import customer_card
from api.deps import CARD_REFUSALS, Caller, ReleaseOf, permitted
from api.errors import ApiError
from api.parameters import DaysOf
from api.schemas.customers import Card

router = APIRouter(
    prefix="/customers", tags=["customers"], responses=CARD_REFUSALS, dependencies=[permitted(CUSTOMERS)]
)


@router.get("/{customer_id:path}", operation_id="get_customer", summary="Card of a customer")
def get_customer(
    customer_id: Annotated[str, Path(description="Business id", examples=["C000001"])],
    actor: Caller,
    opened: ReleaseOf,
    days: DaysOf,
) -> Card:
    """Blocks of attributes, contracts with accounts with subscriptions, the last events of each kind.

    A customer outside the caller's row scope is not found: its existence is not told. At earlier dates what has no
    history is marked (`kept`) and without value, and one who was not known then is not found.
    """
    card = customer_card(opened, customer_id, actor, (days.as_of, days.known_on))
    if card is None:
        raise ApiError(404, f"there is no customer {customer_id}")
    return card
