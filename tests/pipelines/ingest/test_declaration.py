"""Source declarations: what is wrong is named by file and key."""

from pathlib import Path

import ingest_deployment as deployment
import pytest

from pipelines.ingest.declaration import load_sources, read_source, readable_sources
from pipelines.ingest.yaml_node import DeclarationError
from warehouse.settings import load_settings

EXTENSION = """
source: loyalty
datasets:
  - dataset: extension
    name: loyalty
    entity: customer
    files: "inbox/loyalty.csv"
    known_from: 2026-07-01
    columns:
      customer_id: client
      tier:
        column: tier
        type: text
        folded: true
        labels: {en: Tier, ru: Уровень}
        values: {G: gold, S: silver}
        value_labels: {gold: {en: Gold, ru: Золото}}
      points: {column: points, type: integer, labels: {en: Points, ru: Баллы}}
      news: {column: news, type: boolean, true: ["yes"], false: ["no"], labels: {en: News, ru: Новости}}
"""


def declared(tmp_path: Path, text: str):
    path = tmp_path / "source.yml"
    path.write_text(text, encoding="utf-8")
    return read_source(path)


def test_an_extension_describes_its_attributes(tmp_path: Path) -> None:
    (dataset,) = declared(tmp_path, EXTENSION).datasets
    assert (dataset.dataset, dataset.entity, dataset.key) == (
        "extension.loyalty",
        "customer",
        ("customer_id",),
    )
    tier, points, news = dataset.attributes
    assert (tier.folded, [value.value for value in tier.values]) == ("tier__folded", ["gold", "silver"])
    assert "contains" in tier.operators
    assert points.labels == {"en": "Points", "ru": "Баллы"}
    assert news.type == "boolean"


