"""The command group: global options, lazily imported commands, and how errors end."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sam_deploy import __version__
from sam_deploy.cli import recording
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal.answers import answer
from sam_deploy.cli.terminal.encoding import settle
from sam_deploy.cli.terminal.undisturbed import undisturbed
from sam_deploy.errors import (
    EXIT_BUG,
    EXIT_INTERRUPTED,
    ConfigError,
    SamDeployError,
    StoppedError,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS: Final = {
    "demo": "Deploy an example to the embedded cloud, call it, and show what to try next.",
    "init": "Write a small, complete project to begin with.",
    "deploy": "Build the app once and bring it to every region.",
    "promote": "Let an environment serve what the one before it serves, everywhere or nowhere.",
    "approve": "Agree to a promotion that is carried out where there is no terminal.",
    "shift": "Look at a canary under way, end its waiting, or take it back.",
    "broker": "Set up the function that alone may move promoted environments.",
    "rollback": "Let an environment serve an earlier release again, everywhere or nowhere.",
    "resume": "Finish a deployment or promotion that was interrupted, here or elsewhere.",
    "recover": "Lead stacks out of states in which nothing can be deployed.",
    "unlock": "End the hold of a deployment that has died.",
    "status": "Show which version every function serves, by region and environment.",
    "history": "Show what was released, the newest first, and which release is live.",
    "release": "Show one release in full.",
    "runs": "Show what commands did here, how they ended, and their logs.",
    "audit": "Show what happened to the app, and whether that was changed since.",
    "build": "Build every function and layer, and deploy nothing.",
    "inspect": "Show what is in an archive and why: which package brought which bytes.",
    "template": "Show the CloudFormation template of a stack.",
    "diff": "Show what a deployment would change, and write nothing.",
    "logs": "Show the logs of all functions and regions in one order.",
    "outputs": "Show what the deployed stacks tell: addresses, names, ids.",
    "doctor": "Show what could be wrong on this machine and with this project.",
    "settings": "Show and change what functions read: settings and secrets.",
    "layers": "Show layer versions of every region; remove what nothing needs.",
    "destroy": "Take the app down in every region; data stays unless it is named.",
    "ui": "Open the dashboard: what is live where, and promotions, in the browser.",
    "serve": "Serve the app's HTTP routes from source, with every save at once.",
    "cloud": "Run the embedded cloud, send events to it, rehearse faults.",
    "export": "Write the app as a picture, Terraform, a pipeline, or IAM policies.",
    "explain": "Say what an exit code, a code of AWS or a rule means, and what to do.",
    "completion": "Write the script with which a shell completes commands and names.",
    "schema": "Print the JSON Schema of what a command writes with --json.",
}
"""Name -> what it does; each lives in the module `<name>_command` of its folder."""
FOLDERS: Final = {
    "starting": ("init",),
    "deploying": ("demo", "deploy"),
    "releasing": ("promote", "approve", "shift", "broker", "rollback", "resume"),
    "standing": ("recover", "unlock", "status", "outputs", "layers", "destroy"),
    "history": ("history", "release", "audit"),
    "runs": ("runs",),
    "inspecting": ("build", "inspect", "template", "diff"),
    "logs": ("logs",),
    "settings": ("settings",),
    "doctor": ("doctor",),
    "serving": ("serve",),
    "ui": ("ui",),
    "guiding": ("explain", "completion", "schema"),
    "cloud": ("cloud",),
    "exporting": ("export",),
}
"""Folder of `cli/` -> the commands whose modules are in it."""

EPILOG: Final = """\b
Examples:
  sam-deploy demo                      the whole story, without an account
  sam-deploy deploy                    everything, to the embedded cloud
  sam-deploy deploy core --target aws  one feature set, to AWS
  sam-deploy -C examples/dzgro status  which version is live where
