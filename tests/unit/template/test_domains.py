from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, Function, HttpApi, RestApi, Route

CONDITIONS = {
    f"HasApi{name}Certificate": {
        "Fn::Not": [{"Fn::Equals": [{"Ref": f"Api{name}CertificateArn"}, ""]}]
    }
    for name in ("Dev", "Prod")
}
KINDS = [
    pytest.param({"http_api": HttpApi(custom_domain=True)}, "ApiHttpApi", id="http"),
    pytest.param({"rest_api": RestApi(custom_domain=True)}, "ApiRestApi", id="rest"),
]


def at_home(make_app: Callable[..., App], **given: object) -> App:
    functions = [Function("Orders", source="o", routes=[Route("GET", "/orders")])]
    return make_app(**({"functions": functions, "hosted_zone_id": "Z1D633PJN98FT9"} | given))


@pytest.mark.parametrize(("given", "kind"), KINDS)
def test_domains_are_held_back_until_their_certificate_is_issued(
    make_app: Callable[..., App],
    render_app: Callable[..., Any],
    given: dict[str, object],
    kind: str,
) -> None:
    """A first deployment waits for no DNS: without a certificate nothing of them is made (R066)."""
    rendered = render_app(at_home(make_app, **given))
    parameters = rendered.document["Parameters"]
    defaults = [parameters[f"Api{name}CertificateArn"]["Default"] for name in ("Dev", "Prod")]
    assert ["", ""] == defaults
    assert CONDITIONS.items() <= rendered.document["Conditions"].items()
    held = {
        name: each["Condition"]
        for name, each in rendered.resources.items()
        if name.startswith(kind) and "Condition" in each
    }
    expected = {
        f"{kind}{name}{part}": f"HasApi{name}Certificate"
        for name in ("Dev", "Prod")
        for part in ("Domain", "Mapping", "DomainRecord")
    }
    assert expected == held
    told = {
        name: each["Condition"]
        for name, each in rendered.document["Outputs"].items()
        if "Condition" in each
    }
    assert {
        f"{kind}{name}Domain{what}": f"HasApi{name}Certificate"
        for name in ("Dev", "Prod")
        for what in ("Url", "Target")
    } == told


def test_each_stage_of_an_http_api_has_its_own_address(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """api.dev.example.com and api.example.com, regional, with TLS 1.2 at least (R025, R066)."""
    rendered = render_app(at_home(make_app, http_api=HttpApi(custom_domain=True)))
    names = [rendered.properties(f"ApiHttpApi{name}Domain") for name in ("Dev", "Prod")]
    assert ["api.dev.example.com", "api.example.com"] == [each["DomainName"] for each in names]
    configuration = {
        "CertificateArn": {"Ref": "ApiProdCertificateArn"},
        "EndpointType": "REGIONAL",
        "SecurityPolicy": "TLS_1_2",
    }
    assert [configuration] == names[1]["DomainNameConfigurations"]
    assert {
        "ApiId": {"Ref": "ApiHttpApi"},
        "DomainName": {"Ref": "ApiHttpApiProdDomain"},
        "Stage": {"Ref": "ApiHttpApiProdStage"},
    } == rendered.properties("ApiHttpApiProdMapping")


@pytest.mark.parametrize(("given", "kind"), KINDS)
def test_records_lead_browsers_to_the_region_that_is_nearest(
    make_app: Callable[..., App],
    render_app: Callable[..., Any],
    given: dict[str, object],
    kind: str,
) -> None:
    """One record per region under one name, chosen by latency; the template names no region."""
    record = render_app(at_home(make_app, **given)).properties(f"{kind}DevDomainRecord")
    domain = f"{kind}DevDomain"
    assert {
        "HostedZoneId": "Z1D633PJN98FT9",
        "Name": "api.dev.example.com",
        "Type": "A",
        "SetIdentifier": {"Ref": "AWS::Region"},
        "Region": {"Ref": "AWS::Region"},
        "AliasTarget": {
            "DNSName": {"Fn::GetAtt": [domain, "RegionalDomainName"]},
            "HostedZoneId": {"Fn::GetAtt": [domain, "RegionalHostedZoneId"]},
            "EvaluateTargetHealth": True,
        },
    } == record


@pytest.mark.parametrize(("given", "kind"), KINDS)
def test_without_a_hosted_zone_there_is_no_record(
    make_app: Callable[..., App],
    render_app: Callable[..., Any],
    given: dict[str, object],
    kind: str,
) -> None:
    """The output says where a record made by hand has to lead."""
    rendered = render_app(at_home(make_app, hosted_zone_id=None, **given))
    assert {} == rendered.of_type("AWS::Route53::RecordSet")
    target = {"Fn::GetAtt": [f"{kind}DevDomain", "RegionalDomainName"]}
    assert target == rendered.document["Outputs"][f"{kind}DevDomainTarget"]["Value"]


def test_a_rest_api_has_a_regional_domain_or_one_of_the_edge(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """An edge domain has another property for its certificate, and no latency record (R070)."""
    regional = render_app(at_home(make_app, rest_api=RestApi(custom_domain=True)))
    edge = render_app(at_home(make_app, rest_api=RestApi(custom_domain=True, endpoint="EDGE")))
    certificate = {"Ref": "ApiDevCertificateArn"}
    given = regional.properties("ApiRestApiDevDomain")
    assert certificate == given["RegionalCertificateArn"]
    assert {"Types": ["REGIONAL"]} == given["EndpointConfiguration"]
    given = edge.properties("ApiRestApiDevDomain")
    assert (certificate, "TLS_1_2") == (given["CertificateArn"], given["SecurityPolicy"])
    assert "RegionalCertificateArn" not in given
    record = edge.properties("ApiRestApiDevDomainRecord")
    assert {"HostedZoneId", "Name", "Type", "AliasTarget"} == set(record)
    assert {
        "DNSName": {"Fn::GetAtt": ["ApiRestApiDevDomain", "DistributionDomainName"]},
        "HostedZoneId": {"Fn::GetAtt": ["ApiRestApiDevDomain", "DistributionHostedZoneId"]},
    } == record["AliasTarget"]


def test_an_api_without_a_domain_asks_for_no_certificate(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Neither parameter nor condition; the webhook's own domain is gone, too (R068)."""
    document = render_app(at_home(make_app, http_api=HttpApi(), dashboard=False)).document
    assert [] == [name for name in document["Parameters"] if name.endswith("CertificateArn")]
    assert "Conditions" not in document
