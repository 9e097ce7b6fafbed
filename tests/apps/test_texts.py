"""Both languages say everything, and nothing is asked for that is not there."""

import re
from pathlib import Path

import pytest

import apps
from api import vocabulary
from apps.texts import TEXTS, grouped, label, text
from apps.workspaces.segment_builder import document, draft, values
from segments.conditions import nodes

SOURCES = sorted(Path(apps.__file__).parent.rglob("*.py"))
CODES = re.compile(r'(?:Unfinished\(|lack\(item, |taken\(item, "\w+", )"(\w+)"')
SAID = re.compile(r'(?:\.say\(|[^_.]text\()"(\w+)"')


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_say_the_same_things(key: str) -> None:
    russian, english = TEXTS[key]
    assert russian
    assert english
    fields = re.compile(r"{\w+}")
    assert sorted(fields.findall(russian)) == sorted(fields.findall(english))


def test_every_text_that_is_asked_for_exists() -> None:
    said = {key for file in SOURCES for key in SAID.findall(file.read_text(encoding="utf-8"))}
    assert said - set(TEXTS) == set()
    assert said


def test_everything_that_can_be_missing_has_words() -> None:
    codes = {
        code
        for module in (document, values)
        for code in CODES.findall(Path(str(module.__file__)).read_text(encoding="utf-8"))
    }
    assert codes
    assert codes <= set(TEXTS)


def test_the_whole_format_has_words() -> None:
    wanted = {f"op_{operator.name}" for operator in vocabulary.operators()}
    wanted |= {f"agg_{name}" for name in nodes.AGGREGATES}
    wanted |= {f"{kind}_{unit}" for kind in ("unit", "this") for unit in nodes.UNITS}
    wanted |= {f"quantifier_{name}" for name in nodes.QUANTIFIERS}
    wanted |= {f"kind_{kind}" for kind in draft.LEAVES} | set(draft.GROUPS)
    assert wanted <= set(TEXTS)


def test_words_follow_the_language() -> None:
    assert text("share", "en", share="5%", universe="100") == "5% of 100"
    assert text("share", "ru", share="5 %", universe="100") == "5 % от 100"
    assert grouped(1234567, "en") == "1,234,567"
    assert grouped(1234567, "ru") == "1\u00a0234\u00a0567"


def test_a_missing_label_falls_back() -> None:
    assert label({"en": "Region"}, "ru", "region") == "Region"
    assert label({}, "ru", "region") == "region"
