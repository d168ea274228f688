"""The handler: AWS behind the Protocols, and one line of log for each call, without the code."""

from __future__ import annotations

import functools
import json
import os
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sam_deploy.approval.letter import Letter
from sam_deploy.broker.function.codes import UnsentLetter
from sam_deploy.broker.function.plans import Routing, SeenAlias, SeenVersion
from sam_deploy.broker.function.rows import BrokerRefusal, Row
from sam_deploy.broker.function.service import BrokerParts, answer
from sam_deploy.broker.function.settings import BrokerSettings, settings_read

SETTINGS: dict[str, object] = {}
"""Filled in where this is written into a template."""
NO_REPEAT: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=3, read_timeout=10
)
REPEAT: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=3, read_timeout=10
)
LOST_CODES: Final = frozenset({"500", "502", "503", "504", "InternalFailure", "ServiceUnavailable"})
"""Answers of SES after which a mail may be on its way all the same."""
AT_ONCE: Final = 16
MISSING_ALIAS: Final = "ResourceNotFoundException"


@functools.cache
def client(service: str, region: str, config: Config = REPEAT) -> Any:  # noqa: ANN401 - no types
    """Return a client, made once."""
    return boto3.client(service, region_name=region, config=config)


class LambdaItself:
    """Lambda in every region. Source: GetAlias, GetFunctionConfiguration, UpdateAlias."""

    def alias(self, region: str, function: str, name: str) -> SeenAlias | None:
        """Return an alias; nothing when there is none."""
        try:
            found = client("lambda", region).get_alias(FunctionName=function, Name=name)
        except ClientError as error:
            if code_of_error(error) == MISSING_ALIAS:
                return None
            raise BrokerRefusal(code_of_error(error), str(error)) from None
        return seen(found)

    def version(self, region: str, function: str, number: str) -> SeenVersion | None:
        """Return a version; nothing when there is none."""
        try:
            found = client("lambda", region).get_function_configuration(
                FunctionName=function, Qualifier=number
            )
        except ClientError as error:
            if code_of_error(error) == MISSING_ALIAS:
                return None
            raise BrokerRefusal(code_of_error(error), str(error)) from None
        return SeenVersion(str(found["CodeSha256"]), str(found.get("Description", "")))

    def move(
        self, region: str, function: str, name: str, to: Routing, description: str, revision: str
    ) -> SeenAlias:
        """Move an alias, with just these weights, once."""
        version, weights = to
        try:
            made = client("lambda", region, NO_REPEAT).update_alias(
                FunctionName=function,
                Name=name,
                FunctionVersion=version,
                Description=description,
                RoutingConfig={"AdditionalVersionWeights": dict(weights)},
                RevisionId=revision,
            )
        except ClientError as error:
            raise BrokerRefusal(code_of_error(error), str(error)) from None
        except BotoCoreError as error:
            raise BrokerRefusal("unanswered", "UpdateAlias got no answer", str(error)) from None
        return seen(made)


def seen(found: Any) -> SeenAlias:  # noqa: ANN401 - the SDK has no types
    """Return an alias of Lambda's answer."""
    weights = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return SeenAlias(
        str(found["FunctionVersion"]),
        tuple(sorted((str(version), float(part)) for version, part in weights.items())),
        str(found.get("Description", "")),
        str(found["RevisionId"]),
    )


def code_of_error(error: ClientError) -> str:
    """Return the code of an error of AWS."""
    return str(error.response.get("Error", {}).get("Code", ""))


class TableRows:
    """Rows of a DynamoDB table, read consistently, written by condition."""

    def __init__(self, table: str, region: str) -> None:
        self._table, self._client = table, client("dynamodb", region)

    def get(self, key: str) -> Row | None:
        """Return a row; nothing when there is none (GetItem)."""
        found = self._client.get_item(
            TableName=self._table, Key={"id": {"S": key}}, ConsistentRead=True
        ).get("Item")
        if not found:
            return None
        ends = int(found["ends"]["N"]) if "ends" in found else 0
        return Row(int(found["changes"]["N"]), json.loads(found["body"]["S"]), ends)

    def put(self, key: str, row: Row) -> bool:
        """Write it if nobody else has (PutItem, ConditionExpression)."""
        item = {
            "id": {"S": key},
            "changes": {"N": str(row.changes)},
            "body": {"S": json.dumps(row.body)},
        }
        if row.ends:
            item["ends"] = {"N": str(row.ends)}
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(id)"}
        if row.changes > 1:
            condition = {
                "ConditionExpression": "changes = :before",
                "ExpressionAttributeValues": {":before": {"N": str(row.changes - 1)}},
            }
        try:
            self._client.put_item(TableName=self._table, Item=item, **condition)
        except ClientError as error:
            if code_of_error(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True


class KmsSeals:
    """MACs under a key of KMS that nobody can take out."""

    def __init__(self, key: str, region: str) -> None:
        self._key, self._client = key, client("kms", region)

    def mac(self, message: bytes) -> bytes:
        """Return the MAC of a message (GenerateMac)."""
        made = self._client.generate_mac(
            KeyId=self._key, MacAlgorithm="HMAC_SHA_256", Message=message
        )
        return bytes(made["Mac"])


class SesPostman:
    """Mails of the configured sender to the configured recipients."""

    def __init__(self, settings: BrokerSettings) -> None:
        self._settings = settings

    def send(self, letter: Letter) -> None:
        """SES has taken it (SendEmail). Raises `UnsentLetter`."""
        settings = self._settings
        parts = {"Text": {"Data": letter.text}, "Html": {"Data": letter.html}}
        try:
            client("sesv2", settings.sender_region, NO_REPEAT).send_email(
                FromEmailAddress=settings.sender,
                Destination={"ToAddresses": list(settings.recipients)},
                Content={"Simple": {"Subject": {"Data": letter.subject}, "Body": parts}},
            )
        except ClientError as error:
            code, why = code_of_error(error), str(error.response["Error"].get("Message", ""))
            raise UnsentLetter(code, why, lost=code in LOST_CODES) from None
        except BotoCoreError as error:
            raise UnsentLetter("no answer", type(error).__name__, lost=True) from None


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    """Answer one call. Whatever goes wrong, neither log nor answer holds a code."""
    region = os.environ["AWS_REGION"]
    settings = settings_read(SETTINGS)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            parts = BrokerParts(
                settings,
                str(context.invoked_function_arn).split(":")[4],
                TableRows(os.environ["TABLE"], region),
                LambdaItself(),
                KmsSeals(os.environ["KEY"], region),
                SesPostman(settings),
                time.time,
                at_once=pool.map,
            )
            told = answer(parts, event)
    except Exception as error:  # noqa: BLE001 - what it says may hold what was sent
        name = type(error).__name__
        write_log({"fault": name, "at": traceback.format_tb(error.__traceback__)})
        told = {"refused": {"kind": "unanswered", "what": f"The broker failed: {name}"}}
    write_log(log_line(event, told))
    return told


def write_log(line: dict[str, Any]) -> None:
    """Write one line to the log group."""
    print(json.dumps(line))  # noqa: T201 - what Lambda takes for the log


def log_line(event: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """Return what the log keeps of a call: what it was about and what came of it."""
    kept = ("do", "digest", "region", "function", "alias", "version", "weights", "description")
    line = {name: event[name] for name in kept if name in event}
    refused = told.get("refused", {})
    line["came"] = refused.get("kind") or told.get("how") or told.get("outcome") or "done"
    line["why"] = refused.get("why") or refused.get("what", "")
    line["digest"] = told.get("digest") or line.get("digest", "")
    return line
