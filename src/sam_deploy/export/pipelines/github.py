"""Workflows for GitHub Actions: OIDC instead of keys, actions pinned by commit. Pure.

Source: GitHub, "Workflow syntax", "Security hardening for GitHub Actions", "OpenID Connect in AWS".
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from sam_deploy.export.pipelines import model
from sam_deploy.export.pipelines.model import KEPT_DAYS, PROMOTION_MINUTES, Pipeline

ACTIONS: Final = {
    "actions/checkout": ("08c6903cd8c0fde910a37f88322edcfb5dd907a8", "v5.0.0"),
    "actions/upload-artifact": ("330a01c490aca151604b8cf639adc76d48f6c5d4", "v5.0.0"),
    "actions/download-artifact": ("018cc2cf5baa6db3ef3c5f8a56943fffe632ef53", "v6.0.0"),
    "actions/setup-node": ("2028fbc5c25fe9cf00d9f06a71cc4710d4507903", "v6.0.0"),
    "astral-sh/setup-uv": ("85856786d1ce8acfbcc2f13a5f3fbd6b938f9f41", "v7.1.2"),
    "aws-actions/configure-aws-credentials": (
        "00943011d9042930efac3dcd3a170e4273319bc8",
        "v5.1.0",
    ),
}
"""Action -> the commit of a release, and its tag. A tag can be moved; a commit cannot."""
_REPOSITORY: Final = "${{ github.server_url }}/${{ github.repository }}"
RUNNER: Final = "ubuntu-24.04"
_DEPLOYMENT_MINUTES: Final = 60

_HEAD: Final = """# Written by `sam-deploy export github-actions` for @APP@; yours to change.
# Actions are pinned by commit: let Dependabot or Renovate move them.
name: @NAME@

on:
@ON@
permissions:
  contents: read

defaults:
  run:
    shell: bash

env:
  SAM_DEPLOY_TARGET: aws
  AWS_REGION: @REGION@

"""
_DEPLOY_ON: Final = """  pull_request:
  push:
    branches: [main]

concurrency:
  group: sam-deploy-${{ github.ref }}
  cancel-in-progress: ${{ github.event_name == 'pull_request' }}
"""
_ON_RELEASE: Final = """  push:
    branches: ["release/**"]
"""
_PROMOTE_ON: Final = """  workflow_dispatch:
    inputs:
      environment:
        description: Which environment is promoted to
        type: choice
        required: true
        options: [@OPTIONS@]

concurrency:
  group: sam-deploy-promote
  cancel-in-progress: false
