"""Everything that carries messages: FIFO, topics, a bus with rules, schedules, filters."""

from sam_deploy import (
    App,
    Environment,
    EventBus,
    FeatureSet,
    Function,
    Queue,
    Rule,
    Subscription,
    Topic,
    on_event,
    on_queue,
    on_schedule,
    on_topic,
)

app = App(
    name="shop",
    home_region="eu-west-1",
    dashboard=False,
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-east-1"])],
    queues=[
        Queue("Orders", visibility_timeout_seconds=360, retention_seconds=86400, delay_seconds=5),
        Queue(
            "Payments",
            visibility_timeout_seconds=360,
            fifo=True,
            content_based_deduplication=True,
            deduplication_scope="messageGroup",
        ),
        Queue("GivenUp"),
        Queue("Ledger", existing=True, physical_name="ledger-{environment}"),
    ],
    topics=[
        Topic(
            "Invoices",
            publishers=["s3"],
            subscriptions=[
                Subscription("sqs", "Orders", raw=True, filter={"kind": ["order"]}),
                Subscription("email", "books@example.com", environments=["prod"]),
                Subscription("https", "https://example.com/hook", dead_letter_queue="GivenUp"),
            ],
        ),
        Topic(
            "Charges",
            fifo=True,
            content_based_deduplication=True,
            subscriptions=[Subscription("sqs", "Payments")],
        ),
        Topic("Pages", publishers=["cloudwatch"]),
    ],
    event_buses=[EventBus("Events", archive_days=30)],
    rules=[
        Rule("Forward", "Orders", bus="Events", detail_types=["OrderPlaced"]),
        Rule("Charge", "Payments", bus="Events", sources=["shop.till"], message_group="all"),
        Rule(
            "Refunds",
            "Pages",
            bus="Events",
            pattern={"source": [{"prefix": "shop."}], "detail": {"refund": [{"exists": True}]}},
            dead_letter_queue="GivenUp",
            environments=["prod"],
        ),
    ],
    functions=[
        Function(
            "Worker",
            source="functions/worker",
            timeout_seconds=60,
            triggers=[
                on_queue("Orders", max_concurrency=5, filters=[{"body": {"kind": ["order"]}}]),
                on_queue("Payments", batch_size=1),
                on_queue("Ledger", environments=["prod"]),
            ],
        ),
        Function(
            "Mailer",
            source="functions/mailer",
            timeout_seconds=30,
            triggers=[
                on_topic("Invoices", filter={"kind": ["reminder"]}, dead_letter_queue="GivenUp"),
                on_event(detail_types=["OrderPlaced"], bus="Events", dead_letter_queue="GivenUp"),
                on_event(name="Anything", sources=["shop.till"], bus="Events", enabled=False),
            ],
        ),
        Function(
            "Report",
            source="functions/report",
            triggers=[
                on_schedule(
                    "cron(35 9 ? * MON-FRI *)",
                    timezone="America/New_York",
                    input={"mode": "trade"},
                    retries=1,
                    dead_letter_queue="GivenUp",
                ),
                on_schedule(
                    "rate(1 day)", name="Daily", first_region_only=True, environments=["prod"]
                ),
            ],
        ),
    ],
)
