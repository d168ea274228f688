"""Which variables are kept back."""

from __future__ import annotations

import pytest

from sam_deploy.cli.starting.stacks.secrets import looks_secret


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "x"),
        ("ApiKey", "x"),
        ("STRIPE_API_KEY", "x"),
        ("jwt_secret", "x"),
        ("SLACK", "xoxb-1"),
        ("A", "AKIAIOSFODNN7EXAMPLE"),
        ("A", "postgres://user:pw@host/db"),
        ("A", "-----BEGIN PRIVATE KEY-----"),
        ("A", "eyJhbGciOiJIUzI1NiJ9.e30.x"),
        ("A", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
        ("A", "wJalrXUtnFEMI7MDENGbPxRfiCYEXAMPLEKEY9"),
        ("A", "d41d8cd98f00b204e9800998ecf8427e"),
        ("MONGO_URI", "mongodb://host"),
    ],
)
def test_secrets_are_kept_back(name: str, value: str) -> None:
    """By the name or by the value."""
    assert looks_secret(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TABLE", "old-orders-Orders-1ABCDEFGHIJKL"),
        ("LOG_LEVEL", "INFO"),
        ("KEYBOARD", "de"),
        ("MONKEY", "banana"),
        ("QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"),
        ("TIMEOUT", "30"),
        ("STAGE", "production"),
        ("BUCKET", "orders-files-prod-eu-west-1-123456789012"),
        ("ORIGINS", "https://example.com,https://www.example.com"),
    ],
)
def test_plain_values_are_written(name: str, value: str) -> None:
    """A project that has lost them would not run."""
    assert not looks_secret(name, value)
