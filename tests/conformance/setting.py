"""What is deployed for the cases: a few functions, and APIs in front of them."""

from __future__ import annotations

import base64
import json
import time
from typing import Any, Final

from tests.conformance import keys
from tests.conformance.cloud import (
    REGION,
    Cloud,
    FunctionFailedError,
    Json,
    ThrottledError,
    TooSlowError,
    arn,
    domain,
    http_api,
    rest_api,
    uri,
)

POOL: Final = "eu-west-1_Pool1"
ISSUER: Final = f"https://cognito-idp.{REGION}.amazonaws.com/{POOL}"
KEYS: Final = keys.make(1)
STRANGER: Final = keys.make(2)
NOW: Final = int(time.time())
LATER: Final = 3000
"""Seconds after which these tests have ended, however many run before them; tokens last longer."""
LOG_GROUP: Final = "arn:aws:logs:eu-west-1:123456789012:log-group:access"


def claims(**changed: Any) -> Json:
    """The claims of an access token of the pool; None leaves one out."""
    whole = {
        "sub": "user-1",
        "iss": ISSUER,
        "client_id": "client-1",
        "token_use": "access",
        "scope": "pets/read pets/write",
        "cognito:groups": ["admins", "staff"],
        "iat": NOW - 10,
        "exp": NOW + 3600,
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def token(**changed: Any) -> str:
    """A token of the pool."""
    return KEYS.token(claims(**changed))


ID_TOKEN: Final = KEYS.token(
    claims(token_use="id", scope=None, client_id=None, aud="client-1", email="a@example.com")
)


def deploy() -> Cloud:
    """Everything that the cases ask for."""
    cloud = Cloud()
    cloud.functions |= {
        "Echo": lambda _: {"statusCode": 200, "body": "ok"},
        "Say": _say,
        "Fail": _raise(FunctionFailedError("as asked")),
        "Slow": _raise(TooSlowError()),
        "Busy": _raise(ThrottledError()),
        "Huge": lambda _: {"statusCode": 200, "body": "a" * (6 * 1024 * 1024)},
        "Simple": _simple,
        "Policy": _policy,
        "Token": _policy,
    }
    cloud.keys[f"/{POOL}/.well-known/jwks.json"] = KEYS.jwks()
    _payloads(cloud)
    _mapped(cloud)
    _routes(cloud)
    _cors(cloud)
    _authorizers(cloud)
    _limits(cloud)
    _rest(cloud)
    _rest_authorizers(cloud)
    _domains(cloud)
    _function_urls(cloud)
    _bodies(cloud)
    return cloud


def _raise(error: Exception) -> Any:
    def handler(_: Json) -> object:
        raise error

    return handler


def _say(event: Json) -> bytes:
    """The request's body is the function's result."""
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


def _simple(event: Json) -> object:
    asked = event["headers"].get("authorization", "")
    if asked == "fail":
        raise FunctionFailedError("as asked")
    if asked == "malformed":
        return {"isAuthorized": "yes"}
    told = {"user": "ada", "count": 1, "admin": True, "tags": ["a", "b"]}
    return {"isAuthorized": asked == "allow", "context": told}


def _policy(event: Json) -> object:
    asked = event.get("authorizationToken") or (event.get("headers") or {}).get("authorization")
    asked = (asked or "").partition(",")[0]
    if asked == "unauthorized":
        raise FunctionFailedError("Unauthorized")
    if asked == "fail":
        raise FunctionFailedError("as asked")
    if asked == "malformed":
        return {"principalId": "ada"}
    about = event.get("methodArn") or event.get("routeArn")
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Deny" if asked == "deny" else "Allow",
        "Resource": f"{about}-another" if asked == "elsewhere" else about,
    }
    return {
        "principalId": "ada",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"key": "value", "numKey": 1, "boolKey": True},
    }


