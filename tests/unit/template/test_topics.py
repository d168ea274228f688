from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy import App, Bucket, Function, Queue, Rule, Subscription, Topic, on_topic

Make = Callable[..., App]
Render = Callable[..., Any]

SNS = "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:"
SQS = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:"


def sids(rendered: Any, policy: str) -> dict[str, Any]:
    """The statements of a policy by their names."""
    document = rendered.properties(policy)["PolicyDocument"]
    return {each["Sid"]: each for each in document["Statement"]}


def test_a_topic_is_made_for_each_environment_and_belongs_to_its_owner(
    make_app: Make, render_app: Render
) -> None:
    """R177: encrypted, TLS only, for the account alone; no service may publish unasked."""
    rendered = render_app(make_app(topics=[Topic("News")]))
    assert ["NewsDevTopic", "NewsProdTopic"] == list(rendered.of_type("AWS::SNS::Topic"))
    assert "shop-News-dev" == rendered.properties("NewsDevTopic")["TopicName"]
    assert "alias/aws/sns" == rendered.properties("NewsDevTopic")["KmsMasterKeyId"]
    statements = sids(rendered, "NewsDevTopicPolicy")
    assert ["AllowOwner", "DenyPlainHttp"] == list(statements)
    root = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    assert root == statements["AllowOwner"]["Principal"]
    assert {"Bool": {"aws:SecureTransport": "false"}} == statements["DenyPlainHttp"]["Condition"]
    assert "sns:*" not in statements["AllowOwner"]["Action"]


