"""Views: a counter for everything that is published, ranked in the index by its count."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from src.models.analytics import ContentType
from src.repositories.base import Repository

TOTAL: Final = "ANALYTICS#TOTAL"
RANKING: Final = "ANALYTICS#RANKING"
SESSION_HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Viewed:
    """A kind (`blog`), an id, and how often it was viewed."""

    content_type: ContentType
    content_id: str
    views: int


class AnalyticsRepository(Repository):
    """Counts a view once per session and 24 hours."""

    def track(self, content_type: str, content_id: str, session: str) -> bool:
        """Count the view, unless the session viewed it already. Return whether it was counted.

        The session is noted first: a failure in between loses a view and never counts one twice.
        """
        now = self._clock()
        item = {
            "PK": f"ANALYTICS#SESSION#{session}",
            "SK": f"{content_type}#{content_id}",
            "ExpiresAt": int((now + dt.timedelta(hours=SESSION_HOURS)).timestamp()),
        }
        # DynamoDB removes what has expired within days, not at once.
        fresh = "attribute_not_exists(PK) OR ExpiresAt < :now"
        if not self._once(item, fresh, {":now": int(now.timestamp())}):
            return False
        key = (f"ANALYTICS#{content_type}#{content_id}", "VIEWS")
        count = self._add(*key, ContentType=content_type, ContentId=content_id)
        self._rank(*key, RANKING, count)
        self._add(TOTAL, "VIEWS")
        return True

    def views(self, content_type: str, content_id: str) -> int:
        """Return how often it was viewed."""
        return self._count(f"ANALYTICS#{content_type}#{content_id}", "VIEWS")

    def total(self) -> int:
        """Return how often anything was viewed."""
        return self._count(TOTAL, "VIEWS")

    def top(self, limit: int) -> list[Viewed]:
        """Return what is viewed most."""
        items = self._query(RANKING, limit).items
        return [
            Viewed(item["ContentType"], str(item["ContentId"]), int(item["Count"]))
            for item in items
        ]
