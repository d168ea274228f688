"""Prices in a bucket: `bars/<symbol>.csv`, a line for each trading day, the oldest first."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError
from strategy_v2.dsl.errors import NoDataError

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS: Final = ("date", "open", "high", "low", "close", "volume")


def key(symbol: str) -> str:
    """Return where the prices of a symbol are."""
    return f"bars/{symbol}.csv"


class BucketMarket:
    """Reads each symbol once, as it is when it is first asked for."""

    def __init__(self, s3: Any, bucket: str) -> None:  # noqa: ANN401 - a boto3 client
        self._s3 = s3
        self._bucket = bucket
        self._bars: dict[str, list[dict[str, str]]] = {}

    def closes(self, symbol: str, at_most: int) -> Sequence[Decimal]:
        """Return the last closing prices. Raises NoDataError for a symbol without any."""
        return [Decimal(bar["close"]) for bar in self._of(symbol)[-at_most:]]

    def last(self, symbol: str) -> Decimal:
        """Return the last closing price. Raises NoDataError."""
        return self.closes(symbol, 1)[-1]

    def as_of(self, symbol: str) -> dt.date:
        """Return the day of the last price. Raises NoDataError."""
        return dt.date.fromisoformat(self._of(symbol)[-1]["date"])

    def _of(self, symbol: str) -> list[dict[str, str]]:
        if symbol not in self._bars:
            self._bars[symbol] = self._read(symbol)
        if not self._bars[symbol]:
            message = f"there are no prices of {symbol}"
            raise NoDataError(message)
        return self._bars[symbol]

    def _read(self, symbol: str) -> list[dict[str, str]]:
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=key(symbol))
        except ClientError as error:
            # without s3:ListBucket a missing object is AccessDenied: the role has it
            if error.response["Error"]["Code"] == "NoSuchKey":
                return []
            raise
        return list(csv.DictReader(io.StringIO(answer["Body"].read().decode())))
