"""What a load holds beside its declared columns: columns nobody declared, keys that are gone, the days it tells of."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from pipelines.ingest import raw
from pipelines.ingest.canonical import canonical_datasets
from pipelines.ingest.connectors.model import DatabaseCursor
from pipelines.ingest.declaration import DatasetDeclaration
from pipelines.ingest.raw_load import RawLoad
from warehouse.catalog.model import ValueType
from warehouse.files.model import KEPT, ColumnRule, FileError
from warehouse.files.parquet import date_bounds, write_missing

# So few keys may go at once without a word: a share says nothing of a small list.
FEW_DELETED = 10


def unmapped_columns(dataset: DatasetDeclaration, header: tuple[str, ...]) -> tuple[str, ...]:
    """Columns of the file that no rule reads and that the declaration does not ignore."""
    known = {rule.source for rule in dataset.rules} | set(dataset.ignored) | {cursor_of(dataset)}
    return tuple(column for column in header if column not in known)


def cursor_of(dataset: DatasetDeclaration) -> str | None:
    """The column along which the data set is fetched: the declaration knows it, mapped or not."""
    cursor = dataset.connector.cursor if dataset.connector else None
    return cursor.column if isinstance(cursor, DatabaseCursor) else cursor.field if cursor else None


def kept_columns(dataset: DatasetDeclaration, header: tuple[str, ...]) -> tuple[ColumnRule, ...]:
    """Rules that keep the unmapped columns as text, under names of their own. Columns that the file does not
    tell apart (no name, or a name that stands there twice) can't be kept.
    """
    columns = [column for column in unmapped_columns(dataset, header) if column]
    names = Counter(column.casefold() for column in columns)
    return tuple(
        ColumnRule(f"{KEPT}{column}", ValueType.TEXT, source=column)
        for column in columns
        if names[column.casefold()] == 1
    )


def kept_keys(dataset: DatasetDeclaration, names: tuple[str, ...]) -> tuple[ColumnRule, ...]:
    """The same for keys of records, where a source is a path: a key that reads as another path can't be kept."""
    plain = tuple(key for key in names if "/" not in key and not key.startswith(("@", "..")))
    return tuple(replace(rule, optional=True) for rule in kept_columns(dataset, plain))


def with_contents(
    load: RawLoad, dataset: DatasetDeclaration, predecessor: RawLoad | None, folder: Path
) -> RawLoad:
    """The load with what its finished part in `folder` tells. Writes the deleted keys of a snapshot beside it.

    Raises FileError where a snapshot lacks so many keys that it can't be whole.
    """
    canonical = canonical_datasets().get(dataset.dataset)
    if canonical is not None and canonical.business_date is not None:
        days = date_bounds(folder / raw.PART, canonical.business_date, load.known_from)
        load = replace(load, business_dates=days)
    if dataset.load != "snapshot" or predecessor is None:
        return load
    target = folder / raw.DELETED
    deleted = write_missing(predecessor.files, folder / raw.PART, dataset.key, target, only=predecessor.only)
    if deleted > FEW_DELETED and deleted * 100 > dataset.max_deleted_percent * predecessor.accepted:
        raise FileError(
            f"{load.file_name}: {deleted} of the {predecessor.accepted} keys of {predecessor.file_name} are missing; "
            "a snapshot says everything, so they would be deleted. If that is meant, raise max_deleted_percent "
            f"(now {dataset.max_deleted_percent}) of {dataset.dataset} in source {dataset.source}"
        )
    return replace(load, deleted=deleted, compared_with=predecessor.load_id)
