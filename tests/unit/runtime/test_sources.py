"""The requests that go to AWS, and what its answers mean; botocore's models check both."""

from __future__ import annotations

import logging
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sam_deploy_runtime import Secret, SettingInvalidError, SettingUnavailableError
from sam_deploy_runtime.sources import client, read_parameter, read_secret

PATH = "/shop/prod/KEY"
CANARY = "canary-from-aws"


def made(service: str) -> Any:
    return boto3.client(service, "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


def test_a_parameter_is_read_decrypted() -> None:
    """The request is the one that AWS documents for GetParameter, decryption included (R261)."""
    ssm = made("ssm")
    with Stubber(ssm) as stub:
        stub.add_response(
            "get_parameter",
            {"Parameter": {"Value": "plain", "Type": "String"}},
            {"Name": PATH, "WithDecryption": True},
        )

        assert "plain" == read_parameter(ssm, PATH)


def test_a_secure_string_is_a_secret() -> None:
    """What is encrypted in Parameter Store does not print."""
    ssm = made("ssm")
    with Stubber(ssm) as stub:
        answer = {"Parameter": {"Value": "hidden", "Type": "SecureString"}}
        stub.add_response("get_parameter", answer, {"Name": PATH, "WithDecryption": True})

        found = read_parameter(ssm, PATH)

    assert ("hidden", Secret) == (found, type(found))


def test_a_secret_is_read_from_secrets_manager() -> None:
    """The current version, which GetSecretValue gives when no other is named (R261)."""
    manager = made("secretsmanager")
    with Stubber(manager) as stub:
        stub.add_response("get_secret_value", {"SecretString": "hidden"}, {"SecretId": PATH})

        found = read_secret(manager, PATH)

    assert ("hidden", Secret) == (found, type(found))


def test_a_secret_of_bytes_is_refused() -> None:
    """There is no text in it; the error does not show the bytes."""
    manager = made("secretsmanager")
    with Stubber(manager) as stub:
        stub.add_response("get_secret_value", {"SecretBinary": CANARY.encode()})

        with pytest.raises(SettingInvalidError, match="holds bytes") as raised:
            read_secret(manager, PATH)

    assert CANARY not in str(raised.value)


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("ssm", "get_parameter", "ParameterNotFound"),
        ("secretsmanager", "get_secret_value", "ResourceNotFoundException"),
    ],
)
def test_what_is_not_there_is_missing(service: str, call: str, code: str) -> None:
    """No parameter, no secret, or a secret that was made and never filled."""
    aws = made(service)
    read = read_parameter if service == "ssm" else read_secret
    with Stubber(aws) as stub:
        stub.add_client_error(call, code, "not there", http_status_code=400)

        assert read(aws, PATH) is None


@pytest.mark.parametrize(
    ("code", "status", "transient"),
    [
        ("ThrottlingException", 400, True),
        ("InternalServerError", 500, True),
        ("SomethingNew", 503, True),
        ("AccessDeniedException", 400, False),
        ("InvalidKeyId", 400, False),
    ],
)
def test_refusals_are_told_from_hiccups(code: str, status: int, transient: object) -> None:
    """Throttling and server errors pass; the others need somebody to change something."""
    ssm = made("ssm")
    with Stubber(ssm) as stub:
        stub.add_client_error("get_parameter", code, "why", http_status_code=status)

        with pytest.raises(SettingUnavailableError, match=f"'{PATH}'.*{code}: why") as raised:
            read_parameter(ssm, PATH)

    assert transient == raised.value.transient


def test_a_secret_that_is_being_deleted_is_missing() -> None:
    """AWS keeps it for a while, and says so in words alone."""
    manager = made("secretsmanager")
    with Stubber(manager) as stub:
        why = "You can't perform this operation on the secret because it was marked for deletion."
        stub.add_client_error("get_secret_value", "InvalidRequestException", why)

        assert read_secret(manager, PATH) is None


def test_a_role_without_permission_is_told_what_to_declare() -> None:
    """It is not said to be missing: `settings=[...]` grants exactly what it names."""
    ssm = made("ssm")
    with Stubber(ssm) as stub:
        stub.add_client_error("get_parameter", "AccessDeniedException", "not authorized.")

        with pytest.raises(SettingUnavailableError) as raised:
            read_parameter(ssm, PATH)

    expected = (
        f"The setting '{PATH}' could not be read: AccessDeniedException: not authorized. "
        "Name 'KEY' in the function's settings=[...] and deploy."
    )
    assert expected == str(raised.value)


def test_an_endpoint_that_does_not_answer_is_a_hiccup(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function in a VPC without a way to AWS fails within seconds, with the reason."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    ssm = boto3.client("ssm", "eu-west-1", endpoint_url="http://127.0.0.1:1")

    with pytest.raises(SettingUnavailableError, match="Could not connect") as raised:
        read_parameter(ssm, PATH)

    assert raised.value.transient


def test_reading_never_logs_the_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, answering: Any
) -> None:
    """At DEBUG botocore writes whole answers into the log; not those that hold values (R261)."""
    address = answering(
        {"Parameter": {"Value": CANARY, "Type": "SecureString"}, "SecretString": CANARY}
    )
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
    caplog.set_level(logging.DEBUG)
    # the command line pins it to INFO in processes that send mail; a function's process does not
    for name in [each for each in logging.root.manager.loggerDict if each.startswith("botocore")]:
        monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)
        monkeypatch.setattr(logging.getLogger(name), "filters", [])
        logging.getLogger(name).manager._clear_cache()  # noqa: SLF001 - what setLevel does

    found = [read_parameter(client("ssm"), PATH), read_secret(client("secretsmanager"), PATH)]
    client.cache_clear()
    logging.getLogger("botocore.parsers").debug("other lines are still there")

    assert [CANARY, CANARY] == found
    said = [each.getMessage() for each in caplog.records]
    assert [] == [each for each in said if CANARY in each]
    assert "other lines are still there" in said
