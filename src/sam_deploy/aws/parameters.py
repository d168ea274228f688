"""SSM Parameter Store and Secrets Manager in one region: what holds settings and secrets.

Values are in no repr, and no error quotes one: AWS's own sentences about a refused value do.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws

SettingKind = Literal["plain", "encrypted", "secret"]
"""String and StringList of Parameter Store, its SecureString, and what Secrets Manager keeps."""
PARAMETER_NOT_FOUND: Final = "ParameterNotFound"
SECRET_NOT_FOUND: Final = "ResourceNotFoundException"  # noqa: S105 - an error code
INVALID_REQUEST: Final = "InvalidRequestException"
CURRENT: Final = "AWSCURRENT"
HIDDEN: Final = "***"


@dataclass(frozen=True, slots=True)
class Stored:
    """A parameter or a secret that exists. Text that is hidden is there only when asked for."""

    path: str
    kind: SettingKind
    modified: datetime | None = None
    value: str | None = field(default=None, repr=False)
    filled: bool = True
    """A secret can exist without ever having had a value."""


class Parameters:
    """SSM Parameter Store in one region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("ssm", region)

    def below(self, path: str) -> tuple[Stored, ...]:
        """Return the parameters below `/app/dev`, encrypted ones without their values.

        Source: GetParametersByPath.
        """
        found: list[Stored] = []
        marker: dict[str, str] = {}
        while True:
            with calling("ssm:GetParametersByPath", self.region):
                answer = self._client.get_parameters_by_path(
                    Path=path, Recursive=True, WithDecryption=False, **marker
                )
            found += [_parameter(each, decrypted=False) for each in answer["Parameters"]]
            if not answer.get("NextToken"):
                return tuple(found)
            marker = {"NextToken": answer["NextToken"]}

    def get(self, path: str, *, decrypted: bool = True) -> Stored | None:
        """Return a parameter; nothing when there is none. Source: GetParameter."""
        try:
            with calling("ssm:GetParameter", self.region):
                answer = self._client.get_parameter(Name=path, WithDecryption=decrypted)
        except AwsCallError as error:
            if error.code == PARAMETER_NOT_FOUND:
                return None
            raise
        return _parameter(answer["Parameter"], decrypted=decrypted)

    def put(self, path: str, value: str, *, encrypted: bool, tags: Mapping[str, str]) -> None:
        """Create a parameter or give it a new value; only new ones are tagged.

        More than 4 KB needs the advanced tier, which AWS then chooses. Source: PutParameter.
        """
        with _unquoted(value), calling("ssm:PutParameter", self.region):
            self._client.put_parameter(
                Name=path,
                Value=value,
                Type="SecureString" if encrypted else "String",
                Tier="Intelligent-Tiering",
                # AWS takes tags only where nothing can be overwritten
                **({"Tags": _tags(tags)} if tags else {"Overwrite": True}),
            )

    def delete(self, path: str) -> bool:
        """Delete a parameter; say whether there was one. Source: DeleteParameter."""
        try:
            with calling("ssm:DeleteParameter", self.region):
                self._client.delete_parameter(Name=path)
        except AwsCallError as error:
            if error.code == PARAMETER_NOT_FOUND:
                return False
            raise
        return True


class Secrets:
    """Secrets Manager in one region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("secretsmanager", region)

    def below(self, path: str) -> tuple[Stored, ...]:
        """Return the secrets below `/app/dev`, without their values. Source: ListSecrets."""
        found: list[Stored] = []
        marker: dict[str, str] = {}
        while True:
            with calling("secretsmanager:ListSecrets", self.region):
                answer = self._client.list_secrets(
                    Filters=[{"Key": "name", "Values": [f"{path}/"]}], **marker
                )
            listed = (_secret(each) for each in answer["SecretList"])
            found += [each for each in listed if each.path.startswith(f"{path}/")]
            if not answer.get("NextToken"):
                return tuple(found)
            marker = {"NextToken": answer["NextToken"]}

    def get(self, path: str) -> Stored | None:
        """Return the current text of a secret; nothing when it has none (GetSecretValue)."""
        try:
            with calling("secretsmanager:GetSecretValue", self.region):
                answer = self._client.get_secret_value(SecretId=path)
        except AwsCallError as error:
            if error.code == SECRET_NOT_FOUND or is_deleted(error):
                return None
            raise
        return Stored(path, "secret", answer.get("CreatedDate"), answer.get("SecretString"))

    def create(self, path: str, value: str, *, tags: Mapping[str, str]) -> None:
        """Create a secret with its first value. Source: CreateSecret."""
        with _unquoted(value), calling("secretsmanager:CreateSecret", self.region):
            self._client.create_secret(Name=path, SecretString=value, Tags=_tags(tags))

    def put(self, path: str, value: str) -> None:
        """Give a secret a new current value; the one before stays as AWSPREVIOUS.

        Raises `AwsCallError` with SECRET_NOT_FOUND when there is no such secret. Source:
        PutSecretValue.
        """
        with _unquoted(value), calling("secretsmanager:PutSecretValue", self.region):
            self._client.put_secret_value(SecretId=path, SecretString=value)

    def restore(self, path: str) -> None:
        """Take back the deletion of a secret. Source: RestoreSecret."""
        with calling("secretsmanager:RestoreSecret", self.region):
            self._client.restore_secret(SecretId=path)

    def delete(self, path: str, *, recovery_days: int) -> bool:
        """Mark a secret for deletion in 7 to 30 days; say whether there was one (DeleteSecret)."""
        try:
            with calling("secretsmanager:DeleteSecret", self.region):
                self._client.delete_secret(SecretId=path, RecoveryWindowInDays=recovery_days)
        except AwsCallError as error:
            if error.code == SECRET_NOT_FOUND:
                return False
            raise
        return True


def is_deleted(error: AwsCallError) -> bool:
    """Whether a secret is marked for deletion; it can be had back by `Secrets.restore`."""
    return error.code == INVALID_REQUEST and "deletion" in error.message


def _parameter(answer: Any, *, decrypted: bool) -> Stored:  # noqa: ANN401 - the SDK has no types
    encrypted = answer["Type"] == "SecureString"
    return Stored(
        path=answer["Name"],
        kind="encrypted" if encrypted else "plain",
        modified=answer.get("LastModifiedDate"),
        value=None if encrypted and not decrypted else answer["Value"],
    )


def _secret(answer: Any) -> Stored:  # noqa: ANN401 - the SDK has no types
    stages = answer.get("SecretVersionsToStages") or {}
    return Stored(
        path=answer["Name"],
        kind="secret",
        modified=answer.get("LastChangedDate") or answer.get("CreatedDate"),
        filled=any(CURRENT in each for each in stages.values()),
    )


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@contextlib.contextmanager
def _unquoted(value: str) -> Iterator[None]:
    """Take the value out of the error: AWS quotes what it refuses ("Value 'x' at 'value' ...")."""
    try:
        yield
    except AwsCallError as error:
        if not value or value not in error.message:
            raise
        message = error.message.replace(value, HIDDEN)
        raise AwsCallError(error.action, error.region, error.code, message, "") from None
