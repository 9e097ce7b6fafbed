"""Contracts, accounts and subscriptions of the customers, one below the other."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.simulator.arrays import (
    NEVER,
    Days,
    Flags,
    Ints,
    between,
    dates,
    decimals,
    expand,
    integers,
    pick,
    texts,
)
from pipelines.simulator.lifecycle import Lives
from pipelines.simulator.plan import Calendar

MAX_SIMS = 200
NUMBERS_PER_CUSTOMER = 10
"""Phone numbers set aside per customer of a block: far more than the mean, so that blocks never collide."""
OPERATOR_CODES = np.array([33, 50, 77, 88, 90, 91, 93, 94])


@dataclass(frozen=True, slots=True)
class Tariff:
    """A price list: fee and prices in tiyin (1/100 UZS), allowances per month."""

    name: str
    fee: int
    minutes: int
    megabytes: int
    share: float


TARIFFS = (
    Tariff("Oson 30", 3_000_000, 300, 5_000, 26),
    Tariff("Oson 50", 5_000_000, 600, 15_000, 24),
    Tariff("Yoshlar", 4_000_000, 200, 25_000, 17),
    Tariff("Cheksiz", 9_000_000, 1_500, 60_000, 13),
    Tariff("Oila", 7_500_000, 1_000, 40_000, 9),
    Tariff("Пенсионный", 1_500_000, 250, 1_000, 5),
    Tariff("Premium", 18_000_000, 3_000, 120_000, 3),
    Tariff("Modem", 6_000_000, 0, 80_000, 3),
)
LEGAL_TARIFFS = (
    Tariff("Biznes Start", 5_500_000, 800, 10_000, 45),
    Tariff("Biznes Pro", 11_000_000, 2_000, 50_000, 30),
    Tariff("Корпоративный", 8_000_000, 1_500, 20_000, 17),
    Tariff("M2M", 1_200_000, 0, 300, 8),
)
ALL_TARIFFS = TARIFFS + LEGAL_TARIFFS


@dataclass(frozen=True, slots=True)
class Holdings:
    """Contracts, accounts and subscriptions of a block, each with the position of its parent.

    `account_*` arrays have one row per account, `sim_*` one per subscription. A day NEVER = still in force.
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
    end = lives.gone[owner]
    latest = np.minimum(end, calendar.as_of)
    begin = np.where(ordinal == 0, lives.registered[owner], between(rng, lives.registered[owner], latest))
    accounts = 1 + (lives.legal[owner] & (rng.random(len(owner)) < 0.15))
    contract, place = expand(accounts)
    contract_id = lives.number[owner] * 10 + ordinal
    account_id = contract_id[contract] * 10 + place
    customer, sim = expand(sims)
    account = _spread(owner[contract], lives.size, customer, sim)
    sim_begin, sim_end = _sim_days(rng, calendar, begin[contract][account], end[contract][account], sim)
    real = np.flatnonzero((sim == 0) | (sim_begin < latest[contract][account]))
    sim_customer = customer[real]
    return Holdings(
        contract_id, owner, begin, end,
        account_id, contract,
        lives.number[sim_customer] * 1000 + sim[real], account[real], sim_customer,
        sim_begin[real], sim_end[real],
        _tariffs(rng, lives.legal[sim_customer]),
        _msisdn(first_number + np.arange(len(sim_customer))),
    )  # fmt: skip


def _counts(rng: np.random.Generator, lives: Lives) -> tuple[Ints, Ints]:
    chance = rng.random(lives.size)
    person = 1 + (chance < 0.13).astype(np.int64) + (chance < 0.02)
    company = np.clip(np.ceil(rng.lognormal(1.0, 1.0, lives.size)), 1, MAX_SIMS).astype(np.int64)
    sims = np.where(lives.prospect, 0, np.where(lives.legal, company, person))
    second = (sims >= 2) & (rng.random(lives.size) < 0.35)
    third = (sims >= 12) & (rng.random(lives.size) < 0.5)
    return sims, np.where(lives.prospect, 0, 1 + second + third)


