from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import (
    Authorizer,
    Cors,
    Firewall,
    HttpApi,
    RestApi,
    Throttle,
    UserPool,
    UserPoolClient,
)

WrongReferences = Callable[..., list[str]]
WrongValues = Callable[..., list[str]]
PEOPLE = UserPool("People", clients=[UserPoolClient()])
EXISTING = UserPool(
    "People",
    existing_ids={"dev": "eu-west-1_A", "prod": "eu-west-1_B"},
    existing_client_ids={"dev": "a", "prod": "b"},
)


def acl(region: str) -> str:
    return f"arn:aws:wafv2:{region}:123456789012:regional/webacl/shop/1"


def http(**given: object) -> dict[str, Any]:
    return {"http_api": HttpApi(authorizer=Authorizer(**given))}  # type: ignore[arg-type]


def rest(**given: object) -> dict[str, Any]:
    return {"rest_api": RestApi(authorizer=Authorizer(**given))}  # type: ignore[arg-type]


RIGHT = [
    pytest.param(http(pool="People") | {"user_pools": [PEOPLE]}, id="pool"),
    pytest.param(http(pool="People") | {"user_pools": [EXISTING]}, id="existing pools"),
    pytest.param(http(issuer="https://a.example.com", audience=["a"]), id="issuer"),
    pytest.param(rest(pool="People") | {"user_pools": [UserPool("People")]}, id="rest"),
    pytest.param({"http_api": HttpApi(cors=Cors(["GET"], origins=["*"]))}, id="any origin"),
    pytest.param(
        {"domain": "example.com", "http_api": HttpApi(custom_domain=True), "rest_api": RestApi()},
        id="one address",
    ),
    pytest.param(
        {
            "rest_api": RestApi(
                firewall=Firewall(web_acls={each: acl(each) for each in ("eu-west-1", "us-east-1")})
            )
        },
        id="web ACLs",
    ),
    pytest.param(
        {
            "domain": "example.com",
            "rest_api": RestApi(feature_set="extra", custom_domain=True, endpoint="EDGE"),
        },
        id="edge in one region",
    ),
]


@pytest.mark.parametrize("given", RIGHT)
def test_right_apis_have_no_mistake(
    wrong_references: WrongReferences, wrong_values: WrongValues, given: dict[str, Any]
) -> None:
    """Every way to authorize, and every address."""
    assert ([], []) == (wrong_references(**given), wrong_values(**given))


AUTHORIZERS = [
    pytest.param(
        http(), "needs either a `pool` of the app or an `issuer`: one of them, not both", id="none"
    ),
    pytest.param(
        http(pool="People", issuer="https://a.example.com", audience=["a"])
        | {"user_pools": [PEOPLE]},
        "needs either a `pool` of the app or an `issuer`: one of them, not both",
        id="both",
    ),
    pytest.param(
        http(issuer="https://a.example.com"),
        "needs an `audience`; without one, tokens for any other app would do",
        id="audience",
    ),
]


@pytest.mark.parametrize(("given", "message"), AUTHORIZERS)
def test_an_authorizer_says_whose_tokens_it_takes(
    wrong_references: WrongReferences, given: dict[str, Any], message: str
) -> None:
    """A pool of the app, or an issuer and for whom its tokens are."""
    assert [f"http_api.authorizer: {message}"] == wrong_references(**given)


POOLS = [
    pytest.param(
        http(pool="Peple") | {"user_pools": [PEOPLE]},
        "http_api.authorizer.pool: unknown user pool 'Peple'; did you mean 'People'?",
        id="unknown",
    ),
    pytest.param(
        http(pool="People")
        | {"user_pools": [UserPool("People", feature_set="extra", clients=[UserPoolClient()])]},
        "http_api.authorizer.pool: the user pool 'People' is of another feature set; its id is "
        "unknown here",
        id="feature set",
    ),
    pytest.param(
        http(pool="People") | {"user_pools": [UserPool("People")]},
        "http_api.authorizer.pool: the user pool 'People' has no client whose tokens could be "
        "accepted",
        id="client",
    ),
    pytest.param(
        http(pool="People") | {"user_pools": [UserPool("People", existing_ids={"dev": "eu_A"})]},
        "http_api.authorizer.pool: the user pool 'People' has no `existing_client_ids` for 'dev' | "
        "http_api.authorizer.pool: the user pool 'People' has no `existing_ids` for 'prod'",
        id="ids",
    ),
    pytest.param(
        rest(pool="People")
        | {"user_pools": [UserPool("People", existing_ids={"dev": "a-b-1_A", "prod": "a-c-1_B"})]},
        "rest_api.authorizer.pool: a REST API can take its pools from one region only, not "
        "['a-b-1', 'a-c-1']",
        id="regions",
    ),
]


@pytest.mark.parametrize(("given", "message"), POOLS)
def test_a_pool_is_one_whose_tokens_can_be_told(
    wrong_references: WrongReferences, given: dict[str, Any], message: str
) -> None:
    """It exists, in this stack, with a client, in every environment."""
    told = [each for each in wrong_references(**given) if "authorizer" in each]
    assert message == " | ".join(told)


