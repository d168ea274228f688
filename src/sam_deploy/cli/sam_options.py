"""Options for SAM templates, named as the SAM CLI names them, and what they come to.

Scripts that call `sam deploy` keep working with another first word; what has no effect here is
accepted, and said.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from sam_deploy.cli.options import Globals, quoted
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.sam import SamRequest, SamTemplate

F = TypeVar("F", bound=Callable[..., Any])
NAMES: Final = ("template.yaml", "template.yml", "template.json")
CONFIGURATIONS: Final = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
SEVERAL: Final = ("--parameter-overrides", "--tags", "--capabilities")
"""Options of the SAM CLI that take any number of values: `--tags A=1 B=2`."""
FLAGS: Final = (
    "--resolve-s3",
    "--no-confirm-changeset",
    "--confirm-changeset",
    "--no-fail-on-empty-changeset",
    "--no-progressbar",
)
"""Options of the SAM CLI that ask for what happens anyway."""
ANY_REGION: Final = "us-east-1"
"""For commands that go to no region: archives and templates are the same in all of them."""


@dataclass(frozen=True, slots=True)
class SamChoice:
    """What was said about a template on the command line; empty where nothing was."""

    template: str = ""
    stack_name: str = ""
    parameter_overrides: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    config_env: str = ""
    config_file: str = ""
    profile: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A template that was read, what is asked for, and what the user should know."""

    template: SamTemplate
    request: SamRequest
    profile: str
    notes: tuple[str, ...]

    @property
    def runtime(self) -> str:
        """Return the Python that its functions name; python3.12 when there are none."""
        from sam_deploy.plan import BuildUnit  # noqa: PLC0415 - not for --help

        units = [unit for unit in self.template.units if isinstance(unit, BuildUnit)]
        return units[0].target.runtime if units else "python3.12"


class SamCommand(click.Command):
    """Takes several values after one option, as the SAM CLI does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before each of its values, and parse that."""
        return super().parse_args(ctx, spread(args))


def spread(args: Sequence[str]) -> list[str]:
    """Return `--tags A=1 B=2` as `--tags A=1 --tags B=2`."""
    found: list[str] = []
    option, values = "", 0
    for word in args:
        if word.startswith("-"):
            option, values = (word if word in SEVERAL else ""), 0
        elif option:
            found += [option] * (values > 0)
            values += 1
        found.append(word)
    return found


def sam_options(function: F) -> F:
    """Accept the options of `sam deploy` about a template; the command gets them as `sam`."""

    @functools.wraps(function)
    def folded(*args: object, **given: Any) -> object:  # noqa: ANN401 - click's values
        bucket, prefix = given.pop("s3_bucket"), given.pop("s3_prefix")
        for name in ("capabilities", *(flag[2:].replace("-", "_") for flag in FLAGS)):
            given.pop(name)
        notes = (
            ("--s3-bucket has no effect: each region gets an artifact bucket of its own",)
            if bucket or prefix
            else ()
        )
        sam = SamChoice(
            template=given.pop("template") or "",
            stack_name=given.pop("stack_name") or "",
            parameter_overrides=given.pop("parameter_overrides"),
            tags=given.pop("tags"),
            config_env=given.pop("config_env") or "",
            config_file=given.pop("config_file") or "",
            profile=given.pop("profile") or "",
            notes=notes,
        )
        return function(*args, sam=sam, **given)

    wrapped: Any = folded
    for option in reversed(_options()):
        wrapped = option(wrapped)
    result: F = wrapped
    return result


def _options() -> list[Callable[[Any], Any]]:
    text = functools.partial(click.option, metavar="TEXT")
    pairs = functools.partial(click.option, multiple=True, metavar="NAME=VALUE...")
    hidden = functools.partial(
        click.option, hidden=True, help="Of the SAM CLI: accepted, without effect."
    )
    return [
        click.option(
            "-t",
            "--template",
            "--template-file",
            "template",
            metavar="FILE",
            help="A SAM template instead of `deploy.py`.",
        ),
        text("--stack-name", help="Name of the template's stack."),
        pairs("--parameter-overrides", help="Values of the template's parameters."),
        pairs("--tags", help="Tags of the template's stack."),
        text("--config-env", help="Environment in samconfig.toml."),
        click.option("--config-file", metavar="FILE", help="Instead of samconfig.toml."),
        text("--profile", help="Profile of ~/.aws/config."),
        hidden("--s3-bucket"),
        hidden("--s3-prefix"),
        hidden("--capabilities", multiple=True),
        *(hidden(flag, is_flag=True) for flag in FLAGS),
    ]


