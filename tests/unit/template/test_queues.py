from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy import App, Function, Queue, SnsPublisher, on_queue


def test_a_queue_and_its_dead_letter_queue_are_made_for_each_environment(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R080: failures are kept for 14 days, and both queues show messages equally late."""
    queue = Queue("Jobs", visibility_timeout_seconds=120, max_receive_count=4)
    rendered = render_app(make_app(queues=[queue]))
    names = ["JobsDevQ", "JobsDevDLQ", "JobsProdQ", "JobsProdDLQ"]
    assert names == list(rendered.of_type("AWS::SQS::Queue"))
    main, dead = rendered.properties("JobsDevQ"), rendered.properties("JobsDevDLQ")
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["JobsDevDLQ", "Arn"]}, "maxReceiveCount": 4}
    assert redrive == main["RedrivePolicy"]
    assert (120, 120) == (main["VisibilityTimeout"], dead["VisibilityTimeout"])
    assert 14 * 24 * 3600 == dead["MessageRetentionPeriod"]
    assert (True, True) == (main["SqsManagedSseEnabled"], dead["SqsManagedSseEnabled"])


def test_a_trigger_maps_each_environments_queue_to_the_alias_of_its_name(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R047, C21: and only after the function may read the queue."""
    job = Function("Job", source="job", triggers=[on_queue("Jobs", batch_size=7)])
    rendered = render_app(make_app(functions=[job], queues=[Queue("Jobs")]))
    mapping = rendered.resources["JobsProdEventSourceMapping"]
    expected = {
        "EventSourceArn": {"Fn::GetAtt": ["JobsProdQ", "Arn"]},
        "FunctionName": {"Ref": "JobFunctionAliasProd"},
        "BatchSize": 7,
        "Enabled": True,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "Tags": [{"Key": "Project", "Value": "Shop"}, {"Key": "Environment", "Value": "prod"}],
    }
    assert expected == mapping["Properties"]
    assert ["JobLambdaPolicy"] == mapping["DependsOn"]
    assert 2 == len(rendered.of_type("AWS::Lambda::EventSourceMapping"))


def test_publishers_of_a_region_may_send_to_its_queue_and_others_may_not(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R082: the topics are looked up by region, so the text is the same everywhere."""
    accounts = {"eu-west-1": ["111111111111", "222222222222"], "us-east-1": ["333333333333"]}
    rendered = render_app(make_app(queues=[Queue("Jobs", senders=[SnsPublisher(accounts)])]))
    statement = rendered.properties("JobsDevQPolicy")["PolicyDocument"]["Statement"][1]
    find = {"Fn::FindInMap": ["JobsSenders", {"Ref": "AWS::Region"}, "TopicArns"]}
    assert {"Service": "sns.amazonaws.com"} == statement["Principal"]
    assert {"ArnLike": {"aws:SourceArn": find}} == statement["Condition"]
    expected = {
        "eu-west-1": {
            "TopicArns": [
                "arn:aws:sns:eu-west-1:111111111111:*",
                "arn:aws:sns:eu-west-1:222222222222:*",
            ]
        },
        "us-east-1": {"TopicArns": ["arn:aws:sns:us-east-1:333333333333:*"]},
    }
    assert {"JobsSenders": expected} == rendered.document["Mappings"]
    assert "Conditions" not in rendered.document


def test_a_region_without_publishers_grants_nothing(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Two declarations of publishers are one list; a region in none of them has no statement."""
    senders = [
        SnsPublisher({"eu-west-1": ["111111111111"]}),
        SnsPublisher({"eu-west-1": ["222222222222"]}),
    ]
    rendered = render_app(make_app(queues=[Queue("Jobs", senders=senders)]))
    mapping = rendered.document["Mappings"]["JobsSenders"]
    assert 2 == len(mapping["eu-west-1"]["TopicArns"])
    assert ("yes", "no") == (mapping["eu-west-1"]["Known"], mapping["us-east-1"]["Known"])
    known = {"Fn::FindInMap": ["JobsSenders", {"Ref": "AWS::Region"}, "Known"]}
    assert {"HasJobsSenders": {"Fn::Equals": [known, "yes"]}} == rendered.document["Conditions"]
    statement = rendered.properties("JobsDevQPolicy")["PolicyDocument"]["Statement"][1]
    assert "HasJobsSenders" == statement["Fn::If"][0]
    assert {"Ref": "AWS::NoValue"} == statement["Fn::If"][2]


def test_every_queue_refuses_plain_http(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Dead-letter queues hold the same messages, so they are closed the same way."""
    policies = render_app(make_app(queues=[Queue("Jobs")])).of_type("AWS::SQS::QueuePolicy")
    assert ["JobsDevQPolicy", "JobsDevDLQPolicy", "JobsProdQPolicy", "JobsProdDLQPolicy"] == list(
        policies
    )
    for each in policies.values():
        (statement,) = each["Properties"]["PolicyDocument"]["Statement"]
        assert "Deny" == statement["Effect"]
        assert {"Bool": {"aws:SecureTransport": "false"}} == statement["Condition"]
