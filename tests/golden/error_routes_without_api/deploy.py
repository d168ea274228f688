"""Nothing can answer the route."""

from sam_deploy import App, Environment, FeatureSet, Function, Route

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[Function("Api", source="functions/api", routes=[Route("GET", "/")])],
)
