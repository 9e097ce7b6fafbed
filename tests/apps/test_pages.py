"""Every page of the navigation table starts, shows its main number, and says what to do when it cannot."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import apps
from apps.pages import PAGES
from apps.texts import LANGUAGES, text
from tests.api.deployment import Deployment, segment

MAIN = Path(apps.__file__).parent / "main.py"
TIMEOUT_S = 30


def started(language: str = "ru") -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=TIMEOUT_S)
    page.session_state["language"] = language
    return page.run()


def opened(url_path: str, language: str) -> AppTest:
    page = started(language)
    entry = next(entry for entry in PAGES if entry.url_path == url_path)
    return page if entry is PAGES[0] else page.switch_page(url_path).run()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("url_path", [entry.url_path for entry in PAGES])
def test_every_page_starts_in_every_language(service: Deployment, url_path: str, language: str) -> None:
    page = opened(url_path, language)
    assert not page.exception
    assert not page.error
    assert page.title[0].value == text(next(e.title for e in PAGES if e.url_path == url_path), language)


@pytest.mark.parametrize("url_path", [entry.url_path for entry in PAGES])
def test_every_page_says_that_there_is_no_release_yet(unreleased: Deployment, url_path: str) -> None:
    page = opened(url_path, "en")
    assert not page.exception
    assert "vitrina run" in page.error[0].value


@pytest.mark.parametrize("url_path", [entry.url_path for entry in PAGES])
def test_every_page_says_that_the_key_was_refused(strange_key: Deployment, url_path: str) -> None:
    page = opened(url_path, "en")
    assert not page.exception
    assert "unknown API key" in page.error[0].value


def test_the_builder_begins_with_everyone(service: Deployment) -> None:
    assert started().metric[0].value == "5"


def press(page: AppTest, words: str) -> AppTest:
    return next(button for button in page.button if button.label == words).click().run()


def by_label(page: AppTest, kind: str, words: str):  # type: ignore[no-untyped-def]
    return [one for one in getattr(page, kind) if one.label == words][-1]


def test_a_condition_made_on_the_page_is_counted(service: Deployment) -> None:
    page = press(started("en"), "Condition")
    assert page.metric[0].value == "—"
    page = by_label(page, "selectbox", "Attribute").set_value("balance").run()
    page = by_label(page, "text_input", "Value").input("0,10").run()
    assert page.metric[0].value == "3"
    assert "60.00%" in " ".join(one.value for one in page.markdown)


def test_what_is_unfinished_is_said_and_not_counted(service: Deployment) -> None:
    page = press(started("en"), "Condition")
    page = by_label(page, "selectbox", "Attribute").set_value("balance").run()
    page = by_label(page, "text_input", "Value").input("a lot").run()
    assert page.metric[0].value == "—"
    assert any("not a number" in one.value for one in page.caption)


def test_the_answer_follows_an_edit_and_a_removal(service: Deployment) -> None:
    page = press(started("en"), "Condition")
    page = by_label(page, "selectbox", "Attribute").set_value("kind").run()
    page = by_label(page, "selectbox", "Value").set_value("legal_entity").run()
    assert page.metric[0].value == "1"
    page = by_label(page, "selectbox", "Comparison").set_value("ne").run()
    assert page.metric[0].value == "4"
    page = (
        next(button for button in page.button if button.key and button.key.endswith(":remove")).click().run()
    )
    assert page.metric[0].value == "5"


@pytest.mark.parametrize("kind", ["fact", "change", "related", "sequence", "segment", "list"])
def test_every_kind_of_condition_can_be_begun_on_the_page(service: Deployment, kind: str) -> None:
    page = press(started("en"), text(f"kind_{kind}", "en"))
    assert not page.exception
    assert page.metric[0].value == "—"


def test_behaviour_made_on_the_page_is_counted(service: Deployment) -> None:
    page = press(started("en"), text("kind_fact", "en"))
    page = by_label(page, "selectbox", "Event").set_value("payment").run()
    assert page.metric[0].value == "2"
    page = by_label(page, "selectbox", "Figure").set_value("sum").run()
    page = by_label(page, "selectbox", "Measure").set_value("amount").run()
    page = by_label(page, "text_input", "Value").input("5").run()
    assert page.metric[0].value == "1"


def test_a_refusal_of_the_service_is_said_at_its_condition(service: Deployment) -> None:
    page = press(started("en"), text("kind_list", "en"))
    page = by_label(page, "text_input", "List id").input("nowhere").run()
    assert page.metric[0].value == "—"
    assert any("nowhere" in one.value for one in page.caption)


def test_the_statement_is_shown_on_demand(service: Deployment) -> None:
    page = started("en")
    assert not page.code
    page = by_label(page, "toggle", "Show SQL").set_value(True).run()
    assert "SELECT" in page.code[0].value


def test_an_example_is_put_on_the_page(service: Deployment) -> None:
    from api.client import dumps

    folder = service.home / "segments"
    folder.mkdir(exist_ok=True)
    document = segment(
        {"any": [{"attr": "vip", "op": "is_true"}, {"attr": "region", "op": "is_not_set"}]}, name="Two"
    )
    (folder / "two.json").write_text(dumps(document), encoding="utf-8")
    page = by_label(started("en"), "selectbox", "Example").set_value("Two").run()
    assert page.metric[0].value == "2"
    assert by_label(page, "text_input", "Segment name").value == "Two"


def test_numbers_for_each_condition_are_shown_on_demand(service: Deployment) -> None:
    page = press(started("en"), "Condition")
    page = by_label(page, "selectbox", "Attribute").set_value("vip").run()
    page = by_label(page, "toggle", text("by_condition", "en")).set_value(True).run()
    assert any("alone: 1" in one.value and "no value: 1" in one.value for one in page.caption)


def keep(service: Deployment, name: str, where: object) -> None:
    from apps.state import get_client

    get_client().save_segment(segment(where), name=name)


def test_the_built_segment_is_saved_and_its_next_version(service: Deployment) -> None:
    from apps.state import get_client

    page = press(started("en"), "Condition")
    assert next(button for button in page.button if button.label == "Save").disabled
    page = by_label(page, "selectbox", "Attribute").set_value("vip").run()
    page = press(page, "Save")
    assert "name" in page.error[0].value
    page = by_label(page, "text_input", "Segment name").input("Saved on the page").run()
    page = press(page, "Save")
    assert not page.exception
    assert "version 1" in page.success[0].value
    assert "already" in press(page, "Save").success[0].value
    page = by_label(page, "selectbox", "Comparison").set_value("is_false").run()
    assert not page.success
    page = press(page, "Save")
    assert "version 2" in page.success[0].value
    saved = {one.name: one for one in get_client().segments()}["Saved on the page"]
    assert get_client().saved_document(saved.id, 2)["where"] == {"all": [{"attr": "vip", "op": "is_false"}]}


def test_a_name_that_is_taken_is_told(service: Deployment) -> None:
    keep(service, "Taken", {"attr": "vip", "op": "is_true"})
    page = by_label(started("en"), "text_input", "Segment name").input("Taken").run()
    page = press(page, "Save")
    assert "Taken" in page.error[0].value


def test_a_saved_segment_is_opened_and_used_by_name(service: Deployment) -> None:
    keep(service, "Southerners", {"attr": "region", "op": "eq", "value": "South"})
    page = by_label(started("en"), "selectbox", "Saved segment")
    assert "Southerners" in page.options
    page = page.set_value("southerners").run()
    assert page.metric[0].value == "2"
    assert not any(text("remark_same_as_saved", "en") in one.value for one in page.caption)
    page = press(started("en"), text("kind_segment", "en"))
    page = by_label(page, "selectbox", "Saved segment").set_value("southerners").run()
    assert not page.exception
    assert page.metric[0].value == "2"


def test_an_uploaded_list_is_used_by_name(service: Deployment) -> None:
    import httpx

    from api.app import create_app
    from api.in_process import InProcessTransport

    transport = InProcessTransport(create_app(service.home))
    headers = {"Authorization": f"Bearer {service.admin}"}
    with httpx.Client(transport=transport, base_url="http://service", headers=headers) as client:
        asked = {"name": "Guests", "key": "customer_id"}
        made = client.post("/v1/lists", content=b"customer_id\nC1\nC3\n", params=asked)
        assert made.status_code == 201
    page = press(started("en"), text("kind_list", "en"))
    page = by_label(page, "selectbox", "Uploaded list").set_value("guests").run()
    assert page.metric[0].value == "2"


def test_what_is_odd_is_said_plainly(service: Deployment) -> None:
    page = press(started("en"), "Condition")
    page = by_label(page, "selectbox", "Attribute").set_value("vip").run()
    page = press(page, "Condition")
    page = by_label(page, "selectbox", "Attribute").set_value("vip").run()
    page = by_label(page, "selectbox", "Comparison").set_value("is_false").run()
    assert page.metric[0].value == "0"
    assert any("Never holds" in one.value for one in page.caption)


def test_those_without_a_value_can_be_left_out(service: Deployment) -> None:
    page = press(started("en"), "Condition")
    page = by_label(page, "selectbox", "Attribute").set_value("kind").run()
    page = by_label(page, "selectbox", "Attribute").set_value("region").run()
    page = by_label(page, "selectbox", "Comparison").set_value("ne").run()
    page = by_label(page, "text_input", "Value").input("North").run()
    assert page.metric[0].value == "3"
    page = by_label(page, "toggle", text("by_condition", "en")).set_value(True).run()
    page = press(page, text("add_known", "en"))
    assert page.metric[0].value == "2"
    assert not any(button.label == text("add_known", "en") for button in page.button)


def test_a_choice_is_shown_in_the_language_of_the_page(service: Deployment) -> None:
    page = press(started("en"), "Condition")
    page = by_label(page, "selectbox", "Attribute").set_value("vip").run()
    before = {one.key for one in page.selectbox if one.value is not None}
    page.session_state["language"] = "ru"
    page = page.run()
    after = {one.key for one in page.selectbox if one.value is not None}
    assert len(before) == len(after) == 3
    assert not before & after  # the browser shows an old widget's choice in its old words


def test_a_service_that_ends_between_two_questions_is_told(
    service: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.client import ServiceError, VitrinaClient

    def gone(*_: object, **__: object) -> object:
        raise ServiceError(0, "connection refused")

    page = started("en")
    for method in ("members", "segments", "examples"):
        monkeypatch.setattr(VitrinaClient, method, gone)
        st.cache_data.clear()
        page = page.run()
        assert not page.exception
        assert "connection refused" in page.error[0].value
        monkeypatch.undo()