def _payloads(cloud: Cloud) -> None:
    old = {"function": "Echo", "payloadFormatVersion": "1.0"}
    http_api(
        cloud,
        "http",
        {
            "GET /pets/{id}": "Echo",
            "ANY /echo": "Echo",
            "ANY /echo/{proxy+}": "Echo",
            "POST /say": "Say",
            "GET /old/{id}": old,
            "POST /old": old,
            "POST /old/say": {"function": "Say", "payloadFormatVersion": "1.0"},
            "GET /fail": "Fail",
            "GET /slow": {"function": "Slow", "timeoutInMillis": 2000},
            "GET /slower": {"function": "Slow", "timeoutInMillis": 45_000},
            "GET /busy": "Busy",
            "GET /missing": "Missing",
            "GET /huge": "Huge",
            "GET /elsewhere": {"uri": "https://example.com/"},
            "GET /by-arn": {"uri": arn("Echo", "live")},
            "GET /alias": {"function": "Echo:${stageVariables.LambdaAlias}"},
            "GET /function": {"function": "${stageVariables.Name}"},
        },
        stages=(
            {"stageName": "$default"},
            {"stageName": "dev", "stageVariables": {"LambdaAlias": "dev", "Name": "Echo"}},
        ),
    )
    cloud.items[REGION, "/v2/apis/http/routes"].append({"routeKey": "GET /nowhere"})


def _mapped(cloud: Cloud) -> None:
    def changed(function: str, **rules: Any) -> Json:
        return {"function": function, **rules}

    request = {
        "append:header.header1": "$context.requestId",
        "append:header.x-many": "two",
        "overwrite:header.header2": "$request.header.header0",
        "remove:header.x-gone": "''",
        "append:querystring.added": "$request.path.id",
        "overwrite:querystring.over": "$stageVariables.v",
        "remove:querystring.gone": "''",
        "append:header.authorization": "reserved",
        "append:header.x-both": "${request.path.id}-$request.querystring.q",
        "append:header.x-body": "$request.body.a.b[1]",
        "append:header.x-path": "$request.path",
    }
    answers = {
        "500": {"append:header.header1": "$context.requestId", "overwrite:statuscode": "403"},
        "404": {"append:header.error": "$stageVariables.v"},
        "200": {
            "overwrite:header.x-from": "$response.header.x-a $response.body.name",
            "remove:header.x-gone": "''",
        },
    }
    http_api(
        cloud,
        "mapped",
        {
            "POST /request/{id}": changed("Echo", requestParameters=request),
            "GET /path/{proxy+}": changed(
                "Echo", requestParameters={"overwrite:path": "/new/$request.path.proxy"}
            ),
            "POST /say": changed("Say", responseParameters=answers),
            "POST /formation": changed(
                "Say",
                responseParameters={
                    "200": {
                        "ResponseParameters": [
                            {"Destination": "append:header.x-own", "Source": "static"}
                        ]
                    }
                },
            ),
        },
        stages=({"stageName": "$default", "stageVariables": {"v": "variable"}},),
    )


def _routes(cloud: Cloud) -> None:
    documented = (
        "GET /pets/dog/1",
        "GET /pets/dog/{id}",
        "GET /pets/{proxy+}",
        "ANY /{proxy+}",
        "$default",
    )
    http_api(cloud, "routes", dict.fromkeys(documented, "Echo"))
    http_api(
        cloud,
        "few",
        dict.fromkeys(
            (
                *("GET /", "GET /items", "ANY /items/{id}", "POST /items/{id}"),
                *("GET /a/{x}/b/{y}", "GET /full/{proxy+}", "GET /{x}/match", "ANY /full/any"),
            ),
            "Echo",
        ),
        stages=({"stageName": "test"},),
    )
    http_api(
        cloud,
        "stages",
        {"ANY /{proxy+}": "Echo", "GET /": "Echo"},
        stages=({"stageName": "$default"}, {"stageName": "beta"}),
    )


def _cors(cloud: Cloud) -> None:
    http_api(
        cloud,
        "cors",
        {"GET /own": "Say", "POST /own": "Say", "OPTIONS /own": "Echo", "GET /fail": "Fail"},
        corsConfiguration={
            "allowOrigins": ["https://www.example.com", "https://app.example.com"],
            "allowMethods": ["GET", "POST"],
            "allowHeaders": ["authorization", "x-own"],
            "exposeHeaders": ["date", "x-api-id"],
            "maxAge": 300,
            "allowCredentials": True,
        },
    )
    http_api(
        cloud,
        "corsany",
        {"GET /x": "Echo", "$default": "Echo"},
        corsConfiguration={"allowOrigins": ["*"], "allowMethods": ["*"], "allowHeaders": ["*"]},
    )
    http_api(
        cloud,
        "corshttps",
        {"GET /x": "Echo"},
        corsConfiguration={"allowOrigins": ["https://*"]},
    )
    http_api(cloud, "nocors", {"GET /own": "Say", "POST /own": "Say", "$default": "Echo"})


