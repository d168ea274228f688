from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sam_deploy import App, Environment, FeatureSet
from sam_deploy.aws.errors import AwsCallError
from sam_deploy.cli.settings.settings_survey import Known
from sam_deploy.cli.settings.settings_writing import Where, check_size, delete, encrypted_now, write
from sam_deploy.errors import ConfigError, IncompleteError, RefusedError

WEST, EAST = "eu-west-1", "us-east-1"
CANARY = "canary-being-written"
APP = App(
    name="shop",
    home_region=WEST,
    environments=(Environment("dev"),),
    feature_sets=(FeatureSet("core", regions=(WEST, EAST)),),
)


class Service:
    """Parameter Store and Secrets Manager of a region, in memory. `fault` is an error's text."""

    def __init__(self) -> None:
        self.parameters: dict[str, tuple[str, str]] = {}
        self.secrets: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.fault = ""

    def _check(self, action: str) -> None:
        if self.fault:
            raise refusal("ValidationException", self.fault, action)

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> Any:  # noqa: N803 - AWS's
        """Read a parameter."""
        if Name not in self.parameters:
            raise refusal("ParameterNotFound", "", "GetParameter")
        kind, value = self.parameters[Name]
        hidden = kind == "SecureString" and not WithDecryption
        return {"Parameter": {"Name": Name, "Type": kind, "Value": "xxx" if hidden else value}}

    def put_parameter(self, **given: Any) -> None:
        """Write a parameter; only new ones take tags."""
        self._check("PutParameter")
        if given["Name"] in self.parameters:
            assert given["Overwrite"]
        else:
            assert given["Tags"]
        self.parameters[given["Name"]] = (given["Type"], given["Value"])

    def delete_parameter(self, *, Name: str) -> None:  # noqa: N803 - AWS's
        """Delete a parameter."""
        if not self.parameters.pop(Name, None):
            raise refusal("ParameterNotFound", "", "DeleteParameter")

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:  # noqa: N803 - AWS's
        """Write a secret that is there."""
        if SecretId in self.deleted:
            raise refusal("InvalidRequestException", "marked for deletion", "PutSecretValue")
        if SecretId not in self.secrets:
            raise refusal("ResourceNotFoundException", "", "PutSecretValue")
        self.secrets[SecretId] = SecretString

    def create_secret(self, *, Name: str, SecretString: str, Tags: Any) -> None:  # noqa: N803
        """Make a secret."""
        assert {"Key": "Environment", "Value": "dev"} in Tags
        self.secrets[Name] = SecretString

    def restore_secret(self, *, SecretId: str) -> None:  # noqa: N803 - AWS's
        """Bring a secret back."""
        self.deleted.remove(SecretId)

    def delete_secret(self, *, SecretId: str, RecoveryWindowInDays: int) -> None:  # noqa: N803
        """Mark a secret for deletion."""
        assert 30 == RecoveryWindowInDays
        if SecretId not in self.secrets:
            raise refusal("ResourceNotFoundException", "", "DeleteSecret")
        self.deleted.add(SecretId)


def refusal(code: str, message: str, action: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, action)


class Regions(dict[str, Service]):
    """As much of `Aws` as the gateways use."""

    def client(self, _service: str, region: str) -> Service:
        """Return the region's services."""
        return self[region]


@pytest.fixture
def aws() -> Regions:
    return Regions({WEST: Service(), EAST: Service()})


def where(aws: Regions, **known: Any) -> Where:
    given = {"name": "KEY", "secret": False, "regions": (WEST, EAST), **known}
    place: Any = aws
    return Where(APP, place, Known(**given), "dev", (WEST, EAST))


def test_a_value_is_written_in_every_region(aws: Regions) -> None:
    """New ones with tags, known ones over the old value."""
    aws[EAST].parameters["/shop/dev/KEY"] = ("String", "old")

    write(where(aws), "new", encrypted=False)

    assert [("String", "new")] * 2 == [each.parameters["/shop/dev/KEY"] for each in aws.values()]


