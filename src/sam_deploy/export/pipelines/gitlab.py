"""A pipeline for GitLab: id tokens instead of keys, manual promotions, one at a time. Pure.

Source: GitLab, "CI/CD YAML syntax reference", "Configure OpenID Connect in AWS".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sam_deploy.export.pipelines import model, node
from sam_deploy.export.pipelines.model import KEPT_DAYS, PROMOTION_MINUTES, Pipeline

IMAGE: Final = "python:{python}-bookworm"
_HEAD: Final = """# Written by `sam-deploy export gitlab` for @APP@; yours to change.
# `notify` is about what is before it; a promotion, which waits for somebody, tells for itself
stages: [check, build, deploy, notify, promote]

workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
    - if: $CI_COMMIT_BRANCH =~ /^release\\//

variables:
  SAM_DEPLOY_TARGET: aws
  AWS_REGION: @REGION@

default:
  image: @IMAGE@
  interruptible: false
  before_script:
@INSTALL@

.as-role:
  id_tokens:
    AWS_ID_TOKEN:
      aud: https://gitlab.com
  # the AWS SDK takes role and token from these two; AWS_DEPLOY_ROLE_ARN is a variable of each
  # environment
  variables:
    AWS_ROLE_ARN: $AWS_DEPLOY_ROLE_ARN
    AWS_WEB_IDENTITY_TOKEN_FILE: /tmp/aws-id-token
    AWS_ROLE_SESSION_NAME: gitlab-$CI_PIPELINE_ID

"""
_KEEP_ROLE: Final = (
    'if [ -n "${AWS_ID_TOKEN:-}" ]; then'
    ' (umask 077; printf %s "$AWS_ID_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"); fi'
)
_OUTCOME: Final = (
    "OUTCOME=failed",
    'if [ "$CI_JOB_STATUS" = success ]; then OUTCOME=succeeded; fi',
)
_TELLING_MINUTES: Final = 10


def gitlab_files(pipeline: Pipeline) -> dict[str, str]:
    """Return `.gitlab-ci.yml`."""
    head = (
        _HEAD.replace("@APP@", pipeline.app)
        .replace("@REGION@", pipeline.home_region)
        .replace("@IMAGE@", IMAGE.format(python=pipeline.python))
        .replace("@INSTALL@", "\n".join(_script(_install(pipeline), "    ")))
    )
    return {".gitlab-ci.yml": head + "\n".join(_jobs(pipeline))}


def _install(pipeline: Pipeline) -> Sequence[str]:
    return (
        f"python -m pip install --quiet sam-deploy=={pipeline.version}",
        *(node.unpack(pipeline.node) if pipeline.node else ()),
    )


def _jobs(pipeline: Pipeline) -> Iterator[str]:
    main = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"
    yield _job("check", "check", [*model.tests(pipeline), *model.judge()])
    yield _job(
        "build",
        "build",
        [*model.packages(pipeline), *model.build()],
        rules=[("if", main)],
        kept=["dist"],
        needs=["check"],
    )
    yield _job(
        f"deploy-{pipeline.first}",
        "deploy",
        [_KEEP_ROLE, *model.plan(), *model.deploy(), *model.look()],
        rules=[("if", main)],
        environment=pipeline.first,
        needs=["build"],
        kept=["plan.json", "status.txt", "outputs.json"],
    )
    for name in pipeline.promoted:
        yield _job(
            f"promote-{name}",
            "promote",
            [_KEEP_ROLE, *model.promote(), *model.look()],
            told=pipeline.app,
            rules=_promoting(pipeline, name, main),
            environment=name,
            needs=["check"],
            kept=["promotion.json", "status.txt", "outputs.json"],
        )
    pushed = '$CI_PIPELINE_SOURCE == "push"'
    yield _notify(pipeline, "succeeded", f"{pushed} && {main}", "on_success")
    yield _notify(pipeline, "failed", pushed, "on_failure")


def _promoting(pipeline: Pipeline, name: str, main: str) -> Sequence[tuple[str, str]]:
    """Return when a job promotes: by hand, and a protected environment asks, too."""
    release = "$CI_COMMIT_BRANCH =~ /^release\\//"
    if name == pipeline.by_branch:
        return [("if", release), ("manual", main)]
    first = name == pipeline.promoted[0]
    return [("manual", release), *([("manual", main)] if first else [])]


def _job(
    name: str,
    stage: str,
    commands: Sequence[str],
    *,
    rules: Sequence[tuple[str, str]] = (),
    environment: str = "",
    needs: Sequence[str] | None = None,
    kept: Sequence[str] = (),
    told: str = "",
) -> str:
    """Return a job. One that promotes (`told`: the app) has hours, and posts how it ended."""
    lines = [f"{name}:", f"  stage: {stage}"]
    if environment:
        lines += [
            "  extends: .as-role",
            f"  environment: {environment}",
            f"  resource_group: {environment}",
            *([f"  timeout: {PROMOTION_MINUTES} minutes"] if told else []),
        ]
        lines += ["  variables:", f"    ENVIRONMENT: {environment}"]
        lines += _variables(told) if told else []
    if needs is not None:
        lines.append(f"  needs: [{', '.join(needs)}]")
    if rules:
        lines.append("  rules:")
        for kind, test in rules:
            lines.append(f"    - if: {test}")
            if kind == "manual":
                # a manual job that nobody starts must not hold up the others
                lines += ["      when: manual", "      allow_failure: true"]
    lines += ["  script:", *_script(commands, "    ")]
    if told:
        lines += ["  after_script:", *_script([*_OUTCOME, *model.tell()], "    ")]
    if kept:
        lines += ["  artifacts:", "    when: always", "    paths:"]
        lines += [f"      - {each}" for each in kept]
        lines.append(f"    expire_in: {KEPT_DAYS} days")
    return "\n".join(lines) + "\n"


def _variables(app: str) -> Iterator[str]:
    yield f"    APP: {app}"
    yield "    COMMIT: $CI_COMMIT_SHA"
    yield "    RUN_URL: $CI_PIPELINE_URL"
    # what is left of the job's time is for `after_script`, which would not run after its end
    yield f"    RUNNER_SCRIPT_TIMEOUT: {PROMOTION_MINUTES - _TELLING_MINUTES}m"


def _script(commands: Sequence[str], indent: str) -> Iterator[str]:
    """Yield one entry with all commands: a condition or an array is of several lines."""
    if len(commands) == 1 and ": " not in commands[0]:
        yield f"{indent}- {commands[0]}"
        return
    yield f"{indent}- |"
    yield from (f"{indent}  {each}" for each in ("set -euo pipefail", *commands))


def _notify(pipeline: Pipeline, outcome: str, test: str, when: str) -> str:
    lines = [
        f"notify-{outcome}:",
        "  stage: notify",
        "  image: curlimages/curl:8.16.0",
        "  before_script: []",
        "  rules:",
        f"    - if: {test}",
        f"      when: {when}",
        "  variables:",
        f"    APP: {pipeline.app}",
        f"    OUTCOME: {outcome}",
        "    COMMIT: $CI_COMMIT_SHA",
        "    RUN_URL: $CI_PIPELINE_URL",
        "  script:",
        "    - |",
        *(f"      {each}" for each in model.tell()),
    ]
    return "\n".join(lines) + "\n"