def _spread(account_owner: Ints, customers: int, sim_customer: Ints, sim_ordinal: Ints) -> Ints:
    # Subscriptions go round the accounts of their customer.
    count = np.bincount(account_owner, minlength=customers)
    first = np.cumsum(count) - count
    return first[sim_customer] + sim_ordinal % count[sim_customer]


def _sim_days(
    rng: np.random.Generator, calendar: Calendar, begin: Days, end: Days, ordinal: Ints
) -> tuple[Days, Days]:
    size, latest = len(begin), np.minimum(end, calendar.as_of)
    # Some numbers are taken with the first, others follow over the years (or have not come yet).
    later = (rng.exponential(500, size) * (rng.random(size) < 0.65)).astype(np.int64)
    start = begin + np.where(ordinal == 0, 0, later)
    dropped = (ordinal > 0) & (rng.random(size) < 0.12) & (latest > start + 30)
    return start, np.where(dropped, between(rng, start + 30, latest), end)


def _tariffs(rng: np.random.Generator, legal: Flags) -> Ints:
    person = pick(rng, [t.share for t in TARIFFS], len(legal))
    company = len(TARIFFS) + pick(rng, [t.share for t in LEGAL_TARIFFS], len(legal))
    return np.where(legal, company, person)


def _msisdn(places: Ints) -> Ints:
    # A permutation of the whole range: every place has one number, neighbours are far apart.
    scattered = places * 48_271_733 % 80_000_000
    return 998_00_0000000 + OPERATOR_CODES[scattered // 10_000_000] * 10_000_000 + scattered % 10_000_000


def contract_table(rng: np.random.Generator, calendar: Calendar, holdings: Holdings, lives: Lives) -> Any:
    """One row per contract; some of the companies' run for a fixed term that ends in the future."""
    legal = lives.legal[holdings.contract_customer]
    fixed = legal & (holdings.contract_end == NEVER) & (rng.random(len(legal)) < 0.1)
    term = calendar.as_of + rng.integers(0, 3 * 365, len(legal))
    return pa.table(
        {
            "CONTR_ID": integers(holdings.contract_id),
            "CUST_ID": integers(holdings.contract_id // 10),
            "PAY_TYPE": texts(("PRE", "POST"), lives.postpaid[holdings.contract_customer].astype(np.int64)),
            "SIGN_DT": dates(holdings.contract_begin),
            "END_DT": dates(np.where(fixed, term, holdings.contract_end)),
        }
    )


def account_table(holdings: Holdings, balance: Ints, known: Flags) -> Any:
    """One row per account; `balance` in tiyin."""
    return pa.table(
        {
            "ACC_ID": integers(holdings.account_id),
            "CONTR_ID": integers(holdings.account_id // 10),
            "OPEN_DT": dates(holdings.account_begin),
            "CLOSE_DT": dates(holdings.account_end),
            "BALANCE": decimals(balance, known),
        }
    )


def subscription_table(holdings: Holdings) -> Any:
    """One row per subscription."""
    return pa.table(
        {
            "SUBS_ID": integers(holdings.sim_id),
            "ACC_ID": integers(holdings.account_id[holdings.sim_account]),
            "MSISDN": integers(holdings.msisdn),
            "TARIFF": texts([t.name for t in ALL_TARIFFS], holdings.sim_tariff),
            "ACT_DT": dates(holdings.sim_begin),
            "DEACT_DT": dates(holdings.sim_end),
        }
    )


def phones(rng: np.random.Generator, holdings: Holdings, customers: int) -> Ints:
    """The contact number: the customer's first, another operator's of those without; 0 = not known."""
    foreign = 998_95_0000000 + rng.integers(0, 5_0000000, customers)
    phone = np.where(rng.random(customers) < 0.8, foreign, 0)
    phone[holdings.sim_customer[::-1]] = holdings.msisdn[::-1]
    return phone