def test_labels_and_rules_count_in_the_hash_but_the_pattern_of_names_does_not(tmp_path: Path) -> None:
    original = declared(tmp_path, EXTENSION).datasets[0].hash
    assert declared(tmp_path, EXTENSION.replace("inbox/", "in/")).datasets[0].hash == original
    assert declared(tmp_path, EXTENSION.replace("Points", "Score")).datasets[0].hash != original
    assert declared(tmp_path, EXTENSION.replace("G: gold", "GG: gold")).datasets[0].hash != original


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("dataset: customer", "dataset: client", r"datasets\[0\].dataset: 'client' is not one of customer,"),
        ("customer_id: ID", "customer: ID", r"datasets\[0\].columns: unknown key customer"),
        ("      customer_id: ID\n", "", r"datasets\[0\].columns: customer_id must be mapped"),
        (
            "B2B: legal_entity",
            "B2B: company",
            r"columns.kind.values: 'company' is not one of person, legal_entity",
        ),
        ("load: full", "load: replace", r"datasets\[0\].load: 'replace' is not one of upsert, append, full"),
        ("_{date:%Y%m%d}.csv", ".csv", r"datasets\[0\].known_from: is missing"),
        ('delimiter: ";"', 'delimiter: ";;"', r"datasets\[0\].delimiter: expected one character"),
        (
            'delimiter: ";"',
            'delimiter: ";"\n    null_values: [none, "n;a"]',
            r"datasets\[0\].null_values: 'n;a' can't be a value: it holds the delimiter ';'",
        ),
        ('delimiter: ";"', "encoding: klingon", r"datasets\[0\].encoding: unknown encoding 'klingon'"),
        ('delimiter: ";"', "delimeter: x", r"datasets\[0\]: unknown key delimeter"),
        ("source: billing", "source: a/b", "source: 'a/b' may have Latin letters"),
        (
            "head_count: STAFF",
            "head_count: {constant: many}",
            r"head_count.constant: 'many' is not a integer",
        ),
        (
            "account_id: {column: ACC, required: true}",
            "account_id: {column: ACC, required: often}",
            r"account_id.required: expected true or false, found 'often'",
        ),
        ("head_count: STAFF", "vip: V", "vip is a boolean: say what the source writes"),
        ("dataset: payment", "dataset: customer", "'customer' is declared twice|unknown key"),
        ("source: billing", "source: [", "not YAML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message) as error:
        declared(tmp_path, deployment.SOURCE.replace(old, new, 1))
    assert "source.yml" in str(error.value)


FAULTY = """
source: shop and more
dataset: payment
datasets:
  - dataset: payment
    files: "inbox/pay.csv"
    delimeter: ";"
    decimal: ":"
    encoding: klingon
    load: sometimes
    every: year
    columns:
      payment_id: {column: ID, optional: perhaps, format: "%Q"}
      paid: AT
      method: {column: KIND, values: {K: cards}}
  - dataset: extension
    name: club
    entity: account
    files: "inbox/club_{date:%d}.csv"
    columns:
      Points: {column: points, type: number}
  - dataset: customer
    database: {table: t, query: q, chunk_rows: none, format: csv}
    load: append
    header_row: 1
    columns: {customer_id: id, kind: {constant: person}}
  - dataset: charge
    files: "inbox/charge_{date:%Y%m%d}.csv"
    load: append
    control_totals: {file: "inbox/*.ctl", rows: 3, tolerance: much}
    columns: {charge: id}
"""
TOLD = [
    "line 3: content: unknown key dataset; known are datasets, source",
    "line 2: source: 'shop and more' may have Latin letters, digits and _ only, at most 60",
    "line 7: datasets[0]: unknown key delimeter",
    "line 14: datasets[0].columns: unknown key paid",
    "line 13: datasets[0].columns.payment_id.optional: expected true or false, found 'perhaps'",
    "line 13: datasets[0].columns.payment_id.format: expected a pattern",
    "line 15: datasets[0].columns.method.values: 'cards' is not one of cash, card, bank, app, terminal",
    "line 10: datasets[0].load: 'sometimes' is not one of upsert",
    "line 9: datasets[0].encoding: unknown encoding 'klingon'",
    "line 8: datasets[0].decimal: ':' is not one of",
    "line 5: datasets[0].known_from: is missing",
    "line 11: datasets[0].every: 'year' is not one of day, month",
    "line 18: datasets[1].entity: 'account' is not one of customer",
    "line 20: datasets[1].columns: customer_id must be mapped",
    "line 21: datasets[1].columns.Points: names of columns are lower case letters",
    "line 19: datasets[1].files: the date needs",
    "line 25: datasets[2].header_row: belongs to files",
    "line 23: datasets[2].database: unknown key format",
    "line 23: datasets[2].database: expected one of `table` and `query`",
    "line 23: datasets[2].database.url: is missing",
    "line 23: datasets[2].database.chunk_rows: expected a whole number, found 'none'",
    "line 23: datasets[2].database.cursor: is missing",
    "line 30: datasets[3].control_totals.rows: the file says it already",
    "line 30: datasets[3].control_totals.file: the name of a file with totals follows from the date alone",
    "line 30: datasets[3].control_totals.tolerance: expected percent such as 0.1, found 'much'",
    "line 31: datasets[3].columns: unknown key charge",
]


def test_all_that_is_wrong_is_told_in_one_attempt(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError) as error:
        declared(tmp_path, FAULTY)
    told = [fault.partition("source.yml: ")[2] for fault in error.value.faults]
    untold = [fault for fault in TOLD if not any(each.startswith(fault) for each in told)]
    assert untold == []
    assert len(told) == len(set(told))


def test_all_files_are_told_of_in_one_attempt(tmp_path: Path) -> None:
    home = deployment.make(tmp_path / "home")
    (home / "sources" / "crm.yml").write_text(
        "source: crm\ndatasets:\n  - dataset: clients\n", encoding="utf-8"
    )
    (home / "sources" / "odd.yml").write_text("source: odd\ndatasets: [\n", encoding="utf-8")
    (home / "sources" / "shop.yaml").write_text("source: shop\n", encoding="utf-8")
    (home / "sources" / "twin.yml").write_text(deployment.SOURCE, encoding="utf-8")
    with pytest.raises(DeclarationError) as error:
        load_sources(load_settings(home))
    told = "\n".join(error.value.faults)
    assert "crm.yml: line 3: datasets[0].dataset: 'clients' is not one of" in told
    assert "odd.yml: line 3: not YAML" in told
    assert "shop.yaml: declarations are files *.yml" in told
    assert "twin.yml: source: 'billing' is declared in" in told
    found, faults = readable_sources(load_settings(home))
    assert [source.name for source in found] == ["billing"]
    assert tuple(faults.found) == error.value.faults


def test_lines_are_told_of_what_an_anchor_repeats(tmp_path: Path) -> None:
    text = deployment.SOURCE.replace("head_count: STAFF", "head_count: &staff {column: STAFF, optional: x}")
    text = text.replace("ACC, required: true}", "ACC, <<: *staff}")
    with pytest.raises(DeclarationError, match=r"line 10: datasets\[0\].columns.head_count.optional"):
        declared(tmp_path, text.lstrip("\n"))
