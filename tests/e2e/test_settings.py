"""Settings and secrets on a real cloud: set by the command, read by functions through aliases."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import pytest

pytestmark = pytest.mark.slow
Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Ran: TypeAlias = Any

CANARY = "canary-Q7f2xV"
"""A text that must be nowhere but where it was set."""
NPM = shutil.which("npm")
HOME, OTHER = "eu-west-1", "us-east-1"
DEPLOY = """
from sam_deploy import App, Environment, FeatureSet, Function, Secret, Setting

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[
        Environment("dev", log_level="DEBUG"),
        Environment("prod", promote_from="dev", log_level="WARNING"),
    ],
    feature_sets=[
        FeatureSet("core", regions=["eu-west-1", "us-east-1"]),
        FeatureSet("extra", regions=["us-east-1"]),
    ],
    settings=[Secret("API_KEY"), Setting("COLOUR", value={"dev": "red", "prod": "blue"})],
    functions=[
        Function("Read", source="read", timeout_seconds=30, settings=["HOST", "API_KEY", "COLOUR"]),
        Function("Small", source="read", feature_set="extra", settings=["SIZE"]),
    ],
)
"""
HANDLER = """
import logging

from sam_deploy_runtime import environment, setting

log = logging.getLogger("shop")


def handler(event, context):
    names = event["names"]
    log.warning("reading %r", [setting(name, default=None) for name in names])
    return {
        "environment": environment(),
        "version": context.function_version,
        "level": logging.getLevelName(log.getEffectiveLevel()),
        **{
            name: setting(name, default=None, max_age_seconds=event.get("max_age_seconds", 60))
            for name in names
        },
    }
