"""Writes that meet somebody else's transaction, and are made again a little later."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final

from botocore.exceptions import ClientError

Sleep = Callable[[float], None]

TRIES: Final = 8
FIRST_PAUSE_SECONDS: Final = 0.05
CONFLICT: Final = "TransactionConflict"
_CONDITION: Final = "ConditionalCheckFailed"


def patiently(write: Callable[[], object], sleep: Sleep = time.sleep) -> None:
    """It is written. Raises ClientError, for a conflict after about ten seconds.

    DynamoDB refuses a write while another transaction has one of its items, and boto3 does not
    repeat it. Source: DynamoDB API TransactWriteItems, `TransactionConflict`.
    """
    for number in range(1, TRIES + 1):
        try:
            write()
        except ClientError as error:
            if number == TRIES or not _met_another(error):
                raise
        else:
            return
        # of two that met, one is later the next time
        jitter = random.uniform(1, 2)  # noqa: S311 - no secret
        sleep(FIRST_PAUSE_SECONDS * 2 ** (number - 1) * jitter)


def condition_failed(error: ClientError) -> bool:
    """Whether a transaction was refused by a condition of its own."""
    return _CONDITION in _reasons(error)


def _met_another(error: ClientError) -> bool:
    if error.response["Error"]["Code"] == f"{CONFLICT}Exception":
        return True
    return CONFLICT in _reasons(error) and not condition_failed(error)


def _reasons(error: ClientError) -> list[str]:
    return [each.get("Code", "") for each in error.response.get("CancellationReasons", ())]
