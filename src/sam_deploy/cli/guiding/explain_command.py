"""`sam-deploy explain`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click

from sam_deploy.cli import options
from sam_deploy.cli.guiding.aws_codes import AWS_CODES, code_of
from sam_deploy.cli.guiding.aws_codes.model import AwsCode
from sam_deploy.cli.guiding.declared_rules import DECLARED_RULES, DeclaredRule
from sam_deploy.cli.guiding.explanations import EXIT_CODES, ExitCode
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.template.checks.audit import Rule
    from sam_deploy.template.checks.limits import Limit

WIDTH: Final = 80
BY_SIGNAL: Final = 128
"""A shell's exit code for a process that a signal has ended is this and the signal's number."""
SIGNALS: Final = {1: "SIGHUP", 9: "SIGKILL", 13: "SIGPIPE", 15: "SIGTERM"}
"""POSIX's numbers; Windows knows not all of them by name, but a log of CI is read there too."""

EPILOG = """\b
Examples:
  sam-deploy explain                    every exit code in a line
  sam-deploy explain 7                  what it means and what to do
  sam-deploy explain refused            the same, by its name
  sam-deploy explain pass-role          a rule of the audit
  sam-deploy explain AccessDenied       what AWS said, and what to do about it
  sam-deploy explain UPDATE_ROLLBACK_FAILED   a state of a stack
"""


@click.command("explain", epilog=EPILOG)
@click.argument("word", required=False, metavar="[CODE|WORD]")
@options.json_option
def command(word: str | None, as_json: bool) -> None:  # noqa: FBT001 - click
    """Say what an exit code, a code of AWS or a rule means, and what to do.

    CODE is an exit code, or a code of AWS such as AccessDenied or ROLLBACK_COMPLETE. WORD is the
    name of an exit code or of an error (`refused`, `RefusedError`), a rule of `template --audit`,
    or a limit. Without either, everything that can be explained is listed.
    """
    from sam_deploy.cli.screens import document  # noqa: PLC0415 - only for --json

    if word is None:
        click.echo(document(everything()) if as_json else overview())
        return
    found = exit_code_of(word)
    if found:
        click.echo(document(asdict(found)) if as_json else exit_text(found))
        return
    aws = code_of(word)
    if aws:
        click.echo(document(asdict(aws)) if as_json else aws_text(aws))
        return
    ended = signal_text(word)
    if ended and not as_json:
        click.echo(ended)
        return
    if re.fullmatch(r"-?[0-9]+", word):
        codes = ", ".join(str(each.code) for each in EXIT_CODES)
        raise ConfigError(
            f"sam-deploy never ends with exit code {word}",
            why=f"its exit codes are {codes}",
            hint="see what else the script runs; `sam-deploy explain` lists what each code means",
        )
    explain_rule(word, as_json=as_json)


def exit_code_of(word: str) -> ExitCode | None:
    """Return the exit code that a word names: its number, its name, or that of its error."""
    said = word.lower()
    for each in EXIT_CODES:
        error = each.error.lower()
        if said in {str(each.code), each.word, error, error.removesuffix("error")} - {""}:
            return each
    return None


def everything() -> dict[str, list[Any]]:
    """Return all that can be explained. Schema: docs/reference/json.md."""
    from sam_deploy.template.checks.audit import RULES  # noqa: PLC0415 - half a second
    from sam_deploy.template.checks.limits import LIMITS  # noqa: PLC0415 - the same

    rules = [*(each.id for each in RULES), *(each.id for each in DECLARED_RULES)]
    return {
        "exit_codes": [asdict(each) for each in EXIT_CODES],
        "aws_codes": [asdict(each) for each in AWS_CODES],
        "rules": sorted(rules),
        "limits": sorted(each.rule for each in LIMITS),
    }


def overview() -> str:
    """Return every exit code in a line, and the names of codes of AWS."""
    wide = max(len(each.word) for each in EXIT_CODES)
    lines = [folded(f"{e.code:>3}  {e.word:<{wide}}  ", e.meaning) for e in EXIT_CODES]
    aws = ", ".join(each.code for each in AWS_CODES)
    last = "Rules: docs/reference/rules.md; `sam-deploy explain RULE`"
    return "\n".join([*lines, "", folded("AWS: ", aws), "", last])


def aws_text(found: AwsCode) -> str:
    """Return a code of AWS explained: who says it, what usually causes it, what to do."""
    lines = [f"{found.code}: said by {found.of}", "", folded("  ", found.meaning)]
    lines += _listed("usually", found.causes)
    lines += _listed("what to do", found.steps)
    if found.also:
        lines += ["", folded("the same: ", ", ".join(found.also))]
    return "\n".join(lines)


