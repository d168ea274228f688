"""The Lambda monorepo: one service in TypeScript, a REST API, a scaled table, three environments."""

from sam_deploy import (
    App,
    Bundle,
    Capacity,
    Environment,
    FeatureSet,
    Function,
    Index,
    Key,
    RestApi,
    Route,
    Table,
    Throttle,
)

app = App(
    name="lambda-monorepo",
    home_region="us-east-1",
    topology="isolated",
    runtime="nodejs22.x",
    environments=[
        Environment("dev", log_level="DEBUG", log_retention_days=7),
        Environment("staging", promote_from="dev", alarms="normal"),
        Environment("production", promote_from="staging", alarms="strict", log_retention_days=90),
    ],
    feature_sets=[FeatureSet("services", regions=["us-east-1"])],
    tags={"ManagedBy": "sam-deploy"},
    tables=[
        Table(
            "users",
            partition_key=Key("id"),
            indexes=[Index("email-index", partition_key=Key("email"))],
            capacity=Capacity(5, 5, max_read=100, max_write=100),
            stream="NEW_AND_OLD_IMAGES",
            physical_name="{environment}-users",
        )
    ],
    rest_api=RestApi(
        throttle=Throttle(rate=50, burst=100),
        access_logs=True,
        physical_name="lambda-monorepo-{environment}-api",
    ),
    functions=[
        Function(
            "UserService",
            source="services/user-service",
            handler="src/index.handler",
            memory_mb=256,
            timeout_seconds=30,
            bundle=Bundle(source_maps=True),
            physical_name="lambda-monorepo-{environment}-user-service",
            environment={
                "NODE_ENV": {
                    "dev": "development",
                    "staging": "production",
                    "production": "production",
                },
                "USERS_TABLE": {
                    "dev": "dev-users",
                    "staging": "staging-users",
                    "production": "production-users",
                },
            },
            routes=[Route("ANY", "/users"), Route("ANY", "/users/{id}")],
            uses=["users"],
        )
    ],
)
