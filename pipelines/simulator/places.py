"""Regions of Uzbekistan by SOATO code, with their share of customers, towns and streets."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """One region: the code its register uses, share of B2C and B2B customers, towns (largest first)."""

    code: str
    name: str
    people: float
    companies: float
    towns: tuple[str, ...]


REGIONS = (
    Region("1726", "Toshkent shahri", 21.0, 42.0, ("Toshkent",)),
    Region("1727", "Toshkent viloyati", 8.5, 9.0, ("Chirchiq", "Olmaliq", "Angren", "Bekobod", "Nurafshon")),
    Region("1718", "Samarqand", 10.5, 8.0, ("Samarqand", "Kattaqo'rg'on", "Urgut", "Bulung'ur")),
    Region("1730", "Farg'ona", 9.5, 7.0, ("Farg'ona", "Qo'qon", "Marg'ilon", "Quva")),
    Region("1703", "Andijon", 8.0, 5.5, ("Andijon", "Asaka", "Shahrixon", "Xonobod")),
    Region("1714", "Namangan", 7.0, 4.5, ("Namangan", "Chust", "Chortoq", "Kosonsoy")),
    Region("1710", "Qashqadaryo", 8.0, 4.5, ("Qarshi", "Shahrisabz", "Kitob", "G'uzor")),
    Region("1722", "Surxondaryo", 6.0, 3.0, ("Termiz", "Denov", "Sherobod", "Boysun")),
    Region("1706", "Buxoro", 5.5, 5.0, ("Buxoro", "G'ijduvon", "Kogon", "Vobkent")),
    Region("1733", "Xorazm", 5.0, 3.5, ("Urganch", "Xiva", "Hazorasp", "Gurlan")),
    Region("1735", "Qoraqalpog'iston", 4.5, 2.5, ("Nukus", "Xo'jayli", "To'rtko'l", "Qo'ng'irot")),
    Region("1708", "Jizzax", 3.0, 2.0, ("Jizzax", "G'allaorol", "Zomin")),
    Region("1712", "Navoiy", 2.5, 2.5, ("Navoiy", "Zarafshon", "Uchquduq")),
    Region("1724", "Sirdaryo", 1.5, 1.0, ("Guliston", "Yangiyer", "Shirin")),
)

STREETS = (
    "Amir Temur ko'chasi",
    "Alisher Navoiy ko'chasi",
    "Mustaqillik ko'chasi",
    "Bobur ko'chasi",
    "Mirzo Ulug'bek ko'chasi",
    "Beruniy ko'chasi",
    "Furqat ko'chasi",
    "Chilonzor ko'chasi",
    "Bog'ishamol ko'chasi",
    "Yangi hayot ko'chasi",
    "ул. Навои",
    "ул. Шота Руставели",
    "ул. Пушкина",
    "ул. Ташкентская",
    "пр. Амира Темура",
    "ул. Шёлковый путь",
)
