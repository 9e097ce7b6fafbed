"""The description in Russian."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from segments.conditions.describe.language import Behaviour, Change, Language, ended, grouped
from segments.conditions.nodes import AllWindow, DatesWindow, LastWindow, ThisWindow, Window

NOUNS: Mapping[str, tuple[str, str, str, str]] = {
    # nominative, accusative, genitive singular, genitive plural
    "day": ("день", "день", "дня", "дней"),
    "week": ("неделя", "неделю", "недели", "недель"),
    "month": ("месяц", "месяц", "месяца", "месяцев"),
    "quarter": ("квартал", "квартал", "квартала", "кварталов"),
    "year": ("год", "год", "года", "лет"),
    "hour": ("час", "час", "часа", "часов"),
    "minute": ("минута", "минуту", "минуты", "минут"),
    "second": ("секунда", "секунду", "секунды", "секунд"),
    "person": ("человек", "человека", "человека", "человек"),
    "message": ("сообщение", "сообщение", "сообщения", "сообщений"),
    "megabyte": ("МБ", "МБ", "МБ", "МБ"),
    "gigabyte": ("ГБ", "ГБ", "ГБ", "ГБ"),
    "money": ("ден. ед.", "ден. ед.", "ден. ед.", "ден. ед."),
    "percent": ("процент", "процент", "процента", "процентов"),
}
FULL_UNITS: Mapping[str, tuple[str, str, str]] = {
    "week": ("полную календарную неделю", "полные календарные недели", "полных календарных недель"),
    "month": ("полный календарный месяц", "полных календарных месяца", "полных календарных месяцев"),
    "quarter": ("полный календарный квартал", "полных календарных квартала", "полных календарных кварталов"),
    "year": ("полный календарный год", "полных календарных года", "полных календарных лет"),
}
SINCE: Mapping[str, str] = {
    "day": "с начала дня, который является датой расчёта, до неё",
    "week": "с начала недели, на которую приходится дата расчёта, до неё",
    "month": "с начала месяца, на который приходится дата расчёта, до неё",
    "quarter": "с начала квартала, на который приходится дата расчёта, до неё",
    "year": "с начала года, на который приходится дата расчёта, до неё",
}

AGGREGATES: Mapping[str, str] = {
    "count": "число записей {fact}{where}",
    "count_distinct": "число различных значений {measure} в записях {fact}{where}",
    "sum": "сумма значений {measure} в записях {fact}{where}",
    "avg": "среднее значение {measure} в записях {fact}{where}",
    "min": "наименьшее значение {measure} в записях {fact}{where}",
    "max": "наибольшее значение {measure} в записях {fact}{where}",
    "first": "дата первой записи {fact}{where}",
    "last": "дата последней записи {fact}{where}",
    "latest": "последнее по времени значение {measure} в записях {fact}{where}",
}

QUANTIFIERS: Mapping[str, str] = {
    "any": "есть хотя бы одна связанная запись {relation}{where}",
    "all": "каждая связанная запись {relation} отвечает {where} (в том числе когда записей нет)",
    "none": "нет ни одной связанной записи {relation}{where} (в том числе когда записей нет вовсе)",
    "count": "число связанных записей {relation}{where}",
}


def plural(n: int, one: str, few: str, many: str) -> str:
    """The form for a whole number: 1 день, 2 дня, 5 дней, 11 дней, 21 день."""
    if n % 10 == 1 and n % 100 != 11:
        return one
    return few if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else many


def counted(value: Decimal, unit: str, *, genitive: bool) -> str:
    """The unit after a number: 1 год, 2 года, 5 лет, 2,5 года; genitive (больше) 1 года, 2 лет, 2,5 года."""
    nominative, _, single, many = NOUNS.get(unit, (unit,) * 4)
    if value != value.to_integral_value():
        return single
    one, few = (single, many) if genitive else (nominative, single)
    return plural(abs(int(value)), one, few, many)


class Russian(Language):
    """Russian: dates as dd.mm.yyyy, decimal comma."""

    code = "ru"
    marks = "«»"
    or_unknown = " (или значения нет)"
    or_either_unknown = " (или одно из значений неизвестно)"
    with_unknown = " (в том числе когда значения нет)"
    with_no_rows = " (в том числе когда записей нет)"
    lines: Mapping[str, str] = {"all": "все условия", "any": "хотя бы одно из условий", "not": "не"}
    notes: Mapping[str, str] = {
        "unknown": "Сравнение с неизвестным значением ложно, поэтому НЕ включает и тех, у кого значения нет.",
        "folded": "Поиск в тексте не различает прописные и строчные буквы, «ё» и «е», виды апострофа.",
        "sum": "Сумма без записей или без известных значений равна 0.",
        "change": (
            "Изменение неизвестно (и сравнение с ним ложно), когда период начинается раньше появления "
            "объекта или выходит за пределы полных данных, когда база меньше указанной, а в процентах — "
            "и когда база равна 0."
        ),
        "contact": "Цель: контакт; стоп-листы и отозванные согласия вычитаются последними.",
        "contact_unlisted": "Цель: контакт; но стоп-листы и согласия здесь не ведутся, поэтому никто не исключён.",
    }
    predicates: Mapping[str, Mapping[str, str]] = {
        "eq": {"number": "ровно {a}", "boolean": "равно {a}", "other": "{a}"},
        "ne": {"other": "не {a}"},
        "in": {"other": "одно из [{list}]"},
        "not_in": {"other": "ни одно из [{list}]"},
        "lt": {"date": "раньше {ag}", "other": "меньше {ag}"},
        "le": {"date": "не позже {ag}", "other": "не больше {ag}"},
        "gt": {"date": "позже {ag}", "other": "больше {ag}"},
        "ge": {"date": "не раньше {ag}", "other": "не меньше {ag}"},
        "between": {"date": "с {ag} по {b} включительно", "other": "от {an} до {bg} включительно"},
        "contains": {"other": "содержит {a}"},
        "not_contains": {"other": "не содержит {a}"},
        "starts_with": {"other": "начинается с {a}"},
        "ends_with": {"other": "заканчивается на {a}"},
        "is_set": {"other": "значение есть"},
        "is_not_set": {"other": "значения нет"},
        "is_true": {"other": "да"},
        "is_false": {"other": "нет"},
        "within_last": {"other": "в течение {pg} перед датой расчёта (скользящий срок, сама дата не входит)"},
        "more_than_ago": {"other": "раньше чем за {p} до даты расчёта (скользящий срок)"},
        "within_next": {"other": "в течение {pg} начиная с даты расчёта (скользящий срок, сама дата входит)"},
        "anniversary_within": {
            "other": "годовщина (день и месяц) в течение {pg} начиная с даты расчёта (сама дата входит)"
        },
    }
    against: Mapping[str, Mapping[str, str]] = {
        "eq": {"other": "равно {o}"},
        "ne": {"other": "не равно {o}"},
        "lt": {"date": "раньше, чем {o}", "other": "меньше, чем {o}"},
        "le": {"date": "не позже, чем {o}", "other": "не больше, чем {o}"},
        "gt": {"date": "позже, чем {o}", "other": "больше, чем {o}"},
        "ge": {"date": "не раньше, чем {o}", "other": "не меньше, чем {o}"},
    }

    def number(self, value: Decimal) -> str:
        return grouped(value, "\N{NO-BREAK SPACE}", ",")

    def day(self, value: date) -> str:
        return f"{value.day:02}.{value.month:02}.{value.year:04}"

    def moment(self, text: str) -> str:
        return f"местная дата {self.day(date.fromisoformat(text))}" if len(text) == 10 else text

    def truth(self, value: bool) -> str:
        return "«да»" if value else "«нет»"

    def quantity(self, value: Decimal, unit: str, *, compared: bool) -> str:
        return f"{self.number(value)} {counted(value, unit, genitive=compared)}".rstrip()

    def period(self, n: int, unit: str) -> str:
        _, accusative, single, many = NOUNS[unit]
        return f"{self.number(Decimal(n))} {plural(n, accusative, single, many)}"

    def period_after(self, n: int, unit: str) -> str:
        return f"{self.number(Decimal(n))} {counted(Decimal(n), unit, genitive=True)}"

    def product(self, other: str, times: Decimal) -> str:
        return f"{other} × {self.number(times)}"

    def test(self, subject: str, predicate: str) -> str:
        return f"{subject}: {predicate}"

    def window(self, window: Window) -> str:
        match window:
            case LastWindow(n, "day"):
                return f"за {self.period(n, 'day')} перед датой расчёта"
            case LastWindow(n, unit):
                return self._calendar(n, unit)
            case ThisWindow(unit):
                return f"{SINCE[unit]} (сама дата не входит)"
            case DatesWindow(start, before):
                end = self.day(before)
                return f"с {self.day(start)} до {end} ({end} не входит; не позже даты расчёта)"
            case AllWindow():
                return "за всё время до даты расчёта"

    def _calendar(self, n: int, unit: str) -> str:
        noun = plural(n, *FULL_UNITS[unit])
        if n == 1:
            return f"за {'последнюю' if unit == 'week' else 'последний'} {noun}"
        return f"за последние {self.number(Decimal(n))} {noun}"

    def behaviour(self, parts: Behaviour, window: Window) -> str:
        return f"{self._aggregate(parts)} {self.window(window)}"

    def change(self, parts: Behaviour, window: Window, how: Change) -> str:
        before = "такого же периода перед ним"
        if how.previous > 1:
            before = f"среднего за предыдущие такие же периоды (их {self.number(Decimal(how.previous))})"
        unit = "в процентах" if how.percent else "в абсолютном выражении"
        daily = ", каждый период в расчёте на день" if how.per_day else ""
        return (
            f"изменение показателя [{self._aggregate(parts)}] {self.window(window)} против {before}"
            f" ({unit}{daily}, при базе не меньше {how.least})"
        )

    def _aggregate(self, parts: Behaviour) -> str:
        return AGGREGATES[parts.agg].format(
            fact=parts.fact, measure=parts.measure, where=self._where(parts.where)
        )

    def _where(self, where: str | None) -> str:
        return "" if where is None else f" с условием [{where}]"

    def related(self, relation: str, quantifier: str, where: str | None) -> str:
        condition = self._where(where)
        if quantifier == "all":
            condition = "любому условию" if where is None else f"условию [{where}]"
        return QUANTIFIERS[quantifier].format(relation=relation, where=condition)

    def segment(self, segment: str, version: int | None) -> str:
        which = "текущая версия" if version is None else f"версия {version}"
        return f"входит в сегмент {segment} ({which})"

    def id_list(self, list_id: str) -> str:
        return f"входит в список {list_id}"

    def sequence(self, steps: Sequence[tuple[str, str | None]], within: str, window: Window) -> str:
        said = "; ".join(f"{i}) {fact}{self._where(where)}" for i, (fact, where) in enumerate(steps, 1))
        return (
            f"есть записи, каждая строго позже предыдущей, последняя раньше чем через {within} после первой, "
            f"{self.window(window)}, в таком порядке: [{said}]"
        )

    def group(self, kind: str, parts: Sequence[str]) -> str:
        if len(parts) == 1:
            return f"{'ВСЕ' if kind == 'all' else 'ЛЮБОЕ'} ИЗ {parts[0]}"
        return (" И " if kind == "all" else " ИЛИ ").join(parts)

    def negation(self, part: str) -> str:
        return f"НЕ ({part})"

    def document(self, entity: str, where: str | None) -> str:
        said = f"Каждый объект {entity}"
        return ended(said if where is None else f"{said}, для которого: {where}")
