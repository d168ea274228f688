"""Everything in front of functions, deployed for real: both APIs, tokens, domains, a firewall."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import httpx
import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

pytestmark = pytest.mark.long

REGION = "eu-west-1"
STACK = "front-sam"
ENVIRONMENTS = ("dev", "prod")
CONFIG = """
from sam_deploy import (
    App, Authorizer, Cors, Environment, FeatureSet, Firewall, Function, HttpApi, RestApi, Route,
    Throttle, UserPool, UserPoolClient,
)

app = App(
    name="front",
    domain="example.com",
    home_region="eu-west-1",
    environments=[
        Environment("dev", log_retention_days=7),
        Environment("prod", promote_from="dev", domain_label=None, log_retention_days=90),
    ],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    user_pools=[UserPool("People", clients=[UserPoolClient()])],
    http_api=HttpApi(
        cors=Cors(["ANY"]),
        authorizer=Authorizer(pool="People"),
        throttles={"prod": Throttle(100, 200)},
        custom_domain=True,
    ),
    rest_api=RestApi(
        cors=Cors(["GET"], origins=["*"]),
        authorizer=Authorizer(pool="People"),
        access_logs=True,
        firewall=Firewall(),
    ),
    functions=[
        Function(
            "Front",
            source="functions/Front",
            timeout_seconds=20,
            routes=[
                Route("GET", "/orders/{id}"),
                Route("GET", "/health", public=True, throttle=Throttle(5, 10)),
                Route("GET", "/old/{id}", api="rest"),
            ],
        )
    ],
)
"""
HANDLER = """
import json


def handler(event, context):
    alias = context.invoked_function_arn.rpartition(":")[2]
    return {"statusCode": 200, "body": json.dumps([alias, event["requestContext"]["stage"]])}
