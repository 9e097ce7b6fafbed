"""Answers about segments for people: tables and trees."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from cli.documents import told
from cli.holes import untold_in_words
from cli.state import stderr, stdout
from segments.answers import (
    Context,
    CountAnswer,
    MembersPage,
    NodeCount,
    SqlAnswer,
    UsedWindow,
    WhyAnswer,
    WhyNode,
    plain,
)
from segments.conditions.describe import conditions_in_words
from segments.conditions.lint import Finding
from segments.conditions.nodes import Document
from warehouse.catalog.model import Catalog


def show_valid(file: str, remarks: Sequence[Finding], sentence: str) -> None:
    """A valid document: its meaning, and what is odd about it."""
    console = stdout()
    console.print(Text(f"{file}: valid", style="green"))
    show_sentence(sentence)
    if remarks:
        console.print()
        console.print(told("remark", ((r.path, r.code, r.message) for r in remarks)), soft_wrap=True)


def show_sentence(sentence: str) -> None:
    """Words of a document; they may hold anything, so nothing in them is taken as markup."""
    stdout().print(Text(sentence), soft_wrap=True)


def show_count(answer: CountAnswer, sentence: str) -> None:
    """Size, share, dates and windows."""
    console = stdout()
    console.print(Text(sentence), soft_wrap=True)
    console.print()
    console.print(_size(answer))
    _show_windows(console, answer.context)


def _size(answer: CountAnswer) -> Table:
    table = _pairs()
    table.add_row("count", Text(f"{answer.count:,}", style="bold"))
    table.add_row("universe", f"{answer.universe:,}")
    table.add_row("share", share(answer.count, answer.universe))
    for reason, excluded in answer.excluded.items():
        table.add_row(Text(f"excluded: {reason}"), f"{excluded:,}")
    for remark in answer.remarks:
        table.add_row("remark", Text(remark.message, style="yellow"))
    for name, value in _origin(answer.context).items():
        table.add_row(name, Text(value))
    table.add_row("time", f"{answer.elapsed_ms} ms")
    return table


def share(count: int, universe: int) -> str:
    """Part of the universe in percent, two places."""
    return "-" if universe == 0 else f"{100 * count / universe:.2f}%"


def _pairs() -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    return table


def _origin(context: Context) -> Mapping[str, str]:
    return {
        "as of": f"{context.as_of} (known on {context.known_on}, fresh as of {context.fresh_as_of})",
        "release": f"{context.release} on {context.engine}",
    }


def _show_windows(console: Console, context: Context) -> None:
    if not context.windows:
        return
    table = Table("node", "from", "before", "complete", box=None, pad_edge=False)
    for window in context.windows:
        table.add_row(window.path, _start(window), str(window.before), Text(_complete(window)))
    console.print()
    console.print(table)


def _complete(window: UsedWindow) -> str:
    if not window.incomplete:
        return "yes"
    return f"no, missing {untold_in_words(window.missing)}" if window.missing else "no"


def _start(window: UsedWindow) -> str:
    return "the beginning" if window.start is None else str(window.start)


def show_attrition(answer: CountAnswer, document: Document, catalog: Catalog, language: str) -> None:
    """The size, then what each node does to it, as an indented tree."""
    stdout().print(_size(answer))
    if answer.nodes:
        stdout().print()
        stdout().print(_attrition(answer.nodes, conditions_in_words(document, catalog, language)))


def _attrition(nodes: Sequence[NodeCount], words: Mapping[str, str]) -> Table:
    table = Table("node", "condition", box=None, pad_edge=False)
    for name in ("satisfy it", "no value", "only it leaves out"):
        table.add_column(name, justify="right")
    for node in nodes:
        unknown = "" if node.unknown is None else f"{node.unknown:,}"
        row = (f"{node.count:,}", unknown, f"{node.left_out_only_by_this:,}")
        table.add_row(Text(node.path), Text(_indent(node.path) + words.get(node.path, "")), *row)
    return table


def _indent(path: str) -> str:
    groups = [step for step in path.split("/") if step in {"all", "any", "not"}]
    return "  " * len(groups)


def show_sql(answer: SqlAnswer) -> None:
    """The statement, then what is bound to it."""
    console = stdout()
    console.print(Text(answer.sql), soft_wrap=True)
    table = Table("parameter", "value", box=None, pad_edge=False)
    for name, value in answer.parameters.items():
        table.add_row(Text(name), Text(shown(value)))
    if answer.parameters:
        console.print()
        console.print(table)
    console.print()
    console.print(Text(f"tables: {', '.join(answer.tables)}"))


def shown(value: Any) -> str:
    """One value as a cell; nothing known prints as a dash, many values are cut."""
    if value is None:
        return "-"
    if isinstance(value, (list, tuple)):
        more = f", ... {len(value):,} values" if len(value) > 10 else ""
        return f"[{', '.join(map(shown, value[:10]))}{more}]"
    if isinstance(value, pa.Array):
        return shown(value.to_pylist())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(plain(value))


def show_members(page: MembersPage, following: str | None) -> None:
    """One page as a table; how to get the next one goes to standard error."""
    table = Table(*page.rows.column_names, box=None, pad_edge=False)
    for row in page.shown():
        table.add_row(*(Text(shown(value)) for value in row.values()))
    stdout().print(table)
    for remark in page.remarks:
        stderr().print(Text(remark.message, style="yellow"))
    if following is not None:
        stderr().print(Text(f"more: --after {following}"), soft_wrap=True)


def show_why(answer: WhyAnswer, document: Document, catalog: Catalog, language: str) -> None:
    """The tree with what was found, and what would have to change."""
    verdict = "is in the segment" if answer.member else "is not in the segment"
    root = Tree(Text(f"{answer.id} {verdict}", style="bold"))
    words = conditions_in_words(document, catalog, language)
    if answer.tree is not None:
        _grow(root, answer.tree, words)
    console = stdout()
    console.print(root)
    if answer.flip:
        console.print(
            Text(
                "the answer turns round when all of this does:"
                if len(answer.flip) > 1
                else "the answer turns round when this does:"
            )
        )
    for path in answer.flip:
        console.print(Text(f"  {path}  {words.get(path, '')}"), soft_wrap=True)


def _grow(tree: Tree, node: WhyNode, words: Mapping[str, str]) -> None:
    mark = Text("yes " if node.holds else "no  ", style="green" if node.holds else "red")
    line = mark + Text(words.get(node.path, node.kind))
    if not node.children and (node.found is not None or node.unknown):
        line += Text(f"  found: {'no value' if node.unknown else shown(node.found)}", style="dim")
    branch = tree.add(line)
    for child in node.children:
        _grow(branch, child, words)
