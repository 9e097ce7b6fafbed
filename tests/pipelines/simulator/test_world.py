"""What is planted in a world holds together: numbers, persons, companies, devices, campaigns."""

from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow.compute as pc
import pytest

from pipelines.simulator.arrays import NEVER
from pipelines.simulator.names import transliterated
from pipelines.simulator.numbers import QUARANTINE
from pipelines.simulator.plan import Plan
from pipelines.simulator.reachable import TASKS, Tally, reachable, tally
from pipelines.simulator.registers import contract_table, customer_table, subscription_table
from pipelines.simulator.truth import truth_tables
from pipelines.simulator.world import World, draw_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return draw_world(Plan(5_000, 12, 9, tmp_path_factory.mktemp("world"), date(2026, 7, 1)), 0)


def test_a_number_belongs_to_one_subscription_at_a_time_and_rests_between(world: World) -> None:
    holdings = world.holdings
    order = np.lexsort((holdings.sim_begin, holdings.msisdn))
    reused = 0
    for one, other in pairwise(order.tolist()):
        if holdings.msisdn[one] == holdings.msisdn[other]:
            assert holdings.sim_begin[other] >= holdings.sim_end[one] + QUARANTINE
            reused += 1
    assert reused > 0.05 * len(order)
    shown = subscription_table(world, world.calendar.as_of)["MSISDN"]
    assert len(shown) - len(shown.unique()) > 0


def test_personal_numbers_have_birth_sex_and_check_digit(world: World) -> None:
    register, people = world.register, np.flatnonzero(~world.lives.legal)
    for at in people[:500].tolist():
        digits = f"{register.pinfl[at]:014d}"
        born = date.fromordinal(date(1970, 1, 1).toordinal() + int(register.birth[at]))
        assert digits[1:7] == born.strftime("%d%m%y")
        assert digits[0] == str(3 + 2 * (born.year >= 2000) + int(register.women[at]))
        weights = (7, 3, 1) * 4 + (7,)
        assert int(digits[13]) == sum(int(d) * w for d, w in zip(digits, weights, strict=False)) % 10
    assert (register.pinfl[world.lives.legal] == 0).all()


def test_a_duplicate_is_the_same_person_and_a_lookalike_is_not(world: World) -> None:
    twins, pinfl = world.twins, world.register.pinfl
    assert (pinfl[twins.second] == pinfl[twins.first]).tolist() == twins.same_person.tolist()
    others = np.delete(pinfl, np.concatenate([twins.second, np.flatnonzero(world.lives.legal)]))
    assert len(np.unique(others)) == len(others)
    for same in (True, False):
        # On names alone the two can't be told apart.
        assert 0.2 < (twins.name[twins.same_person == same] == 0).mean() < 0.9


def test_names_go_from_one_script_to_the_other() -> None:
    assert transliterated("G'ulomov Sherzod O'ktam o'g'li") == "Гуломов Шерзод Уктам угли"
    assert transliterated("Фёдоров Юрий") == "Fyodorov Yuriy"


def test_contracts_of_a_merged_customer_are_the_survivors_from_that_day(world: World) -> None:
    mergers, number = world.mergers, world.lives.number
    assert len(mergers.day)
    assert not np.isin(mergers.survivor, mergers.retired).any()
    later = np.flatnonzero(mergers.day >= world.calendar.anchor)
    at = int(later[np.argmin(mergers.day[later])])
    retired, survivor, day = (int(values[at]) for values in (mergers.retired, mergers.survivor, mergers.day))
    for when, holder in ((day, retired), (day + 1, survivor)):
        owners = contract_table(world, when)["CUST_ID"].to_pylist()
        contracts = world.holdings.contract_customer[: len(owners)]
        held = {owner for owner, whose in zip(owners, contracts.tolist(), strict=True) if whose == retired}
        assert held == {number[holder]}
    row = customer_table(world, day + 1).slice(retired, 1).to_pylist()[0]
    assert (row["STATUS"], row["MERGED_TO"]) == ("D", number[survivor])


def test_links_join_different_legal_entities(world: World) -> None:
    links = world.links
    assert set(links.kind.tolist()) == {0, 1, 2}
    assert (links.one != links.other).all()
    assert world.lives.legal[np.concatenate([links.one, links.other])].all()
    heads, members = set(links.other[links.kind == 0].tolist()), links.one[links.kind == 0].tolist()
    assert len(set(members)) == len(members)
    assert not heads & set(members)


def test_imeis_pass_the_luhn_check_and_follow_one_another(world: World) -> None:
    devices = world.devices
    for imei in devices.imei[:300].tolist():
        digits = [int(digit) for digit in f"{imei:015d}"]
        doubled = [sum(divmod(2 * digit, 10)) if place % 2 else digit for place, digit in enumerate(digits)]
        assert sum(doubled) % 10 == 0
    next_of_same = devices.sim[1:] == devices.sim[:-1]
    assert (devices.begin[1:] == devices.end[:-1])[next_of_same].all()
    assert (devices.end > devices.begin).all()


