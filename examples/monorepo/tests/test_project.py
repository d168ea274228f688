"""The repository itself: order of the build, types, unit tests, archives, templates, scripts."""

from __future__ import annotations

import functools
import json
import re
import signal
import socket
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

import sam_deploy_runtime

SERVICES = ("event-service", "notification-service", "user-service")
ENVIRONMENTS = ("dev", "staging", "production")
FUNCTIONS = {"EventService", "NotificationService", "UserService"}
WITHOUT_RESOURCES = {"dynamodb:ListStreams", "xray:PutTraceSegments", "xray:PutTelemetryRecords"}
SMALL_BYTES = 30_000
"""More than any of the archives has; the SDK alone would bring ten times as much."""


@pytest.fixture(scope="session")
def built(installed: Any) -> tuple[Any, str]:
    """The project after `scripts/build.sh`, and what it said."""
    ran = installed.run("scripts/build.sh")
    assert 0 == ran.code, ran.out + ran.err
    return installed, ran.out


@pytest.fixture(scope="session")
def templates(built: tuple[Any, str]) -> dict[str, dict[str, Any]]:
    """The rendered template of each environment."""
    project, _ = built
    found = {}
    for environment in ENVIRONMENTS:
        ran = project.sam_deploy("template", "--environment", environment)
        assert 0 == ran.code, ran.err
        found[environment] = yaml.load(ran.out, Loader=_Loader)  # noqa: S506 - a SafeLoader
    return found


class _Loader(yaml.SafeLoader):
    """Reads `!Ref x` and the like as {"Ref": x}: what matters here is what they name."""


def _tagged(loader: Any, suffix: str, node: yaml.Node) -> Any:
    make = {
        yaml.ScalarNode: loader.construct_scalar,
        yaml.SequenceNode: functools.partial(loader.construct_sequence, deep=True),
        yaml.MappingNode: functools.partial(loader.construct_mapping, deep=True),
    }[type(node)]
    return {suffix: make(node)}


