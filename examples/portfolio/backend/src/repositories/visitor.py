"""Visitors: a counter per day and in all, and one item per session that counted already."""

import datetime as dt
from typing import Final

from src.repositories.base import Repository

TOTAL: Final = "VISITOR#TOTAL"
PAGES: Final = "VISITOR#PAGES"
SESSION_DAYS: Final = 2
"""A session's item is needed until the day is over everywhere."""


class VisitorRepository(Repository):
    """Counts each session once a day (UTC), and every page that is opened."""

    def track(self, session: str, page: str) -> bool:
        """Count the visit, unless the session was here today. Return whether it was counted."""
        self._rank(*(key := (f"VISITOR#PAGE#{page}", "COUNT")), PAGES, self._add(*key, Path=page))
        now = self._clock()
        today = now.date().isoformat()
        item = {
            "PK": f"VISITOR#SESSION#{session}",
            "SK": "TRACKED",
            "VisitDay": today,
            "ExpiresAt": int((now + dt.timedelta(days=SESSION_DAYS)).timestamp()),
        }
        if not self._once(
            item, "attribute_not_exists(PK) OR VisitDay <> :today", {":today": today}
        ):
            return False
        self._add(f"VISITOR#DAILY#{today}", "COUNT")
        self._add(TOTAL, "COUNT")
        return True

    def total(self) -> int:
        """Return how many visits were counted."""
        return self._count(TOTAL)

    def today(self) -> int:
        """Return how many visits were counted today."""
        return self._count(f"VISITOR#DAILY#{self._clock().date().isoformat()}")

    def daily(self, days: int) -> list[tuple[str, int]]:
        """Return the last days, the oldest first, with their visitors."""
        last = self._clock().date()
        wanted = [last - dt.timedelta(days=back) for back in reversed(range(days))]
        counts = self._of(wanted)
        return [(day.isoformat(), counts.get(day.isoformat(), 0)) for day in wanted]

    def monthly(self, months: int) -> list[tuple[str, int]]:
        """Return the last months, the oldest first, with the visitors of their days."""
        last = self._clock().date()
        first = _months_before(last, months - 1)
        days = [first + dt.timedelta(days=each) for each in range((last - first).days + 1)]
        counts = dict.fromkeys((day.isoformat()[:7] for day in days), 0)
        for day, count in self._of(days).items():
            counts[day[:7]] += count
        return list(counts.items())

    def pages(self, limit: int) -> list[tuple[str, int]]:
        """Return the pages that are opened most."""
        items = self._query(PAGES, limit).items
        return [(str(item["Path"]), int(item["Count"])) for item in items]

    def _of(self, days: list[dt.date]) -> dict[str, int]:
        items = self._many([(f"VISITOR#DAILY#{day.isoformat()}", "COUNT") for day in days])
        return {item["PK"].rpartition("#")[2]: int(item["Count"]) for item in items}


def _months_before(day: dt.date, months: int) -> dt.date:
    """Return the first day of the month that is so many months earlier."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, 1)
