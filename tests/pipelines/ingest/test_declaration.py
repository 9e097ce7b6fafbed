"""Source declarations: what is wrong is named by file and key."""

from pathlib import Path

import ingest_deployment as deployment
import pytest

from pipelines.ingest.declaration import read_source
from pipelines.ingest.yaml_node import DeclarationError

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
