"""Where a deployed app answers: what `outputs` and the gateway's own page tell can be followed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeAlias

import httpx
import pytest

from sam_deploy import naming

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

pytestmark = pytest.mark.long

CONFIG = """
from sam_deploy import (
    App, Cors, Environment, FeatureSet, Function, FunctionUrl, HttpApi, RestApi, Route,
)

app = App(
    name="doors",
    domain="example.com",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    http_api=HttpApi(custom_domain=True),
    rest_api=RestApi(cors=Cors(["POST"], origins=["https://app.example.com"])),
    functions=[
        Function(
            "Door",
            source="functions/Door",
            url=FunctionUrl(auth="NONE"),
            waive={"function-url": "a page for everybody"},
            routes=[
                Route("ANY", "/door", public=True),
                Route("POST", "/old", api="rest", public=True),
            ],
        )
    ],
)
"""
HANDLER = """
def handler(event, context):
    return {"statusCode": 200, "body": context.invoked_function_arn.rpartition(":")[2]}
"""


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory, deployed: Callable[..., Project]) -> Project:
    """The project, deployed once to its own cloud."""
    folder = tmp_path_factory.mktemp("e2e") / "doors"
    (folder / "functions" / "Door").mkdir(parents=True)
    (folder / "deploy.py").write_text(CONFIG, encoding="utf-8")
    (folder / "functions" / "Door" / "handler.py").write_text(HANDLER, encoding="utf-8")
    return deployed(folder)


def told(project: Project) -> dict[str, str]:
    """The outputs of the stack, as `outputs --json` has them."""
    ran = project.run("outputs", "--json")
    assert 0 == ran.code, ran.err
    found: dict[str, str] = ran.json[0]["outputs"]
    return found


def test_every_address_that_is_told_answers_for_its_environment(
    doors: Project, http: httpx.Client
) -> None:
    """HTTP API, REST API, function URL: by `outputs`, by `deploy --json` and at a terminal."""
    outputs = told(doors)
    for environment in ("dev", "prod"):
        name = environment.title()
        answers = [
            http.get(f"{outputs[f'ApiHttpApi{name}Url']}/door"),
            http.post(f"{outputs[f'ApiRestApi{name}Url']}/old"),
            http.get(outputs[naming.function_url_id("Door", environment)]),
        ]
        assert [(200, environment)] * 3 == [(each.status_code, each.text) for each in answers]
        asked = doors.run("cloud", "url", "--environment", environment)
        assert asked.out.strip() == outputs[f"ApiHttpApi{name}Url"]
    assert outputs == doors.first.json["stacks"][0]["outputs"]
    assert outputs["ApiRestApiDevUrl"] in doors.run("outputs").out


def test_the_page_of_the_gateway_lists_all_that_answers(doors: Project, http: httpx.Client) -> None:
    """APIs, function URLs, custom domains; the addresses of URLs are those of `outputs`."""
    outputs = told(doors)
    base = outputs["ApiHttpApiDevUrl"].partition("/eu-west-1/")[0]
    page = http.get(base).text
    urls = re.findall(r"^  (\S+/lambda-url/\S+)$", page, re.MULTILINE)
    assert sorted(urls) == sorted(v for v in outputs.values() if "/lambda-url/" in v)
    assert outputs["ApiHttpApiDevUrl"] in page
    own = re.escape("api.dev.example.com (custom domain) in eu-west-1\n  ")
    domain = re.search(
        rf"^{own}http://(api\.dev\.example\.com)\.localhost:\d+/$", page, re.MULTILINE
    )
    assert domain is not None, page
    answer = http.get(f"{base}/door", headers={"host": domain[1]})
    assert (200, "dev") == (answer.status_code, answer.text)


def test_a_body_that_is_too_large_is_refused_in_the_words_of_its_api(
    doors: Project, http: httpx.Client
) -> None:
    """413 by both kinds; browsers can read that of the REST API, whose CORS is on it."""
    outputs, body = told(doors), b"a" * (10 * 1024 * 1024 + 1)
    rest = http.post(f"{outputs['ApiRestApiDevUrl']}/old", content=body)
    plain = http.post(f"{outputs['ApiHttpApiDevUrl']}/door", content=body)
    assert (413, {"message": "Request Too Long"}) == (rest.status_code, json.loads(rest.text))
    assert "https://app.example.com" == rest.headers["access-control-allow-origin"]
    expected = {"message": "Request Entity Too Large"}
    assert (413, expected) == (plain.status_code, json.loads(plain.text))
