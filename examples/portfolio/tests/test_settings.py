from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from pydantic import ValidationError
from src.config import Settings
from src.main import log_from


def test_settings_have_the_documented_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """R013: region us-east-1, table portfolio-api-table, no pool; production when nothing says."""
    for name in ("AWS_REGION", "DYNAMODB_TABLE_NAME", "COGNITO_USER_POOL_ID", "ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings()
    assert ("us-east-1", "portfolio-api-table", "", "production", (20, 100)) == (
        settings.aws_region,
        settings.dynamodb_table_name,
        settings.cognito_user_pool_id,
        settings.environment,
        (settings.page_size, settings.max_page_size),
    )


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """R013: each variable of the document, and the region that Lambda sets."""
    given = {
        "ENVIRONMENT": "staging",
        "AWS_REGION": "eu-west-1",
        "DYNAMODB_TABLE_NAME": "staging-portfolio-api-table",
        "COGNITO_USER_POOL_ID": "eu-west-1_a",
        "COGNITO_CLIENT_ID": "c",
        "CORS_ORIGINS": "https://a.example.com/, https://b.example.com,",
        "LOG_LEVEL": "DEBUG",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert ("staging", "eu-west-1", "staging-portfolio-api-table", "eu-west-1_a", "c", "DEBUG") == (
        settings.environment,
        settings.aws_region,
        settings.dynamodb_table_name,
        settings.cognito_user_pool_id,
        settings.cognito_client_id,
        settings.log_level,
    )
    assert ("https://a.example.com", "https://b.example.com") == settings.cors_origins


@pytest.fixture
def levels() -> Iterator[None]:
    """Libraries have no level, and after the test the one that they had."""
    loggers = [logging.getLogger(name) for name in (None, "boto3", "botocore", "urllib3")]
    before = [each.level for each in loggers]
    for logger in loggers[1:]:
        logger.setLevel(logging.NOTSET)
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.mark.parametrize(
    ("level", "botocore"), [("DEBUG", logging.INFO), ("WARNING", logging.WARNING)]
)
@pytest.mark.usefixtures("levels")
def test_a_password_is_in_no_log(level: str, botocore: int) -> None:
    """At DEBUG botocore would write the request of whoever signs in, in clear."""
    log_from(level)

    assert logging.getLevelName(level) == logging.getLogger("src").getEffectiveLevel()
    assert botocore == logging.getLogger("botocore.endpoint").getEffectiveLevel()


def test_an_empty_variable_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """CloudFormation cannot leave a variable out as easily as give it nothing."""
    monkeypatch.setenv("DYNAMODB_TABLE_NAME", "")
    assert "portfolio-api-table" == Settings().dynamodb_table_name


def test_an_unknown_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped `develpment` must not show documentation, or pass as production."""
    monkeypatch.setenv("ENVIRONMENT", "develpment")
    with pytest.raises(ValidationError, match="environment"):
        Settings()
