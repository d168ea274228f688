from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, Distribution, Environment, Function, HttpApi, RestApi, Route, UserPool
from sam_deploy import UserPoolClient as Client
from sam_deploy.config.declare import changed
from sam_deploy.plan.domains import CertificateNeed, PoolDomainNeed

HOSTED = Client(callback_path="/in", logout_path="/out")
LABELS = {"dev": "dev.", "staging": "staging.", "prod": ""}
MakeApp, RenderApp = Callable[..., App], Callable[..., Any]


def of_dzgro(environment: str) -> list[CertificateNeed]:
    below = f"{LABELS[environment]}dzgro.com"
    parameter = f"Api{environment.title()}CertificateArn"
    return [
        CertificateNeed(f"auth.{below}", environment, "Auth", "us-east-1", "ap-south-1"),
        CertificateNeed(f"api.{below}", environment, "Api", parameter=parameter),
    ]


def in_order(needs: Any) -> list[CertificateNeed]:
    return sorted(needs, key=lambda each: each.domain_name)


def test_dzgro_needs_two_kinds_of_certificates_per_environment(
    dzgro: App, render_app: RenderApp
) -> None:
    """Auth in us-east-1 and Api in each deploy region, three of each (R111, C08, C09)."""
    expected = [need for name in LABELS for need in of_dzgro(name)]
    assert in_order(expected) == in_order(render_app(dzgro).template.certificates)


@pytest.mark.parametrize("environment", list(LABELS))
def test_a_stack_of_one_environment_needs_those_of_that_environment(
    dzgro: App, isolated: Callable[[App], App], render_app: RenderApp, environment: str
) -> None:
    """Isolated: one of each kind, under the same names (R111)."""
    template = render_app(isolated(dzgro), "core", environment).template
    assert in_order(of_dzgro(environment)) == in_order(template.certificates)
    assert [environment] == [each.environment for each in template.pool_domains]


def test_ams_needs_no_certificate(dzgro: App, render_app: RenderApp) -> None:
    """Queues have no addresses for browsers, and neither has the local environment (R114)."""
    for given in (("ams",), ("core", "local")):
        template = render_app(dzgro, *given).template
        assert ((), ()) == (template.certificates, template.pool_domains)


def test_pools_answer_at_home_only(dzgro: App, render_app: RenderApp) -> None:
    """One domain per environment, in Mumbai: its name is global (R102, C06)."""
    assert [
        PoolDomainNeed(f"DzgroUserPool{name.title()}", f"auth.{label}dzgro.com", name, "ap-south-1")
        for name, label in LABELS.items()
    ] == list(render_app(dzgro).template.pool_domains)


def test_every_need_without_a_stack_parameter_is_of_a_pool(
    dzgro: App, render_app: RenderApp
) -> None:
    """Every other one names a parameter that the template declares, and none is left over."""
    template = render_app(dzgro).template
    named = {each.parameter for each in template.certificates if each.kind != "Auth"}
    declared = {each for each in template.parameters if each.endswith("CertificateArn")}
    assert declared == named
    assert {""} == {e.parameter for e in template.certificates if e.kind == "Auth"}


def test_a_pool_without_pages_has_no_domain(make_app: MakeApp, render_app: RenderApp) -> None:
    """Nor one whose label is None, nor any of an app without a domain (C06)."""
    silent = make_app(user_pools=[UserPool("People", clients=[Client()])])
    plain = make_app(user_pools=[UserPool("People", clients=[HOSTED], domain_label=None)])
    pool = UserPool("People", clients=[HOSTED])
    local = Environment("dev", extra_origins=["http://localhost:4200"])
    nowhere = changed(make_app(user_pools=[pool], environments=[local]), domain=None)
    for app in (silent, plain, nowhere):
        template = render_app(app).template
        assert ((), ()) == (template.certificates, template.pool_domains)
    pools = render_app(make_app(user_pools=[pool])).template.pool_domains
    assert ["auth.dev.example.com", "auth.example.com"] == [each.domain_name for each in pools]


def test_a_feature_set_away_from_home_has_its_pools_in_its_first_region(
    make_app: MakeApp, render_app: RenderApp
) -> None:
    """There is no stack at home whose pool could have it (C06)."""
    pool = UserPool("People", clients=[HOSTED], feature_set="extra", domain_label="login")
    template = render_app(make_app(user_pools=[pool]), "extra").template
    assert {"us-east-1"} == {each.region for each in template.pool_domains}
    assert {"us-east-1"} == {each.used_in for each in template.certificates}
    assert "login.dev.example.com" == template.pool_domains[0].domain_name


def test_an_edge_api_has_its_certificate_where_cloudfront_looks(
    make_app: MakeApp, render_app: RenderApp
) -> None:
    """us-east-1, whichever regions it is deployed to; a regional one in each of them (R111)."""
    functions = [Function("Orders", source="o", routes=[Route("GET", "/orders")])]
    for api, region in (
        (RestApi(custom_domain=True, endpoint="EDGE"), "us-east-1"),
        (RestApi(custom_domain=True), ""),
    ):
        template = render_app(make_app(rest_api=api, functions=functions)).template
        assert [region, region] == [each.region for each in template.certificates]


def test_a_cdn_with_a_name_has_its_certificate_where_cloudfront_looks(
    make_app: MakeApp, render_app: RenderApp
) -> None:
    """Used in the first region only, where the distribution is (R111)."""
    cdn = Distribution("assets", bucket="shop-assets", domain_label="assets")
    template = render_app(make_app(distributions=[cdn], hosted_zone_id="Z1")).template
    assert (
        CertificateNeed(
            "assets.example.com",
            "prod",
            "Cdn",
            "us-east-1",
            "eu-west-1",
            "AssetsProdCertificateArn",
            "Z1",
        )
        == template.certificates[1]
    )
    assert {each.parameter for each in template.certificates} <= set(template.parameters)


def test_a_zone_of_ours_comes_along(make_app: MakeApp, render_app: RenderApp) -> None:
    """It is where records can be written without asking anybody."""
    app = make_app(
        hosted_zone_id="Z1",
        http_api=HttpApi(custom_domain=True),
        functions=[Function("Orders", source="o", routes=[Route("GET", "/orders")])],
        user_pools=[UserPool("People", clients=[HOSTED])],
    )
    template = render_app(app).template
    assert {"Z1"} == {each.hosted_zone_id for each in template.certificates}
    assert {"Z1"} == {each.hosted_zone_id for each in template.pool_domains}