"""


def github_files(pipeline: Pipeline) -> dict[str, str]:
    """Return the workflows by path: deploying, and promoting where there is something to."""
    files = {".github/workflows/sam-deploy.yml": _deploying(pipeline)}
    if pipeline.promoted:
        files[".github/workflows/sam-deploy-promote.yml"] = _promoting(pipeline)
    return files


def _deploying(pipeline: Pipeline) -> str:
    jobs = (
        _job("check", "Tests, lint, templates", _checks(pipeline), minutes=20),
        _job("build", "Build once", _builds(pipeline), needs="check", minutes=30, on_main=True),
        _job(
            "deploy",
            f"Deploy to {pipeline.first}",
            _deploys(pipeline),
            needs="build",
            minutes=_DEPLOYMENT_MINUTES,
            environment=pipeline.first,
            on_main=True,
        ),
        _notify(pipeline, ("check", "build", "deploy")),
    )
    return _head(pipeline, "Deploy", _DEPLOY_ON) + "jobs:\n" + "\n".join(jobs)


def _promoting(pipeline: Pipeline) -> str:
    on = _PROMOTE_ON.replace("@OPTIONS@", ", ".join(pipeline.promoted))
    chosen = "${{ inputs.environment }}"
    if pipeline.by_branch:
        on = _ON_RELEASE + on
        chosen = f"${{{{ inputs.environment || '{pipeline.by_branch}' }}}}"
    jobs = (
        _job(
            "promote",
            f"Promote to {chosen}",
            _promotes(pipeline, chosen),
            minutes=PROMOTION_MINUTES,
            environment=chosen,
        ),
        _notify(pipeline, ("promote",)),
    )
    return _head(pipeline, "Promote", on) + "jobs:\n" + "\n".join(jobs)


def _head(pipeline: Pipeline, name: str, on: str) -> str:
    return (
        _HEAD.replace("@APP@", pipeline.app)
        .replace("@NAME@", name)
        .replace("@ON@", on)
        .replace("@REGION@", pipeline.home_region)
    )


def _job(
    key: str,
    name: str,
    steps: Iterator[str],
    *,
    minutes: int,
    needs: str = "",
    environment: str = "",
    on_main: bool = False,
) -> str:
    lines = [f"{key}:", f"  name: {name}"]
    if needs:
        lines.append(f"  needs: {needs}")
    if on_main:
        lines.append("  if: github.event_name == 'push'")
    lines += [f"  runs-on: {RUNNER}", f"  timeout-minutes: {minutes}"]
    if environment:
        lines += [
            f"  environment: {environment}",
            "  permissions:",
            "    contents: read",
            "    id-token: write # OIDC: no key is stored",
        ]
    lines.append("  steps:")
    body = "\n".join([*lines, *(textwrap.indent(each, "    ") for each in steps)])
    return textwrap.indent(body, "  ") + "\n"


def _uses(action: str, name: str = "", **given: object) -> str:
    commit, tag = ACTIONS[action]
    lines = (
        [f"- name: {name}", f"  uses: {action}@{commit} # {tag}"]
        if name
        else [f"- uses: {action}@{commit} # {tag}"]
    )
    if given:
        lines.append("  with:")
        lines += [f"    {key.replace('_', '-')}: {value}" for key, value in given.items()]
    return "\n".join(lines)


def _run(name: str, commands: Sequence[str], **variables: str) -> str:
    lines = [f"- name: {name}"]
    if variables:
        lines += ["  env:", *(f"    {key}: {value}" for key, value in variables.items())]
    if len(commands) == 1 and ": " not in commands[0]:
        lines.append(f"  run: {commands[0]}")
    else:
        lines += ["  run: |", *(f"    {each}" for each in commands)]
    return "\n".join(lines)


def _tools(pipeline: Pipeline) -> Iterator[str]:
    yield _uses("actions/checkout", persist_credentials="false")
    yield _uses("astral-sh/setup-uv", python_version=f'"{pipeline.python}"', enable_cache="true")
    if pipeline.node:
        yield _uses("actions/setup-node", node_version=f'"{pipeline.node}"')
    yield _run("Install sam-deploy", model.install(pipeline))


def _checks(pipeline: Pipeline) -> Iterator[str]:
    yield from _tools(pipeline)
    if model.tests(pipeline):
        yield _run("Lint and test", model.tests(pipeline))
    yield _run("Judge the templates", model.judge())


def _builds(pipeline: Pipeline) -> Iterator[str]:
    yield from _tools(pipeline)
    if model.packages(pipeline):
        yield _run("Install the packages of functions", model.packages(pipeline))
    yield _run("Build", model.build())
    yield _keep("Keep archives and templates", "sam-deploy-build", ["dist"])


def _deploys(pipeline: Pipeline) -> Iterator[str]:
    yield from _tools(pipeline)
    yield _uses("actions/download-artifact", name_="sam-deploy-build", path="dist").replace(
        "name-:", "name:"
    )
    yield _credentials(_DEPLOYMENT_MINUTES)
    yield _run("Plan", model.plan())
    yield _run("Deploy exactly that", model.deploy())
    yield _run("Look afterwards", model.look(), ENVIRONMENT=pipeline.first)
    yield _keep("Keep the plan and what came of it", "sam-deploy-deployment", _RESULTS, always=True)


_RESULTS: Final = ["plan.json", "status.txt", "outputs.json"]


def _promotes(pipeline: Pipeline, chosen: str) -> Iterator[str]:
    yield from _tools(pipeline)
    yield _credentials(PROMOTION_MINUTES)
    yield _run(
        "Promote",
        model.promote(),
        ENVIRONMENT=chosen,
        SAM_DEPLOY_APPROVAL="${{ secrets.SAM_DEPLOY_APPROVAL }}",
    )
    yield _run("Look afterwards", model.look(), ENVIRONMENT=chosen)
    results = ["promotion.json", *_RESULTS[1:]]
    yield _keep("Keep what came of it", "sam-deploy-promotion", results, always=True)


def _credentials(minutes: int) -> str:
    """Return the step that becomes the role; nothing renews these credentials within the job."""
    return _uses(
        "aws-actions/configure-aws-credentials",
        "Become the role of this environment",
        role_to_assume="${{ vars.AWS_DEPLOY_ROLE_ARN }}",
        aws_region="${{ env.AWS_REGION }}",
        role_duration_seconds=minutes * 60,
    )


def _keep(name: str, artifact: str, paths: Sequence[str], *, always: bool = False) -> str:
    commit, tag = ACTIONS["actions/upload-artifact"]
    action = f"actions/upload-artifact@{commit} # {tag}"
    lines = [f"- name: {name}"]
    if always:
        lines.append("  if: always()")
    lines += [f"  uses: {action}", "  with:", f"    name: {artifact}"]
    if len(paths) == 1:
        lines.append(f"    path: {paths[0]}")
    else:
        lines += ["    path: |", *(f"      {each}" for each in paths)]
    lines += [
        f"    if-no-files-found: {'warn' if always else 'error'}",
        f"    retention-days: {KEPT_DAYS}",
    ]
    return "\n".join(lines)


def _notify(pipeline: Pipeline, jobs: Sequence[str]) -> str:
    failed = "contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled')"
    lines = [
        "notify:",
        "  name: Tell how it ended",
        f"  needs: [{', '.join(jobs)}]",
        "  if: always() && github.event_name != 'pull_request'",
        f"  runs-on: {RUNNER}",
        "  timeout-minutes: 5",
        "  steps:",
    ]
    step = _run(
        "Post it",
        model.tell(),
        NOTIFY_WEBHOOK_URL="${{ secrets.NOTIFY_WEBHOOK_URL }}",
        APP=pipeline.app,
        OUTCOME="${{ (" + failed + ") && 'failed' || 'succeeded' }}",
        COMMIT="${{ github.sha }}",
        RUN_URL=f"{_REPOSITORY}/actions/runs/${{{{ github.run_id }}}}",
    )
    return textwrap.indent("\n".join([*lines, textwrap.indent(step, "    ")]), "  ") + "\n"
