"""Contracts, accounts and subscriptions of the customers, one below the other."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrays import NEVER, Days, Flags, Ints, between, expand
from pipelines.simulator.lifecycle import Lives
from pipelines.simulator.numbers import msisdns
from pipelines.simulator.plan import Calendar
from pipelines.simulator.tariffs import first_tariffs

MAX_SIMS = 200


@dataclass(frozen=True, slots=True)
class Holdings:
    """Contracts, accounts and subscriptions of a block, each with the position of its parent.

    `account_*` arrays have one row per account, `sim_*` one per subscription. A day NEVER = no end in sight.
    In each of the three, those that begin before the anchor come first and the rest follow by the day they
    begin: what is known on a day is a prefix. `sim_tariff` is the tariff a subscription begins with.
    """

    contract_id: Ints
    contract_customer: Ints
    contract_begin: Days
    contract_end: Days
    account_id: Ints
    account_contract: Ints
    sim_id: Ints
    sim_account: Ints
    sim_customer: Ints
    sim_begin: Days
    sim_end: Days
    sim_tariff: Ints
    msisdn: Ints
    contract_term: Days  # the day a fixed-term contract states as its end, NEVER for the others

    @property
    def account_customer(self) -> Ints:
        return self.contract_customer[self.account_contract]

    @property
    def account_begin(self) -> Days:
        return self.contract_begin[self.account_contract]

    @property
    def account_end(self) -> Days:
        return self.contract_end[self.account_contract]


def draw_holdings(rng: np.random.Generator, calendar: Calendar, lives: Lives, first_number: int) -> Holdings:
    """What the customers of a block hold. `first_number`: first place of the block in the numbering range."""
    sims, contracts = _counts(rng, lives)
    owner, ordinal = expand(contracts)
    latest = np.minimum(lives.gone, calendar.horizon)
    begin = np.where(
        ordinal == 0, lives.registered[owner], between(rng, lives.registered[owner], latest[owner])
    )
    order = _as_they_come(calendar, begin)
    owner, ordinal, begin = owner[order], ordinal[order], begin[order]
    contract, place = expand(1 + (lives.legal[owner] & (rng.random(len(owner)) < 0.15)))
    contract_id = lives.number[owner] * 10 + ordinal
    customer, sim = expand(sims)
    account = _spread(owner[contract], lives.size, customer, sim)
    end = lives.gone[customer]
    sim_begin, sim_end = _sim_days(rng, calendar, begin[contract][account], end, sim)
    known = np.flatnonzero((sim == 0) | (sim_begin < latest[customer]))
    real = known[_as_they_come(calendar, sim_begin[known])]
    numbers = msisdns(rng, calendar, sim_begin[real], sim_end[real], first_number)
    return Holdings(
        contract_id, owner, begin, lives.gone[owner],
        contract_id[contract] * 10 + place, contract,
        lives.number[customer[real]] * 1000 + sim[real], account[real], customer[real],
        sim_begin[real], sim_end[real],
        first_tariffs(rng, lives.legal[customer[real]]),
        numbers,
        _terms(rng, calendar, lives.legal[owner]),
    )  # fmt: skip


def _terms(rng: np.random.Generator, calendar: Calendar, legal: Flags) -> Days:
    size = len(legal)
    term = calendar.anchor + rng.integers(0, 3 * 365, size)
    return np.where(legal & (rng.random(size) < 0.1), term, NEVER)


def _as_they_come(calendar: Calendar, begin: Days) -> Ints:
    order: Ints = np.argsort(np.where(begin < calendar.anchor, 0, begin), kind="stable")
    return order


def _counts(rng: np.random.Generator, lives: Lives) -> tuple[Ints, Ints]:
    chance = rng.random(lives.size)
    person = 1 + (chance < 0.13).astype(np.int64) + (chance < 0.02)
    company = np.clip(np.ceil(rng.lognormal(1.0, 1.0, lives.size)), 1, MAX_SIMS).astype(np.int64)
    sims = np.where(lives.prospect, 0, np.where(lives.legal, company, person))
    second = (sims >= 2) & (rng.random(lives.size) < 0.35)
    third = (sims >= 12) & (rng.random(lives.size) < 0.5)
    return sims, np.where(lives.prospect, 0, 1 + second + third)


def _spread(account_owner: Ints, customers: int, sim_customer: Ints, sim_ordinal: Ints) -> Ints:
    # Subscriptions go round the accounts of their customer, oldest first.
    by_owner = np.argsort(account_owner, kind="stable")
    count = np.bincount(account_owner, minlength=customers)
    first = np.cumsum(count) - count
    account: Ints = by_owner[first[sim_customer] + sim_ordinal % count[sim_customer]]
    return account


def _sim_days(
    rng: np.random.Generator, calendar: Calendar, begin: Days, end: Days, ordinal: Ints
) -> tuple[Days, Days]:
    size, latest = len(begin), np.minimum(end, calendar.horizon)
    # Some numbers are taken with the first, others follow over the years (or have not come yet).
    later = (rng.exponential(500, size) * (rng.random(size) < 0.65)).astype(np.int64)
    start = begin + np.where(ordinal == 0, 0, later)
    dropped = (ordinal > 0) & (rng.random(size) < 0.17) & (latest > start + 30)
    return start, np.where(dropped, between(rng, start + 30, latest), end)
