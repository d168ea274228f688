from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, EventBus, FeatureSet, Function, Queue, Rule, Topic, on_event

Make = Callable[..., App]
Render = Callable[..., Any]

EVENTS = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:"
SQS = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:"


def sids(rendered: Any, policy: str) -> dict[str, Any]:
    """The statements of a policy by their names."""
    document = rendered.properties(policy)["PolicyDocument"]
    return {each["Sid"]: each for each in document["Statement"]}


@pytest.mark.parametrize(("days", "kept"), [(None, None), (0, {}), (30, {"RetentionDays": 30})])
def test_a_bus_is_made_for_each_environment_with_its_archive(
    days: int | None, kept: dict[str, int] | None, make_app: Make, render_app: Render
) -> None:
    """For ever, for some days, or not at all."""
    rendered = render_app(make_app(event_buses=[EventBus("Events", archive_days=days)]))
    assert ["EventsDevEventBus", "EventsProdEventBus"] == list(
        rendered.of_type("AWS::Events::EventBus")
    )
    assert "shop-Events-dev" == rendered.properties("EventsDevEventBus")["Name"]
    archives = rendered.of_type("AWS::Events::Archive")
    assert (0 if kept is None else 2) == len(archives)
    if kept is not None:
        source = {"SourceArn": {"Fn::GetAtt": ["EventsDevEventBus", "Arn"]}}
        assert {**source, **kept} == rendered.properties("EventsDevEventBusArchive")


def test_a_rule_forwards_the_accounts_own_events_to_its_environments_queue(
    make_app: Make, render_app: Render
) -> None:
    """The queue knows the rule before the rule sends, and nothing else of the bus gets in."""
    app = make_app(
        queues=[Queue("Jobs")],
        event_buses=[EventBus("Events")],
        rules=[Rule("Forward", "Jobs", bus="Events", sources=["a"], detail_types=["B", "C"])],
    )
    rendered = render_app(app)
    rule = rendered.resources["ForwardProdRule"]
    assert ["JobsProdQPolicy"] == rule["DependsOn"]
    properties = rule["Properties"]
    assert {"Ref": "EventsProdEventBus"} == properties["EventBusName"]
    assert {
        "account": [{"Ref": "AWS::AccountId"}],
        "source": ["a"],
        "detail-type": ["B", "C"],
    } == properties["EventPattern"]
    (target,) = properties["Targets"]
    assert {"Fn::Sub": f"{SQS}JobsProdQ"} == target["Arn"]
    assert {"Arn": {"Fn::Sub": f"{SQS}JobsProdDLQ"}} == target["DeadLetterConfig"]
    source = {
        "ArnEquals": {
            "aws:SourceArn": [{"Fn::Sub": f"{EVENTS}rule/shop-Events-prod/shop-Forward-prod"}]
        }
    }
    for policy in ("JobsProdQPolicy", "JobsProdDLQPolicy"):
        allowed = sids(rendered, policy)["AllowRules"]
        assert ({"Service": "events.amazonaws.com"}, source) == (
            allowed["Principal"],
            allowed["Condition"],
        )


def test_a_rule_on_the_default_bus_names_none(make_app: Make, render_app: Render) -> None:
    """Neither in the rule nor in its ARN; `pattern` may name another account."""
    pattern = {"account": ["111111111111"], "source": [{"prefix": "aws."}]}
    rules = [Rule("Forward", "Jobs", pattern=pattern, environments=["prod"], enabled=False)]
    rendered = render_app(make_app(queues=[Queue("Jobs")], rules=rules))
    assert ["ForwardProdRule"] == list(rendered.of_type("AWS::Events::Rule"))
    properties = rendered.properties("ForwardProdRule")
    assert "EventBusName" not in properties
    assert pattern == properties["EventPattern"]
    assert "DISABLED" == properties["State"]
    allowed = sids(rendered, "JobsProdQPolicy")["AllowRules"]["Condition"]["ArnEquals"]
    assert [{"Fn::Sub": f"{EVENTS}rule/shop-Forward-prod"}] == allowed["aws:SourceArn"]
    assert "AllowRules" not in sids(rendered, "JobsDevQPolicy")