"""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]) -> Project:
    """A deployed app of two functions, in two regions, with a secret for each environment."""
    folder = tmp_path_factory.mktemp("settings")
    project = deployed(write(folder, {"deploy.py": DEPLOY, "read/handler.py": HANDLER}))
    for environment in ("dev", "prod"):
        done = put(project, "API_KEY", environment, f"{CANARY}-secret-{environment}")
        assert 0 == done.code, done.err
    return project


def put(project: Project, name: str, environment: str, value: str, *more: str) -> Ran:
    """Set a value by standard input, as a script does."""
    done = subprocess.run(
        project.command(
            "settings",
            "set",
            name,
            "-",
            "--environment",
            environment,
            "--target",
            "embedded",
            *more,
        ),
        env=project.environment,
        input=value + "\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert value not in done.stdout + done.stderr
    return SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr)


def settings(project: Project, *arguments: str) -> Ran:
    return project.run("settings", *arguments, "--target", "embedded")


def call(
    project: Project, alias: str, event: object, region: str = HOME, function: str = "Read"
) -> Any:
    answer = project.client("lambda", region).invoke(
        FunctionName=f"{function}Function", Qualifier=alias, Payload=json.dumps(event)
    )
    found = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, found
    return found


def test_each_environment_reads_its_own_values_in_one_version(shop: Project) -> None:
    """Aliases of one version, in both regions: settings and secrets differ.

    (R044, R261, R263, C17)
    """
    for environment in ("dev", "prod"):
        done = settings(
            shop, "set", "HOST", f"{environment}.example.com", "--environment", environment
        )
        assert (0, "") == (done.code, done.out), done.err
    names = {"names": ["HOST", "API_KEY", "COLOUR"]}
    for region in (HOME, OTHER):
        dev, prod = (call(shop, alias, names, region) for alias in ("dev", "prod"))
        assert dev.pop("version") == prod.pop("version")
        assert {
            "environment": "dev",
            "level": "DEBUG",
            "HOST": "dev.example.com",
            "API_KEY": f"{CANARY}-secret-dev",
            "COLOUR": "red",
        } == dev
        assert {
            "environment": "prod",
            "level": "WARNING",
            "HOST": "prod.example.com",
            "API_KEY": f"{CANARY}-secret-prod",
            "COLOUR": "blue",
        } == prod


def test_a_changed_value_is_seen_without_a_deployment(
    shop: Project, until: Callable[..., Any]
) -> None:
    """When it is older than the call allows, in the warm process that has read it before (C17)."""
    event = {"names": ["HOST"], "max_age_seconds": 0.5}
    for value in ("one.example.com", "two.example.com"):
        assert 0 == settings(shop, "set", "HOST", value, "--environment", "dev").code
        until(value, lambda value=value: value == call(shop, "dev", event)["HOST"])


@pytest.mark.long
def test_what_is_secret_is_nowhere_else(shop: Project) -> None:
    """Not in templates, archives, the project's folder or the functions' logs (R261)."""
    for alias in ("dev", "prod"):
        assert CANARY in call(shop, alias, {"names": ["API_KEY"]})["API_KEY"]
    told = {"templates": templates(shop), "logs": logs(shop), "screens": screens(shop)}
    assert "reading [***]" in told["logs"]
    assert "API_KEY" in told["screens"]
    assert dict.fromkeys(told, False) == {name: CANARY in text for name, text in told.items()}
    assert [] == [path for path, content in files(shop.folder) if CANARY.encode() in content]


def templates(project: Project) -> str:
    found = [
        project.client("cloudformation", region).get_template(StackName=stack)["TemplateBody"]
        for region in (HOME, OTHER)
        for stack in project.stacks(region)
    ]
    assert 3 == len(found)
    return str(found)


def logs(project: Project) -> str:
    client = project.client("logs", HOME)
    group = "/aws/lambda/ReadFunction"
    streams = client.describe_log_streams(logGroupName=group)["logStreams"]
    events = [
        event["message"]
        for stream in streams
        for event in client.get_log_events(
            logGroupName=group, logStreamName=stream["logStreamName"]
        )["events"]
    ]
    return "\n".join(events)


def screens(project: Project) -> str:
    """Return everything that commands say of a secret, as text and as JSON."""
    commands = (
        ("list",),
        ("list", "--json"),
        ("diff", "dev", "prod"),
        ("diff", "dev", "prod", "--json"),
        ("get", "API_KEY", "--environment", "prod"),
        ("get", "API_KEY", "--environment", "prod", "--json"),
    )
    return "".join(ran.out + ran.err for ran in (settings(project, *each) for each in commands))


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file of a project, and every file in its archives."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes()
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    for name in archive.namelist():
                        yield f"{path}/{name}", archive.read(name)


@pytest.mark.long
def test_functions_log_at_the_level_of_the_environment(shop: Project) -> None:
    """One version: DEBUG for dev, WARNING for prod, whichever was called before."""
    levels = [call(shop, alias, {"names": []})["level"] for alias in ("dev", "prod", "dev")]

    assert ["DEBUG", "WARNING", "DEBUG"] == levels


def test_what_is_missing_is_listed_and_is_an_exit_code(shop: Project) -> None:
    """A setting that a function declares and nobody has set; only where it is deployed."""
    assert 0 == settings(shop, "list", "prod", "--json").code
    ran = settings(shop, "list", "prod", "--json", "--exit-code")

    assert 5 == ran.code
    rows = {(each["name"], each["region"]): each for each in ran.json}
    assert [("SIZE", OTHER)] == [key for key, each in rows.items() if each["missing"]]
    assert ("secret", None) == tuple(rows["API_KEY", HOME][key] for key in ("kind", "value"))
    assert ("plain", "blue") == tuple(rows["COLOUR", HOME][key] for key in ("kind", "value"))
    assert "missing: `SIZE` in prod (us-east-1)" in ran.err
    assert "settings set SIZE --environment prod" in ran.err


@pytest.mark.long
def test_a_value_is_written_where_it_is_read(shop: Project) -> None:
    """In the one region of its reader; what is encrypted stays so, and `get` reveals it."""
    assert 0 == put(shop, "SIZE", "dev", f"{CANARY}-size", "--secret").code
    again = settings(shop, "set", "SIZE", f"{CANARY}-new", "--environment", "dev")
    got = settings(shop, "get", "SIZE", "--environment", "dev")
    revealed = settings(shop, "get", "SIZE", "--environment", "dev", "--reveal")

    assert (5, True) == (again.code, "stands on the command line" in again.err)
    assert ("***\n", f"{CANARY}-size\n") == (got.out, revealed.out)
    found = shop.client("ssm", OTHER).get_parameter(Name="/shop/dev/SIZE")["Parameter"]
    assert "SecureString" == found["Type"]
    with pytest.raises(shop.client("ssm", HOME).exceptions.ParameterNotFound):
        shop.client("ssm", HOME).get_parameter(Name="/shop/dev/SIZE")
    seen = call(shop, "dev", {"names": ["SIZE"]}, OTHER, "Small")
    assert f"{CANARY}-size" == seen["SIZE"]


@pytest.mark.long
def test_environments_are_compared(shop: Project) -> None:
    """What differs, what is missing, what regions do not agree on; secrets as stars."""
    for region in (HOME, OTHER):
        done = settings(
            shop,
            "set",
            "HOST",
            f"{region}.example.com",
            "--environment",
            "prod",
            "--region",
            region,
        )
        assert 0 == done.code, done.err
    assert 0 == settings(shop, "set", "HOST", "dev.example.com", "--environment", "dev").code

    ran = settings(shop, "diff", "dev", "prod", "--json")

    found = {(each["name"], each["what"], each["environment"]): each for each in ran.json}
    assert {"dev": "***", "prod": "***"} == found["API_KEY", "differs", None]["values"]
    assert {"dev": "red", "prod": "blue"} == found["COLOUR", "differs", None]["values"]
    assert [HOME, OTHER] == found["HOST", "regions", "prod"]["regions"]
    assert ("HOST", "regions", "dev") not in found


@pytest.mark.long
def test_a_wrong_name_is_answered_with_the_nearest(shop: Project) -> None:
    """Unless it is meant: then it is set everywhere, listed as unused, and can be deleted."""
    slip = settings(shop, "set", "HOTS", "x", "--environment", "dev")
    meant = settings(shop, "set", "HOTS", "x", "--environment", "dev", "--anyway")
    listed = settings(shop, "list", "dev")
    gone = settings(shop, "delete", "HOTS", "--environment", "dev", "--anyway")
    after = settings(shop, "list", "dev")

    assert (2, "hint: did you mean `HOST`?") == (slip.code, slip.err.splitlines()[-2])
    assert slip.err.splitlines()[-1].startswith("log: ")
    assert [0, 0] == [meant.code, gone.code], meant.err + gone.err
    assert ["HOTS", "dev", "plain,", "unused", "x", "all", "2"] == next(
        line.split()[:7] for line in listed.out.splitlines() if line.startswith("HOTS")
    )
    assert "HOTS" not in after.out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("set", "API_KEY", CANARY, "--environment", "dev"), 5, "stands on the command line"),
        (("set", "COLOUR", "green", "--environment", "dev"), 5, "The stack keeps the value"),
        (("delete", "COLOUR", "--environment", "dev"), 5, "The stack keeps the value"),
        (("set", "HOST", "x"), 2, "which environment is meant"),
        (("set", "HOST", "x", "--environment", "prd"), 2, "did you mean `prod`?"),
        (("set", "HOST", "--environment", "dev"), 2, "no terminal to ask at"),
        (("set", "HOST", "", "--environment", "dev"), 2, "The value is empty"),
        (("set", "HOST", "x" * 8193, "--environment", "dev"), 2, "8193 bytes"),
        (("set", "HOST", "x", "--environment", "dev", "--region", "eu-west-2"), 2, "no region"),
        (("get", "HSOT", "--environment", "dev"), 2, "did you mean `HOST`?"),
        (("get", "SIZE", "--environment", "prod"), 5, "settings set SIZE --environment prod"),
        (("diff", "dev", "prd"), 2, "did you mean `prod`?"),
    ],
)
@pytest.mark.long
def test_what_is_wrong_is_refused_before_anything_is_written(
    shop: Project, arguments: tuple[str, ...], code: int, says: str
) -> None:
    """With what to do instead, and without the value."""
    ran = settings(shop, *arguments)

    assert (code, "") == (ran.code, ran.out)
    assert says in ran.err
    assert CANARY not in ran.err


@pytest.mark.parametrize("command", [("set", "HOST", "x"), ("delete", "HOST")])
@pytest.mark.long
def test_nothing_is_written_to_aws_unasked(shop: Project, command: tuple[str, ...]) -> None:
    """Without a terminal it needs `--auto-approve`; without a target it goes nowhere."""
    unasked = shop.run("settings", *command, "--environment", "dev", "--target", "aws")
    nowhere = shop.run("settings", *command, "--environment", "dev")

    assert (5, True) == (unasked.code, "add `--auto-approve`" in unasked.err)
    assert (2, True) == (nowhere.code, "add `--target aws`" in nowhere.err)


@pytest.mark.long
def test_a_deleted_secret_can_be_set_again(shop: Project) -> None:
    """Within 30 days; functions are told meanwhile that it is missing."""
    key = ("API_KEY", "--environment", "prod")
    assert 0 == settings(shop, "delete", *key).code
    fresh = {"names": ["API_KEY"], "max_age_seconds": 0}
    assert call(shop, "prod", fresh)["API_KEY"] is None

    assert 0 == put(shop, "API_KEY", "prod", f"{CANARY}-again").code

    assert f"{CANARY}-again" == call(shop, "prod", fresh)["API_KEY"]


NODE_DEPLOY = """
from sam_deploy import App, Bundle, Environment, FeatureSet, Function, Secret

