"""Who may ask."""

from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.ui.access import Access
from sam_deploy.ui.gate import BODY_MOST_BYTES

Browser = Any
"""The conftest's browser."""
HERE = {"host": "127.0.0.1:8123"}
WRITING = {**HERE, "origin": "http://127.0.0.1:8123", "content-type": "application/json"}


def test_the_page_itself_may_read_and_write() -> None:
    """By both names of this machine, each with its own origin."""
    access = Access(8123)
    assert access.refusal("GET", HERE) is None
    assert access.refusal("POST", WRITING) is None
    local = {**WRITING, "host": "localhost:8123", "origin": "http://localhost:8123"}
    assert access.refusal("POST", local) is None


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 421),
        ("GET", {"host": "evil.example:8123"}, 421),
        ("GET", {"host": "127.0.0.1:8124"}, 421),
        ("GET", {"host": "127.0.0.1:8123.evil.example"}, 421),
        ("GET", {**HERE, "sec-fetch-site": "same-site"}, 403),
        ("GET", {**HERE, "sec-fetch-site": "cross-site"}, 403),
        ("DELETE", WRITING, 405),
        ("POST", {**WRITING, "origin": ""}, 403),
        ("POST", {**WRITING, "origin": "null"}, 403),
        ("POST", {**WRITING, "origin": "https://127.0.0.1:8123"}, 403),
        ("POST", {**WRITING, "origin": "http://localhost:8123"}, 403),
        ("POST", {**WRITING, "sec-fetch-site": "cross-site"}, 403),
        ("POST", {**WRITING, "content-type": "text/plain"}, 415),
        ("POST", {**WRITING, "content-type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_everybody_else_may_not(method: str, headers: dict[str, str], status: int) -> None:
    """Another name for this machine, another page, and what a form can send."""
    against = Access(8123).refusal(method, headers)
    assert against is not None
    assert status == against.status


def test_the_front_page_may_be_linked_to() -> None:
    """From a mail or a chat; what it loads then comes from itself."""
    linked = {**HERE, "sec-fetch-site": "cross-site"}
    assert Access(8123).refusal("GET", linked, of_api=False) is None


def test_scripts_are_scripts(browser: Browser) -> None:
    """Browsers run nothing of another type, since `nosniff` is set."""
    assert browser.get("/page/main.js").headers["content-type"].startswith("text/javascript")


def test_secrets_are_long_and_other_ones_each_time() -> None:
    """Neither token nor cookie can be guessed, and neither tells the other."""
    one, other = Access(1), Access(1)
    assert 4 == len({one.token, one.session, other.token, other.session})
    assert min(map(len, (one.token, one.session))) >= 43
    assert one.token not in repr(one)
    assert one.token not in one.cookie


@pytest.mark.parametrize("cookies", ["", "sam-deploy-ui-8123=", "sam-deploy-ui-8123=x", "a=b;;=;"])
def test_a_wrong_cookie_is_no_cookie(cookies: str) -> None:
    """Whatever a client sends."""
    assert not Access(8123).knows(cookies)


@pytest.mark.parametrize(
    "other",
    [
        'prefs={"theme":"dark"}',
        "flag",
        "a=b c",
        "=x",
        "ä=ö",
        "$Version=1",
        "sam-deploy-ui-8123=old",
        "expires=Mon, 01 Jan 2029 00:00:00 GMT",
        "x" * 4000,
    ],
)
def test_the_cookies_of_others_lock_nobody_out(other: str) -> None:
    """Other programs of this host set what they like, and browsers send it to every port."""
    access = Access(8123)
    ours = f"{access.cookie_name}={access.session}"
    assert access.knows(f"{other}; {ours}")
    assert access.knows(f"{ours};{other}")
    assert not access.knows(f"{other}; x{ours}")
    assert not access.knows(f"{other}; {ours}x")


def test_the_cookie_of_another_port_does_not_count() -> None:
    """Two dashboards of one machine do not log each other out."""
    one, other = Access(1), Access(2)
    both = f"{one.cookie_name}={one.session}; {other.cookie_name}={other.session}"
    assert one.knows(both)
    assert other.knows(both)
    assert not other.knows(f"{one.cookie_name}={one.session}")


def test_the_address_gives_the_cookie_and_goes_away(stranger: Browser) -> None:
    """303 to `/`, where the token is no part of the address any more."""
    answer = stranger.get(f"/?token={stranger.dashboard.access.token}")
    assert (303, "/") == (answer.status_code, answer.headers["location"])
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "page" in stranger.get("/").text


def test_who_comes_from_another_page_is_led_in_by_our_own(stranger: Browser) -> None:
    """A redirect would be that page's still, and get no strict cookie; the token must be right."""
    elsewhere = {"sec-fetch-site": "cross-site"}
    answer = stranger.get(f"/?token={stranger.dashboard.access.token}", headers=elsewhere)
    assert 200 == answer.status_code
    assert "SameSite=Strict" in answer.headers["set-cookie"]
    assert 'content="0; url=/"' in answer.text
    assert stranger.dashboard.access.token not in answer.text
    guessed = stranger.get("/?token=guessed", headers=elsewhere)
    assert "set-cookie" not in guessed.headers


def test_a_stranger_is_told_how_to_get_in(stranger: Browser) -> None:
    """A page, and for the API an error; nothing of the app."""
    front = stranger.get("/?token=guessed")
    assert 401 == front.status_code
    assert "sam-deploy ui" in front.text
    api = stranger.get("/api/app")
    assert 401 == api.status_code
    assert "shop" not in api.text
    assert 401 == stranger.get("/page/main.js").status_code


def test_every_answer_has_the_headers(browser: Browser) -> None:
    """Pages, scripts, readings, errors and refusals."""
    for path, headers in (
        ("/", {}),
        ("/page/main.js", {}),
        ("/api/app", {}),
        ("/api/nothing", {}),
        ("/api/artifacts", {}),
        ("/", {"host": "evil.example"}),
    ):
        found = browser.get(path, headers=headers).headers
        assert found["content-security-policy"].startswith("default-src 'self'"), path
        assert "no-store" == found["cache-control"], path
        assert "nosniff" == found["x-content-type-options"], path
        assert "DENY" == found["x-frame-options"], path


@pytest.mark.parametrize(
    "path", ["/page/../secret.txt", "/page/%2e%2e/secret.txt", "/page/..%2fsecret.txt", "/page/"]
)
def test_only_files_of_the_page_are_served(browser: Browser, path: str) -> None:
    """Nothing above the folder, and no list of it."""
    answer = browser.get(path)
    assert 404 == answer.status_code
    assert "secret" not in answer.text


def test_large_requests_are_refused(browser: Browser) -> None:
    """With a length, without one, and with a long path."""
    large = b" " * (BODY_MOST_BYTES + 1)
    headers = {"origin": "http://127.0.0.1:8123", "content-type": "application/json"}
    said = browser.request("POST", "/api/jobs", content=large, headers=headers)
    assert 413 == said.status_code

    async def parts() -> Any:
        for _ in range(3):
            yield b" " * (BODY_MOST_BYTES // 2)

    unsaid = browser.request("POST", "/api/jobs", content=parts(), headers=headers)
    assert 413 == unsaid.status_code
    assert 413 == browser.get("/api/" + "x" * 3000).status_code
