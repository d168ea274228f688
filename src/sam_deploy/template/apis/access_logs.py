"""Renders where an API's stages log each request, and what they write: one JSON object. Pure.

No names and no tokens of people: the address of the caller is the only personal thing in it.
Sources: API Gateway developer guide, "Customize HTTP API access logs" and "Variables for access
logging for API Gateway".
"""

from __future__ import annotations

import json
from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Environment, HttpApi, RestApi
from sam_deploy.template.apis.gateways import Gateway
from sam_deploy.template.arns import REGIONAL
from sam_deploy.template.document import Json, Resource, sub
from sam_deploy.template.scope import Scope

_BOTH: Final = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "protocol": "$context.protocol",
    "stage": "$context.stage",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "latency": "$context.responseLatency",
    "integrationStatus": "$context.integration.status",
    "integrationLatency": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error",
    "error": "$context.error.message",
}
HTTP_FORMAT: Final = json.dumps(_BOTH | {"routeKey": "$context.routeKey"})
REST_FORMAT: Final = json.dumps(
    _BOTH | {"routeKey": "$context.resourcePath", "firewallStatus": "$context.waf.status"}
)


def access_log_id(api: str, environment: Environment) -> str:
    """ApiHttpApiDevAccessLogs, for the logical id of an API without its environment."""
    return naming.api_part_id(api, environment.name, "AccessLogs")


def access_log_group(
    scope: Scope, api: str, gateway: Gateway, environment: Environment, declared: HttpApi | RestApi
) -> tuple[str, Resource]:
    """Return the log group of a stage, kept as long as the environment says.

    Below /aws/vendedlogs/, because the policies of other prefixes fill one document of limited
    size. Source: CloudWatch Logs user guide, "Enable logging from AWS services".
    """
    properties: dict[str, Json] = {
        "LogGroupName": f"/aws/vendedlogs/apigateway/{gateway.name}/{environment.name}",
        "RetentionInDays": environment.log_retention_days,
        "Tags": scope.tag_list(environment),
    }
    return access_log_id(api, environment), Resource(
        "AWS::Logs::LogGroup", properties, environment=environment.name, declared=declared
    )


def access_log_settings(api: str, environment: Environment, line: str) -> Json:
    """Return a stage's setting: the group's ARN, without the `:*` that `Fn::GetAtt` adds."""
    group = access_log_id(api, environment)
    arn = f"arn:${{AWS::Partition}}:logs:{REGIONAL}:log-group:${{{group}}}"
    return {"DestinationArn": sub(arn), "Format": line}
