"""Sales figures, with pandas."""

import io
from typing import Any

import pandas as pd

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

TIME_ZONES = {
    "AE": "Asia/Dubai",
    "AU": "Australia/Sydney",
    "CA": "America/Los_Angeles",
    "DE": "Europe/Berlin",
    "GB": "Europe/London",
    "IN": "Asia/Kolkata",
    "JP": "Asia/Tokyo",
    "US": "America/Los_Angeles",
}
"""The time zone in which Amazon closes a country's day."""


def summarise(lines: list[dict[str, Any]]) -> pd.DataFrame:
    """Return units and amount per product, the product that brought most first."""
    frame = pd.DataFrame(lines, columns=["sku", "units", "amount"])
    frame = frame.astype({"units": "int64", "amount": "float64"})
    summary = frame.groupby("sku", as_index=False).sum()
    return summary.sort_values(["amount", "sku"], ascending=[False, True], ignore_index=True)


def totals(summary: pd.DataFrame) -> dict[str, Any]:
    """Return the sums over all products, and the ten best of them."""
    return {
        "products": len(summary),
        "units": int(summary["units"].sum()),
        "amount": round(float(summary["amount"].sum()), 2),
        "best": summary.head(10).to_dict(orient="records"),
    }


def spreadsheet(summary: pd.DataFrame) -> bytes:
    """Return the summary as an .xlsx file."""
    file = io.BytesIO()
    summary.to_excel(file, sheet_name="Sales", index=False)
    return file.getvalue()


def last_complete_day(country_code: str, now: pd.Timestamp | None = None) -> dict[str, str]:
    """Return yesterday as the country counts, and when it began and ended (UTC).

    A day has 23 or 25 hours where clocks change. Raises ValueError for an unknown country.
    """
    if country_code not in TIME_ZONES:
        raise ValueError(f"no marketplace in {country_code}; known: {', '.join(TIME_ZONES)}")
    moment = now if now is not None else pd.Timestamp.now(tz="UTC")
    end = moment.tz_convert(TIME_ZONES[country_code]).normalize()
    start = end - pd.DateOffset(days=1)
    return {
        "day": start.strftime("%Y-%m-%d"),
        "time_zone": TIME_ZONES[country_code],
        "from": start.tz_convert("UTC").isoformat(),
        "to": end.tz_convert("UTC").isoformat(),
    }
