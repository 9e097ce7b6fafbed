"""Grammar and naming, piece by piece."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from segments.conditions.describe.english import English
from segments.conditions.describe.naming import quoted, title, value_title
from segments.conditions.describe.russian import Russian
from segments.conditions.nodes import LastWindow

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("n", "days", "weeks", "years"),
    [
        (1, "1 день", "1 неделю", "1 год"),
        (2, "2 дня", "2 недели", "2 года"),
        (5, "5 дней", "5 недель", "5 лет"),
        (11, "11 дней", "11 недель", "11 лет"),
        (14, "14 дней", "14 недель", "14 лет"),
        (21, "21 день", "21 неделю", "21 год"),
        (22, "22 дня", "22 недели", "22 года"),
        (111, "111 дней", "111 недель", "111 лет"),
        (121, "121 день", "121 неделю", "121 год"),
        (1001, f"1{NBSP}001 день", f"1{NBSP}001 неделю", f"1{NBSP}001 год"),
    ],
)
def test_russian_periods_agree_with_their_number(n: int, days: str, weeks: str, years: str) -> None:
    assert [Russian().period(n, unit) for unit in ("day", "week", "year")] == [days, weeks, years]


@pytest.mark.parametrize(
    ("value", "unit", "plain", "compared"),
    [
        ("1", "year", "1 год", "1 года"),
        ("2", "year", "2 года", "2 лет"),
        ("5", "year", "5 лет", "5 лет"),
        ("21", "month", "21 месяц", "21 месяца"),
        ("2.5", "year", "2,5 года", "2,5 года"),
        ("-1", "minute", "−1 минута", "−1 минуты"),
        ("3", "GB", "3 GB", "3 GB"),
        ("3", "", "3", "3"),
    ],
)
def test_russian_quantities_agree_with_number_and_case(
    value: str, unit: str, plain: str, compared: str
) -> None:
    said = [Russian().quantity(Decimal(value), unit, compared=case) for case in (False, True)]
    assert said == [plain, compared]


@pytest.mark.parametrize(
    ("n", "unit", "said"),
    [
        (1, "month", "за последний полный календарный месяц"),
        (3, "month", "за последние 3 полных календарных месяца"),
        (12, "month", "за последние 12 полных календарных месяцев"),
        (21, "month", "за последние 21 полный календарный месяц"),
        (1, "week", "за последнюю полную календарную неделю"),
        (2, "week", "за последние 2 полные календарные недели"),
        (5, "quarter", "за последние 5 полных календарных кварталов"),
        (2, "year", "за последние 2 полных календарных года"),
        (5, "year", "за последние 5 полных календарных лет"),
        (1, "day", "за 1 день перед датой расчёта"),
        (30, "day", "за 30 дней перед датой расчёта"),
    ],
)
def test_russian_windows(n: int, unit: str, said: str) -> None:
    assert Russian().window(LastWindow(n, unit)) == said


@pytest.mark.parametrize(
    ("value", "russian", "english"),
    [
        ("0", "0", "0"),
        ("-0.5", "−0,5", "−0.5"),
        ("1234567.8900", f"1{NBSP}234{NBSP}567,89", "1,234,567.89"),
        ("99999999999999999999", f"99{NBSP}999{NBSP}999{NBSP}999{NBSP}999{NBSP}999{NBSP}999", None),
        ("0.0000000001", "0,0000000001", "0.0000000001"),
        ("1E+3", f"1{NBSP}000", "1,000"),
    ],
)
def test_numbers_keep_every_digit(value: str, russian: str, english: str | None) -> None:
    assert Russian().number(Decimal(value)) == russian
    assert english is None or English().number(Decimal(value)) == english


def test_english_counts_one_and_many() -> None:
    assert [English().period(n, "month") for n in (1, 2)] == ["1 month", "2 months"]
    assert English().quantity(Decimal("1.5"), "person", compared=False) == "1.5 people"


def test_texts_show_what_the_eye_would_miss() -> None:
    assert quoted('a"b\\c') == r'"a\"b\\c"'
    assert quoted("a\u00a0b\u200bc\td") == r'"a\u{a0}b\u{200b}c\td"'


@dataclass(frozen=True)
class Thing:
    labels: dict[str, str]


def test_a_label_that_two_things_bear_is_followed_by_the_name() -> None:
    among = {
        "a": Thing({"ru": "Сумма"}),
        "b": Thing({"ru": " сумма "}),
        "c": Thing({"ru": "Дата «ухода»"}),
        "d": Thing({}),
    }
    said = [title(name, among, "ru", "«»") for name in among]
    assert said == ["«Сумма» [a]", "«сумма» [b]", "«Дата 'ухода'»", "[d]"]


def test_an_allowed_value_is_told_from_a_text_that_looks_like_its_label() -> None:
    labels = {"person": "Физлицо", "human": "физлицо", "legal": "Юрлицо"}
    said = [value_title(value, labels, "«»") for value in ("person", "human", "legal", "Юрлицо")]
    assert said == ['«Физлицо» ["person"]', '«физлицо» ["human"]', "«Юрлицо»", '"Юрлицо"']