def _authorizers(cloud: Cloud) -> None:
    def route(name: str, kind: str = "CUSTOM", **more: Any) -> Json:
        settings = {"authorizationType": kind, "authorizerId": name, **more}
        return {"function": "Echo", "route": settings}

    def function(name: str, called: str, **more: Any) -> Json:
        settings = {"identitySource": ["$request.header.Authorization"], **more}
        return {
            "authorizerId": name,
            "authorizerType": "REQUEST",
            "authorizerUri": uri(called),
            "authorizerPayloadFormatVersion": "2.0",
            "authorizerResultTtlInSeconds": 0,
            **settings,
        }

    jwt = {
        "authorizerId": "jwt",
        "authorizerType": "JWT",
        "identitySource": ["$request.header.Authorization"],
        "jwtConfiguration": {"issuer": ISSUER, "audience": ["client-1", "client-2"]},
    }
    in_query = {**jwt, "authorizerId": "query", "identitySource": ["$request.querystring.token"]}
    unknown = {
        **jwt,
        "authorizerId": "unknown",
        "jwtConfiguration": {"issuer": "https://issuer.example", "audience": ["client-1"]},
    }
    http_api(
        cloud,
        "auth",
        {
            "GET /jwt": route("jwt", "JWT"),
            "GET /jwt/old": {**route("jwt", "JWT"), "payloadFormatVersion": "1.0"},
            "GET /scoped": route("jwt", "JWT", authorizationScopes=["pets/read", "pets/admin"]),
            "GET /admin": route("jwt", "JWT", authorizationScopes=["pets/admin"]),
            "GET /query": route("query", "JWT"),
            "GET /unknown": route("unknown", "JWT"),
            "GET /simple": route("simple"),
            "GET /simple/old": {**route("simple"), "payloadFormatVersion": "1.0"},
            "GET /policy": route("policy"),
            "GET /policy/{id}": route("policy"),
            "GET /old": route("old"),
            "GET /cached": route("cached"),
            "GET /cached/other": route("cached"),
            "GET /perroute": route("perroute"),
            "GET /perroute/other": route("perroute"),
            "GET /two": route("two"),
            "GET /missing": route("missing"),
            "GET /iam": route("", "AWS_IAM"),
            "GET /none": route("none"),
        },
        stages=(
            {"stageName": "$default", "stageVariables": {"tenant": "t1"}},
            {"stageName": "bare"},
        ),
        authorizers=(
            jwt,
            in_query,
            unknown,
            function("simple", "Simple", enableSimpleResponses=True),
            function("policy", "Policy"),
            function("old", "Policy", authorizerPayloadFormatVersion="1.0"),
            function(
                "cached",
                "Simple",
                enableSimpleResponses=True,
                authorizerResultTtlInSeconds=300,
            ),
            function(
                "perroute",
                "Simple",
                enableSimpleResponses=True,
                authorizerResultTtlInSeconds=300,
                identitySource=["$request.header.Authorization", "$context.routeKey"],
            ),
            function(
                "two",
                "Policy",
                identitySource=[
                    "$request.header.Authorization",
                    "$request.querystring.user",
                    "$stageVariables.tenant",
                ],
            ),
            function("missing", "Missing"),
        ),
    )