def test_services_publish_from_this_account_and_from_what_is_named_only(
    make_app: Make, render_app: Render
) -> None:
    """Alarms of the region, buckets of the app; EventBridge fulfils no condition in a topic's."""
    app = make_app(
        buckets=[Bucket("files")],
        topics=[Topic("News", publishers=["cloudwatch", "s3"])],
        rules=[Rule("Tell", "News", sources=["shop.till"])],
    )
    rendered = render_app(app)
    assert "KmsMasterKeyId" not in rendered.properties("NewsDevTopic")
    statements = sids(rendered, "NewsDevTopicPolicy")
    account = {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    alarms = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"
    assert {
        "StringEquals": account,
        "ArnLike": {"aws:SourceArn": {"Fn::Sub": alarms}},
    } == statements["AllowAlarms"]["Condition"]
    files = "arn:${AWS::Partition}:s3:::files-dev${RegionSuffix}"
    assert {
        "StringEquals": account,
        "ArnEquals": {"aws:SourceArn": [{"Fn::Sub": files}]},
    } == statements["AllowBuckets"]["Condition"]
    assert "Condition" not in statements["AllowRules"]
    assert {"Service": "events.amazonaws.com"} == statements["AllowRules"]["Principal"]


def test_a_subscribed_queue_lets_exactly_its_topic_in(make_app: Make, render_app: Render) -> None:
    """Each environment's queue hears each environment's topic, and knows it before it hears it."""
    topic = Topic("News", subscriptions=[Subscription("sqs", "Jobs", raw=True)])
    rendered = render_app(make_app(queues=[Queue("Jobs")], topics=[topic]))
    subscription = rendered.resources["NewsProdTopicJobsSubscription"]
    assert {
        "TopicArn": {"Ref": "NewsProdTopic"},
        "Protocol": "sqs",
        "Endpoint": {"Fn::Sub": f"{SQS}JobsProdQ"},
        "RawMessageDelivery": True,
    } == subscription["Properties"]
    assert ["JobsProdQPolicy"] == subscription["DependsOn"]
    allowed = sids(rendered, "JobsProdQPolicy")["AllowOwnTopics"]
    assert {"Service": "sns.amazonaws.com"} == allowed["Principal"]
    assert {"ArnEquals": {"aws:SourceArn": [{"Fn::Sub": f"{SNS}shop-News-prod"}]}} == (
        allowed["Condition"]
    )
    assert ["DenyPlainHttp"] == list(sids(rendered, "JobsProdDLQPolicy"))


def test_what_cannot_be_delivered_goes_to_the_named_queue(
    make_app: Make, render_app: Render
) -> None:
    """And that queue lets the topic in for it."""
    web = Subscription("https", "https://example.com/hook", dead_letter_queue="Lost")
    topic = Topic("News", subscriptions=[web])
    rendered = render_app(make_app(queues=[Queue("Lost")], topics=[topic]))
    (subscription, _) = rendered.of_type("AWS::SNS::Subscription").values()
    redrive = {"deadLetterTargetArn": {"Fn::Sub": f"{SQS}LostDevQ"}}
    assert redrive == subscription["Properties"]["RedrivePolicy"]
    assert "AllowOwnTopics" in sids(rendered, "LostDevQPolicy")


def test_mails_of_some_environments_only(make_app: Make, render_app: Render) -> None:
    """People are not told of what happens in dev, and the order of the list plays no part."""
    first = Subscription("email", "a@example.com", environments=["prod"])
    second = Subscription("email", "b@example.com")
    one = render_app(make_app(topics=[Topic("News", subscriptions=[first, second])]))
    other = render_app(make_app(topics=[Topic("News", subscriptions=[second, first])]))
    assert 3 == len(one.of_type("AWS::SNS::Subscription"))
    assert one.of_type("AWS::SNS::Subscription") == other.of_type("AWS::SNS::Subscription")


def test_a_topic_calls_the_alias_of_its_environment(make_app: Make, render_app: Render) -> None:
    """C21: a permission per alias, for this topic alone."""
    job = Function("Job", source="job", triggers=[on_topic("News", filter={"kind": ["a"]})])
    rendered = render_app(make_app(functions=[job], topics=[Topic("News")]))
    permission = "JobFunctionAliasProdNewsTopicPermission"
    assert {
        "FunctionName": {"Ref": "JobFunctionAliasProd"},
        "Action": "lambda:InvokeFunction",
        "Principal": "sns.amazonaws.com",
        "SourceArn": {"Fn::Sub": f"{SNS}shop-News-prod"},
    } == rendered.properties(permission)
    subscription = rendered.resources["JobNewsProdTopicSubscription"]
    assert [permission] == subscription["DependsOn"]
    assert {
        "TopicArn": {"Ref": "NewsProdTopic"},
        "Protocol": "lambda",
        "Endpoint": {"Ref": "JobFunctionAliasProd"},
        "FilterPolicy": {"kind": ["a"]},
    } == subscription["Properties"]


def test_an_existing_topic_is_subscribed_by_its_name_and_never_made(
    make_app: Make, render_app: Render
) -> None:
    """R173: of the old infrastructure nothing is changed."""
    topic = Topic(
        "Old",
        existing=True,
        physical_name="old-{environment}",
        subscriptions=[Subscription("sqs", "Jobs")],
    )
    job = Function("Job", source="job", triggers=[on_topic("Old")])
    rendered = render_app(make_app(functions=[job], queues=[Queue("Jobs")], topics=[topic]))
    assert {} == rendered.of_type("AWS::SNS::Topic") | rendered.of_type("AWS::SNS::TopicPolicy")
    arns = [
        each["Properties"]["TopicArn"]
        for each in rendered.of_type("AWS::SNS::Subscription").values()
    ]
    assert [{"Fn::Sub": f"{SNS}old-{each}"} for each in ("dev", "prod", "dev", "prod")] == arns


def test_a_fifo_topic_and_its_queue_end_in_fifo(make_app: Make, render_app: Render) -> None:
    """Queue, dead-letter queue and topic alike; only the first two names are the documents'."""
    queue = Queue("Jobs", fifo=True)
    topic = Topic("Line", fifo=True, subscriptions=[Subscription("sqs", "Jobs")])
    rendered = render_app(make_app(queues=[queue], topics=[topic]))
    assert ("JobsDevQ.fifo", "JobsDevDLQ.fifo") == (
        rendered.properties("JobsDevQ")["QueueName"],
        rendered.properties("JobsDevDLQ")["QueueName"],
    )
    assert "shop-Line-dev.fifo" == rendered.properties("LineDevTopic")["TopicName"]
    allowed = sids(rendered, "JobsDevQPolicy")["AllowOwnTopics"]["Condition"]["ArnEquals"]
    assert [{"Fn::Sub": f"{SNS}shop-Line-dev.fifo"}] == allowed["aws:SourceArn"]
