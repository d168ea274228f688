"""Three TypeScript services, five shared packages, three environments with stacks of their own.

`npm install` once, then `sam-deploy deploy`: the services are bundled from their sources, with the
shared packages in them.
"""

from sam_deploy import (
    Alarms,
    App,
    Bundle,
    Capacity,
    Environment,
    FeatureSet,
    Function,
    Hook,
    HttpApi,
    Index,
    Key,
    Promotion,
    Queue,
    Route,
    Secret,
    Setting,
    Table,
    Throttle,
    Topic,
    on_queue,
    on_table,
)

TEAM = "lambda-monorepo@example.com"

# Not sensitive, and the same for all calls of an environment: variables are good enough for it.
VARIABLES = {
    "NODE_ENV": {"dev": "development", "staging": "production", "production": "production"},
    "NODE_OPTIONS": "--enable-source-maps",
    "ACTIVITY_DAYS": {"dev": "7", "staging": "30", "production": "365"},
}
READABLE_TRACES = Bundle(source_maps=True)

app = App(
    name="lambda-monorepo",
    home_region="us-east-1",
    topology="isolated",
    runtime="nodejs22.x",
    environments=[
        Environment("dev", log_level="DEBUG", log_retention_days=7),
        Environment("staging", promote_from="dev", alarms="normal", log_retention_days=30),
        Environment("production", promote_from="staging", alarms="strict", log_retention_days=90),
    ],
    feature_sets=[FeatureSet("services", regions=["us-east-1"])],
    promotion=Promotion(recipients=[TEAM], sender=TEAM),
    hooks=[
        Hook("after-promote", command=["node", "scripts/notify.mjs"]),
        Hook("after-rollback", command=["node", "scripts/notify.mjs"]),
    ],
    alarms=Alarms(recipients=[TEAM]),
    tags={"Project": "lambda-monorepo", "ManagedBy": "sam-deploy"},
    settings=[
        Secret("TOKEN_KEY", generate=True, description="Signs the tokens of callers"),
        Setting(
            "PRODUCT_NAME",
            {"dev": "Users (dev)", "staging": "Users (staging)", "production": "Users"},
            description="What notifications call us",
        ),
    ],
    tables=[
        Table(
            "users",
            partition_key=Key("id"),
            indexes=[Index("email-index", partition_key=Key("email"))],
            capacity=Capacity(5, 5, max_read=100, max_write=100),
            stream="NEW_AND_OLD_IMAGES",
            physical_name="{environment}-users",
        ),
        Table(
            "user-activity",
            partition_key=Key("userId"),
            sort_key=Key("entry"),
            time_to_live="expiresAt",
            physical_name="{environment}-user-activity",
        ),
    ],
    queues=[
        Queue("UserNotifications", visibility_timeout_seconds=60, max_receive_count=3),
        Queue("LostChanges", retention_seconds=1_209_600),
    ],
    topics=[Topic("UserNews")],
    http_api=HttpApi(
        description="Users",
        throttle=Throttle(rate=50, burst=100),
        throttles={"production": Throttle(rate=500, burst=1000)},
        health_path="/health",
        physical_name="lambda-monorepo-{environment}-api",
    ),
    functions=[
        Function(
            "UserService",
            source="services/user-service",
            handler="src/index.handler",
            description="Users over HTTP",
            memory_mb=512,
            timeout_seconds=10,
            tracing=True,
            bundle=READABLE_TRACES,
            physical_name="lambda-monorepo-{environment}-user-service",
            environment=VARIABLES,
            routes=[
                Route("GET", "/health"),
                Route("POST", "/users"),
                Route("GET", "/users"),
                Route("GET", "/users/{id}"),
                Route("PATCH", "/users/{id}"),
                Route("DELETE", "/users/{id}"),
                Route("GET", "/users/{id}/activity"),
            ],
            uses=["users", "user-activity.read"],
            settings=["TOKEN_KEY"],
        ),
        Function(
            "EventService",
            source="services/event-service",
            handler="src/index.handler",
            description="Changes of the table become events of users",
            memory_mb=256,
            timeout_seconds=60,
            bundle=READABLE_TRACES,
            physical_name="lambda-monorepo-{environment}-event-service",
            environment=VARIABLES,
            triggers=[
                on_table(
                    "users", starting_position="TRIM_HORIZON", retries=5, on_failure="LostChanges"
                )
            ],
            uses=["user-activity.write", "UserNotifications.write"],
        ),
        Function(
            "NotificationService",
            source="services/notification-service",
            handler="src/index.handler",
            description="Events of users become notifications",
            memory_mb=256,
            timeout_seconds=10,
            bundle=READABLE_TRACES,
            physical_name="lambda-monorepo-{environment}-notification-service",
            environment=VARIABLES,
            triggers=[on_queue("UserNotifications", batch_size=5, max_concurrency=5)],
            uses=["UserNotifications.read", "user-activity", "UserNews"],
            settings=["PRODUCT_NAME"],
        ),
    ],
)