def test_tariff_changes_follow_one_another(world: World) -> None:
    changes = world.tariff_changes
    current = world.holdings.sim_tariff.copy()
    for sim, old, new in zip(changes.sim.tolist(), changes.old.tolist(), changes.new.tolist(), strict=True):
        assert current[sim] == old != new
        current[sim] = new
    assert (np.diff(changes.day) >= 0).all()
    assert (changes.campaign >= 0).any()
    assert (changes.campaign < 0).any()


def test_campaigns_sell_more_to_the_reached_than_to_the_control_group(world: World) -> None:
    contacts, planted = world.contacts, {c.number: c.uplift for c in world.campaigns}
    uplift = np.array([planted[number] for number in contacts.campaign.tolist()])
    bought = contacts.bought < NEVER
    reached = ~contacts.control & (contacts.result >= 1) & (contacts.result < 5)
    assert bought[reached & (uplift > 0.015)].mean() > 2 * bought[contacts.control].mean()
    assert (contacts.interest[contacts.control] == -1).all()
    assert 0.08 < contacts.control.mean() < 0.12
    assert any(value == 0 for value in planted.values())


def test_the_register_shows_nothing_of_what_comes_later(world: World) -> None:
    early, late = world.calendar.anchor, world.calendar.anchor + 100
    for day in (early, late):
        customers = customer_table(world, day)
        for column in ("REG_DT", "CLOSE_DT"):
            assert pc.max(customers[column]).cast("int32").as_py() < day
    with pytest.raises(ValueError, match="anchor"):
        customer_table(world, early - 1)
    moved = world.register.changed[: len(customer_table(world, early))]
    same = (moved < early) | (moved >= late)
    before, after = (customer_table(world, day)["ADDRESS"].to_pylist() for day in (early, late))
    assert all(one == other for one, other, kept in zip(before, after, same, strict=False) if kept)
    assert before != after[: len(before)]


def test_what_was_entered_wrongly_is_put_right(world: World) -> None:
    corrected, anchor = world.register.corrected, world.calendar.anchor
    size = len(customer_table(world, anchor))
    later = np.flatnonzero((corrected[:size] > anchor) & (corrected[:size] < NEVER))
    assert len(later) > 20
    right = world.register.table
    for at in later[:10].tolist():
        shown = [
            [customer_table(world, day).slice(at, 1)[name][0].as_py() for name in ("CUST_NAME", "BIRTH_DT")]
            for day in (anchor, int(corrected[at]) + 1)
        ]
        assert shown[1] == [right[name][at].as_py() for name in ("CUST_NAME", "BIRTH_DT")]
        assert shown[0] != shown[1] or shown[1][1] is None


def test_events_of_the_truth_have_begun_and_name_known_customers(world: World) -> None:
    tables = truth_tables(world)
    events = tables["events"]
    assert pc.max(events["begins_on"]).as_py() < date(2026, 7, 1)
    assert set(events["event"].unique().to_pylist()) == {
        "falls_before_leaving", "dip", "level_change", "tariff_change", "trip", "debt",
    }  # fmt: skip
    known = set(tables["customers"]["customer_id"].to_pylist())
    for name in ("events", "duplicates", "campaign_members"):
        assert set(tables[name]["customer_id"].to_pylist()) <= known
    # Departures that lie ahead are the truth a churn score is judged by.
    ahead = pc.greater(tables["customers"]["leaves_on"], date(2026, 7, 1))
    assert pc.sum(ahead).as_py() > 50


def test_no_rule_can_be_perfect_and_some_can_be_good(world: World) -> None:
    stated = reachable(tally(world))
    assert set(stated) == set(TASKS)
    for task in stated.values():
        assert task["planted"] < 0.6 * task["population"]
        assert task["planted"] / task["population"] < task["best_f1"]["precision"] < 1
        assert 0.1 < task["best_f1"]["recall"] <= 1


def test_the_reachable_is_counted_from_the_overlap() -> None:
    # Two equal halves: one pure cell with 30 planted, one with 10 planted among 40, one with none.
    half = np.array([[0, 30], [30, 10], [60, 0]])
    task = next(iter(TASKS))
    stated = reachable(Tally({task: np.stack([half, half])}))[task]
    assert (stated["population"], stated["planted"]) == (260, 80)
    assert stated["best_f1"] == {"precision": 1.0, "recall": 0.75, "f1": 0.8571}
    assert stated["best_precision_at_recall"]["0.7"] == 1.0
    # The mixed cell of one half is enough: 70 of the 100 taken.
    assert stated["best_precision_at_recall"]["0.8"] == 0.7


def test_a_lucky_cell_promises_nothing() -> None:
    # Planted at random over many small cells: sorted by their own luck they would look like a rule.
    rng = np.random.default_rng(1)
    cells = rng.multinomial(4_000, [1 / 2_000] * 2_000, size=2)
    planted = rng.binomial(cells, 0.1)
    task = next(iter(TASKS))
    counts = np.stack([cells - planted, planted], axis=2)
    stated = reachable(Tally({task: counts}))[task]
    assert stated["best_precision_at_recall"]["0.5"] < 0.14
