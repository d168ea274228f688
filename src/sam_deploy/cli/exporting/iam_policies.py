"""What `sam-deploy export iam` does: looks at the app, writes the policies of one role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options
from sam_deploy.cli.options import Globals
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.config.model import App
    from sam_deploy.export.iam import Form, RoleName, Scope, Written
    from sam_deploy.export.iam.statements import Document


ACTING = frozenset({"deployer", "promoter"})
"""Roles that change what an environment serves; each is for some of the environments alone."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for."""

    role: RoleName
    environment: str
    account: str
    trust: str
    branch: str
    destroy: bool


def write(chosen: Globals, wanted: Wanted, form: Form, out: Path | None) -> None:
    """The policies are in the folder, or on standard output. Raises `ConfigError`."""
    from sam_deploy.export import files, iam  # noqa: PLC0415 - costs pydantic

    written, scope = _made(chosen, wanted)
    made = iam.files(written, form)
    if out is None:
        click.echo(iam.document(written) if form == "json" else "\n".join(made.values()), nl=False)
    else:
        for name, text in made.items():
            files.write(out / name, text)
            click.echo(options.relative(out / name), err=True)
    for line in _said(written, scope):
        click.echo(line, err=True)


def _made(chosen: Globals, wanted: Wanted) -> tuple[Written, Scope]:
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.export import iam  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    account = options.account_id(chosen, wanted.account, "the policies are")
    environments = _environments(app, wanted)
    every = tuple(each.name for each in app.environments)
    scope = _scope(chosen, app, account, (wanted.environment,) if wanted.environment else every)
    acting = None
    if app.topology == "isolated" and wanted.role in ACTING:
        # who deploys to dev without anybody's review must not own what prod serves
        made = _scope(chosen, app, account, environments)
        acting = replace(made, environments=environments, buckets=scope.buckets)
    policies = iam.policies_of(wanted.role, scope, destroy=wanted.destroy, acting=acting)
    trust = _trust(wanted, scope, environments)
    words = iam.ROLES[wanted.role].words
    return iam.Written(app.name, wanted.role, words, policies, trust, wanted.environment), scope


def _scope(chosen: Globals, app: App, account: str, environments: Sequence[str]) -> Scope:
    from sam_deploy.broker import guard  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.exporting import rendered  # noqa: PLC0415 - only here
    from sam_deploy.export import iam  # noqa: PLC0415 - the same

    # one stack has all environments in it, unless each has its own
    wanted = environments if app.topology == "isolated" else [""]
    sources = tuple(
        source for name in wanted for source in rendered.sources(chosen, name or None, "")[1]
    )
    names = guard.names_of(app) if app.promotion and app.promotion.broker else None
    broker = (names.name, names.region) if names else ("", "")
    return iam.scope_of(app, account, sources, broker)


def _environments(app: App, wanted: Wanted) -> tuple[str, ...]:
    """Return the environments that a role is for: those deployed to, promoted to, or all."""
    known = [each.name for each in app.environments]
    if wanted.environment:
        if wanted.environment not in known:
            raise ConfigError(
                f"There is no environment `{wanted.environment}`",
                why=f"`deploy.py` has {', '.join(known)}",
                hint="name one of them",
            )
        if wanted.role == "promoter" and not _source_of(app, wanted.environment):
            raise ConfigError(
                f"Nothing is promoted to `{wanted.environment}`",
                why="no `promote_from` of it is in `deploy.py`",
                hint="name an environment that something is promoted to, or `--role deployer`",
            )
        return (wanted.environment,)
    promoted = {each.name for each in app.environments if each.promote_from}
    match wanted.role:
        case "deployer":
            return tuple(name for name in known if name not in promoted)
        case "promoter" | "approver" if promoted:
            return tuple(name for name in known if name in promoted)
        case _:
            return tuple(known)


def _source_of(app: App, environment: str) -> str:
    found = next(each for each in app.environments if each.name == environment)
    return str(found.promote_from or "")


def _trust(wanted: Wanted, scope: Scope, environments: Sequence[str]) -> Document | None:
    from sam_deploy.export import iam  # noqa: PLC0415 - costs pydantic

    if wanted.role == "execution":
        if wanted.trust:
            raise ConfigError(
                "The role `execution` trusts CloudFormation alone",
                why="it is what CloudFormation acts with, never a pipeline",
                hint="leave out `--trust`, or write another role",
            )
        return iam.by_cloudformation(scope)
    if not wanted.trust:
        return None
    return iam.by_token(iam.project_of(wanted.trust), scope, environments, wanted.branch)


def _said(written: Written, scope: Scope) -> list[str]:
    """Return what people should know of the policies."""
    from sam_deploy.export import iam  # noqa: PLC0415 - costs pydantic

    count = len(written.policies)
    said = [f"{written.name}: {count} {'policy' if count == 1 else 'policies'}; {written.words}"]
    free = sorted(
        {
            action
            for policy in written.policies
            for statement in policy["Statement"]
            if statement["Resource"] == ["*"]
            for action in statement["Action"]
        }
    )
    if free:
        said.append(f"on `*`, as IAM knows no resource for them: {', '.join(free)}")
    unknown = iam.unknown_types(scope)
    if unknown:
        said.append(
            "warning: AWS does not say what CloudFormation needs for "
            f"{', '.join(unknown)}; add that yourself"
        )
    return said
