"""The billing's customer register: who they are, where they live, how they are reached."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import NEVER, Days, Flags, Ints, dates, integers, pick, texts
from pipelines.simulator.lifecycle import Lives
from pipelines.simulator.names import companies, people
from pipelines.simulator.places import REGIONS, STREETS
from pipelines.simulator.plan import Calendar, month_start

INDUSTRIES = (
    "46900",
    "47110",
    "41200",
    "01110",
    "49410",
    "56100",
    "62010",
    "86100",
    "85310",
    "13200",
    "64190",
    "96020",
)
EMAIL_HOSTS = ("mail.ru", "gmail.com", "umail.uz", "inbox.uz", "yandex.ru")


def customer_table(rng: np.random.Generator, calendar: Calendar, lives: Lives, phone: Ints) -> Any:
    """One row per customer, in the billing's own columns and codes. `phone` is 0 where there is none."""
    legal = lives.legal
    russian = rng.random(lives.size) < np.where(legal, 0.4, 0.17)
    women = rng.random(lives.size) < 0.47
    full, short = companies(rng, russian)
    columns = {
        "CUST_ID": integers(lives.number),
        "CUST_TYPE": texts(("B2C", "B2B"), legal.astype(np.int64)),
        "CUST_NAME": pc.if_else(pa.array(legal), full, people(rng, women, russian)),
        "SHORT_NAME": pc.if_else(pa.array(legal), short, pa.scalar(None, pa.string())),
        "INN": integers(_tax_id(lives), _known(rng, lives, 0.985, 0.35)),
        "BIRTH_DT": dates(_birth(rng, calendar, legal)),
        "GENDER": texts(("M", "F"), women.astype(np.int64), _known(rng, lives, 0, 0.98)),
        "LANG": texts(("UZ", "RU", "EN"), _language(rng, russian), rng.random(lives.size) < 0.97),
    }
    columns |= _addresses(rng, lives)
    columns |= _contacts(rng, lives, phone)
    return pa.table(columns | _status(rng, lives))


def _status(rng: np.random.Generator, lives: Lives) -> dict[str, Any]:
    legal, left = lives.legal, lives.gone != NEVER
    heads = np.maximum(rng.lognormal(2.4, 1.5, lives.size), 1).astype(np.int64)
    vip = rng.random(lives.size) < np.where(legal, 0.06, 0.008)
    return {
        "OKED": texts(
            INDUSTRIES, pick(rng, [0.8**i for i in range(12)], lives.size), _known(rng, lives, 0.93, 0)
        ),
        "STAFF_CNT": integers(heads, _known(rng, lives, 0.8, 0)),
        "VIP_FLAG": texts(("N", "Y"), vip.astype(np.int64), rng.random(lives.size) < 0.995),
        "REG_DT": dates(lives.registered),
        "STATUS": texts(("A", "P", "D"), np.where(left, 2, lives.prospect.astype(np.int64))),
        "CLOSE_DT": dates(np.where(rng.random(lives.size) < 0.02, NEVER, lives.gone)),
    }


def _known(rng: np.random.Generator, lives: Lives, legal: float, person: float) -> Flags:
    return rng.random(lives.size) < np.where(lives.legal, legal, person)


def _tax_id(lives: Lives) -> Ints:
    # Nine digits, unique: 3........ are legal entities, 4-6 people. The odd factor scatters neighbours.
    serial = (lives.number * 7_368_787) % 99_999_989
    return np.where(lives.legal, 300_000_000, 400_000_000 + 100_000_000 * (lives.number % 3)) + serial


def _birth(rng: np.random.Generator, calendar: Calendar, legal: Flags) -> Days:
    size = len(legal)
    age = np.clip(rng.normal(27, 10, size) + rng.exponential(11, size), 14, 98)
    birth = calendar.as_of - 1 - (age * 365.2425).astype(np.int64)
    years = birth.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    # Data entry likes the first of January, and somebody is always born on a 29 February.
    new_year = month_start(years * 12)
    birth = np.where(rng.random(size) < 0.012, new_year, birth)
    leap_day = month_start(years // 4 * 4 * 12 + 2) - 1
    birth = np.where(rng.random(size) < 0.001, leap_day, birth)
    return np.where(legal | (rng.random(size) < 0.03), NEVER, birth)


def _language(rng: np.random.Generator, russian: Flags) -> Ints:
    chance = rng.random(len(russian))
    return np.where(chance > 0.99, 2, (chance < np.where(russian, 0.95, 0.14)).astype(np.int64))


def _addresses(rng: np.random.Generator, lives: Lives) -> dict[str, Any]:
    people_shares, company_shares = ([r.people for r in REGIONS], [r.companies for r in REGIONS])
    region = np.where(
        lives.legal, pick(rng, company_shares, lives.size), pick(rng, people_shares, lives.size)
    )
    towns = tuple(town for r in REGIONS for town in r.towns)
    counts = np.array([len(r.towns) for r in REGIONS])
    town = (np.cumsum(counts) - counts)[region] + (rng.random(lives.size) ** 1.8 * counts[region]).astype(
        np.int64
    )
    known = rng.random(lives.size) < 0.985
    street = texts(STREETS, pick(rng, [1.0] * len(STREETS), lives.size), _known(rng, lives, 0.96, 0.8))
    house = pc.cast(pa.array((rng.random(lives.size) ** 2 * 180).astype(np.int64) + 1), pa.string())
    return {
        "REGION_CODE": texts([r.code for r in REGIONS], region, known),
        "CITY": texts(towns, town, known & (rng.random(lives.size) < 0.97)),
        "ADDRESS": pc.binary_join_element_wise(street, house, ", "),
    }


def _contacts(rng: np.random.Generator, lives: Lives, phone: Ints) -> dict[str, Any]:
    account = pc.binary_join_element_wise(
        texts(("info", "user", "office", "mail"), np.where(lives.legal, 2 * (lives.number % 2), 1)),
        pc.cast(pa.array(lives.number), pa.string()),
        "",
    )
    host = texts(EMAIL_HOSTS, pick(rng, [3, 4, 1, 1, 1], lives.size), _known(rng, lives, 0.88, 0.22))
    return {"PHONE": integers(phone, phone > 0), "EMAIL": pc.binary_join_element_wise(account, host, "@")}
