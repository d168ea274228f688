"""Cognito in one region: the domains of user pools."""

from __future__ import annotations

from dataclasses import dataclass

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws

NOT_FOUND = "ResourceNotFoundException"
INVALID = "InvalidParameterException"


@dataclass(frozen=True, slots=True)
class PoolDomain:
    """A domain of a user pool. `status`: CREATING, UPDATING, ACTIVE, DELETING or FAILED."""

    domain_name: str
    pool_id: str
    status: str
    distribution: str
    """Where its DNS record has to lead, such as d111.cloudfront.net."""
    certificate_arn: str = ""
    managed_login_version: int | None = None


class Pools:
    """Cognito in one region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("cognito-idp", region)

    def domain(self, domain_name: str) -> PoolDomain | None:
        """Return a domain of the region's pools; nothing when there is none.

        Source: DescribeUserPoolDomain, which answers with nothing in it then.
        """
        try:
            with calling("cognito-idp:DescribeUserPoolDomain", self.region):
                answer = self._client.describe_user_pool_domain(Domain=domain_name)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        found = answer.get("DomainDescription") or {}
        if not found.get("UserPoolId"):
            return None
        return PoolDomain(
            domain_name=domain_name,
            pool_id=found["UserPoolId"],
            status=found.get("Status") or "",
            distribution=found.get("CloudFrontDistribution") or "",
            certificate_arn=(found.get("CustomDomainConfig") or {}).get("CertificateArn") or "",
            managed_login_version=found.get("ManagedLoginVersion"),
        )

    def custom_domain_of(self, pool_id: str) -> str:
        """Return the one domain of its own that a pool can have; '' for none (DescribeUserPool)."""
        try:
            with calling("cognito-idp:DescribeUserPool", self.region):
                answer = self._client.describe_user_pool(UserPoolId=pool_id)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return ""
            raise
        return answer["UserPool"].get("CustomDomain") or ""

    def create_domain(self, domain_name: str, pool_id: str, certificate_arn: str) -> None:
        """The pool is getting the domain; its certificate must be of us-east-1.

        The classic pages are chosen: the newer ones show an error until each client has a style.
        Source: CreateUserPoolDomain, ManagedLoginVersion.
        """
        with calling("cognito-idp:CreateUserPoolDomain", self.region):
            self._client.create_user_pool_domain(
                Domain=domain_name,
                UserPoolId=pool_id,
                ManagedLoginVersion=1,
                CustomDomainConfig={"CertificateArn": certificate_arn},
            )

    def change_certificate(self, found: PoolDomain, certificate_arn: str) -> None:
        """The domain is getting another certificate; its pages stay (UpdateUserPoolDomain)."""
        pages = (
            {"ManagedLoginVersion": found.managed_login_version}
            if found.managed_login_version
            else {}
        )
        with calling("cognito-idp:UpdateUserPoolDomain", self.region):
            self._client.update_user_pool_domain(
                Domain=found.domain_name,
                UserPoolId=found.pool_id,
                CustomDomainConfig={"CertificateArn": certificate_arn},
                **pages,
            )

    def domains_of(self, pool_id: str) -> tuple[str, ...] | None:
        """Return the domains of a pool; nothing when there is no such pool (DescribeUserPool)."""
        try:
            with calling("cognito-idp:DescribeUserPool", self.region):
                answer = self._client.describe_user_pool(UserPoolId=pool_id)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        pool = answer["UserPool"]
        return tuple(name for name in (pool.get("CustomDomain"), pool.get("Domain")) if name)

    def delete_domain(self, domain_name: str, pool_id: str) -> None:
        """The domain is being taken from its pool (DeleteUserPoolDomain)."""
        with calling("cognito-idp:DeleteUserPoolDomain", self.region):
            self._client.delete_user_pool_domain(Domain=domain_name, UserPoolId=pool_id)

    def delete(self, pool_id: str) -> bool:
        """The pool and everybody in it are gone; say whether there was one (DeleteUserPool).

        It must have no domain any more.
        """
        try:
            with calling("cognito-idp:DeleteUserPool", self.region):
                self._client.delete_user_pool(UserPoolId=pool_id)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return False
            raise
        return True
