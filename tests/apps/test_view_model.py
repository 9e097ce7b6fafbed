"""What a choice entails, and the words around the number."""

from api.client import Finding
from apps.workspaces.segment_builder import view_model as vm
from apps.workspaces.segment_builder.document import write
from apps.workspaces.segment_builder.draft import Item, find, new_group
from apps.workspaces.segment_builder.scope import Scope, operators, scopes
from tests.apps.catalogs import published_catalog

CATALOG = published_catalog()
SCOPE = Scope(CATALOG, "customer")


def one(kind: str, **fields: object) -> tuple[Item, str]:
    item = Item(kind, fields)
    return new_group("all", item), item.id


def fields_of(root: Item, item_id: str) -> dict[str, object]:
    item = find(root, item_id)
    assert item is not None
    return dict(item.fields)


def test_another_attribute_forgets_the_value() -> None:
    root, item_id = one("attr", attr="region", op="in", value=("North",))
    assert fields_of(vm.choose_attribute(root, item_id, "balance", SCOPE), item_id) == {
        "attr": "balance",
        "op": "ge",
    }


def test_another_operator_of_the_same_form_keeps_the_value() -> None:
    root, item_id = one("attr", attr="balance", op="ge", value="5")
    assert fields_of(vm.choose_operator(root, item_id, "lt", CATALOG), item_id)["value"] == "5"
    assert "value" not in fields_of(vm.choose_operator(root, item_id, "between", CATALOG), item_id)


def test_a_rolling_comparison_begins_with_thirty_days() -> None:
    root, item_id = one("attr", attr="since", op="eq", value="2026-01-01")
    changed = vm.choose_operator(root, item_id, "within_last", CATALOG)
    assert fields_of(changed, item_id)["value"] == {"n": "30", "unit": "day"}


def test_an_other_attribute_does_not_survive_an_operator_that_takes_none() -> None:
    root, item_id = one("attr", attr="full_name", op="eq", value={"attr": "region", "times": "1"})
    assert "value" not in fields_of(vm.choose_operator(root, item_id, "contains", CATALOG), item_id)


def test_another_aggregate_drops_a_measure_that_does_not_fit() -> None:
    root, item_id = one("fact", fact="payment", agg="sum", measure="amount", op="ge", value="5")
    changed = fields_of(vm.choose_aggregate(root, item_id, "last", SCOPE), item_id)
    assert "measure" not in changed
    assert "value" not in changed


def test_another_fact_drops_restrictions_on_its_rows() -> None:
    where = new_group("all", Item("attr", {"attr": "method"}))
    item = Item("fact", {"fact": "payment", "agg": "count"}, (where,))
    changed = find(vm.choose_fact(new_group("all", item), item.id, "usage"), item.id)
    assert changed is not None
    assert changed.children[0].children == ()


def test_only_the_number_of_children_is_compared() -> None:
    root, item_id = one("related", related="contracts", quantifier="any")
    counted = vm.choose_quantifier(root, item_id, "count")
    assert fields_of(counted, item_id)["op"] == "ge"
    assert "op" not in fields_of(vm.choose_quantifier(counted, item_id, "none"), item_id)


def test_rows_of_a_fact_are_asked_for_their_own_attributes() -> None:
    inner = Item("attr", {"attr": "method"})
    root = new_group("all", Item("fact", {"fact": "payment"}, (new_group("all", inner),)))
    scope = next(scope for item, scope in scopes(root, SCOPE) if item.id == inner.id)
    assert set(scope.attributes()) == {"method", "amount"}
    assert scope.leaves() == ("attr",)


def test_children_are_asked_for_the_childs_attributes() -> None:
    inner = Item("attr", {"attr": "tariff"})
    root = new_group("all", Item("related", {"related": "subscriptions"}, (new_group("all", inner),)))
    scope = next(scope for item, scope in scopes(root, SCOPE) if item.id == inner.id)
    assert "tariff" in scope.attributes()


def test_attributes_are_found_by_label_and_group() -> None:
    words = [
        vm.attribute_words(SCOPE.attributes()[name], CATALOG, "ru")
        for name in vm.attribute_choices(SCOPE, "ru")
    ]
    assert "Регион · Идентификация" in words
    assert words.index("Регион · Идентификация") < words.index("Баланс · Финансы")


def test_numbers_can_stand_against_numbers_only() -> None:
    assert vm.comparable_choices(SCOPE.attributes()["balance"], SCOPE, "en") == ["tenure_months"]


def test_operators_of_dates_have_their_own_words() -> None:
    assert vm.operator_words("lt", "date", "en") == "before"
    assert vm.operator_words("lt", "decimal", "en") == "less than"
    assert operators(SCOPE.attributes()["balance"])[0] == "eq"


def test_refusals_are_said_where_they_belong() -> None:
    root, item_id = one("attr", attr="region", op="eq", value="North")
    said = vm.notes(write(root, SCOPE), [Finding("/where/all/0", "no such region")], "en")
    assert said == {item_id: ["no such region"]}


def test_shares_are_exact_to_two_places() -> None:
    assert vm.share_words(1869, 7043, "en") == "26.54%"
    assert vm.share_words(1, 8, "ru") == "12,50\u00a0%"
    assert vm.share_words(0, 0, "en") == "—"


def test_the_first_columns_are_those_asked_for() -> None:
    root, _ = one("attr", attr="balance", op="ge", value="1")
    assert vm.first_columns(root, SCOPE)[0] == "balance"


def test_a_negated_condition_shows_the_numbers_of_the_negation() -> None:
    item = Item("attr", {"attr": "vip", "op": "is_true"}, negated=True)
    written = write(new_group("all", item), SCOPE)
    nodes = [
        {"path": "/where/all/0/not", "count": 1, "unknown": 1, "left_out_only_by_this": 0},
        {"path": "/where/all/0", "count": 4, "unknown": None, "left_out_only_by_this": 1},
    ]
    assert vm.count_words(written, nodes, "en")[item.id].startswith("alone: 4")


def test_incomplete_days_are_said_once() -> None:
    windows = [
        {"from": "2026-05-01", "before": "2026-06-01", "incomplete": True},
        {"from": "2026-06-01", "before": "2026-07-01", "incomplete": True},
        {"from": None, "before": "2026-07-01", "incomplete": False},
    ]
    assert vm.incomplete_days(windows, "en") == ("2026-05-01", "2026-07-01")
    assert vm.incomplete_days(windows[2:], "en") is None
    assert vm.incomplete_days([{**windows[2], "incomplete": True}], "ru") == ("…", "01.07.2026")


def test_only_what_takes_in_those_without_a_value_offers_to_leave_them_out() -> None:
    def taken(op: str, negated: bool = False) -> bool:
        return vm.takes_in_unknown(Item("attr", {"attr": "region", "op": op}, negated=negated))

    assert taken("ne")
    assert taken("eq", negated=True)
    assert not taken("eq")
    assert not taken("ne", negated=True)
    assert not taken("is_not_set")


def test_a_known_value_is_required_where_the_condition_stands() -> None:
    item = Item("attr", {"attr": "region", "op": "ne", "value": "North"})
    known = {"attr": "region", "op": "is_set"}
    asked = {"attr": "region", "op": "ne", "value": "North"}
    beside = vm.require_known(new_group("all", item), item.id)
    assert write(beside, SCOPE).document["where"] == {"all": [asked, known]}
    assert vm.is_known_beside(beside, item)
    within = vm.require_known(new_group("any", item), item.id)
    assert write(within, SCOPE).document["where"] == {"any": [{"all": [asked, known]}]}
