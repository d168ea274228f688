"""Mistakes on the command line, said in the four parts that every error has. Imports only click."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import click

from sam_deploy.errors import ConfigError

SHOWN: Final = 8
"""More names than this are not listed; the help has them."""
_NEWEST: Final = ("--limit", "--since")
_ASKED: Final = ("--auto-approve",)
ELSEWHERE: Final[dict[str, tuple[str, ...]]] = {
    "--tail": ("--limit", "--follow", "--since"),
    **dict.fromkeys(("--lines", "--last", "--max-items", "--count", "-n"), _NEWEST),
    **dict.fromkeys(("--yes", "--assume-yes", "--force", "--no-confirm", "-y"), _ASKED),
    "--no-confirm-changeset": _ASKED,
    **dict.fromkeys(("--env", "--stage", "--config-env", "-e"), ("--environment",)),
    **dict.fromkeys(("--event", "--data", "--body"), ("--payload", "--payload-file")),
    **dict.fromkeys(("--dry-run", "--no-execute-changeset", "--what-if"), ("--plan-only",)),
    "--start-time": ("--since",),
    "--end-time": ("--until",),
    "--filter-pattern": ("--filter",),
    "--debug": ("--verbose",),
}
"""What options of other tools are called here, where a command has it."""
_NO_COMMAND: Final = re.compile(r"(?:No such|There is no) command ['`](?P<name>.*?)['`]")
_TOO_MANY: Final = re.compile(r"Got unexpected extra arguments? \((?P<given>.*)\)")
_NO_NUMBER: Final = re.compile(r"'(?P<given>.*)' is not a valid (?P<kind>integer|float)")
_NO_CHOICE: Final = re.compile(r"'(?P<given>.*)' is not one of ")


def explained(error: click.ClickException) -> ConfigError:
    """Return what click found as an error of ours: what is wrong, why, and what to type instead."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "sam-deploy"
    if isinstance(error, click.NoSuchOption):
        return _unknown_option(error, command)
    if isinstance(error, click.MissingParameter):
        return _missing(error, command)
    if isinstance(error, click.BadParameter):
        return _bad_value(error, command)
    message = _sentence(error.format_message())
    if isinstance(error, click.BadOptionUsage) and error.option_name:
        lacks = "requires" in message
        return ConfigError(
            f"`{error.option_name}` cannot be used like this",
            why=message,
            hint="write its value behind it" if lacks else "leave the value out",
        )
    unknown = _NO_COMMAND.search(message)
    if unknown and context and isinstance(context.command, click.Group):
        return _unknown_command(unknown["name"], context, context.command)
    many = _TOO_MANY.search(message)
    return ConfigError(
        f"`{command}` does not take `{many['given']}`"
        if many
        else f"`{command}` cannot be run like this",
        why="it has no arguments after those before" if many else message,
        hint=f"see `{command} --help`",
    )


def _unknown_command(name: str, context: click.Context, group: click.Group) -> ConfigError:
    path, known = context.command_path, group.list_commands(context)
    near = _nearest(name, known)
    return ConfigError(
        f"There is no command `{path} {name}`",
        why=f"`{path}` has {_listed(known)}",
        hint=f"did you mean `{path} {near}`?" if near else f"see `{path} --help`",
    )


def _unknown_option(error: click.NoSuchOption, command: str) -> ConfigError:
    params = error.ctx.command.get_params(error.ctx) if error.ctx else []
    known = [max(each.opts, key=len) for each in params if isinstance(each, click.Option)]
    meant = [each for each in ELSEWHERE.get(error.option_name, ()) if each in known]
    near = next(iter(error.possibilities or ()), "") or _nearest(error.option_name, known)
    likely = meant or ([near] if near else [])
    said = " or ".join(f"`{each}`" for each in likely)
    return ConfigError(
        f"`{command}` has no option `{error.option_name}`",
        why=f"its options are {_listed(known)}",
        hint=f"did you mean {said}?" if said else f"see `{command} --help`",
    )


def _missing(error: click.MissingParameter, command: str) -> ConfigError:
    name = error.param.make_metavar(error.ctx) if error.param and error.ctx else "an argument"
    if isinstance(error.param, click.Option):
        name = max(error.param.opts, key=len)
    usage = error.ctx.command.collect_usage_pieces(error.ctx)[1:] if error.ctx else []
    if isinstance(error.param, click.Option) and error.ctx:
        usage.append(f"{name} {error.param.make_metavar(error.ctx)}")
    return ConfigError(
        f"`{command}` needs {name}",
        why="it is not on the command line",
        hint=f"write `{' '.join([command, *usage])}`; see `{command} --help`",
    )


def _bad_value(error: click.BadParameter, command: str) -> ConfigError:
    name = _parameter(error)
    why = _sentence(error.message)
    choices = getattr(error.param.type if error.param else None, "choices", ())
    found = _NO_CHOICE.match(why)
    if not (found and choices):
        what = f"The value of {name} cannot be used" if name else "A value cannot be used"
        number = _NO_NUMBER.match(why)
        if number:
            kind = "whole number" if number["kind"] == "integer" else "number"
            why = f"`{number['given']}` is no {kind}"
        way = "correct the path" if "does not exist" in why else f"see `{command} --help`"
        return ConfigError(what, why=why, hint=way)
    near = _nearest(found["given"], choices)
    return ConfigError(
        f"{name} cannot be `{found['given']}`",
        why=f"it takes {' or '.join(choices)}" if len(choices) < SHOWN else why,
        hint=f"did you mean `{near}`?" if near else f"choose one of these; see `{command} --help`",
    )


def _parameter(error: click.BadParameter) -> str:
    if isinstance(error.param, click.Option):
        return f"`{max(error.param.opts, key=len)}`"
    if error.param is not None and error.ctx is not None:
        if isinstance(error.param.type, click.Choice) and not error.param.metavar:
            return f"`{error.param.human_readable_name}`"  # not all of its choices
        return f"`{error.param.make_metavar(error.ctx)}`"
    hint = error.param_hint
    return f"`{hint}`" if isinstance(hint, str) else ""


def _nearest(name: str, known: Iterable[str]) -> str:
    import difflib  # noqa: PLC0415 - only for a mistake

    # the same letters in another order win: swapping two is the commonest slip
    listed = list(known)
    swapped = [each for each in listed if sorted(each) == sorted(name.lower())]
    close = difflib.get_close_matches(name.lower(), listed, n=1)
    return next(iter(swapped or close), "")


def _listed(names: list[str]) -> str:
    more = ", ..." if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}" if names else "none"


def _sentence(message: str) -> str:
    return message.strip().rstrip(".")
