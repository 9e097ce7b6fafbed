"""The navigation table: every page of the workspaces, in order. Tests start each of them."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.workspaces.segment_builder import page as segment_builder


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One page. `url_path` is its address, `title` and `section` are keys of `texts`."""

    url_path: str
    title: str
    section: str
    icon: str
    render: Callable[[], None]


PAGES: tuple[PageEntry, ...] = (
    PageEntry(
        "segment_builder",
        "segment_builder",
        "section_analysis",
        ":material/filter_alt:",
        segment_builder.render,
    ),
)
