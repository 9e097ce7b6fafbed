"""Who asks. Every question to a release carries an actor; without one nothing is returned."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RowScope:
    """Which customers an actor may see. `everything` is said in so many words; the default sees nobody.

    Otherwise a customer is visible when each named attribute has one of its values
    (for example `{"region": {"Tashkent"}}`); no attribute named = nobody.
    """

    everything: bool = False
    allowed: tuple[tuple[str, frozenset[str]], ...] = ()


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a system or a named service, with the rights that count for reading a release.

    `attribute_groups` are the groups whose personal attributes may be seen and used in conditions;
    None means all of them.
    """

    name: str
    scope: RowScope = field(default_factory=RowScope)
    attribute_groups: frozenset[str] | None = frozenset()
