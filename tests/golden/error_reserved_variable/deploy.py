"""A name that Lambda keeps for itself, and a number for text."""

from sam_deploy import App, Environment, FeatureSet, Function

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[Function("Api", source="functions/api", environment={"AWS_REGION": "x", "RETRIES": 3})],
)
