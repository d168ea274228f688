"""Cognito spells it with a capital U."""

from sam_deploy import App, Environment, FeatureSet, Function, UserPool, on_user_pool

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[Function("Api", source="functions/api", triggers=[on_user_pool("People", ["PreSignup"])])],
    user_pools=[UserPool("People")],
)
