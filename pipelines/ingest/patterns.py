"""File name patterns: `{data}` is the deployment's data folder, `{date:%Y%m%d}` the extract's business
date.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipelines.ingest.yaml_node import Node
from warehouse.errors import InputError
from warehouse.settings import Settings

_DATE = re.compile(r"\{date:([^}]+)\}")
_DIGITS = {"%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{2}", "%d": r"\d{2}"}


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that fits a pattern, with the business date its name carries."""

    path: Path
    date: date | None


def check_pattern(node: Node) -> str:
    """A pattern of a declaration: its braces are ours, and the parts of its date make one date."""
    pattern = node.text()
    if not pattern.strip():
        raise node.fail("expected a file name")
    rest = _DATE.sub("", pattern).replace("{data}", "")
    if "{" in rest or "}" in rest:
        raise node.fail(f"expected {{data}} and {{date:%Y%m%d}} only, found {pattern!r}")
    forms = _DATE.findall(pattern)
    parts = [part for form in forms for part in re.findall("%(.?)", form)]
    if forms and (sorted(parts) not in (["Y", "d", "m"], ["d", "m", "y"], ["Y", "m"], ["m", "y"])):
        raise node.fail(f"the date needs %Y or %y, %m and perhaps %d, each once; found {pattern!r}")
    return pattern


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
    """Files that fit, by (date, path)."""
    full = resolve(settings, pattern)
    wild = re.sub(r"\*+", "*", _DATE.sub("*", full))
    folder = Path(wild.partition("*")[0] + "x").parent
    regex, formats = _regex(full), _DATE.findall(full)
    # `*` is the only sign of ours: the others that the search knows are letters.
    rest = re.sub(r"[\[?]", r"[\g<0>]", str(Path(wild).relative_to(folder)))
    found = [_found(path, regex, formats) for path in folder.glob(rest) if path.is_file()]
    return tuple(sorted((file for file in found if file), key=lambda file: (str(file.date), str(file.path))))


def beside(settings: Settings, pattern: str, file: FoundFile) -> Path:
    """The file that belongs to `file` by the same date (its control totals)."""
    if file.date is None:
        return Path(resolve(settings, pattern))
    day = file.date
    return Path(_DATE.sub(lambda match: day.strftime(match[1]), resolve(settings, pattern)))


def _regex(full: str) -> re.Pattern[str]:
    parts, last = [], 0
    for match in _DATE.finditer(full):
        parts += [_literal(full[last : match.start()]), f"({_digits(match[1])})"]
        last = match.end()
    return re.compile("".join(parts) + _literal(full[last:]))


def _literal(text: str) -> str:
    return re.escape(text).replace(r"\*", "[^/]*")


def _digits(form: str) -> str:
    return re.sub(r"%[Yymd]", lambda match: _DIGITS[match[0]], re.escape(form).replace(r"\%", "%"))


def _found(path: Path, regex: re.Pattern[str], formats: list[str]) -> FoundFile | None:
    match = regex.fullmatch(str(path))
    if match is None:
        return None
    if not str(path).isprintable():
        raise InputError(f"{str(path)!a}: the name has bytes that are no text in utf-8; rename the file")
    if not formats:
        return FoundFile(path, None)
    try:
        moment = datetime.strptime(" ".join(match.groups()), " ".join(formats))  # noqa: DTZ007 - a date only
    except ValueError as error:
        raise InputError(f"{path}: the name carries no date of the form {' '.join(formats)}") from error
    return FoundFile(path, moment.date())
