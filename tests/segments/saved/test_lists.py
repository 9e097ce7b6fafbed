"""Uploads: every row is accounted for, keys are resolved without guessing, unusable lists are errors."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segments.conditions.problems import DocumentError
from segments.references import Exclusion, IdList, MemoryReferences
from segments.saved import ConflictError, UnknownError, Upload
from segments.service import SegmentService
from store import UploadedList
from tests.segments.saved.world import ANNA, BORIS, IDENTIFIERS, NORTH, World, document, open_world, publish
from warehouse.access import Actor
from warehouse.errors import InputError
from warehouse.files.keys import KeyFile


def upload(
    world: World, content: str | bytes, key: str = "customer_id", name: str = "List", **options: Any
) -> UploadedList:
    actor: Actor = options.pop("actor", ANNA)
    expires_on: date | None = options.pop("expires_on", None)
    encoded = content if isinstance(content, bytes) else content.encode()
    form = KeyFile("file.csv", key, **options)
    return world.lists.upload(Upload(encoded, form, name, expires_on), actor)


def counts(found: UploadedList) -> tuple[int, int, int, int, int]:
    of = found.counts
    return of.rows, of.accepted, of.rejected, of.duplicates, of.unknown


def test_rows_are_accepted_duplicate_unknown_or_rejected(world: World) -> None:
    made = upload(
        world, "\ufeffid;customer_id\r\n1;C1\r\n2; C3 \r\n3;C9\r\n\r\n4;C1\r\n5;\r\n6;Й6\r\n", delimiter=";"
    )
    assert counts(made) == (6, 3, 1, 1, 1)
    rows = [(row.line, row.outcome, row.value, row.reason) for row in world.lists.rows(made.id, ANNA)]
    assert rows == [
        (4, "unknown", "C9", "no customer has this customer_id"),
        (7, "rejected", "", "no key"),
    ]
    assert world.members({"list": made.id}) == ["C1", "C3", "Й6"]
    assert world.members({"not": {"list": made.id}}) == ["C2", "C4", "C5"]


def test_who_was_merged_into_another_is_listed_as_the_survivor(world: World) -> None:
    made = upload(world, "C8\nC4\nC2\n", name="Merged")
    assert counts(made) == (3, 2, 0, 1, 0)
    assert world.members({"list": made.id}) == ["C2", "C4"]
    hidden = upload(world, "C8\nC4\n", name="Merged, north", actor=NORTH)
    assert counts(hidden) == (2, 1, 0, 0, 1)


def test_lists_from_before_a_merger_follow_it(world: World) -> None:
    listed = IdList("old", "customer", "v1", pa.array(["C8", "C1"]))
    references = MemoryReferences(lists=(listed,), stops=(Exclusion("do not call", listed),))
    service = SegmentService(world.service.release, world.service.engine, references)
    everybody = service.count(document(None), ANNA, purpose="contact")
    assert service.count(document({"list": "old"}), ANNA).count == 2
    assert everybody.excluded == {"do not call": 2}
    assert service.count(document({"list": "old"}), ANNA, purpose="contact").count == 0


def test_cp1251_is_declared(world: World) -> None:
    made = upload(world, "Клиент\nЙ6\nC2\n".encode("cp1251"), column="Клиент", encoding="cp1251")
    assert world.members({"list": made.id}) == ["C2", "Й6"]


def test_numbers_mean_who_has_them_now(world: World) -> None:
    keys = [
        "+998 90 000-00-01",
        "998900000002",
        "998900000004",
        "998900000005",
        "998900000007",
        "99890",
        "n/a",
        "998900000099",
    ]
    made = upload(world, "\n".join(keys), "msisdn")
    assert counts(made) == (8, 2, 4, 1, 1)
    assert world.members({"list": made.id}) == ["C1", "C3"]
    assert [(row.line, row.outcome, row.reason) for row in world.lists.rows(made.id, ANNA)] == [
        (3, "rejected", "nobody has this msisdn on 2026-07-01"),
        (4, "rejected", "several customers have this msisdn"),
        (6, "rejected", "can't be a msisdn"),
        (7, "rejected", "can't be a msisdn"),
        (8, "unknown", "no customer has this msisdn"),
    ]
    assert made.counts.ambiguous == 1, "they are among the rejected"


def test_a_tax_id_of_two_customers_is_nobodys(world: World) -> None:
    made = upload(world, "tax_id\n300000001\n300 000 003\n300000006\n300000001\n", "tax_id")
    assert counts(made) == (4, 2, 1, 1, 0)
    assert world.members({"list": made.id}) == ["C1", "Й6"]
    assert world.lists.rows(made.id, ANNA)[0].reason == "several customers have this tax_id"


@pytest.mark.parametrize(
    ("key", "content", "members"),
    [
        ("email", "Anna@Mail.uz\nOFFICE@firm.uz\n", ["C2"]),
        ("telegram", "https://t.me/Anna\n@anna\n", ["C2"]),
        ("phone", "(90) 000-00-01\n", ["C3"]),
    ],
)
def test_any_kind_of_identifier_names_customers(
    world: World, key: str, content: str, members: list[str]
) -> None:
    upload(world, content, key)
    assert world.members({"list": "list"}) == members


def test_one_candidate_whom_the_uploader_sees_is_no_answer(world: World) -> None:
    """The address is C1's and C3's; an uploader of the North sees only C1."""
    made = upload(world, "office@firm.uz\nanna@mail.uz\n", "email", actor=NORTH)
    assert (counts(made), made.counts.ambiguous) == ((2, 1, 1, 0, 0), 1)


def test_what_the_uploader_may_not_see_is_unknown_or_refused(world: World) -> None:
    made = upload(world, "C1\nC3\n", actor=NORTH)
    assert counts(made) == (2, 1, 0, 0, 1)
    numbers = upload(world, "998900000001\n998900000002\n", "msisdn", "numbers", actor=NORTH)
    assert counts(numbers) == (2, 1, 1, 0, 0)
    reason = world.lists.rows(numbers.id, NORTH)[0].reason
    assert reason == "nobody has this msisdn on 2026-07-01", "who has it in another region is not told"
    with pytest.raises(InputError, match="boris may not use identifiers"):
        upload(world, "300000001\n", "tax_id", actor=BORIS)


def test_keys_in_the_report_are_hidden_from_who_may_not_see_them(world: World) -> None:
    made = upload(world, "300000001\n300000009\n", "tax_id")
    assert [row.value for row in world.lists.rows(made.id, ANNA)] == ["300000009"]
    assert [row.value for row in world.lists.rows(made.id, BORIS)] == ["***"]


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("C7\nC9\n", {}, "none of the 2 rows names a customer.*line 1"),
        ("", {}, "empty"),
        ("C1\n", {"key": "fax"}, "no kind of identifier 'fax'.*or customer_id"),
        ("C1\n", {"name": " "}, "name"),
        ("C1\n", {"expires_on": date(2026, 7, 1)}, "expired"),
        ("a,b\n1,2\n", {}, "line 1: 2 columns"),
    ],
)
def test_a_file_without_use_is_refused_whole(
    world: World, content: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        upload(world, content, **options)
    assert world.lists.all() == ()


def test_a_list_never_changes_and_its_name_is_its_own(world: World) -> None:
    made = upload(world, "C1\nC2\n", name="Гости")
    with pytest.raises(ConflictError, match="gosti"):
        upload(world, "C3\n", name="ГОСТИ")
    assert world.lists.get("gosti")[0] == made
    same = upload(world, "C2\nC1\n", name="Другие")
    assert same.content_hash == made.content_hash


def test_a_deleted_list_is_an_error_at_its_node(world: World) -> None:
    upload(world, "C1\n", name="a")
    saved = world.segments.save({"version": 1, "name": "s", "where": {"not": {"list": "a"}}}, ANNA)
    assert world.lists.get("a")[1][0].id == saved.segment.id
    world.lists.delete("a", ANNA)
    with pytest.raises(DocumentError, match="the list a was deleted"):
        world.members({"not": {"list": "a"}})
    # Which list it was is told to whoever may open the segment.
    with pytest.raises(DocumentError, match="version 1 of the segment s has a fault") as refused:
        world.members({"segment": "s"})
    assert [(one.path, one.code) for one in refused.value.problems] == [("/where", "deleted_list")]
    with pytest.raises(DocumentError) as refused:
        world.members({"any": [{"list": "a"}, {"list": "b"}]})
    assert [(one.path, one.code) for one in refused.value.problems] == [
        ("/where/any/0", "deleted_list"),
        ("/where/any/1", "unknown_list"),
    ]
    assert world.lists.rows("a", ANNA) == ()
    with pytest.raises(ConflictError):
        world.lists.delete("a", ANNA)
    with pytest.raises(UnknownError):
        world.lists.delete("b", ANNA)


def test_a_list_ends_with_the_business_date_not_the_clock(world: World) -> None:
    upload(world, "C1\n", name="a", expires_on=date(2026, 7, 2))
    assert world.members({"list": "a"}) == ["C1"]
    publish(world.home, date(2026, 7, 2))
    with open_world(world.home) as later, pytest.raises(DocumentError, match="/where: the list a expired on"):
        later.members({"list": "a"})
    assert world.members({"list": "a"}) == ["C1"], "a reader keeps the release it opened"


def test_a_list_of_customers_is_none_of_subscriptions(world: World) -> None:
    upload(world, "C1\n", name="a")
    found = world.service.check({"version": 1, "entity": "subscription", "where": {"list": "a"}}, ANNA)
    assert [one.code for one in found] == ["wrong_entity"]


KEYS = st.sampled_from(
    [
        "C1",
        "C2",
        "C9",
        "",
        '""',
        "x y",
        "300000001",
        "300000003",
        "bad",
        *(value for _, _, value, *_ in IDENTIFIERS),
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(KEYS, min_size=1, max_size=20),
    key=st.sampled_from(["customer_id", "msisdn", "tax_id", "email"]),
)
def test_counts_always_add_up(world: World, rows: list[str], key: str) -> None:
    present = [row for row in rows if row]
    name = f"list {len(world.lists.all())} {key}"
    content = "\n".join(rows) + "\nC1\n998900000001\n300000001\nanna@mail.uz\n"
    made = upload(world, content, key, name)
    assert made.counts.rows == len(present) + 4
    assert sum(counts(made)[1:]) == made.counts.rows
    kept = world.lists.rows(made.id, ANNA)
    assert len(kept) == made.counts.rejected + made.counts.unknown
    lines = content.split("\n")
    assert all(lines[row.line - 1].strip('"') == row.value for row in kept)
    assert len(world.members({"list": made.id})) == made.counts.accepted
