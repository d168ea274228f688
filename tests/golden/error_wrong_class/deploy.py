"""A queue among the functions, a path for a route, a name for a trigger."""

from sam_deploy import App, Environment, FeatureSet, Function, Queue

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[
        Queue("Orders"),
        Function("Api", source="functions/api", routes=["/api"], triggers=["Orders"]),
    ],
)
