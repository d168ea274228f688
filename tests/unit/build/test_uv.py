from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.build.uv import environment, project_settings, short_reason


def test_nothing_of_aws_or_of_another_python_reaches_uv() -> None:
    """Build scripts of strangers run below uv: they see no credentials."""
    leaking = {
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_PROFILE": "x",
        "VIRTUAL_ENV": "x",
        "PYENV_VERSION": "x",
        "PYTHONPATH": "x",
        "UV_PYTHON": "x",
        "UV_OVERRIDE": "x",
    }
    kept = {"HOME": "/h", "HTTPS_PROXY": "p", "SSL_CERT_FILE": "c", "UV_INDEX": "i", "NETRC": "n"}
    assert kept == {
        name: value
        for name, value in environment(leaking | kept, {}).items()
        if name in leaking or name in kept
    }
    assert "never" == environment({}, {})["UV_PYTHON_DOWNLOADS"]


PIP = {
    "index-url": "https://a.example/simple",
    "extra-index-url": "https://b.example/simple https://c.example/simple",
    "cert": "/c",
    "keyring-provider": "subprocess",
}


def test_uv_is_told_what_only_pip_was_told() -> None:
    """Indexes, certificate and keyring, in uv's own variables."""
    expected = {
        "UV_DEFAULT_INDEX": "https://a.example/simple",
        "UV_INDEX": "https://b.example/simple https://c.example/simple",
        "SSL_CERT_FILE": "/c",
        "UV_KEYRING_PROVIDER": "subprocess",
    }
    assert expected.items() <= environment({}, PIP).items()


@pytest.mark.parametrize("variable", ["UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL"])
def test_indexes_of_pip_do_not_join_those_of_uv(variable: str) -> None:
    """Who has told uv where to look has said everything; a certificate is for all."""
    told = environment({variable: "https://mine.example/simple"}, PIP)
    expected = {variable: "https://mine.example/simple", "SSL_CERT_FILE": "/c"}
    shown = {"UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "SSL_CERT_FILE"}
    assert expected == {name: told[name] for name in shown & told.keys()}
    assert "UV_DEFAULT_INDEX" not in environment({}, PIP, indexes_known=True)


def test_passwords_for_poetrys_sources_are_passed_on() -> None:
    """By the name of the source, which is the name of uv's index then."""
    poetry = {"POETRY_HTTP_BASIC_CORP_USERNAME": "me", "POETRY_HTTP_BASIC_CORP_PASSWORD": "x"}
    expected = {"UV_INDEX_CORP_USERNAME": "me", "UV_INDEX_CORP_PASSWORD": "x"}
    assert expected.items() <= environment(poetry, {}).items()


def test_a_long_reason_becomes_two_sentences() -> None:
    """The tree of causes is cut; its marks, warnings and hints are gone."""
    stderr = (
        "warning: something else\n"
        "error: No solution found when resolving dependencies\n"
        "  cause: Because a==1 depends on b>=2 and\n     you require b==1, it fails.\n"
        "         And because you require a==1, we can conclude more.\n"
        "         And because of a third thing, still more.\n\n"
        "hint: Wheels are required for `x`\n"
    )
    assert (
        "Because a==1 depends on b>=2 and you require b==1, it fails. "
        "And because you require a==1, we can conclude more."
    ) == short_reason(stderr)
    assert "uv gave no reason" == short_reason("")
    assert 404 >= len(short_reason("error: " + "long words " * 200))


def test_settings_of_uv_are_found_upwards(tmp_path: Path) -> None:
    """The nearest `uv.toml`, or the nearest pyproject.toml that has a `[tool.uv]`."""
    inner = tmp_path / "services" / "api"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (tmp_path / "pyproject.toml").write_text("[tool.uv]\nprerelease = 'allow'\n")
    assert {"prerelease": "allow"} == project_settings(inner)
    (inner / "uv.toml").write_text("resolution = 'lowest'\n")
    assert {"resolution": "lowest"} == project_settings(inner)