def test_a_rest_api_takes_tokens_of_pools_only(wrong_references: WrongReferences) -> None:
    """What it would not look at is refused instead of being ignored."""
    given = rest(issuer="https://a.example.com", audience=["a"])
    here = "rest_api.authorizer"
    assert [
        (
            f"{here}.issuer: a REST API takes tokens of Cognito pools only; name a `pool`, or use "
            "an HTTP API"
        ),
        (
            f"{here}.audience: a REST API takes the tokens of every client of the pool; check the "
            "client in the function, or use an HTTP API"
        ),
    ] == wrong_references(**given)


@pytest.mark.parametrize("kind", ["http_api", "rest_api"])
def test_credentials_for_every_origin_are_refused(
    wrong_references: WrongReferences, kind: str
) -> None:
    """Every page could act as whoever is signed in; a star for headers would be a header."""
    cors = Cors(["GET"], origins=["*"], credentials=True)
    api = HttpApi(cors=cors) if kind == "http_api" else RestApi(cors=cors)
    assert [
        (
            f"{kind}.cors: `credentials` with the origin `*` would let every page act as whoever "
            "is signed in; name the origins, or leave them out for the app's own"
        ),
        (
            f"{kind}.cors.headers: with `credentials` browsers take `*` for a header of that name; "
            "list the headers"
        ),
    ] == wrong_references(**{kind: api})


def test_limits_are_of_environments_that_exist(wrong_references: WrongReferences) -> None:
    """Those of a misspelt one would limit nothing."""
    api = HttpApi(throttles={"prd": Throttle(1, 1)})
    assert ["http_api.throttles: unknown environment 'prd'; did you mean 'prod'?"] == (
        wrong_references(http_api=api)
    )


ADDRESSES = [
    pytest.param(
        {"http_api": HttpApi(custom_domain=True)},
        'http_api.custom_domain: has no domain to be below; give the app a `domain="example.com"`',
        id="domain",
    ),
    pytest.param(
        {
            "domain": "example.com",
            "http_api": HttpApi(custom_domain=True),
            "rest_api": RestApi(custom_domain=True),
        },
        "rest_api.custom_domain: the HTTP API has the same address already; only one of them can "
        "answer there",
        id="twice",
    ),
    pytest.param(
        {"domain": "example.com", "rest_api": RestApi(custom_domain=True, endpoint="EDGE")},
        "rest_api.custom_domain: an EDGE address exists once in the world, but the API is in "
        'eu-west-1, us-east-1; take endpoint="REGIONAL"',
        id="edge",
    ),
]


@pytest.mark.parametrize(("given", "message"), ADDRESSES)
def test_an_address_exists_once_below_the_apps_domain(
    wrong_references: WrongReferences, given: dict[str, Any], message: str
) -> None:
    """Both APIs would be api.example.com, and an edge address is in no region (R066)."""
    assert [message] == wrong_references(**given)


def test_an_http_api_cannot_have_a_firewall(wrong_references: WrongReferences) -> None:
    """AWS WAF does not know them: the ways out are named (R281)."""
    assert [
        (
            "http_api.firewall: AWS WAF cannot stand in front of an HTTP API; use a `RestApi`, put "
            "a CDN with a firewall in front of it, or keep callers down with `throttle`"
        )
    ] == wrong_references(http_api=HttpApi(firewall=Firewall()))


def test_given_web_acls_are_there_for_every_region(wrong_references: WrongReferences) -> None:
    """Each of its own region, which stands in its ARN (R281)."""
    wrong = Firewall(web_acls={"eu-west-1": acl("us-east-1")})
    here = "rest_api.firewall.web_acls"
    assert [
        f"{here}: names no web ACL for us-east-1, where the API is, too",
        f"{here}: the web ACL for 'eu-west-1' is of another region: {acl('us-east-1')}",
    ] == wrong_references(rest_api=RestApi(firewall=wrong))


def test_a_web_acl_of_a_cdn_is_no_regional_one(wrong_values: WrongValues) -> None:
    """An ARN of another kind is told by its form (R281)."""
    arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1"
    (told,) = wrong_values(rest_api=RestApi(firewall=Firewall(web_acls={"us-east-1": arn})))
    assert "the ARN of a regional web ACL" in told


WRONG: list[Any] = [5, None, "People", [Authorizer()], {"a": 1}]


@pytest.mark.parametrize("wrong", WRONG)
def test_values_of_other_kinds_are_left_to_other_checks(
    wrong_references: WrongReferences, wrong: Any
) -> None:
    """They are told as wrong values, and break nothing here."""
    fields = ("cors", "authorizer", "throttles", "firewall", "custom_domain")
    for name in fields:
        for kind, api in (("http_api", HttpApi), ("rest_api", RestApi)):
            assert [] == [
                each
                for each in wrong_references(**{kind: api(**{name: wrong})})
                if "throttles" not in each
            ]
    pools = [UserPool("People", existing_ids=wrong, existing_client_ids=wrong, clients=wrong)]
    given = http(pool="People", audience=wrong) | {"user_pools": pools}
    assert isinstance(wrong_references(**given), list)
    firewall = Firewall(web_acls=wrong)
    assert isinstance(wrong_references(rest_api=RestApi(firewall=firewall)), list)
