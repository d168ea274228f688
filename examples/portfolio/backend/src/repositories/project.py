"""Projects: `PROJECT#id`, listed by status."""

from collections.abc import Mapping

from boto3.dynamodb.conditions import Attr

from src.repositories.base import ContentRepository, Page


class ProjectRepository(ContentRepository):
    """Keeps projects."""

    kind = "PROJECT"
    label = "project"

    def page(
        self, status: str, limit: int, after: Mapping[str, str] | None, *, featured: bool | None
    ) -> Page:
        """Return projects, the newest first."""
        where = None if featured is None else Attr("Data.featured").eq(featured)
        return self._query(self.group(status, {}), limit, after=after, where=where)