def _limits(cloud: Cloud) -> None:
    http_api(
        cloud,
        "slow",
        {"GET /a": "Echo", "GET /b": "Echo"},
        stages=(
            {
                "stageName": "$default",
                "defaultRouteSettings": {"throttlingBurstLimit": 2, "throttlingRateLimit": 0.001},
                "routeSettings": {
                    "GET /b": {"ThrottlingBurstLimit": 1, "ThrottlingRateLimit": 0.001}
                },
            },
        ),
    )
    http_api(cloud, "closed", {"GET /x": "Echo"}, disableExecuteApiEndpoint=True)
    rest_api(cloud, "restclosed", {"GET /x": "Echo"}, disableExecuteApiEndpoint=True)
    http_api(
        cloud,
        "logged",
        {"GET /pets/{id}": "Echo", "GET /fail": "Fail"},
        stages=(
            {
                "stageName": "prod",
                "accessLogSettings": {
                    "destinationArn": LOG_GROUP,
                    "format": json.dumps(
                        {
                            "requestId": "$context.requestId",
                            "ip": "$context.identity.sourceIp",
                            "httpMethod": "$context.httpMethod",
                            "routeKey": "$context.routeKey",
                            "path": "$context.path",
                            "status": "$context.status",
                            "protocol": "$context.protocol",
                            "responseLength": "$context.responseLength",
                            "stage": "$context.stage",
                            "integrationStatus": "$context.integration.integrationStatus",
                            "functionStatus": "$context.integration.status",
                            "error": "$context.integrationErrorMessage",
                            "absent": "$context.authorizer.principalId",
                        }
                    ),
                },
            },
        ),
    )


def _rest(cloud: Cloud) -> None:
    def slow(**more: Any) -> Json:
        return {"function": "Slow", **more}

    mock = {
        "type": "MOCK",
        "requestTemplates": {"application/json": '{\n  "statusCode" : 200\n}\n'},
        "integrationResponses": {
            "200": {
                "statusCode": "200",
                "responseParameters": {
                    "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
                    "method.response.header.Access-Control-Allow-Origin": "'*'",
                    "method.response.header.Access-Control-Allow-Headers": "'authorization'",
                },
                "responseTemplates": {"application/json": "{}\n"},
            }
        },
    }
    teapot = {
        "type": "MOCK",
        "requestTemplates": {"application/json": '{"statusCode": 418}'},
        "integrationResponses": {
            "200": {"statusCode": "200"},
            "418": {
                "statusCode": "418",
                "selectionPattern": "4\\d{2}",
                "responseTemplates": {"application/json": '{"short":"stout"}'},
            },
        },
    }
    required = {
        "requestParameters": {
            "method.request.querystring.q": True,
            "method.request.header.x-must": True,
            "method.request.querystring.may": False,
        },
        "requestValidatorId": "v1",
    }
    rest_api(
        cloud,
        "rest",
        {
            "GET /": "Echo",
            "GET /hello": "Echo",
            "POST /hello": "Echo",
            "OPTIONS /hello": mock,
            "GET /teapot": teapot,
            "GET /pets/{id}": "Echo",
            "GET /pets/dog": "Echo",
            "GET /pets/dog/{proxy+}": "Echo",
            "ANY /any/{proxy+}": {"function": "Echo", "method": {"operationName": "Anything"}},
            "POST /say": "Say",
            "GET /fail": "Fail",
            "GET /slow": slow(timeoutInMillis=2000),
            "GET /slower": slow(timeoutInMillis=60_000),
            "GET /busy": "Busy",
            "GET /missing": "Missing",
            "GET /huge": "Huge",
            "GET /http": {"type": "HTTP", "uri": "https://example.com"},
            "GET /alias": {"function": "Echo:${stageVariables.LambdaAlias}"},
            "GET /undefined": {"function": "Echo:${stageVariables.Nothing}"},
            "GET /required": {"function": "Echo", "method": required},
            "GET /key": {"function": "Echo", "method": {"apiKeyRequired": True}},
            "GET /calm": "Echo",
            "POST /binary": "Echo",
        },
        stages=(
            {
                "stageName": "prod",
                "deploymentId": "dep1",
                "variables": {"LambdaAlias": "prod"},
                "methodSettings": {
                    "calm/GET": {"throttlingRateLimit": 0.001, "throttlingBurstLimit": 1}
                },
                "accessLogSettings": {
                    "destinationArn": LOG_GROUP,
                    "format": "$context.requestId rest $context.resourcePath $context.status "
                    "$context.error.message $context.error.responseType",
                },
            },
        ),
        validators=({"id": "v1", "validateRequestParameters": True},),
        binaryMediaTypes=["image/png", "application/octet-stream"],
    )
    plan = {"id": "plan1", "apiStages": [{"apiId": "rest", "stage": "prod"}]}
    cloud.items[REGION, "/usageplans"] = [plan]
    cloud.items[REGION, "/usageplans/plan1/keys"] = [{"id": "key1"}]
    cloud.items[REGION, "/apikeys?includeValues=true"] = [
        {"id": "key1", "value": "secret-1", "enabled": True},
        {"id": "key2", "value": "secret-2", "enabled": True},
    ]
    rest_api(
        cloud,
        "restown",
        {"GET /x": "Fail", "GET /denied": _custom("token")},
        authorizers=({"id": "token", "type": "TOKEN", "authorizerUri": uri("Token")},),
        responses=(
            {
                "responseType": "DEFAULT_4XX",
                "responseParameters": {
                    "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
                    "gatewayresponse.header.x-path": "method.request.header.x-own",
                },
                "responseTemplates": {
                    "application/json": '{"message":$context.error.messageString}'
                },
            },
            {
                "responseType": "MISSING_AUTHENTICATION_TOKEN",
                "statusCode": "404",
                "responseTemplates": {"application/json": '{"type":"$context.error.responseType"}'},
            },
            {
                "responseType": "DEFAULT_5XX",
                "responseParameters": {"gatewayresponse.header.x-broken": "'yes'"},
            },
        ),
    )
    rest_api(
        cloud,
        "restpacked",
        {"POST /say": "Say", "POST /echo": "Echo", "GET /pets": "Long"},
        minimumCompressionSize=10,
    )
    cloud.functions["Long"] = lambda _: {"statusCode": 200, "body": "pets " * 100}
    rest_api(cloud, "restbinary", {"POST /x": "Say"}, binaryMediaTypes=["*/*"])


