"""Staff, contact persons, flags, consents, documents and the directory: they fit together and the rest of the world."""

import json
from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from pipelines.simulator.arrays import NEVER
from pipelines.simulator.assignments import COLLECTION, SALES, TELEMARKETING, draw_assignments, is_vip
from pipelines.simulator.campaigns import INTERESTS
from pipelines.simulator.plan import Plan
from pipelines.simulator.schedule import Period
from pipelines.simulator.staff import UNITS, department, draw_staff
from pipelines.simulator.world import World, draw_world
from pipelines.simulator.writers.consents import consents
from pipelines.simulator.writers.crm import contact_persons, flags, responsible
from pipelines.simulator.writers.directory import directory, directory_truth
from pipelines.simulator.writers.hr import hr
from pipelines.simulator.writers.offices import code_words, documents
from tests.pipelines.simulator.written import rows_of


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    plan = Plan(4_000, 12, 9, tmp_path_factory.mktemp("world"), date(2026, 7, 1), dirty_rate=0.0)
    return draw_world(plan, 0)


def _written(world: World, writer: Any, name: str = "") -> list[dict[str, Any]]:
    parts = [part for part in writer(world, Period(world.calendar)) if name in part.path]
    return [row for part in parts for row in rows_of(part)]


def test_every_legal_entity_has_a_sales_manager_and_some_have_more(world: World) -> None:
    drawn, lives = draw_assignments(world), world.lives
    now = (drawn.begin < world.calendar.as_of) & (drawn.end >= world.calendar.as_of)
    served = {line: set(drawn.customer[now & (drawn.line == line)].tolist()) for line in range(4)}
    day = world.calendar.as_of
    there = np.flatnonzero(lives.legal & (lives.registered < day - 60) & (lives.gone > day))
    assert len(set(there.tolist()) - served[SALES]) < 0.05 * len(there)
    assert set(drawn.customer[drawn.line == SALES].tolist()) >= set(there.tolist())
    share = len(served[COLLECTION] & set(there.tolist())) / len(there)
    assert 0.04 < share < 0.2
    vip = np.flatnonzero(is_vip(world) & ~lives.legal & ~lives.prospect & (lives.gone > day))
    assert set(vip.tolist()) <= set(drawn.customer[drawn.line == SALES].tolist())


def test_one_answers_at_a_time_and_holds_the_post_in_the_unit(world: World) -> None:
    drawn, staff = draw_assignments(world), draw_staff(world.plan)
    assert (drawn.begin < drawn.end).all()
    whose = list(zip(drawn.customer.tolist(), drawn.line.tolist(), strict=True))
    handed_over = 0
    for one, other in pairwise(range(len(whose))):
        if whose[one] == whose[other]:
            assert drawn.begin[other] == drawn.end[one]
            handed_over += 1
    assert handed_over > 50
    by_name = drawn.employee > 0
    assert (by_name == (drawn.line != TELEMARKETING)).all()
    post, second = np.divmod(drawn.employee[by_name] - 5_000, 2)
    assert (staff.unit[post] == drawn.unit[by_name]).all()
    assert (np.where(second == 1, staff.changed[post], staff.hired[post]) <= drawn.begin[by_name]).all()
    assert (drawn.end[by_name] <= np.where(second == 1, NEVER, staff.changed[post])).all()


def test_departments_belong_to_branches_and_deputies_to_the_unit(world: World) -> None:
    units = {row["unit_code"]: row for row in _written(world, hr, "units")}
    assert Counter(row["kind"] for row in units.values()) == {"COMPANY": 1, "BRANCH": 14, "DEPARTMENT": 56}
    assert all(units[row["parent"]]["kind"] != "DEPARTMENT" for row in units.values() if row["parent"])
    assert UNITS[int(department(np.array([3]), np.array([SALES]))[0])].parent == "1730"
    staff = {row["tab_no"]: row for row in _written(world, hr, "employees")}
    left = {number for number, row in staff.items() if row["left"]}
    assert left
    for number, row in staff.items():
        if row["deputy"]:
            assert row["deputy"] not in {number, *left}
            assert staff[row["deputy"]]["unit_code"] == row["unit_code"]
    said = {row["employee"] for row in _written(world, responsible)} - {""}
    assert said <= staff.keys()