app = App(
    name="nodeshop",
    home_region="eu-west-1",
    environments=[Environment("dev", log_level="DEBUG"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    settings=[Secret("API_KEY")],
    functions=[
        Function(
            "Read",
            source="read",
            runtime="nodejs20.x",
            handler="src/index.handler",
            timeout_seconds=30,
            bundle=Bundle(external=[]),
            settings=["HOST", "API_KEY"],
        ),
    ],
)
"""
NODE_HANDLER = """
import { environment, logLevel, setting } from "sam-deploy-runtime";

export const handler = async () => ({
  environment: environment(),
  level: logLevel(),
  host: await setting("HOST"),
  key: await setting("API_KEY"),
});
"""


@pytest.mark.long
@pytest.mark.skipif(NPM is None, reason="Node is not installed")
@pytest.mark.long
def test_a_node_function_reads_its_own_values(
    tmp_path: Path, make_project: Callable[..., Project]
) -> None:
    """Through both aliases of one version, by AWS's own SDK (R263, C17)."""
    write(tmp_path, {"deploy.py": NODE_DEPLOY, "read/src/index.ts": NODE_HANDLER})
    write(tmp_path, {"read/package.json": '{"private": true}'})
    assert NPM is not None
    sdk = ("@aws-sdk/client-ssm", "@aws-sdk/client-secrets-manager")
    subprocess.run(
        [NPM, "install", "--no-audit", "--no-fund", "--ignore-scripts", *sdk],
        cwd=tmp_path / "read",
        check=True,
        capture_output=True,
        timeout=240,
    )
    project = make_project(tmp_path, {})
    for environment in ("dev", "prod"):  # before there is any stack
        assert 0 == put(project, "HOST", environment, f"{environment}.example.com").code
        assert 0 == put(project, "API_KEY", environment, f"{CANARY}-{environment}").code
    done = project.deploy()
    assert 0 == done.code, done.err

    found = [call(project, alias, {}) for alias in ("dev", "prod", "dev")]

    dev, prod = (
        {"environment": name, "level": level, "host": f"{name}.example.com", "key": key}
        for name, level, key in (
            ("dev", "DEBUG", f"{CANARY}-dev"),
            ("prod", "INFO", f"{CANARY}-prod"),
        )
    )
    assert [dev, prod, dev] == found
    archives = [content for path, content in files(tmp_path / ".sam-deploy") if ".zip" in path]
    assert archives
    assert not any(CANARY.encode() in content for content in archives)
