"""The function Data: writes the prices of every symbol that a strategy names.

The original asks a broker. Here they are made up, on the days on which New York trades.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import pandas as pd
from pandas.tseries.holiday import (
    AbstractHolidayCalendar,
    GoodFriday,
    Holiday,
    USLaborDay,
    USMartinLutherKingJr,
    USMemorialDay,
    USPresidentsDay,
    USThanksgivingDay,
    nearest_workday,
    sunday_to_monday,
)
from shared.errors import WorkflowError
from shared.market_data import COLUMNS, key
from shared.runtime import client, log, reports, stage
from strategy_v2.market.walk import CENT, closes
from strategy_v2.strategy_file import allocations, read, symbols

from sam_deploy_runtime import resource_name

FIRST_DAY: Final = dt.date(2023, 1, 3)
"""The day of the first price; a walk begins there, whatever it is asked for."""


class Exchange(AbstractHolidayCalendar):
    """The days on which the New York Stock Exchange is closed."""

    rules = [  # noqa: RUF012 - pandas wants it so
        Holiday("New Year", month=1, day=1, observance=sunday_to_monday),
        USMartinLutherKingJr,
        USPresidentsDay,
        GoodFriday,
        USMemorialDay,
        Holiday("Juneteenth", month=6, day=19, observance=nearest_workday),
        Holiday("Independence Day", month=7, day=4, observance=nearest_workday),
        USLaborDay,
        USThanksgivingDay,
        Holiday("Christmas", month=12, day=25, observance=nearest_workday),
    ]


def trading_days(last: dt.date) -> pd.DatetimeIndex:
    """Return the trading days up to and including `last`."""
    weekdays = pd.offsets.CustomBusinessDay(calendar=Exchange())
    return pd.date_range(FIRST_DAY, last, freq=weekdays)


def bars(symbol: str, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the bars of a symbol, one for each day. A day opens where the last one closed."""
    series = closes(symbol, len(days))
    opened = [series[0], *series[:-1]]
    return pd.DataFrame(
        {
            "date": days.strftime("%Y-%m-%d"),
            "open": opened,
            "high": [max(pair) + CENT for pair in zip(opened, series, strict=True)],
            "low": [max(min(pair) - CENT, CENT) for pair in zip(opened, series, strict=True)],
            "close": series,
            "volume": 1_000_000,
        },
        columns=list(COLUMNS),
    )


@reports("data")
def handle(event: dict[str, Any], _: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's context
    """Write `bars/<symbol>.csv` for every symbol; `until` is the last day, today if not given."""
    if event.get("action") != "get_bars":
        message = f"unknown action {event.get('action')!r}: there is get_bars"
        raise WorkflowError(message)
    until = event.get("until")
    last = dt.date.fromisoformat(until) if until else dt.datetime.now(dt.UTC).date()
    days = trading_days(last)
    if days.empty:
        message = f"there are no prices before {FIRST_DAY}"
        raise WorkflowError(message)
    wanted = sorted(set().union(*(symbols(read(name)) for name in allocations(stage()))))
    s3, bucket = client("s3"), resource_name("market-data")
    for symbol in wanted:
        text = bars(symbol, days).to_csv(index=False)
        s3.put_object(Bucket=bucket, Key=key(symbol), Body=text.encode(), ContentType="text/csv")
    log.info("prices written", symbols=len(wanted), days=len(days))
    return {"symbols": wanted, "days": len(days), "last": days[-1].date().isoformat()}
