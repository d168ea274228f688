"""Stage and route selection of HTTP APIs."""

from __future__ import annotations

import pytest

from sam_deploy.local.gateway import routing
from sam_deploy.local.gateway.model import Route, Stage

DOCUMENTED = ["GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}"]
"""The example of AWS's page on routes, without its `$default`."""

STAGES = {name: Stage(name) for name in ("dev", "prod", "$default")}


def chosen(keys: list[str], method: str, path: str) -> str | None:
    match = routing.match([Route(key, "i") for key in keys], method, path)
    return match.route.key if match else None


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1"),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
        ("POST", "/test/5", "ANY /{proxy+}"),
        ("POST", "/pets/dog/1", "ANY /{proxy+}"),
        ("GET", "/", "$default"),
    ],
)
def test_the_documented_example_is_routed_as_documented(
    method: str, path: str, expected: str
) -> None:
    """Every request of AWS's own example reaches the route that its page names."""
    for keys in ([*DOCUMENTED, "$default"], ["$default", *reversed(DOCUMENTED)]):
        assert expected == chosen(keys, method, path)


@pytest.mark.parametrize(
    ("keys", "method", "path", "expected"),
    [
        (["ANY /a", "GET /a"], "GET", "/a", "GET /a"),
        (["ANY /a", "GET /a"], "PUT", "/a", "ANY /a"),
        (["ANY /a/b", "GET /a/{x}"], "GET", "/a/b", "ANY /a/b"),
        (["GET /{x}/b", "GET /a/{y}"], "GET", "/a/b", "GET /a/{y}"),
        (["GET /{x}/{y}", "GET /a/{y+}"], "GET", "/a/b", "GET /{x}/{y}"),
        (["GET /{x+}", "GET /a/{x+}", "GET /a/b/{x+}"], "GET", "/a/b/c", "GET /a/b/{x+}"),
        (["ANY /{x+}", "GET /{x+}"], "GET", "/a", "GET /{x+}"),
        (["GET /a"], "POST", "/a", None),
        (["GET /a"], "GET", "/a/", None),
        (["GET /a"], "GET", "/A", None),
        (["GET /a/{x+}"], "GET", "/a", None),
        (["GET /a/{x+}"], "GET", "/a/", None),
        (["GET /a/{x}"], "GET", "/a/b/c", None),
        (["GET /"], "GET", "/", "GET /"),
        ([], "GET", "/", None),
    ],
)
def test_the_most_specific_route_wins(
    keys: list[str], method: str, path: str, expected: str | None
) -> None:
    """Full before greedy, literal before variable, method before ANY, in any order of routes."""
    assert expected == chosen(keys, method, path) == chosen(keys[::-1], method, path)


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("/a/{x}/c/{y}", "/a/1/c/2", {"x": "1", "y": "2"}),
        ("/{proxy+}", "/a/b/c", {"proxy": "a/b/c"}),
        ("/a/{rest+}", "/a/b/", {"rest": "b/"}),
        ("/a", "/a", {}),
        ("/a/{x}", "/a/", None),
        ("/a/b", "/a", None),
    ],
)
def test_path_variables_take_their_segments(
    template: str, path: str, expected: dict[str, str] | None
) -> None:
    """A variable takes one segment, a greedy one the rest, and neither takes nothing."""
    assert expected == routing.match_path(template, path)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("/a%20b", "/a b"),
        ("/caf%C3%A9", "/café"),
        ("/a%252Fb", "/a%252Fb"),
        ("/a%2Fb", "/a/b"),
        ("/a%3Fb", "/a"),
        ("/a+b", "/a+b"),
        ("/%zz", "/%zz"),
        ("/%FF", "/\ufffd"),
    ],
)
def test_a_path_is_decoded_as_http_apis_do(raw: str, expected: str) -> None:
    """All escapes but `%25` are decoded, and a decoded `?` ends the path."""
    assert expected == routing.decode_path(raw)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/dev/a", ("dev", "/a")),
        ("/dev", ("dev", "/")),
        ("/dev/", ("dev", "/")),
        ("/other/a", ("$default", "/other/a")),
        ("/", ("$default", "/")),
        ("/$default/a", ("$default", "/$default/a")),
    ],
)
def test_the_first_segment_names_the_stage(path: str, expected: tuple[str, str]) -> None:
    """A named stage takes its segment; `$default` takes every other path whole."""
    found = routing.find_stage(STAGES, path)
    assert found is not None
    assert expected == (found[0].name, found[1])


def test_without_a_default_stage_other_paths_have_none() -> None:
    """An API with named stages only does not answer elsewhere."""
    assert routing.find_stage({"dev": Stage("dev")}, "/prod/a") is None


@pytest.mark.parametrize(("stage", "expected"), [("dev", "/dev/a"), ("$default", "/a")])
def test_the_raw_path_has_the_stage_unless_it_is_the_default(stage: str, expected: str) -> None:
    """`rawPath` begins with a named stage."""
    assert expected == routing.stage_path(Stage(stage), "/a")


def test_stage_variables_are_put_into_the_integration() -> None:
    """Each variable of the stage stands in the URI; the ARN is taken out of it."""
    uri = (
        "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:eu-west-1:1:function:Api:${stageVariables.LambdaAlias}/invocations"
    )
    filled = routing.integration_uri(uri, {"LambdaAlias": "dev"})
    assert "arn:aws:lambda:eu-west-1:1:function:Api:dev" == routing.function_arn(filled)


def test_a_missing_stage_variable_is_an_error() -> None:
    """No function is called by a name with a hole in it."""
    with pytest.raises(routing.UndefinedStageVariableError, match="Alias"):
        routing.integration_uri("x:${stageVariables.Alias}", {})


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("arn:aws:lambda:eu-west-1:1:function:Api", "arn:aws:lambda:eu-west-1:1:function:Api"),
        (
            "arn:aws-cn:lambda:cn-north-1:1:function:A:b",
            "arn:aws-cn:lambda:cn-north-1:1:function:A:b",
        ),
        ("https://example.com", ""),
        ("", ""),
    ],
)
def test_a_function_is_known_by_its_arn(uri: str, expected: str) -> None:
    """A bare ARN is one too; other integrations are none."""
    assert expected == routing.function_arn(uri)
