"""File name patterns: `{data}` is the deployment's data folder, `{date:%Y%m%d}` the extract's business
date, `{period:%Y%m}` the day or month that the file is about.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from pipelines.ingest.yaml_node import Node
from warehouse.errors import InputError
from warehouse.files.content import COMPRESSED
from warehouse.settings import Settings

_DATES = re.compile(r"\{(date|period):([^}]+)\}")
_PARTS = re.compile(_DATES.pattern + r"|(\*+)")
_DIGITS = {"%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{2}", "%d": r"\d{2}"}
_DAYS = (["Y", "d", "m"], ["d", "m", "y"])
_MONTHS = (["Y", "m"], ["m", "y"])


@dataclass(frozen=True, slots=True)
class Period:
    """A day or a calendar month that a file is about: its first day and the day after its last."""

    begin: date
    end: date


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that fits a pattern, with what its name says: the business date (the end of the period where it
    names a period alone), the period, and what stands for each `*`. `packing`: what its name has behind the pattern's.
    """

    path: Path
    date: date | None
    period: Period | None = None
    parts: tuple[str, ...] = ()
    packing: str = ""

    @property
    def name(self) -> str:
        """Its name as the pattern has it: the same whether it was packed to be sent or not."""
        return self.path.name.removesuffix(self.packing)


def check_pattern(node: Node) -> str:
    """A pattern of a declaration: its braces are ours, and the parts of each date make one date."""
    pattern = node.text()
    if not pattern.strip():
        raise node.fail("expected a file name")
    rest = _DATES.sub("", pattern).replace("{data}", "")
    if "{" in rest or "}" in rest:
        raise node.fail(f"expected {{data}}, {{date:%Y%m%d}} and {{period:%Y%m}} only, found {pattern!r}")
    for kind in ("date", "period"):
        forms = _forms(pattern, kind)
        parts = sorted(part for form in forms for part in re.findall("%(.?)", form))
        if forms and parts not in (*_DAYS, *_MONTHS):
            raise node.fail(f"the {kind} needs %Y or %y, %m and perhaps %d, each once; found {pattern!r}")
    return pattern


def is_dated(pattern: str) -> bool:
    """Whether the names carry a date or a period, from which it follows when the content is known."""
    return bool(_DATES.search(pattern))


def kinds_of_dates(pattern: str) -> set[str]:
    """Which of `date` and `period` the pattern has."""
    return {match[1] for match in _DATES.finditer(pattern)}


def resolve(settings: Settings, pattern: str) -> str:
    """`{data}` filled in; relative patterns start at the deployment folder."""
    if "{data}" in pattern:
        if settings.data is None:
            raise InputError(
                f"{settings.home / 'vitrina.yml'}: `data` is not set, but the source reads {pattern}"
            )
        pattern = pattern.replace("{data}", str(settings.data))
    return str(settings.home / pattern)


def find_files(settings: Settings, pattern: str) -> tuple[FoundFile, ...]:
    """Files that fit, packed ones too (`x.csv.gz` for `x.csv`), by (date, path)."""
    full = resolve(settings, pattern)
    wild = re.sub(r"\*+", "*", _DATES.sub("*", full))
    folder = Path(wild.partition("*")[0] + "x").parent
    regex = _regex(full)
    # `*` is the only sign of ours: the others that the search knows are letters.
    rest = re.sub(r"[\[?]", r"[\g<0>]", str(Path(wild).relative_to(folder)))
    found = [
        _found(path, full, regex, packing)
        for packing in _packings(pattern)
        for path in folder.glob(rest + packing)
        if path.is_file()
    ]
    return tuple(sorted((file for file in found if file), key=lambda file: (str(file.date), str(file.path))))


def _packings(pattern: str) -> tuple[str, ...]:
    """What names may have behind the pattern, if it does not say that itself."""
    return ("",) if pattern.endswith(("*", *COMPRESSED)) else ("", *COMPRESSED)


def beside(settings: Settings, pattern: str, file: FoundFile) -> Path:
    """The file that belongs to `file` by the same dates (its control totals)."""
    days = {"date": file.date, "period": file.period.begin if file.period else None}

    def fill(match: re.Match[str]) -> str:
        day = days[match[1]]
        return day.strftime(match[2]) if day else match[0]

    return Path(_DATES.sub(fill, resolve(settings, pattern)))


def _regex(full: str) -> re.Pattern[str]:
    """One group per date, period or `*`, in order."""
    parts, last = [], 0
    for match in _PARTS.finditer(full):
        group = _digits(match[2]) if match[2] else "[^/]*"
        parts += [re.escape(full[last : match.start()]), f"({group})"]
        last = match.end()
    return re.compile("".join(parts) + re.escape(full[last:]))


def _digits(form: str) -> str:
    return re.sub(r"%[Yymd]", lambda match: _DIGITS[match[0]], re.escape(form).replace(r"\%", "%"))


def _forms(pattern: str, kind: str) -> list[str]:
    return [match[2] for match in _DATES.finditer(pattern) if match[1] == kind]


def _found(path: Path, full: str, regex: re.Pattern[str], packing: str) -> FoundFile | None:
    match = regex.fullmatch(str(path).removesuffix(packing))
    if match is None:
        return None
    if not str(path).isprintable():
        raise InputError(f"{str(path)!a}: the name has bytes that are no text in utf-8; rename the file")
    said: dict[str, list[str]] = {"date": [], "period": [], "*": []}
    for place, text in zip(_PARTS.finditer(full), match.groups(), strict=True):
        said[place[1] or "*"].append(text)
    day = _day(path, said["date"], _forms(full, "date"))
    forms = _forms(full, "period")
    begin = _day(path, said["period"], forms)
    period = None if begin is None else Period(begin, _end(begin, forms))
    return FoundFile(path, day or (period.end if period else None), period, tuple(said["*"]), packing)


def _day(path: Path, texts: list[str], forms: list[str]) -> date | None:
    if not forms:
        return None
    try:
        return datetime.strptime(" ".join(texts), " ".join(forms)).date()  # noqa: DTZ007 - a date only
    except ValueError as error:
        raise InputError(f"{path}: the name carries no date of the form {' '.join(forms)}") from error


def _end(begin: date, forms: list[str]) -> date:
    if any("%d" in form for form in forms):
        return begin + timedelta(days=1)
    return (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
