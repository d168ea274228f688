"""Rules on functions: their logs and their addresses. Pure."""

from __future__ import annotations

from typing import Final

from sam_deploy.template.checks.audit.rule import Hits, Rule, hit, rule
from sam_deploy.template.checks.audit.shapes import mapping, names, text
from sam_deploy.template.checks.audit.view import View

LOG_PREFIX: Final = "/aws/lambda/"


@rule(
    "function-log-group",
    "warning",
    why="a log group that Lambda makes by itself keeps everything for ever, and outlives the stack",
    fix="add a LogGroup /aws/lambda/NAME with RetentionInDays, or LoggingConfig.LogGroup",
)
def function_log_group(view: View) -> Hits:
    """Yield functions whose logs go to a group that the template does not make."""
    groups = [text(group.get("LogGroupName")) for group in view.of("AWS::Logs::LogGroup")]
    own = {name.removeprefix(LOG_PREFIX) for name in groups if name.startswith(LOG_PREFIX)}
    named = {found for name in groups for found in names(name)}
    for function in view.functions:
        known = {text(function.get("FunctionName")), f"${{{function.logical_id}}}"} & own
        given = function.get("LoggingConfig", "LogGroup")
        if given is None and not known and function.logical_id not in named:
            yield hit(function, "", "has no log group with a retention of its own")


@rule(
    "function-url",
    "error",
    why="everybody on the internet may call it, past throttling, authorizer and firewall",
    fix="set AuthType: AWS_IAM, or put a route of an API in front of the function",
)
def function_url(view: View) -> Hits:
    """Yield addresses of functions that ask nobody who they are."""
    for url in view.of("AWS::Lambda::Url"):
        if view.value(url.get("AuthType")) == "NONE":
            yield hit(url, "AuthType", "is NONE")
    for function in view.of("AWS::Serverless::Function"):
        config = mapping(function.get("FunctionUrlConfig"))
        if view.value(config.get("AuthType")) == "NONE":
            yield hit(function, "FunctionUrlConfig.AuthType", "is NONE")


RULES: Final[tuple[Rule, ...]] = (function_log_group, function_url)
