"""Two functions answer one HTTP API; one of them brings a layer."""

from sam_deploy import App, Cors, Environment, FeatureSet, Function, HttpApi, Layer, Route

app = App(
    name="notes",
    domain="example.com",
    home_region="eu-west-1",
    architecture="arm64",
    tags={"Team": "web"},
    environments=[Environment("dev"), Environment("prod", promote_from="dev", domain_label=None)],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-east-1"])],
    layers=[Layer("web", requirements=["mangum==0.19.0"]), Layer("unused", requirements=["six"])],
    http_api=HttpApi(description="Notes", cors=Cors(["ANY"])),
    functions=[
        Function(
            "Notes",
            source="functions/notes",
            timeout_seconds=30,
            layers=["web"],
            routes=[Route("GET", "/notes"), Route("PUT", "/notes/{id}")],
        ),
        Function("Hook", source="functions/hook", routes=[Route("POST", "/hook")]),
    ],
)