_Loader.add_multi_constructor("!", _tagged)


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Return logical id -> properties of all resources of a kind."""
    resources = template["Resources"].items()
    return {name: each.get("Properties", {}) for name, each in resources if each["Type"] == kind}


def test_shared_packages_come_first_then_services_tests_and_archives(built: Any) -> None:
    """R254, R317: one script, and each step only after the one before."""
    project, said = built
    assert [
        "shared packages: types",
        "services: types",
        "unit tests",
        "archives",
    ] == re.findall(r"^== (.+)$", said, re.MULTILINE)
    assert int(re.findall(r"^# pass (\d+)$", said, re.MULTILINE)[0]) >= 30
    assert "# fail 0" in said
    # R249: archives, template and manifest are kept, for `deploy --artifacts dist`
    kept = {path.name for path in (project.folder / "dist").rglob("*") if path.is_file()}
    assert {f"{name}.zip" for name in FUNCTIONS} <= kept
    assert any("lambda-monorepo-sam-dev" in name for name in kept), kept


def test_a_mistake_in_a_shared_package_ends_the_build_there(built: Any) -> None:
    """R055, R254: types are checked throughout, and no service is built on a broken package."""
    project, _ = built
    file = "packages/auth/src/index.ts"
    with project.edited(file, 'sub !== "string"', 'sub.length !== "string"'):
        ran = project.run("scripts/build.sh")
    assert 0 != ran.code
    assert f"{file}" in ran.out
    assert "error TS" in ran.out
    assert "== services" not in ran.out


def test_each_service_is_one_file_without_the_aws_sdk(built: Any) -> None:
    """R052, R248: bundled, minified, with the shared packages in it and its map beside it."""
    project, _ = built
    services = {path.name for path in (project.folder / "services").iterdir()}
    assert set(SERVICES) == services
    for name in FUNCTIONS:
        (path,) = (project.folder / "dist").rglob(f"{name}.zip")
        with zipfile.ZipFile(path) as archive:
            assert {"index.js", "index.js.map"} == set(archive.namelist())
            script = archive.read("index.js").decode()
            sources = json.loads(archive.read("index.js.map"))["sources"]
        assert 'require("@aws-sdk/' in script
        assert "../../packages/logger/src/index.ts" in sources
        assert not [each for each in sources if "node_modules" in each]
        assert path.stat().st_size < SMALL_BYTES


def test_environments_differ_in_what_they_cost_and_watch(templates: Any) -> None:
    """R175, R176, R274: dev is minimal, staging watches, production watches closest and longest."""
    alarms = {
        name: len(of_type(made, "AWS::CloudWatch::Alarm")) for name, made in templates.items()
    }
    assert 0 == alarms["dev"] < alarms["staging"] < alarms["production"]
    days = {
        name: {log["RetentionInDays"] for log in of_type(made, "AWS::Logs::LogGroup").values()}
        for name, made in templates.items()
    }
    assert {"dev": {7}, "staging": {30}, "production": {90}} == days
    for name, made in templates.items():
        topics = of_type(made, "AWS::SNS::Topic")
        assert (name != "dev") == any("Alarm" in each for each in topics), name
    watched = {
        (each["Namespace"], each["MetricName"])
        for each in of_type(templates["staging"], "AWS::CloudWatch::Alarm").values()
    }
    assert {
        ("AWS/Lambda", "Errors"),
        ("AWS/ApiGateway", "5xx"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    } <= watched


def test_environments_are_alike_and_touch_nothing_of_each_other(templates: Any) -> None:
    """R177, R280: the same resources under other names; no role names another environment."""
    kinds = ("AWS::Serverless::Function", "AWS::DynamoDB::Table", "AWS::SQS::Queue")
    counts = {
        name: [len(of_type(made, kind)) for kind in kinds] for name, made in templates.items()
    }
    assert [counts["dev"]] * 3 == list(counts.values())
    for name, made in templates.items():
        roles = json.dumps(
            [of_type(made, "AWS::IAM::Policy"), of_type(made, "AWS::IAM::Role")]
        ).lower()
        assert "lambda-monorepo" in roles
        for other in set(ENVIRONMENTS) - {name}:
            assert other not in roles, f"{name} names {other}"
        for policy in of_type(made, "AWS::IAM::Policy").values():
            for statement in policy["PolicyDocument"]["Statement"]:
                if "*" in _list(statement["Resource"]):  # what AWS knows no resources for
                    assert set(_list(statement["Action"])) <= WITHOUT_RESOURCES


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_table_and_index_scale_by_use(templates: Any) -> None:
    """R300: reading and writing, of the table and its index, from 5 units to 100."""
    for made in templates.values():
        targets = of_type(made, "AWS::ApplicationAutoScaling::ScalableTarget").values()
        assert [(5, 100)] * 4 == [(each["MinCapacity"], each["MaxCapacity"]) for each in targets]


def test_memory_timeout_and_limits_are_those_of_each_service(templates: Any) -> None:
    """R051: nothing is left at a default that fits none of them."""
    functions = of_type(templates["production"], "AWS::Serverless::Function")
    expected = {
        "UserServiceProductionFunction": (512, 10),
        "EventServiceProductionFunction": (256, 60),
        "NotificationServiceProductionFunction": (256, 10),
    }
    assert expected == {
        name: (each["MemorySize"], each["Timeout"]) for name, each in functions.items()
    }
    mappings = of_type(templates["production"], "AWS::Lambda::EventSourceMapping").values()
    (scaling,) = [each["ScalingConfig"] for each in mappings if "ScalingConfig" in each]
    assert {"MaximumConcurrency": 5} == scaling


def test_every_package_is_pinned(installed: Any) -> None:
    """R207: without a lock file (it would hold download addresses), package.json names all."""
    folder: Path = installed.folder
    said = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    pins = {**said["devDependencies"], **said["overrides"]}
    lock = json.loads((folder / "node_modules/.package-lock.json").read_text(encoding="utf-8"))
    there = {
        path.rpartition("node_modules/")[2]: each["version"]
        for path, each in lock["packages"].items()
        if not each.get("link") and "node_modules/" in path
    }
    # programs for this computer, at the version of the package that they belong to
    programs = {name for name in there if name.startswith(("@esbuild/", "@typescript/"))}
    assert {name: pins.get(name) for name in there.keys() - programs} == {
        name: version for name, version in there.items() if name not in programs
    }


def test_the_types_of_the_runtime_are_those_of_the_product(installed: Any) -> None:
    """What types/ declares is a part of what sam-deploy-runtime promises."""
    promised = (Path(sam_deploy_runtime.__path__[0]) / "node/index.d.ts").read_text("utf-8")
    declared = (installed.folder / "types/sam-deploy-runtime.d.ts").read_text("utf-8")
    names = re.findall(r"^export function (\w+)", declared, re.MULTILINE)
    assert len(names) >= 5
    for line in re.findall(r"^export function .+;$", declared, re.MULTILINE):
        if "setting(" not in line:  # generic there
            assert line in promised
    assert "export function setting<" in promised


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "--environment is missing"),
        (("--environment",), "--environment needs a value"),
        (("--environment", "qa"), "there is no environment `qa`"),
        (("--environment", "dev", "--force"), "`--force` is not known"),
        (("--environment", "dev", "--approval-file", "x"), "dev needs no approval"),
        (("--environment", "staging", "--plan-only", "--approve", "x"), "--approve goes alone"),
    ],
)
def test_deploy_refuses_what_it_does_not_know(
    installed: Any, arguments: tuple[str, ...], why: str
) -> None:
    """R290: exit 2, the reason and the usage; nothing is begun."""
    ran = installed.run("scripts/deploy.sh", *arguments)
    assert 2 == ran.code
    assert f"deploy.sh: {why}" in ran.err
    assert "usage: scripts/deploy.sh" in ran.err


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_called_on_this_computer(monorepo: Any, service: str) -> None:
    """R233: its archive, with the variables and tables of dev, in a process of one's own."""
    ran = monorepo.run("scripts/local-dev.sh", "--mode", "invoke", "--service", service)
    assert 0 == ran.code, ran.err
    if service == "user-service":
        assert "dev" == json.loads(ran.json["body"])["environment"]
    else:
        assert {"batchItemFailures": []} == ran.json


