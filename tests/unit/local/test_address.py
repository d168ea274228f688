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
    found = {address.find(DOMAIN, "/a"), address.find("localhost", "/eu-west-1/abc123/a")}
    assert [address.Address("eu-west-1", "abc123", "/a", DOMAIN)] == list(found)


@pytest.mark.parametrize(
    "path", ["/", "/_gateway/health", "/favicon.ico", "/eu-west-1", "/eu-west-1/"]
)
def test_other_paths_are_the_gateways_own(path: str) -> None:
    """They belong to no API."""
    assert address.find("127.0.0.1:3000", path) is None


def test_a_function_url_is_found_by_host_or_by_path() -> None:
    """The same two forms, with Lambda's own kind of host name."""
    name = "abc.lambda-url.eu-west-1.localhost"
    found = {
        address.find(f"{name}:3000", "/a"),
        address.find("127.0.0.1:3000", "/eu-west-1/lambda-url/abc/a"),
    }
    assert [address.Address("eu-west-1", "abc", "/a", name, is_url=True)] == list(found)


def test_another_name_is_first_taken_for_a_custom_domain() -> None:
    """Only where there is none, a path may name an API: a container calls us by another name."""
    assert address.find("api.example.com", "/eu-west-1/abc/dev") is None
    found = address.by_path("/eu-west-1/abc/dev")
    assert found is not None
    assert ("eu-west-1", "abc", "/dev") == (found.region, found.api_id, found.raw_path)
