"""One block of the operator: everything that is drawn about its customers, before it is written.

Writers of extracts read a World and the day for which they write; they show what is known before that day
(`arrives`, `begin`, `day` < the day of the extract) and nothing of what is drawn beyond it.
"""

from dataclasses import dataclass, replace

import numpy as np

from pipelines.simulator.arrays import Days, Ints
from pipelines.simulator.campaigns import Campaign, Contacts, campaigns, draw_contacts, sales
from pipelines.simulator.charges import Charges, draw_charges
from pipelines.simulator.contracts import Holdings, draw_holdings
from pipelines.simulator.debts import Debts, draw_debts
from pipelines.simulator.devices import Devices, draw_devices
from pipelines.simulator.lifecycle import Lives, draw_lives
from pipelines.simulator.links import Links, Mergers, draw_links, draw_mergers
from pipelines.simulator.numbers import NUMBERS_PER_CUSTOMER
from pipelines.simulator.payments import Payments, draw_payments
from pipelines.simulator.plan import Calendar, Drawing, Plan, calendar
from pipelines.simulator.register import Register, draw_register
from pipelines.simulator.services import Services, draw_services
from pipelines.simulator.tariffs import TariffChanges, own_changes, settle_changes, tariffs_by_month
from pipelines.simulator.trips import Trips, draw_trips
from pipelines.simulator.twins import Twins, draw_twins
from pipelines.simulator.usage import Habits, Usage, draw_habits, draw_usage


@dataclass(frozen=True, slots=True)
class World:
    """A block. What is drawn once (`lives` ... `debts`) reaches to the horizon of the plan's anchor and is the
    same for every as-of date; `usage`, `charges`, `payments` and `tariffs` have one entry per month of
    `calendar`, the running one included, for the subscriptions and accounts that begin before its end.

    Positions: customers in `lives`, contracts / accounts / subscriptions in `holdings`. All other tables refer
    to these positions. From the anchor on, the customers, contracts, accounts and subscriptions known before a
    day are a prefix.
    """

    plan: Plan
    block: int
    calendar: Calendar
    lives: Lives
    holdings: Holdings
    register: Register
    links: Links
    mergers: Mergers
    twins: Twins
    devices: Devices
    services: Services
    trips: Trips
    campaigns: tuple[Campaign, ...]
    contacts: Contacts
    tariff_changes: TariffChanges
    habits: Habits
    debts: Debts
    tariffs: Ints  # months x subscriptions: position in ALL_TARIFFS at the start of the month
    usage: Usage
    charges: Charges
    payments: Payments

    def rng(self, stream: str) -> np.random.Generator:
        """Random numbers of this block for a writer; the same whatever else is drawn."""
        return self.plan.rng(self.block, stream)

    def customers_on(self, day: int) -> int:
        """How many customers (the first of `lives`) are known before a day, the anchor or later."""
        return self._known(self.lives.registered, day)

    def contracts_on(self, day: int) -> int:
        """How many contracts are known before a day, the anchor or later."""
        return self._known(self.holdings.contract_begin, day)

    def accounts_on(self, day: int) -> int:
        """How many accounts are known before a day, the anchor or later."""
        return self._known(self.holdings.account_begin, day)

    def subscriptions_on(self, day: int) -> int:
        """How many subscriptions are known before a day, the anchor or later."""
        return self._known(self.holdings.sim_begin, day)

    def _known(self, begin: Days, day: int) -> int:
        if day < self.calendar.anchor:
            raise ValueError(f"day {day} is before the anchor {self.calendar.anchor}: not a prefix")
        return int(np.count_nonzero(begin < day))


def draw_world(plan: Plan, block: int) -> World:
    """Everything about one block of customers. Pure: the same plan and block give the same world."""
    times = calendar(plan)
    drawing = Drawing(plan, block, times)
    lives = draw_lives(plan, times, block)
    first_number = block * plan.block * NUMBERS_PER_CUSTOMER
    holdings = draw_holdings(drawing.rng("holdings"), times, lives, first_number)
    twins = draw_twins(drawing.rng("twins"), lives)
    links = draw_links(drawing.rng("links"), times, lives)
    mergers = draw_mergers(drawing.rng("mergers"), times, lives, links, twins.duplicates)
    chosen = campaigns(plan)
    contacts = draw_contacts(drawing.rng("contacts"), chosen, lives, holdings)
    own = own_changes(drawing.rng("own changes"), times, holdings.sim_begin, holdings.sim_end)
    changes = settle_changes(drawing.rng("changes"), holdings.sim_tariff, own, sales(chosen, contacts))
    services = draw_services(drawing.rng("services"), times, holdings)
    trips = draw_trips(drawing.rng("trips"), times, holdings)
    habits = draw_habits(drawing.rng("habits"), times, holdings)
    debts = draw_debts(drawing.rng("debts"), times, lives, holdings)
    seen = _seen(holdings, int(times.nexts[-1]))
    tariffs = tariffs_by_month(times, seen.sim_tariff, changes)
    usage = draw_usage(drawing, lives, seen, habits, tariffs, trips)
    charges = draw_charges(drawing, seen, usage, tariffs, services)
    payments = draw_payments(drawing, lives, seen, debts, charges)
    return World(
        plan=plan, block=block, calendar=times, lives=lives, holdings=holdings,
        register=draw_register(drawing.rng("register"), times, lives, holdings, twins, block),
        links=links, mergers=mergers, twins=twins,
        devices=draw_devices(drawing.rng("devices"), times, holdings), services=services, trips=trips,
        campaigns=chosen, contacts=contacts, tariff_changes=changes, habits=habits, debts=debts,
        tariffs=tariffs, usage=usage, charges=charges, payments=payments,
    )  # fmt: skip


def _seen(holdings: Holdings, end: int) -> Holdings:
    """Holdings without the accounts and subscriptions that begin on or after a day: prefixes of both."""
    accounts = int(np.count_nonzero(holdings.account_begin < end))
    sims = int(np.count_nonzero(holdings.sim_begin < end))
    return replace(
        holdings,
        account_id=holdings.account_id[:accounts], account_contract=holdings.account_contract[:accounts],
        sim_id=holdings.sim_id[:sims], sim_account=holdings.sim_account[:sims],
        sim_customer=holdings.sim_customer[:sims], sim_begin=holdings.sim_begin[:sims],
        sim_end=holdings.sim_end[:sims], sim_tariff=holdings.sim_tariff[:sims], msisdn=holdings.msisdn[:sims],
    )  # fmt: skip