def _custom(name: str, kind: str = "CUSTOM", **more: Any) -> Json:
    settings = {"authorizationType": kind, "authorizerId": name, **more}
    return {"function": "Echo", "method": settings}


def _rest_authorizers(cloud: Cloud) -> None:
    def authorizer(name: str, kind: str, **more: Any) -> Json:
        settings = {
            "identitySource": "method.request.header.Authorization",
            "authorizerResultTtlInSeconds": 0,
            **more,
        }
        return {"id": name, "type": kind, "authorizerUri": uri("Token"), **settings}

    pool_arn = f"arn:aws:cognito-idp:{REGION}:123456789012:userpool/"
    rest_api(
        cloud,
        "restauth",
        {
            "GET /token": _custom("token"),
            "GET /checked": _custom("checked"),
            "GET /request/{id}": _custom("request"),
            "GET /cachedrequest": _custom("cachedrequest"),
            "GET /remembered": _custom("remembered"),
            "GET /missing": _custom("missing"),
            "GET /cognito": _custom("cognito", "COGNITO_USER_POOLS"),
            "GET /scoped": _custom(
                "cognito", "COGNITO_USER_POOLS", authorizationScopes=["pets/read"]
            ),
            "GET /bystage": _custom("bystage", "COGNITO_USER_POOLS"),
            "GET /iam": _custom("", "AWS_IAM"),
        },
        stages=({"stageName": "prod", "variables": {"Pool": POOL}},),
        authorizers=(
            authorizer("token", "TOKEN"),
            authorizer("checked", "TOKEN", identityValidationExpression="^Bearer [a-z]+$"),
            authorizer("request", "REQUEST"),
            authorizer(
                "cachedrequest",
                "REQUEST",
                identitySource="method.request.header.Authorization, "
                "method.request.querystring.user",
                authorizerResultTtlInSeconds=300,
            ),
            authorizer("remembered", "TOKEN", authorizerResultTtlInSeconds=300),
            {**authorizer("missing", "TOKEN"), "authorizerUri": uri("Missing")},
            authorizer("cognito", "COGNITO_USER_POOLS", providerARNs=[f"{pool_arn}{POOL}"]),
            authorizer(
                "bystage",
                "COGNITO_USER_POOLS",
                providerARNs=[f"{pool_arn}${{stageVariables.Pool}}"],
            ),
        ),
    )


