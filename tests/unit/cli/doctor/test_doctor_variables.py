"""Variables of the shell that keep calls from arriving: each is found, and no secret is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from sam_deploy.cli.doctor import variables
from sam_deploy.cli.doctor.finding import Finding, findings_text

PROXY = "http://me:hush-hush@proxy.example:3128"


def states(found: Iterable[Finding]) -> list[str]:
    return [each.state for each in found]


def test_without_a_proxy_all_is_well() -> None:
    """The usual case is one line."""
    assert ["ok"] == states(variables.proxies({}))


@pytest.mark.parametrize(
    ("spared", "expected"),
    [
        ("", "NO_PROXY lacks 127.0.0.1 and localhost"),
        ("example.com", "NO_PROXY lacks 127.0.0.1 and localhost"),
        ("127.0.0.1", "NO_PROXY lacks localhost"),
        ("localhost, 127.0.0.1", "and not for this computer itself"),
        ("*", "and not for this computer itself"),
    ],
)
@pytest.mark.parametrize("lower", [True, False])
def test_a_proxy_must_spare_the_cloud_on_this_computer(
    spared: str, expected: str, *, lower: bool
) -> None:
    """Otherwise calls of the embedded cloud go to it. Names in lower case count as well."""
    names = {"HTTPS_PROXY": PROXY, "NO_PROXY": spared}
    environ = {name.lower() if lower else name: value for name, value in names.items()}
    (found,) = variables.proxies(environ)
    assert expected in found.said
    assert ("warning" if "lacks" in expected else "ok") == found.state
    if found.advice:
        kept = [each for each in spared.split(",") if each]
        assert all(each in found.advice for each in (*kept, "127.0.0.1", "localhost"))


def test_the_password_of_a_proxy_is_never_shown() -> None:
    """Neither it nor the name: what `doctor` prints is sent to others."""
    found = list(variables.proxies({"HTTPS_PROXY": PROXY, "HTTP_PROXY": "me:hush-hush@p"}))
    text = findings_text(found)
    assert "http://proxy.example:3128" in text
    assert "hush-hush" not in text
    assert "me:" not in text


@pytest.mark.parametrize(
    "address", ["http://me:HUSH/word@proxy.example:3128", "http://127.0.0.1:99999", "http://[::1"]
)
def test_a_proxy_whose_port_cannot_be_read_is_a_problem(address: str) -> None:
    """And no bug; a part of the password would stand where a port is expected."""
    first, *rest = variables.proxies({"HTTPS_PROXY": address})
    assert "HTTPS_PROXY is no address" in str(first)
    assert "HUSH" not in str([first, *rest])


def test_a_proxy_that_is_no_address_is_a_problem() -> None:
    """The SDK would fail with it in its own words, at the first call."""
    first, *_ = variables.proxies({"HTTP_PROXY": "proxy.example:3128"})
    assert ("problem", 8, "HTTP_PROXY is no address") == (
        first.state,
        first.exit_code,
        first.said,
    )


def test_a_bundle_of_certificates_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    """Nothing could be trusted then; one that is there is named."""
    there = tmp_path / "ca.pem"
    there.write_text("x", encoding="utf-8")
    gone = str(tmp_path / "gone.pem")
    found = list(variables.bundles({"AWS_CA_BUNDLE": str(there), "SSL_CERT_FILE": gone}))
    assert ["ok", "problem"] == states(found)
    assert f"SSL_CERT_FILE names {gone}" in found[1].said
    assert [] == list(variables.bundles({"AWS_CA_BUNDLE": ""}))


KEY, SECRET, TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"


@pytest.mark.parametrize(
    ("environ", "dotenv", "wanted", "expected"),
    [
        ({}, "", True, []),
        ({KEY: "k", SECRET: "s"}, "", True, []),
        ({"AWS_PROFILE": "work"}, "work", True, []),
        ({KEY: "k"}, "", True, [("problem", f"{KEY} is set without {SECRET}")]),
        ({SECRET: "hush"}, "", False, [("warning", f"{SECRET} is set without {KEY}")]),
        ({TOKEN: "hush"}, "", True, [("warning", f"{TOKEN} is set without a key")]),
        (
            {KEY: "k", SECRET: "hush", "AWS_PROFILE": "work"},
            "",
            True,
            [("warning", "there are keys in the shell and AWS_PROFILE is `work`")],
        ),
        (
            {KEY: "k", SECRET: "hush"},
            "team",
            True,
            [("warning", "there are keys in the shell and AWS_PROFILE is `team`")],
        ),
        (
            {"AWS_PROFILE": "work"},
            "team",
            True,
            [("warning", "AWS_PROFILE is `work` in the shell and `team` in `.env`")],
        ),
        (
            {"AWS_ENDPOINT_URL_S3": "http://x", "AWS_ENDPOINT_URL": ""},
            "",
            True,
            [("warning", "AWS_ENDPOINT_URL_S3: calls do not go to AWS, but there")],
        ),
        ({"AWS_ENDPOINT_URL": "http://x"}, "", False, []),
    ],
)
def test_variables_of_aws_that_contradict_each_other_are_found(
    environ: Mapping[str, str], dotenv: str, *, wanted: bool, expected: list[tuple[str, str]]
) -> None:
    """Each with which one wins and what to unset; values of keys are not shown."""
    found = list(variables.aws(environ, dotenv, wanted=wanted))
    assert [state for state, _ in expected] == states(found)
    for each, (_, words) in zip(found, expected, strict=True):
        assert each.said.startswith(words)
        assert each.advice
    assert "hush" not in findings_text(found)