"""


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, deployed: Callable[..., Project]) -> Project:
    """The project, deployed once to its own cloud."""
    folder = tmp_path_factory.mktemp("e2e") / "front"
    (folder / "functions" / "Front").mkdir(parents=True)
    (folder / "deploy.py").write_text(CONFIG, encoding="utf-8")
    (folder / "functions" / "Front" / "handler.py").write_text(HANDLER, encoding="utf-8")
    return deployed(folder)


def _outputs(project: Project) -> dict[str, str]:
    found = project.client("cloudformation", REGION).describe_stacks(StackName=STACK)
    return {each["OutputKey"]: each["OutputValue"] for each in found["Stacks"][0]["Outputs"]}


def _url(project: Project, environment: str) -> str:
    ran = project.run("cloud", "url", "--environment", environment)
    assert (0, "") == (ran.code, ran.err)
    return str(ran.out.strip())


def test_the_stack_is_created_without_what_the_cloud_does_not_know(front: Project) -> None:
    """The firewall is made, only nothing attaches it, and every such resource is told (R281)."""
    assert ["created"] == [each["outcome"] for each in front.first.json["stacks"]]
    told = "`ApiRestApiDevFirewall`, `ApiRestApiProdFirewall` are left out, since"
    assert told in front.first.err
    found = front.client("wafv2", REGION).list_web_acls(Scope="REGIONAL")["WebACLs"]
    assert 1 == len(found)


def test_each_environment_has_an_http_api_that_takes_its_own_tokens(front: Project) -> None:
    """Issuer and audience are the pool and the client that were made for it (R104)."""
    told = _outputs(front)
    api = front.client("apigatewayv2", REGION)
    seen = {}
    for name in ("Dev", "Prod"):
        (authorizer,) = api.get_authorizers(ApiId=told[f"ApiHttpApi{name}Id"])["Items"]
        rules = {key.lower(): each for key, each in authorizer["JwtConfiguration"].items()}
        pool = told[f"PeopleUserPool{name}Id"]
        issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{pool}"
        assert (issuer, [told[f"People{name}ClientId"]]) == (rules["issuer"], rules["audience"])
        seen[name] = issuer
    assert seen["Dev"] != seen["Prod"]


def test_routes_ask_for_tokens_unless_they_are_public(front: Project) -> None:
    """Prod's API has the routes of dev's (R069)."""
    told, api = _outputs(front), front.client("apigatewayv2", REGION)
    for name in ("Dev", "Prod"):
        routes = api.get_routes(ApiId=told[f"ApiHttpApi{name}Id"])["Items"]
        asked = {each["RouteKey"]: each["AuthorizationType"] for each in routes}
        assert {"GET /orders/{id}": "JWT", "GET /health": "NONE"} == asked


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_address_leads_to_the_alias_of_its_environment(
    front: Project, http: httpx.Client, environment: str
) -> None:
    """`cloud url` finds the API of the environment, and its stage calls its alias (R061, R063)."""
    answer = http.get(f"{_url(front, environment)}/health")
    assert (200, [environment, environment]) == (answer.status_code, json.loads(answer.text))


def _identity(project: Project, environment: str) -> str:
    """Sign somebody in at the pool of an environment, and return the identity token."""
    told, users = _outputs(project), project.client("cognito-idp", REGION)
    name = environment.capitalize()
    pool, password = told[f"PeopleUserPool{name}Id"], "Correct-horse-1"
    users.admin_create_user(UserPoolId=pool, Username=f"a@{name}", MessageAction="SUPPRESS")
    users.admin_set_user_password(
        UserPoolId=pool, Username=f"a@{name}", Password=password, Permanent=True
    )
    answer = users.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=told[f"People{name}ClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": f"a@{name}", "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["IdToken"])


def test_tokens_open_the_apis_of_their_environment_only(front: Project, http: httpx.Client) -> None:
    """Both kinds of APIs, called with real tokens of both pools (R069, R071)."""
    tokens = {name: _identity(front, name) for name in ENVIRONMENTS}
    gateway = _url(front, "dev").partition(f"/{REGION}/")[0]
    rest = _outputs(front)["ApiRestApiId"]
    seen = {}
    for stage in ENVIRONMENTS:
        addresses = {
            "http": f"{_url(front, stage)}/orders/7",
            "rest": f"{gateway}/{REGION}/{rest}/{stage}/old/7",
        }
        for kind, address in addresses.items():
            for owner, token in tokens.items():
                answer = http.get(address, headers={"authorization": token})
                seen[kind, stage, owner] = answer.status_code
            assert 401 == http.get(address).status_code
    assert {key: 200 if key[1] == key[2] else 401 for key in seen} == seen


def test_an_address_of_the_other_kind_of_api_is_asked_for(front: Project) -> None:
    """`--api rest`, in an app with both; else the HTTP API is meant (R069)."""
    told = _outputs(front)
    for kind, api in (("http", told["ApiHttpApiProdId"]), ("rest", told["ApiRestApiId"])):
        ran = front.run("cloud", "url", "--environment", "prod", "--api", kind)
        assert (0, f"/{REGION}/{api}/prod") == (ran.code, "/" + ran.out.strip().split("/", 3)[3])
    assert told["ApiHttpApiProdId"] in _url(front, "prod")


def test_a_domain_leads_to_its_environment(front: Project, http: httpx.Client) -> None:
    """By the name that it has on AWS, given as Host or below .localhost (R066)."""
    gateway = _url(front, "dev").partition(f"/{REGION}/")[0]
    seen = {}
    for host in ("api.example.com", "api.dev.example.com", "api.dev.example.com.localhost:3000"):
        answer = http.get(f"{gateway}/health", headers={"host": host})
        seen[host] = json.loads(answer.text)[0]
    assert ["prod", "dev", "dev"] == list(seen.values())


def test_access_logs_are_kept_by_stage(
    front: Project, http: httpx.Client, until: Callable[..., Any]
) -> None:
    """A request is a line of JSON in the log group of its stage (R069)."""
    request_id = http.get(f"{_url(front, 'dev')}/health").headers["apigw-requestid"]
    logs, group = front.client("logs", REGION), "/aws/vendedlogs/apigateway/front-api-dev/dev"

    def found() -> list[Any]:
        lines = logs.filter_log_events(logGroupName=group)["events"]
        return [each["message"] for each in lines if request_id in each["message"]]

    (line,) = until("the line of the access log", found)
    assert request_id in json.loads(line).values()


def test_stages_have_limits_and_log_groups(front: Project) -> None:
    """Retention is that of the environment (R069)."""
    told, api = _outputs(front), front.client("apigatewayv2", REGION)
    stage = api.get_stage(ApiId=told["ApiHttpApiProdId"], StageName="prod")
    assert {"LambdaAlias": "prod"} == stage["StageVariables"]
    logs = front.client("logs", REGION)
    found = logs.describe_log_groups(logGroupNamePrefix="/aws/vendedlogs/apigateway/")
    kept = {each["logGroupName"]: each["retentionInDays"] for each in found["logGroups"]}
    assert {
        "/aws/vendedlogs/apigateway/front-api-dev/dev": 7,
        "/aws/vendedlogs/apigateway/front-api-prod/prod": 90,
        "/aws/vendedlogs/apigateway/front-rest-api/dev": 7,
        "/aws/vendedlogs/apigateway/front-rest-api/prod": 90,
    } == kept


def test_the_definition_of_a_rest_api_is_read(front: Project) -> None:
    """Paths, browsers' questions, and an authorizer; the stages name alias and pool (R071)."""
    told, api = _outputs(front), front.client("apigateway", REGION)
    rest = told["ApiRestApiId"]
    resources = api.get_resources(restApiId=rest, limit=500)["items"]
    methods = {each["path"]: sorted(each.get("resourceMethods", {})) for each in resources}
    assert ["GET", "OPTIONS"] == methods["/old/{id}"]
    (authorizer,) = api.get_authorizers(restApiId=rest)["items"]
    assert "COGNITO_USER_POOLS" == authorizer["type"]
    stages = api.get_stages(restApiId=rest)["item"]
    assert {
        name.lower(): {"LambdaAlias": name.lower(), "UserPoolId": told[f"PeopleUserPool{name}Id"]}
        for name in ("Dev", "Prod")
    } == {each["stageName"]: each["variables"] for each in stages}
    assert 1 == len({each["deploymentId"] for each in stages})


