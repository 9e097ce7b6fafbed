"""How the files of the systems around the billing look."""

from typing import Any

from pipelines.simulator.layouts import Layout
from pipelines.simulator.writers.records import Form


def _billing(name: str, keys: tuple[str, ...], **more: Any) -> Layout:
    return Layout(
        name, "billing", keys, encoding="cp1251", delimiter=";", decimal=",", day_first=True, **more
    )


TARIFFS = _billing("tariffs", ("TARIFF_ID",))
SERVICES = _billing("services", ("SERV_ID",))
SUBSCRIPTION_SERVICES = _billing(
    "subscription_services", ("SUBS_ID", "SERV_ID"), dirty_dates=("ON_DT",), totals=("FEE",)
)
USAGE_DAILY = _billing(
    "daily_usage",
    ("SUBS_ID",),
    dirty_numbers=("VOICE_MIN", "DATA_MB"),
    dirty_dates=("USE_DT",),
    totals=("VOICE_MIN", "DATA_MB", "SMS_CNT", "ROAM_MIN"),
    packed=True,
)
INVOICES = _billing(
    "invoices",
    ("INV_ID", "ACC_ID"),
    dirty_numbers=("AMOUNT",),
    dirty_dates=("ISSUE_DT", "DUE_DT"),
    totals=("AMOUNT", "VAT"),
    packed=True,
)
BALANCES = _billing(
    "balances",
    ("ACC_ID",),
    dirty_numbers=("BALANCE",),
    dirty_dates=("BAL_DT",),
    totals=("BALANCE", "OVERDUE"),
    packed=True,
)
LINKS = _billing("links", ("CUST_ID",), dirty_dates=("FROM_DT",))

CONTACTS = Layout("contacts", "contacts", ("contact_id",), (), ("sent_at",), packed=True)
RESPONSES = Layout("responses", "contacts", ("response_id",), (), ("at",), packed=True)
IDENTIFIERS = Layout("identifiers", "contacts", ("kind", "value"), (), ("since",), packed=True)

BANK = Form(
    Layout(
        "statement", "bank", ("payment_id",), ("amount",), ("paid_at",), ("amount",),
        encoding="cp1251", day_first=True, packed=True,
    ),
    "xml",
    '<Document id="{payment_id}"><Moment>{paid_at}</Moment><Amount>{amount}</Amount>'
    '<Payer><TIN>{tax_id}</TIN><PersonalAccount>{account}</PersonalAccount></Payer>'
    "<Purpose>{purpose}</Purpose></Document>\n",
    '<?xml version="1.0" encoding="windows-1251"?>\n<Statement xmlns="urn:example:bank-client"><Documents>\n',
    "</Documents></Statement>\n",
)  # fmt: skip
DEVICES = Form(
    Layout("devices", "dms", ("imei",), (), ("first_seen_on",), packed=True),
    "jsonl",
    '{"msisdn":"{msisdn}","subscriber":"{subscription}","device":{"imei":"{imei}","tac":"{tac}",'
    '"vendor":"{vendor}","model":"{model}","type":"{kind}","os":{"name":"{os}","version":"{os_version}"},'
    '"network":"{network}"},"seen":{"first":"{first_seen_on}","last":"{last_seen_on}"}}\n',
)
APP_EVENTS = Form(
    Layout("events", "app", ("event_id",), ("amount",), ("event_at",), ("amount",), packed=True),
    "jsonl",
    '{"id":"{event_id}","installation":"{app_id}","msisdn":"{msisdn}","at":"{event_at}","event":"{event}",'
    '"item":"{item}","amount":{amount},"app":{"version":"{version}"},"geo":{"lat":{lat},"lon":{lon}}}\n',
)
REQUESTS = Form(
    Layout("requests", "service_desk", ("request_id",), ("score",), ("received_at",), packed=True),
    "jsonl",
    '{"id":{request_id},"client":{"id":"{customer}","subscriber":"{subscription}","account":"{account}"},'
    '"channel":"{channel}","topic":"{topic}","subtopic":"{subtopic}","title":"{title}","state":"{state}",'
    '"priority":"{priority}","created":"{received_at}","taken":"{taken_at}","closed":"{closed_at}",'
    '"agent":"{agent}","repeated":{repeated},"score":{score}}\n',
)
TAX_SERVICE = Form(
    Layout("companies", "tax_service", ()),
    "json",
    '{"tin":"{tin}","statuses":[{"code":"ACTIVE","since":"{registered}"}{=block}]}',
    '{"service":"tax","companies":[\n',
    "\n]}\n",
    ",\n",
)
MY_GOV = Form(
    Layout("entities", "my_gov", ("tin",), (), ("since",)),
    "json",
    '{"tin":"{tin}","state":"{state}","since":"{since}","document":"{document}"}',
    '{"data":{"items":[\n',
    "\n]}}\n",
    ",\n",
)
E_INVOICES = Form(
    Layout(
        "e_invoices", "e_documents", ("e_invoice_id",), ("amount",), ("issued_on",), ("amount", "vat"),
        packed=True,
    ),
    "xml",
    '<Invoice id="{e_invoice_id}" number="{number}"><Date>{issued_on}</Date><Seller tin="{seller}"/>'
    '<Buyer tin="{buyer}"/><State at="{status_at}">{status}</State><Total>{amount}</Total><Vat>{vat}</Vat>'
    "</Invoice>\n",
    '<?xml version="1.0" encoding="UTF-8"?>\n<Export xmlns="urn:example:e-documents">\n',
    "</Export>\n",
)  # fmt: skip
STATISTICS_FOLDER, STATISTICS_NAME = "statistics", "organisations"
