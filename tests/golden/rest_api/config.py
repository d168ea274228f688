"""A REST API with everything that it can have."""

from sam_deploy import (
    App,
    Authorizer,
    Cors,
    Environment,
    FeatureSet,
    Firewall,
    Function,
    RestApi,
    Route,
    Throttle,
    UserPool,
    UserPoolClient,
)

app = App(
    name="portfolio",
    domain="example.com",
    hosted_zone_id="Z1D633PJN98FT9",
    home_region="us-east-1",
    environments=[
        Environment("dev", extra_origins=["http://localhost:3000"]),
        Environment("prod", promote_from="dev", domain_label=None),
    ],
    feature_sets=[FeatureSet("core", regions=["us-east-1"])],
    user_pools=[UserPool("People", clients=[UserPoolClient()])],
    rest_api=RestApi(
        description="Blogs and projects",
        cors=Cors(["GET", "POST"], max_age_seconds=600),
        authorizer=Authorizer(pool="People"),
        throttle=Throttle(rate=50, burst=100),
        access_logs=True,
        tracing=True,
        custom_domain=True,
        endpoint="EDGE",
        firewall=Firewall(),
        binary_media_types=["image/png"],
    ),
    functions=[
        Function(
            "Portfolio",
            source="functions/portfolio",
            timeout_seconds=29,
            routes=[
                Route("GET", "/health", public=True),
                Route("ANY", "/{proxy+}", throttle=Throttle(20, 40)),
            ],
        ),
    ],
)
