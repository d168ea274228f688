"""Posts: `BLOG#id`, listed by status; categories count the published ones."""

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.conditions import Attr

from src.models.blog import read_time, slug
from src.repositories.base import PUBLISHED, ContentRepository, Item, Page

CATEGORIES = "BLOG#CATEGORIES"
MOST_CATEGORIES = 1000


class BlogRepository(ContentRepository):
    """Keeps posts, and a counter for each category that changes in the same transaction."""

    kind = "BLOG"
    label = "blog post"

    def page(
        self, status: str, limit: int, after: Mapping[str, str] | None, category: str | None
    ) -> Page:
        """Return posts, the newest first."""
        where = Attr("Data.category").eq(category) if category else None
        return self._query(self.group(status, {}), limit, after=after, where=where)

    def categories(self) -> list[tuple[str, int]]:
        """Return the categories with published posts, by name."""
        items = self._query(CATEGORIES, MOST_CATEGORIES).items
        counts = [(str(item["GSI1SK"]), int(item["Count"])) for item in items]
        return sorted((name, count) for name, count in counts if count > 0)

    def title(self, data: Mapping[str, Any]) -> str:
        """Return the post's title."""
        return str(data["title"])

    def completed(self, data: Item) -> Item:
        """Return the data with slug and reading time."""
        return {**data, "slug": slug(data["title"]), "readTime": read_time(data["content"])}

    def counted(self, old: Item | None, new: Item | None) -> list[Item]:
        """Return what the change does to the counters of its categories."""
        amounts: dict[str, int] = {}
        for item, amount in ((old, -1), (new, 1)):
            if item is not None and item["Status"] == PUBLISHED:
                name = item["Data"]["category"]
                amounts[name] = amounts.get(name, 0) + amount
        return [self._counter(name, amount) for name, amount in amounts.items() if amount]

    def _counter(self, category: str, amount: int) -> Item:
        return {
            "Update": {
                "TableName": self._table.name,
                "Key": {"PK": f"BLOG#CATEGORY#{category}", "SK": "COUNT"},
                "UpdateExpression": "ADD #Count :amount SET GSI1PK = :all, GSI1SK = :name",
                "ExpressionAttributeNames": {"#Count": "Count"},
                "ExpressionAttributeValues": {
                    ":amount": amount,
                    ":all": CATEGORIES,
                    ":name": category,
                },
            }
        }
