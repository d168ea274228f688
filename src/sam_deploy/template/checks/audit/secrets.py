"""Rules on secrets that stand in a template, where all who may read the stack see them. Pure.

A secret is known by its form, or by its name and by looking random. No message repeats one: it
would be in a log next.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from sam_deploy.template.checks.audit.rule import Hit, Hits, Rule, rule
from sam_deploy.template.checks.audit.shapes import many, mapping, text, yes
from sam_deploy.template.checks.audit.view import View
from sam_deploy.template.checks.finding import Severity, dotted

Path: TypeAlias = tuple[str | int, ...]

FORMS: Final = {
    # what it is: (texts of which one is in it, its form); the texts make a clean template quick
    "an AWS access key": (("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a Razorpay key": (("rzp_live_",), r"\brzp_live_[A-Za-z0-9]{10,}"),
    "a Stripe key": (
        ("k_live_", "whsec_"),
        r"\b(?:sk|rk)_live_[A-Za-z0-9]{10,}|\bwhsec_[A-Za-z0-9]{20,}",
    ),
    "a GitHub token": (
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{22,}",
    ),
    "a GitLab token": (("glpat-",), r"\bglpat-[\w-]{20,}"),
    "a Slack token": (("xox",), r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "a Slack webhook": (
        ("hooks.slack.com",),
        r"hooks\.slack\.com/(?:services|workflows)/T[A-Z0-9]+/\w+/\w+",
    ),
    "a Google API key": (("AIza",), r"\bAIza[\w-]{35}"),
    "a SendGrid key": (("SG.",), r"\bSG\.[\w-]{22}\.[\w-]{43}"),
    "an OpenAI or Anthropic key": (
        ("sk-",),
        r"\bsk-(?:proj|ant|svcacct)-[\w-]{20,}|\bsk-[A-Za-z0-9]{48}\b",
    ),
    "an npm token": (("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
    "a PyPI token": (("pypi-",), r"\bpypi-AgEIcHlwaS5vcmc[\w-]{50,}"),
    "a private key": (("PRIVATE KEY",), r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY"),
    "a JSON web token": (("eyJ",), r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "a password in an address": (("://",), r"://[^/\s:@{}$\"'\\]+:[^/\s:@{}$\"'\\]+@"),
}
_PATTERNS: Final = {
    what: (markers, re.compile(pattern)) for what, (markers, pattern) in FORMS.items()
}
_TELLING: Final = re.compile(
    r"passw(?:or)?d|passphrase|secret|token|credential|_pwd$"
    r"|(?:api|access|private|signing|encryption)_?key",
    re.IGNORECASE,
)
_MAY_TELL: Final = re.compile(r"(?:^|_)key$", re.IGNORECASE)
"""Of a secret, or of a table or an object: here the value has to look generated."""
_GENERATED: Final = re.compile(
    r"(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9+/=_-]{16,}|[0-9a-f]{32,}|[0-9A-F]{32,}"
)
_NOT_TELLING: Final = re.compile(
    r"(?:name|arn|id|url|uri|path|prefix|param(?:eter)?|version|region|ttl|expiry|expires?"
    r"|seconds|minutes|hours|days|length|type|algorithm|alias|header|issuer|audience|endpoint"
    r"|public_?key|partition_?key|sort_?key|primary_?key|hash_?key|cache_?key)s?$",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(r"\$\{|\{\{resolve:|^arn:|^/|^https?://|^\s*$|^alias/")
_PLACEHOLDER: Final = re.compile(
    r"^(?:true|false|none|null|enabled|disabled|on|off|changeme|todo|example|test|dummy|<.*>|x+|\*+"
    r"|\d{1,6})$",
    re.IGNORECASE,
)
RANDOM_BITS: Final = 3.0
"""Shannon entropy a character; words in any language stay below it when they are short."""
SHORTEST_RANDOM: Final = 16
_PROPERTIES: Final = ("MasterUserPassword", "SecretString", "AuthToken", "Password", "ClientSecret")


@rule(
    "plaintext-secret",
    "error",
    why="whoever may describe the stack reads it, and it stays in the history of both",
    fix="keep it in Secrets Manager or Parameter Store, and read it at run time",
)
def plaintext_secret(view: View) -> Hits:
    """Yield texts that have the form of a secret, anywhere in the template."""
    whole = _all_text(view.document)
    there = {
        what: pattern
        for what, (markers, pattern) in _PATTERNS.items()
        if any(marker in whole for marker in markers) and pattern.search(whole)
    }
    for path, value in _texts(view.document, ()) if there else ():
        for what, pattern in there.items():
            if pattern.search(value):
                yield _at(path, f"holds {what}")


def _all_text(document: Mapping[str, object]) -> str:
    """Return everything in one text, so that a clean template is searched once."""
    try:
        written = json.dumps(document, default=str, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return "\n".join(value for _, value in _texts(document, ()))
    # an escaped line break would be a letter before a secret, and hide where it begins
    return written.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")


def _texts(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            yield from _texts(each, (*path, index))


def _at(path: Path, message: str) -> Hit:
    """Return a hit for a place in the document: `Resources`, a logical id, its properties."""
    if path[:1] != ("Resources",):
        return Hit("", dotted(path), message)
    logical_id, *inside = path[1:] or ("",)
    where = inside[1:] if inside[:1] == ["Properties"] else inside
    return Hit(str(logical_id), dotted(where), message)


@rule(
    "likely-secret",
    "error",
    why="by its name and its look it is a secret, and whoever may describe the stack reads it",
    fix="keep it in Secrets Manager or Parameter Store, and pass its name",
)
def likely_secret(view: View) -> Hits:
    """Yield variables and properties named like secrets: an error when the value looks random."""
    for entry in view.entries.values():
        given = mapping(entry.get("Environment", "Variables"))
        listed = [(f"Environment.Variables.{name}", name, each) for name, each in given.items()]
        listed += [(name, name, entry.properties.get(name)) for name in _PROPERTIES]
        for path, name, each in listed:
            for _, one in many(each):
                if looks_secret(name, one):
                    yield Hit(entry.logical_id, path, "is written out", _how_bad(one))
    for name, each in mapping(view.document.get("Parameters")).items():
        default = mapping(each).get("Default")
        if looks_secret(str(name), default):
            yield Hit("", f"Parameters.{name}.Default", "is written out", _how_bad(default))


def _how_bad(value: object) -> Severity:
    return "error" if is_random(text(value)) else "warning"


@rule(
    "parameter-no-echo",
    "warning",
    why="CloudFormation shows the values of parameters to everybody who may describe the stack",
    fix="set NoEcho: true, or pass the name of a secret instead",
)
def parameter_no_echo(view: View) -> Hits:
    """Yield parameters named like secrets whose values are shown."""
    for name, each in mapping(view.document.get("Parameters")).items():
        given = mapping(each)
        stored = text(given.get("Type")).startswith("AWS::SSM::")
        if is_telling(str(name)) and not yes(given.get("NoEcho")) and not stored:
            yield Hit("", f"Parameters.{name}.NoEcho", "is not true")


def is_telling(name: str) -> bool:
    """Whether a name says that its value is secret: DB_PASSWORD, but not SECRET_NAME."""
    apart = _apart(name)
    return bool(_TELLING.search(apart)) and not _NOT_TELLING.search(apart)


def _apart(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)


def looks_secret(name: str, value: object) -> bool:
    """Whether a name tells of a secret and its value is written out."""
    if not isinstance(value, str) or _REFERENCE.search(value) or _PLACEHOLDER.match(value):
        return False
    apart = _apart(name)
    may = _MAY_TELL.search(apart) and not _NOT_TELLING.search(apart)
    return is_telling(name) or bool(may and _GENERATED.fullmatch(value))


def is_random(value: str) -> bool:
    """Whether a text has the length and the entropy of a generated secret."""
    if len(value) < SHORTEST_RANDOM or " " in value:
        return False
    return entropy(value) >= RANDOM_BITS


def entropy(value: str) -> float:
    """Return Shannon's entropy of a text in bits a character, 0 for none."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)


RULES: Final[tuple[Rule, ...]] = (plaintext_secret, likely_secret, parameter_no_echo)
