"""What the domains of an app need outside of its stacks: certificates, and pools' own addresses.

Values only. They travel with the rendered template, which says where the ARNs go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

CERTIFICATES_OF_CLOUDFRONT: Final = "us-east-1"
"""Where CloudFront, and so Cognito and EDGE APIs, look for certificates. Source: ACM user guide,
"Supported Regions"."""
CertificateKind = Literal["Auth", "Api", "Cdn"]


@dataclass(frozen=True, slots=True)
class CertificateNeed:
    """A certificate that a stack's domains wait for."""

    domain_name: str
    environment: str
    kind: CertificateKind
    region: str = ""
    """Where it must be; '' for every region that the stack is deployed to (R111)."""
    used_in: str = ""
    """The one region whose stack uses it; '' for all of them."""
    parameter: str = ""
    """The stack parameter that takes its ARN; '' for none."""
    hosted_zone_id: str = ""
    """The zone that proves the domain; '' when DNS is kept elsewhere."""


@dataclass(frozen=True, slots=True)
class PoolDomainNeed:
    """The address of a user pool's sign-in pages, made once its stack stands."""

    pool: str
    """Logical id of the pool."""
    domain_name: str
    environment: str
    region: str
    """The only region that has it: the domain's name is global (C06)."""
    hosted_zone_id: str = ""
