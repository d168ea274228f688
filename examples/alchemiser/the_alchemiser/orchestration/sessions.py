"""Sessions: which strategies were asked, and what they answered. Each answer counts once."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError
from shared.errors import WorkflowError
from shared.events import PartialSignalGenerated
from shared.transactions import condition_failed, patiently

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.transactions import Sleep

TIMEOUT_SECONDS: Final = 600
KEPT_DAYS: Final = 7


class Sessions:
    """`SESSION#id` with `METADATA`, and `STRATEGY#file` for every answer."""

    def __init__(self, table: Any, sleep: Sleep = time.sleep) -> None:  # noqa: ANN401 - a boto3 table
        self._table = table
        self._sleep = sleep

    def open(self, session: str, strategies: Iterable[str], now: dt.datetime) -> None:
        """The session waits for answers. Raises WorkflowError when there is one of this id."""
        item = {
            "PK": f"SESSION#{session}",
            "SK": "METADATA",
            "Expected": sorted(strategies),
            "Received": 0,
            "Done": False,
            "Deadline": int(now.timestamp()) + TIMEOUT_SECONDS,
            "TTL": int((now + dt.timedelta(days=KEPT_DAYS)).timestamp()),
        }
        try:
            self._table.put_item(Item=item, ConditionExpression="attribute_not_exists(PK)")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            message = f"there is a session {session} already"
            raise WorkflowError(message) from error

    def add(
        self, partial: PartialSignalGenerated, now: dt.datetime
    ) -> list[PartialSignalGenerated] | None:
        """Keep an answer; return all of them when they are complete and nobody was told, else None.

        Answer and counter change together or not at all. Raises WorkflowError for an answer that
        nobody waits for, or not any more.
        """
        self._keep(partial, now)
        metadata = self._metadata(partial.correlation_id)
        if metadata["Done"] or metadata["Received"] < len(metadata["Expected"]):
            return None
        return self._answers(partial.correlation_id)

    def done(self, session: str) -> None:
        """Somebody was told; answers that come again change nothing."""
        done = {
            "Key": _metadata_key(session),
            "UpdateExpression": "SET Done = :yes",
            "ExpressionAttributeValues": {":yes": True},
        }
        patiently(lambda: self._table.update_item(**done), self._sleep)

    def _keep(self, partial: PartialSignalGenerated, now: dt.datetime) -> None:
        session = partial.correlation_id
        metadata = self._metadata(session)
        if partial.strategy not in metadata["Expected"]:
            message = f"session {session} does not wait for {partial.strategy}"
            raise WorkflowError(message)
        if now.timestamp() > metadata["Deadline"]:
            message = f"session {session} waited {TIMEOUT_SECONDS} s, {partial.strategy} came later"
            raise WorkflowError(message)
        answer = {
            "PK": f"SESSION#{session}",
            "SK": f"STRATEGY#{partial.strategy}",
            "Answer": partial.model_dump_json(),
            "TTL": metadata["TTL"],
        }
        put = {
            "TableName": self._table.name,
            "Item": answer,
            "ConditionExpression": "attribute_not_exists(PK)",
        }
        count = {
            "TableName": self._table.name,
            "Key": _metadata_key(session),
            "UpdateExpression": "ADD Received :one",
            "ExpressionAttributeValues": {":one": Decimal(1)},
        }
        client, both = self._table.meta.client, [{"Put": put}, {"Update": count}]
        try:
            # All strategies of a session answer within moments, and share its counter.
            patiently(lambda: client.transact_write_items(TransactItems=both), self._sleep)
        except ClientError as error:
            # It is there already: the event came twice.
            if not condition_failed(error):
                raise

    def _metadata(self, session: str) -> dict[str, Any]:
        found = self._table.get_item(Key=_metadata_key(session), ConsistentRead=True).get("Item")
        if found is None:
            message = f"there is no session {session}"
            raise WorkflowError(message)
        item: dict[str, Any] = found
        return item

    def _answers(self, session: str) -> list[PartialSignalGenerated]:
        query = Key("PK").eq(f"SESSION#{session}") & Key("SK").begins_with("STRATEGY#")
        items = self._table.query(KeyConditionExpression=query, ConsistentRead=True)["Items"]
        return [PartialSignalGenerated.model_validate_json(each["Answer"]) for each in items]


def _metadata_key(session: str) -> dict[str, str]:
    return {"PK": f"SESSION#{session}", "SK": "METADATA"}
