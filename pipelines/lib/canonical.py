"""The canonical data sets as the build reads them: columns of raw with their storage types."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from warehouse.builds.model import Dataset

MODELS = Path(__file__).resolve().parents[2] / "models"
STORAGE = {"text": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP"}
MARTS = {
    "customer": "customer_360",
    "contract": "dim_contract",
    "account": "dim_account",
    "subscription": "dim_subscription",
    "usage_monthly": "fct_usage_monthly",
    "charge": "fct_charge",
    "payment": "fct_payment",
}
FACT_DATASETS = {"usage": "usage_monthly", "charge": "charge", "payment": "payment"}
MEASURES = {
    "account": ("balance",),
    "usage_monthly": ("voice_minutes", "data_mb", "sms_count", "roaming_minutes"),
    "charge": ("amount",),
    "payment": ("amount",),
}


def canonical_datasets(models: Path = MODELS) -> tuple[Dataset, ...]:
    """All canonical data sets, with the mart table that holds the rows of each."""
    declared = yaml.safe_load((models / "canonical.yml").read_text(encoding="utf-8"))
    return tuple(
        Dataset(name, tuple(entry["key"]), storage_columns(entry["columns"]), MEASURES.get(name, ()), MARTS[name])
        for name, entry in declared.items()
    )


def storage_columns(columns: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Declared columns -> columns of raw: folded copies and local dates of instants stand behind their origin."""
    return dict(pair for name, column in columns.items() for pair in _stored(name, column))


def _stored(name: str, column: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kind = column["type"]
    yield name, f"DECIMAL(18,{column.get('scale', 0)})" if kind == "decimal" else STORAGE[kind]
    if kind == "timestamp":
        yield f"{name}__date", "DATE"
    if column.get("folded"):
        yield f"{name}__folded", "VARCHAR"