def is_template(chosen: Globals, sam: SamChoice) -> bool:
    """Whether a template is meant: one is named, or the project has one and no `deploy.py`."""
    if sam.template:
        return True
    if (chosen.project / "deploy.py").exists():
        _refuse_lost(sam)
        return False
    there = any((chosen.project / name).is_file() for name in (*NAMES, *CONFIGURATIONS))
    return there or bool(sam.config_file)


def _refuse_lost(sam: SamChoice) -> None:
    """Raise `ConfigError` for options about a template where there is none."""
    said = (sam.stack_name, sam.config_env, sam.config_file, sam.profile)
    if any((*said, sam.parameter_overrides, sam.tags)):
        raise ConfigError(
            "These options are about a SAM template, and none is named",
            why="the project has a `deploy.py`, which is what is deployed",
            hint="add `--template FILE`; or remove `--stack-name`, `--tags`, `--profile` and the "
            "like (a profile is set by AWS_PROFILE)",
        )


def naming(sam: SamChoice, stack: str, region: str) -> str:
    """Return the options that name a template's stack to another command, as they are typed."""
    said = (
        ("--template", sam.template),
        ("--config-file", sam.config_file),
        ("--config-env", sam.config_env),
        ("--stack-name", stack),
        ("--region", region),
        ("--profile", sam.profile),
    )
    return " ".join(f"{option} {quoted(value)}" for option, value in said if value)


def refuse_parts(feature_sets: Sequence[str], environment: str | None = None) -> None:
    """Raise `ConfigError` when a part of an app is asked for, since a template has none."""
    if feature_sets or environment:
        named = ", ".join(f"`{each}`" for each in (*feature_sets, environment or "") if each)
        raise ConfigError(
            f"A SAM template has neither feature sets nor environments: {named}",
            why="it is one stack",
            hint="name stacks of their own: `--stack-name orders-dev`, or `--config-env dev`",
        )


def prepared(
    chosen: Globals, sam: SamChoice, regions: tuple[str, ...], *, deploying: bool
) -> Prepared:
    """Return the template and what is asked for: the command line before samconfig.

    Raises `ConfigError` for whatever is wrong with either.
    """
    from sam_deploy import sam as templates  # noqa: PLC0415 - costs yaml
    from sam_deploy.sam.pairs import pairs  # noqa: PLC0415 - the same

    said = templates.config(chosen.project, sam.config_env or "default", sam.config_file)
    file = _file(chosen, sam, said.template)
    overrides = pairs(sam.parameter_overrides, "`--parameter-overrides`")
    template = templates.read(file, {**said.parameter_overrides, **overrides})
    own_region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
    where = regions or said.regions or ((own_region,) if own_region else ())
    _known_regions(where)
    configured = said.stack_name if _is_of(file, chosen, said.template) else ""
    request = templates.SamRequest(
        stack_name=sam.stack_name or configured or ("" if deploying else file.stem),
        regions=where or (() if deploying else (ANY_REGION,)),
        parameter_overrides=template.overrides,
        tags={**said.tags, **pairs(sam.tags, "`--tags`")},
        project=chosen.project,
        deploying=deploying,
    )
    return Prepared(template, request, sam.profile or said.profile, (*said.notes, *sam.notes))


def _known_regions(regions: Sequence[str]) -> None:
    """Raise `ConfigError` for a region that AWS does not have, with the nearest one."""
    from sam_deploy.config.text import REGIONS  # noqa: PLC0415 - with the commands that use it
    from sam_deploy.config.tree import nearest  # noqa: PLC0415 - the same

    for region in regions:
        if region not in REGIONS:
            near = nearest(region, REGIONS)
            raise ConfigError(
                f"There is no region `{region}`",
                why="it comes from `--region`, samconfig, or AWS_REGION",
                hint=f"did you mean `{near}`?" if near else "use a name such as eu-west-1",
            )


def _is_of(file: Path, chosen: Globals, configured: str) -> bool:
    """Whether samconfig is about this template: another one must not get its stack's name."""
    return not configured or file.resolve() == (chosen.project / configured).resolve()


def _file(chosen: Globals, sam: SamChoice, configured: str) -> Path:
    """Return the template's file. Raises `ConfigError` when it is not there."""
    named = sam.template or configured
    if named:
        # a path on the command line is relative to where it was typed, unless it is only there
        typed = Path(named).absolute()
        file = typed if sam.template and typed.is_file() else chosen.project / named
        if file.is_file():
            return file
    found = [chosen.project / name for name in NAMES if (chosen.project / name).is_file()]
    if found and not named:
        return found[0]
    raise ConfigError(
        f"`{named or NAMES[0]}` does not exist",
        why=f"it was looked for in `{chosen.project}`",
        hint="name the template: `--template FILE`",
    )
