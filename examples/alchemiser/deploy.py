"""The Alchemiser: eight functions on a bus and a queue, five layers, a stack per environment.

Trading is on paper: the ledger is a table, and no broker is asked.
"""

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
LAYER_MB = 149
"""What the original's layer came down to when pyarrow went out of it; none here may have more."""

INCLUDED = {
    "**/*.clj": "strategies, which Strategy, Data and the coordinator read when they are called",
    "config/*.json": "how much of the money each strategy gets, by stage",
}
"""Everything that is packed and is no Python, with the reason why it is."""

EXCLUDED = [
    "**/__pycache__/**",
    "**/*.pyc",
    "**/*.pyo",
    "**/*.egg-info/**",
    ".pytest_cache/**",
    ".mypy_cache/**",
    ".ruff_cache/**",
    ".vscode/**",
    ".editorconfig",
    "**/*.md",
    ".env*",
    ".aws/**",
]
"""The one place that says what is left out, of every function and layer."""


def function(
    name: str, memory_mb: int, timeout_seconds: int, layer: str, **more: object
) -> Function:
    """One function: all of them share the code, and differ in variable, size and layer."""
    own = name.lower()
    return Function(
        name,
        source="the_alchemiser",
        handler="lambda_handler.lambda_handler",
        memory_mb=memory_mb,
        timeout_seconds=timeout_seconds,
        layers=[layer],
        include=list(INCLUDED),
        physical_name=f"alchemiser-{{environment}}-{own}",
        environment={"APP__FUNCTION": own},
        **more,  # type: ignore[arg-type] # arguments of Function
    )


def layer(name: str) -> Layer:
    """The layer of one kind of function, from its own list of requirements."""
    return Layer(name, requirements_file=f"layers/{name}/requirements.txt", budget_mb=LAYER_MB)


app = App(
    name="alchemiser",
    home_region="us-east-1",
    topology="isolated",
    runtime="python3.12",
    exclude=EXCLUDED,
    environments=[
        Environment("dev", log_level="DEBUG"),
        Environment("prod", promote_from="dev", alarms="normal"),
    ],
    feature_sets=[
        FeatureSet("trading", regions=["us-east-1"], stack_name="alchemiser-{environment}")
    ],
    layers=[
        layer(name) for name in ("strategy", "portfolio", "execution", "notifications", "data")
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
            indexes=[
                Index("GSI1", Key("GSI1PK"), Key("GSI1SK")),
                Index("GSI2", Key("GSI2PK"), Key("GSI2SK")),
            ],
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
        Bucket("market-data", versioned=True, physical_name="alchemiser-{environment}-market-data")
    ],
    settings=[
        Setting("EQUITY_DEPLOYMENT_PCT", value="1.0", description="Share of the equity, 0-1"),
        Setting("PAPER_CASH", value="100000", description="Dollars that a new account has"),
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
            uses=["trade-ledger", "market-data.read", "Events"],
            settings=["EQUITY_DEPLOYMENT_PCT", "PAPER_CASH"],
            triggers=[on_event(bus="Events", detail_types=["SignalGenerated"], pattern=OURS)],
        ),
        function(
            "Execution",
            1024,
            600,
            "execution",
            uses=["trade-ledger", "Events"],
            triggers=[on_queue("Execution", batch_size=1)],
        ),
        function(
            "Notifications",
            512,
            60,
            "notifications",
            uses=["Notices"],
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
            triggers=[
                on_schedule("cron(0 4 ? * TUE-SAT *)", input={"action": "get_bars"}, retries=2)
            ],
        ),
        function(
            "Metrics",
            512,
            60,
            "notifications",
            uses=["Events"],
            statements=[
                {
                    "Effect": "Allow",
                    "Action": "cloudwatch:PutMetricData",
                    "Resource": "*",
                    "Condition": {"StringLike": {"cloudwatch:namespace": "Alchemiser/*"}},
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
