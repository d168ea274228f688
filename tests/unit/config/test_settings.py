from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.config.settings import VARIABLES, Settings, read
from sam_deploy.errors import ConfigError


def test_nothing_given_is_nothing_set(tmp_path: Path) -> None:
    """Without variables and without `.env` no target, no account and no profile is chosen."""
    assert Settings() == read(tmp_path, {})


def test_env_file_is_read(tmp_path: Path) -> None:
    """Quotes, comments and empty entries are those of python-dotenv."""
    (tmp_path / ".env").write_text(
        "AWS_ACCOUNT_ID=123456789012\n# a comment\nAWS_PROFILE='team'\nENV=Staging\n"
        'SAM_DEPLOY_TARGET="aws"\nBARE\n',
        encoding="utf-8",
    )
    assert Settings("123456789012", "team", "staging", "aws") == read(tmp_path, {})


def test_the_shell_wins_over_the_file(tmp_path: Path) -> None:
    """A variable that was exported for this command is meant."""
    (tmp_path / ".env").write_text(
        "AWS_ACCOUNT_ID=123456789012\nAWS_PROFILE=file\nSAM_DEPLOY_TARGET=aws\n", encoding="utf-8"
    )
    shell = {"AWS_PROFILE": "shell", "SAM_DEPLOY_TARGET": "embedded"}
    assert Settings("123456789012", "shell", "", "embedded") == read(tmp_path, shell)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("true", True), ("1", True), ("yes", True), ("", False), ("0", False), ("False", False)],
)
def test_ci_is_whatever_is_not_off(tmp_path: Path, value: str, *, expected: bool) -> None:
    """CI systems set it to true or 1."""
    assert expected == read(tmp_path, {"CI": value}).ci


def test_wrong_variables_are_reported_all_at_once(tmp_path: Path) -> None:
    """Account and target, in one error with exit code 2."""
    shell = {"AWS_ACCOUNT_ID": "12345", "SAM_DEPLOY_TARGET": "azure"}
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, shell)
    assert (
        "AWS_ACCOUNT_ID: '12345' is not 12 digits",
        "SAM_DEPLOY_TARGET: 'azure' is neither embedded nor aws",
    ) == raised.value.problems
    assert 2 == raised.value.exit_code


@pytest.mark.parametrize("account", ["12345678901a", "1234567890123", "\uff11" * 12])
def test_an_account_is_twelve_ascii_digits(tmp_path: Path, account: str) -> None:
    """The guard compares it with what STS answers, so only that form can ever match."""
    with pytest.raises(ConfigError):
        read(tmp_path, {"AWS_ACCOUNT_ID": account})


def test_spaces_around_a_value_do_not_count(tmp_path: Path) -> None:
    """As they come from copying."""
    shell = {"AWS_ACCOUNT_ID": " 123456789012 ", "SAM_DEPLOY_TARGET": " AWS "}
    assert Settings("123456789012", target="aws") == read(tmp_path, shell)


def test_every_variable_is_explained() -> None:
    """The table is the reference of the documentation."""
    assert {
        "AWS_ACCOUNT_ID",
        "AWS_PROFILE",
        "ENV",
        "SAM_DEPLOY_TARGET",
        "SAM_DEPLOY_CLOUD_DIR",
        "SAM_DEPLOY_CACHE_DIR",
        "SAM_DEPLOY_CALLS",
    } == (set(VARIABLES))
    assert all(VARIABLES.values())
