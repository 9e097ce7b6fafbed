"""Document trees by path, as answers name their nodes."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from random import Random
from typing import Any

Node = Mapping[str, Any]


def nodes(node: Node, path: str = "/where") -> Iterator[tuple[str, Node]]:
    """Groups and conditions about the same entity with their paths, parents first."""
    yield path, node
    for key in ("all", "any"):
        for i, child in enumerate(node.get(key, ())):
            yield from nodes(child, f"{path}/{key}/{i}")
    if "not" in node:
        yield from nodes(node["not"], f"{path}/not")


def conditions(node: Node) -> dict[str, Node]:
    """Conditions by path."""
    return {path: found for path, found in nodes(node) if not {"all", "any", "not"} & set(found)}


def without(node: Node, gone: str, path: str = "/where") -> Node | None:
    """The tree without the node at `gone`; groups left empty go too, an empty root is everyone (None)."""
    if path == gone:
        return None
    for key in ("all", "any"):
        if key in node:
            kept = [without(child, gone, f"{path}/{key}/{i}") for i, child in enumerate(node[key])]
            left = [child for child in kept if child is not None]
            return {key: left} if left else None
    if "not" in node:
        inner = without(node["not"], gone, f"{path}/not")
        return None if inner is None else {"not": inner}
    return node


def truth(node: Node, answers: Mapping[str, bool], path: str = "/where") -> bool:
    """Truth of a tree from the truths of its conditions by path."""
    if "all" in node:
        return all(truth(child, answers, f"{path}/all/{i}") for i, child in enumerate(node["all"]))
    if "any" in node:
        return any(truth(child, answers, f"{path}/any/{i}") for i, child in enumerate(node["any"]))
    if "not" in node:
        return not truth(node["not"], answers, f"{path}/not")
    return answers[path]


def smallest_flip(node: Node, answers: Mapping[str, bool]) -> int | None:
    """Size of the smallest set of conditions whose change flips the tree, by trying all sets."""
    now = truth(node, answers)
    for size in range(1, len(answers) + 1):
        for paths in combinations(answers, size):
            if truth(node, flipped(answers, paths)) is not now:
                return size
    return None


def flipped(answers: Mapping[str, bool], paths: tuple[str, ...]) -> dict[str, bool]:
    """The answers with those of the paths turned round."""
    return {path: answer is not (path in paths) for path, answer in answers.items()}


def permuted(node: Any, rng: Random) -> Any:
    """The same document in another order of groups, of `in` lists and of keys; sequences stay."""
    if isinstance(node, Mapping):
        keys = rng.sample(list(node), len(node))
        return {key: _permuted_value(key, node, rng) for key in keys}
    if isinstance(node, list):
        return [permuted(item, rng) for item in node]
    return node


def _permuted_value(key: str, node: Node, rng: Random) -> Any:
    inner = permuted(node[key], rng)
    unordered = key in {"all", "any"} or (key == "value" and node.get("op") in {"in", "not_in"})
    return rng.sample(inner, len(inner)) if unordered and isinstance(inner, list) else inner
