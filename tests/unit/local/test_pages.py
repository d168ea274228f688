"""The gateway's start page, and the cloud's watch."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import psutil

from sam_deploy.local import emulator
from sam_deploy.local.gateway import pages
from sam_deploy.local.gateway.domains import ApiMapping, Domain
from sam_deploy.local.gateway.model import HttpApi, Route, Stage
from sam_deploy.local.processes import Process
from sam_deploy.local.state import RunningCloud, Server
from sam_deploy.local.watch import watch


def test_the_start_page_lists_stages_and_routes() -> None:
    """The `$default` stage comes last, and every URL can be followed as it stands."""
    routes = (Route("GET /b", "i"), Route("ANY /a/{proxy+}", "i"))
    stages = {name: Stage(name) for name in ("$default", "prod", "dev")}
    api = HttpApi("abc", "eu-west-1", "app", routes, {}, stages)
    expected = """sam-deploy: what answers in the embedded cloud

app (abc) in eu-west-1
  http://127.0.0.1:3000/eu-west-1/abc/dev
  http://127.0.0.1:3000/eu-west-1/abc/prod
  http://127.0.0.1:3000/eu-west-1/abc/$default
    ANY /a/{proxy+}
    GET /b
"""
    assert expected == pages.start_page("http://127.0.0.1:3000", (api,))


def test_the_start_page_lists_function_urls_and_custom_domains() -> None:
    """Each with an address that can be followed from this computer."""
    url = HttpApi("u7", "eu-west-1", "Hello:dev", (), {}, {}, is_url=True)
    one = (ApiMapping("", "abc", "prod"), ApiMapping("v2", "abc", "prod"))
    domain = Domain({"eu-west-1": one, "us-east-1": one[:1]})
    expected = """sam-deploy: what answers in the embedded cloud

Hello:dev (function URL) in eu-west-1
  http://127.0.0.1:3000/eu-west-1/lambda-url/u7/

api.example.com (custom domain) in eu-west-1, us-east-1
  http://api.example.com.localhost:3000/
  http://api.example.com.localhost:3000/v2
"""
    page = pages.start_page("http://127.0.0.1:3000", (), (url,), {"api.example.com": domain})
    assert expected == page


def test_the_start_page_of_an_empty_cloud_says_so() -> None:
    """One sentence."""
    expected = "sam-deploy: no API is deployed in the embedded cloud.\n"
    assert expected == pages.start_page("http://127.0.0.1:3000", ())


def test_the_emulator_is_bound_to_loopback_and_told_nothing_of_this_machine() -> None:
    """Its whole environment is ours; whatever is in it reaches every function."""
    variables = emulator.variables(4566, Path("/scratch"), "/usr/bin")
    assert ("127.0.0.1", "0", "4566") == (
        variables["BIND_HOST"],
        variables["IOT_MTLS_ENABLED"],
        variables["GATEWAY_PORT"],
    )
    assert {"/scratch"} == {variables["HOME"], variables["TMPDIR"]}
    assert [] == [name for name in variables if name.startswith("AWS_")]


def test_a_watch_that_was_stopped_tells_nothing() -> None:
    """After `stop` no death is reported any more."""
    me = psutil.Process()
    alive = Server(Process(me.pid, me.create_time()), 1)
    cloud = RunningCloud(
        Path(), "http://e", "http://g", Path("python"), alive, alive, alive, datetime.now(UTC)
    )
    told = threading.Event()
    watching = watch(cloud, lambda _: told.set())
    watching.stop()
    assert not told.is_set()


def test_the_stages_of_an_api_are_told_to_programs() -> None:
    """In the order of the start page; of what is not there none."""
    stages = {name: Stage(name) for name in ("$default", "prod", "dev")}
    api = HttpApi("abc", "eu-west-1", "app", (), {}, stages)
    assert b'{"stages": ["dev", "prod", "$default"]}' == pages.stages_reply(api).body
    assert b'{"stages": []}' == pages.stages_reply(None).body
