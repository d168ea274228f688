"""Certifications and courses."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints

from src.models.blog import Status

CertificationType = Literal["certification", "course"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class NewCertification(BaseModel):
    """A certification, or a course that was taken."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    issuer: Name
    icon: Annotated[str, Field(max_length=200)] = ""
    type: CertificationType
    featured: bool = False
    description: Annotated[str, Field(max_length=10_000)] = ""
    credentialUrl: HttpUrl | None = None  # noqa: N815 - the name in JSON
    dateEarned: dt.date  # noqa: N815 - the same


class CertificationUpdate(BaseModel):
    """What changes of a certification; what is not given, or null, stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    issuer: Name | None = None
    icon: Annotated[str | None, Field(max_length=200)] = None
    type: CertificationType | None = None
    featured: bool | None = None
    description: Annotated[str | None, Field(max_length=10_000)] = None
    credentialUrl: HttpUrl | None = None  # noqa: N815 - the name in JSON
    dateEarned: dt.date | None = None  # noqa: N815 - the same


class Certification(NewCertification):
    """A certification as it is kept."""

    model_config = ConfigDict(extra="ignore")

    id: str
    status: Status
    publishedAt: str | None = None  # noqa: N815 - the same
    createdAt: str  # noqa: N815 - the same
    updatedAt: str  # noqa: N815 - the same
