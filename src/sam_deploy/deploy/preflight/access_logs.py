"""Whether REST APIs may write their logs: API Gateway has one role for that, account and region.

May call: GetAccount (API Gateway), once a region in which a stage begins to write logs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.aws.prerequisites import Prerequisites
from sam_deploy.deploy.preflight.asking import ask, on_aws
from sam_deploy.deploy.preflight.changing import Changing, Document, changing
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.errors import RefusedError

STAGES: Final = frozenset({"AWS::ApiGateway::Stage", "AWS::Serverless::Api"})
ACCOUNT: Final = "AWS::ApiGateway::Account"
"""The resource that sets the role: a template that holds it cares for itself."""
LEVELS: Final = frozenset({"ERROR", "INFO"})


def access_logs(facts: Facts) -> Iterator[Finding]:
    """Yield an error for each region where stages would write logs and API Gateway may not."""
    if not on_aws(facts):
        return
    begin = {
        region: stages
        for each in changing(facts)
        for region, stages in [(each.region, tuple(stages_that_begin(each)))]
        if stages
    }
    roles, untold = ask(
        facts,
        {region: Prerequisites(facts.aws, region).api_log_role for region in begin},
        "whether REST APIs may write logs is not known",
    )
    yield from untold
    yield from (no_role(region, begin[region]) for region, role in roles.items() if not role)


def stages_that_begin(change: Changing) -> Iterator[str]:
    """Yield the logical ids of stages that write logs and did not before. Pure."""
    kinds = map(change.after.kind, change.after.resources)
    if ACCOUNT in kinds:
        return
    for logical_id in change.after.resources:
        if _writes(change.after, logical_id) and not _writes(change.before, logical_id):
            yield logical_id


def _writes(document: Document, logical_id: str) -> bool:
    """Whether a resource is a REST stage with access logs, or with logs of its executions."""
    given = document.resources.get(logical_id, {}).get("Properties")
    if document.kind(logical_id) not in STAGES or not isinstance(given, Mapping):
        return False
    settings = given.get("MethodSettings")
    levels = {
        str(each.get("LoggingLevel"))
        for each in (settings if isinstance(settings, list) else ())
        if isinstance(each, Mapping)
    }
    logs = "AccessLogSetting" in given or bool(levels & LEVELS)
    return logs and document.made(logical_id) is True


def no_role(region: str, stages: tuple[str, ...]) -> Finding:
    """Return the error of a region in which API Gateway has no role for logs. Pure."""
    return Finding(
        error=RefusedError(
            f"API Gateway may not write logs in `{region}`",
            why=f"the account has no CloudWatch role there, and {', '.join(stages)} would be "
            "refused without one",
            hint="make a role with the policy AmazonAPIGatewayPushToCloudWatchLogs, and set it "
            f"once: `aws apigateway update-account --region {region} --patch-operations "
            "op=replace,path=/cloudwatchRoleArn,value=ARN`; or leave `access_logs` off",
        ),
        region=region,
    )
