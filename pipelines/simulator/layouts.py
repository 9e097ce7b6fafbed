"""How each file looks: folder, name, encoding, delimiter, which columns carry totals or can be broken."""

from dataclasses import dataclass
from datetime import date

from pipelines.simulator.packing import PACKED


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file. Broken lines are broken in one of the columns `dirty_*`, each in its own way.

    `packed`: what takes more than 40 MB of 3 million customers; the others stay as anybody can open them.
    """

    name: str
    folder: str
    dirty_keys: tuple[str, ...]
    dirty_numbers: tuple[str, ...] = ()
    dirty_dates: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    day_first: bool = False
    quoted: bool = False
    packed: bool = False

    def path(self, day: date, about: date | None = None, suffix: str = "csv") -> str:
        """Place below the deployment folder; `about`: the first day of the month that the name is to tell."""
        month = f"_{about:%Y%m}" if about else ""
        packing = PACKED if self.packed else ""
        return f"inbox/{self.folder}/{self.name}{month}_{day:%Y%m%d}.{suffix}{packing}"


def _billing(
    name: str,
    keys: tuple[str, ...],
    *,
    numbers: tuple[str, ...] = (),
    days: tuple[str, ...] = (),
    totals: tuple[str, ...] = (),
    quoted: bool = False,
) -> Layout:
    return Layout(
        name, "billing", keys, numbers, days, totals, "cp1251", ";", ",",
        day_first=True, quoted=quoted, packed=True,
    )  # fmt: skip


CUSTOMERS = _billing(
    "customers", ("CUST_ID",), numbers=("STAFF_CNT",), days=("BIRTH_DT", "REG_DT"), quoted=True
)
CONTRACTS = _billing("contracts", ("CONTR_ID", "CUST_ID"), days=("SIGN_DT",))
ACCOUNTS = _billing("accounts", ("ACC_ID",), numbers=("BALANCE",), days=("OPEN_DT",), totals=("BALANCE",))
SUBSCRIPTIONS = _billing("subscriptions", ("SUBS_ID", "ACC_ID"), days=("ACT_DT",))
USAGE = _billing(
    "usage",
    ("SUBS_ID",),
    numbers=("VOICE_MIN", "DATA_MB", "SMS_CNT"),
    days=("PERIOD",),
    totals=("VOICE_MIN", "DATA_MB", "SMS_CNT", "ROAM_MIN"),
)
CHARGES = _billing(
    "charges", ("CHARGE_ID", "ACC_ID"), numbers=("AMOUNT",), days=("CHARGE_DT",), totals=("AMOUNT",)
)
PAYMENTS = Layout(
    "payments", "payments", ("payment_id", "account"), ("amount",), ("paid_at",), ("amount",), packed=True
)
LOYALTY = Layout("loyalty", "loyalty", ("client_id",), ("points",), ("joined_on",), totals=("points",))
