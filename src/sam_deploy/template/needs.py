"""Lists what a stack's domains need outside of it: certificates, addresses of pools. Pure.

A stack cannot hold them: a certificate that waits for DNS would block it for days, and the one of
Cognito is of another region (C06, C08, C36).
"""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import HttpApi, RestApi
from sam_deploy.plan.domains import CERTIFICATES_OF_CLOUDFRONT, CertificateNeed, PoolDomainNeed
from sam_deploy.plan.health import HealthNeed
from sam_deploy.template.apis.domains import KIND, domain_target
from sam_deploy.template.scope import Scope
from sam_deploy.template.storage.distributions import host_name


def certificates(scope: Scope) -> tuple[CertificateNeed, ...]:
    """Return every certificate of the stack's domains: none without domains (R114)."""
    return (*_of_pools(scope), *_of_apis(scope), *_of_distributions(scope))


def pool_domains(scope: Scope) -> tuple[PoolDomainNeed, ...]:
    """Return the pools that answer under the app's domain, each in one region.

    That is the home region, or the first of the feature set when it has no stack at home.
    """
    regions = scope.feature_set.regions
    region = scope.app.home_region if scope.app.home_region in regions else regions[0]
    return tuple(
        PoolDomainNeed(
            pool=naming.user_pool_name(pool.name, environment.name),
            domain_name=domain_name,
            environment=environment.name,
            region=region,
            hosted_zone_id=scope.app.hosted_zone_id or "",
        )
        for pool in scope.user_pools
        for environment in scope.environments
        if (domain_name := physical.pool_domain_name(scope.app, pool, environment))
    )


def health(scope: Scope) -> HealthNeed | None:
    """Return which call shows that the stack's API works; nothing when the app names none."""
    for api, kind in ((scope.http_api, naming.http_api_id()), (scope.rest_api, naming.REST_API)):
        if api is not None and api.health_path:
            outputs = {
                each.name: naming.api_part_id(kind, each.name, "Url") for each in scope.environments
            }
            return HealthNeed(api.health_path, outputs)
    return None


def _of_pools(scope: Scope) -> Iterator[CertificateNeed]:
    for each in pool_domains(scope):
        yield CertificateNeed(
            each.domain_name,
            each.environment,
            "Auth",
            region=CERTIFICATES_OF_CLOUDFRONT,
            used_in=each.region,
            hosted_zone_id=each.hosted_zone_id,
        )


def _of_apis(scope: Scope) -> Iterator[CertificateNeed]:
    api = next((each for each in (scope.http_api, scope.rest_api) if _has_domain(each)), None)
    if api is None:
        return
    regional = domain_target(api)[0] == "RegionalDomainName"
    for environment in scope.environments:
        yield CertificateNeed(
            physical.api_domain_name(scope.app, environment),
            environment.name,
            KIND,
            region="" if regional else CERTIFICATES_OF_CLOUDFRONT,
            parameter=naming.certificate_parameter(KIND, environment.name),
            hosted_zone_id=scope.app.hosted_zone_id or "",
        )


def _has_domain(api: HttpApi | RestApi | None) -> bool:
    return api is not None and api.custom_domain


def _of_distributions(scope: Scope) -> Iterator[CertificateNeed]:
    for distribution in scope.distributions:
        for environment in scope.environments:
            if domain_name := host_name(scope.app, distribution, environment):
                yield CertificateNeed(
                    domain_name,
                    environment.name,
                    "Cdn",
                    region=CERTIFICATES_OF_CLOUDFRONT,
                    used_in=scope.stack.first_region,
                    parameter=naming.certificate_parameter(distribution.name, environment.name),
                    hosted_zone_id=scope.app.hosted_zone_id or "",
                )
