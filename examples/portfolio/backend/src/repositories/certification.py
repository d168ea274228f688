"""Certifications and courses: `CERT#id`, listed by status and type."""

from collections.abc import Mapping
from typing import Any, Final

from boto3.dynamodb.conditions import Attr

from src.repositories.base import ContentRepository, Item, Page

TYPES: Final = ("certification", "course")


class CertificationRepository(ContentRepository):
    """Keeps certifications."""

    kind = "CERT"
    label = "certification"

    def group(self, status: str, data: Mapping[str, Any]) -> str:
        """Return what is listed together: those of one status and type."""
        return f"{self.kind}#STATUS#{status}#{data['type']}"

    def groups(self, status: str) -> list[str]:
        """Return the lists of a status, one for each type."""
        return [self.group(status, {"type": each}) for each in TYPES]

    def place(self, data: Mapping[str, Any]) -> str:
        """Return its place: what was earned last comes first."""
        return f"{self.kind}#{data['dateEarned']}"

    def page(
        self,
        status: str,
        limit: int,
        after: Mapping[str, str] | None,
        *,
        kind: str | None,
        featured: bool | None,
    ) -> Page:
        """Return certifications and then courses, or one of these; what was earned last first.

        The types are lists of their own in the index; the key to continue from names its list.
        """
        where = None if featured is None else Attr("Data.featured").eq(featured)
        groups = [self.group(status, {"type": kind})] if kind else self.groups(status)
        if after:
            groups = groups[groups.index(after["GSI1PK"]) :]
        items: list[Item] = []
        for group in groups:
            page = self._query(group, limit - len(items), after=after, where=where)
            items += page.items
            if page.last_key:
                return Page(items, page.last_key)
            after = None
            if len(items) == limit and group != groups[-1]:
                return Page(items, _end_of(items[-1], group))
        return Page(items, None)


def _end_of(last: Item, group: str) -> dict[str, str]:
    """Return the key after which a group is over: the last item's own."""
    return {"PK": last["PK"], "SK": last["SK"], "GSI1PK": group, "GSI1SK": last["GSI1SK"]}
