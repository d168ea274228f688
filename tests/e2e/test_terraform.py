"""What `export terraform` writes, judged by the real Terraform and its AWS provider.

The provider talks to an embedded cloud of the test's own (`AWS_ENDPOINT_URL`), so the exported
files are run as they are. Left out is only what the emulator does not know at all: `LEFT_OUT`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden" / "monorepo" / "config.py"
TERRAFORM = shutil.which("terraform")
LEFT_OUT = ("aws_appautoscaling_target", "aws_appautoscaling_policy")
"""Application Auto Scaling is no service of the emulator's; CloudFormation there ignores it."""
MIRRORS = (
    Path.home() / ".terraform.d" / "plugins",
    Path("/usr/local/share/terraform/plugins"),
    *sorted(Path("/opt").glob("*/registry.terraform.io")),
)
"""Where providers lie on disk; where none does Terraform fetches them from its registry."""
CALLS = 60
FUNCTION = "lambda-monorepo-production-user-service"
SERVICE = """
const build = "one";
export const handler = async (event: { path: string }) => ({
  statusCode: 200,
  body: JSON.stringify({ build, path: event.path, table: process.env.USERS_TABLE }),
});
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(TERRAFORM is None, reason="Terraform is not installed on this machine"),
    pytest.mark.timeout(900),
]


@dataclass(frozen=True)
class Exported:
    """A folder of Terraform and the cloud that it is applied to."""

    project: Project
    folder: Path
    environment: str
    endpoint: str = ""

    @property
    def root(self) -> Path:
        """The environment's folder."""
        return self.folder / "environments" / self.environment

    def run(self, *arguments: str, **variables: object) -> subprocess.CompletedProcess[str]:
        """Run Terraform in the environment's folder; `variables` are those of the root module."""
        given = {f"TF_VAR_{name}": json.dumps(value) for name, value in variables.items()}
        done = subprocess.run(
            [str(TERRAFORM), *arguments],
            cwd=self.root,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_"))},
                "AWS_ENDPOINT_URL": self.endpoint,
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "TF_IN_AUTOMATION": "1",
                "TF_VAR_protect_data": "false",
                "CHECKPOINT_DISABLE": "1",
                **given,
            },
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode in {0, 2}, done.stdout + done.stderr
        return done

    def init(self) -> None:
        """The providers are there."""
        mirror = next((each for each in MIRRORS if each.is_dir()), None)
        folder = mirror.parent if mirror and mirror.name.startswith("registry") else mirror
        self.run("init", "-no-color", *([f"-plugin-dir={folder}"] if folder else []))

    def apply(self, **variables: object) -> str:
        """What is written is what stands; returns what Terraform said."""
        return self.run("apply", "-auto-approve", "-no-color", **variables).stdout

    def pending(self, **variables: object) -> bool:
        """Whether another plan would change something."""
        done = self.run("plan", "-detailed-exitcode", "-no-color", **variables)
        return done.returncode == 2

    def outputs(self) -> Mapping[str, Any]:
        """What the environment tells."""
        found = json.loads(self.run("output", "-json").stdout)
        return {name: each["value"] for name, each in found.items()}

    def rebuilt(self, old: str, new: str, source: str) -> None:
        """The environment has another build: archive and `artifacts.tf` of a second export."""
        file = self.project.folder / source
        text = file.read_text(encoding="utf-8")
        assert 1 == text.count(old)
        file.write_text(text.replace(old, new), encoding="utf-8")
        again = self.folder.with_name("again")
        assert 0 == self.project.run("export", "terraform", "--out", str(again)).code
        shutil.copytree(again / "artifacts", self.folder / "artifacts", dirs_exist_ok=True)
        shutil.copy(again / "environments" / self.environment / "artifacts.tf", self.root)


def exported(project: Project, environment: str) -> Exported:
    """Export a project. Nothing in it is changed."""
    folder = project.folder / "infra"
    ran = project.run("export", "terraform", "--out", str(folder))
    assert 0 == ran.code, ran.err
    return Exported(project, folder, environment)


def without_unknown(folder: Path) -> None:
    """The modules do without what the emulator does not know."""
    kinds = "|".join(LEFT_OUT)
    for file in folder.glob("modules/*/main.tf"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(rf'resource "({kinds})" .*?\n}}\n\n?', "", text, flags=re.DOTALL))


@pytest.fixture
def shop(tmp_path: Path, project_in: Callable[[Path], Project]) -> Project:
    """The shop that has a resource of every family."""
    shutil.copytree(HERE / "terraform", tmp_path / "shop")
    return project_in(tmp_path / "shop")


