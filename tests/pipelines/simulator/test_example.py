"""The example's declarations and segments fit what the simulator writes."""

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines.ingest.declaration import DatasetDeclaration, load_sources
from pipelines.ingest.patterns import FoundFile, find_files
from pipelines.ingest.place import known_from, slot_of
from pipelines.lib.canonical import FACT_DATASETS
from pipelines.simulator.plan import Plan
from segments.conditions.check import check
from segments.conditions.read import loads, parse
from segments.references import NO_REFERENCES
from tests.pipelines.simulator.written import control_of, open_text
from warehouse.access import Actor, RowScope
from warehouse.builds.coverage import Told, told_by_source
from warehouse.builds.model import Load
from warehouse.catalog.loader import load_catalog, semantic_files
from warehouse.files.model import CsvFormat
from warehouse.settings import load_settings

EXAMPLE = Path(__file__).parents[3] / "examples" / "operator"
SEGMENTS = sorted((EXAMPLE / "segments").glob("*.json"))


def _datasets() -> list[DatasetDeclaration]:
    return [
        dataset
        for source in load_sources(load_settings(EXAMPLE))
        for dataset in source.datasets
        if dataset.connector is None
    ]


# Every source of these facts says how often its files are due, or which month they are about.
MONTHLY = {name for fact in ("usage", "charge", "payment") for name in FACT_DATASETS[fact]}
DUE = [dataset for dataset in _datasets() if dataset.dataset in MONTHLY]


def _tables() -> list[DatasetDeclaration]:
    """Those in CSV; what the others hold is compared when it is ingested."""
    return [dataset for dataset in _datasets() if isinstance(dataset.form, CsvFormat)]


def _found(out: Path, dataset: DatasetDeclaration) -> tuple[FoundFile, ...]:
    return find_files(replace(load_settings(EXAMPLE), home=out), dataset.files)


def _files(out: Path, dataset: DatasetDeclaration) -> list[Path]:
    return sorted(file.path for file in _found(out, dataset))


@pytest.mark.parametrize("dataset", _tables(), ids=lambda dataset: dataset.dataset)
def test_every_column_of_every_file_is_mapped_and_no_other(
    dataset: DatasetDeclaration, simulation: Plan
) -> None:
    # Canonical columns that a source does not have are not mapped.
    mapped = {rule.source for rule in dataset.rules} - {None}
    files = _files(simulation.out, dataset)
    assert files
    for path in files:
        with open_text(path, dataset.form.encoding) as file:
            header = file.readline().rstrip("\n")
        assert set(header.split(dataset.form.delimiter)) == mapped


def test_all_files_belong_to_a_data_set_and_have_control_totals(simulation: Plan) -> None:
    declared = {path for dataset in _datasets() for path in _files(simulation.out, dataset)}
    inbox = {path for path in simulation.out.glob("inbox/*/*") if path.suffix != ".ctl"}
    assert inbox == declared
    assert all(control_of(path).is_file() for path in declared)
    assert all(dataset.controls is not None for dataset in _datasets())


@pytest.mark.parametrize("dataset", DUE, ids=lambda dataset: f"{dataset.source} {dataset.dataset}")
def test_a_withheld_month_of_what_feeds_a_fact_is_a_hole(
    dataset: DatasetDeclaration, simulation: Plan
) -> None:
    loads = [
        Load(
            dataset.dataset, dataset.source, file.path.name, known_from(dataset, file), dataset.load, (),
            slot=slot_of(dataset, file), period=(file.period.begin, file.period.end) if file.period else None,
        )
        for file in _found(simulation.out, dataset)
    ]  # fmt: skip
    may, newest = (date(2026, 5, 1), date(2026, 6, 1)), date(2026, 7, 1)
    assert told_by_source(loads, dataset.every) == Told(newest)
    # The file of May does not come: June is the first month that is told again.
    without = [load for load in loads if load.known_from != may[1]]
    assert len(without) == len(loads) - 1
    assert told_by_source(without, dataset.every) == Told(newest, (may,))
    # The newest file does not come: nothing is told beyond the one before.
    assert told_by_source([load for load in loads if load.known_from < newest], dataset.every) == Told(
        date(2026, 6, 1)
    )


@pytest.mark.parametrize("dataset", _tables(), ids=lambda dataset: dataset.dataset)
def test_codes_are_declared_and_every_declared_code_occurs(
    dataset: DatasetDeclaration, simulation: Plan
) -> None:
    coded = {
        rule.source: set(rule.values or (*rule.true_values, *rule.false_values)) for rule in dataset.rules
    }
    coded = {column: codes for column, codes in coded.items() if codes}
    found: dict[str, set[str]] = {str(column): set() for column in coded}
    for path in _files(simulation.out, dataset):
        with open_text(path, dataset.form.encoding) as file:
            for row in csv.DictReader(file, delimiter=dataset.form.delimiter):
                for column, values in found.items():
                    values.add(row[column])
    assert {column: values - {""} for column, values in found.items()} == coded


@pytest.mark.parametrize("path", SEGMENTS, ids=lambda path: path.stem)
def test_segment_documents_are_well_formed(path: Path) -> None:
    document = parse(loads(path.read_text(encoding="utf-8")))
    assert document.entity == "customer"
    assert json.loads(path.read_text(encoding="utf-8"))["name"]


def test_there_are_six_segments_or_more() -> None:
    assert len(SEGMENTS) >= 6


@pytest.mark.parametrize("path", SEGMENTS, ids=lambda path: path.stem)
def test_segments_ask_only_for_what_the_catalogue_and_the_sources_declare(path: Path) -> None:
    declared = {attribute.name: attribute for dataset in _datasets() for attribute in dataset.attributes}
    catalog = load_catalog(semantic_files(EXAMPLE.parents[1] / "models"), {"customer": declared})
    administrator = Actor("administrator", RowScope(everything=True), attribute_groups=None)
    document = parse(loads(path.read_text(encoding="utf-8")))
    assert check(document, catalog, administrator, NO_REFERENCES) == ()
