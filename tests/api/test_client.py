"""The client: exact numbers both ways, tables as Arrow, refusals as one kind of error."""

from decimal import Decimal

import pyarrow as pa
import pytest

from api.client import ServiceError, VitrinaClient, client_from_environment, dumps, loads
from tests.api.deployment import Deployment, segment


def test_tables_come_as_arrow_with_their_types(client: VitrinaClient) -> None:
    page = client.members(segment(None), attributes=["balance", "tenure_months"], limit=3)
    assert page.rows.schema.field("balance").type == pa.decimal128(18, 2)
    assert page.rows.column("balance")[0].as_py() == Decimal("10.50")
    assert page.next is not None


def test_refusals_carry_paths_and_the_request_id(client: VitrinaClient) -> None:
    with pytest.raises(ServiceError) as refused:
        client.count(segment({"all": []}))
    assert refused.value.status == 422
    assert refused.value.problems[0].path == "/where"
    assert refused.value.request_id


def test_ids_with_signs_of_their_own_are_found(client: VitrinaClient) -> None:
    assert client.customer("C4/4")["customer_id"] == "C4/4"


def test_a_service_that_is_not_there_is_told() -> None:
    client = VitrinaClient("http://127.0.0.1:9", key="k")
    with pytest.raises(ServiceError, match="does not answer") as refused:
        client.health()
    assert refused.value.status == 0
    client.close()


def test_the_environment_says_where_the_service_is(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("VITRINA_API_URL", "VITRINA_API_KEY", "VITRINA_IN_PROCESS_HOME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ServiceError, match="VITRINA_API_URL"):
        client_from_environment()
    monkeypatch.setenv("VITRINA_API_KEY", deployment.admin)
    monkeypatch.setenv("VITRINA_IN_PROCESS_HOME", str(deployment.home))
    client = client_from_environment()
    assert client.count(segment(None))["count"] == 5
    client.close()


@pytest.mark.parametrize(
    "exact", [Decimal("0.1"), Decimal("99.995"), Decimal("1E+3"), 12345678901234567890, -3, True, None, "ё"]
)
def test_values_survive_the_way_there_and_back(exact: object) -> None:
    assert loads(dumps({"v": [exact]})) == {"v": [exact]}


@pytest.mark.parametrize("lossy", [0.1, Decimal("NaN"), Decimal("Infinity"), object()])
def test_what_has_no_exact_form_is_refused(lossy: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        dumps(lossy)
