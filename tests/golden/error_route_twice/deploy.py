"""Two functions for one route."""

from sam_deploy import App, Environment, FeatureSet, Function, HttpApi, Route

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    http_api=HttpApi(),
    functions=[
        Function("Api", source="functions/api", routes=[Route("GET", "/orders")]),
        Function("Orders", source="functions/orders", routes=[Route("GET", "/orders")]),
    ],
)
