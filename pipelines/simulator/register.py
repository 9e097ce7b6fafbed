"""What the billing's register says about each customer: drawn once, with the changes that come later."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import NEVER, Days, Flags, Ints, between, dates, integers, pick, texts
from pipelines.simulator.contracts import Holdings
from pipelines.simulator.lifecycle import Lives
from pipelines.simulator.names import companies, misspelt, mistyped, people
from pipelines.simulator.personal_ids import pinfls, tax_ids
from pipelines.simulator.places import REGIONS, STREETS
from pipelines.simulator.plan import Calendar, month_start
from pipelines.simulator.twins import BIRTH, Twins

INDUSTRIES = (
    "46900", "47110", "41200", "01110", "49410", "56100", "62010", "86100", "85310", "13200", "64190", "96020",
)  # fmt: skip
EMAIL_HOSTS = ("mail.ru", "gmail.com", "umail.uz", "inbox.uz", "yandex.ru")
ADDRESS = ("REGION_CODE", "CITY", "ADDRESS")
CHANGED_PER_YEAR = 0.06
CORRECTED = 0.03
"""Share of people whose name or date of birth was entered wrongly and is put right some day."""


@dataclass(frozen=True, slots=True)
class Register:
    """Rows of all customers of a block up to the horizon.

    `table` has the billing's own columns but for those that depend on the day; `later` the address and
    contacts that hold from `changed` on, `wrong` the names and births that were stated before `corrected`.
    """

    table: Any
    later: Any
    changed: Days
    wrong: Any
    corrected: Days  # NEVER for those who were entered right
    women: Flags
    birth: Days
    tax_id: Ints  # 9 digits, unique; the register may not know it
    pinfl: Ints  # 14 digits of people, 0 for legal entities; the same for a person's duplicates
    close_known: Flags


def draw_register(
    rng: np.random.Generator,
    calendar: Calendar,
    lives: Lives,
    holdings: Holdings,
    twins: Twins,
    block: int,
) -> Register:
    """The register of a block."""
    women = rng.random(lives.size) < 0.47
    birth = _birth(rng, calendar, lives.legal)
    same = twins.same_person
    women[twins.second] = women[twins.first]
    born_together = same | (twins.birth == BIRTH.index("same"))
    birth[twins.second[born_together]] = birth[twins.first[born_together]]
    tax_id, pinfl = tax_ids(lives), pinfls(lives, women, birth, block)
    pinfl[twins.second[same]] = pinfl[twins.first[same]]
    table = pa.table(
        _identity(rng, lives, women, tax_id, pinfl, twins)
        | {"BIRTH_DT": dates(_stated_birth(rng, lives, birth, twins))}
        | _person(rng, lives, women)
        | _addresses(rng, lives)
        | _contacts(rng, lives, _phones(rng, holdings, lives.size))
        | _status(rng, lives)
    )
    table = _copied(table, twins)
    changed = np.maximum(lives.registered, calendar.origin) + 30
    changed += (rng.exponential(365 / CHANGED_PER_YEAR, lives.size)).astype(np.int64)
    changed = np.where(changed < np.minimum(lives.gone, calendar.horizon), changed, NEVER)
    return Register(
        table, _later(rng, lives, table), changed, *_wrong(rng, calendar, lives, table),
        women, birth, tax_id, pinfl, rng.random(lives.size) >= 0.02,
    )  # fmt: skip


def _identity(
    rng: np.random.Generator, lives: Lives, women: Flags, tax_id: Ints, pinfl: Ints, twins: Twins
) -> dict[str, Any]:
    russian = rng.random(lives.size) < np.where(lives.legal, 0.4, 0.17)
    full, short = companies(rng, russian)
    names = misspelt(rng, people(rng, women, russian), twins)
    legal = pa.array(lives.legal)
    pinfl_known = known(rng, lives, 0, 0.86)
    # A second registration goes through because the number was not asked for, save where it was copied.
    pinfl_known[twins.second[twins.same_person]] = False
    pinfl_known[twins.second[twins.pinfl]] = pinfl_known[twins.first[twins.pinfl]]
    return {
        "CUST_ID": integers(lives.number),
        "CUST_TYPE": texts(("B2C", "B2B"), lives.legal.astype(np.int64)),
        "CUST_NAME": pc.if_else(legal, full, names),
        "SHORT_NAME": pc.if_else(legal, short, pa.scalar(None, pa.string())),
        "INN": integers(tax_id, known(rng, lives, 0.985, 0.35)),
        "PINFL": integers(pinfl, pinfl_known),
        "LANG": texts(("UZ", "RU", "EN"), _language(rng, russian), rng.random(lives.size) < 0.97),
    }


def _person(rng: np.random.Generator, lives: Lives, women: Flags) -> dict[str, Any]:
    return {"GENDER": texts(("M", "F"), women.astype(np.int64), known(rng, lives, 0, 0.98))}


def _status(rng: np.random.Generator, lives: Lives) -> dict[str, Any]:
    heads = np.maximum(rng.lognormal(2.4, 1.5, lives.size), 1).astype(np.int64)
    vip = rng.random(lives.size) < np.where(lives.legal, 0.06, 0.008)
    oked = pick(rng, [0.8**i for i in range(12)], lives.size)
    return {
        "OKED": texts(INDUSTRIES, oked, known(rng, lives, 0.93, 0)),
        "STAFF_CNT": integers(heads, known(rng, lives, 0.8, 0)),
        "VIP_FLAG": texts(("N", "Y"), vip.astype(np.int64), rng.random(lives.size) < 0.995),
        "REG_DT": dates(lives.registered),
    }


def known(rng: np.random.Generator, lives: Lives, legal: float, person: float) -> Flags:
    """Whether a field is filled, with these chances."""
    return rng.random(lives.size) < np.where(lives.legal, legal, person)


def _birth(rng: np.random.Generator, calendar: Calendar, legal: Flags) -> Days:
    size = len(legal)
    age = np.clip(rng.normal(27, 10, size) + rng.exponential(11, size), 14, 98)
    birth = calendar.anchor - 1 - (age * 365.2425).astype(np.int64)
    years = birth.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    # Data entry likes the first of January, and somebody is always born on a 29 February.
    birth = np.where(rng.random(size) < 0.012, month_start(years * 12), birth)
    leap_day = month_start(years // 4 * 4 * 12 + 2) - 1
    birth = np.where(rng.random(size) < 0.001, leap_day, birth)
    return np.where(legal, NEVER, birth)


def _stated_birth(rng: np.random.Generator, lives: Lives, birth: Days, twins: Twins) -> Days:
    stated = np.where(rng.random(lives.size) < 0.03, NEVER, birth)
    first = stated[twins.first]
    slip = rng.choice(np.array([-3652, -365, -10, -1, 1, 9, 30]), len(first))
    stated[twins.second] = np.select(
        [twins.birth == BIRTH.index("same"), twins.birth == BIRTH.index("unknown"),
         twins.birth == BIRTH.index("mistyped")],
        [first, np.full(len(first), NEVER), np.where(first == NEVER, NEVER, first + slip)],
        stated[twins.second],
    )  # fmt: skip
    return stated


def _language(rng: np.random.Generator, russian: Flags) -> Ints:
    chance = rng.random(len(russian))
    return np.where(chance > 0.99, 2, (chance < np.where(russian, 0.95, 0.14)).astype(np.int64))


def _addresses(rng: np.random.Generator, lives: Lives) -> dict[str, Any]:
    of_people, of_companies = ([r.people for r in REGIONS], [r.companies for r in REGIONS])
    region = np.where(lives.legal, pick(rng, of_companies, lives.size), pick(rng, of_people, lives.size))
    towns = tuple(town for r in REGIONS for town in r.towns)
    counts = np.array([len(r.towns) for r in REGIONS])
    place = (rng.random(lives.size) ** 1.8 * counts[region]).astype(np.int64)
    town = (np.cumsum(counts) - counts)[region] + place
    filled = rng.random(lives.size) < 0.985
    street = texts(STREETS, pick(rng, [1.0] * len(STREETS), lives.size), known(rng, lives, 0.96, 0.8))
    house = pc.cast(pa.array((rng.random(lives.size) ** 2 * 180).astype(np.int64) + 1), pa.string())
    return {
        "REGION_CODE": texts([r.code for r in REGIONS], region, filled),
        "CITY": texts(towns, town, filled & (rng.random(lives.size) < 0.97)),
        "ADDRESS": pc.binary_join_element_wise(street, house, ", "),
    }


def _phones(rng: np.random.Generator, holdings: Holdings, customers: int) -> Ints:
    """The contact number: the customer's first, another operator's of those without; 0 = not known."""
    foreign = 998_95_0000000 + rng.integers(0, 5_0000000, customers)
    phone = np.where(rng.random(customers) < 0.8, foreign, 0)
    # Assigned backwards, so that the first subscription has the last word.
    order = np.argsort(holdings.sim_id, kind="stable")[::-1]
    phone[holdings.sim_customer[order]] = holdings.msisdn[order]
    return phone


def _contacts(rng: np.random.Generator, lives: Lives, phone: Ints) -> dict[str, Any]:
    account = pc.binary_join_element_wise(
        texts(("info", "user", "office", "mail"), np.where(lives.legal, 2 * (lives.number % 2), 1)),
        pc.cast(pa.array(lives.number), pa.string()),
        "",
    )
    host = texts(EMAIL_HOSTS, pick(rng, [3, 4, 1, 1, 1], lives.size), known(rng, lives, 0.88, 0.22))
    return {"PHONE": integers(phone, phone > 0), "EMAIL": pc.binary_join_element_wise(account, host, "@")}


def _copied(table: Any, twins: Twins) -> Any:
    """The second of a pair has the first's contacts and address where the pair says so."""
    for columns, flags in (
        (ADDRESS, twins.address),
        (("PHONE",), twins.phone),
        (("EMAIL",), twins.email),
    ):
        source = np.arange(len(table))
        source[twins.second[flags]] = twins.first[flags]
        for column in columns:
            at = table.schema.get_field_index(column)
            table = table.set_column(at, column, table[column].take(pa.array(source)))
    return table