def test_what_is_encrypted_stays_so(aws: Regions) -> None:
    """Without `--secret`, too; and it is known to be a secret."""
    aws[EAST].parameters["/shop/dev/KEY"] = ("SecureString", "old")
    assert encrypted_now(where(aws))

    write(where(aws), "new", encrypted=False)

    assert ("SecureString", "new") == aws[EAST].parameters["/shop/dev/KEY"]


def test_a_plain_parameter_cannot_become_encrypted(aws: Regions) -> None:
    """AWS would refuse it in other words."""
    for each in aws.values():
        each.parameters["/shop/dev/KEY"] = ("String", "old")

    with pytest.raises(RefusedError, match="is a plain parameter") as raised:
        write(where(aws), "new", encrypted=True)

    assert "settings delete" in raised.value.hint


def test_a_region_that_failed_is_named(aws: Regions) -> None:
    """With what is live elsewhere; AWS's own sentence without the value that it quotes."""
    aws[EAST].fault = f"1 validation error detected: Value '{CANARY}' at 'value' failed"

    with pytest.raises(IncompleteError) as raised:
        write(where(aws), CANARY, encrypted=False)

    error = raised.value
    assert f"The value was not written in {EAST}" == error.what
    assert f"it was written in {WEST}" == error.state
    assert "Value '***' at 'value' failed" in error.why
    assert CANARY not in error.what + error.why + error.state + error.hint
    assert CANARY == aws[WEST].parameters["/shop/dev/KEY"][1]


def test_a_failure_everywhere_is_told_as_itself(aws: Regions) -> None:
    """Nothing was changed, so nothing is incomplete."""
    for each in aws.values():
        each.fault = f"Value '{CANARY}'"

    with pytest.raises(AwsCallError) as raised:
        write(where(aws), CANARY, encrypted=False)

    assert CANARY not in str(raised.value)


def test_a_secret_is_created_filled_and_brought_back(aws: Regions) -> None:
    """Made where it is not, written where it is, restored where it was deleted (R261)."""
    aws[EAST].secrets["/shop/dev/KEY"] = "old"
    aws[EAST].deleted.add("/shop/dev/KEY")

    write(where(aws, secret=True), "new", encrypted=False)

    assert ["new", "new"] == [each.secrets["/shop/dev/KEY"] for each in aws.values()]
    assert set() == aws[EAST].deleted
    assert {} == aws[WEST].parameters


def test_a_secret_that_a_stack_makes_up_is_not_made_here(aws: Regions) -> None:
    """The stack could not make it any more."""
    with pytest.raises(RefusedError) as raised:
        write(where(aws, secret=True, made_in=WEST), "new", encrypted=False)

    assert "run `sam-deploy deploy`, then set it" == raised.value.hint


def test_deleting_says_where_there_was_something(aws: Regions) -> None:
    """Parameters and secrets each in their place; nothing there is no error."""
    aws[EAST].parameters["/shop/dev/KEY"] = ("String", "old")
    aws[WEST].secrets["/shop/dev/KEY"] = "another"

    assert (EAST,) == delete(where(aws))
    assert () == delete(where(aws))
    assert set() == aws[WEST].deleted
    assert (WEST,) == delete(where(aws, secret=True))


def test_an_undeclared_name_is_deleted_in_both_places(aws: Regions) -> None:
    """Nobody knows any more what it was."""
    aws[EAST].parameters["/shop/dev/KEY"] = ("String", "old")
    aws[WEST].secrets["/shop/dev/KEY"] = "another"

    assert (WEST, EAST) == delete(where(aws, declared=False))


@pytest.mark.parametrize(
    ("value", "secret"), [("", False), ("", True), ("é" * 4097, False), ("x" * 65537, True)]
)
def test_values_that_aws_does_not_take_are_refused(value: str, secret: object) -> None:
    """Counted in bytes, before anything is written."""
    with pytest.raises(ConfigError):
        check_size(value, secret=bool(secret))


def test_large_values_are_taken() -> None:
    """As large as AWS allows."""
    check_size("x" * 8192, secret=False)
    check_size("x" * 65536, secret=True)
