"""What every exit code means, why it usually comes up, and what to do: the one place that says it.

`sam-deploy explain` and docs/reference/exit-codes.md are made of this. Values only; imports nothing
but the errors, whose codes these are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sam_deploy.errors import (
    EXIT_BUG,
    EXIT_INTERRUPTED,
    ApprovalError,
    BuildError,
    ConfigError,
    IncompleteError,
    RefusedError,
    RolledBackError,
    UnreachableError,
)


@dataclass(frozen=True, slots=True)
class ExitCode:
    """One exit code. `causes` and `steps` are sentences without a full stop, commonest first."""

    code: int
    word: str
    """What it is called; `explain` takes it as well."""
    meaning: str
    live: str
    """What is live then."""
    causes: tuple[str, ...]
    steps: tuple[str, ...]
    error: str = ""
    """Class of the errors that end with it; see sam_deploy.errors."""


EXIT_CODES: Final = (
    ExitCode(
        0,
        "done",
        "done, or nothing to do",
        "what you asked for",
        (
            "everything that was asked for is there, or was there before",
            "`doctor` found at most warnings",
        ),
        ("`sam-deploy status` shows which version every function serves",),
    ),
    ExitCode(
        EXIT_BUG,
        "bug",
        "a bug in sam-deploy; the trace file is named",
        "see `sam-deploy status`",
        ("something came up that nobody had thought of: it is no fault of yours",),
        (
            "`sam-deploy status` shows what is live",
            "report it with the log that the error names; `sam-deploy runs show` shows it",
            "`sam-deploy resume` goes on where a deployment or promotion was under way",
        ),
    ),
    ExitCode(
        ConfigError.exit_code,
        "configuration",
        "the configuration, the command line, or the file of a plan is wrong",
        "as before; nothing was changed",
        (
            "`deploy.py` has mistakes: all of them are listed, each with its line",
            "an option, a command or a name is misspelt: the nearest one is named",
            "there is no `deploy.py` here: `-C FOLDER` names the project",
            "without a terminal, and `--target` is not said",
            "cfn-lint or the audit finds an error in what would be deployed",
        ),
        (
            "correct what is listed and run the command again",
            "`sam-deploy template --audit` shows what rules find; `sam-deploy explain RULE` why",
        ),
        ConfigError.__name__,
    ),
    ExitCode(
        BuildError.exit_code,
        "build",
        "something could not be built, or an archive is not what was built",
        "as before; nothing was uploaded",
        (
            "no version of a package fits the others, or the Python of the function",
            "a package has no wheel for Lambda's machine",
            "the handler's file or function is not in the source",
            "an archive is larger than Lambda takes, or than its budget",
            "`--locked`, and a lock is missing or would change",
        ),
        (
            "`sam-deploy build` does it again without deploying",
            "`sam-deploy inspect NAME` shows which package brought which bytes",
            "`--use-container` builds packages that have no wheel, `--upgrade` makes locks anew",
        ),
        BuildError.__name__,
    ),
    ExitCode(
        RolledBackError.exit_code,
        "rolled-back",
        "it failed and was taken back",
        "as before",
        (
            "CloudFormation refused a resource, and has put the stack back",
            "a flip of aliases failed in one region, and all others went back",
            "an alarm fired during a canary: every region serves the old version",
            "`cloud invoke` and `cloud schedule`: the function itself failed",
        ),
        (
            "correct the cause that the error names, in the words of AWS, and run it again",
            "`sam-deploy logs --since 30m` shows what functions said",
            "`sam-deploy status` shows that everything serves what it served",
        ),
        RolledBackError.__name__,
    ),
    ExitCode(
        RefusedError.exit_code,
        "refused",
        "a guard refused (a name is taken, data would be lost, somebody else deploys, a plan is "
        "stale, ...), or `diff --exit-code` found differences",
        "as before; nothing was changed",
        (
            "somebody else deploys or promotes: who, and since when, is said",
            "a name is taken by something that is not of this app",
            "a change would replace or delete what holds data",
            "something was moved by other means since the last release (drift), or a plan is stale",
            "without a terminal: `--auto-approve` is missing",
            "the embedded cloud does not run, or nothing is deployed to it yet",
            "the AWS account is another than `AWS_ACCOUNT_ID`",
        ),
        (
            "do what the hint says; a guard always names the option or the edit that lets it pass",
            "`--wait` waits for who deploys; `sam-deploy unlock` ends the hold of a dead one",
            "`sam-deploy diff` shows what would change, and what would be replaced",
            "`sam-deploy deploy` starts the embedded cloud; `sam-deploy cloud status` looks at it",
            "`sam-deploy recover` leads stacks out of states in which nothing can be deployed",
        ),
        RefusedError.__name__,
    ),
    ExitCode(
        ApprovalError.exit_code,
        "approval",
        "the one-time code or approval did not match",
        "as before",
        (
            "the code was mistyped too often, or is older than its time",
            "too many codes were asked for in an hour or a day",
            "nobody is at a terminal to be asked, and there is no approval file",
            "the approval file was made for another plan, is used up, or has expired",
        ),
        (
            "run the command again: a new code is sent, to the recipients in `deploy.py`",
            "on the embedded cloud `sam-deploy cloud mail` shows it",
            "`sam-deploy approve` makes a new file for what is to be promoted now",
        ),
        ApprovalError.__name__,
    ),
    ExitCode(
        IncompleteError.exit_code,
        "incomplete",
        "incomplete: some of it is done",
        "the error's `state` says it; `sam-deploy resume`, or the command again, does what is left",
        (
            "one region failed and others did not",
            "in the first region a new version does not start: no alias was moved to it",
            "the first region did not answer at `health_path`: its aliases are back as they were",
            "an earlier promotion was not finished, or a stack is stuck: nothing else may begin",
            "an answer was lost, and what came of it cannot be read back yet",
            "`logs` and `outputs`: some regions answered and others did not",
        ),
        (
            "`sam-deploy status` shows what every region serves",
            "correct the cause, then `sam-deploy resume` goes on, on any computer",
            "where code did not work: correct it, then `sam-deploy deploy` brings it",
            "`sam-deploy recover` where the hint says that a stack is stuck",
            "`sam-deploy resume --abort` takes a promotion back instead",
        ),
        IncompleteError.__name__,
    ),
    ExitCode(
        UnreachableError.exit_code,
        "unreachable",
        "credentials are missing or expired, or an endpoint does not answer",
        "as before, or CloudFormation goes on by itself",
        (
            "no credentials are found, or the session has expired",
            "a region is not enabled for the account",
            "no network, a proxy that is not named, or a clock that is wrong",
        ),
        (
            "`sam-deploy doctor --target aws` looks at credentials, account, regions and clock",
            "`aws sso login`, or whatever gives you credentials, and the command again",
        ),
        UnreachableError.__name__,
    ),
    ExitCode(
        EXIT_INTERRUPTED,
        "interrupted",
        "interrupted",
        "what had ended is kept; `sam-deploy resume`, or the command again, goes on",
        (
            "Ctrl-C: once lets the calls under way end, twice ends at once",
            "`logs --follow` and `cloud mail --follow` end like this",
        ),
        (
            "`sam-deploy resume`, or the same command again",
            "what CloudFormation had begun goes on: `sam-deploy status` shows where it is",
        ),
    ),
)
"""All of them, in the order of their numbers."""
