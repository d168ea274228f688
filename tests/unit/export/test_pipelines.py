from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
import yaml

from sam_deploy.config.text import Runtime
from sam_deploy.export.iam.forms import SESSION_SECONDS
from sam_deploy.export.pipelines import Packages, Pipeline, github_files, gitlab_files
from sam_deploy.export.pipelines.node import RELEASES, install, unpack

GOLDEN = Path(__file__).parent / "pipelines"
SHOP = Pipeline(
    app="shop",
    environments=("dev", "staging", "prod"),
    home_region="eu-west-1",
    python="3.12",
    version="0.1.0",
    python_tools=("ruff", "pytest"),
    python_locked=True,
    node="22",
    node_tests=Packages(lock="package-lock.json"),
    node_bundled=(Packages(lock="package-lock.json"),),
)
FILES = github_files(SHOP) | gitlab_files(SHOP)
DEPLOY, PROMOTE = (yaml.safe_load(text) for text in github_files(SHOP).values())
GITLAB = yaml.safe_load(gitlab_files(SHOP)[".gitlab-ci.yml"])


def schema(name: str) -> dict[str, Any]:
    """The schema of SchemaStore, as the package check-jsonschema carries it."""
    folder = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


def steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of every job."""
    for job in workflow["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("path", FILES)
def test_a_pipeline_is_the_golden_one(path: str) -> None:
    """The whole file, as it is reviewed; UPDATE_GOLDEN=1 writes it anew."""
    golden = GOLDEN / Path(path).name.lstrip(".")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(FILES[path], encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == FILES[path]


@pytest.mark.parametrize("workflow", [DEPLOY, PROMOTE], ids=["deploy", "promote"])
def test_github_accepts_the_workflow(workflow: dict[str, Any]) -> None:
    """By the schema that editors use; YAML 1.1 reads the key `on` as true."""
    readable = {"on" if key is True else key: each for key, each in workflow.items()}
    jsonschema.Draft7Validator(schema("github-workflows")).validate(readable)


def test_gitlab_accepts_the_pipeline() -> None:
    """By GitLab's own schema."""
    jsonschema.Draft7Validator(schema("gitlab-ci")).validate(GITLAB)


def test_every_action_is_a_commit_with_its_version_beside_it() -> None:
    """A tag can be moved to other code; a commit cannot."""
    lines = [line.strip() for text in FILES.values() for line in text.splitlines()]
    used = [line for line in lines if line.removeprefix("- ").startswith("uses: ")]
    assert 18 == len(used)
    for line in used:
        assert re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_only_jobs_of_an_environment_can_become_its_role() -> None:
    """Without stored keys: a token is asked for where a GitHub environment stands before it."""
    for workflow in (DEPLOY, PROMOTE):
        assert {"contents": "read"} == workflow["permissions"]
        for job in workflow["jobs"].values():
            wanted = {"contents": "read", "id-token": "write"} if "environment" in job else None
            assert wanted == job.get("permissions")
    assert "aws-access-key-id" not in "".join(FILES.values()).lower()


def test_no_expression_stands_in_a_script() -> None:
    """What somebody names a branch is no shell command: values come in as variables."""
    for workflow in (DEPLOY, PROMOTE):
        for step in steps(workflow):
            assert "${{" not in step.get("run", "")


def test_every_script_is_shell() -> None:
    """As `bash -n` reads it."""
    bash = shutil.which("bash")
    assert bash
    scripts = [each["run"] for flow in (DEPLOY, PROMOTE) for each in steps(flow) if "run" in each]
    scripts += ["\n".join(job["script"]) for job in GITLAB.values() if "script" in job]
    scripts.append("\n".join(GITLAB["default"]["before_script"]))
    done = [
        subprocess.run([bash, "-n"], input=each, text=True, capture_output=True, check=False)
        for each in scripts
    ]
    assert [] == [each.stderr for each in done if each.returncode]


def test_the_build_installs_what_is_bundled() -> None:
    """Its machine is an empty one: what the checks installed is not there for esbuild."""
    runs = [each["run"].strip() for each in DEPLOY["jobs"]["build"]["steps"] if "run" in each]
    assert ["npm ci", "sam-deploy build --output dist --progress plain"] == runs[1:]
    lines = GITLAB["build"]["script"][0].splitlines()
    assert ["npm ci", "sam-deploy build --output dist --progress plain"] == lines[1:]


