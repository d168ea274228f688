"""What a log must not say of addresses and settings."""

from __future__ import annotations

import pytest

from sam_deploy.runs.hiding import hidden
from sam_deploy.secrecy import HIDDEN


@pytest.mark.parametrize(
    "text",
    [
        "https://bob:SECRET@pypi.example.com/simple",
        "https://bob:SEC/SECRET@pypi.example.com/simple",
        "https://bob:SEC@SECRET@pypi.example.com/simple",
        "https://SECRET@pypi.example.com/simple",
        "GET https://pypi.example.com/simple?access_token=SECRET&x=1",
        "https://a.example.com/?api_key=SECRET",
        "https://a.example.com/?sig=SECRET",
        "https://a.example.com/cb?code=SECRET&client_secret=SECRET",
        "https://a.example.com/?X-Amz-Security-Token=SECRET",
        "//registry.example.com/:_authToken=SECRET",
        "AWS_SECRET_ACCESS_KEY=SECRET",
        'export DB_PASSWORD="SECRET"',
        '{"refresh_token": "SECRET", "x": 1}',
    ],
)
def test_a_secret_of_an_address_or_a_setting_is_no_part_of_a_log(text: str) -> None:
    """Whatever it is called by; the rest is kept."""
    said = str(hidden({"why": [text]}))
    assert "SECRET" not in said.replace("AWS_SECRET_ACCESS_KEY", "")
    assert HIDDEN in said


@pytest.mark.parametrize(
    "text",
    [
        "https://registry.example.com:8080/@acme/logger",
        "https://registry.example.com/@acme/logger?version=2",
        "the tokens of 3 clients: they last an hour",
        "`sam-deploy settings set API_KEY` asks for the value",
        "password: typed at the terminal",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/dev-AbCdEf",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """A log that hides everything explains nothing."""
    assert text == hidden(text)
