"""Ingestion of a deployment: every file of every source once, each with its outcome; one bad file stops
only itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.ingest import raw
from pipelines.ingest.connectors.fetch import describe
from pipelines.ingest.connectors.fetcher import Fetcher
from pipelines.ingest.connectors.landing import clear_unfinished
from pipelines.ingest.connectors.model import UnavailableError
from pipelines.ingest.controls import ControlBreachError
from pipelines.ingest.declaration import DatasetDeclaration, load_sources
from pipelines.ingest.load import Outcome, load_file
from pipelines.ingest.lock import raw_lock
from pipelines.ingest.patterns import FoundFile, find_files, resolve
from pipelines.ingest.raw import RawLoad
from pipelines.ingest.seen import SeenFiles
from store.store import Store
from store.values import LoadEntry, LoadProblem
from warehouse.errors import InputError
from warehouse.settings import Settings


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be loaded, or a data set without one. The message names the file.

    `unavailable`: nothing could be fetched from a database or a REST interface; what was loaded before holds.
    `breach`: it came, but its control totals are not those that the source states.
    """

    source: str
    dataset: str
    file: str
    message: str
    unavailable: bool = False
    breach: bool = False


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingestion did, in the order it did it."""

    outcomes: tuple[Outcome, ...]
    problems: tuple[Problem, ...]

    @property
    def new(self) -> tuple[RawLoad, ...]:
        """Loads that were not there before."""
        return tuple(outcome.load for outcome in self.outcomes if outcome.same_as is None)

    @property
    def refused(self) -> tuple[Problem, ...]:
        """What came and is not what was declared."""
        return tuple(problem for problem in self.problems if not problem.unavailable)

    @property
    def unavailable(self) -> tuple[Problem, ...]:
        """What could not be fetched."""
        return tuple(problem for problem in self.problems if problem.unavailable)

    def raise_for_problems(self) -> None:
        """Raise InputError with every refused file in words, if there is one.

        A source that can't be reached is none: the others go on, and it is fetched next time.
        """
        if self.refused:
            raise InputError("\n".join(problem.message for problem in self.refused))


@dataclass(frozen=True, slots=True)
class Progress:
    """Told after each file: how many of all are done, and which one."""

    done: int
    total: int
    file: Path


def ingest(
    settings: Settings,
    store: Store,
    sources: Sequence[str] | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    actor: str = "ingest",
    today: date | None = None,
    rehash: bool = False,
) -> IngestReport:
    """Load what is new from all sources (or the named ones) into raw and enter it in the ledger.

    `today` is the business date of what is fetched and has no date of its own; without it databases and REST
    interfaces are left alone. `rehash`: read every file, also those that have not changed since they were read.

    Raises InputError for a wrong declaration or while another ingestion works. Bad files are problems in
    the report.
    """
    declared = [dataset for source in load_sources(settings, sources) for dataset in source.datasets]
    with raw_lock(settings.home):
        raw.clear_scratch(settings.home)
        clear_unfinished(settings.home)
        _repair_ledger(settings.home, store, actor)
        seen = SeenFiles.of(settings.home, rehash=rehash)
        report = _Ingestion(settings, store, progress, actor, seen).run(declared, today)
        seen.save(whole=sources is None)
        return report


def _repair_ledger(home: Path, store: Store, actor: str) -> None:
    """Enter loads that were renamed into raw just before a kill: raw is the truth, the ledger follows."""
    with store.unit_of_work(actor) as uow:
        entered = uow.loads.ids()
        for load in raw.all_loads(home):
            if load.load_id not in entered:
                uow.loads.add(_entry(load))


def _entry(load: RawLoad) -> LoadEntry:
    return LoadEntry(
        load_id=load.load_id,
        dataset=load.dataset,
        source=load.source,
        known_from=load.known_from,
        file_name=load.file_name,
        content_sha256=load.content_sha256,
        accepted=load.accepted,
        rejected=load.rejected,
        duplicates=load.duplicates,
        supersedes=load.supersedes,
    )


class _Ingestion:
    def __init__(
        self,
        settings: Settings,
        store: Store,
        progress: Callable[[Progress], None],
        actor: str,
        seen: SeenFiles,
    ) -> None:
        self._settings, self._store, self._progress, self._actor = settings, store, progress, actor
        self._seen = seen
        self._known = list(raw.all_loads(settings.home))
        self._outcomes: list[Outcome] = []
        self._problems: list[Problem] = []

    def run(self, declared: Sequence[DatasetDeclaration], today: date | None) -> IngestReport:
        work = [(dataset, file) for dataset in declared for file in self._files(dataset)]
        # By business date over all sources: what was known first is loaded first, however files are named.
        work.sort(key=lambda item: item[1].date or item[0].known_from or date.min)
        for done, (dataset, file) in enumerate(work, start=1):
            self._one(dataset, file)
            self._progress(Progress(done, len(work), file.path))
        if today is not None:
            self._fetch_all(declared, Fetcher(self._settings, today), len(work))
        return IngestReport(tuple(self._outcomes), tuple(self._problems))

    def _fetch_all(self, declared: Sequence[DatasetDeclaration], fetcher: Fetcher, done: int) -> None:
        """After all files: a source that keeps us waiting holds up nobody."""
        for dataset in declared:
            # A landing file that raw refuses stays before the next fetch: raw has no gaps.
            if dataset.connector is None or self._has_problem(dataset):
                continue
            try:
                for file in fetcher.fetch(dataset, lambda: self._known):
                    done += 1
                    entered = self._one(dataset, file)
                    self._progress(Progress(done, done, file.path))
                    if not entered:
                        break
            except UnavailableError as error:
                what = describe(dataset.connector)
                self._fail(Problem(dataset.source, dataset.dataset, what, str(error), unavailable=True))

    def _has_problem(self, dataset: DatasetDeclaration) -> bool:
        name = (dataset.source, dataset.dataset)
        return any((problem.source, problem.dataset) == name for problem in self._problems)

    def _files(self, dataset: DatasetDeclaration) -> tuple[FoundFile, ...]:
        try:
            files = find_files(self._settings, dataset.files)
        except InputError as error:
            self._fail(Problem(dataset.source, dataset.dataset, dataset.files, str(error)))
            return ()
        if not files and not self._has_loads(dataset) and dataset.connector is None:
            where = resolve(self._settings, dataset.files)
            message = f"{where}: no such file (source {dataset.source}, {dataset.dataset})"
            self._fail(Problem(dataset.source, dataset.dataset, dataset.files, message))
            return ()
        with self._store.unit_of_work(self._actor) as uow:
            names = [file.path.name for file in files]
            uow.loads.forget_others(dataset.source, dataset.dataset, names)
        return files

    def _has_loads(self, dataset: DatasetDeclaration) -> bool:
        return any((load.dataset, load.source) == (dataset.dataset, dataset.source) for load in self._known)

    def _one(self, dataset: DatasetDeclaration, file: FoundFile) -> bool:
        """Load a file; whether it is in raw now."""
        stamp = self._seen.stamp(file.path)
        content = self._seen.content(file.path, stamp)
        try:
            outcome = load_file(self._settings, dataset, file, self._known, content)
        except InputError as error:
            breach = isinstance(error, ControlBreachError)
            self._fail(Problem(dataset.source, dataset.dataset, file.path.name, str(error), breach=breach))
            return False
        self._outcomes.append(outcome)
        self._seen.note(file.path, stamp, outcome.load.content_sha256)
        with self._store.unit_of_work(self._actor) as uow:
            uow.loads.solve(dataset.source, dataset.dataset, file.path.name)
            if outcome.same_as is None:
                self._known.append(outcome.load)
                uow.loads.add(_entry(outcome.load))
        return True

    def _fail(self, problem: Problem) -> None:
        self._problems.append(problem)
        with self._store.unit_of_work(self._actor) as uow:
            uow.loads.report(LoadProblem(problem.source, problem.dataset, problem.file, problem.message))
