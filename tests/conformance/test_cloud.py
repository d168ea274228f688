"""The same gateway in front of the real embedded cloud: a template of SAM, deployed as it is."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import boto3
import httpx
import pytest
from botocore.config import Config

from sam_deploy import local
from sam_deploy.events import ignore

pytestmark = pytest.mark.slow
TEMPLATE = Path(__file__).with_name("cloud_template.yaml")
REGIONS = ("eu-west-1", "us-east-1")
HOME = REGIONS[0]
DOMAIN = "api.conformance.example"
ORIGIN = "https://www.example.com"
Client: TypeAlias = Any


@dataclass(frozen=True, slots=True, eq=False)
class Deployed:
    """The stack in two regions, and a client of the gateway."""

    cloud: local.RunningCloud
    http: httpx.Client
    outputs: dict[str, dict[str, str]]

    def aws(self, service: str, region: str = HOME) -> Client:
        """A client of boto3 to the emulator."""
        return client(self.cloud.endpoint, service, region)

    def get(self, output: str, path: str, **given: Any) -> httpx.Response:
        """A GET below the stage of an API in the home region."""
        stage = {"Http": "prod", "Rest": "v1"}[output]
        url = self.cloud.url(HOME, self.outputs[HOME][output], stage)
        return self.http.get(f"{url}{path}", **given)

    def tokens(self) -> dict[str, str]:
        """The tokens of a user of the pool, by their names in Cognito."""
        pool, users = self.outputs[HOME]["Pool"], self.aws("cognito-idp")
        name, password = "ada", "Correct-horse-1"
        if not users.list_users(UserPoolId=pool)["Users"]:
            users.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
            users.admin_set_user_password(
                UserPoolId=pool, Username=name, Password=password, Permanent=True
            )
        answer = users.admin_initiate_auth(
            UserPoolId=pool,
            ClientId=self.outputs[HOME]["Client"],
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )
        result: dict[str, str] = answer["AuthenticationResult"]
        return result

    def lines(self, wanted: str) -> list[str]:
        """The lines of the access log with this text, once there are any."""
        logs, deadline = self.aws("logs"), time.monotonic() + 5
        while time.monotonic() < deadline:
            found = logs.filter_log_events(logGroupName="/access/conformance")["events"]
            lines = [each["message"] for each in found if wanted in each["message"]]
            if lines:
                return lines
            time.sleep(0.05)
        pytest.fail(f"no line with {wanted} was logged")


def client(endpoint: str, service: str, region: str) -> Client:
    """A boto3 client without any configuration of this machine."""
    session = boto3.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name=region
    )
    config = Config(retries={"total_max_attempts": 1}, read_timeout=60, proxies={})
    return session.client(service, endpoint_url=endpoint, config=config)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The template, deployed to two regions of a cloud of its own."""
    project = tmp_path_factory.mktemp("conformance")
    cloud = local.start(project, ignore)
    outputs = {}
    for region in REGIONS:
        formation = client(cloud.endpoint, "cloudformation", region)
        formation.create_stack(
            StackName="conformance",
            TemplateBody=TEMPLATE.read_text(encoding="utf-8"),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        formation.get_waiter("stack_create_complete").wait(
            StackName="conformance", WaiterConfig={"Delay": 0.2, "MaxAttempts": 150}
        )
        stack = formation.describe_stacks(StackName="conformance")["Stacks"][0]
        outputs[region] = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    with httpx.Client(trust_env=False, timeout=40) as http:
        yield Deployed(cloud, http, outputs)
    local.stop(project)


def test_events_of_sam_are_routes(deployed: Deployed) -> None:
    """`Events: HttpApi` of a function, which the emulator itself knows nothing of."""
    seen = deployed.get("Http", "/open/7").json()
    event = seen["event"]
    assert ("GET /open/{id}", {"id": "7"}, {"colour": "blue"}) == (
        event["routeKey"],
        event["pathParameters"],
        event["stageVariables"],
    )
    assert seen["arn"].endswith(":live")
    assert 404 == deployed.get("Http", "/closed").status_code


def test_a_format_of_sam_is_kept(deployed: Deployed) -> None:
    """PayloadFormatVersion 1.0 of an event."""
    event = deployed.get("Http", "/old").json()["event"]
    assert ("1.0", "/prod/old") == (event["version"], event["path"])


def test_the_cors_of_sam_answers_a_preflight(deployed: Deployed) -> None:
    """CorsConfiguration of SAM is in the body, with a parameter's value in it."""
    asked = {"origin": ORIGIN, "access-control-request-method": "GET"}
    url = deployed.cloud.url(HOME, deployed.outputs[HOME]["Http"], "prod")
    answer = deployed.http.options(f"{url}/mine", headers=asked)
    assert (204, ORIGIN) == (answer.status_code, answer.headers["access-control-allow-origin"])


def test_real_tokens_of_cognito_are_checked(deployed: Deployed) -> None:
    """R069: both kinds of tokens pass; without one, or with a changed one, nobody does."""
    tokens = deployed.tokens()
    for kind in ("IdToken", "AccessToken"):
        answer = deployed.get("Http", "/mine", headers={"authorization": f"Bearer {tokens[kind]}"})
        assert 200 == answer.status_code
        jwt = answer.json()["event"]["requestContext"]["authorizer"]["jwt"]
        assert {"IdToken": "id", "AccessToken": "access"}[kind] == jwt["claims"]["token_use"]
    changed = tokens["AccessToken"][:-6] + "AAAAAA"
    refused = [
        deployed.get("Http", "/mine").status_code,
        deployed.get("Http", "/mine", headers={"authorization": changed}).status_code,
    ]
    assert [401, 401] == refused


def test_a_function_decides_about_a_route_of_sam(deployed: Deployed) -> None:
    """A simple response, for the header that Identity names."""
    allowed = deployed.get("Http", "/keyed", headers={"x-key": "open sesame"})
    told = allowed.json()["event"]["requestContext"]["authorizer"]
    assert {"lambda": {"said": "open"}} == told
    statuses = [
        deployed.get("Http", "/keyed", headers={"x-key": "please"}).status_code,
        deployed.get("Http", "/keyed").status_code,
    ]
    assert [403, 401] == statuses


def test_a_rest_api_of_sam_is_served(deployed: Deployed) -> None:
    """R071: its events have format 1.0, its alias is called, an unknown path has no token."""
    seen = deployed.get("Rest", "/pets/7").json()
    event = seen["event"]
    assert ("/pets/{id}", "/pets/7", "/v1/pets/7", {"id": "7"}) == (
        event["resource"],
        event["path"],
        event["requestContext"]["path"],
        event["pathParameters"],
    )
    assert {"LambdaAlias": "live"} == event["stageVariables"]
    assert seen["arn"].endswith(":live")
    proxied = deployed.get("Rest", "/any/a/b").json()["event"]
    assert {"proxy": "a/b"} == proxied["pathParameters"]
    missing = deployed.get("Rest", "/nothing")
    assert (403, {"message": "Missing Authentication Token"}, "*") == (
        missing.status_code,
        missing.json(),
        missing.headers["access-control-allow-origin"],
    )


def test_the_cors_of_a_rest_api_of_sam_is_a_mock(deployed: Deployed) -> None:
    """SAM makes an OPTIONS method with a MOCK integration for each path."""
    url = deployed.cloud.url(HOME, deployed.outputs[HOME]["Rest"], "v1")
    answer = deployed.http.options(f"{url}/pets/7", headers={"origin": ORIGIN})
    assert (200, ORIGIN) == (answer.status_code, answer.headers["access-control-allow-origin"])
    assert "GET" in answer.headers["access-control-allow-methods"]


def test_authorizers_of_a_rest_api_of_sam_decide(deployed: Deployed) -> None:
    """A pool's identity token, and a function that is asked for a token."""
    tokens = deployed.tokens()
    statuses = {
        "identity": deployed.get("Rest", "/mine", headers={"authorization": tokens["IdToken"]}),
        "access": deployed.get("Rest", "/mine", headers={"authorization": tokens["AccessToken"]}),
        "none": deployed.get("Rest", "/mine"),
        "allowed": deployed.get("Rest", "/keyed", headers={"x-key": "open sesame"}),
        "denied": deployed.get("Rest", "/keyed", headers={"x-key": "please"}),
    }
    expected = {"identity": 200, "access": 401, "none": 401, "allowed": 200, "denied": 403}
    assert expected == {name: answer.status_code for name, answer in statuses.items()}
    told = statuses["allowed"].json()["event"]["requestContext"]["authorizer"]
    assert {"principalId": "ali"} == told


def test_access_logs_reach_their_log_group(deployed: Deployed) -> None:
    """Of an HTTP API and of a REST API, each in the format of its stage."""
    http = deployed.get("Http", "/open/logged").headers["apigw-requestid"]
    line = json.loads(deployed.lines(http)[0])
    assert {"requestId": http, "routeKey": "GET /open/{id}", "status": "200"} == line
    rest = deployed.get("Rest", "/pets/logged").headers["x-amzn-requestid"]
    assert [f"{rest} /pets/{{id}} 200"] == deployed.lines(rest)


def test_a_function_url_of_sam_answers(deployed: Deployed) -> None:
    """For the alias that SAM publishes."""
    url_id = (urlsplit(deployed.outputs[HOME]["Url"]).hostname or "").partition(".")[0]
    answer = deployed.http.get(f"{deployed.cloud.gateway}/{HOME}/lambda-url/{url_id}/a?b=c")
    seen = answer.json()
    assert ("$default", "/a", "b=c") == (
        seen["event"]["routeKey"],
        seen["event"]["rawPath"],
        seen["event"]["rawQueryString"],
    )
    assert seen["arn"].endswith(":Echo:live") or ":live" in seen["arn"]


def test_a_domain_leads_to_both_kinds_of_apis_in_the_nearest_region(deployed: Deployed) -> None:
    """R066, R070: by Host header and mapping; another region steps in for one that is stopped."""

    def ask(path: str, near: str) -> tuple[str, httpx.Response]:
        headers = {"host": DOMAIN, "x-sam-deploy-near": near}
        answer = deployed.http.get(deployed.cloud.gateway + path, headers=headers)
        assert 200 == answer.status_code, answer.text
        return answer.headers["x-sam-deploy-region"], answer

    assert "us-east-1" == ask("/open/1", "us-west-2")[0]
    region, answer = ask("/rest/v1/pets/1", "eu-central-1")
    event = answer.json()["event"]
    assert (HOME, "/rest/v1/pets/1", DOMAIN) == (
        region,
        event["path"],
        event["requestContext"]["domainName"],
    )
    stop = f"{deployed.cloud.gateway}/_gateway/regions/{HOME}/stopped"
    assert {"stopped": [HOME]} == deployed.http.put(stop).json()
    try:
        assert "us-east-1" == ask("/open/1", HOME)[0]
    finally:
        deployed.http.delete(stop)


def test_a_base_path_mapping_of_a_rest_api_leads_to_it(deployed: Deployed) -> None:
    """R070: the older resources, DomainName and BasePathMapping, with an empty path."""
    headers = {"host": "old.conformance.example"}
    event = deployed.http.get(f"{deployed.cloud.gateway}/pets/7", headers=headers).json()["event"]
    assert ("/pets/7", "/pets/7", "v1") == (
        event["path"],
        event["requestContext"]["path"],
        event["requestContext"]["stage"],
    )


def test_a_definition_in_a_bucket_has_its_routes(deployed: Deployed) -> None:
    """DefinitionUri of SAM: an HTTP API and a REST API, whose bodies CloudFormation never shows."""
    name = deployed.get("Http", "/open/1").json()["arn"].split(":")[6]
    function = f"arn:aws:lambda:{HOME}:000000000000:function:{name}"
    uri = f"arn:aws:apigateway:{HOME}:lambda:path/2015-03-31/functions/{function}/invocations"
    called = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri, "payloadFormatVersion": "2.0"}
    body = {
        "openapi": "3.0.1",
        "paths": {"/stored/{id}": {"get": {"x-amazon-apigateway-integration": called}}},
    }
    storage = deployed.aws("s3")
    storage.create_bucket(
        Bucket="definitions", CreateBucketConfiguration={"LocationConstraint": HOME}
    )
    storage.put_object(Bucket="definitions", Key="api.json", Body=json.dumps(body).encode())
    location = {"Bucket": "definitions", "Key": "api.json"}
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Http": {
                "Type": "AWS::Serverless::HttpApi",
                "Properties": {"StageName": "prod", "DefinitionUri": location},
            },
            "Rest": {
                "Type": "AWS::Serverless::Api",
                "Properties": {"StageName": "v1", "DefinitionUri": location},
            },
        },
        "Outputs": {each: {"Value": {"Ref": each}} for each in ("Http", "Rest")},
    }
    formation = deployed.aws("cloudformation")
    formation.create_stack(
        StackName="stored",
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_AUTO_EXPAND"],
    )
    formation.get_waiter("stack_create_complete").wait(
        StackName="stored", WaiterConfig={"Delay": 0.2, "MaxAttempts": 100}
    )
    stack = formation.describe_stacks(StackName="stored")["Stacks"][0]
    ids = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    for output, stage in (("Http", "prod"), ("Rest", "v1")):
        url = deployed.cloud.url(HOME, ids[output], stage)
        event = deployed.http.get(f"{url}/stored/7").json()["event"]
        assert {"id": "7"} == event["pathParameters"]


