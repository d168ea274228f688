"""Renders the addresses of APIs under the app's own domain: name, mapping, DNS record. Pure.

A certificate is issued outside of the stack and may take a day, so a first deployment must not
wait for it: a stack parameter carries its ARN once it is issued, and a condition holds everything
here back until then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import Environment, HttpApi, RestApi
from sam_deploy.template.apis.gateways import Gateway
from sam_deploy.template.document import Entries, Json, Resource, get_att, ref
from sam_deploy.template.scope import Scope

KIND: Final = "Api"
"""Kind of domain and certificate; the other one is Auth, which no template holds."""
TLS = "TLS_1_2"


def domain_parameters(scope: Scope) -> dict[str, Json]:
    """Return the parameters that take certificates, one per environment with a domain."""
    return {
        naming.certificate_parameter(KIND, each.name): {
            "Type": "String",
            "Default": "",
            "Description": f"ARN of the issued certificate of "
            f"{physical.api_domain_name(scope.app, each)}; empty as long as there is none",
        }
        for each in _with_domain(scope)
    }


def domain_conditions(scope: Scope) -> dict[str, Json]:
    """Return the conditions that hold domains back until their certificates are issued."""
    return {
        naming.certificate_condition(KIND, each.name): {
            "Fn::Not": [{"Fn::Equals": [ref(naming.certificate_parameter(KIND, each.name)), ""]}]
        }
        for each in _with_domain(scope)
    }


def domain_id(api: HttpApi | RestApi, environment: Environment) -> str:
    """ApiHttpApiDevDomain."""
    kind = naming.http_api_id() if isinstance(api, HttpApi) else naming.REST_API
    return naming.api_part_id(kind, environment.name, "Domain")


def domain_target(api: HttpApi | RestApi) -> tuple[str, str]:
    """Return the attributes of a domain that a DNS record leads to: its address, its zone."""
    if isinstance(api, RestApi) and api.endpoint == "EDGE":
        return "DistributionDomainName", "DistributionHostedZoneId"
    return "RegionalDomainName", "RegionalHostedZoneId"


def http_domain(scope: Scope, api: HttpApi, gateway: Gateway, environment: Environment) -> Entries:
    """Yield the domain of an HTTP API's stage."""
    if not api.custom_domain:
        return
    certificate = ref(naming.certificate_parameter(KIND, environment.name))
    configuration: Json = {
        "CertificateArn": certificate,
        "EndpointType": "REGIONAL",
        "SecurityPolicy": TLS,
    }
    properties: dict[str, Json] = {
        "DomainName": physical.api_domain_name(scope.app, environment),
        "DomainNameConfigurations": [configuration],
        "Tags": scope.tags(environment),
    }
    mapping: dict[str, Json] = {
        "ApiId": ref(gateway.logical_id),
        "DomainName": ref(domain_id(api, environment)),
        "Stage": ref(naming.stage_id(environment.name)),
    }
    made = {
        domain_id(api, environment): ("AWS::ApiGatewayV2::DomainName", properties),
        naming.api_part_id(naming.http_api_id(), environment.name, "Mapping"): (
            "AWS::ApiGatewayV2::ApiMapping",
            mapping,
        ),
    }
    for logical_id, (kind, given) in made.items():
        yield logical_id, _held_back(kind, given, environment, api)
    yield from _record(scope, api, environment)


def rest_domain(scope: Scope, api: RestApi, gateway: Gateway, environment: Environment) -> Entries:
    """Yield the domain of a REST API's stage."""
    if not api.custom_domain:
        return
    certificate = ref(naming.certificate_parameter(KIND, environment.name))
    edge = api.endpoint == "EDGE"
    properties: dict[str, Json] = {
        "DomainName": physical.api_domain_name(scope.app, environment),
        "CertificateArn" if edge else "RegionalCertificateArn": certificate,
        "EndpointConfiguration": {"Types": [api.endpoint]},
        "SecurityPolicy": TLS,
        "Tags": scope.tag_list(environment),
    }
    kind = naming.REST_API
    mapping: dict[str, Json] = {
        "DomainName": ref(domain_id(api, environment)),
        "RestApiId": ref(gateway.logical_id),
        "Stage": ref(naming.api_part_id(kind, environment.name, "Stage")),
    }
    domain = _held_back("AWS::ApiGateway::DomainName", properties, environment, api)
    yield domain_id(api, environment), domain
    mapping_id = naming.api_part_id(kind, environment.name, "Mapping")
    yield mapping_id, _held_back("AWS::ApiGateway::BasePathMapping", mapping, environment, api)
    yield from _record(scope, api, environment)


def _record(scope: Scope, api: HttpApi | RestApi, environment: Environment) -> Entries:
    """Yield the DNS record: browsers come to the region that answers them soonest."""
    zone = scope.app.hosted_zone_id
    if zone is None:
        return
    domain = domain_id(api, environment)
    address, its_zone = domain_target(api)
    target: dict[str, Json] = {
        "DNSName": get_att(domain, address),
        "HostedZoneId": get_att(domain, its_zone),
    }
    properties: dict[str, Json] = {
        "HostedZoneId": zone,
        "Name": physical.api_domain_name(scope.app, environment),
        "Type": "A",
    }
    if address == "RegionalDomainName":
        # Route 53 cannot tell the health of a distribution, which exists once anyway.
        target["EvaluateTargetHealth"] = True
        properties |= {"SetIdentifier": ref("AWS::Region"), "Region": ref("AWS::Region")}
    properties["AliasTarget"] = target
    record = _held_back("AWS::Route53::RecordSet", properties, environment, api)
    yield f"{domain}Record", record


def _held_back(
    kind: str, properties: dict[str, Json], environment: Environment, api: HttpApi | RestApi
) -> Resource:
    return Resource(
        kind,
        properties,
        condition=naming.certificate_condition(KIND, environment.name),
        environment=environment.name,
        declared=api,
    )


def _with_domain(scope: Scope) -> Iterator[Environment]:
    apis = (scope.http_api, scope.rest_api)
    if any(api is not None and api.custom_domain for api in apis):
        yield from scope.environments
