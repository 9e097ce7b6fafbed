"""Settings of a deployment folder (`vitrina.yml`): what must be known before anything is read."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from warehouse.connection import MEMORY, Resources
from warehouse.errors import InputError

SETTINGS_FILE = "vitrina.yml"
COUNTS = {"kept_releases": 5, "kept_feed_days": 35, "disk_budget_gb": 25}
"""Whole numbers of at least 1, with what holds where nothing is said."""
KNOWN_KEYS = {"name", "time_zone", "as_of", "engine", "store_url", "data", "memory", "threads", *COUNTS}


class SettingsError(InputError):
    """The settings file is missing or wrong; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One deployment. `as_of` is set only where the sources carry no dates of their own.

    `store_url` is the operational store's database URL; None = SQLite inside the folder. `data` is the folder
    outside the deployment that sources name as `{data}`. `kept_releases`: the current one and those before it;
    `kept_feed_days`: how many days of business dates the change feed goes back; `disk_budget_gb`: from how many
    GB (10^9 bytes) on `vitrina status` complains. `resources`: what the embedded engine may use.
    """

    home: Path
    name: str
    time_zone: str
    as_of: date | None = None
    engine: str = "duckdb"
    store_url: str | None = None
    data: Path | None = None
    resources: Resources = field(default_factory=Resources)
    kept_releases: int = COUNTS["kept_releases"]
    kept_feed_days: int = COUNTS["kept_feed_days"]
    disk_budget_gb: int = COUNTS["disk_budget_gb"]


def load_settings(home: Path) -> Settings:
    """Read `home/vitrina.yml`; refuse unknown keys, zones and types."""
    path = home / SETTINGS_FILE
    if not path.is_file():
        raise SettingsError(
            f"{path}: no such file; is {home} a deployment folder? `vitrina init {home}` makes one"
        )
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not YAML: {error}") from error
    if not isinstance(content, dict):
        raise SettingsError(f"{path}: expected keys and values")
    unknown = sorted(map(str, set(content) - KNOWN_KEYS))
    if unknown:
        raise SettingsError(f"{path}: unknown key {', '.join(unknown)}")
    return Settings(
        home=home,
        name=_text(content, "name", path),
        time_zone=_zone(content, path),
        as_of=_date(content, path),
        engine=str(content.get("engine", "duckdb")),
        store_url=content.get("store_url"),
        data=_folder(content, home, path),
        resources=_resources(content, path),
        **{key: _count(content, key, path) for key in COUNTS},
    )


def _resources(content: dict[str, Any], path: Path) -> Resources:
    memory, threads = content.get("memory", Resources().memory), content.get("threads")
    if not isinstance(memory, str) or not MEMORY.fullmatch(memory):
        raise SettingsError(f"{path}: `memory` must be a share such as 40% or an amount such as 8GB")
    if threads is not None and (type(threads) is not int or threads < 1):
        raise SettingsError(f"{path}: `threads` must be a whole number from 1 on")
    return Resources(memory, threads)


def _text(content: dict[str, Any], key: str, path: Path) -> str:
    value = content.get(key)
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{path}: `{key}` must be a text")
    return value


def _count(content: dict[str, Any], key: str, path: Path) -> int:
    value = content.get(key, COUNTS[key])
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SettingsError(f"{path}: `{key}` must be a whole number of at least 1")
    return value


def _folder(content: dict[str, Any], home: Path, path: Path) -> Path | None:
    return None if content.get("data") is None else home / _text(content, "data", path)


def _zone(content: dict[str, Any], path: Path) -> str:
    zone = _text(content, "time_zone", path)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(f"{path}: unknown time zone {zone!r}") from error
    return zone


def _date(content: dict[str, Any], path: Path) -> date | None:
    value = content.get("as_of")
    if value is None or (isinstance(value, date) and type(value) is date):
        return value
    raise SettingsError(f"{path}: `as_of` must be a date such as 2026-07-01")