def _later(rng: np.random.Generator, lives: Lives, table: Any) -> Any:
    """A new address, and for half of those who move a new number and e-mail."""
    keep = pa.array(rng.random(lives.size) < 0.5)
    foreign = 998_95_0000000 + rng.integers(0, 5_0000000, lives.size)
    contacts = _contacts(rng, lives, foreign)
    columns = _addresses(rng, lives) | {
        name: pc.if_else(keep, table[name], values) for name, values in contacts.items()
    }
    return pa.table(columns)


def _wrong(rng: np.random.Generator, calendar: Calendar, lives: Lives, table: Any) -> tuple[Any, Days]:
    """What was entered wrongly, and until when: a name with a slip, or a birth that is some days off."""
    wrong = ~lives.legal & (rng.random(lives.size) < CORRECTED)
    at = np.flatnonzero(wrong)
    begin = np.maximum(lives.registered[at], calendar.origin) + 2
    corrected = np.full(lives.size, NEVER)
    corrected[at] = between(rng, begin, np.full(len(at), calendar.horizon))
    slips = rng.random(len(at))
    names = table["CUST_NAME"].combine_chunks()
    spelt = [
        mistyped(name, luck) for name, luck in zip(names.take(pa.array(at)).to_pylist(), slips, strict=True)
    ]
    births = pc.add(table["BIRTH_DT"].cast(pa.int32()), pa.scalar(9, pa.int32())).cast(pa.date32())
    of_name = rng.random(lives.size) < 0.5
    named = np.flatnonzero(of_name[at])
    names = pc.replace_with_mask(
        names, pa.array(wrong & of_name), pa.array(spelt, pa.string()).take(pa.array(named))
    )
    births = pc.if_else(pa.array(wrong & ~of_name), births, table["BIRTH_DT"])
    return pa.table({"CUST_NAME": names, "BIRTH_DT": births}), corrected
