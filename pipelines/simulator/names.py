"""Names of people and companies, Uzbek (Latin script) and Russian (Cyrillic), built from parts."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import Flags, Ints, texts
from pipelines.simulator.twins import NAME, Twins


def _words(text: str) -> list[str]:
    """The words of a text; an underscore stands for a space inside a name."""
    return [word.replace("_", " ") for word in text.split()]


UZ_MALE = _words(
    "Akmal Alisher Anvar Aziz Azamat Bahodir Baxtiyor Bekzod Botir Davron Dilshod Doniyor Elyor Farhod "
    "Farrux G'ani G'ayrat Hamid Husan Ibrohim Ilhom Islom Jahongir Jamshid Jasur Javohir Kamol Laziz "
    "Mansur Mirzo Muhammad Murod Nodir Odil Otabek Oybek O'ktam O'tkir Ravshan Rustam Sanjar Sardor "
    "Sherzod Shuhrat Temur To'lqin Ulug'bek Umid Xurshid Yusuf Zafar Zokir"
)
UZ_FEMALE = _words(
    "Adolat Aziza Barno Dildora Dilfuza Dilnoza Feruza Gavhar Go'zal Gulchehra Gulnora Hilola Iroda "
    "Kamola Lola Madina Malika Ma'mura Maftuna Mohira Muazzam Munira Nafisa Nargiza Nigora Nilufar Nodira "
    "Oydin O'g'iloy Ozoda Robiya Saida Sevara Shahlo Shahnoza Umida Xurshida Yulduz Zarina Zebo Zilola "
    "Ziyoda Zulfiya"
)
UZ_FAMILY = _words(
    "Abdullayev Abdurahmonov Ahmedov Aliyev Azimov Boboyev Davronov Ergashev G'aniyev G'ulomov Hakimov "
    "Hamidov Haydarov Ibragimov Ismoilov Jo'rayev Karimov Kamolov Mahmudov Mirzayev Murodov Nazarov "
    "Ne'matov Normatov Olimov Ortiqov O'rinov Qodirov Qo'chqorov Rahimov Rasulov Sa'dullayev Saidov "
    "Sattorov Sharipov Sobirov Sultonov Tojiyev To'xtayev Tursunov Umarov Usmonov Valiyev Xo'jayev "
    "Xolmatov Yo'ldoshev Yusupov Zokirov"
)
RU_MALE = _words(
    "Александр Алексей Андрей Артём Виктор Владимир Дмитрий Евгений Игорь Константин Максим Михаил "
    "Николай Олег Павел Роман Сергей Тимур Фёдор Юрий"
)
RU_FEMALE = _words(
    "Алёна Анастасия Анна Виктория Галина Дарья Екатерина Елена Ирина Ксения Лариса Людмила Марина Мария "
    "Надежда Наталья Ольга Светлана Татьяна Юлия"
)
RU_FAMILY = _words(
    "Алексеев Белов Васильев Волков Григорьев Егоров Зайцев Иванов Ким Ковалёв Козлов Кузнецов Лебедев "
    "Морозов Новиков Орлов Павлов Пак Петров Попов Семёнов Сидоров Смирнов Соколов Соловьёв Степанов Тен "
    "Фёдоров Цой Юсупов"
)
RU_MALE_PATRONYMIC = [
    "Александрович",
    "Алексеевич",
    "Борисович",
    "Викторович",
    "Игоревич",
    "Михайлович",
    "Олегович",
    "Петрович",
]
RU_FEMALE_PATRONYMIC = [
    "Александровна",
    "Алексеевна",
    "Борисовна",
    "Викторовна",
    "Игоревна",
    "Михайловна",
    "Олеговна",
    "Петровна",
]

COMPANY_FIRST = _words(
    "Asia Agro Baraka Buxoro Darvoza Global Grand Humo Imkon Istiqbol Kamalak Mega Navro'z Nihol O'zbek "
    "Orient Oq Oltin Premium Registon Samo Sharq Silk Sof Turon Universal Yangi Yulduz Zamin Ziyo"
)
COMPANY_SECOND = _words(
    "Agro Build Biznes Chorva Diler Farm Fayz Group Invest Logistika Medservis Mebel Metall Neft Oziq "
    "Plast Print Qurilish Savdo Servis Sut Tekstil Texno Trans Tur Yo'l"
)
RU_COMPANY = _words(
    "Азия Вектор Восток Гарант Диалог Евразия Зенит Импульс Квант Лидер Мегаполис Надежда Олимп Партнёр "
    "Прогресс Сфера Фаворит Шёлковый_путь Эталон Юнион"
)
UZ_FORMS = ("MChJ", "XK", "AJ", "QK", "FX")
RU_FORMS = ("ООО", "ЧП", "АО", "СП")


def people(rng: np.random.Generator, women: Flags, russian: Flags) -> Any:
    """Full names (family, given, patronymic) as an Arrow text array; 4% have no patronymic."""
    n = len(women)
    family, given, father = (rng.integers(0, 2**31, n) for _ in range(3))
    uzbek = _uzbek(women, family, given, father)
    names = pc.if_else(pa.array(russian), _russian(women, family, given, father), uzbek)
    short = pc.replace_substring_regex(names, r"^(\S+ \S+).*$", r"\1")
    return pc.if_else(pa.array(rng.random(n) < 0.04), short, names)


def companies(rng: np.random.Generator, russian: Flags) -> tuple[Any, Any]:
    """Full and short names of legal entities, as Arrow text arrays."""
    n = len(russian)
    first, second, form = (rng.integers(0, 2**31, n) for _ in range(3))
    third = texts(["", *(f" {word}" for word in COMPANY_SECOND)], form // 5 % 27 * (form % 2))
    uzbek = _join(_join(_part(COMPANY_FIRST, first), _part(COMPANY_SECOND, second)), third, separator="")
    number = pc.cast(pa.array(second % 97 + 2), pa.string())
    cyrillic = pc.if_else(
        pa.array(second % 3 == 0), _part(RU_COMPANY, first), _join(_part(RU_COMPANY, first), number)
    )
    short = pc.if_else(pa.array(russian), cyrillic, uzbek)
    full_uzbek = _join(_join('"', uzbek, '"', separator=""), texts(UZ_FORMS, form % 5 * (form % 3 == 0)))
    full_russian = _join(texts(RU_FORMS, form % 4 * (form % 3 == 0)), _join("«", cyrillic, "»", separator=""))
    return pc.if_else(pa.array(russian), full_russian, full_uzbek), short


def _uzbek(women: Flags, family: Ints, given: Ints, father: Ints) -> Any:
    flags = pa.array(women)
    surname = _join(_part(UZ_FAMILY, family), pc.if_else(flags, "a", ""), separator="")
    name = pc.if_else(flags, _part(UZ_FEMALE, given), _part(UZ_MALE, given))
    return _join(surname, name, _part(UZ_MALE, father), pc.if_else(flags, "qizi", "o'g'li"))


def _russian(women: Flags, family: Ints, given: Ints, father: Ints) -> Any:
    flags = pa.array(women)
    surname = _part(RU_FAMILY, family)
    inflected = pc.and_(flags, pc.match_substring_regex(surname, "(ов|ев|ёв|ин)$"))
    surname = _join(surname, pc.if_else(inflected, "а", ""), separator="")
    name = pc.if_else(flags, _part(RU_FEMALE, given), _part(RU_MALE, given))
    patronymic = pc.if_else(flags, _part(RU_FEMALE_PATRONYMIC, father), _part(RU_MALE_PATRONYMIC, father))
    return _join(surname, name, patronymic)


def _part(values: list[str], numbers: Ints) -> Any:
    # Squaring skews the draw: a few names are common and many are rare, as among people.
    share = (numbers % 10_007) / 10_007
    return texts(values, (share**1.7 * len(values)).astype(np.int64))


def _join(*parts: Any, separator: str = " ") -> Any:
    return pc.binary_join_element_wise(*parts, separator)


_LATIN = (
    ("sh", "ш"), ("ch", "ч"), ("o'", "у"), ("g'", "г"), ("yo", "ё"), ("yu", "ю"), ("ya", "я"), ("ye", "е"),
    *zip("abdefghijklmnopqrstuvxyzs'", "абдефгхижклмнопкрстувхйзсъ", strict=True),
)  # fmt: skip
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщыэюяьъ",
        [*_words("a b v g d e yo j z i y k l m n o p r s t u f x ts ch sh sh i e yu ya"), "", "'"],
        strict=True,
    )
)


def misspelt(rng: np.random.Generator, names: Any, twins: Twins) -> Any:
    """Names in which the second of each pair has the first's name, spelt as the pair says."""
    words = names.take(pa.array(twins.first)).to_pylist()
    own = names.take(pa.array(twins.second)).to_pylist()
    chance = rng.random(len(words))
    spelt = [
        _spelt(name, other, NAME[way], luck)
        for name, other, way, luck in zip(words, own, twins.name, chance, strict=True)
    ]
    mask = np.zeros(len(names), dtype=bool)
    mask[twins.second] = True
    # The replacement goes by position in the array, not by pair.
    order = np.argsort(twins.second)
    return pc.replace_with_mask(names, pa.array(mask), pa.array(spelt, pa.string()).take(pa.array(order)))


def _spelt(name: str, other: str, way: str, luck: float) -> str:
    if way == "mistyped":
        return mistyped(name, luck)
    if way == "other script":
        return transliterated(name)
    if way == "other family name":
        return " ".join([other.split(maxsplit=1)[0], *name.split()[1:]])
    if way == "without patronymic":
        return " ".join(name.split()[:2])
    return name


def mistyped(name: str, luck: float) -> str:
    """A letter left out, doubled, or two changed over, somewhere behind the first."""
    at = 1 + int(luck * (len(name) - 3))
    way = int(luck * 1000) % 3
    middle = ("", name[at] * 2, name[at + 1] + name[at])[way]
    return name[:at] + middle + name[at + (2 if way == 2 else 1) :]


def transliterated(name: str) -> str:
    """A Latin name in Cyrillic letters, or a Cyrillic one in Latin, as a clerk would write it."""
    lower = name.lower()
    if lower.isascii():
        for latin, cyrillic in _LATIN:
            lower = lower.replace(latin, cyrillic)
    else:
        lower = "".join(_CYRILLIC.get(letter, letter) for letter in lower)
    return " ".join(word if word in ("угли", "кизи") else word.capitalize() for word in lower.split())
