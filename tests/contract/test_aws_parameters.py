"""Parameter Store and Secrets Manager: what the gateways say, and what the embedded cloud does."""

from __future__ import annotations

import itertools
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sam_deploy.aws import Aws, AwsCallError, Endpoint, Parameters, Secrets, Stored
from sam_deploy.aws.parameters import SECRET_NOT_FOUND, is_deleted

REGION = "eu-west-1"
TAGS = {"Project": "Shop", "Environment": "dev"}
CANARY = "canary-in-a-gateway"
_numbers = itertools.count()


@pytest.fixture
def aws(cloud: Any) -> Aws:
    return Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))


@pytest.fixture
def below() -> str:
    """A path of its own, since the cloud is shared."""
    return f"/settings{next(_numbers)}/dev"


def told(stored: Stored | None) -> tuple[str, str, str | None] | None:
    return stored and (stored.path, stored.kind, stored.value)


def test_a_parameter_can_be_made_changed_read_and_deleted(aws: Aws, below: str) -> None:
    """Absence is a result; tags are given to new ones alone."""
    parameters, path = Parameters(aws, REGION), f"{below}/HOST"
    assert parameters.get(path) is None

    parameters.put(path, "one", encrypted=False, tags=TAGS)
    parameters.put(path, "two", encrypted=False, tags={})

    assert (path, "plain", "two") == told(parameters.get(path))
    listed = aws.client("ssm", REGION).list_tags_for_resource(
        ResourceType="Parameter", ResourceId=path
    )
    assert TAGS == {each["Key"]: each["Value"] for each in listed["TagList"]}
    assert [True, False] == [parameters.delete(path), parameters.delete(path)]


def test_an_encrypted_parameter_is_read_only_when_asked(aws: Aws, below: str) -> None:
    """Lists and metadata come without the value, and no repr has it."""
    parameters, path = Parameters(aws, REGION), f"{below}/KEY"
    parameters.put(path, CANARY, encrypted=True, tags=TAGS)

    (listed,) = parameters.below(below)
    metadata, stored = parameters.get(path, decrypted=False), parameters.get(path)

    assert [(path, "encrypted", None)] * 2 == [told(listed), told(metadata)]
    assert (path, "encrypted", CANARY) == told(stored)
    assert listed.modified is not None
    assert CANARY not in repr(stored)


def test_all_parameters_below_a_path_are_listed(aws: Aws, below: str) -> None:
    """More than the ten of one answer, and nobody else's."""
    parameters = Parameters(aws, REGION)
    for number in range(23):
        parameters.put(f"{below}/N{number}", str(number), encrypted=False, tags=TAGS)
    parameters.put(f"{below}x/OTHER", "x", encrypted=False, tags=TAGS)

    assert {f"{below}/N{number}": str(number) for number in range(23)} == {
        each.path: each.value for each in parameters.below(below)
    }


def test_a_secret_can_be_made_changed_read_and_deleted(aws: Aws, below: str) -> None:
    """A deleted one is missing, cannot be written, and can be had back."""
    secrets, path = Secrets(aws, REGION), f"{below}/KEY"
    assert secrets.get(path) is None
    with pytest.raises(AwsCallError) as missing:
        secrets.put(path, CANARY)
    assert SECRET_NOT_FOUND == missing.value.code

    secrets.create(path, "one", tags=TAGS)
    secrets.put(path, CANARY)
    stored, (listed,) = secrets.get(path), secrets.below(below)
    assert (path, "secret", CANARY) == told(stored)
    assert (path, "secret", None, True) == (*(told(listed) or ()), listed.filled)
    assert CANARY not in repr(stored)

    assert secrets.delete(path, recovery_days=30)
    with pytest.raises(AwsCallError) as deleted:
        secrets.put(path, "again")
    assert is_deleted(deleted.value)
    assert (None, ()) == (secrets.get(path), secrets.below(below))
    secrets.restore(path)
    assert (path, "secret", CANARY) == told(secrets.get(path))


def test_a_secret_of_another_app_is_not_listed(aws: Aws, below: str) -> None:
    """Names are compared to the next `/`: /shop/dev is not /shop/device."""
    secrets = Secrets(aws, REGION)
    secrets.create(f"{below}/KEY", "x", tags=TAGS)
    secrets.create(f"{below}ice/KEY", "x", tags=TAGS)

    assert [f"{below}/KEY"] == [each.path for each in secrets.below(below)]


def test_deleting_a_secret_that_is_not_there_is_no_error(aws: Aws, below: str) -> None:
    """It says so."""
    assert not Secrets(aws, REGION).delete(f"{below}/NOTHING", recovery_days=7)


class Stubbed:
    """As much of `Aws` as a gateway uses: a client whose answers are checked by AWS's model."""

    def __init__(self, service: str) -> None:
        self.made = boto3.client(service, REGION, aws_access_key_id="x", aws_secret_access_key="x")
        self.stub = Stubber(self.made)
        self.stub.activate()

    def client(self, _service: str, _region: str) -> Any:
        """Return the client."""
        return self.made


def test_the_requests_are_the_ones_that_aws_documents() -> None:
    """Checked by botocore's models of PutParameter and DeleteSecret."""
    ssm, manager = Stubbed("ssm"), Stubbed("secretsmanager")
    ssm.stub.add_response(
        "put_parameter",
        {"Version": 2},
        {
            "Name": "/shop/dev/KEY",
            "Value": "x",
            "Type": "SecureString",
            "Tier": "Intelligent-Tiering",
            "Overwrite": True,
        },
    )
    manager.stub.add_response(
        "delete_secret", {}, {"SecretId": "/shop/dev/KEY", "RecoveryWindowInDays": 30}
    )

    Parameters(ssm, REGION).put("/shop/dev/KEY", "x", encrypted=True, tags={})

    assert Secrets(manager, REGION).delete("/shop/dev/KEY", recovery_days=30)


def test_an_error_that_quotes_the_value_is_told_without_it() -> None:
    """As AWS quotes what it refuses."""
    ssm = Stubbed("ssm")
    quoted = f"1 validation error detected: Value '{CANARY}' at 'value' failed"
    ssm.stub.add_client_error("put_parameter", "ValidationException", quoted)

    with pytest.raises(AwsCallError) as raised:
        Parameters(ssm, REGION).put("/shop/dev/KEY", CANARY, encrypted=True, tags={})

    assert "1 validation error detected: Value '***' at 'value' failed" == raised.value.message
    assert CANARY not in f"{raised.value} {raised.value.why}"


def test_a_secret_without_a_current_value_is_not_filled() -> None:
    """A stack can make one before anybody gives it a value."""
    manager = Stubbed("secretsmanager")
    manager.stub.add_response("list_secrets", {"SecretList": [{"Name": "/shop/dev/KEY"}]})

    (listed,) = Secrets(manager, REGION).below("/shop/dev")

    assert not listed.filled