def exit_text(found: ExitCode) -> str:
    """Return an exit code explained: what is live, what usually causes it, what to do."""
    lines = [folded(f"exit {found.code}: ", found.meaning), ""]
    lines += [folded("  live now: ", found.live)]
    lines += _listed("usually", found.causes)
    lines += _listed("what to do", found.steps)
    return "\n".join(lines)


def signal_text(word: str) -> str:
    """Return what a shell's exit code says when a signal ended a process; '' for other words."""
    number = int(word) - BY_SIGNAL if re.fullmatch(r"[0-9]{3}", word) else 0
    name = SIGNALS.get(number)
    if name is None:
        return ""
    return (
        f"exit {word}: the process was ended by {name}, and could not say anything\n"
        "\n  live now: see `sam-deploy status`\n\nusually\n"
        "  - memory or the time of a CI job was over, or somebody ended it\n\nwhat to do\n"
        "  - `sam-deploy resume` finishes what it had begun, on any computer"
    )


def explain_rule(word: str, *, as_json: bool) -> None:
    """Write what a rule or a limit is about. Raises `ConfigError` for no such word."""
    from sam_deploy.cli.screens import document  # noqa: PLC0415 - with the rules
    from sam_deploy.template.checks.audit import RULES  # noqa: PLC0415 - half a second
    from sam_deploy.template.checks.limits import LIMITS  # noqa: PLC0415 - the same

    said = word.lower()
    declared = next((each for each in DECLARED_RULES if each.id == said), None)
    rule = next((each for each in RULES if each.id == said), None)
    limit = next((each for each in LIMITS if each.rule == said), None)
    if declared:
        click.echo(document(asdict(declared)) if as_json else _declared_text(declared))
    elif rule:
        values = {"rule": rule.id, "severity": rule.severity, "why": rule.why, "fix": rule.fix}
        click.echo(document(values) if as_json else "\n".join(_rule_lines(rule)))
    elif limit:
        click.echo(document(limit._asdict()) if as_json else _limit_text(limit))
    else:
        raise _unknown(word)


def words() -> list[str]:
    """Return every word that can be explained."""
    made = everything()
    names = [each.code for each in AWS_CODES] + [name for each in AWS_CODES for name in each.also]
    return [*(each.word for each in EXIT_CODES), *names, *made["rules"], *made["limits"]]


def _unknown(word: str) -> ConfigError:
    from sam_deploy.config.tree import nearest  # noqa: PLC0415 - only for a mistake

    known = {each.lower(): each for each in words()}
    near = known.get(nearest(word.lower(), known), "")
    return ConfigError(
        f"There is nothing to explain about {word!r}",
        why="it is no exit code, no kind of error, no code of AWS, and no rule or limit",
        hint=f"did you mean `{near}`?" if near else "`sam-deploy explain` lists what there is",
    )


def _declared_text(rule: DeclaredRule) -> str:
    lines = [f"{rule.id}: a warning about `deploy.py`", ""]
    lines += [folded("  why: ", rule.why), folded("  fix: ", rule.fix), ""]
    lines += [folded("", f'Where it does not apply: `waive={{"{rule.id}": "the reason"}}`')]
    return "\n".join(lines)


def _rule_lines(rule: Rule) -> Iterator[str]:
    blocks = rule.severity == "error"
    effect = "an error: it stops a deployment" if blocks else "a warning, mostly"
    yield f"{rule.id}: a rule of `template --audit`, {effect}"
    yield ""
    yield folded("  why: ", rule.why)
    yield folded("  fix: ", rule.fix)
    yield ""
    yield folded("", f'Where it does not apply: `waive={{"{rule.id}": "the reason"}}`')


def _limit_text(limit: Limit) -> str:
    warned = f"; a warning from {limit.warn_from:,} on" if limit.warn_from else ""
    return (
        f"{limit.rule}: a limit of AWS\n\n  at most {limit.most:,} {limit.what}{warned}\n\n"
        "It is counted before anything is uploaded, and cannot be waived."
    )


def _listed(title: str, sentences: tuple[str, ...]) -> list[str]:
    return ["", title, *(folded("  - ", each) for each in sentences)]


def folded(head: str, text: str) -> str:
    """Return a text in lines of 80 columns, the first one behind `head`, the others below it."""
    import textwrap  # noqa: PLC0415 - not for --help

    # a command is not torn apart: what is in `...` stays in one line
    joined = re.sub(r"`[^`]*`", lambda each: each[0].replace(" ", "\0"), text)
    made = textwrap.fill(
        joined,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return made.replace("\0", " ")
