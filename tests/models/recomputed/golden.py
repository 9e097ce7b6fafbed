"""Ten customers whose extracts are written by hand (`by_hand/`), and all their values (`ten_customers.yml`).

`python -m tests.models.recomputed.golden HOME` drafts the page anew from a deployment that `deployment.operator` made;
whoever does so reads each changed value against the lines that it names.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.models.recomputed.deployment import BY_HAND
from tests.models.recomputed.extracts import Extracts
from tests.models.recomputed.profiles import profiles
from tests.models.recomputed.world import World
from warehouse.catalog.loader import load_catalog, semantic_files
from warehouse.catalog.model import CUSTOMER


class Line(NamedTuple):
    """One line of a hand-written extract."""

    text: str
    file: str
    number: int


PAGE = Path(__file__).with_name("ten_customers.yml")
MODELS = BY_HAND.parents[3] / "models"
HEAD = """# Ten customers by hand: what is written below is all that their profiles say. Attributes that are
# not listed have no value, 0, no or "not asked". Each line: value, and the lines of by_hand/ that it follows from
# (file and numbers of lines; prices and units are those of the simulated operator).
# H01 was merged into H02 and is no customer any more; H02 has several accounts and a late change of tariff, payment
# and usage; H03 has the number that was H04's; H05 heads the holding of H06 and H07, and a directory from outside lists
# H07 too; H08 is a company with a corrected month, debt, blocks and transfers without an account; H09 is a prospect;
# H10 a debtor whose lines came twice and broken.
"""


def is_nothing(value: Any) -> bool:
    """Whether an attribute that the page leaves out may have this value."""
    return value in (None, 0, "not_asked")


def plain(value: Any) -> Any:
    """As YAML holds it: money as text, so that no digit is lost."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return str(value) if isinstance(value, date) else value


def expected() -> Mapping[str, Mapping[str, Any] | None]:
    """Attribute and value by customer; None = there is no such customer any more."""
    page = yaml.safe_load(PAGE.read_text(encoding="utf-8"))
    return {
        customer: entries and {name: entry[0] for name, entry in entries.items()}
        for customer, entries in page.items()
    }


def _lines(extracts: Extracts) -> dict[str, list[Line]]:
    """Text and place of the hand-written lines by data set."""
    found: dict[str, list[Line]] = {}
    for feed in extracts.feeds:
        for path in sorted((BY_HAND / feed.source).glob("*")):
            if any(file.path.name.startswith(path.name.removesuffix(".txt")) for file in feed.files):
                texts = path.read_text(encoding="utf-8").splitlines()
                place = f"{feed.source}/{path.name.partition('.')[0]}"
                found.setdefault(feed.dataset, []).extend(
                    Line(text, place, number) for number, text in enumerate(texts, 1)
                )
    return found


def _places(lines: Sequence[Line]) -> str:
    """Files with the numbers of their lines: `crm/flags_20260701 2 4`."""
    files: dict[str, str] = {}
    for line in lines:
        files[line.file] = f"{files.get(line.file, line.file)} {line.number}"
    return ", ".join(files.values())


def _marks(world: World, customer_id: str) -> set[str]:
    """By what lines name a customer."""
    row = world.customers[customer_id]
    marks = {customer_id, row["tax_id"]}
    for rows, column in (
        (world.contracts, "contract_id"),
        (world.accounts, "account_id"),
        (world.subscriptions, "subscription_id"),
    ):
        marks |= {each[column] for each in rows.get(customer_id, [])}
    return {mark for mark in marks if mark}


def _entries(extracts: Extracts) -> Iterator[str]:
    world, made, lines = World(extracts), profiles(extracts), _lines(extracts)
    catalog = load_catalog(semantic_files(MODELS))
    lineages = {"exists_from": "customer, contract, subscription"}
    lineages |= {name: each.lineage for name, each in catalog.entities[CUSTOMER].attributes.items()}
    for fact in catalog.facts.values():
        for series in fact.monthly:
            lineages[series.prefix] = fact.measures[series.measure].lineage
    for customer_id in sorted(each for each in world.register if each.startswith("H")):
        if customer_id not in made:
            said = [line for line in lines["customer"] if line.text.startswith(customer_id)]
            yield f"\n{customer_id}: null  # merged into {world.customer(customer_id)} by {_places(said[-1:])}"
            continue
        profile = made[customer_id]
        marks = _marks(world, customer_id)
        top = profile["holding_customer_id"]
        family = {
            mark
            for each in made
            if top and made[each]["holding_customer_id"] == top
            for mark in _marks(world, each)
        }
        yield f"\n{customer_id}:"
        for name, value in profile.items():
            lineage = lineages.get(name) or lineages.get(name[: -len("YYYY_MM")], "")
            if not is_nothing(value) and "__" not in name and name != "customer_no":
                sets = {part.strip().partition(".")[0] for part in lineage.split(",")}
                named = family if name.startswith("holding") else marks
                found = [
                    line
                    for dataset in sorted(sets)
                    for line in lines.get(dataset, [])
                    if any(mark in line.text for mark in named)
                ]
                entry = [plain(value), _places(found)]
                shown = yaml.safe_dump(entry, allow_unicode=True, default_flow_style=True, width=10_000)
                yield f"  {name}: {shown.strip()}"


if __name__ == "__main__":
    PAGE.write_text(HEAD + "\n".join(_entries(Extracts(Path(sys.argv[1])))) + "\n", encoding="utf-8")