@pytest.fixture(scope="module")
def plain(deployed: Deployed) -> dict[str, str]:
    """Both kinds of APIs made of CloudFormation's own resources, without SAM and without a body."""
    arn = deployed.get("Http", "/open/1").json()["arn"]
    path = f"arn:aws:apigateway:{HOME}:lambda:path/2015-03-31/functions"
    called = f"{path}/{arn.rpartition(':')[0]}:${{stageVariables.LambdaAlias}}/invocations"
    guard = next(
        each["FunctionArn"]
        for each in deployed.aws("lambda").list_functions()["Functions"]
        if "Guard" in each["FunctionName"]
    )
    formation = deployed.aws("cloudformation")
    formation.create_stack(
        StackName="plain",
        TemplateBody=TEMPLATE.with_name("plain_template.yaml").read_text(encoding="utf-8"),
        Parameters=[
            {"ParameterKey": "Called", "ParameterValue": called},
            {"ParameterKey": "Guard", "ParameterValue": f"{path}/{guard}/invocations"},
        ],
    )
    formation.get_waiter("stack_create_complete").wait(
        StackName="plain", WaiterConfig={"Delay": 0.2, "MaxAttempts": 100}
    )
    stack = formation.describe_stacks(StackName="plain")["Stacks"][0]
    ids = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    stages = {"Http": "dev", "Rest": "dev"}
    return {each: deployed.cloud.url(HOME, ids[each], stages[each]) for each in stages}


