from __future__ import annotations

import boto3
import pytest
from botocore.stub import Stubber

from sam_deploy_runtime import SettingMissingError
from sam_deploy_runtime.settings import SettingCache, read_parameter

PROD = "/shop/prod/KEY"


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time now."""
        return self.now


class Parameters(dict[str, str]):
    """Parameter Store in memory, which counts how often it is asked."""

    asked = 0

    def __call__(self, path: str) -> str:
        """Return the value at `path`."""
        self.asked += 1
        if path not in self:
            raise SettingMissingError(path)
        return self[path]


def test_a_value_is_read_once_until_it_is_too_old() -> None:
    """Within its time a changed parameter is not seen; from then on it is."""
    clock, parameters = Clock(), Parameters({PROD: "old"})
    cache = SettingCache(parameters, clock)
    seen = [cache.get(PROD, 60)]

    parameters[PROD] = "new"
    for clock.now in (59.9, 60.0):
        seen.append(cache.get(PROD, 60))

    assert ["old", "old", "new"] == seen
    assert 2 == parameters.asked


def test_no_age_at_all_reads_every_time() -> None:
    """`max_age_seconds=0` is how to switch the cache off."""
    parameters = Parameters({PROD: "value"})
    cache = SettingCache(parameters, Clock())

    cache.get(PROD, 0)
    cache.get(PROD, 0)

    assert 2 == parameters.asked


def test_environments_never_share_a_value() -> None:
    """The same name in two environments is two values, whoever asked first."""
    cache = SettingCache(Parameters({PROD: "live", "/shop/dev/KEY": "test"}), Clock())

    assert ["live", "test"] == [cache.get(PROD, 60), cache.get("/shop/dev/KEY", 60)]


def test_a_missing_parameter_is_asked_for_again() -> None:
    """Setting it makes the next call succeed, without waiting for anything."""
    parameters = Parameters()
    cache = SettingCache(parameters, Clock())
    with pytest.raises(SettingMissingError):
        cache.get(PROD, 60)

    parameters[PROD] = "there"

    assert "there" == cache.get(PROD, 60)


def test_a_parameter_is_read_decrypted() -> None:
    """The request is the one that AWS documents for GetParameter, decryption included."""
    client = boto3.client("ssm", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_response(
            "get_parameter",
            {"Parameter": {"Value": "secret"}},
            {"Name": PROD, "WithDecryption": True},
        )

        assert "secret" == read_parameter(client, PROD)


def test_a_missing_parameter_names_its_path_and_what_to_do() -> None:
    """AWS answers ParameterNotFound without a word; the error says which one and where."""
    client = boto3.client("ssm", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_client_error("get_parameter", "ParameterNotFound")

        with pytest.raises(SettingMissingError, match=r"'/shop/prod/KEY'.*Set it in"):
            read_parameter(client, PROD)


def test_other_refusals_of_aws_are_not_called_missing() -> None:
    """A role without permission is told so, not that the parameter is not there."""
    client = boto3.client("ssm", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_client_error("get_parameter", "AccessDeniedException", "not authorized")

        with pytest.raises(client.exceptions.ClientError, match="not authorized"):
            read_parameter(client, PROD)