def test_a_debugger_stops_in_a_service(monorepo: Any, until: Any) -> None:
    """R233: Node waits for a debugger before the first line."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = ("--mode", "invoke", "--service", "user-service", "--inspect", str(port))
    with monorepo.at_terminal("scripts/local-dev.sh", *command) as terminal:
        terminal.until(f"Debugger listening on ws://127.0.0.1:{port}/")
        address = f"http://127.0.0.1:{port}/json/list"
        (target,) = until("the debugger", lambda: httpx.get(address, trust_env=False).json())
        assert target["url"].endswith("scripts/invoke.mjs")
        terminal.process.kill()


def test_a_saved_file_of_a_package_is_served_in_dev(monorepo: Any, until: Any) -> None:
    """`local-dev.sh --mode api` brings the services that have it in them, until Ctrl-C."""
    url = f"{monorepo.url('dev')}/health"
    with monorepo.at_terminal("scripts/local-dev.sh", "--mode", "api") as terminal:
        terminal.until("watching; Ctrl-C ends it")
        with monorepo.edited("packages/utils/src/index.ts", '"no-store"', '"no-store, private"'):
            terminal.until("(drift until the next deployment)")
            assert "UserService live" in terminal.said
            assert "EventService" not in terminal.said.rpartition("watching;")[2]
            until(
                "the new header",
                lambda: "private" in httpx.get(url, trust_env=False).headers["cache-control"],
            )
        terminal.process.send_signal(signal.SIGINT)
        assert 130 == terminal.end(), terminal.said
    ran = monorepo.sam_deploy("deploy", "--progress", "plain")
    assert 0 == ran.code, ran.err
    assert "no-store" == httpx.get(url, trust_env=False).headers["cache-control"]


def test_post_deployment_tests_find_what_does_not_answer(monorepo: Any) -> None:
    """Good for the environment that is there; exit 1, and what came, for any other."""
    url = monorepo.url("dev")
    good = monorepo.run("node", "scripts/post-deploy.mjs", "dev", url)
    assert (0, 3) == (good.code, good.out.count("ok - ")), good.out + good.err
    wrong = monorepo.run(
        "node", "scripts/post-deploy.mjs", "production", url, POST_DEPLOY_SECONDS="1"
    )
    assert 1 == wrong.code
    assert "not ok - the service is well" in wrong.out
    assert "sam-deploy rollback production" in wrong.err
