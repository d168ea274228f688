from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import (
    App,
    Authorizer,
    Cors,
    Environment,
    Function,
    HttpApi,
    Route,
    UserPool,
    UserPoolClient,
)

ROUTES = [
    Route("GET", "/orders"),
    Route("POST", "/orders", scopes=["shop/write"]),
    Route("GET", "/health", public=True),
]
PEOPLE = UserPool("People", clients=[UserPoolClient(), UserPoolClient(name="Admin")])


def guarded(make_app: Callable[..., App], authorizer: Authorizer, **given: object) -> App:
    settings = {
        "functions": [Function("Orders", source="o", routes=ROUTES)],
        "user_pools": [PEOPLE],
        "http_api": HttpApi(authorizer=authorizer),
    }
    return make_app(**(settings | given))


def configurations(rendered: Any) -> dict[str, Any]:
    found = rendered.of_type("AWS::ApiGatewayV2::Authorizer")
    return {name: each["Properties"]["JwtConfiguration"] for name, each in found.items()}


def test_each_environment_takes_the_tokens_of_its_own_pool_only(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Issuer and audience are the environment's, in an API of its own (R104)."""
    rendered = render_app(guarded(make_app, Authorizer(pool="People")))
    issuer = "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${PeopleUserPool%s}"
    expected = {
        f"ApiHttpApi{name}Authorizer": {
            "Issuer": {"Fn::Sub": issuer % name},
            "Audience": [{"Ref": f"People{name}Client"}, {"Ref": f"PeopleAdmin{name}Client"}],
        }
        for name in ("Dev", "Prod")
    }
    assert expected == configurations(rendered)


def test_an_api_of_one_environment_has_its_routes_and_its_stage_only(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """No stage, route or integration of dev hangs on prod's API, whose tokens it would take."""
    rendered = render_app(guarded(make_app, Authorizer(pool="People")))
    kinds = ("Stage", "Route", "Integration", "Authorizer")
    apis = {
        f"{kind} {each['Properties'].get('StageName', '')}{name}": each["Properties"]["ApiId"]
        for kind in kinds
        for name, each in rendered.of_type(f"AWS::ApiGatewayV2::{kind}").items()
    }
    wrong = {
        name: api["Ref"]
        for name, api in apis.items()
        if ("Prod" in name) != (api["Ref"] == "ApiHttpApiProd")
    }
    assert ({}, 12) == (wrong, len(apis))
    assert {"ApiHttpApiDev", "ApiHttpApiProd"} == set(rendered.of_type("AWS::ApiGatewayV2::Api"))
    assert ["shop-api-dev", "shop-api-prod"] == [
        each["Properties"]["Name"] for each in rendered.of_type("AWS::ApiGatewayV2::Api").values()
    ]


def test_an_environment_that_is_added_changes_no_api_of_another(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """With one environment the ids are those of many, so that addresses stay as they are."""
    authorizer = Authorizer(pool="People")
    alone = render_app(guarded(make_app, authorizer, environments=[Environment("dev")]))
    both = render_app(guarded(make_app, authorizer))
    ids = [name for name in alone.resources if name.startswith("ApiHttpApi")]
    assert ids
    assert {name: alone.resources[name] for name in ids} == {
        name: both.resources[name] for name in ids
    }


def test_the_apis_of_environments_call_their_own_aliases(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Each may call the alias of its environment, and no other."""
    rendered = render_app(guarded(make_app, Authorizer(pool="People")))
    api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ApiHttpApi"
    permissions = {
        each["Properties"]["FunctionName"]["Ref"]: each["Properties"]["SourceArn"]["Fn::Sub"]
        for each in rendered.of_type("AWS::Lambda::Permission").values()
    }
    expected = {
        "OrdersFunctionAliasDev": f"{api}Dev}}/dev/*",
        "OrdersFunctionAliasProd": f"{api}Prod}}/prod/*",
    }
    assert expected == permissions


def test_pages_of_other_environments_may_not_call_an_environments_own_api(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """An API of its own has web origins of its own."""
    api = HttpApi(cors=Cors(["GET"]), authorizer=Authorizer(pool="People"))
    rendered = render_app(guarded(make_app, api.authorizer, http_api=api))  # type: ignore[arg-type]
    assert [["https://dev.example.com", "http://localhost:4200"], ["https://example.com"]] == [
        rendered.properties(name)["CorsConfiguration"]["AllowOrigins"]
        for name in ("ApiHttpApiDev", "ApiHttpApiProd")
    ]


def test_an_isolated_stack_has_one_api_with_its_own_pool(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """There the API is the environment's anyway, and keeps its plain id."""
    app = guarded(make_app, Authorizer(pool="People"), topology="isolated")
    rendered = render_app(app, environment="prod")
    assert ["ApiHttpApi"] == list(rendered.of_type("AWS::ApiGatewayV2::Api"))
    issuer = configurations(rendered)["ApiHttpApiAuthorizer"]["Issuer"]["Fn::Sub"]
    assert issuer.endswith("/${PeopleUserPoolProd}")


def test_an_issuer_of_all_environments_needs_one_api(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Issuer and audience are written down as they are given."""
    authorizer = Authorizer(issuer="https://login.example.com/", audience=["shop"])
    rendered = render_app(guarded(make_app, authorizer))
    assert ["ApiHttpApi"] == list(rendered.of_type("AWS::ApiGatewayV2::Api"))
    expected = {"Issuer": "https://login.example.com/", "Audience": ["shop"]}
    assert {"ApiHttpApiAuthorizer": expected} == configurations(rendered)


EXISTING = [
    pytest.param({"dev": "eu-west-1_A", "prod": "eu-west-1_A"}, 1, id="one pool"),
    pytest.param({"dev": "eu-west-1_A", "prod": "eu-west-1_B"}, 2, id="two pools"),
]


@pytest.mark.parametrize(("ids", "apis"), EXISTING)
def test_existing_pools_are_named_by_id_and_by_the_region_in_it(
    make_app: Callable[..., App], render_app: Callable[..., Any], ids: dict[str, str], apis: int
) -> None:
    """One pool of all environments needs one API; its region is not that of the stack (R027)."""
    pool = UserPool("People", existing_ids=ids, existing_client_ids=dict.fromkeys(ids, "c1"))
    rendered = render_app(guarded(make_app, Authorizer(pool="People"), user_pools=[pool]))
    assert apis == len(rendered.of_type("AWS::ApiGatewayV2::Api"))
    assert [
        {"Issuer": f"https://cognito-idp.eu-west-1.amazonaws.com/{each}", "Audience": ["c1"]}
        for each in dict.fromkeys(ids.values())
    ] == list(configurations(rendered).values())


def test_routes_ask_for_tokens_unless_they_are_public(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A route's own scopes come before those of the authorizer (R069)."""
    authorizer = Authorizer(
        issuer="https://login.example.com/", audience=["shop"], scopes=["shop/read"]
    )
    rendered = render_app(guarded(make_app, authorizer))
    asked = {
        each["Properties"]["RouteKey"]: (
            each["Properties"]["AuthorizationType"],
            each["Properties"].get("AuthorizationScopes"),
        )
        for each in rendered.of_type("AWS::ApiGatewayV2::Route").values()
    }
    expected = {
        "GET /orders": ("JWT", ["shop/read"]),
        "POST /orders": ("JWT", ["shop/write"]),
        "GET /health": ("NONE", None),
    }
    assert expected == asked


def test_an_api_without_an_authorizer_says_nothing_of_tokens(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """The webhook and the API of dzgro check their callers themselves (C07)."""
    routes = [Route("GET", "/orders")]
    app = make_app(http_api=HttpApi(), functions=[Function("Orders", source="o", routes=routes)])
    (route,) = render_app(app).of_type("AWS::ApiGatewayV2::Route").values()
    assert {"ApiId", "RouteKey", "Target"} == set(route["Properties"])


def test_outputs_tell_the_address_of_every_stage(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """The names of the addresses are the same with one API and with several."""
    several = render_app(guarded(make_app, Authorizer(pool="People"))).document["Outputs"]
    one = render_app(make_app(http_api=HttpApi())).document["Outputs"]
    addresses = ["ApiHttpApiDevUrl", "ApiHttpApiProdUrl"]
    assert addresses == [name for name in several if name.endswith("Url")]
    assert addresses == [name for name in one if name.endswith("Url")]
    assert {"Ref": "ApiHttpApiProd"} == several["ApiHttpApiProdId"]["Value"]
    assert {"Ref": "ApiHttpApi"} == one["ApiHttpApiId"]["Value"]
