"""Tables to records of JSON and XML as the source systems write them: a template is filled, whole columns at once."""

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.dirty import broken_rows
from pipelines.simulator.layouts import Layout
from pipelines.simulator.packing import pack, plain_name
from pipelines.simulator.parts import Part, total
from pipelines.simulator.plan import as_date
from pipelines.simulator.render import as_texts
from pipelines.simulator.world import World

_SLOT = re.compile(r"\{(=?\w+)\}")
_BARE = r"^(-?\d+(\.\d+)?|true|false)$"
JSON_SIGNS = (("\\", "\\\\"), ('"', '\\"'))
XML_SIGNS = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"))


@dataclass(frozen=True, slots=True)
class Form:
    """How a file of records looks. `layout` names it and says what is broken and summed.

    In `template` a slot `{NAME}` stands for a column; in JSON a slot in quotes is text, one without a number
    or `null`. `{=NAME}` is put in as it is. `before` and `after` stand around all records, `between` them.
    """

    layout: Layout
    suffix: str  # jsonl | json | xml
    template: str
    before: str = ""
    after: str = ""
    between: str = ""

    def path(self, day: int) -> str:
        """Place below the deployment folder."""
        return self.layout.path(as_date(day), suffix=self.suffix)


def record_part(world: World, form: Form, day: int, table: Any, *, clean: bool = False) -> Part:
    """A table as records of the file of a day; broken ones are added unless it is `clean`."""
    path = form.path(day)
    rate = 0.0 if clean else world.plan.dirty_rate
    broken, counts = broken_rows(world.rng(f"dirty {plain_name(path)}"), table, form.layout, rate)
    texts = as_texts(table, form.layout)
    if broken is not None:
        texts = pa.concat_tables([texts, broken])
    records = render_records(texts, table.schema, form)
    sums = {name: total(table[name]) for name in form.layout.totals}
    return _encoded(Part(path, b"", b"", counts, sums), form, records)


def _encoded(part: Part, form: Form, records: str) -> Part:
    encoding = form.layout.encoding
    pieces = [text.encode(encoding) for text in (form.before, records, form.after, form.between)]
    if form.layout.packed:
        pieces = [pack(piece) for piece in pieces]
    part.header, part.body, part.footer, part.separator = pieces
    return part


def render_records(texts: Any, schema: Any, form: Form) -> str:
    """The records of a table of texts; `schema` is that of the typed table."""
    if not len(texts):
        return ""
    words = _SLOT.split(form.template)
    pieces: list[Any] = []
    for literal, slot in zip_longest(words[::2], words[1::2]):
        pieces.append(pa.scalar(literal))
        if slot is not None:
            pieces.append(_filled(texts, schema, form, slot, quoted=literal.endswith('"')))
    pieces[0] = pc.if_else(pa.array([True] * len(texts)), pieces[0], "")
    joined = pc.binary_join_element_wise(*pieces, "")
    every = pa.ListArray.from_arrays(pa.array([0, len(joined)], pa.int32()), joined)
    text: str = pc.binary_join(every, form.between or "")[0].as_py()
    return text


def _filled(texts: Any, schema: Any, form: Form, slot: str, *, quoted: bool) -> Any:
    column = texts[slot.lstrip("=")].combine_chunks()
    if slot.startswith("="):
        return pc.coalesce(column, "")
    is_json = form.suffix.startswith("json")
    if pa.types.is_string(schema.field(slot).type):
        for sign, escaped in JSON_SIGNS if is_json else XML_SIGNS:
            column = pc.replace_substring(column, sign, escaped)
    if quoted or not is_json:
        return pc.coalesce(column, "")
    return pc.coalesce(_bare(column), "null")


def _bare(column: Any) -> Any:
    """A number as it is; what is none, in a broken record, in quotes."""
    plain = pc.match_substring_regex(column, _BARE)
    if pc.all(plain).as_py() is not False:
        return column
    return pc.if_else(plain, column, pc.binary_join_element_wise('"', column, '"', ""))
