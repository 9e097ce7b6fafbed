"""Identifiers are looked up as people write them, on a day, and never guessed."""

from datetime import date

import pytest

from segments.identity import identify, kinds_of
from tests.segments.saved.world import ANNA, BORIS, NORTH, PAST, World
from warehouse.access import Actor, RowScope
from warehouse.errors import InputError

SOUTH = Actor("south", RowScope(allowed=(("region", frozenset({"South"})),)), None)


@pytest.mark.parametrize(
    ("value", "kind", "on", "outcome", "customer"),
    [
        ("998 90 000-00-07", None, None, "found", "C1"),
        ("900000002", "msisdn", None, "found", "C3"),
        ("900000002", "msisdn", PAST, "found", "C2"),
        ("900000002", "msisdn", date(2025, 4, 1), "former", None),
        ("900000004", None, None, "former", None),
        ("900000005", None, None, "ambiguous", None),
        ("900000005", None, date(2026, 7, 16), "found", "C5"),
        ("900000009", None, None, "unknown", None),
        ("+998900000001", None, None, "ambiguous", None),  # the number of one, the contact phone of another
        ("+998900000001", "msisdn", None, "found", "C1"),
        ("+998900000001", "phone", None, "found", "C3"),
        ("Office@Firm.uz", None, None, "ambiguous", None),
        ("https://t.me/Anna", None, None, "found", "C2"),
        ("300 000 006", None, None, "found", "Й6"),
        ("C8", None, None, "found", "C2"),  # merged into C2
    ],
)
def test_whose_it_is(
    world: World, value: str, kind: str | None, on: date | None, outcome: str, customer: str | None
) -> None:
    found = identify(world.service, value, ANNA, kind=kind, on=on)
    assert (found.outcome, found.customer_id) == (outcome, customer)
    current = {one.customer_id for one in found.holders if one.current}
    assert (len(current) == 1) == (outcome == "found")


def test_a_reader_of_a_part_gets_no_guess_about_the_whole(world: World) -> None:
    """The one candidate whom the reader can see may be the wrong one; who the other is stays untold."""
    for actor, customer in ((NORTH, "C1"), (SOUTH, "C3")):
        found = identify(world.service, "office@firm.uz", actor)
        assert (found.outcome, found.customer_id) == ("ambiguous", None)
        assert [(one.customer_id, one.candidates) for one in found.holders] == [(customer, 2)]
    assert identify(world.service, "300000006", NORTH).outcome == "unknown"
    handed_over = identify(world.service, "900000002", NORTH, kind="msisdn")
    assert handed_over.outcome == "former"
    assert [one.customer_id for one in handed_over.holders] == ["C2"]


def test_what_cannot_be_looked_up_is_refused_in_words(world: World) -> None:
    with pytest.raises(InputError, match="boris may not use identifiers"):
        identify(world.service, "900000001", BORIS)
    with pytest.raises(InputError, match="no kind of identifier 'fax'; there are msisdn"):
        identify(world.service, "1", ANNA, kind="fax")
    with pytest.raises(InputError, match="'call me' can't be a msisdn"):
        identify(world.service, "call me", ANNA, kind="msisdn")
    with pytest.raises(InputError, match="can't be an identifier"):
        identify(world.service, "  ", ANNA)
    assert "telegram" in kinds_of(world.service)
