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


def test_a_dead_letter_queue_takes_failures_of_its_own_queue_only(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """By ARN text: the queue names its dead-letter queue, and both by reference were a circle."""
    rendered = render_app(make_app(queues=[Queue("Jobs", physical_name="jobs-{environment}")]))
    source = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:jobs-dev"
    expected = {"redrivePermission": "byQueue", "sourceQueueArns": [{"Fn::Sub": source}]}
    assert expected == rendered.properties("JobsDevDLQ")["RedriveAllowPolicy"]
    assert "jobs-dev-dlq" == rendered.properties("JobsDevDLQ")["QueueName"]


def test_a_queue_keeps_delays_and_orders_as_it_is_told(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R080: what is not said is not written, so that AWS's defaults stay AWS's."""
    slow = Queue("Slow", retention_seconds=600, delay_seconds=60, kms_key="alias/shop")
    order = Queue(
        "Order", fifo=True, content_based_deduplication=True, deduplication_scope="messageGroup"
    )
    rendered = render_app(make_app(queues=[slow, order, Queue("Plain")]))
    main = rendered.properties("SlowDevQ")
    assert (600, 60, "alias/shop") == (
        main["MessageRetentionPeriod"],
        main["DelaySeconds"],
        main["KmsMasterKeyId"],
    )
    assert "SqsManagedSseEnabled" not in main
    assert "alias/shop" == rendered.properties("SlowDevDLQ")["KmsMasterKeyId"]
    ordered, dead = rendered.properties("OrderDevQ"), rendered.properties("OrderDevDLQ")
    assert ("OrderDevQ.fifo", True, True, "messageGroup", "perMessageGroupId") == (
        ordered["QueueName"],
        ordered["FifoQueue"],
        ordered["ContentBasedDeduplication"],
        ordered["DeduplicationScope"],
        ordered["FifoThroughputLimit"],
    )
    assert ("OrderDevDLQ.fifo", True) == (dead["QueueName"], dead["FifoQueue"])
    assert "ContentBasedDeduplication" not in dead
    plain = rendered.properties("PlainDevQ")
    assert not {"MessageRetentionPeriod", "DelaySeconds", "FifoQueue"} & set(plain)


def test_a_mapping_is_told_how_much_and_what_to_read(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R051: concurrency per queue, filters as text, and only in some environments."""
    trigger = on_queue(
        "Jobs", max_concurrency=5, filters=[{"body": {"kind": ["a", None]}}], environments=["prod"]
    )
    job = Function("Job", source="job", triggers=[trigger])
    rendered = render_app(make_app(functions=[job], queues=[Queue("Jobs")]))
    mappings = rendered.of_type("AWS::Lambda::EventSourceMapping")
    assert ["JobsProdEventSourceMapping"] == list(mappings)
    properties = mappings["JobsProdEventSourceMapping"]["Properties"]
    assert {"MaximumConcurrency": 5} == properties["ScalingConfig"]
    assert {"Filters": [{"Pattern": '{"body":{"kind":["a",null]}}'}]} == (
        properties["FilterCriteria"]
    )


def test_an_existing_queue_is_read_by_its_name_and_never_made(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R173: the old infrastructure stays as it is."""
    queue = Queue("Old", existing=True, physical_name="old-{environment}")
    job = Function("Job", source="job", triggers=[on_queue("Old")])
    rendered = render_app(make_app(functions=[job], queues=[queue]))
    assert {} == rendered.of_type("AWS::SQS::Queue") | rendered.of_type("AWS::SQS::QueuePolicy")
    arn = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:old-dev"
    source = rendered.properties("OldDevEventSourceMapping")["EventSourceArn"]
    assert {"Fn::Sub": arn} == source
    (granted,) = rendered.properties("JobLambdaPolicy")["PolicyDocument"]["Statement"]
    assert {"Fn::Sub": arn} in granted["Resource"]
