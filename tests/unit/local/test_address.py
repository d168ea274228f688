"""Both forms of addressing an API."""

from __future__ import annotations

import pytest

from sam_deploy.local.gateway import address

DOMAIN = "abc123.execute-api.eu-west-1.localhost"


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("127.0.0.1:3000", "/eu-west-1/abc123/dev/a%20b", ("eu-west-1", "abc123", "/dev/a%20b")),
        ("127.0.0.1:3000", "/eu-west-1/abc123", ("eu-west-1", "abc123", "/")),
        ("127.0.0.1:3000", "/eu-west-1/abc123/$default/a", ("eu-west-1", "abc123", "/a")),
        ("127.0.0.1:3000", "/eu-west-1/abc123/%24default", ("eu-west-1", "abc123", "/")),
        ("127.0.0.1:3000", "/us-gov-east-1/abc123/dev", ("us-gov-east-1", "abc123", "/dev")),
        (f"{DOMAIN}:3000", "/dev/a", ("eu-west-1", "abc123", "/dev/a")),
        (DOMAIN.upper(), "/", ("eu-west-1", "abc123", "/")),
        (f"{DOMAIN}:3000", "/us-east-1/xyz/dev", ("eu-west-1", "abc123", "/us-east-1/xyz/dev")),
        ("abc123.execute-api.eu-west-1.amazonaws.com", "/a", ("eu-west-1", "abc123", "/a")),
    ],
)
def test_an_api_is_found_by_host_or_by_path(
    host: str, path: str, expected: tuple[str, str, str]
) -> None:
    """The rest of the path stays as it was sent."""
    found = address.find(host, path)
    assert found is not None
    assert expected == (found.region, found.api_id, found.raw_path)


def test_both_forms_have_the_same_domain() -> None:
    """A function sees one domain name, however it was called."""
    found = {address.find(DOMAIN, "/a"), address.find("x", "/eu-west-1/abc123/a")}
    assert [address.Address("eu-west-1", "abc123", "/a", DOMAIN)] == list(found)


@pytest.mark.parametrize(
    "path", ["/", "/_gateway/health", "/favicon.ico", "/eu-west-1", "/eu-west-1/"]
)
def test_other_paths_are_the_gateways_own(path: str) -> None:
    """They belong to no API."""
    assert address.find("127.0.0.1:3000", path) is None