def test_resources_of_a_rest_api_are_served(deployed: Deployed, plain: dict[str, str]) -> None:
    """Resource, Method, Authorizer, GatewayResponse, Deployment and Stage."""
    get = deployed.http.get
    seen = get(f"{plain['Rest']}/pets/7").json()
    assert ("/pets/{id}", {"id": "7"}) == (
        seen["event"]["resource"],
        seen["event"]["pathParameters"],
    )
    assert seen["arn"].endswith(":live")
    asked = deployed.http.options(f"{plain['Rest']}/pets/7", headers={"origin": ORIGIN})
    assert (204, "*") == (asked.status_code, asked.headers["access-control-allow-origin"])
    denied = get(f"{plain['Rest']}/pets", headers={"x-key": "please"})
    assert (403, "told") == (denied.status_code, denied.headers["x-own"])
    allowed = get(f"{plain['Rest']}/pets", headers={"x-key": "open sesame"})
    assert 200 == allowed.status_code


def test_resources_of_an_http_api_are_served(deployed: Deployed, plain: dict[str, str]) -> None:
    """A Lambda authorizer, settings of a stage and a route, and an HTTP proxy integration."""
    get = deployed.http.get
    statuses = [
        get(f"{plain['Http']}/keyed", headers={"x-key": said}).status_code
        for said in ("open sesame", "please")
    ]
    assert [200, 403] == statuses
    assert [200, 429] == [get(f"{plain['Http']}/rare").status_code for _ in range(2)]
    forwarded = get(f"{plain['Http']}/forwarded/health")
    assert (503, {"message": "Service Unavailable"}) == (forwarded.status_code, forwarded.json())


def test_calls_through_the_gateway_are_counted_by_alias_and_version(deployed: Deployed) -> None:
    """Errors and invocations reach AWS/Lambda under the dimensions that alarms watch."""
    arn = deployed.get("Http", "/open/1").json()["arn"]
    name = arn.split(":")[6]
    watch = deployed.aws("cloudwatch")

    def total(metric: str, **dimensions: str) -> float:
        listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        now = time.time()
        answer = watch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": name}, *listed],
            StartTime=now - 600,
            EndTime=now + 60,
            Period=60,
            Statistics=["Sum"],
        )
        return float(sum(point["Sum"] for point in answer["Datapoints"]))

    alias = {"Resource": f"{name}:live"}
    before = total("Invocations", **alias), total("Errors", **alias)
    assert 500 == deployed.get("Http", "/open/1", params={"do": "raise"}).status_code
    assert 502 == deployed.get("Rest", "/pets/1", params={"do": "raise"}).status_code
    after = total("Invocations", **alias), total("Errors", **alias)
    assert (2, 2) == (after[0] - before[0], after[1] - before[1])
    assert after[0] == total("Invocations", **alias, ExecutedVersion="1")