def _domains(cloud: Cloud) -> None:
    for name in ("one", "two", "three", "four"):
        http_api(
            cloud,
            name,
            {"ANY /{proxy+}": "Echo", "GET /": "Echo"},
            stages=({"stageName": "$default"}, {"stageName": "v1"}),
        )
    domain(
        cloud,
        "api.example.com",
        {
            REGION: {
                "": "one/$default",
                "orders/v1/items": "two/$default",
                "orders/v2/items": "three/$default",
                "orders/v2/items/categories": "four/$default",
                "staged": "one/v1",
                "rest": "rest/prod",
                "closed": "closed/$default",
            }
        },
    )
    domain(cloud, "narrow.example.com", {REGION: {"only": "one/$default"}})
    domain(cloud, "*.wild.example.com", {REGION: {"": "one/$default"}})
    old = {"function": "Echo", "payloadFormatVersion": "1.0"}
    http_api(cloud, "oldone", {"ANY /{proxy+}": old})
    domain(cloud, "old.example.com", {REGION: {"key": "oldone/$default"}})
    for region in ("us-east-1", "ap-south-1"):
        http_api(cloud, "one", {"ANY /{proxy+}": "Echo", "GET /": "Echo"}, region=region)
    domain(
        cloud,
        "global.example.com",
        {region: {"": "one/$default"} for region in (REGION, "us-east-1", "ap-south-1")},
    )
    _records(cloud)


def _records(cloud: Cloud) -> None:
    """Domains whose records in Route 53 say how to choose a region."""
    for name in ("failover", "health", "sick"):
        regions = (REGION, "us-east-1", "ap-south-1")
        domain(cloud, f"{name}.example.com", {region: {"": "one/$default"} for region in regions})
    records = (
        _record("failover", "ap-south-1", Failover="PRIMARY"),
        _record("failover", "us-east-1", Failover="SECONDARY"),
        _record("health", REGION, Region=REGION, HealthCheckId="broken"),
        _record("health", "us-east-1", Region="us-east-1"),
        _record("sick", REGION, Region=REGION, HealthCheckId="broken"),
        _record("sick", "us-east-1", Region="us-east-1", HealthCheckId="broken"),
    )
    check = (
        "<FullyQualifiedDomainName>http.execute-api.eu-west-1.localhost</FullyQualifiedDomainName>"
        "<ResourcePath>/fail</ResourcePath><FailureThreshold>1</FailureThreshold>"
    )
    path = "/2013-04-01"
    cloud.documents |= {
        f"{path}/hostedzone": (
            "<R><HostedZone><Id>/hostedzone/Z1</Id><Name>example.com.</Name></HostedZone></R>"
        ),
        f"{path}/hostedzone/Z1/rrset": f"<R>{''.join(records)}</R>",
        f"{path}/healthcheck": (
            f"<R><HealthCheck><Id>broken</Id><HealthCheckConfig>{check}</HealthCheckConfig>"
            "</HealthCheck></R>"
        ),
    }


def _record(name: str, region: str, **more: str) -> str:
    fields = {"Name": f"{name}.example.com.", "Type": "A", "SetIdentifier": region, **more}
    inside = "".join(f"<{field}>{value}</{field}>" for field, value in fields.items())
    target = f"d-1.execute-api.{region}.amazonaws.com."
    alias = f"<AliasTarget><DNSName>{target}</DNSName></AliasTarget>"
    return f"<ResourceRecordSet>{inside}{alias}</ResourceRecordSet>"


def _function_urls(cloud: Cloud) -> None:
    def url(function: str, url_id: str, qualifier: str = "", **more: Any) -> None:
        config = {
            "FunctionUrl": f"https://{url_id}.lambda-url.{REGION}.on.aws/",
            "FunctionArn": arn(function),
            "AuthType": "NONE",
            **more,
        }
        path = f"/2021-10-31/functions/{function}/url"
        cloud.objects[REGION, f"{path}?Qualifier={qualifier}" if qualifier else path] = config
        listed = cloud.objects.setdefault((REGION, f"{path}s"), {"FunctionUrlConfigs": []})
        listed["FunctionUrlConfigs"].append(config)

    names = ("Echo", "Say", "Fail", "Busy", "Simple")
    cloud.objects[REGION, "/2015-03-31/functions/"] = {
        "Functions": [{"FunctionName": name} for name in names]
    }
    aliases = {"Aliases": [{"Name": "live"}]}
    cloud.objects[REGION, "/2015-03-31/functions/Echo/aliases"] = aliases
    url("Echo", "urlecho")
    url("Echo", "urllive", "live")
    url("Say", "urlsay", Cors={"AllowOrigins": ["https://www.example.com"]})
    url("Fail", "urlfail")
    url("Busy", "urlbusy")
    url("Simple", "urlsigned", AuthType="AWS_IAM")


