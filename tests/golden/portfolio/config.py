"""The portfolio backend: FastAPI in one function behind a REST API, a stack per environment."""

from sam_deploy import (
    App,
    Authorizer,
    Cors,
    Environment,
    FeatureSet,
    Function,
    Index,
    Key,
    RestApi,
    Route,
    Table,
    Throttle,
    UserPool,
)

OPEN = ["/", "/health", "/docs", "/redoc", "/openapi.json"]

app = App(
    name="portfolio",
    domain="patrickcmd.dev",
    hosted_zone_id="Z0123456789ABCDEFGHIJ",
    home_region="us-east-1",
    topology="isolated",
    environments=[
        Environment("development", domain_label="dev", log_level="DEBUG"),
        Environment(
            "production",
            promote_from="development",
            domain_label=None,
            log_retention_days=30,
            alarms="strict",
        ),
    ],
    feature_sets=[
        FeatureSet("api", regions=["us-east-1"], stack_name="{environment}-portfolio-backend-api")
    ],
    tables=[
        Table(
            "table",
            partition_key=Key("PK"),
            sort_key=Key("SK"),
            indexes=[Index("GSI1", partition_key=Key("GSI1PK"), sort_key=Key("GSI1SK"))],
            stream="NEW_AND_OLD_IMAGES",
            time_to_live="ExpiresAt",
            physical_name="{environment}-portfolio-api-table",
        )
    ],
    user_pools=[
        # made by a playbook of its own, years before
        UserPool(
            "People",
            existing_ids={
                "development": "us-east-1_devpool00",
                "production": "us-east-1_prodpool0",
            },
            existing_client_ids={"development": "devclient", "production": "prodclient"},
        )
    ],
    rest_api=RestApi(
        cors=Cors(
            ["GET", "POST", "PUT", "PATCH", "DELETE"],
            headers=["Content-Type", "Authorization"],
            credentials=True,
            max_age_seconds=600,
        ),
        authorizer=Authorizer(pool="People"),
        throttle=Throttle(rate=50, burst=100),
        access_logs=True,
        tracing=True,
        custom_domain=True,
        endpoint="EDGE",
        physical_name="{environment}-portfolio-api",
    ),
    functions=[
        Function(
            "Api",
            source="backend",
            handler="src.main.handler",
            memory_mb=512,
            timeout_seconds=30,
            tracing=True,
            physical_name="{environment}-portfolio-api",
            environment={
                "ENVIRONMENT": {"development": "development", "production": "production"},
                "DYNAMODB_TABLE_NAME": {
                    "development": "development-portfolio-api-table",
                    "production": "production-portfolio-api-table",
                },
                "LOG_LEVEL": "INFO",
            },
            routes=[
                *[Route("GET", path, public=True) for path in OPEN],
                Route("ANY", "/{proxy+}"),
            ],
            uses=["table"],
        )
    ],
)
