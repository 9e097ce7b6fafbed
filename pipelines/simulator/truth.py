"""Who was planted as what and when: tables for judging signals, scores and duplicate search.

They hold what the extracts can't say: causes, and what comes after the as-of date (a departure that usage
announces already, a debt that will end). No source reads them.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import NEVER, Days, Floats, Ints, dates, integers, texts
from pipelines.simulator.corrections import charge_corrections
from pipelines.simulator.debts import CAREERS
from pipelines.simulator.lifecycle import MONTH
from pipelines.simulator.office import registry_differences
from pipelines.simulator.tariffs import ALL_TARIFFS
from pipelines.simulator.trips import COUNTRIES
from pipelines.simulator.twins import BIRTH, NAME
from pipelines.simulator.usage import ALLOWANCE_POWER, FALL_MONTHS, RECOVERY_MONTHS
from pipelines.simulator.world import World
from pipelines.simulator.writers.directory import directory_truth


def truth_tables(world: World) -> dict[str, Any]:
    """Tables by name of their file, rows of one block each."""
    return {
        "customers": _customers(world),
        "events": pa.concat_tables(_events(world)),
        "duplicates": _duplicates(world),
        "campaign_members": _campaign_members(world),
        "charge_corrections": charge_corrections(world),
        "directory": directory_truth(world),
        "registry_differences": registry_differences(world),
    }


def _text(numbers: Ints, known: Any = None) -> Any:
    return pc.cast(integers(numbers, known), pa.string())


def _customers(world: World) -> Any:
    """One row per customer known; `leaves_on` is planted and may lie ahead, `gone_on` is known."""
    lives, day = world.lives, world.calendar.as_of
    size = world.customers_on(day)
    first_debt, last_debt = _debts(world, size)
    dips = np.bincount(world.holdings.sim_customer, weights=world.habits.dipped, minlength=lives.size)
    survivor = np.zeros(lives.size, dtype=np.int64)
    merged = world.mergers.day < day
    survivor[world.mergers.retired[merged]] = lives.number[world.mergers.survivor[merged]]
    gone = lives.gone[:size]
    return pa.table(
        {
            "customer_id": _text(lives.number[:size]),
            "legal_entity": pa.array(lives.legal[:size]),
            "prospect": pa.array(lives.prospect[:size]),
            "postpaid": pa.array(lives.postpaid[:size]),
            "tax_id": _text(world.register.tax_id[:size]),
            "pinfl": _text(world.register.pinfl[:size], world.register.pinfl[:size] > 0),
            "registered_on": dates(lives.registered[:size]),
            "gone_on": dates(np.where(gone < day, gone, NEVER)),
            "leaves_on": dates(gone),
            "falls_before_leaving": pa.array(lives.prelude[:size]),
            "recovering_dips": integers(dips[:size].astype(np.int64)),
            "debt_from": dates(first_debt),
            "debt_until": dates(last_debt),
            "merged_into": _text(survivor[:size], survivor[:size] > 0),
        }
    )


def _debts(world: World, size: int) -> tuple[Days, Days]:
    """First day and end of the debts that have begun, per customer."""
    begin, end = world.debts.begin, world.debts.end
    at = np.flatnonzero(begin < world.calendar.as_of)
    customer = world.holdings.account_customer[at]
    first, last = np.full(world.lives.size, NEVER), np.zeros(world.lives.size, dtype=np.int64)
    np.minimum.at(first, customer, begin[at])
    np.maximum.at(last, customer, end[at])
    return first[:size], np.where(first == NEVER, NEVER, last)[:size]


def _events(world: World) -> list[Any]:
    """What happened to subscriptions and accounts and began before the as-of date, one row each."""
    return [
        _falls(world),
        _dips(world),
        _steps(world),
        _tariff_changes(world),
        _trips(world),
        _debt_events(world),
    ]


def _sim_events(
    world: World, event: str, sim: Ints, begin: Days, end: Days, strength: Floats, detail: Any = None
) -> Any:
    holdings = world.holdings
    begin = np.maximum(begin, holdings.sim_begin[sim])
    there = (begin < np.minimum(world.calendar.as_of, holdings.sim_end[sim])) & (end > begin)
    at = np.flatnonzero(there)
    sim = sim[at]
    return _event_rows(
        event,
        (_text(world.lives.number[holdings.sim_customer[sim]]), _text(holdings.sim_id[sim]), None),
        (dates(begin[at]), dates(end[at])),
        strength[at],
        None if detail is None else detail.take(pa.array(at)),
    )


def _event_rows(
    event: str, whose: tuple[Any, Any, Any], days: tuple[Any, Any], strength: Floats, detail: Any
) -> Any:
    """`whose`: customer, subscription, account; None stands for a column without values."""
    size = len(strength)
    customer, sim, account = (pa.nulls(size, pa.string()) if ids is None else ids for ids in whose)
    columns = {
        "event": pa.array([event]).take(pa.array(np.zeros(size, dtype=np.int64))),
        "customer_id": customer,
        "subscription_id": sim,
        "account_id": account,
        "begins_on": days[0],
        "ends_on": days[1],
        "strength": pa.array(strength.astype(np.float64)),
        "detail": pa.nulls(size, pa.string()) if detail is None else detail,
    }
    return pa.table(columns)


def _falls(world: World) -> Any:
    """Usage falls to nothing before the customer leaves; `ends_on` is the planted end."""
    holdings = world.holdings
    sim = np.flatnonzero(world.lives.prelude[holdings.sim_customer] & (holdings.sim_end < NEVER))
    end = holdings.sim_end[sim]
    return _sim_events(world, "falls_before_leaving", sim, end - _days(FALL_MONTHS), end, np.zeros(len(sim)))


def _dips(world: World) -> Any:
    """Usage falls and recovers: the noise a churn sign must be told from."""
    sim = np.flatnonzero(world.habits.dipped)
    middle = world.calendar.origin + (world.habits.dip_month[sim] * MONTH).astype(np.int64)
    half = _days(RECOVERY_MONTHS)
    return _sim_events(world, "dip", sim, middle - half, middle + half, np.full(len(sim), 0.2))


def _steps(world: World) -> Any:
    """Usage changes for good; `strength` is the factor."""
    when = world.calendar.origin + (world.habits.step_month * MONTH).astype(np.int64)
    sim = np.arange(len(when))
    return _sim_events(world, "level_change", sim, when, np.full(len(when), NEVER), world.habits.step)


def _tariff_changes(world: World) -> Any:
    """Changes of tariff; `strength` is the factor of data use that follows, `detail` the campaign that sold it."""
    changes = world.tariff_changes
    megabytes = np.array([t.megabytes for t in ALL_TARIFFS], dtype=np.float64)
    factor = (megabytes[changes.new] / megabytes[changes.old]) ** ALLOWANCE_POWER
    detail = _text(changes.campaign, changes.campaign >= 0)
    end = np.full(len(changes.day), NEVER)
    return _sim_events(world, "tariff_change", changes.sim, changes.day, end, factor, detail)


def _trips(world: World) -> Any:
    trips = world.trips
    return _sim_events(
        world, "trip", trips.sim, trips.begin, trips.end, trips.minutes / 100, texts(COUNTRIES, trips.country)
    )


def _debt_events(world: World) -> Any:
    """Debts; `strength` is the share of bills that is paid during it."""
    at = np.flatnonzero(world.debts.begin < world.calendar.as_of)
    holdings, debts = world.holdings, world.debts
    return _event_rows(
        "debt",
        (_text(world.lives.number[holdings.account_customer[at]]), None, _text(holdings.account_id[at])),
        (dates(debts.begin[at]), dates(debts.end[at])),
        debts.part[at],
        texts(CAREERS, debts.career[at]),
    )


def _days(months: float) -> int:
    return int(months * MONTH)


def _duplicates(world: World) -> Any:
    """Pairs of people that look alike, whether they are one person, and what their rows have in common."""
    twins, number = world.twins, world.lives.number
    known = np.flatnonzero(world.lives.registered[twins.second] < world.calendar.as_of)
    columns = {
        "customer_id": _text(number[twins.second]),
        "other_customer_id": _text(number[twins.first]),
        "same_person": pa.array(twins.same_person),
        "name": texts(NAME, twins.name),
        "birth_date": texts(BIRTH, twins.birth),
        "same_phone": pa.array(twins.phone),
        "same_email": pa.array(twins.email),
        "same_address": pa.array(twins.address),
        "same_pinfl": pa.array(twins.pinfl),
    }
    return pa.table(columns).take(pa.array(known))


def _campaign_members(world: World) -> Any:
    """Who was taken into which campaign, the control group included, and who bought when."""
    contacts, holdings = world.contacts, world.holdings
    at = np.flatnonzero(contacts.day < world.calendar.as_of)
    bought = contacts.bought[at]
    sim = contacts.sim[at]
    return pa.table(
        {
            "campaign": pa.array(contacts.campaign[at]),
            "customer_id": _text(world.lives.number[holdings.sim_customer[sim]]),
            "subscription_id": _text(holdings.sim_id[sim]),
            "control": pa.array(contacts.control[at]),
            "taken_on": dates(contacts.day[at]),
            "bought_on": dates(np.where(bought < world.calendar.as_of, bought, NEVER)),
        }
    )
