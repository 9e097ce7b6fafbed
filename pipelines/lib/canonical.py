"""The canonical data sets as the build reads them: columns of raw with their storage types."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.ingest.canonical import canonical_datasets as ingested_datasets
from warehouse.builds.model import Dataset
from warehouse.catalog.model import ValueType

MODELS = Path(__file__).resolve().parents[2] / "models"
STORAGE = {
    ValueType.TEXT: "VARCHAR",
    ValueType.INTEGER: "BIGINT",
    ValueType.BOOLEAN: "BOOLEAN",
    ValueType.DATE: "DATE",
    ValueType.TIMESTAMP: "TIMESTAMP",
}
MARTS: Mapping[str, str] = {
    "customer": "int_customer_number",
    "contract": "dim_contract",
    "account": "dim_account",
    "subscription": "dim_subscription",
    "usage_monthly": "fct_usage_monthly",
    "charge": "fct_charge",
    "payment": "fct_payment",
    "org_unit": "dim_org_unit",
    "employee": "dim_employee",
    "responsible": "bridge_responsible",
    "contact_person": "dim_contact_person",
    "identity_document": "dim_identity_document",
    "flag": "fct_flag",
    "consent": "fct_consent",
    "survey": "fct_survey",
    "tariff": "dim_tariff",
    "device": "dim_device",
    "usage_daily": "fct_usage_daily",
    "invoice": "fct_invoice",
    "balance": "fct_balance",
    "contact": "fct_contact",
    "response": "fct_response",
    "service_request": "fct_service_request",
    "app_event": "fct_app_event",
    "legal_status": "fct_legal_status",
    "e_invoice": "fct_e_invoice",
}
MART_PARTS: Mapping[str, str] = {"contact": "origin = 'contact'"}
"""Data sets that share their mart with others: which of its rows are theirs, as SQL."""
FACT_PARTS: Mapping[str, tuple[str, ...]] = {"contact": ("origin = 'contact'", "origin = 'service_request'")}
"""Facts made of several data sets: the rows of each, as SQL."""
FACT_DATASETS: Mapping[str, tuple[str, ...]] = {
    "usage": ("usage_monthly",),
    "charge": ("charge",),
    "payment": ("payment",),
    "contact": ("contact", "service_request"),
    "response": ("response",),
    "service_request": ("service_request",),
    "app_event": ("app_event",),
    "legal_status": ("legal_status",),
    "e_invoice": ("e_invoice",),
    "consent": ("consent",),
    "survey": ("survey",),
    "usage_daily": ("usage_daily",),
    "invoice": ("invoice",),
    "balance": ("balance",),
    "balance_monthly": ("balance",),
    "active_sims": ("subscription",),
}
"""Facts of the catalogue -> the data sets that their rows come from."""
MEASURES: Mapping[str, tuple[str, ...]] = {
    "account": ("balance",),
    "usage_monthly": ("voice_minutes", "data_mb", "sms_count", "roaming_minutes"),
    "charge": ("amount",),
    "payment": ("amount",),
    "usage_daily": ("voice_minutes", "data_mb", "sms_count", "roaming_minutes"),
    "invoice": ("amount", "vat"),
    "balance": ("balance", "overdue"),
    "e_invoice": ("amount", "vat"),
    "survey": ("score",),
    "response": ("amount",),
    "app_event": ("amount",),
}


def canonical_datasets() -> tuple[Dataset, ...]:
    """All canonical data sets, with the mart table that holds the rows of each (none yet: \"\")."""
    return tuple(
        Dataset(
            name=dataset.name,
            key=dataset.key,
            columns=dict(
                pair
                for column in dataset.columns
                for pair in stored_columns(column.name, column.type, column.scale, column.folded)
            ),
            measures=MEASURES.get(dataset.name, ()),
            mart=MARTS.get(dataset.name, ""),
            mart_part=MART_PARTS.get(dataset.name, ""),
        )
        for dataset in ingested_datasets().values()
    )


def stored_columns(name: str, kind: ValueType, scale: int, folded: bool) -> Iterator[tuple[str, str]]:
    """A declared column as raw stores it: an instant's local date and a text's folded copy behind it."""
    yield name, f"DECIMAL(18,{scale})" if kind is ValueType.DECIMAL else STORAGE[kind]
    if kind is ValueType.TIMESTAMP:
        yield f"{name}__date", "DATE"
    if folded:
        yield f"{name}__folded", "VARCHAR"
