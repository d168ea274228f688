"""Renders what watches the app: alarms with the topic that tells people, and the dashboard. Pure.

watched    which metrics, from which value on      topic      whom alarms tell
dashboard  the picture that people look at
"""

from __future__ import annotations

from sam_deploy import naming
from sam_deploy.config.model import App, Environment
from sam_deploy.config.physical import owner
from sam_deploy.plan.model import Request
from sam_deploy.plan.stacks import stacks_of
from sam_deploy.template.document import Entries, Json, Resource, ref
from sam_deploy.template.scope import Scope
from sam_deploy.template.watching.dashboard import dashboard
from sam_deploy.template.watching.topic import topic
from sam_deploy.template.watching.watched import Watched, watched


def alarms(scope: Scope) -> Entries:
    """Yield the alarms of every environment that wants some, and their topic."""
    for environment in scope.environments:
        if environment.alarms == "off" or scope.stack.topology == "local":
            continue
        found = watched(scope, environment)
        if found:
            yield from topic(scope, environment)
        for alarm_id, each in found.items():
            yield alarm_id, _alarm(scope, environment, alarm_id, each)


def alarm_names(app: App, environment: str) -> dict[str, tuple[str, ...]]:
    """Return the names of an environment's alarms by region, as its stacks make them there."""
    found: dict[str, tuple[str, ...]] = {}
    for stack in stacks_of(app, Request(environment=owner(app, environment))):
        scope = Scope(app, stack)
        names = tuple(
            naming.alarm_name(app.name, environment, alarm_id)
            for each in scope.environments
            if each.name == environment and each.alarms != "off"
            for alarm_id in watched(scope, each)
        )
        for region in stack.regions:
            found[region] = (*found.get(region, ()), *names)
    return found


def _alarm(scope: Scope, environment: Environment, alarm_id: str, watched: Watched) -> Resource:
    topic = ref(naming.alarm_topic_id(environment.name))
    percentile = watched.statistic.startswith("p")
    properties: dict[str, Json] = {
        "AlarmName": naming.alarm_name(scope.app.name, environment.name, alarm_id),
        "AlarmDescription": f"{scope.app.name}: {watched.words}",
        "Namespace": watched.namespace,
        "MetricName": watched.metric,
        "Dimensions": [{"Name": n, "Value": value} for n, value in watched.dimensions.items()],
        "ExtendedStatistic" if percentile else "Statistic": watched.statistic,
        "Period": watched.period_seconds,
        "EvaluationPeriods": watched.periods,
        "Threshold": watched.threshold,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        # nobody called: that is no failure (a canary asks for calls by itself)
        "TreatMissingData": "notBreaching",
        "AlarmActions": [topic],
        "OKActions": [topic],
        "Tags": scope.tag_list(environment),
    }
    return Resource(
        "AWS::CloudWatch::Alarm",
        properties,
        environment=environment.name,
        declared=watched.declared,
    )


__all__ = ["alarm_names", "alarms", "dashboard"]
