"""`explain`: nothing that a user meets is left out, and what it advises is there."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from sam_deploy.cli.guiding import completing, explain_command
from sam_deploy.cli.guiding.aws_codes import AWS_CODES, code_of, more
from sam_deploy.cli.guiding.declared_rules import DECLARED_RULES
from sam_deploy.cli.guiding.explanations import EXIT_CODES
from sam_deploy.cli.main import COMMANDS, group
from sam_deploy.errors import (
    EXIT_BUG,
    EXIT_INTERRUPTED,
    ConfigError,
    IncompleteError,
    SamDeployError,
)
from sam_deploy.plan import warnings
from sam_deploy.template.checks.audit import RULES
from sam_deploy.template.checks.limits import LIMITS

SOURCE = Path(explain_command.__file__).parents[2]


def errors(kind: type[SamDeployError] = SamDeployError) -> set[type[SamDeployError]]:
    """Every kind of error that sam-deploy has, wherever it is defined."""
    return {kind}.union(*(errors(each) for each in kind.__subclasses__()))


def test_every_exit_code_is_explained_once() -> None:
    """Those of all errors, also of errors that modules have of their own; and none is made up."""
    written = re.compile(r"^ +exit_code\b[^=\n]*= *([0-9]+)$", re.MULTILINE)
    found = {int(n) for file in SOURCE.rglob("*.py") for n in written.findall(file.read_text())}
    assert found >= {each.exit_code for each in errors()} - {EXIT_BUG}
    codes = {0, EXIT_BUG, EXIT_INTERRUPTED} | found
    explained = [each.code for each in EXIT_CODES]
    assert sorted(codes) == explained
    assert len({each.word for each in EXIT_CODES}) == len(EXIT_CODES)


def test_every_kind_of_error_is_found_by_its_name() -> None:
    """With and without `Error`, in any case."""
    for kind in (each for each in errors() if each.__module__ == "sam_deploy.errors"):
        if kind is SamDeployError:
            continue
        for word in (kind.__name__, kind.__name__.lower().removesuffix("error")):
            found = explain_command.exit_code_of(word)
            assert found is not None
            assert kind.exit_code == found.code


def test_each_has_causes_and_steps_within_80_columns() -> None:
    """And no command is torn apart at the end of a line."""
    for each in EXIT_CODES:
        text = explain_command.exit_text(each)
        assert each.causes
        assert each.steps
        assert [] == [line for line in text.splitlines() if len(line) > 80]
        assert [] == [line for line in text.splitlines() if line.count("`") % 2]
    assert [] == [line for line in explain_command.overview().splitlines() if len(line) > 80]


def test_every_command_and_option_that_is_advised_exists() -> None:
    """A hint that leads nowhere is worse than none."""
    advised = [
        words.split()
        for each in EXIT_CODES
        for sentence in (each.live, *each.causes, *each.steps)
        for words in re.findall(r"`sam-deploy ([^`]+)`", sentence)
    ]
    assert advised
    top = click.Context(group)
    for name, *rest in advised:
        assert name in COMMANDS
        command = group.get_command(top, name)
        assert command is not None
        known = {option for param in command.params for option in param.opts}
        assert [] == [word for word in rest if word.startswith("-") and word not in known]
        if isinstance(command, click.Group):
            assert rest[0] in command.commands


@pytest.mark.parametrize("word", [*(each.id for each in RULES), *(each.rule for each in LIMITS)])
def test_every_rule_and_limit_is_explained(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By its own words."""
    explain_command.explain_rule(word, as_json=False)
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith(f"{word}: a ")
    rule = next((each for each in RULES if each.id == word), None)
    assert rule is None or (" ".join(rule.why.split()) in said and rule.fix.split()[0] in said)


@pytest.mark.parametrize(("word", "near"), [("pass-rol", "pass-role"), ("refusd", "refused")])
def test_a_slip_is_answered_with_the_nearest_word(word: str, near: str) -> None:
    """Rules and exit codes alike."""
    with pytest.raises(ConfigError) as error:
        explain_command.explain_rule(word, as_json=False)
    assert f"did you mean `{near}`?" == error.value.hint


@pytest.mark.parametrize(("code", "name"), [("137", "SIGKILL"), ("143", "SIGTERM")])
def test_the_code_of_a_signal_is_explained(code: str, name: str) -> None:
    """A job that was killed could not say anything itself."""
    assert name in explain_command.signal_text(code)
    assert "" == explain_command.signal_text("130")
    assert "" == explain_command.signal_text("200")


def names(code: str) -> set[str]:
    found = code_of(code)
    assert found is not None
    return {found.code, *found.also}


