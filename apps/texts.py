"""What the workspaces say, in Russian and English. Labels of attributes come from the catalogue."""

from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {"ru": "Русский", "en": "English"}
DEFAULT_LANGUAGE = "ru"

# key: (ru, en)
TEXTS: Mapping[str, tuple[str, str]] = {
    "language": ("Язык", "Language"),
    "section_analysis": ("Анализ", "Analysis"),
    "segment_builder": ("Конструктор сегментов", "Segment builder"),
    "builder_hint": (
        "Соберите условия — точная численность пересчитывается после каждого изменения.",
        "Put conditions together; the exact number is counted anew after every change.",
    ),
    "counted": ("Кого считаем", "Count"),
    "name": ("Название сегмента", "Segment name"),
    "open": ("Открыть", "Open"),
    "open_file": ("Файл с документом сегмента (JSON)", "File with a segment document (JSON)"),
    "open_failed": ("Файл не открыт: {reason}", "The file was not opened: {reason}"),
    "example": ("Пример", "Example"),
    "choose_example": ("Выберите пример…", "Choose an example…"),
    "save_file": ("Скачать документ", "Download document"),
    "clear": ("Очистить", "Clear"),
    # groups
    "all": ("Все условия", "All of"),
    "any": ("Любое из условий", "Any of"),
    "not": ("НЕ", "NOT"),
    "not_help": ("Взять тех, для кого это неверно", "Take those for whom this is false"),
    "everyone": ("Без условий: все клиенты.", "No conditions: everyone."),
    "add_condition": ("Условие", "Condition"),
    "add_group": ("Группа", "Group"),
    "add_more": ("Ещё", "More"),
    "add_step": ("Событие", "Event"),
    "remove": ("Удалить", "Remove"),
    "up": ("Выше / из группы", "Up / out of the group"),
    "down": ("Ниже / из группы", "Down / out of the group"),
    "actions": ("Действия", "Actions"),
    # kinds of condition
    "kind_attr": ("Свойство", "Attribute"),
    "kind_fact": ("Поведение за период", "Behaviour over a period"),
    "kind_change": ("Изменение к прошлым периодам", "Change against earlier periods"),
    "kind_related": ("Договоры, счета, абоненты", "Contracts, accounts, subscriptions"),
    "kind_sequence": ("Последовательность событий", "Sequence of events"),
    "kind_segment": ("Входит в сегмент", "In another segment"),
    "kind_list": ("Входит в список", "In an uploaded list"),
    # parts of conditions
    "attribute": ("Свойство", "Attribute"),
    "choose_attribute": ("Найдите свойство…", "Find an attribute…"),
    "operator": ("Сравнение", "Comparison"),
    "value": ("Значение", "Value"),
    "choose_value": ("Выберите…", "Choose…"),
    "choose_values": ("Выберите или введите…", "Choose or type…"),
    "from_value": ("от", "from"),
    "to_value": ("до", "to"),
    "count_of": ("Сколько", "How many"),
    "unit": ("Единица", "Unit"),
    "yes": ("да", "yes"),
    "no": ("нет", "no"),
    "compare": ("Сравнить с другим свойством", "Compare with another attribute"),
    "times": ("× множитель", "× factor"),
    "known_only": ("Пустые значения: {meaning}", "No value means: {meaning}"),
    "fact": ("Событие", "Event"),
    "choose_fact": ("Что происходило…", "What happened…"),
    "aggregate": ("Показатель", "Figure"),
    "measure": ("Величина", "Measure"),
    "choose_measure": ("Какая величина…", "Which measure…"),
    "window": ("Период", "Period"),
    "date_from": ("С (включительно)", "From (inclusive)"),
    "date_before": ("До (не включая)", "Before (exclusive)"),
    "window_last": ("последние полные", "last full"),
    "window_this": ("с начала текущего", "since the start of this"),
    "window_dates": ("между датами", "between dates"),
    "window_all": ("за всё время", "all time"),
    "where_events": ("Только события, для которых", "Only events for which"),
    "where_children": ("Только те, для которых", "Only those for which"),
    "previous": ("Со средним за столько периодов до", "Against the mean of this many periods before"),
    "as": ("Измеряем", "Measured"),
    "as_percent": ("в процентах", "in percent"),
    "as_absolute": ("в единицах", "in units"),
    "per_day": ("На день периода", "Per day of the period"),
    "min_base": ("Базис не меньше", "Base at least"),
    "relation": ("Связанные", "Related"),
    "choose_relation": ("Чьи условия…", "Of which…"),
    "quantifier": ("Сколько из них", "How many of them"),
    "quantifier_any": ("хотя бы один", "at least one"),
    "quantifier_all": ("каждый", "every one"),
    "quantifier_none": ("ни один", "none"),
    "quantifier_count": ("число таких", "the number of them"),
    "step": ("Событие {n}", "Event {n}"),
    "within": ("Всё вместе укладывается в", "All of it within"),
    "segment_id": ("Идентификатор сегмента", "Segment id"),
    "version": ("Версия (пусто — текущая)", "Version (empty: the current one)"),
    "list_id": ("Идентификатор списка", "List id"),
    # aggregates
    "agg_count": ("число событий", "number of events"),
    "agg_count_distinct": ("число разных", "number of different"),
    "agg_sum": ("сумма", "sum"),
    "agg_avg": ("среднее", "mean"),
    "agg_min": ("наименьшее", "smallest"),
    "agg_max": ("наибольшее", "largest"),
    "agg_first": ("дата первого", "date of the first"),
    "agg_last": ("дата последнего", "date of the last"),
    "agg_latest": ("последнее значение", "latest value"),
    # units; after a number
    "unit_day": ("дн.", "days"),
    "unit_week": ("нед.", "weeks"),
    "unit_month": ("мес.", "months"),
    "unit_quarter": ("кв.", "quarters"),
    "unit_year": ("г.", "years"),
    # units of values
    "quantity_day": ("дней", "days"),
    "quantity_month": ("месяцев", "months"),
    "quantity_year": ("лет", "years"),
    "quantity_minute": ("мин", "minutes"),
    "quantity_megabyte": ("МБ", "MB"),
    "quantity_message": ("шт.", "messages"),
    "quantity_money": ("денег", "money"),
    # units; "since the start of this ..."
    "this_day": ("дня", "day"),
    "this_week": ("недели", "week"),
    "this_month": ("месяца", "month"),
    "this_quarter": ("квартала", "quarter"),
    "this_year": ("года", "year"),
    # operators
    "op_eq": ("равно", "is"),
    "op_ne": ("не равно", "is not"),
    "op_in": ("одно из", "is one of"),
    "op_not_in": ("ни одно из", "is none of"),
    "op_lt": ("меньше", "less than"),
    "op_le": ("не больше", "at most"),
    "op_gt": ("больше", "more than"),
    "op_ge": ("не меньше", "at least"),
    "op_between": ("от … до (включая)", "between (inclusive)"),
    "op_lt_date": ("раньше", "before"),
    "op_le_date": ("не позже", "on or before"),
    "op_gt_date": ("позже", "after"),
    "op_ge_date": ("не раньше", "on or after"),
    "op_between_date": ("с … по (включая)", "from … to (inclusive)"),
    "op_contains": ("содержит", "contains"),
    "op_not_contains": ("не содержит", "does not contain"),
    "op_starts_with": ("начинается с", "starts with"),
    "op_ends_with": ("кончается на", "ends with"),
    "op_within_last": ("в течение последних", "within the last"),
    "op_more_than_ago": ("раньше чем", "more than … ago"),
    "op_within_next": ("в течение следующих", "within the next"),
    "op_anniversary_within": ("годовщина в ближайшие", "anniversary within the next"),
    "op_is_set": ("известно", "is known"),
    "op_is_not_set": ("неизвестно", "is not known"),
    "op_is_true": ("да", "is true"),
    "op_is_false": ("нет", "is false"),
    # what is missing
    "attribute_missing": ("Выберите свойство.", "Choose an attribute."),
    "attribute_unknown": (
        "Такого свойства здесь нет или на него нет прав.",
        "There is no such attribute here, or you may not use it.",
    ),
    "operator_missing": ("Выберите сравнение.", "Choose a comparison."),
    "value_missing": ("Укажите значение.", "Give a value."),
    "not_a_number": ("Это не число.", "This is not a number."),
    "not_a_whole_number": ("Нужно целое число больше нуля.", "A whole number above zero is wanted."),
    "not_a_date": ("Нужна дата, например 2026-07-01.", "A date is wanted, such as 2026-07-01."),
    "fact_missing": ("Выберите событие.", "Choose an event."),
    "aggregate_missing": ("Выберите показатель.", "Choose a figure."),
    "measure_missing": ("Выберите величину.", "Choose a measure."),
    "relation_missing": ("Выберите, чьи это условия.", "Choose of which."),
    "reference_missing": ("Укажите идентификатор.", "Give an id."),
    "steps_missing": ("Добавьте событие.", "Add an event."),
    "group_empty": (
        "Группа пуста: добавьте условие или удалите её.",
        "The group is empty: add to it or remove it.",
    ),
    # answer
    "answer": ("В сегменте", "In the segment"),
    "share": ("{share} от {universe}", "{share} of {universe}"),
    "as_of": ("На начало дня {as_of}", "At the start of {as_of}"),
    "elapsed": ("посчитано за {ms} мс", "counted in {ms} ms"),
    "release": ("выпуск {release}", "release {release}"),
    "unfinished": (
        "Закончите отмеченные условия — и численность появится здесь.",
        "Finish the marked conditions and the number will appear here.",
    ),
    "wrong": (
        "В условиях есть ошибки; они отмечены на местах.",
        "Some conditions are wrong; they are marked.",
    ),
    "incomplete": (
        "Данные за {start} – {before} неполны: число может измениться.",
        "Data for {start} – {before} are not complete: the number may change.",
    ),
    "by_condition": ("Численность по каждому условию", "Numbers for each condition"),
    "node_count": (
        "само по себе: {count} · только из-за него не вошли: {only}",
        "alone: {count} · left out only by this: {only}",
    ),
    "node_unknown": (" · без значения: {unknown}", " · no value: {unknown}"),
    "in_words": ("Словами", "In words"),
    "first_rows": ("Первые из сегмента", "First members"),
    "columns": ("Столбцы", "Columns"),
    "identifier": ("Идентификатор", "Id"),
    "nobody": ("Никто не подходит под условия.", "Nobody fits the conditions."),
    "sql": ("Показать SQL", "Show SQL"),
    "parameters": ("Параметры", "Parameters"),
    "document": ("Показать документ", "Show document"),
    "windows": ("Даты периодов", "Dates of periods"),
    # failures
    "no_service": (
        "Служба не отвечает. Запущена ли она? ({reason})",
        "The service does not answer. Is it running? ({reason})",
    ),
    "no_key": ("Ключ доступа не принят: {reason}", "The access key was refused: {reason}"),
    "no_release": (
        "Данных ещё нет: выполните `vitrina run`, затем обновите страницу.",
        "There are no data yet: run `vitrina run`, then reload the page.",
    ),
    "failed": ("Служба не смогла ответить: {reason}", "The service could not answer: {reason}"),
    "request_id": ("Номер запроса для журнала: {id}", "Request id for the log: {id}"),
}


def text(key: str, language: str, **values: object) -> str:
    """The text of a key in a language, with values put in. Raises KeyError for an unknown key."""
    russian, english = TEXTS[key]
    chosen = english if language == "en" else russian
    return chosen.format(**values) if values else chosen


def label(labels: Mapping[str, str], language: str, name: str) -> str:
    """The label of something of the catalogue; English, then its name, where a language has none."""
    return labels.get(language) or labels.get("en") or name


def grouped(number: int, language: str) -> str:
    """A whole number with its thousands apart: `1 234 567`, in English `1,234,567`."""
    return f"{number:,}" if language == "en" else f"{number:,}".replace(",", "\u00a0")
