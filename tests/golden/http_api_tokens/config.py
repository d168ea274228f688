"""Every environment takes the tokens of its own pool, below its own address."""

from sam_deploy import (
    App,
    Authorizer,
    Cors,
    Environment,
    FeatureSet,
    Function,
    HttpApi,
    Route,
    Throttle,
    UserPool,
    UserPoolClient,
)

app = App(
    name="orders",
    domain="example.com",
    hosted_zone_id="Z1D633PJN98FT9",
    home_region="eu-west-1",
    environments=[
        Environment("dev", extra_origins=["http://localhost:4200"], log_retention_days=7),
        Environment("prod", promote_from="dev", domain_label=None, log_retention_days=90),
    ],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    user_pools=[UserPool("People", clients=[UserPoolClient()])],
    http_api=HttpApi(
        cors=Cors(["ANY"], headers=["authorization", "content-type"], credentials=True),
        authorizer=Authorizer(pool="People"),
        throttle=Throttle(rate=50, burst=100),
        throttles={"prod": Throttle(rate=500, burst=1000)},
        custom_domain=True,
    ),
    functions=[
        Function(
            "Orders",
            source="functions/orders",
            timeout_seconds=20,
            routes=[
                Route("GET", "/orders/{id}"),
                Route("POST", "/orders", scopes=["orders/write"], throttle=Throttle(5, 10)),
                Route("GET", "/health", public=True),
            ],
        ),
    ],
)