@pytest.fixture
def monorepo(tmp_path: Path, project_in: Callable[[Path], Project]) -> Project:
    """The Lambda monorepo: TypeScript, REST API, a scaled table, three environments."""
    folder = tmp_path / "mono"
    source = folder / "services" / "user-service" / "src"
    source.mkdir(parents=True)
    shutil.copy(GOLDEN, folder / "deploy.py")
    (source / "index.ts").write_text(SERVICE, encoding="utf-8")
    return project_in(folder)


@pytest.fixture
def applied() -> Iterator[Callable[[Project, str], Exported]]:
    """Exports and applies an environment to a cloud of its own, which ends with the test."""
    started: list[Project] = []

    def apply(project: Project, environment: str) -> Exported:
        found = exported(project, environment)
        without_unknown(found.folder)
        started.append(project)
        assert 0 == project.run("cloud", "start").code
        found = Exported(project, found.folder, environment, project.endpoint)
        found.init()
        assert "Apply complete" in found.apply()
        return found

    yield apply
    for project in started:
        project.run("cloud", "stop")


def builds(project: Project, calls: int = CALLS) -> Counter[str]:
    """Which builds answered how often to calls of the alias, as the REST API makes them."""
    functions = project.client("lambda", "us-east-1")
    found: Counter[str] = Counter()
    for _ in range(calls):
        answer = functions.invoke(
            FunctionName=FUNCTION, Qualifier="production", Payload=b'{"path": "/users"}'
        )
        found[json.loads(json.loads(answer["Payload"].read())["body"])["build"]] += 1
    return found


def test_terraform_accepts_every_file_as_it_is_written(shop: Project) -> None:
    """`fmt -check` changes nothing in any file, and `validate` finds nothing."""
    found = exported(shop, "prod")
    formatted = subprocess.run(
        [str(TERRAFORM), "fmt", "-check", "-recursive", "-diff", str(found.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (formatted.returncode, formatted.stdout)
    found.init()
    assert "valid" in found.run("validate", "-no-color").stdout


@pytest.mark.long
def test_every_family_is_applied_in_two_regions_and_a_second_plan_is_empty(
    shop: Project, applied: Callable[[Project, str], Exported]
) -> None:
    """Then the function answers through its API in both, and `destroy` leaves nothing."""
    found = applied(shop, "prod")
    assert not found.pending()
    outputs = found.outputs()
    for region, api in outputs["api_http_api_id"].items():
        base = f"{shop.cloud()['gateway']}/{region}/{api}/prod"
        answer = httpx.get(f"{base}/orders/1", trust_env=False, timeout=60).json()
        assert ("one", "hello", "3.11") == (answer["build"], answer["greeting"], answer["idna"])
    assert {"eu-west-1": "1", "us-east-1": "1"} == outputs["versions"]["Worker"]
    canary = {"Orders/us-east-1": {"stable_version": "1", "weight": 0.1}}
    planned = found.run("plan", "-no-color", canaries=canary).stdout
    assert "module.orders_us_east_1.aws_lambda_alias.function_alias will be updated" in planned
    assert "0 to add, 1 to change, 0 to destroy" in planned
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/1"
    planned = found.run("plan", "-no-color", api_certificate_arn={"us-east-1": certificate}).stdout
    domain = "aws_apigatewayv2_domain_name"
    assert f"module.app_api_us_east_1.{domain}" in planned
    assert f"module.app_api_eu_west_1.{domain}" not in planned
    assert "Destroy complete" in found.run("destroy", "-auto-approve", "-no-color").stdout
    assert [] == shop.client("lambda", "us-east-1").list_functions()["Functions"]
    assert [] == shop.client("s3", "eu-west-1").list_buckets()["Buckets"]


@pytest.mark.long
def test_a_canary_is_a_variable(
    monorepo: Project, applied: Callable[[Project, str], Exported]
) -> None:
    """A new build gets its share of calls, then all of them, or none; `destroy` ends it."""
    found = applied(monorepo, "production")
    assert not found.pending()
    assert {"one": 3} == builds(monorepo, 3)

    found.rebuilt('"one"', '"two"', "services/user-service/src/index.ts")
    canary = {"UserService": {"stable_version": "1", "weight": 0.5}}
    found.apply(canaries=canary)
    assert {"UserService": "2"} == found.outputs()["versions"]
    assert not found.pending(canaries=canary)
    functions = monorepo.client("lambda", "us-east-1")
    alias = functions.get_alias(FunctionName=FUNCTION, Name="production")
    assert ("1", {"2": 0.5}) == (
        alias["FunctionVersion"],
        alias["RoutingConfig"]["AdditionalVersionWeights"],
    )
    assert {"one", "two"} == set(builds(monorepo))

    found.apply()
    assert {"two"} == set(builds(monorepo))
    assert not found.pending()
    assert "Destroy complete" in found.run("destroy", "-auto-approve", "-no-color").stdout
    assert [] == monorepo.client("dynamodb", "us-east-1").list_tables()["TableNames"]
