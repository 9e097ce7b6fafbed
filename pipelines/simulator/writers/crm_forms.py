"""How the files look that tell of people: our own staff, contact persons, consents, surveys, documents."""

from pipelines.simulator.layouts import Layout
from pipelines.simulator.writers.records import Form

UNITS = Layout("units", "hr", ("unit_code",), dirty_dates=("opened",), delimiter="\t", day_first=True)
EMPLOYEES = Layout(
    "employees", "hr", ("tab_no",), dirty_dates=("hired",), delimiter="\t", day_first=True
)  # fmt: skip
RESPONSIBLE = Layout("responsible", "crm", ("client",), dirty_dates=("since",), delimiter="|", packed=True)
CONTACT_PERSONS = Layout(
    "contact_persons", "crm", ("id", "client"), dirty_dates=("since",), delimiter="|", packed=True
)
FLAGS = Layout("flags", "crm", ("id", "client"), dirty_dates=("set_on",), delimiter="|")
SURVEYS = Layout("answers", "surveys", ("answer",), ("score",), ("at",), totals=("score",), quoted=True)
DOCUMENTS = Layout(
    "documents", "offices", ("CUST_ID", "DOC_NO"), (), ("ISSUE_DT",),
    encoding="cp1251", delimiter=";", day_first=True, packed=True,
)  # fmt: skip
CODE_WORDS = Layout(
    "code_words", "offices", ("CUST_ID", "HASH"), (), ("SET_DT",),
    encoding="cp1251", delimiter=";", day_first=True, packed=True,
)  # fmt: skip
CONSENTS = Form(
    Layout("consents", "consents", ("consent_id",), (), ("stated_at",), packed=True),
    "jsonl",
    '{"id":"{consent_id}","subject":{"client":"{customer}","person":"{person}"},"channel":"{channel}",'
    '"address":"{address}","purpose":"{purpose}","decision":"{decision}","taken":"{stated_in}",'
    '"at":"{stated_at}"}\n',
)
DIRECTORY_FOLDER, DIRECTORY_NAME, DIRECTORY_SHEET = "directory", "companies", "Companies"
