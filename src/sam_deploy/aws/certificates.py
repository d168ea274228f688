"""Certificate Manager (ACM) in one region: certificates, and the records that prove a domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws

ISSUED: Final = "ISSUED"
PENDING: Final = "PENDING_VALIDATION"
FAILED: Final = "FAILED"
KEY_TYPES: Final = ("RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1")
"""What API Gateway and CloudFront both take. Without a filter ListCertificates tells of RSA_2048
alone, and an elliptic one would be requested a second time. Source: ListCertificates, Filters;
CloudFront developer guide, "Requirements for using SSL/TLS certificates"."""
PRIVATE: Final = "PRIVATE"


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A record of DNS: its full name, its type such as CNAME, and where it leads."""

    name: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as it stands. `status` is one of ACM's: ISSUED, PENDING_VALIDATION, ..."""

    arn: str
    domain_name: str
    status: str
    in_use: bool = False
    created: datetime | None = None
    failure: str = ""
    """Why it FAILED, in ACM's word for it, such as CAA_ERROR."""
    record: DnsRecord | None = None
    """What has to be in DNS before it is issued; ACM knows it some seconds after the request."""
    by_mail: bool = False
    """Whether it is validated by the links in mails to the domain's owner, not by DNS."""


class Certificates:
    """Certificate Manager in one region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("acm", region)

    def listed(self) -> tuple[Certificate, ...]:
        """Return every public certificate in whatever state, without record or failure.

        Source: ListCertificates.
        """
        found: list[Certificate] = []
        marker: dict[str, str] = {}
        while True:
            with calling("acm:ListCertificates", self.region):
                answer = self._client.list_certificates(
                    Includes={"keyTypes": list(KEY_TYPES)}, **marker
                )
            found += [
                _summary(each)
                for each in answer["CertificateSummaryList"]
                if each.get("Type") != PRIVATE
            ]
            if not answer.get("NextToken"):
                return tuple(found)
            marker = {"NextToken": answer["NextToken"]}

    def describe(self, arn: str) -> Certificate | None:
        """Return a certificate; nothing when there is none, or none yet (DescribeCertificate)."""
        try:
            with calling("acm:DescribeCertificate", self.region):
                answer = self._client.describe_certificate(CertificateArn=arn)
        except AwsCallError as error:
            if error.code == "ResourceNotFoundException":
                return None
            raise
        return _detail(answer["Certificate"])

    def request(self, domain_name: str, token: str, tags: Mapping[str, str]) -> str:
        """Request a certificate that DNS validates, and return its ARN.

        For an hour the same token (at most 32 letters and digits) gives the same certificate;
        there is at least one tag.
        Source: RequestCertificate, IdempotencyToken.
        """
        with calling("acm:RequestCertificate", self.region):
            answer = self._client.request_certificate(
                DomainName=domain_name,
                ValidationMethod="DNS",
                IdempotencyToken=token,
                Tags=[{"Key": key, "Value": value} for key, value in sorted(tags.items())],
            )
        return str(answer["CertificateArn"])


def _summary(answer: Any) -> Certificate:  # noqa: ANN401 - the SDK has no types
    return Certificate(
        arn=answer["CertificateArn"],
        domain_name=answer["DomainName"].lower(),
        status=answer["Status"],
        in_use=bool(answer.get("InUse")),
        created=answer.get("CreatedAt") or answer.get("ImportedAt"),
    )


def _detail(answer: Any) -> Certificate:  # noqa: ANN401 - the SDK has no types
    domain_name = answer["DomainName"].lower()
    validations = answer.get("DomainValidationOptions") or []
    own: Any = next((e for e in validations if e.get("DomainName", "").lower() == domain_name), {})
    record = own.get("ResourceRecord")
    return Certificate(
        arn=answer["CertificateArn"],
        domain_name=domain_name,
        status=answer["Status"],
        in_use=bool(answer.get("InUseBy")),
        created=answer.get("CreatedAt") or answer.get("ImportedAt"),
        failure=answer.get("FailureReason") or "",
        record=DnsRecord(record["Name"], record["Type"], record["Value"]) if record else None,
        by_mail=own.get("ValidationMethod") == "EMAIL",
    )
