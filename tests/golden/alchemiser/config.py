"""The Alchemiser of December 2025: eight functions, five layers, a bus, schedules, two stacks."""

from sam_deploy import (
    Alarms,
    App,
    Bucket,
    Environment,
    EventBus,
    FeatureSet,
    Function,
    Index,
    Key,
    Layer,
    Queue,
    Rule,
    Secret,
    Setting,
    Subscription,
    Table,
    Topic,
    on_event,
    on_queue,
    on_schedule,
)

MAILBOX = "operations@example.com"
OURS = {"source": [{"prefix": "alchemiser."}]}
SECRETS = ["ALPACA__KEY", "ALPACA__SECRET", "ALPACA__ENDPOINT"]


def function(
    name: str, memory_mb: int, timeout_seconds: int, layer: str, **more: object
) -> Function:
    """One function: all of them share the code, and differ in handler, size and layer."""
    package = name.lower()
    return Function(
        name,
        source=".",
        handler=f"the_alchemiser.{package}.lambda_handler.lambda_handler",
        memory_mb=memory_mb,
        timeout_seconds=timeout_seconds,
        layers=[layer],
        physical_name=f"alchemiser-{{environment}}-{package}",
        environment={
            "APP__STAGE": {"dev": "dev", "prod": "prod"},
            "EVENT_BUS_NAME": {"dev": "alchemiser-dev-events", "prod": "alchemiser-prod-events"},
            "LOGGING__LEVEL": "INFO",
        },
        **more,  # type: ignore[arg-type] # arguments of Function
    )


app = App(
    name="alchemiser",
    home_region="us-east-1",
    topology="isolated",
    environments=[
        Environment("dev", log_level="DEBUG"),
        Environment("prod", promote_from="dev", alarms="normal"),
    ],
    feature_sets=[
        FeatureSet("trading", regions=["us-east-1"], stack_name="alchemiser-{environment}")
    ],
    layers=[
        Layer("strategy", requirements_file="layers/strategy/requirements.txt"),
        Layer("data", requirements_file="layers/data/requirements.txt"),
        Layer("portfolio", requirements_file="layers/portfolio/requirements.txt"),
        Layer("execution", requirements_file="layers/execution/requirements.txt"),
        Layer("notifications", requirements_file="layers/notifications/requirements.txt"),
    ],
    event_buses=[EventBus("Events", physical_name="alchemiser-{environment}-events")],
    queues=[
        Queue(
            "Execution",
            visibility_timeout_seconds=900,
            max_receive_count=3,
            retention_seconds=345_600,
            physical_name="alchemiser-{environment}-execution-queue",
            waive={"visibility-timeout": "one message at a time, nothing is throttled"},
        )
    ],
    topics=[
        Topic(
            "Notices",
            subscriptions=[Subscription("email", MAILBOX)],
            physical_name="alchemiser-{environment}-notices",
        )
    ],
    rules=[
        Rule(
            "Rebalance",
            "Execution",
            bus="Events",
            sources=["alchemiser.portfolio"],
            detail_types=["RebalancePlanned"],
        )
    ],
    tables=[
        Table(
            "trade-ledger",
            Key("PK"),
            Key("SK"),
            indexes=[Index(f"GSI{n}", Key(f"GSI{n}PK"), Key(f"GSI{n}SK")) for n in range(1, 7)],
            physical_name="alchemiser-{environment}-trade-ledger",
        ),
        Table(
            "aggregation-sessions",
            Key("PK"),
            Key("SK"),
            time_to_live="TTL",
            physical_name="alchemiser-{environment}-aggregation-sessions",
        ),
    ],
    buckets=[
        Bucket("reports", expire_days=30, physical_name="alchemiser-{environment}-reports"),
        Bucket("market-data", versioned=True, physical_name="alchemiser-{environment}-market-data"),
    ],
    settings=[
        Secret("ALPACA__KEY", description="Key of the broker's account"),
        Secret("ALPACA__SECRET", description="Secret of the broker's account"),
        Setting(
            "ALPACA__ENDPOINT",
            value={
                "dev": "https://paper-api.alpaca.markets",
                "prod": "https://api.alpaca.markets",
            },
        ),
        Setting("EQUITY_DEPLOYMENT_PCT", value="1.0"),
    ],
    alarms=Alarms(recipients=[MAILBOX], dead_letters=1),
    functions=[
        function(
            "Strategy",
            1024,
            900,
            "strategy",
            uses=["market-data.read", "Events"],
            triggers=[
                on_schedule(
                    "cron(35 9 ? * MON-FRI *)",
                    timezone="America/New_York",
                    input={"mode": "trade"},
                    retries=1,
                )
            ],
        ),
        function(
            "Coordinator",
            512,
            60,
            "notifications",
            uses=["aggregation-sessions", "Events"],
            invokes=["Strategy"],
        ),
        function(
            "Aggregator",
            512,
            60,
            "notifications",
            uses=["aggregation-sessions", "Events"],
            triggers=[
                on_event(
                    bus="Events",
                    sources=["alchemiser.strategy"],
                    detail_types=["PartialSignalGenerated"],
                )
            ],
        ),
        function(
            "Portfolio",
            1024,
            900,
            "portfolio",
            uses=["trade-ledger", "Events"],
            settings=[*SECRETS, "EQUITY_DEPLOYMENT_PCT"],
            triggers=[
                on_event(bus="Events", detail_types=["SignalGenerated"], pattern=OURS),
            ],
        ),
        function(
            "Execution",
            1024,
            600,
            "execution",
            uses=["trade-ledger", "Events"],
            settings=SECRETS,
            triggers=[on_queue("Execution", batch_size=1)],
        ),
        function(
            "Notifications",
            512,
            60,
            "notifications",
            uses=["Notices", "reports.read"],
            triggers=[
                on_event(
                    bus="Events",
                    detail_types=[
                        "TradeExecuted",
                        "WorkflowFailed",
                        "TradingNotificationRequested",
                        "ErrorNotificationRequested",
                    ],
                    pattern=OURS,
                )
            ],
        ),
        function(
            "Data",
            1024,
            900,
            "data",
            uses=["market-data", "Events"],
            settings=SECRETS,
            triggers=[
                on_schedule("cron(0 4 ? * TUE-SAT *)", input={"action": "get_bars"}, retries=2)
            ],
        ),
        function(
            "Metrics",
            512,
            60,
            "notifications",
            uses=["trade-ledger.read"],
            statements=[
                {
                    "Effect": "Allow",
                    "Action": "cloudwatch:PutMetricData",
                    "Resource": "*",
                    "Condition": {
                        "StringLike": {"cloudwatch:namespace": "Alchemiser/*"},
                    },
                }
            ],
            triggers=[
                on_event(
                    bus="Events",
                    sources=["alchemiser.execution"],
                    detail_types=["TradeExecuted"],
                    environments=["prod"],
                )
            ],
        ),
    ],
)