@pytest.mark.parametrize(
    ("packages", "commands"),
    [
        (Packages(), ["npm install"]),
        (Packages(lock="npm-shrinkwrap.json"), ["npm ci"]),
        (Packages(lock="pnpm-lock.yaml"), ["corepack enable", "pnpm install --frozen-lockfile"]),
        (Packages(lock="yarn.lock"), ["corepack enable", "yarn install --immutable"]),
        (
            Packages(lock="yarn.lock", classic=True),
            ["corepack enable", "yarn install --frozen-lockfile"],
        ),
        (Packages("a b", "package-lock.json"), ["(cd 'a b' && npm ci)"]),
    ],
)
def test_packages_are_installed_as_their_lock_file_has_them(
    packages: Packages, commands: list[str]
) -> None:
    """`npm ci` fails without a lock of its own; the others take none that does not fit."""
    assert commands == list(install([packages]))


def test_gitlab_has_the_node_of_the_runtime() -> None:
    """Debian's is another one: there is a release of each runtime, held to its hash."""
    majors = [each[6:-2] for each in get_args(Runtime) if each.startswith("nodejs")]
    assert majors == list(RELEASES)
    before = "\n".join(GITLAB["default"]["before_script"])
    assert "https://nodejs.org/dist/v22." in before
    assert "apt-get" not in before
    for release in RELEASES.values():
        for digest in (release.x64, release.arm64):
            assert re.fullmatch(r"[0-9a-f]{64}", digest)


def test_an_archive_of_other_bytes_is_not_unpacked(tmp_path: Path) -> None:
    """What is at that address has to be the release that was named."""
    bash = shutil.which("bash")
    assert bash
    there = tmp_path / "dist" / f"v{RELEASES['22'].version}"
    there.mkdir(parents=True)
    for machine in ("x64", "arm64"):
        name = f"node-v{RELEASES['22'].version}-linux-{machine}.tar.gz"
        (there / name).write_bytes(b"something else")
    script = "\n".join(["set -euo pipefail", *unpack("22"), "echo unpacked"])
    for old, new in (
        ("https://nodejs.org", f"file://{tmp_path}"),
        ("/usr/local", str(tmp_path)),
        ("/tmp/node", str(tmp_path / "node")),  # noqa: S108 - what the script has
    ):
        script = script.replace(old, new)
    done = subprocess.run([bash, "-c", script], capture_output=True, text=True, check=False)
    assert (1, "") == (
        done.returncode,
        done.stdout.replace(f"{tmp_path}/node.tar.gz: FAILED\n", ""),
    )
    assert "did NOT match" in done.stderr


def test_dev_is_deployed_by_a_push_to_main_from_what_was_built_once() -> None:
    """R174: other jobs take the archives; nothing but `build` builds."""
    assert ["main"] == DEPLOY[True]["push"]["branches"]
    assert ("check", "build") == (
        DEPLOY["jobs"]["build"]["needs"],
        DEPLOY["jobs"]["deploy"]["needs"],
    )
    assert "dev" == DEPLOY["jobs"]["deploy"]["environment"]
    building = [each["run"] for flow in (DEPLOY, PROMOTE) for each in steps(flow) if "run" in each]
    assert 1 == sum("sam-deploy build" in each for each in building)
    assert "deploy --artifacts dist --plan-only --out plan.json" in "\n".join(building)


def test_staging_comes_by_a_release_branch_or_by_hand() -> None:
    """R175: a release branch promotes to staging; by hand to any promoted environment."""
    assert ["release/**"] == PROMOTE[True]["push"]["branches"]
    chosen = PROMOTE[True]["workflow_dispatch"]["inputs"]["environment"]
    assert ["staging", "prod"] == chosen["options"]
    assert "${{ inputs.environment || 'staging' }}" == PROMOTE["jobs"]["promote"]["environment"]
    assert "manual" not in [rule.get("when") for rule in GITLAB["promote-staging"]["rules"][:1]]


def test_the_last_environment_is_promoted_to_by_hand_alone() -> None:
    """R176: also when it is the only one that is: no branch that somebody pushes changes prod."""
    two = replace(SHOP, environments=("dev", "prod"))
    promote = yaml.safe_load(github_files(two)[".github/workflows/sam-deploy-promote.yml"])
    assert ["workflow_dispatch"] == list(promote[True])
    assert "${{ inputs.environment }}" == promote["jobs"]["promote"]["environment"]
    readable = {"on" if key is True else key: each for key, each in promote.items()}
    jsonschema.Draft7Validator(schema("github-workflows")).validate(readable)
    pipeline = yaml.safe_load(gitlab_files(two)[".gitlab-ci.yml"])
    for rules in (pipeline["promote-prod"]["rules"], GITLAB["promote-prod"]["rules"]):
        assert {"manual"} == {rule.get("when") for rule in rules}
    assert 2 == len(pipeline["promote-prod"]["rules"])


