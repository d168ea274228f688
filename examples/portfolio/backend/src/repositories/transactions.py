"""Transactions: written again while another one has their items, and why one was refused."""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

Sleep = Callable[[float], None]

TRIES: Final = 6
FIRST_PAUSE_SECONDS: Final = 0.05
_CONDITION: Final = "ConditionalCheckFailed"
_CONFLICT: Final = "TransactionConflict"


def write(client: Any, items: Sequence[dict[str, Any]], sleep: Sleep = time.sleep) -> None:  # noqa: ANN401 - boto3 has no types
    """Write all or nothing. Raises ClientError.

    DynamoDB refuses a transaction while another one has one of its items, such as the counter of
    a category, and boto3 does not repeat it.
    """
    for number in range(1, TRIES + 1):
        try:
            client.transact_write_items(TransactItems=list(items))
        except ClientError as error:
            if number == TRIES or not met_another(error):
                raise
        else:
            return
        # of two that met, one is later the next time
        jitter = random.uniform(1, 2)  # noqa: S311 - no secret
        sleep(FIRST_PAUSE_SECONDS * 2 ** (number - 1) * jitter)


def met_another(error: ClientError) -> bool:
    """Whether a transaction was refused for another one alone, so that it may be repeated."""
    return _CONFLICT in _reasons(error) and not failed_condition(error)


def failed_condition(error: ClientError) -> bool:
    """Whether a write was refused by its own condition, alone or in a transaction."""
    if error.response["Error"]["Code"] == f"{_CONDITION}Exception":
        return True
    return _CONDITION in _reasons(error)


def _reasons(error: ClientError) -> list[str]:
    return [reason.get("Code", "") for reason in error.response.get("CancellationReasons", ())]