"""


class LazyGroup(click.Group):
    """Imports a command only when it is called, so that `--help` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the day: first the ones to begin with."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; imports its module."""
        if cmd_name not in COMMANDS:
            return None
        folder = next(each for each, names in FOLDERS.items() if cmd_name in names)
        module = importlib.import_module(f"sam_deploy.cli.{folder}.{cmd_name}_command")
        command = recording.attach(module.command, cmd_name)
        if ctx.resilient_parsing:  # so click reads a line that the shell wants completed
            from sam_deploy.cli.guiding.completing import taught  # noqa: PLC0415 - only then

            return taught(command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete commands and options without importing any command."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only here

        return [
            *(CompletionItem(k, help=v) for k, v in COMMANDS.items() if k.startswith(incomplete)),
            *click.Command.shell_complete(self, ctx, incomplete),
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Raise `UsageError` for an unknown command; `usage` says which one comes nearest."""
        known = args and (args[0] in COMMANDS or args[0].startswith("-"))
        if args and not known and not ctx.resilient_parsing:
            raise click.UsageError(f"There is no command `{args[0]}`", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)
@click.option(
    "-C",
    "project",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The project's folder, instead of the current one.",
)
@click.option(
    "--target",
    type=click.Choice(["embedded", "aws"]),
    help="Where commands go: the cloud on this laptop (default at a terminal), or AWS.",
)
@click.version_option(__version__, "-V", "--version", message="sam-deploy %(version)s")
@click.pass_context
def group(context: click.Context, project: Path | None, target: str | None) -> int:
    """Typed Python config to AWS SAM stacks in every region, built with uv, released by alias."""
    context.obj = Globals((project or _here()).resolve(), target)
    if context.invoked_subcommand is None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            click.echo(context.get_help())
            return 0
        from sam_deploy.cli.menu.session import open_menu  # noqa: PLC0415 - only where it is opened

        return open_menu(context.obj)
    return 0


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise ConfigError(
            "The current folder does not exist any more",
            why="it was removed after this shell went there",
            hint="go to another folder, or name the project: `sam-deploy -C FOLDER ...`",
        ) from error


def main(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; every error ends here."""
    settle(sys.stdout, sys.stderr)
    recording.forget()
    with undisturbed(recording.goes_on):
        code = _run(arguments)
        recording.ended(code)
    return code


def _run(arguments: Sequence[str]) -> int:
    output = sys.stdout
    try:
        result: Any = group.main(
            args=list(arguments), prog_name="sam-deploy", standalone_mode=False
        )
    except SamDeployError as error:
        return _ended(error, arguments)
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt, StoppedError) as error:
        # click hands on Ctrl-C as the cause of an error of its own
        return _interrupted(arguments, error.__cause__ or error)
    except click.ClickException as error:
        from sam_deploy.cli.usage import explained  # noqa: PLC0415 - only for a mistake

        return _ended(explained(error), arguments)
    except SystemExit:
        # When the reader (head, less) has gone click puts a silent stream in the place of standard
        # output and ends the process by itself, with 1. That is no failure of what only looks.
        if sys.stdout is output:
            raise
        return 0
    except OSError as error:
        from sam_deploy.cli.machine_errors import of_machine  # noqa: PLC0415 - only then

        found = of_machine(error)
        return _ended(found, arguments) if found else _bug(error, arguments)
    except Exception as error:  # noqa: BLE001 - the last line of defence: never a traceback
        return _bug(error, arguments)
    return result if isinstance(result, int) else 0


def _ended(error: SamDeployError, arguments: Sequence[str]) -> int:
    from sam_deploy.cli import permissions  # noqa: PLC0415 - only when needed
    from sam_deploy.cli.guiding.aws_codes import more  # noqa: PLC0415 - only when needed
    from sam_deploy.cli.screens import error_json  # noqa: PLC0415 - only when needed
    from sam_deploy.cli.spelling import typed  # noqa: PLC0415 - only when needed
    from sam_deploy.cli.terminal.errors import show_error  # noqa: PLC0415 - only when needed

    permissions.advise(error, arguments, COMMANDS)
    spelt = typed(arguments)
    show_error(error, more=spelt(more(error)), typed=spelt)
    _named(recording.failed(error), error.exit_code)
    if "--json" in arguments and not error.answered:
        answer(error_json(error, more=spelt(more(error)), typed=spelt))
    return error.exit_code


def _named(log: str, exit_code: int) -> int:
    """Name the log of the run as the last line of an error's screen, if it has one."""
    if log:
        click.echo(f"log: {log}", err=True)
    return exit_code


def _as_json(arguments: Sequence[str], error: SamDeployError, exit_code: int) -> None:
    """Whoever asked for JSON reads how it ended there, too, whatever kind of end it is."""
    if "--json" in arguments:
        from sam_deploy.cli.screens import error_json  # noqa: PLC0415 - only when needed

        answer(error_json(error, exit_code))


def _interrupted(arguments: Sequence[str], error: BaseException) -> int:
    from sam_deploy.cli.spelling import typed  # noqa: PLC0415 - only when needed
    from sam_deploy.cli.terminal.wrapping import fitting  # noqa: PLC0415 - only when needed

    spelt = typed(arguments)
    unknown = "what had begun may still go on; nothing that was finished is lost"
    again = (
        "run the same command again; it goes on from there. `sam-deploy status` shows what is live"
    )
    if recording.only_looks():
        unknown, again = "it only looks: nothing was changed", "run the same command again"
    click.echo("\ninterrupted", err=True)
    told = SamDeployError(
        "interrupted",
        why="it was stopped: by Ctrl-C, a signal, or a no to a question",
        state=spelt(getattr(error, "state", "") or unknown),
        hint=spelt(getattr(error, "hint", "") or again),
    )
    click.echo(fitting(f"  state: {told.state}", sys.stderr, below=4), err=True)
    click.echo(fitting(f"\nhint: {told.hint}", sys.stderr, below=6), err=True)
    _as_json(arguments, told, EXIT_INTERRUPTED)
    return _named(recording.ended(EXIT_INTERRUPTED, recording.parts(told)), EXIT_INTERRUPTED)


def _bug(error: Exception, arguments: Sequence[str]) -> int:
    from sam_deploy.cli.terminal.errors import show_error  # noqa: PLC0415 - only when needed

    log = recording.bug(error, EXIT_BUG, arguments)
    hint = "please report it with the log that is named below; it holds no secrets of yours"
    if not log:
        import traceback  # noqa: PLC0415 - only when needed

        # there is no disk to write to: at least the place
        last = traceback.extract_tb(error.__traceback__)[-1]
        hint = f"please report it; it happened in {last.name}, {last.filename}:{last.lineno}"
    told = SamDeployError("sam-deploy has a bug", why=recording.why(error), hint=hint)
    show_error(told)
    _as_json(arguments, told, EXIT_BUG)
    return _named(log, EXIT_BUG)