def test_nothing_promotes_without_an_approval() -> None:
    """R282: staging and prod want the file that somebody made with a one-time code."""
    scripts = [each["run"] for each in steps(PROMOTE) if "run" in each]
    scripts += ["\n".join(GITLAB[name]["script"]) for name in ("promote-staging", "promote-prod")]
    promoting = [
        line
        for script in scripts
        for line in script.splitlines()
        if "sam-deploy promote" in line and "--dry-run" not in line
    ]
    assert 3 == len(promoting)
    assert all("--approval-file approval.json" in line for line in promoting)
    assert "when: manual" in FILES[".gitlab-ci.yml"].split("promote-prod:")[1].split("script:")[0]


def test_gitlab_gives_the_aws_sdk_a_token_and_a_role(tmp_path: Path) -> None:
    """By the variables that the SDK reads; the file is its owner's alone."""
    role = GITLAB[".as-role"]
    assert ["AWS_ID_TOKEN"] == list(role["id_tokens"])
    assert {"AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_SESSION_NAME"} == set(
        role["variables"]
    )
    for name in ("deploy-dev", "promote-staging", "promote-prod"):
        assert ".as-role" == GITLAB[name]["extends"]
    line = next(each for each in GITLAB["deploy-dev"]["script"][0].splitlines() if "umask" in each)
    file, bash = tmp_path / "token", shutil.which("bash")
    assert bash
    given = {"AWS_ID_TOKEN": "eyJ", "AWS_WEB_IDENTITY_TOKEN_FILE": str(file)}
    subprocess.run([bash, "-eu", "-c", line], check=True, env={**os.environ, **given})
    assert ("eyJ", 0o600) == (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777)


def test_a_promotion_does_not_outlive_its_credentials() -> None:
    """GitHub's are not renewed: they last as long as the job may, and the exported role lets them.

    GitLab's token ends with the job; the SDK renews the credentials with it until then.
    """
    for workflow, job in ((DEPLOY, "deploy"), (PROMOTE, "promote")):
        (seconds,) = (
            step["with"]["role-duration-seconds"]
            for step in workflow["jobs"][job]["steps"]
            if "role-to-assume" in step.get("with", {})
        )
        assert 60 * workflow["jobs"][job]["timeout-minutes"] == seconds
        assert seconds <= SESSION_SECONDS
    for name in ("promote-staging", "promote-prod"):
        assert f"{SESSION_SECONDS // 60} minutes" == GITLAB[name]["timeout"]


@pytest.mark.parametrize(
    ("status", "outcome"), [("success", "succeeded"), ("failed", "failed"), ("canceled", "failed")]
)
def test_a_promotion_of_gitlab_tells_how_it_ended(
    tmp_path: Path, status: str, outcome: str
) -> None:
    """By itself: the jobs that tell of a pipeline have run before anybody starts a manual one."""
    bash = shutil.which("bash")
    assert bash
    told = tmp_path / "told"
    for name in ("promote-staging", "promote-prod"):
        job = GITLAB[name]
        script = "\n".join(job["after_script"]).replace("curl ", f'printf %s "$body" > {told}; : ')
        given = {
            **job["variables"],
            "PATH": os.environ["PATH"],
            "CI_JOB_STATUS": status,
            "NOTIFY_WEBHOOK_URL": "https://example.com",
        }
        subprocess.run([bash, "-c", script], check=True, env=given)
        said = json.loads(told.read_text(encoding="utf-8"))
        assert ("shop", outcome) == (said["app"], said["outcome"])


def test_gitlab_tells_nothing_twice() -> None:
    """The jobs that tell of a pipeline run before promotions, which tell for themselves."""
    stages = GITLAB["stages"]
    assert stages.index("deploy") < stages.index("notify") < stages.index("promote")
    (rule,) = GITLAB["notify-succeeded"]["rules"]
    assert "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" in rule["if"]


def test_archives_templates_and_plans_are_kept() -> None:
    """R249: for 90 days, also when a deployment fails."""
    kept = {
        step["with"]["name"]: (step["with"]["path"].split(), step.get("if"))
        for flow in (DEPLOY, PROMOTE)
        for step in steps(flow)
        if step.get("uses", "").startswith("actions/upload-artifact")
    }
    assert {
        "sam-deploy-build": (["dist"], None),
        "sam-deploy-deployment": (["plan.json", "status.txt", "outputs.json"], "always()"),
        "sam-deploy-promotion": (["promotion.json", "status.txt", "outputs.json"], "always()"),
    } == kept
    assert ["dist"] == GITLAB["build"]["artifacts"]["paths"]
    assert "90 days" == GITLAB["deploy-dev"]["artifacts"]["expire_in"]


def test_an_app_without_promotions_has_one_workflow() -> None:
    """And no job that would never run."""
    alone = Pipeline("one", ("dev",), "eu-west-1", "3.12", "0.1.0")
    assert [".github/workflows/sam-deploy.yml"] == list(github_files(alone))
    assert "promote" not in "".join(yaml.safe_load(gitlab_files(alone)[".gitlab-ci.yml"]).keys())
    assert "setup-node" not in "".join(github_files(alone).values())
