"""Documents as they are asked of one release: checked, set at the days that are asked, compiled."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from segments.budget import Budget
from segments.compiler.bind import Setting
from segments.compiler.compile import Compiled, compile_document
from segments.compiler.history import Askable, Past, past_of
from segments.conditions import types
from segments.conditions.check import check as check_document
from segments.conditions.nodes import Document
from segments.conditions.problems import DocumentError, Problem
from segments.conditions.read import parse
from segments.references import NO_REFERENCES, References
from warehouse.access import Actor
from warehouse.catalog.model import Attribute, Entity
from warehouse.errors import InputError
from warehouse.releases.model import Release

Days = tuple[date | None, date | None]
"""The as-of date and the day of knowledge of a question; None = the release's."""


class Asked:
    """Compiles what is asked of a release."""

    def __init__(self, release: Release, references: References = NO_REFERENCES) -> None:
        self.release = release
        self.references = references
        self.columns = {name: table.columns for name, table in release.manifest.tables.items()}
        self.zone = ZoneInfo(release.manifest.time_zone)

    def problems(self, document: Document, actor: Actor) -> tuple[Problem, ...]:
        """Every fault of the document at the release's own dates."""
        return check_document(document, self.release.catalog, actor, self.references)

    def compile(self, document: Mapping[str, Any], actor: Actor, days: Days, budget: Budget) -> Compiled:
        """Raises DocumentError, InputError for days after the release's."""
        parsed = parse(document)
        problems = list(self.problems(parsed, actor))
        setting = replace(self.setting(days), between=budget.check)
        if not problems and setting.past is not None:
            problems += self.askable(setting.past).document(parsed)
        if problems:
            raise DocumentError(problems)
        return compile_document(parsed, setting, self.columns)

    def setting(self, days: Days) -> Setting:
        """What the release says at these days. Raises InputError for days after its own."""
        as_of, known_on = days
        manifest = self.release.manifest
        if as_of is not None and as_of > manifest.as_of:
            raise InputError(f"as of {as_of} is later than the release, which describes {manifest.as_of}")
        if known_on is not None and known_on > manifest.known_on:
            raise InputError(f"known on {known_on} is later than the release, of {manifest.known_on}")
        day = as_of or manifest.as_of
        past = past_of(day, known_on or manifest.known_on, manifest.as_of, manifest.known_on)
        return Setting(self.release.catalog, day, self.zone, manifest.facts, self.references, past=past)

    def askable(self, past: Past) -> Askable:
        """What can be asked there."""
        return Askable(self.release.catalog, self.references, past.known_now)

    def shown(self, compiled: Compiled, names: Sequence[str], actor: Actor) -> tuple[Attribute, ...]:
        """Attributes to show of the entities. Raises InputError, DocumentError where history does not tell them."""
        found = tuple(_shown(compiled.entity, name, actor) for name in names)
        past = compiled.setting.past
        if past is not None and (problems := self.askable(past).shown(found, compiled.entity)):
            raise DocumentError(problems)
        return found


def _shown(entity: Entity, name: str, actor: Actor) -> Attribute:
    found = entity.attributes.get(name)
    if found is None:
        raise InputError(types.unknown_attribute(entity.name, name, entity.attributes, actor))
    if not types.may_use(found, actor):
        raise InputError(f"{actor.name} may not see the attribute {name}")
    return found


def require_text(entity_id: str) -> None:
    """Raises InputError for an id that no engine can be asked for."""
    try:
        entity_id.encode()
    except UnicodeEncodeError as error:
        raise InputError("the id holds a character that is none") from error


def require_key(compiled: Compiled, after: str | int | None) -> None:
    """A page begins after a key of the entity, which is a text or a whole number. Raises InputError."""
    storage = compiled.columns[compiled.entity.table][compiled.entity.key]
    if after is not None and isinstance(after, str) is not (storage == "VARCHAR"):
        raise InputError(f"{after!r} is no key of {compiled.entity.name}")
