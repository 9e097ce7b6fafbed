"""All extracts, as writers: functions of a world and the period whose files are wanted."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from pipelines.simulator import layouts
from pipelines.simulator.corrections import correction_day, first_charges, is_corrected
from pipelines.simulator.facts import charge_table, payment_table, usage_table
from pipelines.simulator.layouts import Layout
from pipelines.simulator.loyalty import loyalty_table
from pipelines.simulator.parts import Part, csv_part
from pipelines.simulator.registers import (
    account_table,
    changed_rows,
    contract_table,
    customer_table,
    subscription_table,
)
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World
from pipelines.simulator.writers import billing
from pipelines.simulator.writers.app import app_events
from pipelines.simulator.writers.bank import bank_statements
from pipelines.simulator.writers.consents import consents
from pipelines.simulator.writers.contacts import contacts, identifiers
from pipelines.simulator.writers.crm import contact_persons, flags, responsible
from pipelines.simulator.writers.daily_usage import daily_usage
from pipelines.simulator.writers.directory import directory
from pipelines.simulator.writers.dms import devices
from pipelines.simulator.writers.e_documents import e_invoices
from pipelines.simulator.writers.hr import hr
from pipelines.simulator.writers.offices import code_words, documents
from pipelines.simulator.writers.registries import my_gov, statistics, tax_service
from pipelines.simulator.writers.service_desk import service_requests
from pipelines.simulator.writers.surveys import surveys

Writer: TypeAlias = Callable[[World, Period], Iterator[Part]]

REGISTERS: tuple[tuple[Layout, Callable[[World, int], Any]], ...] = (
    (layouts.CUSTOMERS, customer_table),
    (layouts.CONTRACTS, contract_table),
    (layouts.ACCOUNTS, account_table),
    (layouts.SUBSCRIPTIONS, subscription_table),
)


def registers(world: World, period: Period) -> Iterator[Part]:
    """The billing's registers: whole on the anchor, then every day the rows that changed."""
    for layout, table in REGISTERS:
        before = None
        for day in period.register_days():
            if day == world.calendar.anchor:
                before = table(world, day)
                yield csv_part(world, layout, day, before)
                continue
            before = table(world, day - 1) if before is None else before
            after = table(world, day)
            yield csv_part(world, layout, day, changed_rows(before, after))
            before = after


def usage(world: World, period: Period) -> Iterator[Part]:
    """Usage of months that are over."""
    for month in period.months():
        yield csv_part(world, layouts.USAGE, int(world.calendar.nexts[month]), usage_table(world, month))


def charges(world: World, period: Period) -> Iterator[Part]:
    """Charges of months that are over; some months come a second time, put right."""
    calendar = world.calendar
    for month in range(calendar.closed):
        day, again, begin = (
            int(calendar.nexts[month]),
            correction_day(calendar, month),
            int(calendar.starts[month]),
        )
        if period.has(day):
            yield csv_part(world, layouts.CHARGES, day, first_charges(world, month), begin)
        if is_corrected(world, month) and period.has(again):
            yield csv_part(world, layouts.CHARGES, again, charge_table(world, month), begin)


def payments(world: World, period: Period) -> Iterator[Part]:
    """What the gateway took in: month by month before the anchor, then day by day."""
    for begin, end in period.spans():
        yield csv_part(world, layouts.PAYMENTS, end, payment_table(world, begin, end))


def loyalty(world: World, period: Period) -> Iterator[Part]:
    """All loyalty cards on the anchor and on every first of a month after it."""
    for day in period.whole_days():
        yield csv_part(world, layouts.LOYALTY, day, loyalty_table(world, day))


WRITERS: tuple[Writer, ...] = (
    registers,
    usage,
    charges,
    payments,
    loyalty,
    billing.price_lists,
    billing.subscription_services,
    billing.links,
    billing.invoices,
    billing.balances,
    daily_usage,
    bank_statements,
    devices,
    app_events,
    tax_service,
    my_gov,
    statistics,
    e_invoices,
    contacts,
    identifiers,
    service_requests,
    hr,
    responsible,
    contact_persons,
    flags,
    consents,
    surveys,
    documents,
    code_words,
    directory,
)
