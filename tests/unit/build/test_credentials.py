from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.build.credentials import configured


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
