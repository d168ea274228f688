from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.build.credentials import ask_keyring, configured
from sam_deploy.errors import BuildError


@pytest.mark.parametrize(
    "variables",
    [
        {"UV_INDEX": "corp=https://me:p%40ss@pypi.corp.example/simple https://other.example"},
        {"UV_DEFAULT_INDEX": "https://me:p%40ss@pypi.corp.example/simple"},
        {"PIP_INDEX_URL": "https://me:p%40ss@pypi.corp.example/simple"},
        {
            "UV_INDEX": "my-corp=https://pypi.corp.example/simple",
            "UV_INDEX_MY_CORP_USERNAME": "me",
            "UV_INDEX_MY_CORP_PASSWORD": "p@ss",
        },
    ],
)
def test_an_index_tells_the_credentials_of_its_host(variables: dict[str, str]) -> None:
    """The lock leaves them out, so they are looked up by host."""
    known = configured(variables)
    assert ("me", "p@ss") == known.for_url("https://pypi.corp.example/files/a.whl")
    assert None is known.for_url("https://pypi.corp.example:8443/files/a.whl")
    assert None is known.for_url("https://files.example/a.whl")


def test_an_index_of_the_project_takes_its_password_from_the_environment() -> None:
    """`[[tool.uv.index]]` has the address, the environment has the secret."""
    tables = [{"name": "corp", "url": "https://pypi.corp.example/simple"}]
    variables = {"UV_INDEX_CORP_USERNAME": "me", "UV_INDEX_CORP_PASSWORD": "x"}
    known = configured(variables, tables)
    assert ("me", "x") == known.for_url("https://pypi.corp.example/a.whl")


def test_netrc_is_asked_last(tmp_path: Path) -> None:
    """The file may be named by NETRC; an unreadable one is as good as none."""
    path = tmp_path / "netrc"
    path.write_text("machine pypi.corp.example login me password x\n")
    path.chmod(0o600)
    known = configured({"NETRC": str(path)})
    assert ("me", "x") == known.for_url("https://pypi.corp.example/a.whl")
    assert ("you", "y") == known.for_url("https://you:y@pypi.corp.example/a.whl")
    path.write_text("nonsense here\n")
    assert None is known.for_url("https://pypi.corp.example/a.whl")


class Keyring:
    """Knows one password, and remembers what it was asked."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.asked: list[tuple[str, str]] = []

    def get(self, service: str, username: str) -> str | None:
        """Return the password of `me` for the one service."""
        self.asked.append((service, username))
        return "secret" if (service, username) == (self.service, "me") else None


@pytest.mark.parametrize("service", ["https://pypi.corp.example/simple", "pypi.corp.example"])
def test_the_keyring_is_asked_for_the_index_and_then_for_its_host(service: str) -> None:
    """As uv asks it; the password it knows is asked for once."""
    keyring = Keyring(service)
    variables = {
        "UV_KEYRING_PROVIDER": "subprocess",
        "UV_DEFAULT_INDEX": "https://me@pypi.corp.example/simple",
    }
    known = configured(variables, keyring=keyring.get)
    for _ in range(2):
        assert ("me", "secret") == known.for_url("https://pypi.corp.example/files/a.whl")
    services = ["https://pypi.corp.example/simple", "pypi.corp.example"]
    assert services[: services.index(service) + 1] == [asked for asked, _ in keyring.asked]


def test_the_keyring_is_left_alone_unless_it_is_switched_on(tmp_path: Path) -> None:
    """By uv's variable, pip's variable or pip.conf, and only for users whose name is known."""
    index = {"UV_DEFAULT_INDEX": "https://me@pypi.corp.example/simple"}
    keyring = Keyring("pypi.corp.example")
    off = configured(index, keyring=keyring.get)
    assert ("me", "") == off.for_url("https://pypi.corp.example/a.whl")
    (tmp_path / "pip.conf").write_text("[global]\nkeyring-provider = subprocess\n")
    by_file = {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}
    for switch in ({"PIP_KEYRING_PROVIDER": "subprocess"}, by_file):
        on = configured(index | switch, keyring=keyring.get)
        assert None is on.for_url("https://files.example/a.whl")
        assert ("me", "secret") == on.for_url("https://pypi.corp.example/a.whl")
    assert {"me"} == {username for _, username in keyring.asked}


def test_a_keyring_command_is_run_as_it_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer is a line; an error or a missing command is no password."""
    command = tmp_path / "keyring"
    command.write_text('#!/bin/sh\n[ "$1 $3" = "get me" ] && echo "of $2"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    answers = ask_keyring("corp", "me"), ask_keyring("corp", "you")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert (("of corp", None), None) == (answers, ask_keyring("corp", "me"))


def test_addresses_of_pips_own_files_are_known(tmp_path: Path) -> None:
    """A password in pip.conf opens the index for us, too."""
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://me:x@pypi.corp.example/simple\n"
    )
    known = configured({"PIP_CONFIG_FILE": str(tmp_path / "pip.conf")})
    assert ("me", "x") == known.for_url("https://pypi.corp.example/a.whl")


def test_an_index_that_a_project_names_is_learnt() -> None:
    """Requirements files and Poetry's sources come to light unit by unit."""
    variables = {"POETRY_HTTP_BASIC_CORP_USERNAME": "me", "POETRY_HTTP_BASIC_CORP_PASSWORD": "x"}
    known = configured(variables)
    known.learn([("corp", "https://pypi.corp.example/simple"), ("", "https://you:y@b.example/")])
    assert ("me", "x") == known.for_url("https://pypi.corp.example/a.whl")
    assert ("you", "y") == known.for_url("https://b.example/a.whl")


@pytest.mark.parametrize(
    "url",
    [
        "https://bob:HUSH/word@x.example/simple",
        "http://[::1/simple",
        "http://x.example:99999/simple",
    ],
)
def test_an_address_that_cannot_be_read_is_an_error_without_its_password(url: str) -> None:
    """What Python says of it would hold a part of the password."""
    with pytest.raises(BuildError, match="cannot be read") as raised:
        configured({"PIP_INDEX_URL": url})
    assert "HUSH" not in f"{raised.value} {raised.value.hint} {raised.value.__cause__}"
