"""Saves at the same time: every one is kept as a version of its own, or one is refused; none is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier
from typing import Any

from segments.conditions.problems import DocumentError
from segments.saved import ConflictError
from tests.segments.saved.world import ANNA, World, document, make_home, open_world

AT_ONCE = 4


def balance(value: int) -> dict[str, Any]:
    return {"attr": "balance", "op": "ge", "value": value}


def together(action: Callable[[int], Any]) -> list[Any]:
    """Results, or the refusals, of the action started by all threads at one moment."""
    start = Barrier(AT_ONCE)

    def run(i: int) -> Any:
        start.wait()
        try:
            return action(i)
        except (ConflictError, DocumentError) as refused:
            return refused

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(run, range(AT_ONCE)))


def test_new_versions_follow_each_other(world: World) -> None:
    world.segments.save(document(balance(100), name="a"), ANNA)
    saved = together(lambda i: world.segments.save(document(balance(i)), ANNA, segment_id="a"))
    assert sorted(one.version.version for one in saved) == [2, 3, 4, 5]
    _, versions, _ = world.segments.history("a")
    assert {one.document_hash for one in versions[1:]} == {one.version.document_hash for one in saved}


def test_one_name_is_given_once(world: World) -> None:
    made = together(lambda i: world.segments.save(document(balance(i), name="a"), ANNA))
    refused = [one for one in made if isinstance(one, ConflictError)]
    assert len(refused) == AT_ONCE - 1
    assert all("the name “a” is taken by the segment a" in str(one) for one in refused)
    assert len(world.segments.history("a")[1]) == 1


def test_a_segment_is_not_deleted_from_under_a_new_use(world: World) -> None:
    world.segments.save(document(balance(1), name="a"), ANNA)

    def act(i: int) -> Any:
        if i:
            return world.segments.save(document({"segment": "a"}, name=f"user {i}"), ANNA)
        return world.segments.delete("a", ANNA)

    refused = [one for one in together(act) if isinstance(one, DocumentError)]
    assert all(one.problems[0].code == "unknown_segment" for one in refused)
    there = {one.id for one in world.segments.all()}
    users = {one.id for one in world.segments.all() if one.id.startswith("user")}
    assert not users or "a" in there
    assert all(not world.service.check(document({"segment": one}), ANNA) for one in there)


def save_one(home: Path, value: int) -> int:
    with open_world(home) as world:
        return world.segments.save(document(balance(value)), ANNA, segment_id="a").version.version


def test_processes_save_side_by_side(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    with open_world(home) as world:
        world.segments.save(document(balance(100), name="a"), ANNA)
    with get_context("spawn").Pool(2) as pool:
        versions = pool.starmap(save_one, [(home, value) for value in range(4)])
    assert sorted(versions) == [2, 3, 4, 5]
