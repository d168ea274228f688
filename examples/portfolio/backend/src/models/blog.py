"""Blog posts."""

import re
import unicodedata
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

WORDS_A_MINUTE = 200
LONGEST_TEXT = 90_000
"""Characters: an item of DynamoDB has 400 KB, and a character up to four bytes."""

Status = Literal["DRAFT", "PUBLISHED"]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
Category = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class NewBlog(BaseModel):
    """A post as its author writes it."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    content: Text
    excerpt: Annotated[str, Field(max_length=500)] = ""
    category: Category
    tags: Annotated[list[Tag], Field(max_length=20)] = []


class BlogUpdate(BaseModel):
    """What changes of a post; what is not given, or null, stays."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    content: Text | None = None
    excerpt: Annotated[str | None, Field(max_length=500)] = None
    category: Category | None = None
    tags: Annotated[list[Tag] | None, Field(max_length=20)] = None


class Blog(NewBlog):
    """A post as it is kept. Times are UTC, ISO 8601."""

    model_config = ConfigDict(extra="ignore")

    id: str
    slug: str
    status: Status
    readTime: int  # noqa: N815 - the name in JSON
    publishedAt: str | None = None  # noqa: N815 - the same
    createdAt: str  # noqa: N815 - the same
    updatedAt: str  # noqa: N815 - the same


class CategoryCount(BaseModel):
    """A category and how many published posts it has."""

    name: str
    count: int


def slug(title: str) -> str:
    """Return the title as a part of an address: small letters, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "untitled"


def read_time(content: str) -> int:
    """Return how many minutes it takes to read, one at least."""
    return max(1, len(content.split()) // WORDS_A_MINUTE)