def _bodies(cloud: Cloud) -> None:
    """An HTTP API whose routes are in the body of its template, as SAM leaves it."""
    tags = {
        "aws:cloudformation:stack-name": "app",
        "aws:cloudformation:logical-id": "ServerlessHttpApi",
    }
    http_api(cloud, "body", {}, tags=tags)
    path = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    called = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "payloadFormatVersion": "2.0",
        "uri": {"Fn::Sub": f"{path}/${{Function.Arn}}/invocations"},
    }
    body = {
        "openapi": "3.0.1",
        "info": {"title": {"Ref": "AWS::StackName"}, "version": "1.0"},
        "paths": {
            "/pets/{id}": {"get": {"x-amazon-apigateway-integration": called}},
            "/any": {"x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": called}},
            "/alias": {
                "get": {
                    "x-amazon-apigateway-integration": {
                        **called,
                        "uri": {"Fn::Sub": f"{path}/${{Alias}}/invocations"},
                    }
                }
            },
            "/old": {
                "get": {
                    "x-amazon-apigateway-integration": {**called, "payloadFormatVersion": "1.0"}
                }
            },
            "/secret": {
                "get": {
                    "x-amazon-apigateway-integration": called,
                    "security": [{"Tokens": ["pets/read"]}],
                }
            },
            "/shared": {
                "get": {
                    "x-amazon-apigateway-integration": {
                        "$ref": "#/components/x-amazon-apigateway-integrations/shared"
                    }
                }
            },
            "$default": {
                "x-amazon-apigateway-any-method": {
                    "isDefaultRoute": True,
                    "x-amazon-apigateway-integration": called,
                }
            },
        },
        "components": {
            "x-amazon-apigateway-integrations": {"shared": called},
            "securitySchemes": {
                "Tokens": {
                    "type": "oauth2",
                    "x-amazon-apigateway-authorizer": {
                        "type": "jwt",
                        "identitySource": "$request.header.Authorization",
                        "jwtConfiguration": {
                            "issuer": {
                                "Fn::Sub": "https://cognito-idp.${AWS::Region}.amazonaws.com/"
                                "${Pool}"
                            },
                            "audience": [{"Ref": "Client"}],
                        },
                    },
                }
            },
        },
        "x-amazon-apigateway-cors": {"allowOrigins": [{"Ref": "Origin"}]},
    }
    template = {"Resources": {"ServerlessHttpApi": {"Properties": {"Body": body}}}}
    resources = (
        ("Function", "Echo", "AWS::Lambda::Function"),
        ("Alias", arn("Echo", "live"), "AWS::Lambda::Alias"),
        ("Pool", POOL, "AWS::Cognito::UserPool"),
        ("Client", "client-1", "AWS::Cognito::UserPoolClient"),
    )
    cloud.documents |= {
        f"{REGION} DescribeStacks": "<R><Stacks><member><StackId>app/1</StackId>"
        "<StackName>app</StackName><Parameters><member><ParameterKey>Origin</ParameterKey>"
        "<ParameterValue>https://www.example.com</ParameterValue></member></Parameters>"
        "</member></Stacks></R>",
        f"{REGION} GetTemplate": f"<R><TemplateBody>{json.dumps(template)}</TemplateBody></R>",
        f"{REGION} ListStackResources": "<R>"
        + "".join(
            f"<member><LogicalResourceId>{logical}</LogicalResourceId><PhysicalResourceId>"
            f"{physical}</PhysicalResourceId><ResourceType>{kind}</ResourceType></member>"
            for logical, physical, kind in resources
        )
        + "</R>",
    }
