"""The same shop: one stack for all environments, on the data of the stacks that stood before."""

from sam_deploy import (
    App,
    Authorizer,
    Bucket,
    Environment,
    FeatureSet,
    Function,
    HttpApi,
    Promotion,
    Queue,
    Route,
    Table,
    UserPool,
    on_queue,
)

TAKEN_OVER: list[str] = []  # the environments whose queue is worked on here, not by the old stack
POOLS = {"dev": "eu-west-1_0", "prod": "eu-west-1_0"}  # those of the old stacks, once they stand
CLIENTS = {"dev": "0", "prod": "0"}

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    promotion=Promotion(recipients=["ops@example.com"], sender="ops@example.com"),
    http_api=HttpApi(authorizer=Authorizer(pool="Users")),
    buckets=[Bucket("shop-files", existing=True, physical_name="shop-files-{environment}")],
    tables=[Table("Orders", existing=True, physical_name="shop-orders-{environment}")],
    queues=[Queue("Jobs", existing=True, physical_name="shop-jobs-{environment}")],
    user_pools=[UserPool("Users", existing_ids=POOLS, existing_client_ids=CLIENTS)],
    functions=[
        Function(
            "Orders",
            source="functions/Orders",
            routes=[Route("GET", "/orders/{id}")],
            uses=["Orders", "shop-files"],
        ),
        Function(
            "Worker",
            source="functions/Worker",
            uses=["Orders"],
            triggers=[on_queue("Jobs", batch_size=1, environments=TAKEN_OVER)]
            if TAKEN_OVER
            else [],
        ),
    ],
)
