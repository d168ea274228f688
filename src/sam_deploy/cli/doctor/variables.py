"""What the shell's variables do to calls: AWS's own, proxies, certificates. Values stay hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sam_deploy.cli.doctor.finding import Finding, ok, problem, warning
from sam_deploy.errors import UnreachableError

LOOPBACK: Final = ("127.0.0.1", "localhost")
_PROXIES: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_BUNDLES: Final = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")


def proxies(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Find proxies that calls go through, and calls of the laptop's cloud that would, too."""
    named = {name: _said(environ, name) for name in _PROXIES}
    if not any(named.values()):
        yield ok("proxy", "none is set")
        return
    for name, value in named.items():
        if value and not _address(value):
            yield problem(
                "proxy",
                f"{name} is no address",
                f"write it as `{name}=http://host:port`, a `/` in its password as %2F, or unset it",
                UnreachableError.exit_code,
            )
    shown = ", ".join(
        f"{name} {_address(value) or '(not readable)'}" for name, value in named.items() if value
    )
    spared = {each.strip().lower() for each in _said(environ, "NO_PROXY").split(",")}
    missing = [] if "*" in spared else [each for each in LOOPBACK if each not in spared]
    if missing:
        yield warning(
            "proxy",
            f"{shown}; NO_PROXY lacks {' and '.join(missing)}: calls of the embedded cloud may go "
            "through the proxy, which cannot reach it",
            f"`export NO_PROXY={','.join([*sorted(spared - {''}), *missing])}`",
        )
    else:
        yield ok("proxy", f"{shown}, and not for this computer itself")


def bundles(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Find certificates of one's own, which a proxy that reads along needs."""
    named = {name: environ.get(name, "").strip() for name in _BUNDLES}
    there = [f"{name} {value}" for name, value in named.items() if value and Path(value).exists()]
    if there:
        yield ok("certificates", ", ".join(there))
    for name, value in named.items():
        if value and not Path(value).exists():
            yield problem(
                "certificates",
                f"{name} names {value}, which is not there: no connection can be trusted",
                f"correct {name}, or unset it",
                UnreachableError.exit_code,
            )


def aws(environ: Mapping[str, str], dotenv_profile: str, *, wanted: bool) -> Iterator[Finding]:
    """Find AWS variables that contradict each other. `wanted`: calls go to AWS."""
    worse = problem if wanted else warning
    key, secret = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
    keys = [name for name in (key, secret) if environ.get(name)]
    profile = environ.get("AWS_PROFILE", "")
    if len(keys) == 1:
        other = secret if keys == [key] else key
        yield worse(
            "variables", f"{keys[0]} is set without {other}", f"set both, or `unset {keys[0]}`"
        )
    if environ.get("AWS_SESSION_TOKEN") and not keys:
        yield warning(
            "variables",
            "AWS_SESSION_TOKEN is set without a key: it is left over from an old session",
            "`unset AWS_SESSION_TOKEN`",
        )
    if keys and (profile or dotenv_profile):
        yield warning(
            "variables",
            f"there are keys in the shell and AWS_PROFILE is `{profile or dotenv_profile}`: "
            "sam-deploy uses the profile, other tools may use the keys",
            f"`unset {' '.join(keys)} AWS_SESSION_TOKEN`, or take AWS_PROFILE away",
        )
    if profile and dotenv_profile and profile != dotenv_profile:
        yield warning(
            "variables",
            f"AWS_PROFILE is `{profile}` in the shell and `{dotenv_profile}` in `.env`: the shell "
            "wins",
            "`unset AWS_PROFILE`, or correct `.env`",
        )
    redirected = sorted(name for name in environ if name.startswith("AWS_ENDPOINT_URL"))
    redirected = [name for name in redirected if environ[name]]
    if redirected and wanted:
        yield warning(
            "variables",
            f"{', '.join(redirected)}: calls do not go to AWS, but there",
            f"`unset {' '.join(redirected)}` unless that is meant",
        )


def _said(environ: Mapping[str, str], name: str) -> str:
    # the lower-case form wins, as in curl and in the SDK
    return (environ.get(name.lower()) or environ.get(name) or "").strip()


def _address(url: str) -> str:
    """Return an address without the name and password that may be in it; '' when it is none."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""  # its words may hold a part of the password
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.scheme and parts.hostname else ""
