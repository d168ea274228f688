from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy import App, Cors, Function, HttpApi, Route


def notes(make_app: Callable[..., App], **given: object) -> App:
    routes = [Route("GET", "/notes"), Route("PUT", "/notes/{id}")]
    functions = [Function("Notes", source="n", routes=routes), Function("Job", source="j")]
    return make_app(**({"functions": functions, "http_api": HttpApi()} | given))


def test_an_integration_names_the_alias_by_its_stage_variable(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R061: CloudFormation fills in region and account, and leaves the stage variable alone."""
    rendered = render_app(notes(make_app))
    integration = rendered.resources["ApiHttpApiNotesIntegration"]
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:NotesFunction:"
        "${!stageVariables.LambdaAlias}/invocations"
    )
    assert {"Fn::Sub": uri} == integration["Properties"]["IntegrationUri"]
    assert ("AWS_PROXY", "2.0") == (
        integration["Properties"]["IntegrationType"],
        integration["Properties"]["PayloadFormatVersion"],
    )
    assert ["NotesFunction"] == integration["DependsOn"]


def test_each_route_leads_to_its_functions_one_integration(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A function without routes gets neither integration nor permission."""
    rendered = render_app(notes(make_app))
    routes = [each["Properties"] for each in rendered.of_type("AWS::ApiGatewayV2::Route").values()]
    assert ["GET /notes", "PUT /notes/{id}"] == [each["RouteKey"] for each in routes]
    target = {"Fn::Sub": "integrations/${ApiHttpApiNotesIntegration}"}
    assert [target, target] == [each["Target"] for each in routes]
    assert ["ApiHttpApiNotesIntegration"] == list(
        rendered.of_type("AWS::ApiGatewayV2::Integration")
    )


def test_each_environment_has_a_stage_that_may_call_its_own_alias_only(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R063: no `$default` stage, and the dev stage cannot reach what prod serves."""
    rendered = render_app(notes(make_app))
    stages = [each["Properties"] for each in rendered.of_type("AWS::ApiGatewayV2::Stage").values()]
    assert [("dev", {"LambdaAlias": "dev"}), ("prod", {"LambdaAlias": "prod"})] == [
        (each["StageName"], each["StageVariables"]) for each in stages
    ]
    permissions = {
        each["Properties"]["FunctionName"]["Ref"]: each["Properties"]["SourceArn"]["Fn::Sub"]
        for each in rendered.of_type("AWS::Lambda::Permission").values()
    }
    api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ApiHttpApi}"
    expected = {
        "NotesFunctionAliasDev": f"{api}/dev/*",
        "NotesFunctionAliasProd": f"{api}/prod/*",
    }
    assert expected == permissions


def test_the_documents_cors_rule_is_rendered_as_written(
    dzgro: App, render_app: Callable[..., Any]
) -> None:
    """R065, C10: any origin, five methods, five headers, 300 s."""
    expected = {
        "AllowOrigins": ["*"],
        "AllowMethods": ["GET", "POST", "PUT", "DELETE", "PATCH"],
        "AllowHeaders": [
            "Content-Type",
            "Authorization",
            "Marketplace",
            "X-Razorpay-Signature",
            "x-razorpay-event-id",
        ],
        "MaxAge": 300,
    }
    assert expected == render_app(dzgro).properties("ApiHttpApi")["CorsConfiguration"]


def test_a_wildcard_for_headers_names_authorization_beside_it(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Browsers do not let `*` stand for Authorization; origins are those of all environments."""
    api = HttpApi(cors=Cors(["ANY"]))
    cors = render_app(notes(make_app, http_api=api)).properties("ApiHttpApi")["CorsConfiguration"]
    origins = ["https://dev.example.com", "http://localhost:4200", "https://example.com"]
    assert origins == cors["AllowOrigins"]
    assert (["*"], ["Authorization", "*"]) == (cors["AllowMethods"], cors["AllowHeaders"])


def test_an_api_is_rendered_in_the_stack_of_its_feature_set_only(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R033: the other stacks have no API, no stages, no outputs of it."""
    functions = [Function("Job", source="j")]
    app = notes(make_app, http_api=HttpApi(feature_set="extra"), functions=functions)
    assert ["ApiHttpApi"] == list(render_app(app, "extra").of_type("AWS::ApiGatewayV2::Api"))
    core = render_app(app, "core")
    assert [] == [name for name in core.resources if name.startswith("ApiHttpApi")]
    assert ("JobFunctionName",) == core.template.outputs
