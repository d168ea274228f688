"""What a pipeline does, as shell commands that are the same on a laptop.

Where they go is a variable, `SAM_DEPLOY_TARGET`, so that each step can be tried on the embedded
cloud. Nothing of the pipeline's own is in them: no expression of GitHub's, no path of GitLab's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy.export.pipelines import node
from sam_deploy.export.pipelines.node import Packages

AFTER_SCRIPT: Final = "ci/after-deploy.sh"
"""The project's own checks after a deployment, run with the environment's name when it is there."""
PROMOTION_MINUTES: Final = 360
"""The longest promotion, canary and all: GitHub's longest job. Its credentials last as long."""
KEPT_DAYS: Final = 90
"""How long archives, templates and plans are kept."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """An app as a pipeline sees it."""

    app: str
    environments: tuple[str, ...]
    """The first is deployed to; each of the others is promoted to, in this order."""
    home_region: str
    python: str
    """Minor version, such as 3.12."""
    version: str
    """Of sam-deploy, which is pinned."""
    python_tools: tuple[str, ...] = ()
    """Which of ruff and pytest the project's `pyproject.toml` names."""
    python_locked: bool = False
    """Whether there is a `uv.lock`."""
    node: str = ""
    """Major version of Node.js that functions and tests run on, such as 22; empty without both."""
    node_tests: Packages | None = None
    """The project's own `package.json`, when there is one."""
    node_bundled: tuple[Packages, ...] = ()
    """What the code of functions in TypeScript or JavaScript imports from."""

    @property
    def first(self) -> str:
        """Return the environment that is deployed to."""
        return self.environments[0]

    @property
    def promoted(self) -> tuple[str, ...]:
        """Return those that are promoted to."""
        return self.environments[1:]

    @property
    def by_branch(self) -> str:
        """Return what a release branch promotes to; empty when that would be the last one.

        People use the last environment: it is promoted to by hand, however many there are.
        """
        return self.promoted[0] if len(self.promoted) > 1 else ""


def install(pipeline: Pipeline) -> Sequence[str]:
    """Return the commands that bring sam-deploy, at one version."""
    return (f"uv tool install sam-deploy=={pipeline.version}",)


def tests(pipeline: Pipeline) -> Sequence[str]:
    """Return the project's own lint and tests."""
    commands = {"ruff": "uv run --no-sync ruff check", "pytest": "uv run --no-sync pytest"}
    python = (
        "uv sync --locked" if pipeline.python_locked else "uv sync",
        *(commands[each] for each in pipeline.python_tools),
    )
    of_node: Sequence[str] = ()
    if pipeline.node_tests:
        installed = node.install([pipeline.node_tests])
        of_node = (*installed, "npm run --if-present lint", "npm test --if-present")
    return (*(python if pipeline.python_tools else ()), *of_node)


def packages(pipeline: Pipeline) -> Sequence[str]:
    """Return what installs the packages that go into bundles: a job begins on an empty machine."""
    return node.install(pipeline.node_bundled)


def judge() -> Sequence[str]:
    """Return what judges the templates before anything is deployed: AWS's rules and ours."""
    return ("sam-deploy template --audit --lint",)


def build() -> Sequence[str]:
    """Return what makes archives, templates and the manifest, once for all environments."""
    return ("sam-deploy build --output dist --progress plain",)


def plan() -> Sequence[str]:
    """Return what says what would change, and keeps it."""
    looked = "--plan-only --out plan.json --auto-approve --progress plain"
    return (f"sam-deploy deploy --artifacts dist {looked}",)


def deploy() -> Sequence[str]:
    """Return what carries the plan out. What reaches promoted environments is refused (exit 6)."""
    return ("sam-deploy deploy --plan plan.json --auto-approve --progress plain",)


def promote() -> Sequence[str]:
    """Return what promotes to `$ENVIRONMENT` with the approval that a person has made for it."""
    return (
        'sam-deploy promote "$ENVIRONMENT" --dry-run --json | tee promotion.json',
        *_approval(),
        'sam-deploy promote "$ENVIRONMENT" --approval-file approval.json --progress plain',
    )


def _approval() -> Sequence[str]:
    """Return what puts the secret where only its owner reads it, as sam-deploy demands."""
    return (
        'if [ -n "${SAM_DEPLOY_APPROVAL:-}" ]; then',
        "  install -m 600 /dev/null approval.json",
        '  printf %s "$SAM_DEPLOY_APPROVAL" > approval.json',
        "fi",
    )


def look() -> Sequence[str]:
    """Return what shows that all functions serve what they should, and the project's own checks."""
    return (
        "sam-deploy status | tee status.txt",
        "sam-deploy outputs --json > outputs.json",
        f'if [ -x {AFTER_SCRIPT} ]; then ./{AFTER_SCRIPT} "$ENVIRONMENT" outputs.json; fi',
    )


def tell() -> Sequence[str]:
    """Return what posts how it ended, as JSON, when an address was given."""
    told = '{"app":"%s","outcome":"%s","commit":"%s","url":"%s"}'
    return (
        'if [ -z "${NOTIFY_WEBHOOK_URL:-}" ]; then echo "nobody is told"; exit 0; fi',
        f'body=$(printf \'{told}\' "$APP" "$OUTCOME" "$COMMIT" "$RUN_URL")',
        "curl --fail --silent --show-error --max-time 20 --retry 2 \\",
        '  --header "Content-Type: application/json" --data "$body" "$NOTIFY_WEBHOOK_URL"',
    )
