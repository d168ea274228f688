"""Projects."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints

from src.models.blog import Status

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Technology = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]


class NewProject(BaseModel):
    """A project as its owner describes it."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    description: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    longDescription: Annotated[str, Field(max_length=80_000)] = ""  # noqa: N815 - the name in JSON
    tech: Annotated[list[Technology], Field(max_length=50)] = []
    company: Annotated[str, Field(max_length=200)] = ""
    featured: bool = False
    githubUrl: HttpUrl | None = None  # noqa: N815 - the same
    liveUrl: HttpUrl | None = None  # noqa: N815 - the same
    imageUrl: HttpUrl | None = None  # noqa: N815 - the same


class ProjectUpdate(BaseModel):
    """What changes of a project; what is not given, or null, stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    description: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None
    longDescription: Annotated[str | None, Field(max_length=80_000)] = None  # noqa: N815 - the name in JSON
    tech: Annotated[list[Technology] | None, Field(max_length=50)] = None
    company: Annotated[str | None, Field(max_length=200)] = None
    featured: bool | None = None
    githubUrl: HttpUrl | None = None  # noqa: N815 - the same
    liveUrl: HttpUrl | None = None  # noqa: N815 - the same
    imageUrl: HttpUrl | None = None  # noqa: N815 - the same


class Project(NewProject):
    """A project as it is kept."""

    model_config = ConfigDict(extra="ignore")

    id: str
    status: Status
    publishedAt: str | None = None  # noqa: N815 - the same
    createdAt: str  # noqa: N815 - the same
    updatedAt: str  # noqa: N815 - the same