def test_a_fifo_queue_gets_its_group_and_no_dead_letters_of_the_rule(
    make_app: Make, render_app: Render
) -> None:
    """EventBridge takes no FIFO queue for what it cannot deliver."""
    rules = [Rule("Forward", "Jobs", sources=["a"], message_group="all")]
    rendered = render_app(make_app(queues=[Queue("Jobs", fifo=True)], rules=rules))
    (target,) = rendered.properties("ForwardDevRule")["Targets"]
    assert {"MessageGroupId": "all"} == target["SqsParameters"]
    assert "DeadLetterConfig" not in target
    assert "AllowRules" not in sids(rendered, "JobsDevDLQPolicy")


def test_an_event_calls_the_alias_of_its_environment(make_app: Make, render_app: Render) -> None:
    """C21: a rule and a permission per alias; what fails for an hour goes to the named queue."""
    trigger = on_event(
        detail_types=["TradeExecuted", "WorkflowFailed"],
        bus="Events",
        dead_letter_queue="Lost",
        retries=4,
    )
    app = make_app(
        functions=[Function("Mailer", source="mailer", triggers=[trigger])],
        queues=[Queue("Lost")],
        event_buses=[EventBus("Events")],
    )
    rendered = render_app(app)
    name = "shop-Mailer-TradeExecuted-prod"
    permission = "MailerFunctionAliasProdTradeExecutedRulePermission"
    arn = {"Fn::Sub": f"{EVENTS}rule/shop-Events-prod/{name}"}
    assert {
        "FunctionName": {"Ref": "MailerFunctionAliasProd"},
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": arn,
    } == rendered.properties(permission)
    rule = rendered.resources["MailerTradeExecutedProdRule"]
    assert ([permission], name) == (rule["DependsOn"], rule["Properties"]["Name"])
    assert [
        {
            "Id": "Mailer",
            "Arn": {"Ref": "MailerFunctionAliasProd"},
            "RetryPolicy": {"MaximumRetryAttempts": 4, "MaximumEventAgeInSeconds": 3600},
            "DeadLetterConfig": {"Arn": {"Fn::Sub": f"{SQS}LostProdQ"}},
        }
    ] == rule["Properties"]["Targets"]
    allowed = sids(rendered, "LostProdQPolicy")["AllowRules"]["Condition"]["ArnEquals"]
    assert [arn] == allowed["aws:SourceArn"]


def test_a_bus_and_a_topic_of_other_stacks_are_named(make_app: Make, render_app: Render) -> None:
    """One that exists by its own name, one of another feature set by the usual one."""
    sets = [FeatureSet("core", regions=["eu-west-1"]), FeatureSet("extra", regions=["eu-west-1"])]
    app = make_app(
        feature_sets=sets,
        topics=[Topic("News")],
        event_buses=[EventBus("Old", existing=True, physical_name="old-bus")],
        rules=[Rule("Tell", "News", sources=["a"], bus="Old", feature_set="extra")],
    )
    extra = render_app(app, "extra")
    assert {} == extra.of_type("AWS::Events::EventBus")
    properties = extra.properties("TellDevRule")
    assert "old-bus" == properties["EventBusName"]
    topic = "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:shop-News-dev"
    assert {"Fn::Sub": topic} == properties["Targets"][0]["Arn"]
    allowed = sids(render_app(app), "NewsDevTopicPolicy")["AllowRules"]
    assert {"Service": "events.amazonaws.com"} == allowed["Principal"]


def test_an_isolated_stack_has_its_own_environment_only(
    make_app: Make, render_app: Render, isolated: Callable[[App], App]
) -> None:
    """C01: names, rules and permissions of dev, and not a word of prod."""
    app = make_app(
        functions=[Function("F", source="f", triggers=[on_event(sources=["a"], bus="Events")])],
        queues=[Queue("Jobs")],
        event_buses=[EventBus("Events")],
        rules=[Rule("Forward", "Jobs", bus="Events", sources=["a"])],
    )
    rendered = render_app(isolated(app), "core", "dev")
    assert ["ForwardDevRule", "FADevRule"] == list(rendered.of_type("AWS::Events::Rule"))
    assert "prod" not in rendered.template.body.lower()