def test_who_unsubscribed_has_taken_the_consent_back(world: World) -> None:
    said = _written(world, consents)
    persons = {row["id"] for row in _written(world, contact_persons)}
    assert {row["subject"]["person"] for row in said} - {""} <= persons
    drawn, sims = world.contacts, world.holdings.sim_customer
    asked = ~drawn.control & (drawn.interest == INTERESTS.index("unsubscribed"))
    moment = drawn.day * 86_400 + drawn.second + drawn.interest_after
    asked &= moment < world.calendar.as_of * 86_400
    wanted = Counter(str(world.lives.number[customer]) for customer in sims[drawn.sim[asked]].tolist())
    withdrawn = [row for row in said if row["taken"] == "RESPONSE"]
    assert {row["decision"] for row in withdrawn} == {"WITHDRAWN"}
    assert Counter(row["subject"]["client"] for row in withdrawn) == wanted
    assert len(withdrawn) > 20
    first, *later = sorted(row["at"] for row in said)
    assert first < f"{world.plan.as_of.year - 2}"
    assert later[-1] < "2026-07-01"
    asked_for = [row for row in said if row["channel"] == "email" and row["taken"] != "RESPONSE"]
    assert all("@" in row["address"] for row in asked_for)


def test_flags_of_vip_follow_the_billing_and_end_after_they_began(world: World) -> None:
    said = _written(world, flags)
    vip = {str(number) for number in world.lives.number[is_vip(world)].tolist()}
    flagged = {row["client"] for row in said if row["flag"] == "VIP"}
    assert flagged <= vip
    ended = [row for row in said if row["ended_on"]]
    assert all(row["set_on"] < row["ended_on"] < "2026-07-01" for row in ended)
    assert 0 < len(ended) < 0.5 * len(said)


def test_a_document_is_shared_only_by_one_person_who_stands_there_twice(world: World) -> None:
    said = _written(world, documents)
    owners: dict[tuple[str, str], set[int]] = {}
    place = {str(number): at for at, number in enumerate(world.lives.number.tolist())}
    for row in said:
        owners.setdefault((row["DOC_SERIES"], row["DOC_NO"]), set()).add(place[row["CUST_ID"]])
    pinfl = world.register.pinfl
    stated = world.register.table["PINFL"]
    for shared in (each for each in owners.values() if len(each) > 1):
        assert len(set(pinfl[list(shared)].tolist())) == 1
        assert all(stated[at].is_valid for at in shared)
    assert not {place[row["CUST_ID"]] for row in said} & set(np.flatnonzero(world.lives.legal).tolist())


def test_hashes_of_code_words_tell_nothing(world: World) -> None:
    said = _written(world, code_words)
    assert len(said) > 500
    # Words repeat among so many, hashes do not: the number of the customer is part of what is hashed.
    assert len({row["HASH"] for row in said}) == len(said)
    assert all(len(row["HASH"]) == 64 for row in said)
    other = draw_world(Plan(4_000, 12, 10, world.plan.out, date(2026, 7, 1), dirty_rate=0.0), 0)
    assert not {row["HASH"] for row in said} & {row["HASH"] for row in _written(other, code_words)}


def test_the_directory_names_some_customers_and_more_who_are_none(world: World) -> None:
    rows = [
        json.loads(line)
        for part in directory(world, Period(world.calendar))
        for line in part.body.splitlines()
    ]
    tax_ids = {entry: tin for entry, _, tin, *_ in rows}
    ours = {str(number): at for at, number in enumerate(world.register.tax_id.tolist())}
    truth = {row["entry"]: row["customer_id"] for row in directory_truth(world).to_pylist()}
    known = {entry: str(world.lives.number[ours[tin]]) for entry, tin in tax_ids.items() if tin in ours}
    assert known.items() <= truth.items()
    assert 0 < len(truth) < 0.3 * len(tax_ids)
    stated = [tin for tin in tax_ids.values() if tin]
    assert len(set(stated)) == len(stated)