def test_a_second_deployment_changes_nothing(front: Project) -> None:
    """What was left out is not looked for again."""
    again = front.deploy()
    assert 0 == again.code, again.err
    assert ["no changes"] == [each["outcome"] for each in again.json["stacks"]]


def _deployment(project: Project) -> str:
    found = project.client("cloudformation", REGION).list_stack_resources(StackName=STACK)
    (deployment,) = (
        each["LogicalResourceId"]
        for each in found["StackResourceSummaries"]
        if each["ResourceType"] == "AWS::ApiGateway::Deployment"
    )
    return str(deployment)


def test_a_changed_route_of_a_rest_api_is_deployed(front: Project) -> None:
    """Its stages serve a new deployment, and the old one is gone (R071).

    The emulator makes a new API of a changed definition, where AWS changes the one that is there.
    """
    before, api = _deployment(front), front.client("apigateway", REGION)
    with front.edited("deploy.py", '"/old/{id}"', '"/older/{id}"'):
        ran = front.deploy()
        assert 0 == ran.code, ran.err
        rest = _outputs(front)["ApiRestApiId"]
        (deployment,) = api.get_deployments(restApiId=rest)["items"]
        stages = api.get_stages(restApiId=rest)["item"]
        paths = [each["path"] for each in api.get_resources(restApiId=rest, limit=500)["items"]]
    assert before != _deployment(front)
    assert [deployment["id"]] * 2 == [each["deploymentId"] for each in stages]
    assert ("/older/{id}" in paths, "/old/{id}" in paths) == (True, False)


def test_domains_come_with_their_certificates(front: Project) -> None:
    """Certificates are issued at once here: domain and mapping; with a zone, the record (R066)."""
    api, dns = front.client("apigatewayv2", REGION), front.client("route53", "us-east-1")
    named = {each["DomainName"] for each in api.get_domain_names()["Items"]}
    assert "api.example.com" in named
    (mapping,) = api.get_api_mappings(DomainName="api.example.com")["Items"]
    assert (_outputs(front)["ApiHttpApiProdId"], "prod") == (mapping["ApiId"], mapping["Stage"])
    assert "https://api.example.com" == _outputs(front)["ApiHttpApiProdDomainUrl"]
    made = dns.create_hosted_zone(Name="example.com", CallerReference="front")
    zone = made["HostedZone"]["Id"].rpartition("/")[2]
    domain = 'domain="example.com",'
    with front.edited("deploy.py", domain, f'{domain} hosted_zone_id="{zone}",'):
        ran = front.deploy()
        assert 0 == ran.code, ran.err
    records = dns.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    found = {each["Name"]: each["SetIdentifier"] for each in records if each["Type"] == "A"}
    assert REGION == found["api.example.com."]