@pytest.mark.parametrize(
    "word",
    [
        *("ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "InsufficientCapabilities"),
        *("AccessDenied", "ExpiredToken", "RequestTimeTooSkewed", "OptInRequired"),
        *("LimitExceeded", "TooManyRequests", "ResourceConflictException", "CodeStorageExceeded"),
        *("Runtime.ImportModuleError", "MessageRejected", "UnrecognizedClientException"),
        *("accessdenied", "AccessDeniedException", "update-rollback-failed", "Throttling"),
    ],
)
def test_what_aws_says_is_explained(word: str) -> None:
    """In any case, with and without `Exception`, also by another name of the same."""
    found = code_of(word)
    assert found is not None
    assert found.causes
    assert found.steps
    assert found.meaning in " ".join(explain_command.aws_text(found).split())


def test_a_syntax_error_is_not_explained_as_a_missing_module() -> None:
    """Nothing has to be added to the archive; both say whose the module in the message is."""
    syntax, missing = code_of("Runtime.UserCodeSyntaxError"), code_of("Runtime.ImportModuleError")
    assert syntax is not None
    assert missing is not None
    assert "Runtime.UserCodeSyntaxError" == syntax.code
    assert "requirements.txt" not in explain_command.aws_text(syntax)
    for each in (syntax, missing):
        assert "`sam_deploy_runtime.shim` in the message" in explain_command.aws_text(each)


def test_no_code_of_aws_is_explained_twice() -> None:
    """Each name leads to one explanation, and none is taken from an exit code or a rule."""
    every = [name.lower() for each in AWS_CODES for name in (each.code, *each.also)]
    assert len(every) == len(set(every))
    assert [] == [name for name in every if explain_command.exit_code_of(name)]
    assert {each.code for each in AWS_CODES} == {
        found.code for each in AWS_CODES for found in [code_of(each.code)] if found
    }
    assert names("AccessDenied") == names("UnauthorizedOperation")


def test_codes_of_aws_fit_into_80_columns() -> None:
    """And no command is torn apart at the end of a line."""
    for each in AWS_CODES:
        text = explain_command.aws_text(each)
        assert [] == [line for line in text.splitlines() if len(line) > 80]
        assert [] == [line for line in text.splitlines() if line.count("`") % 2]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            IncompleteError("no", why="`Role` failed: AccessDenied on iam:PassRole"),
            "`sam-deploy explain AccessDenied`",
        ),
        (
            IncompleteError("no", problems=("`a`: ThrottlingException: Rate exceeded",)),
            "`sam-deploy explain TooManyRequests`",
        ),
        (
            IncompleteError("`shop` is stuck in UPDATE_ROLLBACK_FAILED"),
            "`sam-deploy explain UPDATE_ROLLBACK_FAILED`",
        ),
        (
            IncompleteError("no", why="User: me is not authorized to perform: iam:PassRole"),
            "`sam-deploy explain AccessDenied`",
        ),
        (IncompleteError("no", why="MyAccessDeniedHandler failed"), ""),
        (ConfigError("no", why="`AccessDeniedPage` is no function"), ""),
    ],
)
def test_an_error_names_the_explanation_of_its_cause(error: SamDeployError, expected: str) -> None:
    """By the code of AWS in its cause; not by a word that only looks like one."""
    assert expected == more(error)


def test_every_rule_about_deploy_py_is_explained() -> None:
    """Those that `doctor` and `deploy` warn about; each says why, what to do, how to waive it."""
    told = {each.id for each in DECLARED_RULES} | {each.id for each in RULES}
    assert set() == warnings.RULES - told
    assert set() == {each.id for each in DECLARED_RULES} & {each.id for each in RULES}


@pytest.mark.parametrize("rule", [each.id for each in DECLARED_RULES])
def test_a_rule_about_deploy_py_can_be_waived(
    rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it says itself."""
    explain_command.explain_rule(rule, as_json=False)
    told = capsys.readouterr().out
    assert told.startswith(f"{rule}: a warning about `deploy.py`\n")
    assert f'`waive={{"{rule}": "the reason"}}`' in told


def test_a_slip_in_a_code_of_aws_is_answered_as_aws_writes_it() -> None:
    """Case is kept in what is offered."""
    with pytest.raises(ConfigError) as error:
        explain_command.explain_rule("AcessDenied", as_json=False)
    assert "did you mean `AccessDenied`?" == error.value.hint


def test_the_list_has_everything_that_can_be_explained() -> None:
    """Exit codes and codes of AWS whole, rules and limits by name; every word is explained."""
    every = explain_command.everything()
    assert {"exit_codes", "aws_codes", "rules", "limits"} == set(every)
    assert len(EXIT_CODES) == len(every["exit_codes"])
    assert {each.code for each in AWS_CODES} == {each["code"] for each in every["aws_codes"]}
    assert set(every["rules"]) | set(every["limits"]) <= set(explain_command.words())


def test_the_shell_completes_what_can_be_explained() -> None:
    """Codes of AWS in any case, rules and names of exit codes."""
    command = group.get_command(click.Context(group), "explain")
    assert command is not None
    (param,) = [
        each for each in completing.taught(command).params if isinstance(each, click.Argument)
    ]
    context = click.Context(command)
    found = param.type.shell_complete(context, param, "accessd")
    assert ["AccessDenied", "AccessDeniedException"] == [each.value for each in found]
    offered = [each.value for each in param.type.shell_complete(context, param, "re")]
    assert {"refused", "RequestTimeTooSkewed", "REVIEW_IN_PROGRESS"} <= set(offered)
