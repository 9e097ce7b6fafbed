"""Devices in the hands of subscribers: models with their TAC, and when somebody changes theirs."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrays import Days, Ints, pick
from pipelines.simulator.contracts import Holdings
from pipelines.simulator.plan import Calendar
from pipelines.simulator.tariffs import MINUTES

MEAN_YEARS = 2.6
"""Years between two devices of a subscription."""
MAX_DEVICES = 4


@dataclass(frozen=True, slots=True)
class Model:
    """A model of device. `tac`: the first 8 digits of its IMEIs; `network`: the best it can do."""

    vendor: str
    name: str
    kind: str  # smartphone | feature_phone | tablet | modem | module
    os: str
    os_version: str
    network: str
    tac: int
    share: float


MODELS = (
    Model("Samsung", "Galaxy A15", "smartphone", "Android", "14", "4g", 35171511, 14),
    Model("Samsung", "Galaxy A55", "smartphone", "Android", "14", "5g", 35171755, 8),
    Model("Samsung", "Galaxy S24", "smartphone", "Android", "15", "5g", 35894524, 4),
    Model("Xiaomi", "Redmi 13C", "smartphone", "Android", "13", "4g", 86441306, 15),
    Model("Xiaomi", "Redmi Note 13", "smartphone", "Android", "14", "4g", 86503907, 12),
    Model("Xiaomi", "Poco X6", "smartphone", "Android", "14", "5g", 86610706, 5),
    Model("Apple", "iPhone 11", "smartphone", "iOS", "17", "4g", 35316511, 5),
    Model("Apple", "iPhone 13", "smartphone", "iOS", "18", "5g", 35432913, 5),
    Model("Apple", "iPhone 15", "smartphone", "iOS", "18", "5g", 35678215, 3),
    Model("Tecno", "Spark 20", "smartphone", "Android", "13", "4g", 35082420, 6),
    Model("Infinix", "Hot 40i", "smartphone", "Android", "13", "4g", 35224840, 5),
    Model("Huawei", "Nova Y61", "smartphone", "EMUI", "12", "4g", 86710061, 3),
    Model("Artel", "Komi 4", "smartphone", "Android", "8.1", "3g", 35409604, 3),
    Model("Nokia", "105", "feature_phone", "Series 30+", "", "2g", 35690105, 7),
    Model("Nokia", "3310", "feature_phone", "Series 30+", "", "3g", 35733110, 3),
    Model("Samsung", "Galaxy Tab A9", "tablet", "Android", "14", "4g", 35994409, 2),
)
DATA_MODELS = (
    Model("ZTE", "MF79U", "modem", "", "", "4g", 86155079, 1),
    Model("Huawei", "E3372", "modem", "", "", "4g", 86123372, 1),
    Model("Quectel", "EC21", "module", "", "", "4g", 86685021, 1),
    Model("SIMCom", "SIM800", "module", "", "", "2g", 86900080, 1),
)
ALL_MODELS = MODELS + DATA_MODELS


@dataclass(frozen=True, slots=True)
class Devices:
    """One row per device of a subscription, ordered by subscription and day."""

    sim: Ints  # position of the subscription
    begin: Days  # first day it was seen with the number
    end: Days  # day on which the next device or the end of the subscription took its place, or NEVER
    model: Ints  # position in ALL_MODELS
    imei: Ints  # 15 digits with the check digit


def draw_devices(rng: np.random.Generator, calendar: Calendar, holdings: Holdings) -> Devices:
    """Devices of all subscriptions of a block up to the horizon."""
    size = len(holdings.sim_id)
    days = rng.exponential(MEAN_YEARS * 365, (MAX_DEVICES, size)).astype(np.int64) + 20
    days[0] = 0
    # Nobody knows what was used long before the first month.
    first = np.maximum(holdings.sim_begin, calendar.origin - 200)
    begin = first + np.cumsum(days, axis=0)
    stop = np.minimum(holdings.sim_end, calendar.horizon)
    sim, order = np.nonzero((begin < stop).T)
    end = np.concatenate([begin[1:], holdings.sim_end[None]])
    end = np.minimum(end, holdings.sim_end)
    phones = pick(rng, [model.share for model in MODELS], len(sim))
    things = len(MODELS) + pick(rng, [model.share for model in DATA_MODELS], len(sim))
    model = np.where(MINUTES[holdings.sim_tariff[sim]] > 0, phones, things)
    serial = (holdings.sim_id[sim] * MAX_DEVICES + order) * 611_953 % 999_983
    imei = _with_check_digit(np.array([m.tac for m in ALL_MODELS])[model] * 1_000_000 + serial)
    return Devices(sim, begin[order, sim], end[order, sim], model, imei)


def _with_check_digit(number: Ints) -> Ints:
    """Luhn: every second digit from the right counts twice."""
    total, rest, double = np.zeros_like(number), number.copy(), True
    for _ in range(14):
        digit = rest % 10 * (2 if double else 1)
        total += digit // 10 + digit % 10
        rest, double = rest // 10, not double
    return number * 10 + -total % 10
