"""The portfolio's API: FastAPI in one function, one table, one user pool, a stack per environment.

`aws/backend.yaml` is the same as a hand-written SAM template; a test compares the two.
"""

from sam_deploy import (
    App,
    Authorizer,
    Cors,
    Environment,
    FeatureSet,
    Function,
    HttpApi,
    Index,
    Key,
    Promotion,
    Route,
    Table,
    UserPool,
    UserPoolClient,
)

ENVIRONMENTS = ("development", "production")
ORIGINS = {
    "development": ["https://dev.patrickcmd.dev", "http://localhost:3000"],
    "production": ["https://patrickcmd.dev", "https://www.patrickcmd.dev"],
}
"""Whose pages may call from a browser: the environment's own address and the further ones."""

PUBLIC = [
    "GET /",
    "GET /health",
    "GET /docs",
    "GET /redoc",
    "GET /openapi.json",
    "POST /auth/login",
    "POST /auth/refresh",
    "GET /blogs",
    "GET /blogs/{id}",
    "GET /blogs/categories/list",
    "GET /projects",
    "GET /projects/{id}",
    "GET /certifications",
    "GET /certifications/{id}",
    "POST /visitors/track",
    "GET /visitors/count",
    "POST /analytics/track/{type}/{id}",
    "GET /analytics/views/{type}/{id}",
    "GET /analytics/views/total",
]
"""Open routes. Whatever is not here needs a token, also what somebody adds and forgets."""

app = App(
    name="portfolio",
    domain="patrickcmd.dev",
    home_region="us-east-1",
    topology="isolated",
    runtime="python3.12",
    environments=[
        Environment(
            "development",
            domain_label="dev",
            extra_origins=ORIGINS["development"][1:],
            log_level="DEBUG",
        ),
        Environment(
            "production",
            promote_from="development",
            domain_label=None,
            extra_origins=ORIGINS["production"][1:],
            alarms="strict",
        ),
    ],
    feature_sets=[
        FeatureSet("api", regions=["us-east-1"], stack_name="{environment}-portfolio-backend-api")
    ],
    promotion=Promotion(recipients=["owner@example.com"], sender="noreply@patrickcmd.dev"),
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
        UserPool(
            "People",
            clients=[UserPoolClient()],
            custom_attributes=["role"],
            self_sign_up=False,
            mfa="OFF",
            physical_name="{environment}-portfolio-people",
            waive={"pool-mfa": "no route answers the challenge: a second factor locks people out"},
        )
    ],
    http_api=HttpApi(
        description="Blog, projects, certifications, visitors, views",
        physical_name="{environment}-portfolio-api",
        custom_domain=True,
        health_path="/health",
        authorizer=Authorizer(pool="People"),
        cors=Cors(
            ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            headers=["Content-Type", "Authorization"],
            credentials=True,
            max_age_seconds=600,
        ),
        waive={"api-throttling": "the account's limits are meant"},
    ),
    functions=[
        Function(
            "Api",
            source="backend",
            handler="src.main.handler",
            description="FastAPI behind Mangum",
            memory_mb=512,
            timeout_seconds=30,
            tracing=True,
            budget_mb=80,
            physical_name="{environment}-portfolio-api",
            environment={
                "ENVIRONMENT": {name: name for name in ENVIRONMENTS},
                "DYNAMODB_TABLE_NAME": {
                    name: f"{name}-portfolio-api-table" for name in ENVIRONMENTS
                },
                "CORS_ORIGINS": {name: ",".join(ORIGINS[name]) for name in ENVIRONMENTS},
                "LOG_LEVEL": "INFO",
            },
            routes=[
                *[Route(*each.split(" "), public=True) for each in PUBLIC],
                Route("ANY", "/{proxy+}"),
            ],
            uses=["table", "People.read"],
        )
    ],
)
